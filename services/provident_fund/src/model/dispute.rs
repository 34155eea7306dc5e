//! Nouns of disputes: somebody holds a balance to be wrong.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_kernel::{CityId, Kind, words};

use super::{AccountId, PostingNo};

/// Prefix of identifiers of disputes.
pub enum DisputeKind {}
impl Kind for DisputeKind {
    const PREFIX: &'static str = "fdsp";
}
/// Identifies a dispute.
pub type DisputeId = CityId<DisputeKind>;

words! {
    /// Where a dispute stands.
    DisputeState {
        /// The bank that keeps the accounts for the centre has to look.
        WithBank = "with_bank",
        /// It has; whoever asked may go to the centre.
        BankAnswered = "bank_answered",
        /// The centre has to look.
        WithCentre = "with_centre",
        /// It has.
        Answered = "answered",
        /// Given up by whoever asked.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What happens to a dispute.
    DisputeEvent {
        /// Whoever has to look answers.
        Answer = "answer",
        /// Whoever asked holds the answer of the bank to be wrong, too.
        Reopen = "reopen",
        /// Whoever asked gives it up.
        Withdraw = "withdraw",
        /// Time to answer is over.
        Overdue = "overdue",
    }
}

words! {
    /// What came of a dispute.
    DisputeOutcome {
        /// There was a fault, and a posting has put it right.
        Corrected = "corrected",
        /// There was none, and why.
        Explained = "explained",
    }
}

/// What a dispute is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disputed {
    /// A posting.
    Posting(PostingNo),
    /// A month, by its first day, of which something is missing.
    Month(NaiveDate),
}

/// A dispute as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Dispute {
    pub id: DisputeId,
    pub agency: AgencyId,
    pub account: AccountId,
    pub person: PersonId,
    /// Who asked: an account in the city, not at the centre.
    pub lodged_by: SignedIn,
    pub about: Disputed,
    pub state: DisputeState,
    /// The version of the rule that it is under.
    pub rule: RuleId,
    /// The day from which the time to answer is counted.
    pub counted_from: NaiveDate,
    /// When that time is over; none when nobody has to answer.
    pub act_by: Option<DateTime<Utc>>,
    pub outcome: Option<DisputeOutcome>,
    /// The posting that puts it right.
    pub corrected_by: Option<PostingNo>,
    pub lodged_at: DateTime<Utc>,
}

impl Dispute {
    /// Whether whoever has to answer has let the time pass.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.act_by.is_some_and(|by| by <= now)
    }
}
