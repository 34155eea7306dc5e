//! What booking knows, in the words of FHIR.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{AppointmentState, Channel, DayPart, NewSlot, Places, Session};
use citygate_catalogue::City;

use super::schedule::SlotRule;

citygate_kernel::words! {
    /// Whether a slot can be had by whoever asks in FHIR: at the counter, or by referral.
    #[schema(as = FhirSlotStatus)]
    SlotStatus {
        /// It can.
        Free = "free",
        /// All of its places are taken.
        Busy = "busy",
        /// They are, and some may come back: held, or given back a moment ago.
        BusyTentative = "busy-tentative",
        /// It never could, or cannot any more.
        BusyUnavailable = "busy-unavailable",
    }
}

/// Where a slot of a session stands.
pub(crate) fn slot_status(
    session: &Session,
    starts_at: DateTime<Utc>,
    places: &[Places],
    now: DateTime<Utc>,
) -> SlotStatus {
    let over = session.stopped.is_some() || now >= session.closes_at || now >= starts_at;
    let ours = || places.iter().filter(|of| of.channel != Channel::App);
    if over || ours().all(|of| of.capacity == 0) {
        SlotStatus::BusyUnavailable
    } else if ours().any(|of| of.free > 0) {
        SlotStatus::Free
    } else if ours().any(|of| of.passing > 0) {
        SlotStatus::BusyTentative
    } else {
        SlotStatus::Busy
    }
}

/// As FHIR calls where an appointment stands.
pub(crate) const fn appointment_status(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Held => "pending",
        AppointmentState::Booked => "booked",
        AppointmentState::Arrived => "arrived",
        AppointmentState::Fulfilled => "fulfilled",
        AppointmentState::Cancelled | AppointmentState::Expired => "cancelled",
        AppointmentState::NoShow => "noshow",
    }
}

/// The states that FHIR calls so; none, where no appointment here stands so.
pub(crate) fn appointment_states(status: &str) -> &'static [AppointmentState] {
    match status {
        "pending" => &[AppointmentState::Held],
        "booked" => &[AppointmentState::Booked],
        "arrived" | "checked-in" => &[AppointmentState::Arrived],
        "fulfilled" => &[AppointmentState::Fulfilled],
        "cancelled" => &[AppointmentState::Cancelled, AppointmentState::Expired],
        "noshow" => &[AppointmentState::NoShow],
        _ => &[],
    }
}

/// The part of the day that a session is in: the first one, from morning to evening, whose hours
/// hold it. A FHIR Schedule does not say it.
pub(crate) fn part_of_day(
    rule: &SlotRule,
    city: &City,
    on: NaiveDate,
    slots: &[NewSlot],
) -> DayPart {
    let parts = [DayPart::Morning, DayPart::Afternoon, DayPart::Evening];
    let fits = |part: &DayPart| slots.iter().all(|slot| rule.within_hours(city, (on, *part), slot));
    parts.into_iter().find(fits).unwrap_or(DayPart::Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_status_and_is_found_by_it() {
        for state in AppointmentState::ALL {
            assert!(appointment_states(appointment_status(*state)).contains(state), "{state:?}");
        }
        for status in ["proposed", "waitlist", "entered-in-error", "?", ""] {
            assert!(appointment_states(status).is_empty(), "{status}");
        }
    }
}
