//! Postings.

use chrono::NaiveDate;

use super::{AccountId, AccountNo, ApplicationNo, EmployerId, EmployerNo, PostingNo};

citygate_kernel::words! {
    /// What a posting is.
    #[schema(as = FundPostingKind)]
    PostingKind {
        /// A month's contribution.
        Remittance = "remittance" ("Contribution", "汇缴"),
        /// A contribution for an earlier month.
        BackPayment = "back_payment" ("Back payment", "补缴"),
        /// Paid out to the person, or to the bank of a loan.
        Withdrawal = "withdrawal" ("Withdrawal", "提取"),
        /// Interest of 30 June.
        Interest = "interest" ("Interest", "结息"),
        /// From the centre of another city.
        TransferIn = "transfer_in" ("Transfer in", "转入"),
        /// To the centre of another city.
        TransferOut = "transfer_out" ("Transfer out", "转出"),
        /// What was there when the centre began to tell of the account.
        Opening = "opening" ("Opening balance", "期初余额"),
        /// The difference by which another posting was wrong.
        Correction = "correction" ("Correction", "更正"),
    }
}

citygate_kernel::words! {
    /// Where a posting stands.
    #[schema(as = FundPostingState)]
    PostingState {
        /// The employer has said that it will pay.
        Declared = "declared" ("Declared, not paid", "已申报未缴款"),
        /// The money is at the centre's bank, and not on the account yet.
        Received = "received" ("Received, not posted", "已到账未入账"),
        /// On the account.
        Posted = "posted" ("Posted", "已入账"),
        /// On the account, and put right by a correction.
        Corrected = "corrected" ("Posted, corrected since", "已更正"),
        /// The employer took back what it had declared.
        Withdrawn = "withdrawn" ("Declaration withdrawn", "已撤销申报"),
    }
}

impl PostingState {
    /// Whether a posting in this state is a part of the balance. A corrected one is: the correction
    /// is a posting of its own, of the difference.
    pub fn counts(self) -> bool {
        match self {
            Self::Posted | Self::Corrected => true,
            Self::Declared | Self::Received | Self::Withdrawn => false,
        }
    }

    /// Whether the employer owes it still.
    pub fn is_owed(self) -> bool {
        match self {
            Self::Declared => true,
            Self::Received | Self::Posted | Self::Corrected | Self::Withdrawn => false,
        }
    }
}

/// A movement of an account, or what will be one. Amounts are in minor units of the account's
/// currency, negative where they leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// On which account.
    pub account: AccountId,
    /// The centre's number, unique within the account.
    pub number: PostingNo,
    /// What it is.
    pub kind: PostingKind,
    /// Where it stands.
    pub state: PostingState,
    /// For which month: its first day.
    pub month: NaiveDate,
    /// On which day.
    pub booked_on: NaiveDate,
    /// What the person paid, or was paid.
    pub own_minor: i64,
    /// What the employer paid, or what of its money was paid out.
    pub employer_minor: i64,
    /// The posting that it corrects.
    pub corrects: Option<PostingNo>,
    /// Who paid in, where somebody did.
    pub employer: Option<EmployerId>,
}

/// A posting as a centre tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewPosting {
    pub account: AccountNo,
    pub number: PostingNo,
    pub kind: PostingKind,
    pub state: PostingState,
    pub month: NaiveDate,
    pub booked_on: NaiveDate,
    pub own_minor: i64,
    pub employer_minor: i64,
    pub corrects: Option<PostingNo>,
    pub employer: Option<EmployerNo>,
    /// What it carries out, if somebody had applied for it.
    pub application: Option<ApplicationNo>,
}

impl NewPosting {
    /// What it moves, in fen.
    pub(crate) fn amount_minor(&self) -> i64 {
        self.own_minor.saturating_add(self.employer_minor)
    }
}
