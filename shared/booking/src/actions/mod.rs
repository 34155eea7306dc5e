//! What citizens, agencies and services do here.

mod cancel;
mod claim;
mod counter;
mod day;
mod desk;
mod draw;
mod giveback;
mod grant;
mod holidays;
mod letters;
mod objections;
mod open;
mod outcome;
mod read;
mod reschedule;
mod reserve;
mod stop;
mod strikes;
#[cfg(test)]
mod tests;
mod waitlist;

pub(crate) use cancel::cancel;
pub(crate) use claim::claim_place;
pub use claim::{ClaimLanes, ClaimPlace};
pub(crate) use counter::release_hold;
pub use counter::{book_for, cancel_for, confirm_for, hold_for, lock_for};
pub use day::{arrive, fulfil, no_show};
pub(crate) use desk::Conditions;
pub(crate) use draw::{DrawView, draw_entries_of, draw_lots, draw_of, enter_draw};
pub(crate) use giveback::offer_again;
pub(crate) use letters::post_letter;
pub(crate) use objections::{
    Judge, ObjectionView, OpenObjection, decide, object, objections_of_agency, read_objection,
};
pub use open::open_session;
pub(crate) use outcome::{confirm, expire};
pub(crate) use read::{AppointmentView, appointment_of, appointments_of, session_view};
pub use read::{
    allocation_counts, appointment, appointments_of_agency, appointments_of_session, next_free,
    session, sessions, sessions_by_id, slots_of_agency,
};
pub(crate) use reschedule::reschedule;
pub use reserve::{
    cancel_reservation, cancel_reservation_late, last_reservation, move_reservation, reserve_for,
    retract_reservation,
};
pub(crate) use stop::clear;
pub use stop::stop_session;
pub use strikes::annul_for;
pub(crate) use strikes::{Block, StrikeView, strikes_of};
pub(crate) use waitlist::{Turn, close as close_waitlist, leave, turns_of, wait};

/// As whom this crate issues bills.
pub(crate) const ISSUER: &str = "booking";
