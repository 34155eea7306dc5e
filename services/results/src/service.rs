//! Results as a part of the city.

use citygate_paper::pdf::Printer;
use citygate_platform::Service;

use crate::{error::PROBLEMS, jobs, retention::EXPIRING, routes, sealed};

/// Orders and reports of hospitals, and how people come to know them.
pub fn service(printer: Printer) -> Service {
    let mut service = Service::new("results", PROBLEMS, routes::add);
    service.about = "Results of examinations: released by rule, read after a fresh proof.";
    service.state = std::sync::Arc::new(move |routes| routes::state(routes, &printer));
    service.jobs = jobs::release::release();
    service.listeners = vec![jobs::note_order(), jobs::note_withdrawal()];
    service.sealed = sealed::ALL;
    service.expiring = EXPIRING;
    service
}
