//! How a charge is settled.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityId, Kind, Masked, Money};
use citygate_payments::BillId;

use super::{ChargeId, LineSplit, OwnNo};

/// Prefix of settlement identifiers.
pub enum SettlementKind {}
impl Kind for SettlementKind {
    const PREFIX: &'static str = "stlm";
}
/// Identifies a settlement.
pub type SettlementId = CityId<SettlementKind>;

/// Prefix of identifiers of what a hospital took back of a settlement.
pub enum ChargeRefundKind {}
impl Kind for ChargeRefundKind {
    const PREFIX: &'static str = "crfd";
}
/// Identifies what a hospital took back of a settlement.
pub type ChargeRefundId = CityId<ChargeRefundKind>;

citygate_kernel::words! {
    /// Who pays.
    SettlementMethod {
        /// The medical insurance, and the patient what it leaves.
        Insurance = "insurance",
        /// The patient alone.
        SelfPay = "self_pay",
    }
}

citygate_kernel::words! {
    /// Where a settlement stands.
    SettlementState {
        /// The insurer is being asked for a split; whether it has made one is not known yet.
        Asked = "asked",
        /// It is split, and the patient's part is to be paid.
        PreSettled = "pre_settled",
        /// The patient's part is paid, or to be paid later on credit; the insurer is being told.
        Paid = "paid",
        /// Everybody pays what the split says.
        Settled = "settled",
        /// The hospital has taken some lines back.
        PartlyRefunded = "partly_refunded",
        /// The hospital has taken all lines back.
        Refunded = "refunded",
        /// The insurer has refused. Nobody pays.
        Refused = "refused",
        /// It was called off; the insurer is being told.
        Reversing = "reversing",
        /// It was called off. Nobody pays.
        Reversed = "reversed",
    }
}

/// An attempt to settle a charge.
#[derive(Debug, Clone)]
pub(crate) struct Settlement {
    pub id: SettlementId,
    pub charge: ChargeId,
    pub method: SettlementMethod,
    /// What shows the insurer whom it insures; empty once it has answered.
    pub credential: Masked<String>,
    pub state: SettlementState,
    /// Why it came to nothing: a code.
    pub reason: Option<String>,
    /// What the insurer pays.
    pub insurance: Money,
    /// What the patient pays.
    pub cash: Money,
    /// The patient's part, where there is any.
    pub bill: Option<BillId>,
    /// Whether that may be paid after the visit.
    pub on_credit: bool,
    pub cash_paid_at: Option<DateTime<Utc>>,
    pub receipt: Option<(String, DateTime<Utc>)>,
    /// Empty until it is known.
    pub lines: Vec<SettlementLine>,
}

/// Who pays what of a line, and whether the hospital has taken it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SettlementLine {
    pub split: LineSplit,
    pub refund: Option<ChargeRefundId>,
}

citygate_kernel::words! {
    /// Whether the insurer knows of lines that were taken back.
    ChargeRefundState {
        /// It is being told; the patient's money is back already.
        Returning = "returning",
        /// Everybody has their part back.
        Done = "done",
    }
}

/// Lines that a hospital took back of a settlement.
#[derive(Debug, Clone)]
pub(crate) struct ChargeRefund {
    pub id: ChargeRefundId,
    pub settlement: SettlementId,
    /// The hospital's own number of it.
    pub number: OwnNo,
    pub reason: String,
    pub cash: Money,
    pub insurance: Money,
    pub state: ChargeRefundState,
    /// Which lines.
    pub lines: Vec<i16>,
}
