//! The caller's own account.

use actix_web::{
    get,
    web::{Data, Json},
};
use citygate_platform::{Cx, http::Failure};

use crate::{
    actions::{self, IdentityRead, Profiles},
    caller::Citizen,
    step_up::StepUp,
    wire::{IdentityBody, ProfileBody},
};

/// The caller's own account
#[utoipa::path(
    operation_id = "identity_get_me",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = ProfileBody, description = "What is personal is masked."))
)]
#[get("/v1/me")]
pub(super) async fn get_me(
    cx: Cx,
    citizen: Citizen,
    profiles: Data<Profiles>,
) -> Result<Json<ProfileBody>, Failure> {
    Ok(Json(actions::profile(&cx, &profiles, citizen.account).await?.into()))
}

/// The caller's own name and document, not masked
///
/// Needs a fresh proof for `identity.read`, which it uses up (RFC 9470). The caller's ledger of
/// accesses gets an entry.
#[utoipa::path(
    operation_id = "identity_get_own_identity",
    tag = "identity",
    security(("citizen" = [])),
    responses(
        (status = 200, body = IdentityBody, description = "Name and document."),
        (status = 401, description = "`identity.step_up_required`")
    )
)]
#[get("/v1/me/identity")]
pub(super) async fn get_own_identity(
    cx: Cx,
    step_up: StepUp<IdentityRead>,
) -> Result<Json<IdentityBody>, Failure> {
    Ok(Json(actions::own_identity(&cx, &step_up).await?.into()))
}
