//! Handlers of hospitals.

mod charge;
mod counter;
mod deposit;
mod directory;
mod hospital;
mod orders;
mod queues;
mod receipt;
mod schedule;
mod visits;

use actix_web::web::Data;
use citygate_platform::Service;

use crate::{
    error::PROBLEMS,
    insurer::Insurer,
    jobs::{self, settlement},
    store::{CHARGE_DETAILS, plans::ORDER_WORDS},
    stream::Hub,
};

pub use charge::{ChargesRead, ChargesWrite};
pub use directory::DirectoryWrite;
pub use queues::{QueueRead, QueueWrite};
pub use schedule::{SchedulesRead, SchedulesWrite};

/// Hospitals as a part of the city.
pub fn service(insurer: Option<Insurer>) -> Service {
    let hub: Data<Hub> = Data::default();
    let insuring = charge::Insuring(insurer.is_some());
    let mut service = Service::new("hospital", PROBLEMS, move |routes| {
        routes
            .app_data(Data::new(insuring))
            .service(charge::put_charge)
            .service(charge::get_hospital_charge)
            .service(charge::withdraw_charge)
            .service(charge::refund_charge)
            .service(charge::list_charges)
            .service(charge::get_charge)
            .service(charge::settle_by_insurance)
            .service(charge::settle_alone)
            .service(charge::pay_later)
            .service(charge::call_off_settlement)
            .service(deposit::put_deposit)
            .service(deposit::get_deposit)
            .service(deposit::pay_from_deposit)
            .service(deposit::release_deposit)
            .service(receipt::get_receipt)
            .service(receipt::verify_receipt)
            .service(hospital::list_hospitals)
            .service(hospital::get_hospital)
            .service(hospital::list_departments)
            .service(hospital::get_statistics)
            .service(hospital::list_practitioners)
            .service(hospital::list_specialties)
            .service(hospital::search)
            .service(schedule::list_department_sessions)
            .service(schedule::list_practitioner_sessions)
            .service(schedule::put_session)
            .service(schedule::stop_session)
            .service(schedule::list_session_appointments)
            .service(directory::put_profile)
            .service(directory::put_listing)
            .service(directory::put_location)
            .service(directory::put_department)
            .service(directory::put_practitioner);
        routes.app_data(hub.clone());
        counter::add(routes);
        visits::add(routes);
        queues::add(routes);
        orders::add(routes);
    });
    service.jobs = vec![settlement::settle(insurer.clone()), settlement::return_lines(insurer)];
    service.listeners = vec![settlement::hear_paid(), settlement::hear_expired()];
    service.jobs.extend(jobs::of_visits());
    service.listeners.push(jobs::watch_check_in());
    service.listeners.push(jobs::hear_results());
    service.sealed = &[ORDER_WORDS, CHARGE_DETAILS];
    service.demo = Some(crate::demo::seed);
    service.about = "The hospitals of a city: whom to see, the day of a visit, and what it costs.";
    service
}
