//! What it adds to the city.

use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, jobs, routes};

/// Services that are a listing and nothing else.
pub fn service() -> Service {
    let mut service = Service::new("listed", PROBLEMS, routes::add);
    service.about = "Services that are a listing and nothing else: a register is asked, what is \
                     owed is fetched and paid, an appointment is made.";
    service.listeners = vec![jobs::tell_agency()];
    service.demo = Some(demo::seed);
    service
}
