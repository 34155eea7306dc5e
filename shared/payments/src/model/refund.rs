//! Nouns of money that goes back.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityId, Kind, Money};
use citygate_ledger::TransferId;

use super::PaymentId;

/// Prefix of refund identifiers.
pub enum RefundKind {}
impl Kind for RefundKind {
    const PREFIX: &'static str = "rfnd";
}
/// Identifies a refund.
pub type RefundId = CityId<RefundKind>;

/// A line of the bill, and how much of it goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefundedLine {
    /// Its place among the lines of the bill.
    pub n: i16,
    pub amount: Money,
}

/// What an agency asks to be paid back.
#[derive(Debug, Clone)]
pub(crate) struct NewRefund {
    /// What the agency believes can be paid back: when it is something else, nothing is.
    pub available: Money,
    /// How much; what the lines come to, or all that is available, when not given.
    pub amount: Option<Money>,
    /// Which lines of the bill it takes back.
    pub lines: Vec<RefundedLine>,
    pub reason: String,
}

/// Money of a payment that went back to the wallet it came from. Immutable once written.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub id: RefundId,
    pub payment: PaymentId,
    pub amount: Money,
    pub reason: String,
    /// The posting; the first of those that are linked, where the payment was shared out.
    pub transfer: TransferId,
    pub refunded_at: DateTime<Utc>,
    /// Which lines of the bill it took back, where it named any.
    pub lines: Vec<RefundedLine>,
}
