//! Draws.

use actix_web::{
    get, post,
    web::{Data, Json, Path},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Failure, IdempotencyKey, Idempotent},
};

use crate::{
    actions::{self, ClaimLanes},
    model::SessionId,
    wire::{DrawBody, DrawEntriesBody, DrawEntryBody},
};

/// A draw for the places of a session, and how to check it
///
/// The commitment is published before anybody can enter. Once the lots are drawn, so are the seed
/// and all tickets in their order: whoever computes the order from them finds the same.
#[utoipa::path(
    operation_id = "booking_get_draw",
    tag = "booking",
    security(()),
    params(("session_id" = SessionId, Path, description = "Of which session.")),
    responses(
        (status = 200, body = DrawBody, description = "The draw.", links(
            ("enter" = (operation_id = "booking_enter_draw",
                parameters(("session_id" = "$response.body#/session_id"))))
        )),
        (status = 404, description = "`booking.session_unknown`, `booking.draw_unknown`")
    )
)]
#[get("/v1/sessions/{session_id}/draw")]
pub(super) async fn get_draw(cx: Cx, id: Path<SessionId>) -> Result<Json<DrawBody>, Failure> {
    Ok(Json(actions::draw_of(&cx, *id).await?.into()))
}

/// Takes part in a draw
///
/// From the release until the lots are drawn; it does not matter when. A person has one entry. Who
/// is drawn gets the earliest place that is left, held until it is paid; the others wait in the
/// order of the draw.
#[utoipa::path(
    operation_id = "booking_enter_draw",
    tag = "booking",
    security(("citizen" = [])),
    params(("session_id" = SessionId, Path, description = "Of which session."), IdempotencyKey),
    responses(
        (status = 200, body = DrawEntryBody, description = "The caller took part already."),
        (status = 201, body = DrawEntryBody, description = "The caller takes part.", links(
            ("draw" = (operation_id = "booking_get_draw",
                parameters(("session_id" = "$response.body#/session_id"))))
        )),
        (status = 404, description = "`booking.session_unknown`, `booking.draw_unknown`"),
        (status = 409, description = "`booking.not_released`, `booking.draw_closed`, \
         `booking.draw_full`, `booking.session_stopped`, `booking.has_one`, `booking.overlaps`"),
        (status = 422, description = "`booking.quota_reached`, `booking.blocked`")
    )
)]
#[post("/v1/sessions/{session_id}/draw-entries")]
pub(super) async fn enter_draw(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<SessionId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(actions::enter_draw(&cx, &lanes.rules(), &claim, &caller, *id).await?))
}

/// The caller's entries in draws
#[utoipa::path(
    operation_id = "booking_list_draw_entries",
    tag = "booking",
    security(("citizen" = [])),
    responses((status = 200, body = DrawEntriesBody, description = "Newest first."))
)]
#[get("/v1/me/draw-entries")]
pub(super) async fn list_draw_entries(
    cx: Cx,
    caller: RealName,
) -> Result<Json<DrawEntriesBody>, Failure> {
    Ok(Json(actions::draw_entries_of(&cx, caller.person).await?.into()))
}
