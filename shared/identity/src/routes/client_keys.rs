//! The keys of an agency's systems, looked after by its admins.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Json, Path},
};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions,
    model::ClientId,
    staff::{ClientsWrite, Staff},
    wire::{AddClientKeyBody, AgencyClientBody, AgencyClientsBody, ClientKeyBody},
};

/// The systems of the agency, with the keys that work
#[utoipa::path(
    operation_id = "identity_list_agency_clients",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    responses(
        (status = 200, body = AgencyClientsBody, description = "All of them, oldest first."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/clients")]
pub(super) async fn list_agency_clients(
    cx: Cx,
    admin: Staff<ClientsWrite>,
) -> Result<Json<AgencyClientsBody>, Failure> {
    let clients = actions::agency_clients(&cx, admin.agency).await?;
    Ok(Json(AgencyClientsBody { items: clients.into_iter().map(AgencyClientBody::from).collect() }))
}

/// Adds a public key to a system
///
/// It works beside those that are there, three at most. To roll over: add the new key, let the
/// system sign with it, and retire the old one.
#[utoipa::path(
    operation_id = "identity_add_client_key",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("client_id" = ClientId, Path, description = "The system.")
    ),
    request_body = AddClientKeyBody,
    responses(
        (status = 201, body = ClientKeyBody, description = "It works from now on."),
        (status = 404, description = "`request.not_found`: the agency has no such system."),
        (status = 409, description = "`identity.too_many_keys`, `identity.key_name_taken`"),
        (status = 422, description = "`identity.key_unusable`")
    )
)]
#[post("/v1/agencies/{agency_id}/clients/{client_id}/keys")]
pub(super) async fn add_client_key(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    path: Path<(AgencyId, ClientId)>,
    body: Body<AddClientKeyBody>,
) -> Result<HttpResponse, Failure> {
    let key = actions::add_client_key(&cx, admin.agency, path.1, &body.key()?).await?;
    Ok(HttpResponse::Created().json(ClientKeyBody::from(key)))
}

/// Retires a key of a system
///
/// From now on nothing that it signs is accepted. The last key cannot be retired: disable the
/// system, or add a key first.
#[utoipa::path(
    operation_id = "identity_retire_client_key",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("client_id" = ClientId, Path, description = "The system."),
        ("kid" = String, Path, description = "The name of the key.")
    ),
    responses(
        (status = 204, description = "Retired."),
        (status = 404, description = "`request.not_found`: no key of that name works."),
        (status = 409, description = "`identity.last_key`")
    )
)]
#[delete("/v1/agencies/{agency_id}/clients/{client_id}/keys/{kid}")]
pub(super) async fn retire_client_key(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    path: Path<(AgencyId, ClientId, String)>,
) -> Result<HttpResponse, Failure> {
    actions::retire_client_key(&cx, admin.agency, path.1, &path.2).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Disables a system for good
///
/// It gets no token from now on. Tokens that it has end within five minutes.
#[utoipa::path(
    operation_id = "identity_disable_client",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("client_id" = ClientId, Path, description = "The system.")
    ),
    responses(
        (status = 204, description = "Disabled; also if it was before."),
        (status = 404, description = "`request.not_found`: the agency has no such system.")
    )
)]
#[delete("/v1/agencies/{agency_id}/clients/{client_id}")]
pub(super) async fn disable_client(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    path: Path<(AgencyId, ClientId)>,
) -> Result<HttpResponse, Failure> {
    actions::disable_client(&cx, admin.agency, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
