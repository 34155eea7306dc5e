//! Handlers of booking.

mod appointments;
mod draw;
mod sessions;
mod strikes;
mod waitlists;

use actix_web::web::Data;
use citygate_platform::Service;

use crate::{actions::ClaimLanes, error::PROBLEMS, jobs, sealed};

/// Booking as a part of the city. Claims go over `lanes`.
pub fn service(lanes: ClaimLanes) -> Service {
    let book = lanes.rules();
    let mut service = Service::new("booking", PROBLEMS, |routes| {
        routes
            .service(sessions::get_session)
            .service(appointments::claim)
            .service(appointments::list_appointments)
            .service(appointments::get_appointment)
            .service(appointments::cancel)
            .service(appointments::reschedule)
            .service(waitlists::wait)
            .service(waitlists::list_waitlist_entries)
            .service(waitlists::leave)
            .service(draw::get_draw)
            .service(draw::enter_draw)
            .service(draw::list_draw_entries)
            .service(strikes::list_strikes)
            .service(strikes::object)
            .service(strikes::list_objections)
            .service(strikes::get_objection)
            .service(strikes::decide_objection);
    });
    service.about = "Sessions, places and appointments, for every agency that receives people.";
    service.state = std::sync::Arc::new(move |routes| {
        routes.app_data(Data::new(lanes.clone()));
    });
    service.sealed = sealed::ALL;
    service.jobs = vec![
        jobs::offer_again(book.clone()),
        jobs::release_holds(book.clone()),
        jobs::clear_sessions(book.clone()),
        jobs::close_waitlists(),
        jobs::draw_lots(book.clone()),
    ];
    service.listeners = vec![jobs::confirm(), jobs::expire(book.clone()), jobs::post_letters(book)];
    service
}
