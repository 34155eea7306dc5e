//! What it adds to the city.

use std::sync::Arc;

use actix_web::web::Data;
use citygate_platform::Service;

use crate::{error::PROBLEMS, register::Registers, retention::EXPIRING, sealed};

/// Registers of agencies, asked live.
pub fn service(registers: Registers) -> Service {
    let registers = Data::new(registers);
    let mut service = Service::new("inquiry", PROBLEMS, |_| {});
    service.about = "Registers of agencies, asked live.";
    service.state = Arc::new(move |routes| {
        routes.app_data(registers.clone());
    });
    service.sealed = sealed::ALL;
    service.expiring = EXPIRING;
    service
}
