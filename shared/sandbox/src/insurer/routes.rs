//! The insurer over HTTP.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    web::{self, Bytes, Data, Path},
};

use super::{
    behaviour::Behaviours,
    book::{Answer, Book, Done, ReturnBody, SettlementBody},
    failure::Failure,
};
use crate::authorized::Authorized;

/// What the handlers and the owner of the sandbox share.
pub(super) struct Shared {
    /// How long a request that is never answered is held.
    pub(super) hold: Duration,
    pub(super) book: Mutex<Book>,
}

impl Shared {
    /// The book, for as long as it takes to handle one request. A test that panicked with the lock
    /// in its hands has not made it wrong.
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every operation of the contract.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/settlements", web::post().to(post_settlement))
        .route("/settlements/{reference}", web::get().to(get_settlement))
        .route("/settlements/{reference}/confirmation", web::post().to(post_confirmation))
        .route("/settlements/{reference}/reversal", web::post().to(post_reversal))
        .route("/settlements/{reference}/returns", web::post().to(post_return))
        .route("/sandbox/behaviour", web::put().to(put_behaviour))
        .default_service(web::to(no_operation));
}

async fn render(answer: Answer, shared: &Shared) -> HttpResponse {
    let render = |done| match done {
        Done::Now(settlement) => HttpResponse::Created().json(settlement),
        Done::Before(settlement) => HttpResponse::Ok().json(settlement),
    };
    answer.answer(shared.hold, Failure::Internal, render).await
}

async fn post_settlement(_: Authorized, shared: Data<Shared>, body: Bytes) -> HttpResponse {
    let answer = shared.book().pre_settle(SettlementBody::parse(&body));
    render(answer, &shared).await
}

async fn get_settlement(_: Authorized, shared: Data<Shared>, id: Path<String>) -> HttpResponse {
    let answer = shared.book().find(&id);
    render(answer, &shared).await
}

async fn post_confirmation(_: Authorized, shared: Data<Shared>, id: Path<String>) -> HttpResponse {
    let answer = shared.book().confirm(&id);
    render(answer, &shared).await
}

async fn post_reversal(_: Authorized, shared: Data<Shared>, id: Path<String>) -> HttpResponse {
    let answer = shared.book().reverse(&id);
    render(answer, &shared).await
}

async fn post_return(
    _: Authorized,
    shared: Data<Shared>,
    id: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let answer = shared.book().return_lines(&id, ReturnBody::parse(&body));
    render(answer, &shared).await
}

async fn put_behaviour(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let behaviours: Behaviours =
        serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&behaviours);
    shared.book().behave(behaviours);
    Ok(answer)
}

async fn no_operation(_: Authorized) -> Result<HttpResponse, Failure> {
    Err(Failure::NoSuchOperation)
}
