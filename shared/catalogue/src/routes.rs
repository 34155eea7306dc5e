//! Handlers of the catalogue.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, Service, http::Failure};

use crate::{
    actions,
    error::{Error, PROBLEMS},
    model::OfficeId,
    store,
    wire::{CitiesQuery, CityBody, CityListBody, OfficeBody, OfficeListBody, OfficesQuery},
};

/// The catalogue as a part of the city.
pub fn service() -> Service {
    let mut service = Service::new("catalogue", PROBLEMS, |routes| {
        routes.service(list_cities).service(get_city).service(list_offices).service(get_office);
    });
    service.about = "What is known of the cities that the gateway serves.";
    service
}

/// The cities that the gateway serves
#[utoipa::path(
    operation_id = "catalogue_list_cities",
    tag = "catalogue",
    security(()),
    params(CitiesQuery),
    responses((status = 200, body = CityListBody, description = "All of them, by code."))
)]
#[get("/v1/cities")]
async fn list_cities(cx: Cx, query: Query<CitiesQuery>) -> Result<Json<CityListBody>, Failure> {
    let cities: Result<_, Error> =
        cx.db.read("catalogue.list_cities", async |tx| store::all_cities(tx).await).await;
    let cities = cities?.into_iter().filter(|city| query.sandbox || !city.sandbox);
    let items = cities.map(|city| CityBody::new(&city, cx.locale)).collect();
    Ok(Json(CityListBody { items }))
}

/// One city
#[utoipa::path(
    operation_id = "catalogue_get_city",
    tag = "catalogue",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code.")),
    responses(
        (status = 200, body = CityBody, description = "The city."),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/cities/{city}")]
async fn get_city(cx: Cx, code: Path<CityCode>) -> Result<Json<CityBody>, Failure> {
    let city = cx.db.read("catalogue.get_city", async |tx| actions::city(tx, *code).await).await?;
    Ok(Json(CityBody::new(&city, cx.locale)))
}

/// The offices of a city
///
/// Where its agencies receive people; those that were listed first at the top, 500 at most.
#[utoipa::path(
    operation_id = "catalogue_list_offices",
    tag = "catalogue",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code."), OfficesQuery),
    responses(
        (status = 200, body = OfficeListBody, description = "Those that receive people.", links(
            ("office" = (operation_id = "catalogue_get_office",
                parameters(("office_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/cities/{city}/offices")]
async fn list_offices(
    cx: Cx,
    code: Path<CityCode>,
    query: Query<OfficesQuery>,
) -> Result<Json<OfficeListBody>, Failure> {
    let filter = query.of(*code);
    let found = cx
        .db
        .read("catalogue.list_offices", async |tx| actions::offices(tx, &filter).await)
        .await?;
    let items = found.into_iter().map(|office| OfficeBody::new(office, cx.locale)).collect();
    Ok(Json(OfficeListBody { items }))
}

/// One office
#[utoipa::path(
    operation_id = "catalogue_get_office",
    tag = "catalogue",
    security(()),
    params(("office_id" = OfficeId, Path, description = "Which one.")),
    responses(
        (status = 200, body = OfficeBody, description = "The office."),
        (status = 404, description = "`catalogue.office_unknown`")
    )
)]
#[get("/v1/offices/{office_id}")]
async fn get_office(cx: Cx, id: Path<OfficeId>) -> Result<Json<OfficeBody>, Failure> {
    let found =
        cx.db.read("catalogue.get_office", async |tx| actions::office(tx, *id).await).await?;
    Ok(Json(OfficeBody::new(found, cx.locale)))
}
