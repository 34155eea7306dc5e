//! What it adds to the city.

use std::sync::Arc;

use actix_web::web::Data;
use citygate_paper::pdf::Printer;
use citygate_platform::Service;

use crate::{
    actions::balance::BalanceLanes, demo, error::PROBLEMS, jobs, retention, routes, sealed,
};

/// The housing provident fund: what was paid in, what is there, what can be had.
/// Balances are read over `lanes`.
pub fn service(lanes: BalanceLanes) -> Service {
    let mut service = Service::new("provident_fund", PROBLEMS, routes::add);
    service.about = "The housing provident fund: what was paid in, what is there, what can be had.";
    let printer = Printer::new();
    service.state = Arc::new(move |routes| {
        routes.app_data(Data::new(lanes.clone())).app_data(Data::new(printer.clone()));
    });
    service.demo = Some(demo::seed);
    service.expiring = retention::EXPIRING;
    service.jobs = vec![jobs::interest::credit(), jobs::clock::due()];
    service.jobs.extend(jobs::transfer::jobs());
    service.jobs.extend(jobs::statement::jobs());
    service.listeners = vec![jobs::clock::recount()];
    service.sealed = sealed::ALL;
    service
}
