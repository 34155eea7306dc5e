//! Nouns of the provident fund.

mod account;
mod application;
mod batch;
mod dispute;
mod employer;
mod loan;
mod posting;
mod statement;
mod transfer;
mod withdrawal;

pub use account::{Account, AccountId, AccountIdKind, AccountState, Terms};
pub(crate) use account::{AccountFacts, Conditions, NewAccount, NewTerms, TermsKey};
pub use application::{ApplicationNo, InvalidApplicationNo};
pub(crate) use batch::{Batch, Declaration, Fault, FaultCode, Totals};
pub use batch::{BatchId, BatchIdKind, BatchKind, BatchState};
pub(crate) use dispute::{Dispute, Disputed};
pub use dispute::{DisputeEvent, DisputeId, DisputeKind, DisputeOutcome, DisputeState};
pub use employer::{Employer, EmployerId, EmployerIdKind, EmployerNo, InvalidEmployerNo};
pub use loan::{Loan, LoanId, LoanIdKind, LoanState, RepaymentMethod};
pub(crate) use loan::{LoanFacts, NewLoan};
pub(crate) use posting::NewPosting;
pub use posting::{Posting, PostingKind, PostingState};
pub(crate) use statement::{FundYear, Statement, StatementYear};
pub(crate) use transfer::{TransferIn, TransferOut, other_side};
pub use transfer::{
    TransferInEvent, TransferInId, TransferInKind, TransferInState, TransferOutEvent,
    TransferOutId, TransferOutKind, TransferOutState,
};
pub(crate) use withdrawal::{PaperReference, Said, Step, Withdrawal};
pub use withdrawal::{
    WithdrawalEvent, WithdrawalGround, WithdrawalId, WithdrawalKind, WithdrawalPaper,
    WithdrawalState,
};

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A number that a centre gives to an account, a posting, a loan or a batch: 1 to `MAX` letters of
/// ASCII, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CentreNo<const MAX: usize>(String);

/// Of an account.
pub type AccountNo = CentreNo<32>;
/// Of a posting; unique within its account.
pub type PostingNo = CentreNo<32>;
/// Of a loan.
pub type LoanNo = CentreNo<32>;
/// Of a batch.
pub type BatchNo = CentreNo<32>;

/// The text is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to {0} letters of ASCII, digits, hyphens, underscores and dots are expected")]
pub struct InvalidCentreNo(usize);

impl<const MAX: usize> CentreNo<MAX> {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for CentreNo<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> FromStr for CentreNo<MAX> {
    type Err = InvalidCentreNo;

    fn from_str(text: &str) -> Result<Self, InvalidCentreNo> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let fits = (1..=MAX).contains(&text.len()) && text.bytes().all(plain);
        // A path segment of dots alone means another path.
        let dots = text.bytes().all(|byte| byte == b'.');
        if fits && !dots { Ok(Self(text.to_owned())) } else { Err(InvalidCentreNo(MAX)) }
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for CentreNo<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl<const MAX: usize> PartialSchema for CentreNo<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(format!("^(?!\\.+$)[A-Za-z0-9._-]{{1,{MAX}}}$")))
            .into()
    }
}

impl<const MAX: usize> ToSchema for CentreNo<MAX> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_centre_fit_into_a_path_and_a_column() {
        for (text, valid) in [
            ("1", true),
            ("R202611-0000001", true),
            ("a.b_c-D", true),
            (&"9".repeat(32), true),
            (&"9".repeat(33), false),
            ("", false),
            (".", false),
            ("..", false),
            ("a/b", false),
            ("a b", false),
            ("王", false),
            ("a\0", false),
        ] {
            assert_eq!(text.parse::<AccountNo>().is_ok(), valid, "{text}");
        }
    }
}
