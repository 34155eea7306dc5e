//! The agency's time, counted on the calendar of the day.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::{Deadline, HolidayCalendar, Period};
use citygate_catalogue::City;
use citygate_kernel::CityCode;
use citygate_listings::{ApplicationSpec, Engine, Published};
use citygate_platform::db::Tx;

use crate::{
    error::{ApplicationError, Error},
    model::{Application, ApplicationState, Line},
    rules::clock::{self, Clocks},
};

/// What every count needs.
pub(super) struct Ground {
    pub city: City,
    pub calendar: HolidayCalendar,
    pub today: NaiveDate,
}

/// The city of an application, its calendar, and its day.
pub(super) async fn ground(tx: &mut Tx<'_>, city: CityCode) -> Result<Ground, Error> {
    let city = citygate_catalogue::city(tx, city).await?;
    let today = city.date(tx.now());
    Ok(Ground { calendar: citygate_catalogue::holiday_calendar(tx).await?, today, city })
}

/// How the listing of an application works.
pub(super) fn spec(listing: &Published) -> Result<&ApplicationSpec, Error> {
    match listing.content.engine() {
        Some(Engine::Application(spec)) => Ok(spec),
        Some(Engine::Inquiry(_) | Engine::Bill(_) | Engine::Booking(_) | Engine::Case(_))
        | None => Err(ApplicationError::OtherKind.into()),
    }
}

impl Ground {
    /// An agency's time for an application; none before it runs.
    pub(super) fn clocks(
        &self,
        listing: &Published,
        application: &Application,
        history: &[Line],
    ) -> Result<Option<Clocks>, Error> {
        let Some(running) = application.running else { return Ok(None) };
        let until = application.decision.as_ref().map(|decision| self.city.date(decision.at));
        let pauses = clock::pauses(history, &self.city, until.unwrap_or(self.today));
        let limits = (spec(listing)?, listing.content.time_limit.as_ref());
        let progress = (running, application.steps_done);
        Ok(Some(clock::clocks(limits, progress, &pauses, &self.calendar)?))
    }

    /// Sets until when the agency has to act. What has neither a limit nor a step left stays as it
    /// was.
    pub(super) fn set(
        &self,
        listing: &Published,
        application: &mut Application,
        history: &[Line],
    ) -> Result<(), Error> {
        if application.state != ApplicationState::InProgress {
            return Ok(());
        }
        let clocks = self.clocks(listing, application, history)?;
        let act_by = clocks.and_then(|clocks| clocks.act_by(&self.city));
        application.act_by = act_by.unwrap_or(application.act_by);
        Ok(())
    }

    /// A period that begins on a day.
    pub(super) fn count(
        &self,
        day: NaiveDate,
        period: Period,
    ) -> Result<(Deadline, DateTime<Utc>), Error> {
        let deadline = Deadline::count(day, period, &[], &self.calendar)?;
        let ends_at = deadline.ends_at(self.city.time_zone);
        Ok((deadline, ends_at))
    }
}
