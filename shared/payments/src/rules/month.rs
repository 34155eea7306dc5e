//! A month as the law of a place counts it.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use citygate_kernel::Month;
use citygate_ledger::Span;

/// From the first instant of a month, up to and without the first of the next.
pub(crate) fn span<Z: TimeZone>(month: Month, zone: &Z) -> Span {
    let first = month.first_day();
    let next = first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    midnight(first, zone)..midnight(next, zone)
}

/// The first instant of a day. Where clocks are put forward at midnight, it is later than 00:00.
fn midnight<Z: TimeZone>(day: NaiveDate, zone: &Z) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let instant = (0..=12).find_map(|quarters| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
        zone.from_local_datetime(&local).earliest()
    });
    instant.map_or(midnight.and_utc(), |instant| instant.with_timezone(&Utc))
}
