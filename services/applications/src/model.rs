//! Nouns of applications.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId, StaffId};
use citygate_kernel::{CityId, Kind};
use citygate_listings::{Code, Delivery, FactValue, ListingId};
use citygate_payments::BillId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Prefix of identifiers of applications.
pub enum ApplicationKind {}
impl Kind for ApplicationKind {
    const PREFIX: &'static str = "appl";
}
/// Identifies an application.
pub type ApplicationId = CityId<ApplicationKind>;

citygate_kernel::words! {
    /// Where an application stands.
    ApplicationState {
        /// Its fee is to be paid; until then nobody looks at it.
        Lodged = "lodged" ("Waits for its fee", "待缴费"),
        /// The agency has it.
        InProgress = "in_progress" ("In progress", "办理中"),
        /// The applicant is asked for what is missing; the agency's time stands still.
        SupplementAsked = "supplement_asked" ("Something is missing", "待补正"),
        /// The agency has granted it.
        Approved = "approved" ("Approved", "准予"),
        /// The applicant has what was granted.
        Delivered = "delivered" ("Delivered", "已送达"),
        /// The agency has refused it.
        Refused = "refused" ("Refused", "不予批准"),
        /// The applicant took it back.
        Withdrawn = "withdrawn" ("Withdrawn", "已撤回"),
        /// The fee, or what was missing, did not come in time.
        Expired = "expired" ("Ended: the time was over", "逾期失效"),
    }
}

citygate_kernel::words! {
    /// What happens to an application.
    ApplicationEvent {
        /// Somebody applies.
        Lodge = "lodge" ("Lodged", "提交申请"),
        /// Its fee is paid.
        Pay = "pay" ("The fee was paid", "缴费成功"),
        /// The time for the fee is over.
        Expire = "expire" ("The fee was not paid in time", "逾期未缴费"),
        /// The agency asks for what is missing.
        Ask = "ask" ("Something was asked for", "要求补正"),
        /// The applicant supplies it.
        Supply = "supply" ("It was supplied", "补正材料"),
        /// The time to supply it is over.
        Lapse = "lapse" ("It was not supplied in time", "逾期未补正"),
        /// The agency finishes a step.
        Finish = "finish" ("A step was finished", "完成环节"),
        /// The agency grants it.
        Approve = "approve" ("Approved", "准予"),
        /// The agency refuses it.
        Refuse = "refuse" ("Refused", "不予批准"),
        /// The outcome reaches the applicant.
        Deliver = "deliver" ("Delivered", "送达"),
        /// The applicant takes it back.
        Withdraw = "withdraw" ("Withdrawn", "撤回申请"),
    }
}

impl ApplicationState {
    /// Whether it is still to be decided.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Lodged | Self::InProgress | Self::SupplementAsked)
    }
}

/// A document, and where the agency finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub code: Code,
    /// Its number or place.
    pub reference: String,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
}

/// What somebody has handed in at once. Stored sealed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// None where a supplement leaves the form as it was.
    #[serde(default)]
    pub form: Option<Map<String, Value>>,
    /// What conditions were judged by, besides the form.
    #[serde(default)]
    pub facts: BTreeMap<String, FactValue>,
    #[serde(default)]
    pub documents: Vec<Document>,
    #[serde(default)]
    pub note: Option<String>,
}

/// What somebody has handed in, and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filing {
    pub filed_at: DateTime<Utc>,
    pub content: Content,
}

/// What an applicant wants.
#[derive(Debug, Clone)]
pub(crate) struct NewApplication {
    pub listing: ListingId,
    pub form: Map<String, Value>,
    pub facts: BTreeMap<String, FactValue>,
    pub documents: Vec<Document>,
    pub delivery: Delivery,
}

/// What is said when something happens. Stored sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    pub words: Option<String>,
    /// Which documents are asked for.
    #[serde(default)]
    pub documents: Vec<Code>,
    /// Which fields of the form are asked about.
    #[serde(default)]
    pub fields: Vec<Code>,
    /// How it was delivered.
    #[serde(default)]
    pub how: Option<Delivery>,
    /// Where it can be followed.
    #[serde(default)]
    pub tracking: Option<String>,
}

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub event: ApplicationEvent,
    pub state: ApplicationState,
    pub step: Option<Code>,
    pub said: Option<Said>,
    pub at: DateTime<Utc>,
    pub staff: Option<StaffId>,
}

/// An application as recorded.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub id: ApplicationId,
    pub agency: AgencyId,
    pub listing: ListingId,
    pub version: i32,
    pub person: PersonId,
    pub account: AccountId,
    /// None where it costs nothing.
    pub bill: Option<BillId>,
    pub state: ApplicationState,
    pub delivery: Delivery,
    /// How many steps are finished.
    pub steps_done: usize,
    /// The days from which the agency's time is counted, and that of its next step.
    pub running: Option<Running>,
    /// Until when somebody has to act; of an application that is over, as it was last.
    pub act_by: DateTime<Utc>,
    pub lodged_at: DateTime<Utc>,
    pub decision: Option<Decision>,
    pub changed_at: DateTime<Utc>,
}

/// From when on an agency's time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Running {
    /// The day on which everything was there.
    pub started_on: NaiveDate,
    /// The day on which the step before ended.
    pub step_from: NaiveDate,
}

/// What an agency has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub at: DateTime<Utc>,
    pub in_time: bool,
    pub outcome: Outcome,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is granted, under a number.
    Granted {
        /// What people read aloud.
        number: String,
        /// The last day on which it holds.
        valid_until: Option<NaiveDate>,
    },
    /// It is refused, for a reason of the listing.
    Refused(Code),
}

impl Application {
    /// The number of its outcome: city, day, and the end of its identifier, which is random.
    pub(crate) fn outcome_no(&self, on: NaiveDate) -> String {
        let hex = self.id.uuid().simple().to_string().to_uppercase();
        let tail = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        let day = on.format("%Y%m%d");
        let city = self.id.city();
        format!("{city}-{day}-{}-{}-{}", tail(20, 24), tail(24, 28), tail(28, 32))
    }

    /// Whether the agency should have acted by now.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.state == ApplicationState::InProgress && self.act_by <= now
    }
}
