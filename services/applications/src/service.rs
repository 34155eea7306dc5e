//! What it adds to the city.

use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, jobs, retention::EXPIRING, routes, sealed};

/// Applications under listings: from the lodging to the delivery.
pub fn service() -> Service {
    let mut service = Service::new("applications", PROBLEMS, routes::add);
    service.about = "Applications under any listing: a form, documents, a fee, the agency's steps \
                     with their clocks, a decision, its delivery.";
    service.jobs = vec![jobs::lapse()];
    service.listeners = vec![jobs::note_paid(), jobs::note_expired(), jobs::recount()];
    service.sealed = sealed::ALL;
    service.expiring = EXPIRING;
    service.demo = Some(demo::seed);
    service
}
