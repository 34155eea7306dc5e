//! Bodies of receipts.

use chrono::{DateTime, Utc};
use citygate_kernel::{Locale, Money};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::charge::LineBody;
use crate::{
    actions::ReceiptView,
    error::ChargeError,
    model::{ChargeId, SettlementState},
};

/// Whether a receipt still says what is so.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReceiptState)]
enum ReceiptStateBody {
    Valid,
    PartlyRefunded,
    Refunded,
}

impl ReceiptStateBody {
    fn new(state: SettlementState) -> Self {
        match state {
            SettlementState::PartlyRefunded => Self::PartlyRefunded,
            SettlementState::Refunded => Self::Refunded,
            SettlementState::Asked
            | SettlementState::PreSettled
            | SettlementState::Paid
            | SettlementState::Settled
            | SettlementState::Refused
            | SettlementState::Reversing
            | SettlementState::Reversed => Self::Valid,
        }
    }
}

/// The receipt of a charge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalReceipt)]
pub(crate) struct ReceiptBody {
    /// 24 digits; the last is a check digit.
    receipt_no: String,
    /// Whoever is shown the receipt can verify it with this.
    code: String,
    charge_id: ChargeId,
    hospital: String,
    title: String,
    lines: Vec<LineBody>,
    total: Money,
    /// What the insurer pays.
    insurance: Money,
    /// What the patient has paid.
    own: Money,
    state: ReceiptStateBody,
    issued_at: DateTime<Utc>,
}

impl ReceiptBody {
    pub(crate) fn new(receipt: ReceiptView, locale: Locale) -> Result<Self, ChargeError> {
        let ReceiptView { view, settlement, code } = receipt;
        let (number, at) = settlement.receipt.clone().ok_or(ChargeError::ReceiptUnknown)?;
        Ok(Self {
            receipt_no: number,
            code,
            charge_id: view.charge.id,
            hospital: view.hospital.name.get(locale).to_owned(),
            title: view.details.title.get(locale).to_owned(),
            lines: LineBody::all(&view.lines, &view.details, Some(&settlement), locale),
            total: view.charge.total,
            insurance: settlement.insurance,
            own: settlement.cash,
            state: ReceiptStateBody::new(settlement.state),
            issued_at: at,
        })
    }
}

/// What shows that one was shown the receipt.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerifyReceiptQuery {
    /// The code that stands on the receipt.
    #[param(pattern = "^[0-9a-f]{16}$", example = "0123456789abcdef")]
    pub code: String,
}

/// What anybody may know of a receipt who was shown it: neither who the patient is nor what was
/// done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VerifiedReceipt)]
pub(crate) struct VerifiedReceiptBody {
    receipt_no: String,
    hospital: String,
    total: Money,
    insurance: Money,
    own: Money,
    state: ReceiptStateBody,
    issued_at: DateTime<Utc>,
}

impl VerifiedReceiptBody {
    pub(crate) fn new(receipt: ReceiptView, locale: Locale) -> Result<Self, ChargeError> {
        let ReceiptView { view, settlement, code: _ } = receipt;
        let (number, at) = settlement.receipt.ok_or(ChargeError::ReceiptUnknown)?;
        Ok(Self {
            receipt_no: number,
            hospital: view.hospital.name.get(locale).to_owned(),
            total: view.charge.total,
            insurance: settlement.insurance,
            own: settlement.cash,
            state: ReceiptStateBody::new(settlement.state),
            issued_at: at,
        })
    }
}
