//! Nouns of money that is set aside.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId, RealName};
use citygate_kernel::{CityCode, CityId, Kind, Money};
use citygate_ledger::TransferId;

/// Prefix of deposit identifiers.
pub enum DepositKind {}
impl Kind for DepositKind {
    const PREFIX: &'static str = "dpst";
}
/// Identifies a deposit.
pub type DepositId = CityId<DepositKind>;

/// What a deposit is for: a case of a service, such as a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositCase {
    /// Whose bills may be paid from it.
    pub agency: AgencyId,
    /// The service: the crate's name.
    pub issuer: &'static str,
    /// The service's own name of the case.
    pub number: String,
}

/// Money to be set aside.
#[derive(Debug, Clone)]
pub struct NewDeposit {
    /// What it is for.
    pub case: DepositCase,
    /// Out of whose wallet.
    pub payer: RealName,
    /// How much.
    pub amount: Money,
    /// When what is left of it is released by itself.
    pub ends_at: DateTime<Utc>,
}

/// Who has set money aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depositor {
    /// The person.
    pub person: PersonId,
    /// From which account.
    pub account: AccountId,
    /// The person's own city, which keeps the wallet.
    pub city: CityCode,
}

impl From<RealName> for Depositor {
    fn from(payer: RealName) -> Self {
        let RealName { account, session: _, city, person } = payer;
        Self { person, account, city }
    }
}

/// Money that somebody has set aside in the own wallet.
#[derive(Debug, Clone)]
pub struct Deposit {
    /// Which one.
    pub id: DepositId,
    /// Whose bills may be paid from it.
    pub agency: AgencyId,
    /// Out of whose wallet.
    pub payer: Depositor,
    /// How much was set aside.
    pub put: Money,
    /// How much still is; nothing once it has ended.
    pub held: Money,
    /// How much was paid from it.
    pub used: Money,
    /// The hold, while anything is held.
    pub(crate) hold: Option<TransferId>,
    /// When what is left of it is released by itself.
    pub ends_at: DateTime<Utc>,
}
