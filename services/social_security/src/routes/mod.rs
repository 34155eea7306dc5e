//! Handlers.

mod agency;
mod orders;
mod record;

use actix_web::http::header;
use citygate_platform::Routes;

pub use agency::OrdersRead;

/// Nobody in between keeps what somebody earns.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(record::list_agencies)
        .service(record::get_record)
        .service(record::list_months)
        .service(record::get_picture)
        .service(record::list_gaps)
        .service(record::get_forecast)
        .service(orders::get_terms)
        .service(orders::post_order)
        .service(orders::list_orders)
        .service(orders::get_order)
        .service(orders::cancel_order)
        .service(agency::get_paid_order);
}
