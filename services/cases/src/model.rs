//! Nouns of cases.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, CityId, Kind, words};
use citygate_listings::{Intent, ListingId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Prefix of case identifiers.
pub enum CaseIdKind {}
impl Kind for CaseIdKind {
    const PREFIX: &'static str = "case";
}
/// Identifies a case.
pub type CaseId = CityId<CaseIdKind>;

words! {
    /// Where a case stands.
    CaseStanding {
        /// It was filed.
        Received = "received" ("Received", "已受理"),
        /// A desk has it.
        Dispatched = "dispatched" ("With a desk", "已派单"),
        /// That desk says that it is another's; it has it until that is decided.
        DispatchDisputed = "dispatch_disputed" ("Which desk it is for is being decided", "派单争议审核中"),
        /// The desk works on it.
        Accepted = "accepted" ("Being worked on", "办理中"),
        /// The desk has answered; the person is asked whether it helped.
        Replied = "replied" ("Answered", "已答复"),
        /// It is over; how, its outcome says.
        Closed = "closed" ("Closed", "已办结"),
    }
}

words! {
    /// What happens to a case.
    CaseTurn {
        /// It goes to the desk of its category.
        Dispatch = "dispatch",
        /// The desk says that it is another's.
        Dispute = "dispute",
        /// It is decided whose it is.
        Decide = "decide",
        /// The desk takes it on.
        Accept = "accept",
        /// The reply takes longer, for a reason.
        Extend = "extend",
        /// The person adds something.
        Add = "add",
        /// It repeats another case, and is linked to it.
        Link = "link",
        /// The desk answers.
        Reply = "reply",
        /// The person says whether it helped.
        Rate = "rate",
        /// The person has not said so in time.
        Lapse = "lapse",
        /// The desk closes it and asks nothing.
        Close = "close",
        /// The case that it repeats has ended.
        CloseWithParent = "close_with_parent",
        /// The person takes it back.
        Withdraw = "withdraw",
        /// The person is not content, and it begins anew.
        Reopen = "reopen",
    }
}

words! {
    /// How a case ended.
    CaseOutcome {
        /// What was wrong is right.
        Solved = "solved" ("Solved", "已解决"),
        /// It was explained.
        Explained = "explained" ("Explained", "已解释"),
        /// The person took it back.
        Withdrawn = "withdrawn" ("Withdrawn", "已撤回"),
        /// It is another body's, which has it now.
        Transferred = "transferred" ("Transferred to another body", "已转交"),
    }
}

/// A place in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    pub lat: f64,
    pub long: f64,
}

/// What somebody has written, as it is sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub text: String,
    /// Where exactly it is.
    pub point: Option<Point>,
    pub address: Option<String>,
    /// How to reach the person.
    pub contact: Option<String>,
}

/// That a desk says a case is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dispute {
    /// Whose it is, as that desk says.
    pub desk: String,
    /// Who says so.
    pub by: AccountId,
}

/// A case without what was written.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub id: CaseId,
    pub agency: AgencyId,
    pub listing: ListingId,
    /// Of the listing, when it was filed.
    pub version: i32,
    pub category: String,
    pub intent: Intent,
    pub account: AccountId,
    pub person: Option<PersonId>,
    /// Whether the desk learns nothing of the person.
    pub hidden: bool,
    /// Where it is, to about a kilometre.
    pub place: Option<Point>,
    pub district: Option<CityCode>,
    pub state: CaseStanding,
    pub desk: String,
    pub dispute: Option<Dispute>,
    pub dispute_until: DateTime<Utc>,
    /// From which day the time of the reply is counted.
    pub trigger_on: NaiveDate,
    pub extended: bool,
    /// Whether holidays that are not announced yet can move the end of that time.
    pub provisional: bool,
    pub due_on: NaiveDate,
    pub due_at: DateTime<Utc>,
    pub outcome: Option<CaseOutcome>,
    pub reopened: i32,
    pub parent: Option<CaseId>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

impl Case {
    /// Whether everybody may know that there is such a case. A report could warn whom it is about.
    pub(crate) fn is_public(&self) -> bool {
        self.intent != Intent::Report
    }

    /// Whether its agency still owes an answer.
    pub(crate) fn waits(&self) -> bool {
        match self.state {
            CaseStanding::Received
            | CaseStanding::Dispatched
            | CaseStanding::DispatchDisputed
            | CaseStanding::Accepted => true,
            CaseStanding::Replied | CaseStanding::Closed => false,
        }
    }
}

/// A line of the history of a case.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub turn: CaseTurn,
    pub state: CaseStanding,
    pub at: DateTime<Utc>,
    /// What was said with it.
    pub said: Option<Said>,
}

/// What was said with a line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub text: String,
    /// What those read whose cases are linked to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_linked: Option<String>,
}

impl Said {
    /// A text for whoever reads the case.
    pub(crate) fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), for_linked: None }
    }
}

/// An answer of an agency.
#[derive(Debug, Clone)]
pub(crate) struct CaseAnswer {
    pub id: Uuid,
    pub outcome: CaseOutcome,
    pub answered_at: DateTime<Utc>,
    pub in_time: bool,
    /// Until when the person is asked whether it helped.
    pub ask_until: Option<DateTime<Utc>>,
    pub rating: Option<Rating>,
}

/// What somebody says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rating {
    pub solved: bool,
    /// From 1 to 5.
    pub satisfaction: i16,
    pub at: DateTime<Utc>,
}

/// What an agency did in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MonthFigures {
    pub filed: i64,
    /// Of those, how many were taken back.
    pub withdrawn: i64,
    /// Of those that were not, how many have an answer by now.
    pub responded: i64,
    /// Answers of the month.
    pub answers: i64,
    pub in_time: i64,
    pub rated: i64,
    pub solved: i64,
    /// 4 or 5 of 5.
    pub satisfied: i64,
}
