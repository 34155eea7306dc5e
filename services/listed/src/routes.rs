//! Handlers.

mod appointments;
mod bills;
mod desk;
mod offices;
mod paid;
mod record;

use actix_web::http::header;
use citygate_platform::Routes;

pub use paid::BillsRead;

/// Nobody in between keeps what is about somebody.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(record::get_record)
        .service(bills::fetch_bills)
        .service(bills::list_bills)
        .service(bills::get_bill)
        .service(paid::get_paid_bill)
        .service(offices::list_offices)
        .service(offices::list_windows)
        .service(offices::post_office)
        .service(offices::put_office)
        .service(offices::open_session)
        .service(offices::stop_session)
        .service(appointments::post_appointment)
        .service(appointments::list_appointments)
        .service(appointments::get_appointment)
        .service(appointments::move_appointment)
        .service(appointments::cancel_appointment)
        .service(desk::list_day)
        .service(desk::arrive)
        .service(desk::fulfil)
        .service(desk::miss);
}
