//! Receipts, and whether they are what they say.

use citygate_identity::PersonId;
use citygate_kernel::wire;
use citygate_platform::Cx;

use super::charges::{self, ChargeView};
use crate::{
    error::{ChargeError, Error},
    model::{ChargeId, Settlement},
    rules::receipt,
    store,
};

/// A receipt as its owner sees it.
pub(crate) struct ReceiptView {
    pub view: ChargeView,
    pub settlement: Settlement,
    /// What proves the receipt to whoever is shown it.
    pub code: String,
}

/// How many hexadecimal digits a code has.
pub(crate) const CODE_DIGITS: usize = 16;

/// The receipt of a charge of the patient.
pub(crate) async fn receipt_of(
    cx: &Cx,
    patient: PersonId,
    id: ChargeId,
) -> Result<ReceiptView, Error> {
    let mut view = charges::charge_of(cx, patient, id).await?;
    let settlement = view.settlement.take().ok_or(ChargeError::ReceiptUnknown)?;
    let code = code(cx, &settlement).ok_or(ChargeError::ReceiptUnknown)?;
    Ok(ReceiptView { view, settlement, code })
}

/// The receipt of a number, for whoever knows its code. One that does not exist and one whose code
/// is another cannot be told apart.
pub(crate) async fn verify_receipt(
    cx: &Cx,
    number: &str,
    given: &str,
) -> Result<ReceiptView, Error> {
    let city = receipt::city_of(number).ok_or(ChargeError::ReceiptUnknown)?;
    cx.db
        .tx("hospital.verify_receipt", async |tx| {
            let found = store::settlement_of_receipt(tx, city, number).await?;
            let id = found.ok_or(ChargeError::ReceiptUnknown)?;
            let settlement = store::settlement(tx, id).await?.ok_or(ChargeError::ReceiptUnknown)?;
            let code = code(cx, &settlement).filter(|code| code == given);
            let code = code.ok_or(ChargeError::ReceiptUnknown)?;
            let charge = store::charge(tx, settlement.charge).await?;
            let charge = charge.ok_or(ChargeError::ReceiptUnknown)?;
            let mut view = charges::view(cx, tx, charge).await?;
            let settlement = view.settlement.take().unwrap_or(settlement);
            Ok(ReceiptView { view, settlement, code })
        })
        .await
}

/// A keyed digest of what the receipt says: nobody can make one up, and there is nothing to store.
fn code(cx: &Cx, settlement: &Settlement) -> Option<String> {
    let (number, at) = settlement.receipt.as_ref()?;
    let Settlement { id, insurance, cash, .. } = settlement;
    let content = serde_json::json!([number, at.timestamp_micros(), id, insurance, cash]);
    let digest = cx.keys.blind_index("hospital.receipts", &content.to_string());
    wire::hex(&digest).get(..CODE_DIGITS).map(str::to_owned)
}
