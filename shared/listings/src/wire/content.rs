//! What a listing says, in the language of its reader. Conditions that the law forbids to tell are
//! left out.

mod engine;

use chrono::NaiveDate;
use citygate_calendar::Period;
use citygate_kernel::{Locale, Money};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use self::engine::EngineBody;
use crate::{
    content::{
        Appeal, Channel, ChannelKind, Citation, Code, Condition, Content, DocumentNeeded,
        DocumentSource, Eligibility, Fact, FactChoice, FactKind, Fee, ItemCode, TimeLimit,
    },
    language::Wanted,
};

/// What a version of a listing says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingContent)]
pub(crate) struct ContentBody {
    item: ItemCode,
    /// What people call it.
    name: String,
    /// What it is.
    summary: String,
    /// The language of name and summary, a BCP 47 tag: one that was asked for, if the listing has it.
    #[schema(example = "en")]
    language: String,
    /// All languages in which name and summary can be had.
    languages: Vec<String>,
    /// The first day that it names.
    effective_from: NaiveDate,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    effective_to: Option<NaiveDate>,
    /// By which law it is offered.
    legal_basis: Vec<CitationBody>,
    appeal: AppealBody,
    /// Within what time the agency answers. Absent where the answer comes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = TimeLimitBody)]
    time_limit: Option<TimeLimitBody>,
    /// Where it can be used.
    channels: Vec<ChannelBody>,
    /// Which law allows that there is no offline channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CitationBody)]
    offline_exemption: Option<CitationBody>,
    /// What somebody is asked before it can be said whether they may.
    facts: Vec<FactBody>,
    /// Who may use it, as far as the law allows to tell.
    eligibility: Vec<EligibilityBody>,
    /// What has to be shown.
    documents: Vec<DocumentNeededBody>,
    /// What it costs.
    fees: Vec<FeeBody>,
    engine: EngineBody,
}

impl ContentBody {
    /// None where no engine is named, which no published version is.
    pub(crate) fn new(content: &Content, wanted: &Wanted) -> Option<Self> {
        let locale = wanted.locale;
        let (language, name, summary) = wanted.of(content);
        Some(Self {
            item: content.item.clone(),
            name: name.to_owned(),
            summary: summary.to_owned(),
            language: language.to_owned(),
            languages: Wanted::all(content).map(ToOwned::to_owned).collect(),
            effective_from: content.effective_from,
            effective_to: content.effective_to,
            legal_basis: bodies(&content.legal_basis, locale, CitationBody::new),
            appeal: AppealBody::new(&content.appeal, locale),
            time_limit: content.time_limit.as_ref().map(|limit| TimeLimitBody::new(limit, locale)),
            channels: bodies(&content.channels, locale, ChannelBody::new),
            offline_exemption: content
                .offline_exemption
                .as_ref()
                .map(|citation| CitationBody::new(citation, locale)),
            facts: bodies(&content.facts, locale, FactBody::new),
            eligibility: content
                .eligibility
                .iter()
                .filter(|one| one.disclosed)
                .map(|one| EligibilityBody::new(one, locale))
                .collect(),
            documents: bodies(&content.documents, locale, DocumentNeededBody::new),
            fees: bodies(&content.fees, locale, FeeBody::new),
            engine: EngineBody::new(content.engine()?, locale),
        })
    }
}

fn bodies<T, B>(all: &[T], locale: Locale, body: impl Fn(&T, Locale) -> B) -> Vec<B> {
    all.iter().map(|one| body(one, locale)).collect()
}

/// Where something is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCitation)]
pub(super) struct CitationBody {
    /// The law and the article.
    #[schema(example = "Exit and Entry Administration Law, article 10")]
    title: String,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    url: Option<String>,
}

impl CitationBody {
    pub(super) fn new(citation: &Citation, locale: Locale) -> Self {
        Self { title: citation.title.get(locale).to_owned(), url: citation.url.clone() }
    }
}

/// What somebody can do against an outcome.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingAppeal)]
pub(super) struct AppealBody {
    /// The way.
    #[schema(example = "administrative reconsideration")]
    route: String,
    /// Who decides.
    body: String,
    /// Within how many days of the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = u16)]
    within_days: Option<u16>,
    citation: CitationBody,
}

impl AppealBody {
    pub(super) fn new(appeal: &Appeal, locale: Locale) -> Self {
        Self {
            route: appeal.route.get(locale).to_owned(),
            body: appeal.body.get(locale).to_owned(),
            within_days: appeal.within_days,
            citation: CitationBody::new(&appeal.citation, locale),
        }
    }
}

/// Within what time the agency answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingTimeLimit)]
struct TimeLimitBody {
    period: Period,
    citation: CitationBody,
}

impl TimeLimitBody {
    fn new(limit: &TimeLimit, locale: Locale) -> Self {
        Self { period: limit.period, citation: CitationBody::new(&limit.citation, locale) }
    }
}

/// Where a service can be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingChannel)]
pub(super) struct ChannelBody {
    kind: ChannelKind,
    /// The same in the language of the answer.
    name: String,
    /// Whether somebody without a telephone of their own can use it.
    offline: bool,
    /// What has to be known of it: an address, hours, a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    note: Option<String>,
}

impl ChannelBody {
    pub(super) fn new(channel: &Channel, locale: Locale) -> Self {
        Self {
            kind: channel.kind,
            name: channel.kind.name().get(locale).to_owned(),
            offline: channel.kind.is_offline(),
            note: channel.note.as_ref().map(|note| note.get(locale).to_owned()),
        }
    }
}

/// What somebody is asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingQuestion)]
struct FactBody {
    code: Code,
    question: String,
    kind: FactKind,
    /// Of a choice: what can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    choices: Vec<FactChoiceBody>,
}

/// What can be chosen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingChoice)]
struct FactChoiceBody {
    code: Code,
    name: String,
}

impl FactBody {
    fn new(fact: &Fact, locale: Locale) -> Self {
        let choice = |choice: &FactChoice, locale| FactChoiceBody {
            code: choice.code.clone(),
            name: choice.name.get(locale).to_owned(),
        };
        Self {
            code: fact.code.clone(),
            question: fact.question.get(locale).to_owned(),
            kind: fact.kind,
            choices: bodies(&fact.choices, locale, choice),
        }
    }
}

/// A condition on who may use a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingEligibility)]
struct EligibilityBody {
    code: Code,
    /// What has to hold, as the file of the listing has it.
    when: Map<String, Value>,
    /// What somebody reads of whom it does not.
    otherwise: String,
    citation: CitationBody,
}

impl EligibilityBody {
    fn new(one: &Eligibility, locale: Locale) -> Self {
        Self {
            code: one.code.clone(),
            when: condition(&one.when),
            otherwise: one.otherwise.get(locale).to_owned(),
            citation: CitationBody::new(&one.citation, locale),
        }
    }
}

/// A condition as a file has it: always a table.
fn condition(condition: &Condition) -> Map<String, Value> {
    match serde_json::to_value(condition) {
        Ok(Value::Object(table)) => table,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// What has to be shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingDocument)]
struct DocumentNeededBody {
    code: Code,
    name: String,
    source: DocumentSource,
    /// The same in the language of the answer.
    source_name: String,
    /// Only if that holds, as the file of the listing has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Object)]
    when: Option<Map<String, Value>>,
}

impl DocumentNeededBody {
    fn new(document: &DocumentNeeded, locale: Locale) -> Self {
        Self {
            code: document.code.clone(),
            name: document.name.get(locale).to_owned(),
            source: document.source,
            source_name: document.source.name().get(locale).to_owned(),
            when: document.when.as_ref().map(condition),
        }
    }
}

/// What it costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingFee)]
struct FeeBody {
    code: Code,
    name: String,
    amount: Money,
    /// Only if that holds, as the file of the listing has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Object)]
    when: Option<Map<String, Value>>,
    citation: CitationBody,
}

impl FeeBody {
    fn new(fee: &Fee, locale: Locale) -> Self {
        Self {
            code: fee.code.clone(),
            name: fee.name.get(locale).to_owned(),
            amount: fee.amount(),
            when: fee.when.as_ref().map(condition),
            citation: CitationBody::new(&fee.citation, locale),
        }
    }
}
