//! The register over HTTP.

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
    failure::Failure,
    register::{CheckBody, Checked, Register, TestPerson},
};
use crate::authorized::Authorized;

/// What the handlers and the owner of the sandbox share.
pub(super) struct Shared {
    /// How long a request that is never answered is held.
    pub(super) hold: Duration,
    pub(super) register: Mutex<Register>,
}

impl Shared {
    /// The register, for as long as it takes to handle one request. A test that panicked with the
    /// lock in its hands has not made it wrong.
    pub(super) fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every operation of the contract.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/checks", web::post().to(post_check))
        .route("/checks/{reference}", web::get().to(get_check))
        .route("/sandbox/persons", web::put().to(put_person))
        .route("/sandbox/behaviour", web::put().to(put_behaviour))
        .default_service(web::to(no_operation));
}

async fn post_check(_: Authorized, shared: Data<Shared>, body: Bytes) -> HttpResponse {
    let delivery = shared.register().check(CheckBody::parse(&body));
    let render = |checked| match checked {
        Checked::Now(check) => HttpResponse::Created().json(check),
        Checked::Before(check) => HttpResponse::Ok().json(check),
    };
    delivery.answer(shared.hold, Failure::Internal, render).await
}

async fn get_check(_: Authorized, shared: Data<Shared>, reference: Path<String>) -> HttpResponse {
    let delivery = shared.register().find(&reference);
    let render = |check| HttpResponse::Ok().json(check);
    delivery.answer(shared.hold, Failure::Internal, render).await
}

async fn put_person(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let person: TestPerson = serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&person);
    shared.register().enrol(person);
    Ok(answer)
}

async fn put_behaviour(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let behaviours: Behaviours =
        serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&behaviours);
    shared.register().behave(behaviours);
    Ok(answer)
}

async fn no_operation(_: Authorized) -> Result<HttpResponse, Failure> {
    Err(Failure::NoSuchOperation)
}
