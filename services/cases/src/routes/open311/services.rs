//! What can be reported in a city.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web::Data};
use citygate_identity::Tokens;
use citygate_kernel::Problem;
use citygate_platform::{Cx, http::Failure};

use super::{Parameters, json, parameters, segment, xml};
use crate::{
    actions::open311 as actions,
    error::Open311Error,
    open311::{
        DiscoveryBody, JurisdictionQuery, Open311Errors, ServiceBody, ServiceCode,
        ServiceDefinitionBody, ServicesBody,
    },
};

/// Where Open311 is spoken
#[utoipa::path(
    operation_id = "cases_open311_discover",
    tag = "cases",
    security(()),
    responses((status = 200, body = DiscoveryBody, description = "Open311 Service Discovery."))
)]
#[get("/open311/v2/discovery.json")]
pub(super) async fn discover(cx: Cx, tokens: Data<Tokens>) -> Result<HttpResponse, Failure> {
    json(StatusCode::OK, Ok(DiscoveryBody::new(tokens.issuer(), cx.locale)))
}

/// Where Open311 is spoken, as XML
#[utoipa::path(
    operation_id = "cases_open311_discover_as_xml",
    tag = "cases",
    security(()),
    responses((status = 200, content_type = "text/xml", body = String,
        description = "Open311 Service Discovery."))
)]
#[get("/open311/v2/discovery.xml")]
pub(super) async fn discover_as_xml(cx: Cx, tokens: Data<Tokens>) -> HttpResponse {
    let body = DiscoveryBody::new(tokens.issuer(), cx.locale);
    xml(&cx, (StatusCode::OK, ("discovery", "discovery")), Ok(body))
}

async fn all(cx: &Cx, query: Parameters<JurisdictionQuery>) -> Result<ServicesBody, Problem> {
    let city = parameters(query)?.city().map_err(crate::Error::from)?;
    let mut services = Vec::new();
    for (published, categories) in actions::services(cx, city).await? {
        let body = |category| ServiceBody::new(&published, category, cx.locale);
        services.extend(categories.iter().map(body));
    }
    Ok(ServicesBody(services))
}

/// What can be reported in a city
///
/// Each category of each listing that takes cases is a service.
#[utoipa::path(
    operation_id = "cases_open311_list_services",
    tag = "cases",
    security(()),
    params(JurisdictionQuery),
    responses(
        (status = 200, body = ServicesBody, description = "The services of today."),
        (status = 400, body = Open311Errors, description = "`cases.jurisdiction_missing`"),
        (status = 404, body = Open311Errors, description = "`cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/services.json")]
pub(super) async fn list_services(
    cx: Cx,
    query: Parameters<JurisdictionQuery>,
) -> Result<HttpResponse, Failure> {
    json(StatusCode::OK, all(&cx, query).await)
}

/// What can be reported in a city, as XML
#[utoipa::path(
    operation_id = "cases_open311_list_services_as_xml",
    tag = "cases",
    security(()),
    params(JurisdictionQuery),
    responses(
        (status = 200, content_type = "text/xml", body = String, description = "The services of \
         today."),
        (status = 400, content_type = "text/xml", body = String, description = "\
         `cases.jurisdiction_missing`"),
        (status = 404, content_type = "text/xml", body = String, description = "\
         `cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/services.xml")]
pub(super) async fn list_services_as_xml(
    cx: Cx,
    query: Parameters<JurisdictionQuery>,
) -> HttpResponse {
    xml(&cx, (StatusCode::OK, ("services", "service")), all(&cx, query).await)
}

async fn one(
    cx: &Cx,
    request: &HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> Result<ServiceDefinitionBody, Problem> {
    let city = parameters(query)?.named().map_err(crate::Error::from)?;
    let code = ServiceCode::read(segment(request, "service_code"));
    let code = code.filter(|code| city.is_none_or(|city| city == code.city()));
    let code = code.ok_or(crate::Error::from(Open311Error::ServiceUnknown))?;
    let (published, category) = actions::service(cx, &code).await?;
    Ok(ServiceDefinitionBody::new(&published, &category, cx.locale))
}

/// What is asked of who reports something
#[utoipa::path(
    operation_id = "cases_open311_get_service",
    tag = "cases",
    security(()),
    params(("service_code" = String, Path, description = "As the list has it."), JurisdictionQuery),
    responses(
        (status = 200, body = ServiceDefinitionBody, description = "Its questions."),
        (status = 404, body = Open311Errors, description = "`cases.service_unknown`, \
         `cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/services/{service_code}.json")]
pub(super) async fn get_service(
    cx: Cx,
    request: HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> Result<HttpResponse, Failure> {
    json(StatusCode::OK, one(&cx, &request, query).await)
}

/// What is asked of who reports something, as XML
#[utoipa::path(
    operation_id = "cases_open311_get_service_as_xml",
    tag = "cases",
    security(()),
    params(("service_code" = String, Path, description = "As the list has it."), JurisdictionQuery),
    responses(
        (status = 200, content_type = "text/xml", body = String, description = "Its questions."),
        (status = 400, content_type = "text/xml", body = String, description = "The parameters are \
         malformed."),
        (status = 404, content_type = "text/xml", body = String, description = "\
         `cases.service_unknown`, `cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/services/{service_code}.xml")]
pub(super) async fn get_service_as_xml(
    cx: Cx,
    request: HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> HttpResponse {
    let names = ("service_definition", "attribute");
    xml(&cx, (StatusCode::OK, names), one(&cx, &request, query).await)
}
