//! What it adds to the city.

use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, jobs, routes, sealed};

/// Marriage registration: two people, one appointment, and what the registry decides.
pub fn service() -> Service {
    let mut service = Service::new("marriage", PROBLEMS, routes::add);
    service.about =
        "Marriage registration: two people, one appointment, and what the registry decides.";
    service.jobs = jobs::of_cases();
    service.jobs.push(jobs::divorce::of_divorces());
    service.listeners = vec![jobs::follow_appointments()];
    service.sealed = sealed::ALL;
    service.demo = Some(demo::seed);
    service
}
