//! What it adds to the city.

use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, jobs, retention::EXPIRING, routes};

/// Social security: what was paid in, and what it is worth.
pub fn service() -> Service {
    let mut service = Service::new("social_security", PROBLEMS, routes::add);
    service.about = "Social security: what was paid in, what it is worth, and contributions of \
                     those who have no employer.";
    service.jobs = vec![jobs::report_order()];
    service.listeners = vec![jobs::note_paid(), jobs::note_expired()];
    service.expiring = EXPIRING;
    service.demo = Some(demo::seed);
    service
}
