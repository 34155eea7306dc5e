//! What the server says of itself.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
};
use citygate_platform::http::Failure;

use crate::fhir::{
    FhirError,
    call::{Server, pairs},
    capability,
    negotiation::Format,
    wire::{OutcomeBody, ResourceBody},
};

/// What this FHIR server can do
#[utoipa::path(
    operation_id = "exchange_fhir_metadata",
    tag = "exchange",
    security(()),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "A CapabilityStatement."),
        (status = 406, body = OutcomeBody, content_type = "application/fhir+json",
            description = "`exchange.fhir_not_acceptable`")
    )
)]
#[get("/fhir/r4/metadata")]
pub(super) async fn metadata(
    server: Server,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let pairs = pairs(request.query_string());
    let format =
        pairs.iter().rfind(|(name, _)| name == "_format").map(|(_, format)| format.as_str());
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let format = Format::negotiate(format, accept)?;
    let statement = capability::statement(&server).to_string();
    Ok(HttpResponse::Ok().content_type(format.content_type()).body(statement))
}

/// Where systems of hospitals get their tokens
#[utoipa::path(
    operation_id = "exchange_fhir_smart_configuration",
    tag = "exchange",
    security(()),
    responses((status = 200, body = serde_json::Value, content_type = "application/json",
        description = "As SMART App Launch 2.2 has it."))
)]
#[get("/fhir/r4/.well-known/smart-configuration")]
pub(super) async fn smart_configuration(server: Server) -> HttpResponse {
    HttpResponse::Ok().json(capability::smart_configuration(&server))
}

/// What the server says of itself is read only. Without this, its address would be that of a type.
pub(super) async fn are_read_only() -> HttpResponse {
    let refused = FhirError::NotSupported("what the server says of itself is read only");
    let mut answer = HttpResponse::from_error(Failure::from(refused));
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    answer
}
