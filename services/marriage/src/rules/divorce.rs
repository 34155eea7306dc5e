//! The two periods of a divorce (Civil Code, article 1077), on the legal clock.
//!
//! Within thirty days from the day on which the registry has received the application either may
//! withdraw it. Within thirty days after that both come in person for the certificate; if they do not,
//! the application is deemed withdrawn. The day of the application is not counted (article 201), a
//! rest day at the end gives way to the next working day (article 203), and that holds for both.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use citygate_calendar::{DateOutOfRange, Deadline, HolidayCalendar, Period};
use citygate_kernel::{
    Text,
    states::{self, Row},
};
use serde::Deserialize;

use crate::model::{DivorceEvent, DivorceState};

use DivorceEvent as E;
use DivorceState as S;

/// Which rule sets the periods; its parameters are a [`DivorceRule`].
pub(crate) const DIVORCE: &str = "marriage.divorce";

/// Parameters of [`DIVORCE`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DivorceRule {
    /// In which either may withdraw.
    pub withdrawal: Period,
    /// In which both come for the certificate.
    pub certificate: Period,
    /// What each of them signs.
    statement: Wording,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    en: String,
    zh: String,
}

impl DivorceRule {
    /// What each of them signs.
    pub(crate) fn statement(&self) -> Text {
        Text::new(&self.statement.en, &self.statement.zh)
    }

    /// The two periods of an application that was received on a day.
    pub(crate) fn clock(
        &self,
        received_on: NaiveDate,
        calendar: &HolidayCalendar,
    ) -> Result<DivorceClock, DateOutOfRange> {
        let withdrawal = Deadline::count(received_on, self.withdrawal, &[], calendar)?;
        // The last day of the first, rolled or not, is the day that the second does not count.
        let certificate = Deadline::count(withdrawal.due_on(), self.certificate, &[], calendar)?;
        Ok(DivorceClock { withdrawal, certificate })
    }
}

/// The two periods of a divorce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DivorceClock {
    pub withdrawal: Deadline,
    pub certificate: Deadline,
}

impl DivorceClock {
    /// What has happened by itself to a divorce of a state, up to an instant, in order.
    pub(crate) fn passed(
        &self,
        state: DivorceState,
        now: DateTime<Utc>,
        zone: Tz,
    ) -> &'static [DivorceEvent] {
        let cooled = now >= self.withdrawal.ends_at(zone);
        let over = now >= self.certificate.ends_at(zone);
        match (state, cooled, over) {
            (S::Cooling, true, true) => &[E::Cool, E::Lapse],
            (S::Cooling, true, false) => &[E::Cool],
            (S::Certifiable, _, true) => &[E::Lapse],
            _ => &[],
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn next_at(&self, state: DivorceState, zone: Tz) -> Option<DateTime<Utc>> {
        match state {
            S::Cooling => Some(self.withdrawal.ends_at(zone)),
            S::Certifiable => Some(self.certificate.ends_at(zone)),
            S::Applied | S::Registered | S::Withdrawn | S::Lapsed => None,
        }
    }
}

/// Every step that there is: from where, by what, to where.
const TABLE: &[Row<DivorceState, DivorceEvent>] = &[
    (S::Applied, E::Receive, S::Cooling),
    (S::Applied, E::Withdraw, S::Withdrawn),
    (S::Applied, E::Lapse, S::Lapsed),
    (S::Cooling, E::Withdraw, S::Withdrawn),
    (S::Cooling, E::Cool, S::Certifiable),
    (S::Certifiable, E::Certify, S::Registered),
    (S::Certifiable, E::Lapse, S::Lapsed),
];

/// That something cannot happen to a divorce as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot happen to a divorce that is {}", event.code(), state.code())]
pub struct WrongDivorceState {
    /// Where it stands.
    pub(crate) state: DivorceState,
    /// What was to happen.
    pub(crate) event: DivorceEvent,
}

/// Where a divorce stands after an event.
pub(crate) fn next(
    state: DivorceState,
    event: DivorceEvent,
) -> Result<DivorceState, WrongDivorceState> {
    states::next(TABLE, state, event).ok_or(WrongDivorceState { state, event })
}

#[cfg(test)]
mod tests;
