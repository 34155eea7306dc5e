//! What the OpenAPI document says of FHIR. What it leaves open, the specification and the
//! CapabilityStatement say.

#![expect(dead_code, reason = "they are schemas of what is made and read elsewhere")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use citygate_fhir::ResourceType;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::examples;

/// A resource of FHIR R4, as JSON.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FhirResource)]
pub(super) struct ResourceBody {
    /// Its type.
    #[schema(example = "Slot")]
    resource_type: String,
    /// All else.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    members: BTreeMap<String, Value>,
}

/// A resource that is to be written. What it has to say, FHIR R4 and the CapabilityStatement tell.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FhirWritten, examples(json!(examples::order()), json!(examples::site())))]
pub(super) struct WrittenBody {
    /// That of the address.
    resource_type: TypeBody,
    /// All else.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    members: BTreeMap<String, Value>,
}

/// Requests in one message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FhirBundle, example = json!(examples::result()))]
pub(super) struct BundleBody {
    /// `Bundle`
    #[schema(pattern = "^Bundle$", example = "Bundle")]
    resource_type: String,
    r#type: BundleTypeBody,
    #[schema(required = false)]
    entry: Vec<EntryBody>,
    /// All else, such as its identifier.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    members: BTreeMap<String, Value>,
}

/// Whether all of it is carried out or nothing, or each entry by itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FhirBundleType)]
enum BundleTypeBody {
    Transaction,
    Batch,
}

/// A request in a Bundle.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FhirEntry)]
struct EntryBody {
    /// What the others call its resource: `urn:uuid:…`.
    #[schema(required = false, value_type = String)]
    full_url: Option<String>,
    #[schema(required = false, value_type = WrittenBody)]
    resource: Option<WrittenBody>,
    request: EntryRequestBody,
}

/// What is asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = FhirEntryRequest)]
struct EntryRequestBody {
    method: MethodBody,
    /// The address, relative to `/fhir/r4/`.
    #[schema(example = "ServiceRequest")]
    url: String,
}

/// How it is asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = FhirMethod)]
enum MethodBody {
    Get,
    Post,
    Put,
}

/// What an operation takes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FhirParameters, example = json!(examples::period()))]
pub(super) struct ParametersBody {
    /// `Parameters`
    #[schema(pattern = "^Parameters$", example = "Parameters")]
    resource_type: String,
    #[schema(required = false)]
    parameter: Vec<ParameterBody>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = FhirParameter)]
struct ParameterBody {
    #[schema(min_length = 1, example = "start")]
    name: String,
    /// Its value: `valueDateTime`, `valueReference`, `resource`, as the operation's definition says.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    value: BTreeMap<String, Value>,
}

/// The types that are kept here.
#[derive(Serialize)]
pub(super) struct TypeBody;

impl PartialSchema for TypeBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The types that are kept here."))
            .enum_values(Some(ResourceType::ALL.map(ResourceType::name)))
            .into()
    }
}

impl ToSchema for TypeBody {
    fn name() -> Cow<'static, str> {
        "FhirType".into()
    }
}

/// How much an issue matters.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FhirSeverity)]
enum SeverityBody {
    Fatal,
    Error,
    Warning,
    Information,
}

/// A code of a code system.
#[derive(Serialize, ToSchema)]
#[schema(as = FhirCoding)]
pub(super) struct CodingBody {
    /// `urn:citygate:problem`
    system: String,
    /// As in `docs/errors.md`; what programs decide by.
    #[schema(example = "exchange.fhir_unknown")]
    code: String,
}

/// Which problem it is.
#[derive(Serialize, ToSchema)]
#[schema(as = FhirDetails)]
pub(super) struct DetailsBody {
    coding: Vec<CodingBody>,
    /// The fact, in the language of the answer.
    text: String,
}

/// One thing that went wrong, or is worth knowing.
#[derive(Serialize, ToSchema)]
#[schema(as = FhirIssue)]
pub(super) struct IssueBody {
    severity: SeverityBody,
    /// Of the code system issue-type.
    #[schema(example = "not-found")]
    code: String,
    #[schema(required = false)]
    details: Option<DetailsBody>,
    /// What the caller can use to mend it.
    #[schema(required = false, value_type = String)]
    diagnostics: Option<String>,
    /// Where it is, in FHIRPath.
    #[schema(required = false, value_type = Vec<String>)]
    expression: Option<Vec<String>>,
}

/// What went wrong (FHIR R4, OperationOutcome).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OperationOutcome)]
pub(super) struct OutcomeBody {
    /// `OperationOutcome`
    #[schema(pattern = "^OperationOutcome$", example = "OperationOutcome")]
    resource_type: String,
    #[schema(min_items = 1)]
    issue: Vec<IssueBody>,
}
