//! Writing: one resource, several at once, and operations.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName},
    post, put,
    web::Path,
};
use citygate_platform::http::Failure;

use crate::fhir::{
    FhirError,
    again::Request,
    bundle,
    call::{Call, kind},
    message::Message,
    operations,
    plan::logical_id,
    single,
    wire::{BundleBody, ParametersBody, ResourceBody, TypeBody, WrittenBody},
};

/// Creates a resource
///
/// With `If-None-Exist` only if none matches; one that does is answered with 200, unchanged. A
/// message with an `Idempotency-Key` is carried out once.
#[utoipa::path(
    operation_id = "exchange_fhir_create",
    tag = "exchange",
    security(("partner" = ["system/*.write"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("If-None-Exist" = Option<String>, Header, description = "A condition: `identifier=…`."),
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = WrittenBody, content_type = "application/fhir+json"),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "It was there already, or was recorded as another version of one that was."),
        (status = 201, body = ResourceBody, content_type = "application/fhir+json",
            description = "Created; where, `Location` says.", links(
                ("read" = (operation_id = "exchange_fhir_read", parameters(
                    ("type" = "$request.path.type"), ("id" = "$response.body#/id")))),
                ("history" = (operation_id = "exchange_fhir_history", parameters(
                    ("type" = "$request.path.type"), ("id" = "$response.body#/id")))),
                ("version" = (operation_id = "exchange_fhir_vread", parameters(
                    ("type" = "$request.path.type"), ("id" = "$response.body#/id"),
                    ("version" = "$response.body#/meta/versionId"))))
            )),
        (status = 202, body = ResourceBody, content_type = "application/fhir+json",
            description = "Held until what it refers to arrives: `exchange.held_order_unknown`."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_invalid`, \
            `exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`"),
        (status = 405, description = "`exchange.fhir_not_supported`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`"),
        (status = 412, description = "`exchange.fhir_not_selective`"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, or a rule of the resource's service")
    )
)]
#[post("/fhir/r4/{type}")]
pub(super) async fn create(
    call: Call,
    of: Path<String>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let kind = kind(&of)?;
    let condition = call.header(&HeaderName::from_static("if-none-exist"));
    let request = Request {
        put: false,
        url: kind.name().to_owned(),
        if_none_exist: condition.map(ToOwned::to_owned),
        if_match: None,
    };
    single::carry_out(&call, kind, request, &message).await
}

/// Replaces a resource
///
/// With `If-Match` only if the version that it names is the present one.
#[utoipa::path(
    operation_id = "exchange_fhir_update",
    tag = "exchange",
    security(("partner" = ["system/*.write"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("id" = String, Path, description = "Which one."),
        ("If-Match" = Option<String>, Header, description = "The version to be replaced: `W/\"3\"`."),
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = WrittenBody, content_type = "application/fhir+json"),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "The resource as it is now."),
        (status = 202, body = ResourceBody, content_type = "application/fhir+json",
            description = "Held until what it refers to arrives: `exchange.held_order_unknown`."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_invalid`"),
        (status = 404, description = "`exchange.fhir_type_unknown`"),
        (status = 405, description = "`exchange.fhir_ids_are_given`, `exchange.fhir_not_supported`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`"),
        (status = 412, description = "`exchange.fhir_version_differs`"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, or a rule of the resource's service")
    )
)]
#[put("/fhir/r4/{type}/{id}")]
pub(super) async fn update(
    call: Call,
    path: Path<(String, String)>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let (of, id) = path.into_inner();
    let kind = kind(&of)?;
    let request = Request {
        put: true,
        url: format!("{kind}/{id}"),
        if_none_exist: None,
        if_match: call.header(&header::IF_MATCH).map(ToOwned::to_owned),
    };
    single::carry_out(&call, kind, request, &message).await
}

/// Replaces the resource that matches a condition, or creates it
#[utoipa::path(
    operation_id = "exchange_fhir_conditional_update",
    tag = "exchange",
    security(("partner" = ["system/*.write"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("identifier" = Option<String>, Query, example = "urn:citygate:location-no|HB",
            description = "The condition: `system|value`."),
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = WrittenBody, content_type = "application/fhir+json"),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "The resource as it is now."),
        (status = 201, body = ResourceBody, content_type = "application/fhir+json",
            description = "None matched: created."),
        (status = 202, body = ResourceBody, content_type = "application/fhir+json",
            description = "Held until what it refers to arrives: `exchange.held_order_unknown`."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_invalid`, \
            `exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`"),
        (status = 405, description = "`exchange.fhir_not_supported`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`"),
        (status = 412, description = "`exchange.fhir_not_selective`"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, or a rule of the resource's service")
    )
)]
#[put("/fhir/r4/{type}")]
pub(super) async fn conditional_update(
    call: Call,
    of: Path<String>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let kind = kind(&of)?;
    let request = Request {
        put: true,
        url: format!("{kind}?{}", call.condition()),
        if_none_exist: None,
        if_match: None,
    };
    single::carry_out(&call, kind, request, &message).await
}

/// Carries out a transaction, or a batch
///
/// Of a transaction all is carried out or nothing; of a batch each entry by itself. Both are
/// messages with a number: the `Idempotency-Key`, or `Bundle.identifier`.
#[utoipa::path(
    operation_id = "exchange_fhir_bundle",
    tag = "exchange",
    security(("partner" = ["system/*.read", "system/*.write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = BundleBody, content_type = "application/fhir+json",
        description = "A Bundle of type transaction or batch."),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "A Bundle with what became of each entry, in their order."),
        (status = 202, body = ResourceBody, content_type = "application/fhir+json",
            description = "Held until what it refers to arrives: `exchange.held_order_unknown`."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_invalid`, \
            `exchange.fhir_bundle`, `exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_unknown`"),
        (status = 405, description = "`exchange.fhir_ids_are_given`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`"),
        (status = 412, description = "`exchange.fhir_not_selective`, \
            `exchange.fhir_version_differs`"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, `exchange.held_patient_mismatch`, \
            `exchange.held_order_withdrawn`, `exchange.held_status_regressed`, \
            `exchange.held_version_conflict`, or a rule of a resource's service")
    )
)]
#[post("/fhir/r4")]
pub(super) async fn send_bundle(call: Call, message: Message) -> Result<HttpResponse, Failure> {
    bundle::carry_out(&call, &message).await
}

/// The same at the address that some clients make of the base.
pub(super) async fn send_bundle_behind_slash(
    call: Call,
    message: Message,
) -> Result<HttpResponse, Failure> {
    bundle::carry_out(&call, &message).await
}

/// Carries out an operation of a type, such as `Appointment/$find`
#[utoipa::path(
    operation_id = "exchange_fhir_operation",
    tag = "exchange",
    security(("partner" = ["system/*.read", "system/*.write"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("operation" = String, Path, example = "find", description = "Its name, without the `$`."),
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = ParametersBody, content_type = "application/fhir+json",
        description = "A Parameters resource."),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "What the operation's definition says."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`, `exchange.fhir_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`, or a state that does not allow it"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, or a rule of the resource's service")
    )
)]
#[post("/fhir/r4/{type}/${operation}")]
pub(super) async fn operation(
    call: Call,
    path: Path<(String, String)>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let (of, name) = path.into_inner();
    operations::carry_out(&call, (kind(&of)?, None), &name, &message).await
}

/// Carries out an operation of one resource, such as `Appointment/…/$cancel`
#[utoipa::path(
    operation_id = "exchange_fhir_instance_operation",
    tag = "exchange",
    security(("partner" = ["system/*.read", "system/*.write"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("id" = String, Path, description = "Which one."),
        ("operation" = String, Path, example = "cancel", description = "Its name, without the `$`."),
        ("Idempotency-Key" = Option<String>, Header, description = "What the sender calls the message.")
    ),
    request_body(content = ParametersBody, content_type = "application/fhir+json",
        description = "A Parameters resource."),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "What the operation's definition says."),
        (status = 400, description = "`exchange.fhir_malformed`, `exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`, `exchange.fhir_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 409, description = "`exchange.message_differs`, or a state that does not allow it"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.fhir_unprocessable`, \
            `exchange.fhir_reference_unknown`, or a rule of the resource's service")
    )
)]
#[post("/fhir/r4/{type}/{id}/${operation}")]
pub(super) async fn instance_operation(
    call: Call,
    path: Path<(String, String, String)>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let (of, id, name) = path.into_inner();
    let id = logical_id(&id).map_err(|_| FhirError::Unknown)?;
    operations::carry_out(&call, (kind(&of)?, Some(id)), &name, &message).await
}
