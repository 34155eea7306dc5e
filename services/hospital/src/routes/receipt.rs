//! Receipts.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{Cx, http::Failure};

use crate::{
    actions,
    error::Error,
    model::ChargeId,
    wire::{ReceiptBody, VerifiedReceiptBody, VerifyReceiptQuery},
};

/// The receipt of a charge
///
/// There is one once the charge is settled and the patient's part is paid.
#[utoipa::path(
    operation_id = "hospital_get_receipt",
    tag = "hospital",
    security(("citizen" = [])),
    params(("charge_id" = ChargeId, Path, description = "Of which charge.")),
    responses(
        (status = 200, body = ReceiptBody, description = "The receipt."),
        (status = 404, description = "`hospital.charge_unknown`, `hospital.receipt_unknown`")
    )
)]
#[get("/v1/hospital/charges/{charge_id}/receipt")]
pub(super) async fn get_receipt(
    cx: Cx,
    caller: RealName,
    id: Path<ChargeId>,
) -> Result<Json<ReceiptBody>, Failure> {
    let receipt = actions::receipt_of(&cx, caller.person, *id).await?;
    Ok(Json(ReceiptBody::new(receipt, cx.locale).map_err(Error::from)?))
}

/// Whether a receipt is what it says
///
/// For whoever was shown it: an employer, an insurer. The answer names neither the patient nor what
/// was done.
#[utoipa::path(
    operation_id = "hospital_verify_receipt",
    tag = "hospital",
    security(()),
    params(
        ("receipt_no" = String, Path, description = "The number of the receipt."),
        VerifyReceiptQuery
    ),
    responses(
        (status = 200, body = VerifiedReceiptBody, description = "It is."),
        (status = 404, description = "`hospital.receipt_unknown`: there is none of this number, \
         or its code is another")
    )
)]
#[get("/v1/hospital/receipts/{receipt_no}")]
pub(super) async fn verify_receipt(
    cx: Cx,
    number: Path<String>,
    query: Query<VerifyReceiptQuery>,
) -> Result<Json<VerifiedReceiptBody>, Failure> {
    let receipt = actions::verify_receipt(&cx, &number, &query.code).await?;
    Ok(Json(VerifiedReceiptBody::new(receipt, cx.locale).map_err(Error::from)?))
}
