//! What was reported in a city, and reporting it.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post,
    web::Form,
};
use citygate_identity::Citizen;
use citygate_kernel::Problem;
use citygate_platform::{Cx, http::Failure, problems};

use super::{Parameters, json, parameters, segment, xml};
use crate::{
    actions::open311::{self as actions, Asked},
    error::{CaseError, Error},
    open311::{
        JurisdictionQuery, Open311Errors, PostRequestForm, RequestBody, RequestsBody,
        RequestsQuery, TakenBody,
    },
};

async fn found(cx: &Cx, asked: &Asked) -> Result<RequestsBody, Error> {
    let requests = actions::requests(cx, asked).await?.into_iter();
    let body = |request: actions::Request| {
        RequestBody::new(request.view, request.agency.get(cx.locale), cx.locale)
    };
    Ok(RequestsBody(requests.map(body).collect()))
}

async fn list(cx: &Cx, query: Parameters<RequestsQuery>) -> Result<RequestsBody, Problem> {
    let asked = parameters(query)?.wanted(cx.clock.now()).map_err(Error::from)?;
    Ok(found(cx, &asked).await?)
}

/// What was reported in a city
///
/// Within ninety days, a thousand at most, newest first. What is public of a case: neither who nor what
/// was written nor where exactly; reports of wrongs are not among them.
#[utoipa::path(
    operation_id = "cases_open311_list_requests",
    tag = "cases",
    security(()),
    params(RequestsQuery),
    responses(
        (status = 200, body = RequestsBody, description = "The requests."),
        (status = 400, body = Open311Errors, description = "`cases.jurisdiction_missing`, \
         `cases.form_unsound`"),
        (status = 404, body = Open311Errors, description = "`cases.jurisdiction_unknown`, \
         `cases.service_unknown`")
    )
)]
#[get("/open311/v2/requests.json")]
pub(super) async fn list_requests(
    cx: Cx,
    query: Parameters<RequestsQuery>,
) -> Result<HttpResponse, Failure> {
    json(StatusCode::OK, list(&cx, query).await)
}

/// What was reported in a city, as XML
#[utoipa::path(
    operation_id = "cases_open311_list_requests_as_xml",
    tag = "cases",
    security(()),
    params(RequestsQuery),
    responses(
        (status = 200, content_type = "text/xml", body = String, description = "The requests."),
        (status = 400, content_type = "text/xml", body = String, description = "\
         `cases.jurisdiction_missing`, `cases.form_unsound`"),
        (status = 404, content_type = "text/xml", body = String, description = "\
         `cases.jurisdiction_unknown`, `cases.service_unknown`")
    )
)]
#[get("/open311/v2/requests.xml")]
pub(super) async fn list_requests_as_xml(cx: Cx, query: Parameters<RequestsQuery>) -> HttpResponse {
    xml(&cx, (StatusCode::OK, ("service_requests", "request")), list(&cx, query).await)
}

async fn one(
    cx: &Cx,
    request: &HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> Result<RequestsBody, Problem> {
    let unknown = || Error::from(CaseError::Unknown);
    let city = parameters(query)?.named().map_err(Error::from)?;
    let id = segment(request, "service_request_id").parse().map_err(|_| unknown())?;
    let body = found(cx, &Asked::Ids(vec![id])).await?;
    let here = city.is_none_or(|city| city == id.city());
    if here && !body.0.is_empty() { Ok(body) } else { Err(unknown().into()) }
}

/// One thing that was reported
#[utoipa::path(
    operation_id = "cases_open311_get_request",
    tag = "cases",
    security(()),
    params(
        ("service_request_id" = String, Path, description = "Which one."),
        JurisdictionQuery
    ),
    responses(
        (status = 200, body = RequestsBody, description = "A list of one."),
        (status = 404, body = Open311Errors, description = "`cases.case_unknown`, \
         `cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/requests/{service_request_id}.json")]
pub(super) async fn get_request(
    cx: Cx,
    request: HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> Result<HttpResponse, Failure> {
    json(StatusCode::OK, one(&cx, &request, query).await)
}

/// One thing that was reported, as XML
#[utoipa::path(
    operation_id = "cases_open311_get_request_as_xml",
    tag = "cases",
    security(()),
    params(
        ("service_request_id" = String, Path, description = "Which one."),
        JurisdictionQuery
    ),
    responses(
        (status = 200, content_type = "text/xml", body = String, description = "A list of one."),
        (status = 400, content_type = "text/xml", body = String, description = "The parameters are \
         malformed."),
        (status = 404, content_type = "text/xml", body = String, description = "\
         `cases.case_unknown`, `cases.jurisdiction_unknown`")
    )
)]
#[get("/open311/v2/requests/{service_request_id}.xml")]
pub(super) async fn get_request_as_xml(
    cx: Cx,
    request: HttpRequest,
    query: Parameters<JurisdictionQuery>,
) -> HttpResponse {
    let names = ("service_requests", "request");
    xml(&cx, (StatusCode::OK, names), one(&cx, &request, query).await)
}

/// The form of a request.
type Posted = Result<Form<PostRequestForm>, actix_web::Error>;

/// Whoever cannot be known is told so before anything is said about the form.
async fn taken(cx: &Cx, request: &HttpRequest, posted: Posted) -> Result<TakenBody, Problem> {
    let key = posted.as_ref().ok().and_then(|form| form.key());
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.split_once(' ')).map(|(_, token)| token.trim());
    let token = bearer.or(key).ok_or(citygate_identity::Error::TokenRequired)?;
    let caller = Citizen::of_token(request, token)?;
    let form = posted.map_err(|error| {
        Problem::new(&problems::INVALID_BODY)
            .detail("application/x-www-form-urlencoded is expected")
            .cause(error.to_string())
    })?;
    let new = form.case().map_err(Error::from)?;
    let view = actions::file(cx, &caller, &new).await?;
    Ok(TakenBody::new(&view, cx.locale))
}

/// Reports something
///
/// As `POST /v1/cases` does. The `api_key` is the access token of a citizen.
#[utoipa::path(
    operation_id = "cases_open311_post_request",
    tag = "cases",
    security(("citizen" = [])),
    request_body(content = PostRequestForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, body = TakenBody, description = "It is with a desk.", links(
            ("request" = (operation_id = "cases_open311_get_request",
                parameters(("service_request_id" = "$response.body#/0/service_request_id"))))
        )),
        (status = 400, body = Open311Errors, description = "`cases.service_missing`, \
         `cases.form_unsound`, `request.invalid_body`"),
        (status = 404, body = Open311Errors, description = "`cases.service_unknown`, \
         `cases.jurisdiction_unknown`"),
        (status = 409, body = Open311Errors, description = "`cases.too_many`"),
        (status = 422, body = Open311Errors, description = "`cases.not_taken`, \
         `cases.intent_not_taken`")
    )
)]
#[post("/open311/v2/requests.json")]
pub(super) async fn post_request(
    cx: Cx,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, Failure> {
    json(StatusCode::CREATED, taken(&cx, &request, posted).await)
}

/// Reports something, and is answered in XML
///
/// As `POST /v1/cases` does. The `api_key` is the access token of a citizen.
#[utoipa::path(
    operation_id = "cases_open311_post_request_as_xml",
    tag = "cases",
    security(("citizen" = [])),
    request_body(content = PostRequestForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, content_type = "text/xml", body = String, description = "It is with a desk."),
        (status = 400, content_type = "text/xml", body = String, description = "\
         `cases.service_missing`, `cases.form_unsound`, `request.invalid_body`"),
        (status = 401, content_type = "text/xml", body = String, description = "The api_key is \
         missing, expired or not one of this city"),
        (status = 403, content_type = "text/xml", body = String, description = "The api_key does \
         not allow this"),
        (status = 404, content_type = "text/xml", body = String, description = "\
         `cases.service_unknown`, `cases.jurisdiction_unknown`"),
        (status = 409, content_type = "text/xml", body = String, description = "`cases.too_many`"),
        (status = 422, content_type = "text/xml", body = String, description = "`cases.not_taken`, \
         `cases.intent_not_taken`")
    )
)]
#[post("/open311/v2/requests.xml")]
pub(super) async fn post_request_as_xml(
    cx: Cx,
    request: HttpRequest,
    posted: Posted,
) -> HttpResponse {
    let names = ("service_requests", "request");
    xml(&cx, (StatusCode::CREATED, names), taken(&cx, &request, posted).await)
}
