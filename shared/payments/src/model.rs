//! Nouns of the gateway.

mod deposit;
mod refund;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::{AccountId, PersonId, ResidentIdNumber};
use citygate_kernel::{CityId, Kind, Masked, Money, MoneyError, Rate, Text};
use citygate_ledger::TransferId;

pub use deposit::{Deposit, DepositCase, DepositId, DepositKind, Depositor, NewDeposit};
pub(crate) use refund::{NewRefund, Refund, RefundedLine};
pub use refund::{RefundId, RefundKind};

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

/// What a bill is made up of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What for.
    pub text: Text,
    /// More than zero; the lines of a bill come to its amount.
    pub amount: Money,
    /// What refunds that named it have taken back, in minor units.
    pub refunded: i64,
}

/// An agency's part in what is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub agency: AgencyId,
    /// How many parts of the sum of all parts.
    pub parts: u32,
    /// What it has received, in minor units, whatever went back of it later.
    pub received: i64,
}

/// A part of the amount that is due on a day of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instalment {
    /// How much of the amount; the instalments of a bill come to it.
    pub amount: Money,
    /// The last day without surcharge.
    pub due_on: NaiveDate,
}

/// Somebody as an agency names them.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub id_number: ResidentIdNumber,
    /// Kept where nobody has named the person before.
    pub name: Masked<String>,
}

/// What most bills have nothing of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms<P = PersonId> {
    /// Who may pay besides the debtor: a parent, an employer.
    pub payer: Option<P>,
    /// From when on it cannot be paid any more.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether less than what is due is taken.
    pub allows_partial: bool,
    /// What it is made up of.
    pub lines: Vec<Line>,
    /// Who receives what is paid, where that is not the agency alone.
    pub shares: Vec<Share>,
    /// When how much is due, in the order of their days.
    pub instalments: Vec<Instalment>,
}

impl<P> Default for Terms<P> {
    fn default() -> Self {
        Self {
            payer: None,
            expires_at: None,
            allows_partial: false,
            lines: Vec::new(),
            shares: Vec::new(),
            instalments: Vec::new(),
        }
    }
}

/// A bill to be issued. `P` is how people are named in it.
#[derive(Debug, Clone)]
pub struct NewBill<P = PersonId> {
    /// Which one it shall be.
    pub id: BillId,
    /// To whom it is owed.
    pub agency: AgencyId,
    /// The service that issues it: the crate's name.
    pub issuer: &'static str,
    /// The agency's own number, unique with agency and issuer.
    pub external_no: String,
    /// Who owes it.
    pub debtor: P,
    /// What for.
    pub subject: Text,
    /// How much, without surcharge.
    pub amount: Money,
    /// The last day without surcharge, in the time zone of the city.
    pub due_on: NaiveDate,
    /// What lateness costs.
    pub surcharge: Option<Surcharge>,
    /// What most bills have nothing of.
    pub terms: Terms<P>,
}

impl NewBill<Party> {
    /// Whom it names.
    pub(crate) fn parties(&self) -> impl Iterator<Item = &Party> {
        [&self.debtor].into_iter().chain(&self.terms.payer)
    }

    /// The same bill with the people it names.
    pub(crate) fn naming(&self, debtor: PersonId, payer: Option<PersonId>) -> NewBill {
        let Terms { payer: _, expires_at, allows_partial, lines, shares, instalments } =
            self.terms.clone();
        NewBill {
            id: self.id,
            agency: self.agency,
            issuer: self.issuer,
            external_no: self.external_no.clone(),
            debtor,
            subject: self.subject.clone(),
            amount: self.amount,
            due_on: self.due_on,
            surcharge: self.surcharge,
            terms: Terms { payer, expires_at, allows_partial, lines, shares, instalments },
        }
    }
}

/// Where a bill stands. Only an open one can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillState {
    /// It is owed, wholly or in part.
    Open,
    /// It is settled.
    Paid,
    /// The agency took it back.
    Cancelled,
    /// Its time is over.
    Expired,
}

impl BillState {
    const ALL: [Self; 4] = [Self::Open, Self::Paid, Self::Cancelled, Self::Expired];

    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What has been paid of a bill, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Of its own amount.
    pub principal: i64,
    /// Of what lateness added.
    pub surcharge: i64,
    /// The surcharge that had grown when something was last paid.
    pub accrued: i64,
    /// Until which day that is counted.
    pub accrued_on: Option<NaiveDate>,
    /// How many payments there were.
    pub payments: i32,
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
    /// Who may pay besides the debtor.
    pub payer: Option<PersonId>,
    /// What for.
    pub subject: Text,
    /// How much, without surcharge.
    pub amount: Money,
    /// The last day without surcharge.
    pub due_on: NaiveDate,
    /// What lateness costs.
    pub surcharge: Option<Surcharge>,
    /// From when on it cannot be paid any more.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether less than what is due is taken.
    pub allows_partial: bool,
    /// How many lines, shares and instalments it has.
    pub parts: Parts,
    /// What has been paid.
    pub progress: Progress,
    /// Where it stands, as written; see [`Bill::state`].
    pub stored_state: BillState,
    /// Why the agency took it back.
    pub cancel_reason: Option<String>,
    /// When how much is due; read with the bill where it has any.
    pub instalments: Vec<Instalment>,
}

/// How many rows a bill has in the tables that most bills have none in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Lines.
    pub lines: i16,
    /// Shares.
    pub shares: i16,
    /// Instalments.
    pub instalments: i16,
}

impl Bill {
    /// Where it stands at an instant. A bill whose time is over cannot be paid, whether or not
    /// anybody has written that down yet.
    pub fn state(&self, now: DateTime<Utc>) -> BillState {
        let over = self.expires_at.is_some_and(|end| end <= now);
        if self.stored_state == BillState::Open && over {
            BillState::Expired
        } else {
            self.stored_state
        }
    }

    /// Whether it is settled.
    pub fn is_paid(&self) -> bool {
        self.stored_state == BillState::Paid
    }

    /// Whether the person may see and pay it.
    pub fn concerns(&self, person: PersonId) -> bool {
        self.debtor == person || self.payer == Some(person)
    }
}

/// What is left to pay of a bill on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountDue {
    /// Of the bill's own amount.
    pub principal: Money,
    /// Of what lateness has added.
    pub surcharge: Money,
    /// Both.
    pub total: Money,
    /// Calendar days after the day on which the oldest unpaid part was due.
    pub days_late: u32,
    /// What has to be paid with the next payment at least, and by when.
    pub next: Instalment,
}

/// Money that settled a bill, or a part of it.
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
    /// Of the bill's own amount.
    pub principal: Money,
    /// Of what lateness had added.
    pub surcharge: Money,
    /// The posting; the first of those that are linked, where the bill is shared.
    pub transfer: TransferId,
    /// When.
    pub paid_at: DateTime<Utc>,
}

impl Payment {
    /// All that was paid.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.principal.checked_add(self.surcharge)
    }
}

/// What an agency received of a payment that was shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PaymentShare {
    pub payment: PaymentId,
    /// Its place among the shares of the payment.
    pub n: i16,
    pub agency: AgencyId,
    /// Minor units.
    pub amount: i64,
    /// What has gone back of it, in minor units.
    pub refunded: i64,
    pub transfer: TransferId,
}

/// A bill with everything a reader wants to know of it.
#[derive(Debug, Clone)]
pub struct BillView {
    /// The bill.
    pub bill: Bill,
    /// Where it stands now.
    pub state: BillState,
    /// What it is made up of, if it says so.
    pub lines: Vec<Line>,
    /// To whom it is owed.
    pub agency: Agency,
    /// What is left to pay today; nothing once it is not open any more.
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
