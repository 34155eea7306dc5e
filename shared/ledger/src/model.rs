//! Nouns of the ledger.

use chrono::{DateTime, Utc};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountCode {
    /// What was collected for an agency and is to be handed over. A liability.
    AgencyPayable,
    /// What the card processor has taken and not yet handed over. An asset: debits raise it.
    ProcessorReceivable,
    /// What the city holds for a citizen. A liability: credits raise it; it cannot be overdrawn
    /// beyond the limit that was given to it, which is none.
    Wallet,
}

impl AccountCode {
    const ALL: [Self; 3] = [Self::AgencyPayable, Self::ProcessorReceivable, Self::Wallet];

    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::AgencyPayable => "agency_payable",
            Self::ProcessorReceivable => "processor_receivable",
            Self::Wallet => "wallet",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// Whether debits may never exceed credits and the overdraft.
    pub(crate) fn no_debit_excess(self) -> bool {
        matches!(self, Self::Wallet)
    }
}

/// An account by what it is: there is one for each combination, opened when money first reaches it.
/// Their order is the order in which every writer locks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Whose books.
    pub city: CityCode,
    /// What stands on it.
    pub code: AccountCode,
    /// In which currency.
    pub currency: Currency,
    /// The person or agency it stands for; none where the code says it all.
    pub owner: Option<Uuid>,
}

/// What a transfer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// Moves an amount.
    Single {
        /// Where it comes from.
        debit: Account,
        /// Where it goes.
        credit: Account,
        /// More than zero.
        amount: Money,
    },
    /// Sets an amount aside: a hold. It counts as spent and has not arrived.
    Pending {
        /// Where it comes from.
        debit: Account,
        /// Where it is to go.
        credit: Account,
        /// More than zero.
        amount: Money,
        /// When it is released by itself.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Moves what a hold has set aside, or a part of it; the rest is released.
    Post {
        /// Which hold.
        hold: TransferId,
        /// Not more than was set aside; all of it when not given.
        amount: Option<Money>,
    },
    /// Releases a hold.
    Void {
        /// Which one.
        hold: TransferId,
    },
    /// Releases a hold whose time is over.
    Expire {
        /// Which one.
        hold: TransferId,
    },
}

impl Movement {
    /// As stored.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Single { .. } => "single",
            Self::Pending { .. } => "pending",
            Self::Post { .. } => "post",
            Self::Void { .. } => "void",
            Self::Expire { .. } => "expire",
        }
    }

    /// The hold that it resolves.
    pub(crate) fn hold(&self) -> Option<TransferId> {
        match self {
            Self::Single { .. } | Self::Pending { .. } => None,
            Self::Post { hold, .. } | Self::Void { hold } | Self::Expire { hold } => Some(*hold),
        }
    }
}

/// Something that happens between two accounts. Immutable once written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Names it; its city is the one whose business it is.
    pub id: TransferId,
    /// What kind of business, for statements: `bill_payment`, `top_up`.
    pub code: &'static str,
    /// What it does.
    pub movement: Movement,
}

impl Transfer {
    /// An amount from one account to another.
    pub fn single(
        id: TransferId,
        code: &'static str,
        debit: Account,
        credit: Account,
        amount: Money,
    ) -> Self {
        Self { id, code, movement: Movement::Single { debit, credit, amount } }
    }
}

/// An amount that is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The pending transfer.
    pub id: TransferId,
    /// Where the amount comes from.
    pub debit: Account,
    /// Where it is to go.
    pub credit: Account,
    /// How much.
    pub amount: Money,
    /// When it is released by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The counters of an account, in minor units. None of them ever falls, save the pending ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Set aside to go out.
    pub debits_pending: i64,
    /// Everything ever debited.
    pub debits_posted: i64,
    /// Set aside elsewhere to come in.
    pub credits_pending: i64,
    /// Everything ever credited.
    pub credits_posted: i64,
    /// By how much debits may exceed credits, where they may not at will.
    pub overdraft: i64,
}

impl Balance {
    /// Credits less debits.
    pub fn posted(&self) -> i64 {
        self.credits_posted.saturating_sub(self.debits_posted)
    }

    /// What may still be debited where debits may not exceed credits.
    pub fn available(&self) -> i64 {
        self.posted().saturating_add(self.overdraft).saturating_sub(self.debits_pending)
    }
}

/// What a transfer did to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1 for the first entry of the account, and so on without a gap.
    pub version: i64,
    /// By which transfer.
    pub transfer: TransferId,
    /// What kind of business.
    pub code: String,
    /// Credits positive, debits negative.
    pub amount: Money,
    /// Credits less debits after it.
    pub balance_after: Money,
    /// When; never before the entry before.
    pub at: DateTime<Utc>,
}

/// What happened on an account in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Credits less debits before the span.
    pub opening: Money,
    /// Debited in it.
    pub debits: Money,
    /// Credited in it.
    pub credits: Money,
    /// Credits less debits after it.
    pub closing: Money,
    /// How many entries there are in it.
    pub entries: i64,
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
    /// The sum of what is set aside on the debit side.
    pub debits_pending: i128,
    /// The same on the credit side.
    pub credits_pending: i128,
    /// How many accounts there are.
    pub accounts: i64,
}

impl TrialBalance {
    /// Whether the books are right.
    pub fn balanced(&self) -> bool {
        self.debits == self.credits && self.debits_pending == self.credits_pending
    }
}
