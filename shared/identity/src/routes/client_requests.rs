//! New systems of an agency, registered by its admins with four eyes.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path},
};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    Cx,
    http::{Body, Failure, SystemScopes},
};

use crate::{
    actions::{self, NewClientRequest},
    error::StaffError,
    model::ClientRequestId,
    rules::client_requests::is_for_systems,
    staff::{ClientsWrite, Staff},
    wire::{
        ApproveClientBody, ClientRegisteredBody, ClientRequestBody, ClientRequestsBody,
        RequestClientBody,
    },
};

/// Asks for a new system of the agency
///
/// It is registered when another admin agrees, within seven days.
#[utoipa::path(
    operation_id = "identity_request_client",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    request_body = RequestClientBody,
    responses(
        (status = 201, body = ClientRequestBody, description = "It waits for another admin.", links(
            ("withdrawal" = (operation_id = "identity_withdraw_client_request",
                parameters(("request_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 409, description = "`identity.too_many_client_requests`"),
        (status = 422, description = "`identity.key_unusable`, `identity.scope_unknown`")
    )
)]
#[post("/v1/agencies/{agency_id}/client-requests")]
pub(super) async fn request_client(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    known: Data<SystemScopes>,
    body: Body<RequestClientBody>,
) -> Result<HttpResponse, Failure> {
    let key = body.key()?;
    let RequestClientBody { name, scopes, .. } = body.into_inner();
    let fits = |scope: &String| is_for_systems(scope, |scope| known.has(scope));
    if !(1..=50).contains(&scopes.len()) || !scopes.iter().all(fits) {
        return Err(StaffError::ScopeUnknown.into());
    }
    let new = NewClientRequest { agency: admin.agency, name: name.into_string(), scopes, key };
    let open = actions::request_client(&cx, &new, (admin.id, admin.account)).await?;
    Ok(HttpResponse::Created().json(ClientRequestBody::new(open, admin.account)))
}

/// The systems that wait for an admin to agree, newest first
#[utoipa::path(
    operation_id = "identity_list_client_requests",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    responses(
        (status = 200, body = ClientRequestsBody, description = "Twenty at most."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/client-requests")]
pub(super) async fn list_client_requests(
    cx: Cx,
    admin: Staff<ClientsWrite>,
) -> Result<Json<ClientRequestsBody>, Failure> {
    let open = actions::open_client_requests(&cx, admin.agency).await?;
    let items = open.into_iter().map(|open| ClientRequestBody::new(open, admin.account)).collect();
    Ok(Json(ClientRequestsBody { items }))
}

/// Agrees to a new system
///
/// By another admin than the one who asked for it, with the fingerprint of the key as whoever made
/// it has told it on another way. Agreeing again gives the same answer.
#[utoipa::path(
    operation_id = "identity_approve_client_request",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("request_id" = ClientRequestId, Path, description = "The request.")
    ),
    request_body = ApproveClientBody,
    responses(
        (status = 201, body = ClientRegisteredBody, description = "It works from now on."),
        (status = 404, description = "`request.not_found`: there is none that waits."),
        (status = 409, description = "`identity.own_request`"),
        (status = 422, description = "`identity.fingerprint_differs`")
    )
)]
#[post("/v1/agencies/{agency_id}/client-requests/{request_id}/approvals")]
pub(super) async fn approve_client_request(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    path: Path<(AgencyId, ClientRequestId)>,
    body: Body<ApproveClientBody>,
) -> Result<HttpResponse, Failure> {
    let (which, by) = ((admin.agency, path.1), (admin.id, admin.account));
    let compared = body.fingerprint.as_str();
    let client_id = actions::approve_client_request(&cx, which, by, compared).await?;
    Ok(HttpResponse::Created().json(ClientRegisteredBody { client_id }))
}

/// Takes back the request for a new system
#[utoipa::path(
    operation_id = "identity_withdraw_client_request",
    tag = "identity",
    security(("staff" = ["clients:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("request_id" = ClientRequestId, Path, description = "The request.")
    ),
    responses(
        (status = 204, description = "Nobody can agree to it any more."),
        (status = 404, description = "`request.not_found`: there is none that waits.")
    )
)]
#[delete("/v1/agencies/{agency_id}/client-requests/{request_id}")]
pub(super) async fn withdraw_client_request(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    path: Path<(AgencyId, ClientRequestId)>,
) -> Result<HttpResponse, Failure> {
    actions::withdraw_client_request(&cx, admin.agency, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
