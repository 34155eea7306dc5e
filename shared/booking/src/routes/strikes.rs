//! The caller's strikes, and objections to them.

use actix_web::{
    get, post, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{RealName, Staff, StrikesDecide};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions::{self, Judge},
    model::{ObjectionId, StrikeId},
    wire::{
        DecideBody, ListedObjectionBody, ObjectBody, ObjectionBody, ReadObjectionBody, StrikesBody,
    },
};

/// The caller's strikes, what shows them, and until when they are in the way
#[utoipa::path(
    operation_id = "booking_list_strikes",
    tag = "booking",
    security(("citizen" = [])),
    responses((status = 200, body = StrikesBody, description = "Newest first.", links(
        ("object" = (operation_id = "booking_object",
            parameters(("strike_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/me/strikes")]
pub(super) async fn list_strikes(cx: Cx, caller: RealName) -> Result<Json<StrikesBody>, Failure> {
    let (strikes, blocks) = actions::strikes_of(&cx, caller.person).await?;
    Ok(Json(StrikesBody::new(strikes, blocks, cx.locale)))
}

/// Says why a strike is wrong
///
/// Once for each strike. The agency's staff decide; it counts until they have.
#[utoipa::path(
    operation_id = "booking_object",
    tag = "booking",
    security(("citizen" = [])),
    params(("strike_id" = StrikeId, Path, description = "To which one."), IdempotencyKey),
    request_body = ObjectBody,
    responses(
        (status = 201, body = ObjectionBody, description = "The agency will decide."),
        (status = 404, description = "`booking.strike_unknown`"),
        (status = 409, description = "`booking.strike_annulled`, `booking.objected_to`, \
         `booking.objection_too_late`")
    )
)]
#[post("/v1/me/strikes/{strike_id}/objection")]
pub(super) async fn object(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<StrikeId>,
    body: Body<ObjectBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let grounds = body.grounds.as_str();
    Ok(Idempotent(actions::object(&cx, &claim, &caller, *id, grounds).await?))
}

/// The objections that the agency has to decide
///
/// Without what they say: whoever reads that leaves an entry in the person's ledger of accesses.
#[utoipa::path(
    operation_id = "booking_list_objections",
    tag = "booking",
    security(("staff" = ["strikes:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), PageQuery),
    responses(
        (status = 200, body = Page<ListedObjectionBody>, description = "Newest first.", links(
            ("objection" = (operation_id = "booking_get_objection",
                parameters(("objection_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/objections")]
pub(super) async fn list_objections(
    cx: Cx,
    judge: Staff<StrikesDecide>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedObjectionBody>>, Failure> {
    let open = actions::objections_of_agency(&cx, judge.agency, &page).await?;
    let bodies = open.into_iter().map(ListedObjectionBody::from).collect();
    Ok(Json(page.page(bodies, ListedObjectionBody::uuid, |body| body)))
}

/// An objection with what it says
#[utoipa::path(
    operation_id = "booking_get_objection",
    tag = "booking",
    security(("staff" = ["strikes:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("objection_id" = ObjectionId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = ReadObjectionBody, description = "The objection."),
        (status = 404, description = "`booking.objection_unknown`; `request.not_found`: the \
         caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/objections/{objection_id}")]
pub(super) async fn get_objection(
    cx: Cx,
    staff: Staff<StrikesDecide>,
    path: Path<(AgencyId, ObjectionId)>,
) -> Result<Json<ReadObjectionBody>, Failure> {
    Ok(Json(actions::read_objection(&cx, judge(&staff), path.1).await?.into()))
}

/// Decides an objection
///
/// If it is upheld, the strike is annulled. The person gets a letter with the answer. Deciding it
/// again in the same way changes nothing.
#[utoipa::path(
    operation_id = "booking_decide_objection",
    tag = "booking",
    security(("staff" = ["strikes:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("objection_id" = ObjectionId, Path, description = "Which one.")
    ),
    request_body = DecideBody,
    responses(
        (status = 200, body = ListedObjectionBody, description = "As it stands now."),
        (status = 404, description = "`booking.objection_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`booking.objection_decided`, `booking.own_strike`")
    )
)]
#[put("/v1/agencies/{agency_id}/objections/{objection_id}/decision")]
pub(super) async fn decide_objection(
    cx: Cx,
    staff: Staff<StrikesDecide>,
    path: Path<(AgencyId, ObjectionId)>,
    body: Body<DecideBody>,
) -> Result<Json<ListedObjectionBody>, Failure> {
    let decision = (body.upheld, body.answer.as_str());
    Ok(Json(actions::decide(&cx, judge(&staff), path.1, decision).await?.into()))
}

fn judge(staff: &Staff<StrikesDecide>) -> Judge {
    Judge { staff: staff.id, account: staff.account, agency: staff.agency }
}
