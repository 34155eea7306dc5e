//! What applicants and agencies send.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use citygate_kernel::{Words, wire, words};
use citygate_listings::{Code, Delivery, FactValue, ListingId};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, RefOr, Schema,
        schema::{AdditionalProperties, Type},
    },
};

use crate::{
    actions::decide::Deed,
    model::{ApplicationId, Content, Document, NewApplication, Said},
};

/// Documents that are taken at once.
const DOCUMENTS: usize = 20;
/// Answers that are taken at once.
const ANSWERS: usize = 100;
/// Members of a form that are taken.
const MEMBERS: usize = 200;
/// Characters of an answer.
const ANSWER_LENGTH: usize = 40;
/// Applications that something is done with at once.
const BULK: usize = 100;

/// What may be absent, but not null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A filled form: what it has to hold, the listing says.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct FormBody(Map<String, Value>);

impl TryFrom<Value> for FormBody {
    type Error = String;

    fn try_from(form: Value) -> Result<Self, String> {
        match form {
            Value::Object(form) if form.len() <= MEMBERS => Ok(Self(form)),
            _ => Err(format!("an object of at most {MEMBERS} members is expected")),
        }
    }
}

impl PartialSchema for FormBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A filled form, by the JSON Schema of the listing."))
            .max_properties(Some(MEMBERS))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }
}

impl ToSchema for FormBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "ApplicationForm".into()
    }
}

/// An answer to what a listing asks.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBody(FactValue);

impl<'de> Deserialize<'de> for AnswerBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "yes or no, a whole number, or a text of at most 40 characters";
        match Value::deserialize(deserializer)? {
            Value::Bool(value) => Ok(Self(FactValue::Boolean(value))),
            number @ Value::Number(_) => wire::integer(number)
                .ok()
                .and_then(FactValue::integer)
                .map(Self)
                .ok_or_else(|| D::Error::custom(EXPECTED)),
            Value::String(text) if text.chars().count() <= ANSWER_LENGTH => {
                Ok(Self(FactValue::Text(text)))
            }
            Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                Err(D::Error::custom(EXPECTED))
            }
        }
    }
}

fn answers_schema() -> RefOr<Schema> {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(-FactValue::INTEGER_MAX))
        .maximum(Some(FactValue::INTEGER_MAX));
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(ANSWER_LENGTH));
    let answer = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .item(number)
        .item(text)
        .description(Some("Yes or no, a whole number, a choice, or a day."));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Answers to what the listing asks, by the code of the question."))
        .max_properties(Some(ANSWERS))
        .additional_properties(Some(AdditionalProperties::RefOr(answer.into())))
        .into()
}

fn answers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, AnswerBody>, D::Error> {
    let answers = BTreeMap::<String, AnswerBody>::deserialize(deserializer)?;
    if answers.len() > ANSWERS {
        return Err(D::Error::custom(format!("at most {ANSWERS} answers are taken")));
    }
    Ok(answers)
}

/// SHA-256 of a file, in hexadecimal digits.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct FileDigest(String);

impl TryFrom<String> for FileDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}

impl FromStr for FileDigest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err("64 small hexadecimal digits are expected")
        }
    }
}

/// A document, and where the agency finds it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApplicationDocument)]
pub(crate) struct NewDocumentBody {
    /// Which one of the listing.
    code: Code,
    /// Its number or place, as its issuer or keeper gives it. Stored encrypted.
    reference: Words<200>,
    /// SHA-256 of the file.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$", min_length = 64, max_length = 64)]
    sha256: FileDigest,
}

impl From<NewDocumentBody> for Document {
    fn from(body: NewDocumentBody) -> Self {
        let NewDocumentBody { code, reference, sha256 } = body;
        Self { code, reference: reference.into_string(), sha256: sha256.0 }
    }
}

/// Reads a list of so many at most.
fn up_to<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    most: usize,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<T>::deserialize(deserializer)?;
    if list.len() > most {
        return Err(D::Error::custom(format!("at most {most} are taken")));
    }
    Ok(list)
}

fn documents<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<NewDocumentBody>, D::Error> {
    up_to(d, DOCUMENTS)
}

fn codes<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Code>, D::Error> {
    up_to(d, DOCUMENTS)
}

/// What somebody applies for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LodgeApplicationRequest)]
pub(crate) struct LodgeBody {
    /// Under which listing; its version of today is kept.
    listing_id: ListingId,
    /// Stored encrypted.
    form: FormBody,
    /// Answers to what the listing asks. Stored encrypted.
    #[serde(default, deserialize_with = "answers")]
    #[schema(required = false, schema_with = answers_schema)]
    facts: BTreeMap<String, AnswerBody>,
    #[serde(default, deserialize_with = "documents")]
    #[schema(required = false, max_items = 20)]
    documents: Vec<NewDocumentBody>,
    /// How the outcome shall come.
    delivery: Delivery,
}

impl From<LodgeBody> for NewApplication {
    fn from(body: LodgeBody) -> Self {
        let LodgeBody { listing_id, form, facts, documents, delivery } = body;
        Self {
            listing: listing_id,
            form: form.0,
            facts: facts.into_iter().map(|(code, AnswerBody(value))| (code, value)).collect(),
            documents: documents.into_iter().map(Document::from).collect(),
            delivery,
        }
    }
}

/// What was missing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupplyApplicationRequest)]
pub(crate) struct SupplyBody {
    /// The whole form anew, where something in it changes.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = FormBody)]
    form: Option<FormBody>,
    /// Every document that was asked for, at least.
    #[serde(default, deserialize_with = "documents")]
    #[schema(required = false, max_items = 20)]
    documents: Vec<NewDocumentBody>,
    /// Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<1000>)]
    note: Option<Words<1000>>,
}

impl From<SupplyBody> for Content {
    fn from(body: SupplyBody) -> Self {
        let SupplyBody { form, documents, note } = body;
        Self {
            form: form.map(|form| form.0),
            documents: documents.into_iter().map(Document::from).collect(),
            note: note.map(Words::into_string),
            ..Self::default()
        }
    }
}

/// What an agency needs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskSupplementRequest, example = json!({
    "text": "The photograph is too dark. 照片过暗，请重新提交。", "documents": ["photo"],
}))]
pub(crate) struct AskSupplementBody {
    /// What the applicant reads. Stored encrypted.
    text: Words<1000>,
    /// Which documents of the listing have to come.
    #[serde(default, deserialize_with = "codes")]
    #[schema(required = false, max_items = 20)]
    documents: Vec<Code>,
    /// Which fields of the form have to be looked at.
    #[serde(default, deserialize_with = "codes")]
    #[schema(required = false, max_items = 20)]
    fields: Vec<Code>,
}

impl From<AskSupplementBody> for Deed {
    fn from(body: AskSupplementBody) -> Self {
        let AskSupplementBody { text, documents, fields } = body;
        Self::Ask(Said { words: Some(text.into_string()), documents, fields, ..Said::default() })
    }
}

/// Which step is finished.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FinishStepRequest, example = json!({"step": "review"}))]
pub(crate) struct FinishStepBody {
    pub step: Code,
}

/// Why an agency refuses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefuseApplicationRequest, example = json!({"reason": "place_taken"}))]
pub(crate) struct RefuseApplicationBody {
    /// A reason of the listing.
    reason: Code,
    /// What the applicant reads besides. Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<1000>)]
    note: Option<Words<1000>>,
}

impl From<RefuseApplicationBody> for Deed {
    fn from(body: RefuseApplicationBody) -> Self {
        Self::Refuse(body.reason, body.note.map(Words::into_string))
    }
}

/// How an outcome reached the applicant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliverOutcomeRequest, example = json!({"how": "post", "tracking": "EMS 1234 5678"}))]
pub(crate) struct DeliverOutcomeBody {
    /// As the applicant wished, where it is not given.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Delivery)]
    how: Option<Delivery>,
    /// Where it can be followed. Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<100>)]
    tracking: Option<Words<100>>,
}

impl From<DeliverOutcomeBody> for Deed {
    fn from(body: DeliverOutcomeBody) -> Self {
        Self::Deliver(body.how, body.tracking.map(Words::into_string))
    }
}

words! {
    /// What is done with many applications.
    #[schema(as = BulkApplicationAction)]
    BulkAction {
        /// A step is finished.
        FinishStep = "finish_step",
        /// They are granted.
        Approve = "approve",
        /// They are delivered.
        Deliver = "deliver",
    }
}

/// One thing with many applications.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkApplicationRequest)]
pub(crate) struct BulkRequestBody {
    action: BulkAction,
    /// Each once.
    #[serde(deserialize_with = "ids")]
    #[schema(value_type = BTreeSet<ApplicationId>, min_items = 1, max_items = 100)]
    ids: Vec<ApplicationId>,
    /// Which step is finished, where one is.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Code)]
    step: Option<Code>,
    /// How they are delivered, where they are; as each applicant wished, where it is not given.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Delivery)]
    how: Option<Delivery>,
}

fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ApplicationId>, D::Error> {
    let ids: Vec<ApplicationId> = up_to(deserializer, BULK)?;
    let different: BTreeSet<ApplicationId> = ids.iter().copied().collect();
    if ids.is_empty() || different.len() < ids.len() {
        return Err(D::Error::custom("1 to 100 applications, each once, are expected"));
    }
    Ok(ids)
}

impl BulkRequestBody {
    /// What is done with which of them; nothing, where a step is to be finished and none is named.
    pub(crate) fn deed(self) -> Option<(Deed, Vec<ApplicationId>)> {
        let Self { action, ids, step, how } = self;
        let deed = match action {
            BulkAction::FinishStep => Deed::Finish(step?),
            BulkAction::Approve => Deed::Approve,
            BulkAction::Deliver => Deed::Deliver(how, None),
        };
        Some((deed, ids))
    }
}
