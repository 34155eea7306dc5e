//! Handlers about messages that are held.

use actix_web::{
    get, post, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::{AgencyId, AgencyKind};
use citygate_identity::{HoldsDecide, Partner, Scope, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    fhir::Server,
    inbox,
    model::{HoldId, HoldState},
    wire::{DiscardBody, HoldBody},
};

/// May see which of its hospital's messages are held.
pub struct HoldsRead;
impl Scope for HoldsRead {
    const NAME: &'static str = "exchange.holds:read";
}

/// The hospital's messages that are held
///
/// A message is held when it cannot be assigned with certainty: it is never assigned by guess. What
/// it says is not shown: it tells of somebody's health, and the hospital's systems have it, under
/// `message_no`.
#[utoipa::path(
    operation_id = "exchange_list_holds",
    tag = "exchange",
    security(("staff" = ["holds:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital."), PageQuery),
    responses(
        (status = 200, body = Page<HoldBody>, description = "Oldest first.", links(
            ("hold" = (operation_id = "exchange_get_hold",
                parameters(("hold_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/exchange/agencies/{agency_id}/holds")]
pub(super) async fn list_holds(
    cx: Cx,
    staff: Staff<HoldsDecide>,
    page: Query<PageQuery>,
) -> Result<Json<Page<HoldBody>>, Failure> {
    listed(&cx, staff.agency, &page).await
}

/// A message that is held, or was
#[utoipa::path(
    operation_id = "exchange_get_hold",
    tag = "exchange",
    security(("staff" = ["holds:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("hold_id" = HoldId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = HoldBody, description = "How it stands."),
        (status = 404, description = "`exchange.hold_unknown`; `request.not_found`: the caller has \
         no role there.")
    )
)]
#[get("/v1/exchange/agencies/{agency_id}/holds/{hold_id}")]
pub(super) async fn get_hold(
    cx: Cx,
    staff: Staff<HoldsDecide>,
    path: Path<(AgencyId, HoldId)>,
) -> Result<Json<HoldBody>, Failure> {
    let held = inbox::hold(&cx, staff.agency, path.1).await?;
    Ok(Json(HoldBody::new(held, cx.locale)))
}

/// Carries a message out that is held
///
/// As it was sent, as the system that sent it. It is released if everything fits now; otherwise it is
/// still held, and says why. Doing it again changes nothing once it is released.
#[utoipa::path(
    operation_id = "exchange_retry_hold",
    tag = "exchange",
    security(("staff" = ["holds:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("hold_id" = HoldId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = HoldBody, description = "How it stands now."),
        (status = 404, description = "`exchange.hold_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`exchange.hold_ended`: it was discarded.")
    )
)]
#[post("/v1/exchange/agencies/{agency_id}/holds/{hold_id}/retry")]
pub(super) async fn retry_hold(
    cx: Cx,
    server: Server,
    staff: Staff<HoldsDecide>,
    path: Path<(AgencyId, HoldId)>,
) -> Result<Json<HoldBody>, Failure> {
    let by = Some(staff.id.uuid());
    let held = inbox::retry(&cx, staff.agency, path.1, by, async |tx, kept| {
        inbox::carry_out(&cx, &server, tx, kept).await
    });
    Ok(Json(HoldBody::new(held.await?, cx.locale)))
}

/// Discards a message that is held
///
/// It is never carried out then. Discarding it again for the same reason changes nothing.
#[utoipa::path(
    operation_id = "exchange_discard_hold",
    tag = "exchange",
    security(("staff" = ["holds:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The hospital."),
        ("hold_id" = HoldId, Path, description = "Which one.")
    ),
    request_body = DiscardBody,
    responses(
        (status = 200, body = HoldBody, description = "How it stands now."),
        (status = 404, description = "`exchange.hold_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`exchange.hold_ended`: it was released, or discarded for \
         another reason.")
    )
)]
#[put("/v1/exchange/agencies/{agency_id}/holds/{hold_id}/discard")]
pub(super) async fn discard_hold(
    cx: Cx,
    staff: Staff<HoldsDecide>,
    path: Path<(AgencyId, HoldId)>,
    body: Body<DiscardBody>,
) -> Result<Json<HoldBody>, Failure> {
    let reason = body.into_inner().reason.into();
    let held = inbox::discard(&cx, staff.agency, path.1, staff.id.uuid(), reason).await?;
    Ok(Json(HoldBody::new(held, cx.locale)))
}

/// The messages of the caller's hospital that are held
#[utoipa::path(
    operation_id = "exchange_list_own_holds",
    tag = "exchange",
    security(("partner" = ["exchange.holds:read"])),
    params(PageQuery),
    responses((status = 200, body = Page<HoldBody>, description = "Oldest first.", links(
        ("hold" = (operation_id = "exchange_get_own_hold",
            parameters(("hold_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/exchange/holds")]
pub(super) async fn list_own_holds(
    cx: Cx,
    hospital: Partner<HoldsRead>,
    page: Query<PageQuery>,
) -> Result<Json<Page<HoldBody>>, Failure> {
    listed(&cx, hospital.agency::<AgencyKind>(), &page).await
}

/// A message of the caller's hospital that is held, or was
#[utoipa::path(
    operation_id = "exchange_get_own_hold",
    tag = "exchange",
    security(("partner" = ["exchange.holds:read"])),
    params(("hold_id" = HoldId, Path, description = "Which one.")),
    responses(
        (status = 200, body = HoldBody, description = "How it stands."),
        (status = 404, description = "`exchange.hold_unknown`")
    )
)]
#[get("/v1/exchange/holds/{hold_id}")]
pub(super) async fn get_own_hold(
    cx: Cx,
    hospital: Partner<HoldsRead>,
    id: Path<HoldId>,
) -> Result<Json<HoldBody>, Failure> {
    let held = inbox::hold(&cx, hospital.agency::<AgencyKind>(), *id).await?;
    Ok(Json(HoldBody::new(held, cx.locale)))
}

async fn listed(
    cx: &Cx,
    hospital: AgencyId,
    page: &PageQuery,
) -> Result<Json<Page<HoldBody>>, Failure> {
    let held = inbox::holds(cx, hospital, HoldState::Held, page).await?;
    Ok(Json(page.page(held, |held| held.id.uuid(), |held| HoldBody::new(held, cx.locale))))
}
