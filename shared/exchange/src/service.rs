//! The exchange as a part of the city.

use std::sync::{Arc, LazyLock};

use actix_web::web::Data;
use citygate_kernel::ProblemType;
use citygate_platform::Service;

use crate::{
    Registry, error, fhir, fhir::Server, hl7, jobs, participants, patients::Patients, retention,
    routes as holds, sealed,
};

/// Every problem of the crate, room by room.
static PROBLEMS: LazyLock<Vec<&'static ProblemType>> =
    LazyLock::new(|| [error::PROBLEMS, fhir::PROBLEMS, hl7::PROBLEMS].concat());

/// The exchange as a part of the city whose public address is `issuer`.
pub fn service(issuer: &str, mut registry: Registry) -> Service {
    // Others refer to patients, and so these come first.
    registry.repositories.insert(0, Arc::new(Patients));
    let server = Server::new(issuer, registry);
    let jobs = jobs::all(&server);
    let mut service = Service::new("exchange", &PROBLEMS, |routes| {
        fhir::routes(routes);
        routes.service(hl7::message);
        participants::add_routes(routes);
        holds::add(routes);
    });
    service.state = Arc::new(move |routes| {
        routes.app_data(Data::new(server.clone()));
    });
    service.jobs = jobs;
    service.sealed = sealed::ALL;
    service.expiring = retention::EXPIRING;
    service.failures = Some(fhir::FAILURES);
    service.about =
        "Hospitals' systems, in the protocols that they speak already: FHIR R4, and HL7 version 2.";
    service
}
