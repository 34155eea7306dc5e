//! Charges: for hospitals' systems, and for patients.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Json, Path, Query},
};
use citygate_identity::{Accessor, Partner, RealName, Scope};
use citygate_kernel::Masked;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions::{self, NamedCharge, NewSettlement},
    error::ChargeError,
    model::{ChargeId, OwnNo, SettlementMethod, VisitId},
    wire::{
        ChargeBody, ChargeRefundBody, ChargeStandingBody, NewChargeRefundBody, NothingBody,
        PutChargeBody, SettleBody,
    },
};

/// May send charges, and take them or some of their lines back.
pub struct ChargesWrite;
impl Scope for ChargesWrite {
    const NAME: &'static str = "hospital.charges:write";
}

/// May read what has become of the hospital's charges.
pub struct ChargesRead;
impl Scope for ChargesRead {
    const NAME: &'static str = "hospital.charges:read";
}

/// Whether there is an insurer at all.
#[derive(Clone, Copy)]
pub(crate) struct Insuring(pub(crate) bool);

/// Sends a charge of a visit
///
/// The number stands for its content, in the whole hospital: sending the same charge again changes
/// nothing and says so (`unchanged`). Other content under the same number is refused. The patient
/// sees it at once.
#[utoipa::path(
    operation_id = "hospital_put_charge",
    tag = "hospital",
    security(("partner" = ["hospital.charges:write"])),
    params(
        ("visit_id" = VisitId, Path, description = "Of which visit."),
        ("charge_no" = OwnNo, Path, description = "The hospital's own number of it.")
    ),
    request_body = PutChargeBody,
    responses(
        (status = 200, body = ChargeBody, description = "It was on record; nothing changed."),
        (status = 201, body = ChargeBody, description = "Recorded."),
        (status = 404, description = "`hospital.visit_unknown`"),
        (status = 409, description = "`hospital.charge_differs`"),
        (status = 422, description = "`hospital.charge_too_large`")
    )
)]
#[put("/v1/hospital/visits/{visit_id}/charges/{charge_no}")]
pub(super) async fn put_charge(
    cx: Cx,
    system: Partner<ChargesWrite>,
    path: Path<(VisitId, OwnNo)>,
    body: Body<PutChargeBody>,
) -> Result<HttpResponse, Failure> {
    let (visit, number) = path.into_inner();
    let by = Accessor::system(system.client, system.agency());
    let charge = body.into_inner().charge(visit, number);
    let (view, new) = actions::record_charge(&cx, by, system.agency(), &charge).await?;
    let body = ChargeBody::new(view, cx.locale).pushed(new);
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(body))
}

/// A charge of the hospital, and what has become of it
#[utoipa::path(
    operation_id = "hospital_get_hospital_charge",
    tag = "hospital",
    security(("partner" = ["hospital.charges:read"])),
    params(
        ("visit_id" = VisitId, Path, description = "Of which visit."),
        ("charge_no" = OwnNo, Path, description = "The hospital's own number of it.")
    ),
    responses(
        (status = 200, body = ChargeBody, description = "The charge."),
        (status = 404, description = "`hospital.charge_unknown`")
    )
)]
#[get("/v1/hospital/visits/{visit_id}/charges/{charge_no}")]
pub(super) async fn get_hospital_charge(
    cx: Cx,
    system: Partner<ChargesRead>,
    path: Path<(VisitId, OwnNo)>,
) -> Result<Json<ChargeBody>, Failure> {
    let view = actions::charge_of_hospital(&cx, &named(system.agency(), path)).await?;
    Ok(Json(ChargeBody::new(view, cx.locale)))
}

/// Takes back a charge that nobody settles
///
/// Doing it again changes nothing. Of a charge that is settled, refund the lines instead.
#[utoipa::path(
    operation_id = "hospital_withdraw_charge",
    tag = "hospital",
    security(("partner" = ["hospital.charges:write"])),
    params(
        ("visit_id" = VisitId, Path, description = "Of which visit."),
        ("charge_no" = OwnNo, Path, description = "The hospital's own number of it.")
    ),
    request_body = NothingBody,
    responses(
        (status = 200, body = ChargeBody, description = "It is taken back."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.settlement_under_way`")
    )
)]
#[put("/v1/hospital/visits/{visit_id}/charges/{charge_no}/withdrawal")]
pub(super) async fn withdraw_charge(
    cx: Cx,
    system: Partner<ChargesWrite>,
    path: Path<(VisitId, OwnNo)>,
    _: Body<NothingBody>,
) -> Result<Json<ChargeBody>, Failure> {
    let view = actions::withdraw_charge(&cx, &named(system.agency(), path)).await?;
    Ok(Json(ChargeBody::new(view, cx.locale)))
}

/// Takes lines of a settled charge back
///
/// The patient's part goes to the wallet it came from at once; the insurer is told of its own part
/// (`returning`), until it is known that it has it (`done`). The number of the refund stands for its
/// content: sending the same again, also under another key, changes nothing.
#[utoipa::path(
    operation_id = "hospital_refund_charge",
    tag = "hospital",
    security(("partner" = ["hospital.charges:write"])),
    params(
        ("visit_id" = VisitId, Path, description = "Of which visit."),
        ("charge_no" = OwnNo, Path, description = "The hospital's own number of it."),
        IdempotencyKey
    ),
    request_body = NewChargeRefundBody,
    responses(
        (status = 201, body = ChargeRefundBody, description = "Taken back."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.charge_not_settled`, `hospital.refund_differs`, \
         `request.in_progress`"),
        (status = 422, description = "`hospital.line_not_refundable`, \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/visits/{visit_id}/charges/{charge_no}/refunds")]
pub(super) async fn refund_charge(
    cx: Cx,
    system: Partner<ChargesWrite>,
    key: IdempotencyKey,
    path: Path<(VisitId, OwnNo)>,
    body: Body<NewChargeRefundBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let named = named(system.agency(), path);
    Ok(Idempotent(actions::refund_lines(&cx, &claim, &named, &body.refund()).await?))
}

pub(super) fn named(
    agency: citygate_catalogue::AgencyId,
    path: Path<(VisitId, OwnNo)>,
) -> NamedCharge {
    let (visit, number) = path.into_inner();
    NamedCharge { agency, visit, number }
}

/// The charges of the caller's visits
#[utoipa::path(
    operation_id = "hospital_list_charges",
    tag = "hospital",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ChargeBody>, description = "Newest first."))
)]
#[get("/v1/hospital/charges")]
pub(super) async fn list_charges(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ChargeBody>>, Failure> {
    let charges = actions::charges_of(&cx, caller.person, &page).await?;
    let bodies: Vec<_> = charges.into_iter().map(|view| ChargeBody::new(view, cx.locale)).collect();
    Ok(Json(page.page(bodies, |charge| charge.id().uuid(), |charge| charge)))
}

/// A charge of one of the caller's visits
#[utoipa::path(
    operation_id = "hospital_get_charge",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ChargeBody, description = "The charge.", links(
            ("bill" = (operation_id = "payments_get_bill",
                parameters(("bill_id" = "$response.body#/settlement/bill_id"))))
        )),
        (status = 404, description = "`hospital.charge_unknown`")
    )
)]
#[get("/v1/hospital/charges/{charge_id}")]
pub(super) async fn get_charge(
    cx: Cx,
    caller: RealName,
    id: Path<ChargeId>,
) -> Result<Json<ChargeBody>, Failure> {
    let view = actions::charge_of(&cx, caller.person, *id).await?;
    Ok(Json(ChargeBody::new(view, cx.locale)))
}

/// Has the medical insurance asked who pays what
///
/// The charge is `asked` until the insurer's answer is known, and then `pre_settled`: each line has a
/// split, and the patient's part is a bill that is paid as any other, within half an hour. Where
/// nothing is left to the patient, it is settled at once.
#[utoipa::path(
    operation_id = "hospital_settle_by_insurance",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Which one."), IdempotencyKey),
    request_body = SettleBody,
    responses(
        (status = 202, body = ChargeStandingBody, description = "The insurer is being asked."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.settlement_under_way`, \
         `hospital.charge_withdrawn`, `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`"),
        (status = 503, description = "`hospital.insurer_missing`")
    )
)]
#[post("/v1/hospital/charges/{charge_id}/insurance-settlement")]
pub(super) async fn settle_by_insurance(
    cx: Cx,
    caller: RealName,
    insuring: Data<Insuring>,
    key: IdempotencyKey,
    id: Path<ChargeId>,
    body: Body<SettleBody>,
) -> Result<Idempotent, Failure> {
    if !insuring.0 {
        return Err(crate::Error::from(ChargeError::InsurerMissing).into());
    }
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let credential = body.into_inner().credential();
    let new = NewSettlement { method: SettlementMethod::Insurance, credential };
    Ok(Idempotent(actions::settle_charge(&cx, &caller, &claim, *id, &new).await?))
}

/// Pays without medical insurance
///
/// The charge is `pre_settled` at once: all of it is a bill to the patient.
#[utoipa::path(
    operation_id = "hospital_settle_alone",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Which one."), IdempotencyKey),
    request_body = NothingBody,
    responses(
        (status = 202, body = ChargeStandingBody, description = "It is to be paid."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.settlement_under_way`, \
         `hospital.charge_withdrawn`, `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/charges/{charge_id}/own-settlement")]
pub(super) async fn settle_alone(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<ChargeId>,
    body: Body<NothingBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = NewSettlement { method: SettlementMethod::SelfPay, credential: Masked::default() };
    Ok(Idempotent(actions::settle_charge(&cx, &caller, &claim, *id, &new).await?))
}

/// Pays after the visit
///
/// Where the city has a scheme for it: the patient's part of a `pre_settled` charge becomes a bill
/// that is due some days later, and the visit goes on.
#[utoipa::path(
    operation_id = "hospital_pay_later",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Which one."), IdempotencyKey),
    request_body = NothingBody,
    responses(
        (status = 200, body = ChargeStandingBody, description = "It may be paid later."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.nothing_to_pay`, `hospital.credit_not_offered`, \
         `hospital.credit_too_large`, `hospital.credit_stopped`, `payments.bill_has_payments`, \
         `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/charges/{charge_id}/credit")]
pub(super) async fn pay_later(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<ChargeId>,
    body: Body<NothingBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(actions::pay_later(&cx, &caller, &claim, *id).await?))
}

/// Calls off a settlement that is not paid
///
/// The charge is `reversing` until the insurer has taken it back, and then open again.
#[utoipa::path(
    operation_id = "hospital_call_off_settlement",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Which one."), IdempotencyKey),
    request_body = NothingBody,
    responses(
        (status = 202, body = ChargeStandingBody, description = "It is being taken back."),
        (status = 404, description = "`hospital.charge_unknown`"),
        (status = 409, description = "`hospital.settlement_not_callable`, `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/charges/{charge_id}/settlement-cancellation")]
pub(super) async fn call_off_settlement(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<ChargeId>,
    body: Body<NothingBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(actions::call_off(&cx, &caller, &claim, *id).await?))
}
