//! Handlers.

mod desk;
mod open311;
mod people;
mod public;
mod reply;

use actix_web::http::header;
use citygate_platform::Routes;

/// Nobody in between keeps what somebody has written.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(public::list_public)
        .service(people::file)
        .service(people::list_cases)
        .service(people::get_case)
        .service(people::add)
        .service(people::withdraw)
        .service(people::rate)
        .service(people::reopen)
        .service(public::follow)
        .service(public::unfollow)
        .service(desk::list_at_desk)
        .service(desk::figures)
        .service(desk::open)
        .service(desk::accept)
        .service(desk::dispute)
        .service(desk::decide)
        .service(desk::link)
        .service(reply::extend)
        .service(reply::reply)
        .service(reply::close);
    open311::add(routes);
}
