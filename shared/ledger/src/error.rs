//! What can go wrong in the ledger.

use citygate_kernel::Money;
use citygate_platform::db::{DbError, TxError};

use crate::model::AccountId;

/// A fact, or the database's trouble. The ledger has no HTTP of its own: who posts says what a
/// fact means to a caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The account to be debited does not hold enough.
    #[error("the account holds {available}, less than the amount")]
    ExceedsCredits {
        /// What it holds.
        available: Money,
    },
    /// No such account.
    #[error("there is no account {0}")]
    AccountUnknown(AccountId),
    /// The two accounts, or the amount, are of different currencies.
    #[error("the currencies of a transfer differ")]
    CurrencyMismatch,
    /// Zero or less.
    #[error("a transfer moves more than zero")]
    AmountNotPositive,
    /// The same account on both sides.
    #[error("a transfer has two accounts")]
    SameAccount,
    /// A counter would leave 64 bits.
    #[error("the amount is too large for the account")]
    Overflow,
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }
}
