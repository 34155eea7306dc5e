//! What a listing says: the content of one version, in the form of its file.

mod case;
mod condition;
mod engine;
mod needs;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_calendar::Period;
use citygate_kernel::Text;
use serde::{Deserialize, Serialize};

pub use self::{
    case::{CaseCategory, CaseSpec, Intent, NotTaken},
    condition::{Condition, FactValue, Test},
    engine::{
        ApplicationSpec, BillSpec, BookingSpec, Delivery, Engine, InquirySpec, RecordField,
        RecordFieldKind, RefusalReason, Step,
    },
    needs::{
        Channel, ChannelKind, DocumentNeeded, DocumentSource, Eligibility, Fact, FactChoice,
        FactKind, Fee,
    },
    words::{Code, InvalidCode, InvalidItemCode, ItemCode},
};

/// What a listing says. A version of it never changes once it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The item of the catalogue that is offered: `exit_entry.hk_macao_endorsement`.
    pub item: ItemCode,
    /// What people call it.
    pub name: Text,
    /// What it is, in a few sentences.
    pub summary: Text,
    /// Name and summary in further languages, by BCP 47 tag.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, Translation>,
    /// The first day on which it can be used.
    pub effective_from: NaiveDate,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<NaiveDate>,
    /// By which law it is offered; at least one.
    pub legal_basis: Vec<Citation>,
    /// What somebody can do against its outcome.
    pub appeal: Appeal,
    /// Within what time the agency answers. None where the answer comes at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<TimeLimit>,
    /// Where it can be used; at least one is offline, or the law says why not.
    pub channels: Vec<Channel>,
    /// Which law allows that there is no offline channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_exemption: Option<Citation>,
    /// What somebody is asked before it can be said whether they may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Who may use it: all of them have to hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eligibility: Vec<Eligibility>,
    /// What has to be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentNeeded>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
    /// Exactly one of the following five says how it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquiry: Option<InquirySpec>,
    /// Fetch, pay, advise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillSpec>,
    /// Appointments at offices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<BookingSpec>,
    /// A form, documents, a fee, steps, a decision, its delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationSpec>,
    /// Opinions and suggestions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseSpec>,
}

impl Content {
    /// How it works; none where not exactly one way is named, which no published version is.
    pub fn engine(&self) -> Option<Engine<'_>> {
        let Self { inquiry, bill, booking, application, case, .. } = self;
        let mut engines = [
            inquiry.as_ref().map(Engine::Inquiry),
            bill.as_ref().map(Engine::Bill),
            booking.as_ref().map(Engine::Booking),
            application.as_ref().map(Engine::Application),
            case.as_ref().map(Engine::Case),
        ]
        .into_iter()
        .flatten();
        engines.next().filter(|_| engines.next().is_none())
    }
}

/// Name and summary in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub summary: String,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The law and the article: `Exit and Entry Administration Law, article 10`.
    pub title: Text,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What somebody can do against an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// The way: `administrative reconsideration`.
    pub route: Text,
    /// Who decides.
    pub body: Text,
    /// Within how many days of the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u16>,
    /// By which law.
    pub citation: Citation,
}

/// Within what time the agency answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeLimit {
    /// From the day on which everything is there.
    pub period: Period,
    /// By which law, or whose promise.
    pub citation: Citation,
}
