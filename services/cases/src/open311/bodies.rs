//! What programs are answered. Members of XML stand in the order of their names.

use chrono::{DateTime, SecondsFormat, Utc};
use citygate_kernel::{Locale, Text};
use citygate_listings::{CaseCategory, Published};
use serde::Serialize;
use utoipa::ToSchema;

use super::code::ServiceCode;
use crate::{
    actions::view::CaseView,
    model::{CaseId, CaseStanding},
};

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Errors)]
pub(crate) struct Open311Errors(Vec<Open311Error>);

/// One thing that went wrong.
#[derive(Debug, Serialize, ToSchema)]
struct Open311Error {
    /// The HTTP status.
    code: u16,
    description: String,
}

impl Open311Errors {
    pub(crate) fn of(code: u16, description: String) -> Self {
        Self(vec![Open311Error { code, description }])
    }
}

/// Where what is spoken (Open311 Service Discovery).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Discovery)]
pub(crate) struct DiscoveryBody {
    changeset: &'static str,
    contact: String,
    endpoints: Vec<EndpointBody>,
    /// Where an `api_key` is had.
    key_service: String,
}

/// A place where it is spoken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Endpoint)]
struct EndpointBody {
    changeset: &'static str,
    formats: [&'static str; 2],
    specification: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

impl DiscoveryBody {
    /// As of a base address: scheme and host.
    pub(crate) fn new(base: &str, locale: Locale) -> Self {
        /// When what is said here changed last.
        const CHANGED: &str = "2026-11-22T00:00:00Z";
        let key = Text::new(
            format!("The access token of a citizen is the api_key; see {base}/docs/"),
            format!("api_key为市民的访问令牌，参见{base}/docs/"),
        );
        Self {
            changeset: CHANGED,
            contact: format!("{base}/docs/"),
            endpoints: vec![EndpointBody {
                changeset: CHANGED,
                formats: ["text/xml", "application/json"],
                specification: "http://wiki.open311.org/GeoReport_v2",
                kind: "production",
                url: format!("{base}/open311/v2"),
            }],
            key_service: key.get(locale).to_owned(),
        }
    }
}

/// Services of a city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Services)]
pub(crate) struct ServicesBody(pub Vec<ServiceBody>);

/// A category of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Service)]
pub(crate) struct ServiceBody {
    description: String,
    /// The listing.
    group: String,
    keywords: String,
    /// Whether its definition says more.
    metadata: bool,
    service_code: String,
    service_name: String,
    /// Requests have their identifiers at once.
    #[serde(rename = "type")]
    kind: &'static str,
}

fn code(published: &Published, category: &CaseCategory) -> ServiceCode {
    let category = category.code.as_str().to_owned();
    ServiceCode { listing: published.listing, category }
}

impl ServiceBody {
    pub(crate) fn new(published: &Published, category: &CaseCategory, locale: Locale) -> Self {
        let names: Vec<String> = category
            .intents
            .iter()
            .map(|intent| intent.name().get(locale).to_lowercase())
            .collect();
        Self {
            description: category.description.get(locale).to_owned(),
            group: published.content.name.get(locale).to_owned(),
            keywords: names.join(","),
            metadata: category.intents.len() > 1,
            service_code: code(published, category).to_string(),
            service_name: category.name.get(locale).to_owned(),
            kind: "realtime",
        }
    }
}

/// What else is asked of who files a request for a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311ServiceDefinition)]
pub(crate) struct ServiceDefinitionBody {
    attributes: Vec<AttributeBody>,
    service_code: String,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Attribute)]
struct AttributeBody {
    code: &'static str,
    datatype: &'static str,
    datatype_description: String,
    description: String,
    #[schema(minimum = 1)]
    order: i32,
    required: bool,
    values: Vec<ValueBody>,
    variable: bool,
}

/// An answer that can be given to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Value)]
struct ValueBody {
    key: &'static str,
    name: String,
}

impl ServiceDefinitionBody {
    pub(crate) fn new(published: &Published, category: &CaseCategory, locale: Locale) -> Self {
        let question = Text::new("What do you want?", "您的诉求类型是什么？");
        let intents = category.intents.iter().map(|intent| ValueBody {
            key: intent.code(),
            name: intent.name().get(locale).to_owned(),
        });
        let attribute = AttributeBody {
            code: "intent",
            datatype: "singlevaluelist",
            datatype_description: question.get(locale).to_owned(),
            description: question.get(locale).to_owned(),
            order: 1,
            required: false,
            values: intents.collect(),
            variable: true,
        };
        let several = category.intents.len() > 1;
        let attributes = if several { vec![attribute] } else { Vec::new() };
        Self { attributes, service_code: code(published, category).to_string() }
    }
}

/// Requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Requests)]
pub(crate) struct RequestsBody(pub Vec<RequestBody>);

/// A case as everybody may know it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Request)]
pub(crate) struct RequestBody {
    agency_responsible: String,
    expected_datetime: String,
    /// To about a kilometre.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = f64)]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = f64)]
    long: Option<f64>,
    requested_datetime: String,
    service_code: String,
    service_name: String,
    service_request_id: CaseId,
    /// `open` or `closed`.
    status: &'static str,
    /// Where it stands, in the city's words.
    status_notes: String,
    updated_datetime: String,
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl RequestBody {
    pub(crate) fn new(view: CaseView, agency: &str, locale: Locale) -> Self {
        let CaseView { case, category, .. } = view;
        let standing = case.state.name();
        let status_notes = match case.outcome.map(|outcome| outcome.name()) {
            Some(outcome) => format!("{}: {}", standing.get(locale), outcome.get(locale)),
            None => standing.get(locale).to_owned(),
        };
        let code = ServiceCode { listing: case.listing, category: case.category };
        Self {
            agency_responsible: agency.to_owned(),
            expected_datetime: instant(case.due_at),
            lat: case.place.map(|place| place.lat),
            long: case.place.map(|place| place.long),
            requested_datetime: instant(case.created_at),
            service_code: code.to_string(),
            service_name: category.name.get(locale).to_owned(),
            service_request_id: case.id,
            status: if case.state == CaseStanding::Closed { "closed" } else { "open" },
            status_notes,
            updated_datetime: instant(case.changed_at),
        }
    }
}

/// That a request was filed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Taken)]
pub(crate) struct TakenBody(Vec<TakenRequestBody>);

/// A request that was filed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311TakenRequest)]
struct TakenRequestBody {
    service_notice: String,
    service_request_id: CaseId,
}

impl TakenBody {
    pub(crate) fn new(view: &CaseView, locale: Locale) -> Self {
        let citation = Some(&view.category.citation.title);
        Self(vec![TakenRequestBody {
            service_notice: view.clock.running().explain(locale, view.today, citation),
            service_request_id: view.case.id,
        }])
    }
}
