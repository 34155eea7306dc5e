//! Problems as HTTP answers (RFC 9457).

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use citygate_kernel::{FieldError, Locale, Problem};
use serde::Serialize;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What handlers and extractors fail with. Any crate's error that knows its problem becomes one
/// through `?`. The edge renders it, because only the edge knows language and request id.
pub struct Failure(pub Problem);

impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.0.retry_after_seconds {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(challenge) = &self.0.challenge {
            answer.insert_header((header::WWW_AUTHENTICATE, challenge.as_str()));
        }
        answer.finish()
    }
}

/// The body of every failure (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A URN made of the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:citygate:problem:payments.insufficient_funds")]
    kind: String,
    /// What went wrong, in the language of the answer.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Stable; what programs decide by. `docs/errors.md` lists all of them.
    #[schema(example = "payments.insufficient_funds")]
    code: &'a str,
    /// What the caller can use to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    detail: Option<&'a str>,
    /// The members of the request that were refused.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// Whether the same request, with the same Idempotency-Key, may succeed later.
    retryable: bool,
    /// Names this request in the logs.
    request_id: &'a str,
}

/// How the operations below a path tell of failures: a protocol may have a form of its own.
#[derive(Debug, Clone, Copy)]
pub struct FailureForm {
    /// The paths, with a slash at the end: `/fhir/`.
    pub below: &'static str,
    /// The media type of the form.
    pub media_type: &'static str,
    /// The name of its schema in the OpenAPI document.
    pub schema: &'static str,
    /// A problem in that form: in which language, and under which request id.
    pub render: fn(&Problem, Locale, &str) -> String,
}

impl FailureForm {
    /// The city's own.
    pub(super) const PROBLEM: Self =
        Self { below: "/", media_type: PROBLEM_JSON, schema: "Problem", render: render_problem };

    /// The form for a path.
    pub(super) fn of<'a>(path: &str, forms: impl IntoIterator<Item = &'a Self>) -> Self {
        let named = forms.into_iter().find(|form| path.starts_with(form.below));
        named.copied().unwrap_or(Self::PROBLEM)
    }
}

/// The problem as JSON.
pub fn render_problem(problem: &Problem, locale: Locale, request_id: &str) -> String {
    let kind = problem.kind;
    let body = ProblemBody {
        kind: format!("urn:citygate:problem:{}", kind.code),
        title: kind.title(locale),
        status: kind.status,
        code: kind.code,
        detail: problem.detail.as_deref(),
        errors: &problem.errors,
        retryable: kind.retryable,
        request_id,
    };
    serde_json::to_string(&body).unwrap_or_default()
}
