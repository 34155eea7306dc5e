//! Failures in the form of Open311.

use actix_web::{HttpResponse, http::StatusCode};
use citygate_kernel::{Locale, Problem};
use citygate_platform::{Cx, http::FailureForm};

use super::{bodies::Open311Errors, xml::document};

/// How everything below `/open311/` tells of failures. What is asked for as XML tells of those that its
/// handler knows as XML ([`as_xml`]).
pub(crate) const FAILURES: FailureForm = FailureForm {
    below: "/open311/",
    media_type: "application/json",
    schema: "Open311Errors",
    render: |problem, locale, _| {
        serde_json::to_string(&errors(problem, locale)).unwrap_or_default()
    },
};

fn errors(problem: &Problem, locale: Locale) -> Open311Errors {
    let title = problem.kind.title(locale);
    let details = problem.errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail));
    let said: Vec<String> = problem.detail.iter().cloned().chain(details).collect();
    let description = match said.as_slice() {
        [] => format!("{title} ({})", problem.kind.code),
        said => format!("{title} ({}): {}", problem.kind.code, said.join("; ")),
    };
    Open311Errors::of(problem.kind.status, description)
}

/// A failure as XML.
pub(crate) fn as_xml(cx: &Cx, problem: &Problem) -> HttpResponse {
    let code = problem.kind.code;
    match &problem.cause {
        Some(cause) if problem.kind.status >= 500 => tracing::error!(code, ?cause, "failed"),
        Some(cause) => tracing::warn!(code, %cause, "refused"),
        None => tracing::debug!(code, "refused"),
    }
    let status = StatusCode::from_u16(problem.kind.status);
    let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some(challenge) = &problem.challenge {
        answer.insert_header(("WWW-Authenticate", challenge.as_str()));
    }
    if let Some(seconds) = problem.retry_after_seconds {
        answer.insert_header(("Retry-After", seconds.to_string()));
    }
    let body = document(("errors", "error"), &errors(problem, cx.locale));
    answer.content_type("text/xml; charset=utf-8").body(body)
}
