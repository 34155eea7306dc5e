//! Open311 `GeoReport` v2. Each answer is there as JSON and as XML.

mod requests;
mod services;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Query};
use citygate_kernel::Problem;
use citygate_platform::{Cx, Routes, http::Failure, problems};
use serde::Serialize;

use crate::open311::{as_xml, document};

/// Adds all of them.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(services::discover)
        .service(services::discover_as_xml)
        .service(services::list_services)
        .service(services::list_services_as_xml)
        .service(services::get_service)
        .service(services::get_service_as_xml)
        .service(requests::list_requests)
        .service(requests::list_requests_as_xml)
        .service(requests::post_request)
        .service(requests::post_request_as_xml)
        .service(requests::get_request)
        .service(requests::get_request_as_xml);
}

/// The parameters of a request.
type Parameters<T> = Result<Query<T>, actix_web::Error>;

fn parameters<T>(parameters: Parameters<T>) -> Result<T, Problem> {
    let unsound = |error: actix_web::Error| {
        Problem::new(&problems::INVALID_PARAMETER).cause(error.to_string())
    };
    parameters.map(Query::into_inner).map_err(unsound)
}

/// An answer as JSON.
fn json(
    status: StatusCode,
    body: Result<impl Serialize, Problem>,
) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::build(status).json(body?))
}

/// An answer as XML, and its failure as well. Names are those of the root and of an item of a list.
fn xml(
    cx: &Cx,
    (status, names): (StatusCode, (&str, &str)),
    body: Result<impl Serialize, Problem>,
) -> HttpResponse {
    match body {
        Ok(body) => HttpResponse::build(status)
            .content_type("text/xml; charset=utf-8")
            .body(document(names, &body)),
        Err(problem) => as_xml(cx, &problem),
    }
}

/// A segment of the path that a pattern has matched.
fn segment<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.match_info().get(name).unwrap_or_default()
}
