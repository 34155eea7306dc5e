//! What the rules say, as the rows of the catalogue hold them.
//!
//! Each service has rows of its own under `<service>.booking.<subject>`; an agency's own win over
//! its city's, and those over the country's.

pub(crate) mod cutoff;
pub(crate) mod draw;
pub(crate) mod giveback;
pub(crate) mod hold;
pub(crate) mod quota;
pub(crate) mod release;
pub(crate) mod session;
pub(crate) mod state;
pub(crate) mod strike;
pub(crate) mod waitlist;

use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use citygate_catalogue::City;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// When places are released: [`release::ReleaseRule`].
    Release,
    /// Until when they can be had: [`cutoff::Cutoff`].
    Close,
    /// How many appointments somebody may have: [`quota::QuotaRule`].
    Quota,
    /// How long a place is held for its fee: [`hold::HoldRule`].
    Hold,
    /// Until when it can be given up: [`cutoff::Cutoff`].
    Cancel,
    /// When a place that came back is offered again: [`giveback::GivebackRule`].
    Giveback,
    /// How long a waitlist is, and how long an offer stands: [`waitlist::WaitlistRule`].
    Waitlist,
    /// What not coming means: [`strike::StrikeRule`].
    Strike,
    /// When lots are drawn: [`release::DrawRule`].
    Draw,
}

impl Subject {
    /// The key of the rule of a service.
    pub(crate) fn key(self, service: &str) -> String {
        let subject = match self {
            Self::Release => "release",
            Self::Close => "close",
            Self::Quota => "quota",
            Self::Hold => "hold",
            Self::Cancel => "cancel",
            Self::Giveback => "giveback",
            Self::Waitlist => "waitlist",
            Self::Strike => "strike",
            Self::Draw => "draw",
        };
        format!("{service}.booking.{subject}")
    }
}

/// The instant at which the clocks of a city show a time: the first, if they show it twice. A time
/// that they skip is counted as if they had not been put forward yet (RFC 5545, 3.3.5).
pub(crate) fn instant(city: &City, on: NaiveDate, at: NaiveTime) -> DateTime<Utc> {
    let local = on.and_time(at);
    match city.time_zone.from_local_datetime(&local).earliest() {
        Some(instant) => instant.with_timezone(&Utc),
        None => {
            let before = city.time_zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            (local - before.fix()).and_utc()
        }
    }
}

#[cfg(test)]
mod tests;
