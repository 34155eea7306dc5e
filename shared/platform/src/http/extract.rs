//! Bodies and keys, parsed before a handler sees them.

use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, dev::Payload, error::PayloadError, web::Bytes,
};
use citygate_kernel::{CityCode, Problem};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Failure, documented::Documented};
use crate::{
    idempotency::{Claim, request_hash},
    problems,
};

/// A JSON body. Unlike actix's own extractor it says where the fault is, as a JSON Pointer, and it
/// remembers the body for the idempotency key.
#[derive(Debug)]
pub struct Body<T> {
    value: T,
    json: serde_json::Value,
}

impl<T> Body<T> {
    /// The parsed body.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = is_json(request.content_type());
        let mut payload = payload.take();
        async move {
            if !json {
                return Err(Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE)
                    .detail("Content-Type: application/json is expected")
                    .into());
            }
            // The edge has read and limited the body: what is left here is one chunk.
            let mut bytes = Vec::new();
            while let Some(chunk) = payload.next().await {
                let chunk: Result<Bytes, PayloadError> = chunk;
                bytes.extend_from_slice(
                    &chunk.map_err(|error| Problem::new(&problems::MALFORMED_JSON).cause(error))?,
                );
            }
            parse(&bytes).map_err(Failure::from)
        }
        .boxed_local()
    }
}

/// `application/json` and its relatives (`application/fhir+json`), whatever their parameters.
fn is_json(content_type: &str) -> bool {
    let media = content_type.trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<Body<T>, Problem> {
    let json: serde_json::Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(&problems::MALFORMED_JSON).detail(error.to_string()))?;
    let value = serde_path_to_error::deserialize(Documented(&json)).map_err(|error| {
        let pointer = pointer(error.path());
        let reason = without_value(error.into_inner().to_string());
        Problem::new(&problems::INVALID_BODY).field(pointer, reason)
    })?;
    Ok(Body { value, json })
}

/// What was wrong, without the value that was: it may be personal, and an answer ends up in the
/// sender's logs. serde quotes values in `invalid type: string "…", expected a map` and the like;
/// what our own types say never does.
fn without_value(reason: String) -> String {
    let quoting = ["invalid type: ", "invalid value: ", "unknown variant "];
    let Some(fault) = quoting.iter().find(|fault| reason.starts_with(**fault)) else {
        return reason;
    };
    // The last one: a value may say it too.
    match reason.rsplit_once(", expected ") {
        Some((_, expected)) => {
            format!("{}, expected {expected}", fault.trim_end_matches([':', ' ']))
        }
        None => fault.trim_end_matches([':', ' ']).to_owned(),
    }
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// The `Idempotency-Key` header, required on every operation that books or moves money.
#[derive(Debug)]
pub struct IdempotencyKey {
    key: String,
    method: String,
    path: String,
}

impl IdempotencyKey {
    /// As the document names the header.
    pub(super) const HEADER: &str = "idempotency-key";
    /// The longest key, in characters.
    pub const MAX: usize = 255;

    /// Binds the key to its caller and to the rest of the request.
    pub fn claim<T>(self, city: CityCode, subject_id: Uuid, body: &Body<T>) -> Claim {
        let request_hash = request_hash(&self.method, &self.path, &body.json);
        Claim { city, subject_id, key: self.key, request_hash }
    }

    /// The same for a request that has no body.
    pub fn claim_empty(self, city: CityCode, subject_id: Uuid) -> Claim {
        let request_hash = request_hash(&self.method, &self.path, &serde_json::Value::Null);
        Claim { city, subject_id, key: self.key, request_hash }
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut keys = request.headers().get_all(Self::HEADER);
        // Of two keys nobody can say which was meant.
        let key = keys
            .next()
            .filter(|_| keys.next().is_none())
            .and_then(|value| value.to_str().ok())
            .filter(|key| (1..=Self::MAX).contains(&key.len()))
            .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
        ready(match key {
            Some(key) => Ok(Self {
                key: key.to_owned(),
                method: request.method().to_string(),
                path: request.path().to_owned(),
            }),
            None => Err(Problem::new(&problems::IDEMPOTENCY_KEY_REQUIRED)
                .field("Idempotency-Key", "1 to 255 visible ASCII characters")
                .into()),
        })
    }
}

impl utoipa::IntoParams for IdempotencyKey {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::{
            ObjectBuilder, Required,
            path::{ParameterBuilder, ParameterIn},
            schema::Type,
        };
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(Self::MAX))
            .pattern(Some("^[!-~]+$"));
        vec![
            ParameterBuilder::new()
                .name(Self::HEADER)
                .parameter_in(ParameterIn::Header)
                .required(Required::True)
                .description(Some(
                    "Chosen by the client, one for each intended effect, and kept until there is \
                     an answer. The same key with the same request gives the same answer.",
                ))
                .schema(Some(schema))
                .build(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "parsed, not read")]
        amount: i64,
    }

    fn fault(text: &str) -> (&'static str, String) {
        let problem = parse::<Vec<Line>>(text.as_bytes()).unwrap_err();
        let pointer = problem.errors.first().map(|error| error.pointer.clone());
        (problem.kind.code, pointer.unwrap_or_default())
    }

    #[test]
    fn a_fault_does_not_repeat_the_value() {
        for (text, said) in [
            (r#"[{"amount": "王芳, expected 3"}]"#, "invalid type, expected i64"),
            (r#"[{"amount": 1.5}]"#, "invalid type, expected i64"),
            (r#"["王芳"]"#, "invalid type, expected struct Line"),
            (r#"[{}]"#, "missing field `amount`"),
        ] {
            let problem = parse::<Vec<Line>>(text.as_bytes()).unwrap_err();
            assert_eq!(problem.errors[0].detail, said, "{text}");
        }
        let reason = "unknown variant `王芳`, expected `a` or `b`".to_owned();
        assert_eq!(without_value(reason), "unknown variant, expected `a` or `b`");
    }

    #[test]
    fn a_fault_is_named_by_its_place() {
        assert_eq!(fault("[{"), ("request.malformed_json", String::new()));
        assert_eq!(
            fault(r#"[{"amount":1},{"amount":"1"}]"#),
            ("request.invalid_body", "/1/amount".to_owned())
        );
        let (code, pointer) = fault(r#"[{"amount":1,"a/b":1}]"#);
        assert_eq!((code, pointer.as_str()), ("request.invalid_body", "/0/a~1b"));
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(fault("[[1]]"), ("request.invalid_body", "/0".to_owned()));
        assert_eq!(fault("[1]"), ("request.invalid_body", "/0".to_owned()));
        assert!(parse::<Vec<Line>>(br#"[{"amount":1}]"#).is_ok());
    }

    #[test]
    fn json_by_any_of_its_names() {
        for (media, json) in [
            ("application/json", true),
            ("application/fhir+json", true),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(is_json(media), json, "{media}");
        }
    }
}
