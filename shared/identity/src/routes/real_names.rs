//! Claims to real names.

use actix_web::{HttpResponse, put, web::Data};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use super::Verifying;
use crate::{
    actions::{self, Profiles},
    caller::Citizen,
    error::{Error, ProofError},
    wire::{ProfileBody, RealNameBody},
};

/// Claims a real name for the account
///
/// The register is asked after the answer: read the account (`GET /v1/me`) until its verification
/// is no longer `pending`. Then refresh the tokens: the new access token carries the real name.
/// While one claim is pending, another changes nothing. A claim is refused alike whether the
/// document is unknown, is somebody else's, has an account, or was claimed too often.
#[utoipa::path(
    operation_id = "identity_put_real_name",
    tag = "identity",
    security(("citizen" = [])),
    request_body = RealNameBody,
    responses(
        (status = 202, body = ProfileBody, description = "A claim is being checked."),
        (status = 409, description = "`identity.real_name_settled`"),
        (status = 429, description = "`identity.real_name_too_often`"),
        (status = 503, description = "`identity.registry_missing`")
    )
)]
#[put("/v1/me/real-name")]
pub(super) async fn put_real_name(
    cx: Cx,
    citizen: Citizen,
    verifying: Data<Verifying>,
    profiles: Data<Profiles>,
    body: Body<RealNameBody>,
) -> Result<HttpResponse, Failure> {
    let document = body.document.parse("/document")?;
    if !verifying.0 {
        return Err(Error::from(ProofError::RegistryMissing).into());
    }
    let name = body.name.expose().as_str();
    actions::claim_real_name(&cx, citizen.account, name, &document).await?;
    let profile = actions::profile(&cx, &profiles, citizen.account).await?;
    Ok(HttpResponse::Accepted().json(ProfileBody::from(profile)))
}
