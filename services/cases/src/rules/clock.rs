//! When a reply is due.

use chrono::NaiveDate;
use citygate_calendar::{DateOutOfRange, Deadline, HolidayCalendar, Period};

/// The time of a reply: as the category says, and as it was extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplyClock {
    pub reply: Deadline,
    /// From the last day of the reply's own time on.
    pub extended: Option<Deadline>,
}

impl ReplyClock {
    /// Counts from the day of the filing, which is not counted itself.
    pub(crate) fn count(
        trigger_on: NaiveDate,
        period: Period,
        extension: Option<Period>,
        calendar: &HolidayCalendar,
    ) -> Result<Self, DateOutOfRange> {
        let reply = Deadline::count(trigger_on, period, &[], calendar)?;
        let more = |by| Deadline::count(reply.due_on(), by, &[], calendar);
        let extended = extension.map(more).transpose()?;
        Ok(Self { reply, extended })
    }

    /// The one that runs.
    pub(crate) fn running(&self) -> &Deadline {
        self.extended.as_ref().unwrap_or(&self.reply)
    }
}

#[cfg(test)]
mod tests {
    use citygate_calendar::{DayKind, Roll};

    use super::*;

    #[test]
    fn an_extension_is_counted_from_the_last_day() {
        let day = |on| NaiveDate::from_ymd_opt(2026, 11, on).unwrap();
        let five =
            Period { length_days: 5, day_kind: DayKind::Working, roll: Roll::NextWorkingDay };
        let calendar = HolidayCalendar::new([], day(30));
        // From a Monday to the next one; then to the one after that.
        for (extension, due) in [(None, 16), (Some(five), 23)] {
            let clock = ReplyClock::count(day(9), five, extension, &calendar).unwrap();
            assert_eq!((clock.reply.due_on(), clock.running().due_on()), (day(16), day(due)));
        }
    }
}
