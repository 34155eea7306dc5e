//! The processor over HTTP.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpResponse, ResponseError,
    http::StatusCode,
    web::{self, Bytes, Data, Path},
};
use citygate_kernel::Clock;
use serde_json::json;

use super::{
    book::Charged,
    charge::{ChargeBody, ChargeId},
    failure::Failure,
    processor::{Behaviours, Processor},
};
use crate::authorized::Authorized;

/// What the handlers and the owner of the sandbox share.
pub(super) struct Shared {
    pub(super) clock: Clock,
    /// How long a request that is never answered is held.
    pub(super) hold: Duration,
    pub(super) processor: Mutex<Processor>,
}

impl Shared {
    /// The processor, for as long as it takes to handle one request. A test that panicked with
    /// the lock in its hands has not made the book wrong.
    pub(super) fn processor(&self) -> MutexGuard<'_, Processor> {
        self.processor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every operation of the contract.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/charges", web::post().to(post_charge))
        .route("/charges", web::get().to(get_charges))
        .route("/charges/{reference}", web::get().to(get_charge))
        .route("/sandbox/behaviour", web::put().to(put_behaviour))
        .route("/sandbox/behaviour", web::get().to(get_behaviour))
        .default_service(web::to(no_operation));
}

async fn post_charge(_: Authorized, shared: Data<Shared>, body: Bytes) -> HttpResponse {
    let id = ChargeId::new(&shared.clock);
    let delivery = shared.processor().charge(ChargeBody::parse(&body), id);
    let render = |charged| match charged {
        Charged::Now(charge) => HttpResponse::Created().json(charge),
        Charged::Before(charge) => HttpResponse::Ok().json(charge),
    };
    delivery.answer(shared.hold, Failure::Internal, render).await
}

async fn get_charge(_: Authorized, shared: Data<Shared>, reference: Path<String>) -> HttpResponse {
    let delivery = shared.processor().find(&reference);
    let render = |charge| HttpResponse::Ok().json(charge);
    delivery.answer(shared.hold, Failure::Internal, render).await
}

async fn get_charges(_: Authorized, shared: Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().json(shared.processor().statement())
}

async fn put_behaviour(shared: Data<Shared>, body: Bytes) -> Result<HttpResponse, Failure> {
    let behaviours: Behaviours =
        serde_json::from_slice(&body).map_err(|_| Failure::InvalidRequest)?;
    let answer = HttpResponse::Ok().json(&behaviours);
    shared.processor().behave(behaviours);
    Ok(answer)
}

async fn get_behaviour(shared: Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().json(shared.processor().behaviours())
}

async fn no_operation(_: Authorized) -> Result<HttpResponse, Failure> {
    Err(Failure::NoSuchOperation)
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::UnknownToken => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ReferenceReused => StatusCode::CONFLICT,
            Self::NoSuchCharge | Self::NoSuchOperation => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({"error": self.to_string()}))
    }
}
