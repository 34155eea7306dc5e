//! The caller's turns in waitlists.

use actix_web::{
    get, post,
    web::{Data, Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions::{self, ClaimLanes},
    model::{SessionId, WaitlistEntryId},
    wire::WaitlistEntryBody,
};

/// Waits for a place
///
/// Only while nothing is free. A place that comes back is held for whoever waits first; the others
/// are offered it in their order if it is not paid in time.
#[utoipa::path(
    operation_id = "booking_wait",
    tag = "booking",
    security(("citizen" = [])),
    params(("session_id" = SessionId, Path, description = "Of which session."), IdempotencyKey),
    responses(
        (status = 201, body = WaitlistEntryBody, description = "Waiting.", links(
            ("leave" = (operation_id = "booking_leave_waitlist",
                parameters(("waitlist_entry_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`booking.session_unknown`"),
        (status = 409, description = "`booking.still_free`, `booking.waits_already`, \
         `booking.waitlist_closed`, `booking.session_stopped`, `booking.not_released`, \
         `booking.drawn_later`"),
        (status = 422, description = "`booking.waitlist_full`")
    )
)]
#[post("/v1/sessions/{session_id}/waitlist-entries")]
pub(super) async fn wait(
    cx: Cx,
    lanes: Data<ClaimLanes>,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<SessionId>,
) -> Result<Idempotent, Failure> {
    let key = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(actions::wait(&cx, &lanes.rules(), &key, &caller, *id).await?))
}

/// The caller's turns in waitlists
#[utoipa::path(
    operation_id = "booking_list_waitlist_entries",
    tag = "booking",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<WaitlistEntryBody>, description = "Newest first."))
)]
#[get("/v1/waitlist-entries")]
pub(super) async fn list_waitlist_entries(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<WaitlistEntryBody>>, Failure> {
    let turns = actions::turns_of(&cx, caller.person, &page).await?;
    let bodies = turns.into_iter().map(WaitlistEntryBody::from).collect();
    Ok(Json(page.page(bodies, WaitlistEntryBody::uuid, |body| body)))
}

/// Gives a turn in a waitlist up
///
/// Doing it again changes nothing. What was offered already is an appointment, and is given up as
/// one.
#[utoipa::path(
    operation_id = "booking_leave_waitlist",
    tag = "booking",
    security(("citizen" = [])),
    params(("waitlist_entry_id" = WaitlistEntryId, Path, description = "Which one.")),
    responses(
        (status = 200, body = WaitlistEntryBody, description = "As it stands now."),
        (status = 404, description = "`booking.waitlist_entry_unknown`")
    )
)]
#[post("/v1/waitlist-entries/{waitlist_entry_id}/leave")]
pub(super) async fn leave(
    cx: Cx,
    caller: RealName,
    id: Path<WaitlistEntryId>,
) -> Result<Json<WaitlistEntryBody>, Failure> {
    Ok(Json(actions::leave(&cx, &caller, *id).await?.into()))
}
