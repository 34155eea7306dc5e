//! Handlers.

mod desk;
mod people;

use actix_web::http::header;
use citygate_platform::Routes;

/// Nobody in between keeps what somebody applies for.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(people::lodge)
        .service(people::list_applications)
        .service(people::get_application)
        .service(people::supply)
        .service(people::withdraw)
        .service(desk::list_of_agency)
        .service(desk::get_statistics)
        .service(desk::bulk)
        .service(desk::open_application)
        .service(desk::ask_supplement)
        .service(desk::finish_step)
        .service(desk::approve)
        .service(desk::refuse)
        .service(desk::deliver);
}
