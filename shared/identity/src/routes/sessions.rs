//! Handlers of a citizen's own sessions.

use actix_web::{
    HttpResponse, delete, get,
    web::{Json, Path},
};
use citygate_kernel::Problem;
use citygate_platform::{Cx, http::Failure, problems};

use crate::{actions, caller::Citizen, model::SessionId, wire::SessionsBody};

/// The citizen's sessions
#[utoipa::path(
    operation_id = "identity_list_sessions",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = SessionsBody, description = "Those that run."))
)]
#[get("/v1/me/sessions")]
pub(super) async fn list_sessions(cx: Cx, citizen: Citizen) -> Result<Json<SessionsBody>, Failure> {
    let sessions = actions::sessions_of(&cx, &citizen).await?;
    Ok(Json(SessionsBody::new(sessions, citizen.session)))
}

/// Ends one of the citizen's sessions
///
/// It can be the one that asks. Its refresh tokens work no more, and neither do its access tokens
/// where money is moved or something is changed.
#[utoipa::path(
    operation_id = "identity_end_session",
    tag = "identity",
    security(("citizen" = [])),
    params(("session_id" = SessionId, Path)),
    responses(
        (status = 204, description = "It has ended."),
        (status = 404, description = "`request.not_found`: there is none, or it has ended.")
    )
)]
#[delete("/v1/me/sessions/{session_id}")]
pub(super) async fn end_session(
    cx: Cx,
    citizen: Citizen,
    session: Path<SessionId>,
) -> Result<HttpResponse, Failure> {
    if actions::end_own_session(&cx, &citizen, session.into_inner()).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Problem::new(&problems::NOT_FOUND).into())
}

/// Ends all of the citizen's sessions but the one that asks
#[utoipa::path(
    operation_id = "identity_end_other_sessions",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 204, description = "They have ended."))
)]
#[delete("/v1/me/sessions")]
pub(super) async fn end_other_sessions(cx: Cx, citizen: Citizen) -> Result<HttpResponse, Failure> {
    actions::end_other_sessions(&cx, &citizen).await?;
    Ok(HttpResponse::NoContent().finish())
}
