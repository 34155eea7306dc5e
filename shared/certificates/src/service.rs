//! What it adds to the city.

use citygate_paper::pdf::Printer;
use citygate_platform::Service;

use crate::{demo, error::PROBLEMS, routes, sealed};

/// Certificates: signed, and verified by anybody.
pub fn service(printer: Printer) -> Service {
    let mut service = Service::new("certificates", PROBLEMS, routes::add);
    service.about = "Certificates: signed, and verified by anybody.";
    service.state = std::sync::Arc::new(move |routes| routes::state(routes, &printer));
    service.sealed = sealed::ALL;
    service.demo = Some(demo::seed);
    service
}
