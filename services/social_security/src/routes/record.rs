//! What people read of their own record.

use actix_web::{
    HttpResponse, get,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{RealName, StepUp};
use citygate_inquiry::Registers;
use citygate_kernel::{CityCode, Month};
use citygate_platform::{Cx, http::Failure};
use serde::Deserialize;
use utoipa::IntoParams;

use super::PRIVATE;
use crate::{
    actions::record::{self, RecordRead},
    model::InsuranceKind,
    wire::{AgenciesBody, ForecastBody, GapsBody, MonthsBody, RecordBody, chart},
};

/// Of which city.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgenciesQuery {
    /// Only those of one city.
    city: Option<CityCode>,
}

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsQuery {
    /// Only one insurance.
    kind: Option<InsuranceKind>,
    /// Only months before this one: `next_before` of the page before.
    before: Option<Month>,
    /// Months on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 60, default = 12)]
    limit: Option<PageSize>,
}

/// 1 to 60 months.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
struct PageSize(usize);

impl PageSize {
    const DEFAULT: usize = 12;
    const MAX: usize = 60;
}

impl TryFrom<i64> for PageSize {
    type Error = &'static str;

    fn try_from(months: i64) -> Result<Self, &'static str> {
        match usize::try_from(months) {
            Ok(months @ 1..=Self::MAX) => Ok(Self(months)),
            _ => Err("1 to 60 months are expected"),
        }
    }
}

/// What is assumed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ForecastQuery {
    /// Whether contributions go on until the age of retirement.
    #[param(default = true)]
    pays_on: Option<bool>,
}

/// The agencies whose registers can be asked
#[utoipa::path(
    operation_id = "social_security_list_agencies",
    tag = "social_security",
    security(("citizen" = [])),
    params(AgenciesQuery),
    responses((status = 200, body = AgenciesBody, description = "By city.", links(
        ("record" = (operation_id = "social_security_get_record",
            parameters(("agency_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/social-security/agencies")]
pub(super) async fn list_agencies(
    cx: Cx,
    _: RealName,
    query: Query<AgenciesQuery>,
) -> Result<Json<AgenciesBody>, Failure> {
    let agencies = record::agencies_that_answer(&cx, query.city).await?;
    Ok(Json(AgenciesBody::new(agencies, cx.locale)))
}

/// What the caller has paid in
///
/// It takes a fresh proof (`social_security.read`), which serves once. For ten minutes the same
/// sign-in gets the months, the gaps and a forecast of the same agency without another. The agency's
/// register is asked; while it does not answer, what it said last is given, and says so.
#[utoipa::path(
    operation_id = "social_security_get_record",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "Whose register.")),
    responses(
        (status = 200, body = RecordBody, description = "Years and months by insurance."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 503, description = "`inquiry.unheard`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/record")]
pub(super) async fn get_record(
    cx: Cx,
    proof: StepUp<RecordRead>,
    registers: Registers,
    agency: Path<AgencyId>,
) -> Result<HttpResponse, Failure> {
    let reading = record::read(&cx, &registers, &proof, *agency).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(RecordBody::new(&reading, cx.locale)))
}

/// Month by month
///
/// Within ten minutes of the proof for the record.
#[utoipa::path(
    operation_id = "social_security_list_months",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "Whose register."), MonthsQuery),
    responses(
        (status = 200, body = MonthsBody, description = "Newest first."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 503, description = "`inquiry.unheard`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/months")]
pub(super) async fn list_months(
    cx: Cx,
    caller: RealName,
    registers: Registers,
    agency: Path<AgencyId>,
    query: Query<MonthsQuery>,
) -> Result<HttpResponse, Failure> {
    let reading = record::read_on(&cx, &registers, &caller, *agency).await?;
    let limit = query.limit.map_or(PageSize::DEFAULT, |size| size.0);
    let body = MonthsBody::new(&reading, query.kind, (query.before, limit), cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Two years of pension contributions as a picture
///
/// Within ten minutes of the proof for the record.
#[utoipa::path(
    operation_id = "social_security_get_picture",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "Whose register.")),
    responses(
        (status = 200, content_type = "image/svg+xml", body = String, description = "With a title \
         and a description for screen readers."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 503, description = "`inquiry.unheard`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/months.svg")]
pub(super) async fn get_picture(
    cx: Cx,
    caller: RealName,
    registers: Registers,
    agency: Path<AgencyId>,
) -> Result<HttpResponse, Failure> {
    let reading = record::read_on(&cx, &registers, &caller, *agency).await?;
    let svg = chart(&reading, cx.locale).to_string();
    Ok(HttpResponse::Ok().insert_header(PRIVATE).content_type("image/svg+xml").body(svg))
}

/// Months that nobody paid for
///
/// Within ten minutes of the proof for the record. Of the pension insurance, with who employed the
/// caller before and after.
#[utoipa::path(
    operation_id = "social_security_list_gaps",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "Whose register.")),
    responses(
        (status = 200, body = GapsBody, description = "Oldest first."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 503, description = "`inquiry.unheard`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/gaps")]
pub(super) async fn list_gaps(
    cx: Cx,
    caller: RealName,
    registers: Registers,
    agency: Path<AgencyId>,
) -> Result<HttpResponse, Failure> {
    let reading = record::read_on(&cx, &registers, &caller, *agency).await?;
    let rule = record::arrears(&cx, &reading).await?;
    let body = GapsBody::new(&reading, &rule, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// What pension the caller can expect
///
/// Within ten minutes of the proof for the record. A forecast by the rules of today: it says what it
/// assumes, and by which law it was computed.
#[utoipa::path(
    operation_id = "social_security_get_forecast",
    tag = "social_security",
    security(("citizen" = [])),
    params(("agency_id" = AgencyId, Path, description = "Whose register."), ForecastQuery),
    responses(
        (status = 200, body = ForecastBody, description = "The forecast."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`social_security.agency_unknown`, `inquiry.no_record`"),
        (status = 422, description = "`social_security.no_forecast`, `catalogue.rule_missing`"),
        (status = 503, description = "`inquiry.unheard`")
    )
)]
#[get("/v1/social-security/agencies/{agency_id}/forecast")]
pub(super) async fn get_forecast(
    cx: Cx,
    caller: RealName,
    registers: Registers,
    agency: Path<AgencyId>,
    query: Query<ForecastQuery>,
) -> Result<HttpResponse, Failure> {
    let reading = record::read_on(&cx, &registers, &caller, *agency).await?;
    let forecasting = record::expect(&cx, reading, query.pays_on.unwrap_or(true)).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ForecastBody::new(&forecasting, cx.locale)))
}
