//! What somebody asks before they begin, and what they are told.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Money, wire};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, schema::Type},
};

use super::content::{AppealBody, ChannelBody, CitationBody};
use crate::{
    actions::Asked,
    content::{Code, Content, DocumentNeeded, DocumentSource, Eligibility, FactValue, Fee},
    error::Error,
    judge::Verdict,
    model::{EngineKind, ListingId},
    precheck::{May, Said, precheck},
    words::Question,
};

/// How many facts somebody says at most.
const FACTS_MAX: usize = 40;
/// How many fields of a form.
const FIELDS_MAX: usize = 100;
/// The longest text among them, in characters.
const TEXT_MAX: usize = 100;

/// What somebody says of themselves. Whatever is left out is asked back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingPrecheckRequest, example = json!({
    "facts": {"age": 34, "document_type": "resident_id"},
}))]
pub(crate) struct PrecheckListingBody {
    /// `age` in years, `document_type`, and what the listing asks, by the codes of its facts.
    #[serde(default, deserialize_with = "facts")]
    #[schema(required = false, schema_with = facts_schema)]
    facts: BTreeMap<String, FactValue>,
    /// The form of an application, as far as it is filled.
    #[serde(default, deserialize_with = "form")]
    #[schema(required = false, schema_with = form_schema)]
    form: Option<Map<String, Value>>,
    /// The day on which they would begin, from today to a year from now; today without it.
    #[serde(default, deserialize_with = "day")]
    #[schema(required = false, value_type = NaiveDate)]
    on: Option<NaiveDate>,
}

impl PrecheckListingBody {
    pub(crate) fn said(self) -> (Option<NaiveDate>, Said) {
        (self.on, Said { facts: self.facts, form: self.form })
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    wire::date(deserializer).map(Some)
}

fn form<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Map<String, Value>>, D::Error> {
    let form = Map::deserialize(deserializer)?;
    if form.len() > FIELDS_MAX {
        return Err(de::Error::custom("100 fields at most are expected"));
    }
    Ok(Some(form))
}

fn facts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, FactValue>, D::Error> {
    let said = BTreeMap::<String, Value>::deserialize(deserializer)?;
    if said.len() > FACTS_MAX {
        return Err(de::Error::custom("40 facts at most are expected"));
    }
    let fact = |(name, value)| Some((name, fact(value)?));
    let facts: Option<BTreeMap<_, _>> = said.into_iter().map(fact).collect();
    let expected = "true or false, whole numbers and texts of up to 100 characters are expected";
    facts.ok_or_else(|| de::Error::custom(expected))
}

fn fact(value: Value) -> Option<FactValue> {
    match value {
        Value::Bool(value) => Some(FactValue::Boolean(value)),
        Value::String(text) if text.chars().count() <= TEXT_MAX => Some(FactValue::Text(text)),
        number @ Value::Number(_) => wire::integer(number).ok().and_then(FactValue::integer),
        Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn facts_schema() -> RefOr<Schema> {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(-FactValue::INTEGER_MAX))
        .maximum(Some(FactValue::INTEGER_MAX));
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(TEXT_MAX));
    let fact = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .item(number)
        .item(text);
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(RefOr::T(Schema::from(fact))))
        .max_properties(Some(FACTS_MAX))
        .into()
}

fn form_schema() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(FIELDS_MAX)).into()
}

/// What holds for somebody who would begin on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheck)]
pub(crate) struct PrecheckedBody {
    listing_id: ListingId,
    #[schema(minimum = 1)]
    version: i32,
    /// How it works.
    engine: EngineKind,
    /// The day on which they would begin.
    on: NaiveDate,
    may: May,
    /// The same in a sentence.
    may_text: String,
    /// Why not.
    reasons: Vec<PrecheckReasonBody>,
    /// What is still to be asked, because something depends on it.
    questions: Vec<PrecheckQuestionBody>,
    /// What has to be shown.
    documents: Vec<PrecheckDocumentBody>,
    /// What it costs.
    fees: Vec<PrecheckFeeBody>,
    /// What comes together of the fees that are due for sure.
    fee_total: Money,
    /// By when the agency would answer. Absent where the answer comes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PrecheckDeadlineBody)]
    deadline: Option<PrecheckDeadlineBody>,
    /// Where it can be used.
    channels: Vec<ChannelBody>,
    /// What can be done against the outcome.
    appeal: AppealBody,
}

/// A condition that is not met.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckReason)]
struct PrecheckReasonBody {
    code: Code,
    text: String,
    citation: CitationBody,
}

/// Something that is to be asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckQuestion)]
struct PrecheckQuestionBody {
    /// Where the answer goes in the body of the next question.
    #[schema(example = "/facts/age")]
    pointer: String,
    question: String,
    /// What an answer is: `boolean`, `integer`, `date` (a text), `choice` or `text`.
    #[schema(pattern = "^(boolean|integer|date|choice|text)$")]
    kind: &'static str,
    /// Of a choice: what can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    choices: Vec<PrecheckChoiceBody>,
}

/// What can be chosen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckChoice)]
struct PrecheckChoiceBody {
    code: String,
    name: String,
}

/// Something to show.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckDocument)]
struct PrecheckDocumentBody {
    code: Code,
    name: String,
    source: DocumentSource,
    /// The same in the language of the answer.
    source_name: String,
    /// Whether it is needed for sure; if not, that depends on a question.
    sure: bool,
}

/// Something to pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckFee)]
struct PrecheckFeeBody {
    code: Code,
    name: String,
    amount: Money,
    /// Whether it is due for sure; if not, that depends on a question.
    sure: bool,
    citation: CitationBody,
}

/// By when an agency would answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrecheckDeadline)]
struct PrecheckDeadlineBody {
    /// The last day.
    on: NaiveDate,
    /// When it is over.
    ends_at: DateTime<Utc>,
    /// Whether holidays that are not announced yet may still move it.
    provisional: bool,
    /// How it is counted, in plain words in the language of the answer.
    explanation: String,
    citation: CitationBody,
}

impl PrecheckedBody {
    pub(crate) fn new(asked: &Asked, locale: Locale) -> Result<Self, Error> {
        let content = &asked.published.content;
        let checked = precheck(content, &asked.facts).map_err(|_| Error::Damaged("fees"))?;
        let engine = content.engine().map(EngineKind::from);
        let question = |fact: &&str| PrecheckQuestionBody::new(content, fact, locale);
        Ok(Self {
            listing_id: asked.published.listing,
            version: asked.published.version,
            engine: engine.ok_or(Error::Damaged("engine"))?,
            on: asked.on,
            may: checked.may,
            may_text: checked.may.sentence().get(locale).to_owned(),
            reasons: checked.reasons.iter().map(|one| reason(one, locale)).collect(),
            questions: checked.open.iter().filter_map(question).collect(),
            documents: checked.documents.iter().map(|one| document(*one, locale)).collect(),
            fees: checked.fees.iter().map(|one| fee(*one, locale)).collect(),
            fee_total: checked.fee_total,
            deadline: PrecheckDeadlineBody::new(asked, locale),
            channels: content.channels.iter().map(|one| ChannelBody::new(one, locale)).collect(),
            appeal: AppealBody::new(&content.appeal, locale),
        })
    }
}

impl PrecheckQuestionBody {
    fn new(content: &Content, fact: &str, locale: Locale) -> Option<Self> {
        let Question { pointer, text, kind, choices } = Question::of(content, fact)?;
        let choice = |(code, name): (String, citygate_kernel::Text)| PrecheckChoiceBody {
            code,
            name: name.get(locale).to_owned(),
        };
        Some(Self {
            pointer,
            question: text.get(locale).to_owned(),
            kind,
            choices: choices.into_iter().map(choice).collect(),
        })
    }
}

impl PrecheckDeadlineBody {
    fn new(asked: &Asked, locale: Locale) -> Option<Self> {
        let deadline = asked.deadline.as_ref()?;
        let citation = &asked.published.content.time_limit.as_ref()?.citation;
        Some(Self {
            on: deadline.due_on(),
            ends_at: deadline.ends_at(asked.time_zone),
            provisional: deadline.provisional(),
            explanation: deadline.explain(locale, asked.on, Some(&citation.title)),
            citation: CitationBody::new(citation, locale),
        })
    }
}

fn reason(one: &Eligibility, locale: Locale) -> PrecheckReasonBody {
    PrecheckReasonBody {
        code: one.code.clone(),
        text: one.otherwise.get(locale).to_owned(),
        citation: CitationBody::new(&one.citation, locale),
    }
}

fn document((one, verdict): (&DocumentNeeded, Verdict), locale: Locale) -> PrecheckDocumentBody {
    PrecheckDocumentBody {
        code: one.code.clone(),
        name: one.name.get(locale).to_owned(),
        source: one.source,
        source_name: one.source.name().get(locale).to_owned(),
        sure: verdict == Verdict::Yes,
    }
}

fn fee((one, verdict): (&Fee, Verdict), locale: Locale) -> PrecheckFeeBody {
    PrecheckFeeBody {
        code: one.code.clone(),
        name: one.name.get(locale).to_owned(),
        amount: one.amount(),
        sure: verdict == Verdict::Yes,
        citation: CitationBody::new(&one.citation, locale),
    }
}
