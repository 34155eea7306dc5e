//! When somebody is received, and until when they can say that they come.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc};
use citygate_booking::{Channel, NewSlot};
use citygate_catalogue::City;
use citygate_listings::BookingSpec;

use crate::model::OpenHours;

/// How many days ahead a session is opened at most.
const AHEAD: u64 = 366;
/// How many slots a session has at most.
const SLOTS: i64 = 200;

/// Why a session cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundHours {
    /// It is past, or too far ahead.
    #[error("a day from today on, 366 days ahead at most, is expected")]
    Day,
    /// It ends before it begins, or its slots do not fill it.
    #[error("hours that hold 1 to 200 slots without a rest are expected")]
    Slots,
    /// The clocks of the city do not show the time on that day.
    #[error("a time that the clocks of the city show once on that day is expected")]
    Time,
}

/// Why a window cannot be booked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutOfTime {
    /// It begins too soon: the office wants so many hours of notice.
    TooSoon(u16),
    /// It is more than so many days ahead.
    TooFar(u16),
}

/// The slots of a session.
pub(crate) fn slots(
    hours: &OpenHours,
    today: NaiveDate,
    city: &City,
) -> Result<Vec<NewSlot>, UnsoundHours> {
    let last = today.checked_add_days(Days::new(AHEAD)).ok_or(UnsoundHours::Day)?;
    if !(today..=last).contains(&hours.on) {
        return Err(UnsoundHours::Day);
    }
    let (from, length) = (hours.from, i64::from(hours.slot_minutes));
    let open = (hours.to - from).num_minutes();
    if from.second() != 0 || length <= 0 || open < length || open % length != 0 {
        return Err(UnsoundHours::Slots);
    }
    let count = open / length;
    if count > SLOTS {
        return Err(UnsoundHours::Slots);
    }
    let at = |n: i64| {
        let local = hours.on.and_time(from) + TimeDelta::minutes(n * length);
        let instant = city.time_zone.from_local_datetime(&local).single();
        instant.map(|at| at.with_timezone(&Utc)).ok_or(UnsoundHours::Time)
    };
    let places = vec![(Channel::App, hours.places)];
    let slot = |n| Ok(NewSlot { starts_at: at(n)?, ends_at: at(n + 1)?, places: places.clone() });
    (0..count).map(slot).collect()
}

/// The first instant at which somebody can still be received who says so now.
pub(crate) fn earliest(spec: &BookingSpec, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::hours(spec.notice_hours.into())
}

/// The last day for which an appointment can be made.
pub(crate) fn last_day(spec: &BookingSpec, today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(spec.horizon_days.into())).unwrap_or(NaiveDate::MAX)
}

/// Whether a window can be booked now, by the notice and the horizon of the listing.
pub(crate) fn in_time(
    spec: &BookingSpec,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
    city: &City,
) -> Result<(), OutOfTime> {
    if starts_at < earliest(spec, now) {
        return Err(OutOfTime::TooSoon(spec.notice_hours));
    }
    if city.date(starts_at) > last_day(spec, city.date(now)) {
        return Err(OutOfTime::TooFar(spec.horizon_days));
    }
    Ok(())
}

/// Until when an appointment can be given up without a strike, and moved.
pub(crate) fn cancel_until(spec: &BookingSpec, starts_at: DateTime<Utc>) -> DateTime<Utc> {
    starts_at - TimeDelta::hours(spec.cancel_hours.into())
}

/// The instants between which a day of the city lies.
pub(crate) fn day(on: NaiveDate, city: &City) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let midnight = |day: NaiveDate| {
        let local = day.and_hms_opt(0, 0, 0)?;
        let found = city.time_zone.from_local_datetime(&local).earliest();
        // Where the clocks skip midnight, the day begins an hour later.
        let found = found.or_else(|| {
            city.time_zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest()
        });
        found.map(|at| at.with_timezone(&Utc))
    };
    Some((midnight(on)?, midnight(on.succ_opt()?)?))
}

#[cfg(test)]
mod tests;
