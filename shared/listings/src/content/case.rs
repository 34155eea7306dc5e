//! Opinions and suggestions, as lines like 12345 take them.

use citygate_calendar::Period;
use citygate_kernel::{Text, words};
use serde::{Deserialize, Serialize};

use super::{Citation, Code};

words! {
    /// What somebody wants of a city (Regulation of Beijing on 12345, article 2).
    Intent {
        /// To know something.
        Consult = "consult" ("Question", "咨询"),
        /// Help.
        Help = "help" ("Request for help", "求助"),
        /// To complain.
        Complain = "complain" ("Complaint", "投诉"),
        /// To report a wrong.
        Report = "report" ("Report", "举报"),
        /// To suggest something.
        Suggest = "suggest" ("Suggestion", "建议"),
        /// To thank.
        Thank = "thank" ("Thanks", "表扬"),
    }
}

/// Dispatch, dispute, extension, reply, call-back, rating, reopening. Also spoken as Open311
/// `GeoReport` v2, where each category is a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSpec {
    /// What cases can be about; 1 to 200.
    pub categories: Vec<CaseCategory>,
    /// What is not taken here, and where it goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_taken: Vec<NotTaken>,
    /// How long the one to whom a case was dispatched may dispute that.
    pub dispute_within: Period,
    /// How much longer a reply may take, once, with a reason that the person reads.
    pub extension: Period,
    /// How long after the reply the person is asked whether it helped.
    pub call_back_within: Period,
    /// How often somebody may have their case opened again.
    pub reopen_times: u8,
    /// Within how many days of its end.
    pub reopen_within_days: u16,
}

/// What cases can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseCategory {
    /// What it is called by; the `service_code` of Open311.
    pub code: Code,
    /// What people call it.
    pub name: Text,
    /// What belongs to it.
    pub description: Text,
    /// What can be wanted of it.
    pub intents: Vec<Intent>,
    /// The desk that it goes to first: `street_lighting`.
    pub desk: Code,
    /// Within what time it is replied to, from the filing.
    pub period: Period,
    /// By which law or local table.
    pub citation: Citation,
}

/// What is not taken here: emergencies, matters of a court, secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotTaken {
    /// What it is called by.
    pub code: Code,
    /// What it is: `Emergencies`.
    pub name: Text,
    /// Where it goes: `Call 110, 119, 120 or 122 at once.`
    pub instead: Text,
    /// Words of which one in the text says that it is this.
    pub words: Vec<String>,
    /// By which law.
    pub citation: Citation,
}
