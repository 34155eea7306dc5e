//! What happens to every request, whoever handles it.
//!
//! 1. It gets a request id and a language; HEAD becomes GET (the server leaves the body out).
//! 2. Its handler is found, and it is counted against its caller's rate, before anything is done
//!    for it.
//! 3. Its body is read here, up to a limit and within a deadline, so that no handler ever waits
//!    for a slow sender. actix itself has no deadline for bodies.
//! 4. Its handler runs in a task of its own: actix drops the handler of a client that hangs up,
//!    and a payment must not be dropped half-way. The task has a deadline, and a panic in it is a
//!    500, not a dead worker.
//! 5. Failures become problems, logged once, with their cause.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::{InternalError, PayloadError},
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    rt,
    web::{Bytes, BytesMut, Data},
};
use citygate_kernel::{Id, Kind, Locale, Problem};
use futures_util::StreamExt;
use tracing::Instrument;

use super::{
    Failure, FailureForm,
    context::RequestFacts,
    rate_limit::{self, Standing},
    routes::RouteTree,
    server::HttpSettings,
};
use crate::{Platform, problems};

enum RequestKind {}
impl Kind for RequestKind {
    const PREFIX: &'static str = "req";
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Whether the server is on its way out: connections are asked to close.
#[derive(Debug, Default)]
pub struct Draining(AtomicBool);

impl Draining {
    /// Begins to drain.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The middleware; see the module.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let facts = facts(&request);
    request.extensions_mut().insert(facts.clone());
    let method = request.method().clone();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let settings = request.app_data::<Data<HttpSettings>>().cloned().unwrap_or_default();
    let span = tracing::info_span!("request", id = %facts.request_id);
    let forms = request.app_data::<Data<Vec<FailureForm>>>();
    let form = FailureForm::of(request.path(), forms.into_iter().flat_map(|forms| forms.iter()));

    let path = find(&request);
    let standing = rate_limit::count(&request, path.as_deref(), &settings);
    let received = match standing.and_then(|standing| standing.refusal()) {
        Some(refusal) => Err(refusal),
        None => read_body(&mut request, &settings).await,
    };
    let handled = match received {
        Ok(()) => handle(request, next, &settings).instrument(span.clone()).await,
        Err(problem) => {
            // Not `into_response`: it forgets the failure, and with it the problem.
            let response = HttpResponse::from_error(Failure(problem));
            Ok(ServiceResponse::new(request.into_parts().0, response))
        }
    };
    match handled {
        Ok(response) => {
            let draining = is_draining(&response);
            let (request, response) = response.into_parts();
            let response = finish(response, &facts, (standing, form), draining, &span);
            record(&response, path, &method, started, &span);
            Ok(ServiceResponse::new(request, response))
        }
        // The request went down with its handler; the answer goes out without it.
        Err(failure) => {
            let failed = HttpResponse::from_error(failure);
            let response = finish(failed, &facts, (standing, form), true, &span);
            record(&response, path, &method, started, &span);
            Err(InternalError::from_response("the handler gave no answer", response).into())
        }
    }
}

/// The path of the request as its handler names it. Which handler that is, the guards read from the
/// request.
fn find(request: &ServiceRequest) -> Option<Arc<str>> {
    let tree = request.app_data::<Data<RouteTree>>()?;
    let found = tree.find(request.method().as_str(), request.match_info().as_str())?;
    let path = Arc::clone(&found.path);
    request.extensions_mut().insert(found);
    Some(path)
}

fn is_draining(response: &ServiceResponse<BoxBody>) -> bool {
    let draining = response.request().app_data::<Data<Draining>>();
    draining.is_some_and(|draining| draining.has_begun())
}

fn facts(request: &ServiceRequest) -> RequestFacts {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let locale = text(header::ACCEPT_LANGUAGE).map_or(Locale::default(), Locale::negotiate);
    // A proxy may have named the request; a stranger's text does not reach the log unchecked.
    let sane = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let request_id = text(REQUEST_ID).filter(sane).map_or_else(
        || {
            let clock = request.app_data::<Data<Platform>>().map(|p| p.clock.clone());
            Id::<RequestKind>::new(&clock.unwrap_or_default()).to_string()
        },
        ToOwned::to_owned,
    );
    RequestFacts { locale, request_id }
}

/// Reads the body and puts it back as one chunk.
async fn read_body(request: &mut ServiceRequest, settings: &HttpSettings) -> Result<(), Problem> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > settings.body_limit_bytes) {
        return Err(too_large(settings));
    }
    let mut payload = request.take_payload();
    let read = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk: Bytes = chunk.map_err(|error: PayloadError| {
                Problem::new(&problems::MALFORMED_JSON).detail("the body ends early").cause(error)
            })?;
            if body.len() + chunk.len() > settings.body_limit_bytes {
                return Err(too_large(settings));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    let limit = Duration::from_secs(settings.body_seconds);
    let body = tokio::time::timeout(limit, read)
        .await
        .unwrap_or_else(|_| Err(Problem::new(&problems::BODY_TOO_SLOW)))?;
    request.set_payload(Payload::from(body));
    Ok(())
}

fn too_large(settings: &HttpSettings) -> Problem {
    Problem::new(&problems::BODY_TOO_LARGE)
        .detail(format!("at most {} bytes are accepted", settings.body_limit_bytes))
}

async fn handle(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    settings: &HttpSettings,
) -> Result<ServiceResponse<BoxBody>, Failure> {
    let limit = Duration::from_secs(settings.handler_seconds);
    let work = next.call(request);
    let task = rt::spawn(
        async move { tokio::time::timeout(limit, work).await }.instrument(tracing::Span::current()),
    );
    match task.await {
        Ok(Ok(Ok(answer))) => Ok(answer.map_into_boxed_body()),
        Ok(Ok(Err(error))) => {
            Err(Problem::new(&problems::INTERNAL).cause(error.to_string()).into())
        }
        Ok(Err(_)) => Err(Problem::new(&problems::TIMEOUT).retry_after(1).into()),
        Err(panic) => Err(Problem::new(&problems::INTERNAL).cause(panic).into()),
    }
}

/// Gives a failure its body, and every answer its headers. actix's own failures are failures like
/// any other.
fn finish(
    response: HttpResponse,
    facts: &RequestFacts,
    (standing, form): (Option<Standing>, FailureForm),
    close: bool,
    span: &tracing::Span,
) -> HttpResponse {
    let mut response = match response.error() {
        None => response,
        Some(error) => {
            let unnamed;
            let problem = match error.as_error::<Failure>() {
                Some(Failure(problem)) => problem,
                None => {
                    unnamed = unnamed_problem(response.status(), error);
                    &unnamed
                }
            };
            span.in_scope(|| log(problem));
            let body = (form.render)(problem, facts.locale, &facts.request_id);
            let status = StatusCode::from_u16(problem.kind.status).unwrap_or_default();
            response.map_body(|head, _| {
                head.status = status;
                head.headers
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type));
                BoxBody::new(body)
            })
        }
    };
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    headers(&mut response, facts, close);
    response
}

fn unnamed_problem(status: StatusCode, error: &Error) -> Problem {
    let kind = match status {
        StatusCode::NOT_FOUND => &problems::NOT_FOUND,
        status if status.is_client_error() => &problems::INVALID_PARAMETER,
        _ => &problems::INTERNAL,
    };
    Problem::new(kind).cause(error.to_string())
}

/// The one place where a failure is logged.
fn log(problem: &Problem) {
    let code = problem.kind.code;
    match &problem.cause {
        Some(cause) if problem.kind.status == 500 => tracing::error!(code, ?cause, "failed"),
        Some(cause) => tracing::warn!(code, %cause, "refused"),
        None => tracing::debug!(code, "refused"),
    }
}

fn headers(response: &mut HttpResponse, facts: &RequestFacts, close: bool) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&facts.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        (header::CONTENT_LANGUAGE, facts.locale.tag()),
        (header::VARY, "Accept-Language"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if close {
        // The header alone would not do: actix writes it itself, from this.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
}

fn record(
    response: &HttpResponse,
    path: Option<Arc<str>>,
    method: &Method,
    started: Instant,
    span: &tracing::Span,
) {
    let path = path.unwrap_or_else(|| "(none)".into());
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    span.in_scope(|| {
        tracing::info!(%method, path = &*path, status, ms = format!("{:.1}", seconds * 1e3), "answered");
    });
    // Anybody may invent a method; a label is for ever.
    let method = match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    metrics::counter!(
        "citygate_http_requests_total",
        "method" => method, "path" => Arc::clone(&path), "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!("citygate_http_request_seconds", "path" => path).record(seconds);
}
