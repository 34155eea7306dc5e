//! Deposits for a visit.

use actix_web::{
    get, post, put,
    web::{Json, Path},
};
use citygate_identity::{Partner, RealName};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use super::charge::{ChargesWrite, named};
use crate::{
    actions,
    model::{OwnNo, VisitId},
    wire::{DepositBody, NewDepositBody, NothingBody},
};

/// Sets money aside for a visit
///
/// It stays in the caller's wallet, and cannot be used for anything else. The hospital pays the
/// patient's part of charges from it, and releases the rest at the end of the visit; after 30 days
/// that happens by itself.
#[utoipa::path(
    operation_id = "hospital_put_deposit",
    tag = "hospital",
    security(("citizen" = [])),
    params(("visit_id" = VisitId, Path, description = "For which visit."), IdempotencyKey),
    request_body = NewDepositBody,
    responses(
        (status = 201, body = DepositBody, description = "It is set aside."),
        (status = 402, description = "`payments.insufficient_funds`"),
        (status = 404, description = "`hospital.visit_unknown`"),
        (status = 409, description = "`payments.deposit_held`, `request.in_progress`"),
        (status = 422, description = "`hospital.deposit_too_large`, \
         `payments.amount_out_of_range`, `request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/visits/{visit_id}/deposit")]
pub(super) async fn put_deposit(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    visit: Path<VisitId>,
    body: Body<NewDepositBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(actions::put_deposit(&cx, &caller, &claim, *visit, body.amount()).await?))
}

/// What is set aside for a visit of the caller
#[utoipa::path(
    operation_id = "hospital_get_deposit",
    tag = "hospital",
    security(("citizen" = [])),
    params(("visit_id" = VisitId, Path, description = "For which visit.")),
    responses(
        (status = 200, body = DepositBody, description = "The latest deposit."),
        (status = 404, description = "`hospital.visit_unknown`, `payments.deposit_unknown`")
    )
)]
#[get("/v1/hospital/visits/{visit_id}/deposit")]
pub(super) async fn get_deposit(
    cx: Cx,
    caller: RealName,
    visit: Path<VisitId>,
) -> Result<Json<DepositBody>, Failure> {
    Ok(Json(actions::deposit_of_patient(&cx, caller.person, *visit).await?.into()))
}

/// Pays the patient's part of a charge from the deposit of its visit
///
/// What is left stays set aside.
#[utoipa::path(
    operation_id = "hospital_pay_from_deposit",
    tag = "hospital",
    security(("partner" = ["hospital.charges:write"])),
    params(
        ("visit_id" = VisitId, Path, description = "Of which visit."),
        ("charge_no" = OwnNo, Path, description = "The hospital's own number of it."),
        IdempotencyKey
    ),
    request_body = NothingBody,
    responses(
        (status = 201, body = DepositBody, description = "Paid; this is the deposit after it."),
        (status = 404, description = "`hospital.charge_unknown`, `payments.deposit_unknown`"),
        (status = 409, description = "`hospital.nothing_to_pay`, `payments.deposit_too_small`, \
         `payments.bill_already_paid`, `payments.bill_expired`, `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/hospital/visits/{visit_id}/charges/{charge_no}/deposit-payment")]
pub(super) async fn pay_from_deposit(
    cx: Cx,
    system: Partner<ChargesWrite>,
    key: IdempotencyKey,
    path: Path<(VisitId, OwnNo)>,
    body: Body<NothingBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(system.city, system.client.uuid(), &body);
    let named = named(system.agency(), path);
    Ok(Idempotent(actions::pay_charge_from_deposit(&cx, &claim, &named).await?))
}

/// Releases what is left of the deposit of a visit
///
/// Doing it again changes nothing.
#[utoipa::path(
    operation_id = "hospital_release_deposit",
    tag = "hospital",
    security(("partner" = ["hospital.charges:write"])),
    params(("visit_id" = VisitId, Path, description = "Of which visit.")),
    request_body = NothingBody,
    responses(
        (status = 200, body = DepositBody, description = "Nothing is set aside any more."),
        (status = 404, description = "`hospital.visit_unknown`, `payments.deposit_unknown`")
    )
)]
#[put("/v1/hospital/visits/{visit_id}/deposit-release")]
pub(super) async fn release_deposit(
    cx: Cx,
    system: Partner<ChargesWrite>,
    visit: Path<VisitId>,
    _: Body<NothingBody>,
) -> Result<Json<DepositBody>, Failure> {
    Ok(Json(actions::end_deposit(&cx, system.agency(), *visit).await?.into()))
}
