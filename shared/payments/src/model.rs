//! Nouns of the gateway.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityId, Kind, Masked, Money, Rate, Text};
use citygate_ledger::TransferId;

/// Prefix of bill identifiers.
pub enum BillKind {}
impl Kind for BillKind {
    const PREFIX: &'static str = "bill";
}
/// Identifies a bill.
pub type BillId = CityId<BillKind>;

/// Prefix of payment identifiers.
pub enum PaymentKind {}
impl Kind for PaymentKind {
    const PREFIX: &'static str = "paym";
}
/// Identifies a payment.
pub type PaymentId = CityId<PaymentKind>;

/// Prefix of top-up identifiers.
pub enum TopUpKind {}
impl Kind for TopUpKind {
    const PREFIX: &'static str = "topu";
}
/// Identifies a top-up.
pub type TopUpId = CityId<TopUpKind>;

/// What lateness costs: so much of the amount for each day, and never more than the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surcharge {
    /// Of the bill's amount, for each calendar day after the due date.
    pub per_day: Rate,
    /// The most that it can come to.
    pub cap: Money,
}

/// A bill to be issued.
#[derive(Debug, Clone)]
pub struct NewBill {
    /// Which one it shall be.
    pub id: BillId,
    /// To whom it is owed.
    pub agency: AgencyId,
    /// The service that issues it: the crate's name.
    pub issuer: &'static str,
    /// The agency's own number, unique with agency and issuer.
    pub external_no: String,
    /// Who owes it.
    pub debtor: PersonId,
    /// What for.
    pub subject: Text,
    /// How much, without surcharge.
    pub amount: Money,
    /// The last day without surcharge, in the time zone of the city.
    pub due_on: NaiveDate,
    /// What lateness costs.
    pub surcharge: Option<Surcharge>,
}

/// A debt to an agency.
#[derive(Debug, Clone)]
pub struct Bill {
    /// Which one.
    pub id: BillId,
    /// To whom it is owed.
    pub agency: AgencyId,
    /// The service that issued it.
    pub issuer: String,
    /// The agency's own number.
    pub external_no: String,
    /// Who owes it.
    pub debtor: PersonId,
    /// What for.
    pub subject: Text,
    /// How much, without surcharge.
    pub amount: Money,
    /// The last day without surcharge.
    pub due_on: NaiveDate,
    /// What lateness costs.
    pub surcharge: Option<Surcharge>,
    /// Whether it is settled.
    pub paid: bool,
}

/// What a bill comes to on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountDue {
    /// The bill's own amount.
    pub principal: Money,
    /// What lateness has added.
    pub surcharge: Money,
    /// Both.
    pub total: Money,
    /// Calendar days after the due date.
    pub days_late: u32,
}

/// The settlement of a bill.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Which one.
    pub id: PaymentId,
    /// What was paid.
    pub bill: BillId,
    /// Who paid.
    pub payer: PersonId,
    /// From whose account.
    pub payer_account: AccountId,
    /// The bill's own amount.
    pub principal: Money,
    /// What lateness had added.
    pub surcharge: Money,
    /// The posting.
    pub transfer: TransferId,
    /// When.
    pub paid_at: DateTime<Utc>,
}

/// A bill with everything a reader wants to know of it.
#[derive(Debug, Clone)]
pub struct BillView {
    /// The bill.
    pub bill: Bill,
    /// To whom it is owed.
    pub agency: Agency,
    /// What it comes to today; nothing once it is paid.
    pub due: Option<AmountDue>,
    /// What settled it.
    pub payment: Option<Payment>,
}

/// Where a top-up stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TopUpState {
    Processing,
    Succeeded,
    Declined { reason: String },
}

/// Money on its way from a card into a wallet.
#[derive(Debug, Clone)]
pub(crate) struct TopUp {
    pub id: TopUpId,
    pub person: PersonId,
    pub amount: Money,
    pub card_token: Masked<String>,
    pub state: TopUpState,
    pub created_at: DateTime<Utc>,
}
