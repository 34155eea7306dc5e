//! Sessions, for anybody.

use actix_web::{
    get,
    web::{Json, Path},
};
use citygate_platform::{Cx, http::Failure};

use crate::{actions, model::SessionId, wire::SessionBody};

/// A session and its free places
#[utoipa::path(
    operation_id = "booking_get_session",
    tag = "booking",
    security(()),
    params(("session_id" = SessionId, Path, description = "Which one.")),
    responses(
        (status = 200, body = SessionBody, description = "The session.", links(
            ("claim" = (operation_id = "booking_claim_place")),
            ("wait" = (operation_id = "booking_wait",
                parameters(("session_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`booking.session_unknown`")
    )
)]
#[get("/v1/sessions/{session_id}")]
pub(super) async fn get_session(cx: Cx, id: Path<SessionId>) -> Result<Json<SessionBody>, Failure> {
    let (view, _) = actions::session_view(&cx, *id).await?;
    Ok(Json(SessionBody::new(view, cx.clock.now(), cx.locale)))
}
