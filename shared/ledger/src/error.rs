//! What can go wrong in the ledger.

use citygate_kernel::Money;
use citygate_platform::db::{DbError, TxError};

/// A fact, or the database's trouble. The ledger has no HTTP of its own: who posts says what a
/// fact means to a caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The account to be debited does not hold enough.
    #[error("the account holds {available}, less than the amount")]
    ExceedsCredits {
        /// What may still be debited.
        available: Money,
    },
    /// The account to be credited may not take as much.
    #[error("the account takes {available}, less than the amount")]
    ExceedsDebits {
        /// What may still be credited.
        available: Money,
    },
    /// The hold does not exist, or it has been posted, voided or expired.
    #[error("there is no such open hold")]
    HoldUnknown,
    /// The time of the hold is over.
    #[error("the hold has expired")]
    HoldExpired,
    /// The time of the hold is not over.
    #[error("the hold has not expired")]
    HoldNotExpired,
    /// More is to be posted than was set aside.
    #[error("the hold is of {held}, less than the amount")]
    ExceedsHold {
        /// What was set aside.
        held: Money,
    },
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
    /// A transfer names an account that its books were not opened with.
    #[error("the account was not locked")]
    NotLocked,
    /// A row holds what this program cannot read.
    #[error("a row of the ledger is damaged: {0}")]
    Damaged(&'static str),
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
