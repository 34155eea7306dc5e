//! Batches.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind};
use citygate_platform::http::Cursor;
use uuid::Uuid;

use super::BatchNo;

/// Prefix of batch identifiers.
pub enum BatchIdKind {}
impl Kind for BatchIdKind {
    const PREFIX: &'static str = "fbat";
}
/// Identifies a batch.
pub type BatchId = CityId<BatchIdKind>;

citygate_kernel::words! {
    /// What the lines of a batch are about.
    #[schema(as = FundBatchKind)]
    BatchKind {
        /// Accounts: whose, and where they stand.
        Accounts = "accounts",
        /// What was paid in and out.
        Postings = "postings",
        /// Loans, and what is left of them.
        Loans = "loans",
        /// Which base and rates held from which month on.
        Terms = "terms",
    }
}

citygate_kernel::words! {
    /// Where a batch stands.
    #[schema(as = FundBatchState)]
    BatchState {
        /// Parts arrive.
        Open = "open",
        /// What arrived is what was declared.
        Closed = "closed",
        /// What arrived is not what was declared.
        Unbalanced = "unbalanced",
        /// Another batch says it right.
        Replaced = "replaced",
    }
}

/// What a centre says of a batch before it sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// What it is about.
    pub kind: BatchKind,
    /// Up to when it tells everything.
    pub as_of: DateTime<Utc>,
    /// How many lines.
    pub lines: i64,
    /// What they come to, in fen: of postings what both sides paid, of accounts and terms the bases,
    /// of loans what is left of them.
    pub sum_minor: i64,
}

/// A batch as declared, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub id: BatchId,
    pub agency: AgencyId,
    /// The centre's number.
    pub number: BatchNo,
    pub declared: Declaration,
    /// The batch that it says again.
    pub replaces: Option<BatchId>,
    pub state: BatchState,
    pub created_at: DateTime<Utc>,
}

/// What has arrived of a batch or a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Lines, whatever became of them.
    pub lines: i64,
    /// Those that are on record, each once.
    pub accepted: i64,
    /// Those that said again what the batch had said already.
    pub repeated: i64,
    /// What those on record come to, in minor units.
    pub sum_minor: i64,
}

impl Totals {
    /// Lines that were refused.
    pub(crate) fn refused(self) -> i64 {
        self.lines.saturating_sub(self.accepted).saturating_sub(self.repeated)
    }
}

/// A line that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Of which part.
    pub part_no: u32,
    /// Which line of it, from 1.
    pub line: u32,
    /// Why.
    pub code: FaultCode,
}

impl Fault {
    /// Its place in a list of faults, for a page that begins after it.
    pub(crate) fn place(self) -> Uuid {
        Uuid::from_u64_pair(self.part_no.into(), self.line.into())
    }

    /// Part and line of a place, the greatest that there are where it was no place of ours.
    pub(crate) fn before(Cursor(place): Cursor) -> (u32, u32) {
        let (part_no, line) = place.as_u64_pair();
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        (number(part_no), number(line))
    }
}

citygate_kernel::words! {
    /// Why a line was refused.
    #[schema(as = FundFaultCode)]
    FaultCode {
        /// Not a JSON object with the members of its kind, each of its form.
        Malformed = "malformed",
        /// No account of this number is known yet.
        AccountUnknown = "account_unknown",
        /// The account is another person's.
        AccountOfAnother = "account_of_another",
        /// An account that stands as it does cannot come to stand so.
        AccountState = "account_state",
        /// No employer of this number is known yet.
        EmployerUnknown = "employer_unknown",
        /// This batch has said something else under the same number.
        SaidOtherwise = "said_otherwise",
        /// The number stands for a posting of other content.
        PostingDiffers = "posting_differs",
        /// A posting that stands as it does cannot come to stand so.
        PostingState = "posting_state",
        /// A posting of its kind does not have such a sign, or such a state.
        PostingUnfit = "posting_unfit",
        /// There is no such posting on the account to correct, or it is not posted.
        CorrectedUnknown = "corrected_unknown",
        /// The balance would be below zero.
        BelowZero = "below_zero",
        /// The amount is more than an account can hold.
        TooMuch = "too_much",
        /// More is left of the loan than was lent.
        LoanUnfit = "loan_unfit",
        /// The application that the posting names is not approved, of another account or amount, or
        /// carried out by another posting.
        ApplicationUnfit = "application_unfit",
    }
}

impl FaultCode {
    /// Whether the same line may be right later: what it needs may still arrive.
    pub(crate) fn is_passing(self) -> bool {
        match self {
            Self::AccountUnknown
            | Self::EmployerUnknown
            | Self::CorrectedUnknown
            | Self::ApplicationUnfit
            | Self::BelowZero => true,
            Self::Malformed
            | Self::AccountOfAnother
            | Self::AccountState
            | Self::SaidOtherwise
            | Self::PostingDiffers
            | Self::PostingState
            | Self::PostingUnfit
            | Self::TooMuch
            | Self::LoanUnfit => false,
        }
    }
}
