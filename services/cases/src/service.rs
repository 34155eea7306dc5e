//! What it adds to the city.

use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, jobs, open311, retention::EXPIRING, routes, sealed};

/// Opinions and suggestions: dispatch, dispute, extension, reply, call-back, rating, reopening; also as
/// Open311 `GeoReport` v2.
pub fn service() -> Service {
    let mut service = Service::new("cases", PROBLEMS, routes::add);
    service.about =
        "Opinions and suggestions, as lines like 12345 take them; also as Open311 GeoReport v2.";
    service.jobs = jobs::of_cases();
    service.listeners = vec![jobs::recount()];
    service.sealed = sealed::ALL;
    service.expiring = EXPIRING;
    service.failures = Some(open311::FAILURES);
    service.demo = Some(demo::seed);
    service
}
