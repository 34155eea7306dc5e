//! Places at an hour: who gets one, who waits, and what becomes of it.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Session`] | when an agency receives people: a doctor's morning | open → stopped |
//! | [`Slot`] | a window of a session, with places for each channel | |
//! | [`Appointment`] | somebody's place in a slot | see the table below |
//! | waitlist entry | a turn at a place | waiting → offered → taken; lapsed, left, closed |
//! | draw | who gets a place where many want one at once: by lot, so that anybody can check | |
//! | strike | that somebody did not come | standing → annulled |
//! | objection | what they say against it | open → upheld, rejected |
//!
//! Invariants: of a slot never more places are taken than there are; an appointment with a fee is
//! confirmed if and only if its bill is paid before it expires; what a counter keeps has no bill, and
//! comes back unless the counter confirms it in time; a person's quotas are counted while nobody else
//! books for that person, in the app, at a counter or by referral; a place that comes back goes to
//! whoever waits first, or is offered again after a while that nobody knows beforehand; what the
//! agency cancels is never held against anybody; who got a place in a draw can be computed by anybody
//! from what is published. Every figure is a row of `public.rules` with a citation, and a session
//! keeps the versions in force when it was opened.
//!
//! Of some sessions the places are claimed by anybody; of others ([`Claims::Service`]) by the service
//! that opened them alone, which has checked who comes ([`reserve_for`]). One place may then be for
//! several people: quotas, strikes and blocks hold for each of them, and the appointment is given up
//! or moved through its service. Nobody can draw such a place or wait for it.
//!
//! # What becomes of an appointment
//!
//! It is held until its fee is paid. What a counter keeps ([`hold_for`]) is held for as long, without
//! a bill: that the counter confirms it ([`confirm_for`]) counts as paying.
//!
//! | | pay | arrive | fulfil | cancel by the citizen | cancel by the agency | expire | miss |
//! |---|---|---|---|---|---|---|---|
//! | held | booked | | | cancelled | cancelled | expired | |
//! | booked | | arrived | | cancelled | cancelled | | no_show |
//! | arrived | | | fulfilled | | cancelled | | no_show |
//! | fulfilled | | | | | | | |
//! | cancelled | | | | | | | |
//! | expired | | | | | | | |
//! | no_show | | | | | | | |

mod actions;
mod error;
mod events;
mod jobs;
mod mail;
mod model;
mod routes;
mod rules;
mod schema;
mod sealed;
mod store;
mod wire;

pub use actions::{
    ClaimLanes, ClaimPlace, allocation_counts, annul_for, appointment, appointments_of_agency,
    appointments_of_session, arrive, book_for, cancel_for, cancel_reservation,
    cancel_reservation_late, confirm_for, fulfil, hold_for, last_reservation, lock_for,
    move_reservation, next_free, no_show, open_session, reserve_for, retract_reservation, session,
    sessions, sessions_by_id, slots_of_agency, stop_session,
};
pub use error::{DrawError, Error, StrikeError};
pub use events::{APPOINTMENT_CHANGED, AppointmentChanged};
pub use model::{
    Allocation, Annulment, Appointment, AppointmentFilter, AppointmentId, AppointmentKind,
    AppointmentState, Attendee, BookFor, CancelledBy, Channel, Claims, CounterChannel, DayPart,
    DrawOutcome, NewSession, NewSlot, NextFree, ObjectionId, ObjectionKind, ObjectionState, Origin,
    Places, Reservation, Session, SessionFilter, SessionId, SessionKind, SessionRules, SessionView,
    Slot, SlotFilter, SlotId, SlotKind, SlotPlaces, StrikeId, StrikeIdKind, StrikeKind, TicketId,
    TicketKind, WaitlistEntryId, WaitlistEntryKind, WaitlistState,
};
pub use routes::service;
