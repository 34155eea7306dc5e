//! Every statement of booking.

mod appointments;
mod companions;
mod draw;
mod listing;
mod objections;
mod places;
mod sessions;
mod statistics;
mod strikes;
mod waitlist;

use citygate_kernel::{CityCode, Currency, Money};

pub(crate) use appointments::{
    Standing, add_strikes, appointment, appointment_of_bill, appointments_of_person,
    appointments_of_session, insert_appointments, insert_letter, last_of, live_of_session,
    lock_appointment, lock_bookers, save_appointment, standing,
};
pub(crate) use companions::{appointments_beside, companions, insert_companions};
pub(crate) use draw::{
    count_draw_entries, draw, draw_entries, draw_entries_of_person, draw_entry, draw_for_entry,
    insert_draw, insert_draw_entry, lock_draw, save_outcomes, save_revealed,
};
pub(crate) use listing::{appointments_of_agency, slots_of_agency};
pub(crate) use objections::{
    insert_objection, lock_objection, objections_to, open_objections, save_decision,
};
pub(crate) use places::{
    Place, delete_giveback, insert_giveback, insert_slots, lock_places, next_free, release_places,
    save_places, slots_of, slots_of_the_same_worth,
};
pub(crate) use sessions::{
    insert_session, session, session_by_no, sessions_by_id, sessions_of, stop_session,
};
pub(crate) use statistics::allocation_counts;
pub(crate) use strikes::{
    StruckAt, annul_strike, annul_strikes_of, insert_strike, standing_strikes, strike,
    strikes_by_id, strikes_of_person, struck_at,
};
pub(crate) use waitlist::{
    close_waitlist, entries_of_person, entry, entry_of_appointment, first_waiting, insert_entries,
    save_entry, waiting, waiting_before,
};

use crate::error::Error;

/// The city of a row.
fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

/// An amount of a row.
fn money(minor: i64, currency: &str) -> Result<Money, Error> {
    let currency: Currency = currency.parse().map_err(|_| Error::Damaged("currency"))?;
    Ok(Money::new(minor, currency))
}
