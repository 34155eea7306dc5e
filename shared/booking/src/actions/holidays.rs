//! The holiday calendar, for the rules that ask for it.

use chrono::NaiveDate;
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::holiday_calendar;
use citygate_platform::db::Tx;

use crate::{error::Error, rules::cutoff::Cutoff};

/// The calendar that a cutoff is counted by. Where it counts no working days nobody looks at it, and
/// nothing is read.
pub(super) async fn calendar_for(
    tx: &mut Tx<'_>,
    cutoff: Cutoff,
) -> Result<HolidayCalendar, Error> {
    if cutoff.counts_working_days() {
        Ok(holiday_calendar(tx).await?)
    } else {
        Ok(HolidayCalendar::new([], NaiveDate::MIN))
    }
}
