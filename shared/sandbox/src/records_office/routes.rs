//! The office over HTTP.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    web::{self, Bytes, Data},
};

use super::{
    behaviour::Behaviours,
    failure::Failure,
    office::{Filed, Office, RecordBody},
};
use crate::authorized::Authorized;

/// What the handlers and the owner of the sandbox share.
pub(super) struct Shared {
    /// How long a request that is never answered is held.
    pub(super) hold: Duration,
    pub(super) office: Mutex<Office>,
}

impl Shared {
    /// The office, for as long as it takes to handle one request. A test that panicked with the
    /// lock in its hands has not made it wrong.
    pub(super) fn office(&self) -> MutexGuard<'_, Office> {
        self.office.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every operation of the contract.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/records", web::post().to(post_record))
        .route("/sandbox/records", web::put().to(put_record))
        .route("/sandbox/behaviour", web::put().to(put_behaviour))
        .default_service(web::to(no_operation));
}

async fn post_record(_: Authorized, shared: Data<Shared>, body: Bytes) -> HttpResponse {
    let delivery = shared.office().tell(RecordBody::parse(&body));
    let render = |told| HttpResponse::Ok().json(told);
    delivery.answer(shared.hold, Failure::Internal, render).await
}

async fn put_record(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let filed: Filed = serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&filed);
    shared.office().file(filed);
    Ok(answer)
}

async fn put_behaviour(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let behaviours: Behaviours =
        serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&behaviours);
    shared.office().behave(behaviours);
    Ok(answer)
}

async fn no_operation(_: Authorized) -> Result<HttpResponse, Failure> {
    Err(Failure::NoSuchOperation)
}
