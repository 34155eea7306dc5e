//! Reading and searching.

use actix_web::{HttpResponse, get, post, web::Path};
use citygate_platform::{db::Tx, http::Failure};

use crate::fhir::{
    answer::of_seen,
    call::{Call, kind},
    look::Look,
    message::Message,
    plan::Address,
    wire::{ResourceBody, TypeBody},
};

async fn look(
    call: &Call,
    address: Address<'_>,
    pairs: Vec<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let look = Look::at(&call.ground, &address, pairs)?;
    let see = async |tx: &mut Tx<'_>| look.see(&call.ground, tx).await;
    let seen = call.ground.look("exchange.fhir_look", see).await?;
    of_seen(&call.ground, &seen)
}

/// Searches for resources of a type
///
/// Parameters are as the CapabilityStatement lists them. Those that are not known are left out,
/// unless `Prefer: handling=strict` refuses them.
#[utoipa::path(
    operation_id = "exchange_fhir_search",
    tag = "exchange",
    security(("partner" = ["system/*.read"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("_count" = Option<u32>, Query, minimum = 1, description = "Entries on a page; 100 at most."),
        ("_cursor" = Option<String>, Query, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
            description = "As a next link has it.")
    ),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "A Bundle of matches, oldest first, with links."),
        (status = 400, description = "`exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 422, description = "`exchange.search_too_broad`")
    )
)]
#[get("/fhir/r4/{type}")]
pub(super) async fn search(call: Call, of: Path<String>) -> Result<HttpResponse, Failure> {
    look(&call, Address::Type(kind(&of)?), call.pairs()).await
}

/// Searches for resources of a type, with parameters that no log of an address sees
#[utoipa::path(
    operation_id = "exchange_fhir_search_by_post",
    tag = "exchange",
    security(("partner" = ["system/*.read"])),
    params(("type" = inline(TypeBody), Path, description = "Of which type.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The parameters."),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "A Bundle of matches, oldest first, with links."),
        (status = 400, description = "`exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`"),
        (status = 415, description = "`exchange.fhir_media_type`"),
        (status = 422, description = "`exchange.search_too_broad`")
    )
)]
#[post("/fhir/r4/{type}/_search")]
pub(super) async fn search_by_post(
    call: Call,
    of: Path<String>,
    message: Message,
) -> Result<HttpResponse, Failure> {
    let address = Address::Type(kind(&of)?);
    // Who may not search is told so before anything is said of the body.
    Look::at(&call.ground, &address, Vec::new())?;
    let mut pairs = call.pairs();
    pairs.extend(message.form()?);
    look(&call, address, pairs).await
}

/// A resource as it is now
#[utoipa::path(
    operation_id = "exchange_fhir_read",
    tag = "exchange",
    security(("partner" = ["system/*.read"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("id" = String, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "The resource; its version is in `ETag`."),
        (status = 404, description = "`exchange.fhir_type_unknown`, `exchange.fhir_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`")
    )
)]
#[get("/fhir/r4/{type}/{id}")]
pub(super) async fn read(
    call: Call,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let (of, id) = path.into_inner();
    look(&call, Address::Instance(kind(&of)?, &id), call.pairs()).await
}

/// The versions of a resource, newest first
#[utoipa::path(
    operation_id = "exchange_fhir_history",
    tag = "exchange",
    security(("partner" = ["system/*.read"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("id" = String, Path, description = "Which one."),
        ("_count" = Option<u32>, Query, minimum = 1, description = "Entries on a page; 100 at most.")
    ),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "A Bundle of versions, with links."),
        (status = 400, description = "`exchange.fhir_parameter`"),
        (status = 404, description = "`exchange.fhir_type_unknown`, `exchange.fhir_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`")
    )
)]
#[get("/fhir/r4/{type}/{id}/_history")]
pub(super) async fn history(
    call: Call,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let (of, id) = path.into_inner();
    look(&call, Address::History(kind(&of)?, &id), call.pairs()).await
}

/// A resource as it was in one of its versions
#[utoipa::path(
    operation_id = "exchange_fhir_vread",
    tag = "exchange",
    security(("partner" = ["system/*.read"])),
    params(
        ("type" = inline(TypeBody), Path, description = "Of which type."),
        ("id" = String, Path, description = "Which one."),
        ("version" = String, Path, description = "Its number, from 1.")
    ),
    responses(
        (status = 200, body = ResourceBody, content_type = "application/fhir+json",
            description = "The version."),
        (status = 404, description = "`exchange.fhir_type_unknown`, `exchange.fhir_unknown`"),
        (status = 406, description = "`exchange.fhir_not_acceptable`")
    )
)]
#[get("/fhir/r4/{type}/{id}/_history/{version}")]
pub(super) async fn version(
    call: Call,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, Failure> {
    let (of, id, version) = path.into_inner();
    look(&call, Address::Version(kind(&of)?, &id, &version), call.pairs()).await
}
