//! The OpenAPI document, finished: what holds for every operation is added here once.

use std::collections::{BTreeMap, BTreeSet};

use citygate_kernel::ProblemType;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, Info, LicenseBuilder, OpenApi, Ref, RefOr, Response,
        ResponseBuilder,
        extensions::Extensions,
        path::{Operation, Parameter, PathItem},
        schema::Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::{Tag, TagBuilder},
    },
};

use super::{
    FailureForm, IdempotencyKey, ProblemBody,
    rate_limit::{EXTENSION, RateClass},
};
use crate::{Service, problems};

const DESCRIPTION: &str = "The backend of a city's super-app.\n\n\
    Answers come in English and Simplified Chinese (`Accept-Language: en` or `zh-CN`). Every \
    failure is a problem (RFC 9457) with a stable `code`. Every POST that books or moves money \
    takes an `Idempotency-Key`: the same key with the same request gives the same answer, and \
    has one effect. Every caller has a number of requests a minute for each class of operations \
    (`x-rate-limit`); the headers `RateLimit-Policy` and `RateLimit` tell how many, and how many \
    are left.";

/// Finishes a collected document: title, security schemes, the problems that any operation can end
/// in, and the problem body wherever a failure is listed.
pub fn describe(mut api: OpenApi, services: &[Service]) -> OpenApi {
    api.info = Info::new("Citygate", env!("CARGO_PKG_VERSION"));
    api.info.description = Some(DESCRIPTION.to_owned());
    let mut license = LicenseBuilder::new().name("MIT OR Apache-2.0").build();
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    api.info.license = Some(license);
    api.servers = Some(vec![utoipa::openapi::Server::new("/")]);
    let components = api.components.get_or_insert_with(Components::new);
    add_schemas(components);
    for (name, description) in [
        ("citizen", "The access token of a citizen, from `POST /v1/sign-in` or `/v1/oauth/token`."),
        (
            "partner",
            "The access token of an agency's or hospital's system, from `/v1/oauth/token`.",
        ),
        ("staff", "The access token of a citizen who has a role at the agency of the path."),
        (
            "openid",
            "The access token that a client got for somebody who signed in with the scope `openid`.",
        ),
    ] {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(description))
            .build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    for (path, method, operation) in operations_mut(&mut api) {
        let forms = services.iter().filter_map(|service| service.failures.as_ref());
        complete(method, operation, FailureForm::of(path, forms));
    }
    api.tags = Some(tags(&api, services));
    api
}

/// The services that have operations, in the order in which they stand on each other.
fn tags(api: &OpenApi, services: &[Service]) -> Vec<Tag> {
    let used: BTreeSet<&str> = operations(api)
        .into_iter()
        .flat_map(|(_, _, operation)| operation.tags.iter().flatten())
        .map(String::as_str)
        .collect();
    services
        .iter()
        .filter(|service| used.contains(service.name))
        .map(|service| {
            TagBuilder::new().name(service.name).description(Some(service.about)).build()
        })
        .collect()
}

fn add_schemas(components: &mut Components) {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    ProblemBody::schemas(&mut schemas);
    schemas.push((ProblemBody::name().into_owned(), ProblemBody::schema()));
    components.schemas.extend(schemas);
}

/// Adds to one operation what every operation shares.
fn complete(method: &str, operation: &mut Operation, form: FailureForm) {
    let class = RateClass::of(method, operation);
    let extensions = operation.extensions.get_or_insert_with(Extensions::default);
    extensions.insert(EXTENSION.to_owned(), class.name().into());
    let public = operation.security.as_ref().is_some_and(|schemes| {
        schemes.iter().all(|scheme| {
            serde_json::to_value(scheme).is_ok_and(|value| value == serde_json::json!({}))
        })
    });
    // The edge reads every body, also one that nobody asked for.
    let mut shared: Vec<&ProblemType> = vec![
        &problems::UNAVAILABLE,
        &problems::INTERNAL,
        &problems::BODY_TOO_SLOW,
        &problems::BODY_TOO_LARGE,
    ];
    if operation.request_body.is_some() {
        shared.extend([&problems::INVALID_BODY, &problems::UNSUPPORTED_MEDIA_TYPE]);
    }
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    if !parameters.is_empty() {
        shared.push(&problems::INVALID_PARAMETER);
    }
    if parameters.iter().any(is_key) {
        shared.extend([&problems::REQUEST_IN_PROGRESS, &problems::IDEMPOTENCY_KEY_REUSED]);
    }
    if class != RateClass::Unlimited {
        shared.push(&problems::RATE_LIMITED);
    }
    for problem in shared {
        add(&mut operation.responses.responses, problem.status, problem.en);
    }
    if !public {
        let responses = &mut operation.responses.responses;
        add(responses, 401, "The access token is missing, expired or not one of this city");
        add(responses, 403, "The access token does not allow this");
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response)
            && response.content.is_empty()
        {
            let failure = Ref::from_schema_name(form.schema);
            let content = ContentBuilder::new().schema(Some(failure)).build();
            response.content.insert(form.media_type.to_owned(), content.into());
        }
    }
}

fn is_key(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == IdempotencyKey::HEADER)
}

fn add(responses: &mut BTreeMap<String, RefOr<Response>>, status: u16, description: &str) {
    responses
        .entry(status.to_string())
        .or_insert_with(|| ResponseBuilder::new().description(description).build().into());
}

/// Every operation of a document: path, method, and what it says.
pub fn operations(api: &OpenApi) -> Vec<(&str, &'static str, &Operation)> {
    let of_path = |(path, item)| {
        methods(item).map(move |(method, operation)| (String::as_str(path), method, operation))
    };
    api.paths.paths.iter().flat_map(of_path).collect()
}

/// The operations of a path, by method.
pub(super) fn methods(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("PATCH", patch)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(api: &mut OpenApi) -> impl Iterator<Item = (&str, &'static str, &mut Operation)> {
    api.paths.paths.iter_mut().flat_map(|(path, item)| {
        let PathItem { get, put, post, delete, patch, .. } = item;
        [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("PATCH", patch)]
            .into_iter()
            .filter_map(move |(method, operation)| {
                Some((path.as_str(), method, operation.as_mut()?))
            })
    })
}
