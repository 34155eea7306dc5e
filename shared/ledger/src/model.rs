//! Nouns of the ledger.

use citygate_kernel::{CityCode, CityId, Currency, Kind, Money};
use uuid::Uuid;

/// Prefix of account identifiers.
pub enum AccountKind {}
impl Kind for AccountKind {
    const PREFIX: &'static str = "lacc";
}
/// Identifies a ledger account.
pub type AccountId = CityId<AccountKind>;

/// Prefix of transfer identifiers.
pub enum TransferKind {}
impl Kind for TransferKind {
    const PREFIX: &'static str = "tran";
}
/// Identifies a transfer.
pub type TransferId = CityId<TransferKind>;

/// What stands on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountCode {
    /// What the city holds for a citizen. A liability: credits raise it; it cannot be overdrawn.
    Wallet,
    /// What was collected for an agency and is to be handed over. A liability.
    AgencyPayable,
    /// What the card processor has taken and not yet handed over. An asset: debits raise it.
    ProcessorReceivable,
}

impl AccountCode {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::AgencyPayable => "agency_payable",
            Self::ProcessorReceivable => "processor_receivable",
        }
    }

    /// Whether debits may never exceed credits.
    pub(crate) fn no_debit_excess(self) -> bool {
        matches!(self, Self::Wallet)
    }
}

/// An account by what it is: there is one for each combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account {
    /// Whose books.
    pub city: CityCode,
    /// What stands on it.
    pub code: AccountCode,
    /// The person or agency it stands for; none where the code says it all.
    pub owner: Option<Uuid>,
    /// In which currency.
    pub currency: Currency,
}

/// An amount from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Names it; its city is the one whose business it is.
    pub id: TransferId,
    /// Where the amount comes from.
    pub debit: AccountId,
    /// Where it goes.
    pub credit: AccountId,
    /// How much; more than zero.
    pub amount: Money,
    /// What kind of business, for statements: `bill_payment`, `top_up`.
    pub code: &'static str,
}

/// The counters of an account, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Everything ever debited.
    pub debits_posted: i64,
    /// Everything ever credited.
    pub credits_posted: i64,
}

/// The books of a city in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialBalance {
    /// Which currency.
    pub currency: Currency,
    /// The sum of all debits, in minor units.
    pub debits: i128,
    /// The sum of all credits.
    pub credits: i128,
    /// How many accounts there are.
    pub accounts: i64,
}

impl TrialBalance {
    /// Whether the books are right.
    pub fn balanced(&self) -> bool {
        self.debits == self.credits
    }
}
