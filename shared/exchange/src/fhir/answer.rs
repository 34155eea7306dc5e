//! What callers are answered.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use chrono::{DateTime, Utc};
use citygate_fhir::{IssueType, OperationOutcome, OutcomeIssue, Severity};
use citygate_kernel::Locale;
use citygate_platform::http::{Failure, FailureForm};
use serde::Serialize;

use super::{
    FhirError, Outcome, Stored,
    call::Ground,
    look::{Seen, etag},
    negotiation::{Format, Return},
    write::Done,
};
use crate::inbox::{Received, Reply};

/// How everything below `/fhir/` tells of failures.
pub(crate) const FAILURES: FailureForm = FailureForm {
    below: "/fhir/",
    media_type: "application/fhir+json",
    schema: "OperationOutcome",
    render: |problem, locale, _| text(&OperationOutcome::of(problem, locale)),
};

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// When something was changed, as a header says it (RFC 9110, 5.6.7).
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The status of what was written.
pub(crate) fn status(done: &Done) -> StatusCode {
    match done.written {
        Some((_, Outcome::Created)) => StatusCode::CREATED,
        Some((_, Outcome::Updated | Outcome::Unchanged | Outcome::Superseded)) | None => {
            StatusCode::OK
        }
    }
}

/// All went well, and there is nothing else to say.
pub(crate) fn all_is_well(outcome: Option<Outcome>, locale: Locale) -> OperationOutcome {
    let said = match (outcome, locale) {
        (Some(Outcome::Created), Locale::En) => "Created",
        (Some(Outcome::Created), Locale::ZhCn) => "已创建",
        (Some(Outcome::Updated), Locale::En) => "Recorded as the present version",
        (Some(Outcome::Updated), Locale::ZhCn) => "已记录为当前版本",
        (Some(Outcome::Unchanged) | None, Locale::En) => "On record already; nothing changed",
        (Some(Outcome::Unchanged) | None, Locale::ZhCn) => "已有记录，未作更改",
        (Some(Outcome::Superseded), Locale::En) => "Recorded as an earlier version",
        (Some(Outcome::Superseded), Locale::ZhCn) => "已记录为较早版本",
    };
    let issue = OutcomeIssue {
        diagnostics: Some(said.to_owned()),
        ..OutcomeIssue::new(Severity::Information, IssueType::Informational)
    };
    OperationOutcome { issues: vec![issue] }
}

/// The answer to one resource that was written. `stored` is it as it stands now.
pub(crate) fn of_write(ground: &Ground, done: &Done, stored: &Stored) -> Result<Reply, FhirError> {
    let outcome = done.written.as_ref().map(|(_, outcome)| *outcome);
    let body = match ground.prefer.answer {
        Some(Return::Minimal) => String::new(),
        Some(Return::OperationOutcome) => text(&all_is_well(outcome, ground.cx.locale)),
        Some(Return::Representation) | None => stored.resource.to_json()?,
    };
    let location =
        format!("{}/{}/{}/_history/{}", ground.server.base, done.kind, done.id, stored.version);
    let headers = vec![
        (header::LOCATION.to_string(), location),
        (header::ETAG.to_string(), etag(stored.version)),
        (header::LAST_MODIFIED.to_string(), http_date(stored.updated)),
    ];
    Ok(Reply {
        status: status(done).as_u16(),
        content_type: ground.format.content_type().to_owned(),
        headers,
        body,
    })
}

/// An answer that is nothing but its body.
pub(crate) fn of_body(format: Format, body: String) -> Reply {
    Reply { status: 200, content_type: format.content_type().to_owned(), headers: Vec::new(), body }
}

/// What was sent in, answered.
pub(crate) fn of_received(ground: &Ground, received: Received) -> HttpResponse {
    let (mut response, body, replayed) = match received {
        Received::Answered { reply, replayed } => {
            let mut response = HttpResponse::build(code(reply.status));
            if !reply.body.is_empty() {
                response.content_type(reply.content_type);
            }
            for header in reply.headers {
                response.insert_header(header);
            }
            (response, reply.body, replayed)
        }
        Received::Held { id, hold, replayed } => {
            let problem = hold.problem(id);
            let mut response = HttpResponse::build(code(problem.kind.status));
            response.content_type(ground.format.content_type());
            (response, text(&OperationOutcome::of(&problem, ground.cx.locale)), replayed)
        }
    };
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    response.body(body)
}

/// What somebody sees, as an answer of its own.
pub(crate) fn of_seen(ground: &Ground, seen: &Seen) -> Result<HttpResponse, Failure> {
    let mut response = HttpResponse::Ok();
    response.content_type(ground.format.content_type());
    let body = match seen {
        Seen::Bundle(bundle) => serde_json::to_string(bundle).map_err(FhirError::from)?,
        Seen::Resource(stored) => {
            response.insert_header((header::ETAG, etag(stored.version)));
            response.insert_header((header::LAST_MODIFIED, http_date(stored.updated)));
            stored.resource.to_json().map_err(FhirError::from)?
        }
    };
    Ok(response.body(body))
}

/// A status by its number.
pub(crate) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A status as Bundles have it: `201 Created`.
pub(crate) fn status_line(status: StatusCode) -> String {
    status.to_string()
}
