//! Accounts.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{PersonId, ResidentIdNumber};
use citygate_kernel::{CityId, Kind, Masked, Money};
use uuid::Uuid;

use super::{AccountNo, EmployerId, EmployerNo};

/// Prefix of account identifiers.
pub enum AccountIdKind {}
impl Kind for AccountIdKind {
    const PREFIX: &'static str = "facc";
}
/// Identifies an account.
pub type AccountId = CityId<AccountIdKind>;

citygate_kernel::words! {
    /// Where an account stands.
    #[schema(as = FundAccountState)]
    AccountState {
        /// Set up, and nothing has been paid in yet.
        Open = "open" ("Open", "已开户"),
        /// Paid into.
        Active = "active" ("Active", "正常"),
        /// Nobody pays in at present: the person has left, or the employer has suspended.
        Sealed = "sealed" ("Sealed", "封存"),
        /// Moved to the centre of another city.
        Transferred = "transferred" ("Transferred", "已转出"),
        /// Paid out as a whole.
        Closed = "closed" ("Closed", "已销户"),
    }
}

/// Somebody's account at a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which one.
    pub id: AccountId,
    /// At which centre.
    pub agency: AgencyId,
    /// The centre's number.
    pub number: AccountNo,
    /// Whose.
    pub person: PersonId,
    /// Where it stands.
    pub state: AccountState,
    /// When it was opened.
    pub opened_on: NaiveDate,
    /// Who pays in now, if anybody does.
    pub employer: Option<EmployerId>,
    /// What a month's contribution is counted from.
    pub base: Money,
    /// The person's own share of it, in basis points: 1200 are 12 %.
    pub own_rate_bp: u16,
    /// The employer's share of it, in basis points.
    pub employer_rate_bp: u16,
    /// The sum of its postings that count.
    pub balance: Money,
    /// The last month that was paid in for: its first day.
    pub last_posted_month: Option<NaiveDate>,
    /// When the centre told of it last.
    pub as_of: DateTime<Utc>,
}

/// From which month on which base and rates hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The first day of the month.
    pub from_month: NaiveDate,
    /// Who pays in, if anybody does.
    pub employer: Option<EmployerId>,
    /// What a month's contribution is counted from.
    pub base: Money,
    /// The person's own share of it, in basis points.
    pub own_rate_bp: u16,
    /// The employer's share of it, in basis points.
    pub employer_rate_bp: u16,
}

/// An account as a centre tells of it. Amounts are in fen.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub number: AccountNo,
    pub id_number: ResidentIdNumber,
    pub name: Masked<String>,
    pub state: AccountState,
    pub opened_on: NaiveDate,
    /// Number and name.
    pub employer: Option<(EmployerNo, String)>,
    pub base_minor: i64,
    pub own_rate_bp: u16,
    pub employer_rate_bp: u16,
}

/// The terms of an account as a centre tells of them. Amounts are in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewTerms {
    pub account: AccountNo,
    pub from_month: NaiveDate,
    pub employer: Option<EmployerNo>,
    pub base_minor: i64,
    pub own_rate_bp: u16,
    pub employer_rate_bp: u16,
}

/// How an account stands, by its centre's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountFacts {
    pub person: PersonId,
    pub state: AccountState,
    pub opened_on: NaiveDate,
    pub employer: Option<Uuid>,
    pub base_minor: i64,
    pub own_rate_bp: u16,
    pub employer_rate_bp: u16,
}

/// An account, and the month from which terms hold.
pub(crate) type TermsKey = (Uuid, NaiveDate);

/// Terms, by the centre's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub employer: Option<Uuid>,
    pub base_minor: i64,
    pub own_rate_bp: u16,
    pub employer_rate_bp: u16,
}
