//! A period counted from its trigger.

mod explain;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use citygate_kernel::Text;

use crate::{
    DayKind, HolidayCalendar, Pause, Period, Roll,
    days::{self, DateOutOfRange},
};

/// When a period ends, and how it was counted. It needs neither calendar nor pauses again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    period: Period,
    trigger_on: NaiveDate,
    /// Every day that counts, in order.
    counted: Vec<NaiveDate>,
    due_on: NaiveDate,
    /// What kind of rest day made the end move; nothing if it did not move.
    rest: Option<Text>,
    /// How many days up to the end would have counted but for a pause.
    paused_days: u32,
    /// The end of the announced holidays, if the deadline relies on days after it.
    known_until: Option<NaiveDate>,
}

impl Deadline {
    /// Counts a period. The day of the trigger is not counted (Civil Code, article 201); a day
    /// inside a pause neither counts nor can be the day to which a rest day at the end gives way.
    pub fn count(
        trigger_on: NaiveDate,
        period: Period,
        pauses: &[Pause],
        calendar: &HolidayCalendar,
    ) -> Result<Self, DateOutOfRange> {
        // An empty period counts no day, so nothing else would look at the trigger.
        days::starting(trigger_on).next().ok_or(DateOutOfRange)?;
        let counts = |day: NaiveDate| match period.day_kind {
            DayKind::Calendar => true,
            DayKind::Working => calendar.is_working_day(day),
        };
        let paused = |day: NaiveDate| Pause::any_covers(pauses, day);

        let mut running = days::after(trigger_on).filter(|day| counts(*day) && !paused(*day));
        let counted = (0..period.length_days)
            .map(|_| running.next().ok_or(DateOutOfRange))
            .collect::<Result<Vec<_>, _>>()?;

        let last = counted.last().copied().unwrap_or(trigger_on);
        let rest = match period.roll {
            Roll::None => None,
            Roll::NextWorkingDay => calendar.day(last).rest(),
        };
        let due_on = match rest {
            None => last,
            Some(_) => days::after(last)
                .find(|day| calendar.is_working_day(*day) && !paused(*day))
                .ok_or(DateOutOfRange)?,
        };
        let paused_days =
            number_of(until(due_on, trigger_on).filter(|day| counts(*day) && paused(*day)));
        let asks_calendar =
            period.day_kind == DayKind::Working || period.roll == Roll::NextWorkingDay;
        let known_until = Some(calendar.known_until())
            .filter(|known_until| asks_calendar && due_on > *known_until);
        Ok(Self { period, trigger_on, counted, due_on, rest, paused_days, known_until })
    }

    /// What was counted.
    pub fn period(&self) -> Period {
        self.period
    }

    /// The day of the event that set the period running, itself not counted.
    pub fn trigger_on(&self) -> NaiveDate {
        self.trigger_on
    }

    /// The last day of the count, before a rest day gave way.
    pub fn last_counted_on(&self) -> NaiveDate {
        self.counted.last().copied().unwrap_or(self.trigger_on)
    }

    /// The last day on which to act; it ends at 24:00 (Civil Code, article 203).
    pub fn due_on(&self) -> NaiveDate {
        self.due_on
    }

    /// Whether the end moved because the last counted day is a rest day.
    pub fn rolled(&self) -> bool {
        self.rest.is_some()
    }

    /// Whether the date can still move because holidays on which it depends are not announced. A
    /// period of calendar days that does not roll depends on none.
    pub fn provisional(&self) -> bool {
        self.known_until.is_some()
    }

    /// The instant at which the last day is over: 00:00 of the next day on the office's clocks.
    /// Where clocks skip that midnight, the instant of the skip; where it comes twice, the second,
    /// so that a doubtful hour is never taken from the person.
    pub fn ends_at(&self, tz: Tz) -> DateTime<Utc> {
        let midnight = self.due_on.and_time(NaiveTime::MIN) + TimeDelta::days(1);
        tz.from_local_datetime(&midnight)
            .latest()
            .or_else(|| GapInfo::new(&midnight, &tz)?.end)
            .map_or(midnight.and_utc(), |end| end.to_utc())
    }

    /// How many days have been counted, today included: 0 on the day of the trigger, at most the
    /// length. A day that does not count keeps the number of the day before.
    pub fn day_number(&self, today: NaiveDate) -> u32 {
        let counted = self.counted.partition_point(|day| *day <= today);
        u32::try_from(counted).unwrap_or(self.period.length_days)
    }

    /// How many calendar days lie after the last day, today included and paused days left out; 0 if
    /// the period still runs. These are the days of the surcharge of 3 % a day (Administrative
    /// Penalty Law, article 72), which rests during reconsideration and lawsuit (article 73).
    pub fn days_late(&self, today: NaiveDate, pauses: &[Pause]) -> u32 {
        number_of(until(today, self.due_on).filter(|day| !Pause::any_covers(pauses, *day)))
    }
}

/// The days after `first` up to and including `last`.
fn until(last: NaiveDate, first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    days::after(first).take_while(move |day| *day <= last)
}

fn number_of(days: impl Iterator<Item = NaiveDate>) -> u32 {
    days.map(|_| 1).sum()
}
