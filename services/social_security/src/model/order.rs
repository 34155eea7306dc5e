//! Orders of contributions.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::PersonId;
use citygate_kernel::{CityId, Kind, Money, Month};
use citygate_payments::{BillId, BillView};

use super::InsuranceKind;

/// Prefix of identifiers of orders.
pub enum OrderKind {}
impl Kind for OrderKind {
    const PREFIX: &'static str = "sord";
}
/// Identifies an order of contributions.
pub type OrderId = CityId<OrderKind>;

citygate_kernel::words! {
    /// Where an order of contributions stands.
    OrderState {
        /// It waits for its payment.
        Ordered = "ordered" ("Waits for payment", "待缴费"),
        /// Its bill is paid.
        Paid = "paid" ("Paid", "已缴费"),
        /// The agency was told that it is paid.
        Reported = "reported" ("Paid, and the agency was told", "已缴费并通知经办机构"),
        /// It was not paid in time.
        Expired = "expired" ("Not paid in time", "逾期未缴已失效"),
        /// It was cancelled before it was paid.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

citygate_kernel::words! {
    /// What happens to an order of contributions.
    OrderEvent {
        /// Its bill is paid.
        Pay = "pay",
        /// The agency is told.
        Report = "report",
        /// The time for its payment ends.
        Expire = "expire",
        /// Whoever ordered it takes it back.
        Cancel = "cancel",
    }
}

/// What somebody wants to pay in.
#[derive(Debug, Clone)]
pub(crate) struct NewOrder {
    pub agency: AgencyId,
    /// Against what; each once.
    pub kinds: Vec<InsuranceKind>,
    /// What contributions are computed from, a month.
    pub base: Money,
    pub first_month: Month,
    pub months: u8,
}

/// What an insurance costs, each month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub kind: InsuranceKind,
    pub rate_bp: u32,
    pub monthly: Money,
}

/// An order as recorded.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub id: OrderId,
    pub agency: AgencyId,
    pub person: PersonId,
    pub bill: BillId,
    /// The version of the rule that set rates and bounds.
    pub rule: RuleId,
    pub state: OrderState,
    pub base: Money,
    pub first_month: Month,
    pub months: u8,
    pub amount: Money,
    pub lines: Vec<OrderLine>,
    pub pay_by: DateTime<Utc>,
    pub ordered_at: DateTime<Utc>,
}

/// An order with its bill.
pub(crate) struct OrderView {
    pub order: Order,
    pub bill: BillView,
}
