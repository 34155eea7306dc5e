//! Handlers of usage.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{ApplicationsDecide, Staff};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, Routes, http::Failure};

use crate::{
    actions,
    model::UsageItem,
    service::ItemNames,
    wire::{
        CityRankingBody, MonthQuery, OwnMonthQuery, OwnStatisticsBody, PublishedMonthsBody,
        ScorecardsBody, ServiceRankingBody, cities_csv, picture, scorecards_csv, services_csv,
    },
};

/// What was published does not change; what is the last month does.
const KEPT: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");
const CSV: (header::HeaderName, &str) = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
const SVG: (header::HeaderName, &str) = (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8");

/// Adds them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(list_months)
        .service(get_ranking)
        .service(get_ranking_csv)
        .service(get_ranking_chart)
        .service(get_cities)
        .service(get_cities_csv)
        .service(get_scorecards)
        .service(get_scorecards_csv)
        .service(get_statistics);
}

fn published(kind: (header::HeaderName, &'static str), body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header(KEPT).insert_header(kind).body(body)
}

/// The months that are published
#[utoipa::path(
    operation_id = "usage_list_months",
    tag = "usage",
    security(()),
    responses((status = 200, body = PublishedMonthsBody,
        description = "Since anything was counted; the last one first."))
)]
#[get("/v1/usage/months")]
async fn list_months(cx: Cx) -> Result<Json<PublishedMonthsBody>, Failure> {
    Ok(Json(PublishedMonthsBody::new(actions::months(&cx).await?)))
}

/// Which services of a city are used most
///
/// Open data, without persons. A month is published when it is over. What was used less than ten times
/// is not shown, and is in no total.
#[utoipa::path(
    operation_id = "usage_get_ranking",
    tag = "usage",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), MonthQuery),
    responses(
        (status = 200, body = ServiceRankingBody, description = "At most 500, the most used first.",
            links(("cities" = (operation_id = "usage_get_cities",
                parameters(("item" = "$response.body#/items/0/item")))))),
        (status = 404, description = "`catalogue.city_unknown`, `usage.month_unpublished`")
    )
)]
#[get("/v1/usage/cities/{city}/ranking")]
async fn get_ranking(
    cx: Cx,
    names: Data<ItemNames>,
    city: Path<CityCode>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let view = actions::ranking_of_city(&cx, **names, *city, query.month).await?;
    let body = ServiceRankingBody::new(*city, view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(KEPT).json(body))
}

/// Which services of a city are used most, as a table
#[utoipa::path(
    operation_id = "usage_get_ranking_csv",
    tag = "usage",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), MonthQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            description = "`city,month,rank,item,name_en,name_zh,count` (RFC 4180)."),
        (status = 404, description = "`catalogue.city_unknown`, `usage.month_unpublished`")
    )
)]
#[get("/v1/usage/cities/{city}/ranking.csv")]
async fn get_ranking_csv(
    cx: Cx,
    names: Data<ItemNames>,
    city: Path<CityCode>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let view = actions::ranking_of_city(&cx, **names, *city, query.month).await?;
    Ok(published(CSV, services_csv(*city, &view)))
}

/// Which services of a city are used most, as a picture
#[utoipa::path(
    operation_id = "usage_get_ranking_chart",
    tag = "usage",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), MonthQuery),
    responses(
        (status = 200, body = String, content_type = "image/svg+xml",
            description = "A bar for each of the first eight; in words for a screen reader, too."),
        (status = 404, description = "`catalogue.city_unknown`, `usage.month_unpublished`")
    )
)]
#[get("/v1/usage/cities/{city}/ranking.svg")]
async fn get_ranking_chart(
    cx: Cx,
    names: Data<ItemNames>,
    city: Path<CityCode>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let view = actions::ranking_of_city(&cx, **names, *city, query.month).await?;
    Ok(published(SVG, picture(&view, cx.locale)))
}

/// In which cities a service is used most
///
/// Open data, without persons. A city in which it was used less than ten times is not shown, and is in
/// no total.
#[utoipa::path(
    operation_id = "usage_get_cities",
    tag = "usage",
    security(()),
    params(("item" = inline(UsageItem), Path, description = "Its item of the catalogue."), MonthQuery),
    responses(
        (status = 200, body = CityRankingBody, description = "At most 500, where it is used most \
            first; none where nobody knows the item."),
        (status = 404, description = "`usage.month_unpublished`")
    )
)]
#[get("/v1/usage/items/{item}/cities")]
async fn get_cities(
    cx: Cx,
    names: Data<ItemNames>,
    item: Path<UsageItem>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let view = actions::cities_of_item(&cx, **names, &item, query.month).await?;
    let body = CityRankingBody::new(item.as_str(), view, cx.locale);
    Ok(HttpResponse::Ok().insert_header(KEPT).json(body))
}

/// In which cities a service is used most, as a table
#[utoipa::path(
    operation_id = "usage_get_cities_csv",
    tag = "usage",
    security(()),
    params(("item" = inline(UsageItem), Path, description = "Its item of the catalogue."), MonthQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            description = "`item,month,rank,city,name_en,name_zh,count` (RFC 4180)."),
        (status = 404, description = "`usage.month_unpublished`")
    )
)]
#[get("/v1/usage/items/{item}/cities.csv")]
async fn get_cities_csv(
    cx: Cx,
    names: Data<ItemNames>,
    item: Path<UsageItem>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let view = actions::cities_of_item(&cx, **names, &item, query.month).await?;
    Ok(published(CSV, cities_csv(item.as_str(), &view)))
}

/// How the agencies of a city answer
///
/// Open data, without persons: how many of an agency's answers of a month were in time, how many it
/// refused, how often something had to be supplied. Published thirty days after the month. A share of
/// which one part is below ten is told as a bound.
#[utoipa::path(
    operation_id = "usage_get_scorecards",
    tag = "usage",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), MonthQuery),
    responses(
        (status = 200, body = ScorecardsBody,
            description = "At most 500, whoever answered most first."),
        (status = 404, description = "`catalogue.city_unknown`, `usage.month_unpublished`")
    )
)]
#[get("/v1/usage/cities/{city}/scorecards")]
async fn get_scorecards(
    cx: Cx,
    city: Path<CityCode>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let (month, cards) = actions::scorecards(&cx, *city, query.month).await?;
    let body = ScorecardsBody::new(*city, (month, &cards), cx.locale);
    Ok(HttpResponse::Ok().insert_header(KEPT).json(body))
}

/// How the agencies of a city answer, as a table
#[utoipa::path(
    operation_id = "usage_get_scorecards_csv",
    tag = "usage",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), MonthQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            description = "`city,month,agency_id,agency_en,agency_zh,answered`, then bound and \
            percent of on_time, refused and supplemented (RFC 4180)."),
        (status = 404, description = "`catalogue.city_unknown`, `usage.month_unpublished`")
    )
)]
#[get("/v1/usage/cities/{city}/scorecards.csv")]
async fn get_scorecards_csv(
    cx: Cx,
    city: Path<CityCode>,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Failure> {
    let (month, cards) = actions::scorecards(&cx, *city, query.month).await?;
    Ok(published(CSV, scorecards_csv(*city, month, &cards)))
}

/// The agency's own figures
///
/// With nothing left out, and of the present month, too.
#[utoipa::path(
    operation_id = "usage_get_statistics",
    tag = "usage",
    security(("staff" = ["applications:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), OwnMonthQuery),
    responses(
        (status = 200, body = OwnStatisticsBody, description = "By service."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/usage/agencies/{agency_id}/statistics")]
async fn get_statistics(
    cx: Cx,
    names: Data<ItemNames>,
    staff: Staff<ApplicationsDecide>,
    query: Query<OwnMonthQuery>,
) -> Result<HttpResponse, Failure> {
    let (month, rows) = actions::statistics(&cx, **names, staff.agency, query.month).await?;
    let body = OwnStatisticsBody::new(month, rows, cx.locale);
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body))
}
