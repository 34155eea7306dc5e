//! How many appointments somebody may have.
//!
//! Places are scarce, so a person has one of a session, one at a time, and as many in all as the
//! ladder of the city says. Everything is counted by real name, whichever account or agency.

use std::num::NonZeroU16;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{DayPart, SessionId};

/// The steps of a ladder; each holds by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaRule {
    pub limits: Vec<Limit>,
}

/// At most so many in a place and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub scope: Scope,
    pub window: Window,
    pub max: u32,
}

/// Which appointments are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those of one department or office.
    Unit,
    /// Those of one agency.
    Agency,
    /// Those of the city.
    City,
}

/// Which days are counted together. A stretch of days slides: whichever one lays over the calendar,
/// it holds no more than the limit. So it does not matter when somebody books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// One part of one day.
    Part,
    /// One day.
    Day,
    /// So many days on end.
    Days(NonZeroU16),
    /// So many months on end: from a day to the one before the day of the same number.
    Months(NonZeroU16),
}

/// An appointment that somebody has, or wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    pub agency: AgencyId,
    pub unit: Uuid,
    pub session: SessionId,
    pub on: NaiveDate,
    pub part: DayPart,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Why somebody cannot have another appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// They have one of this session.
    SameSession,
    /// They have one at the same time.
    Overlap,
    /// They have as many as this allows.
    Quota(Limit),
}

/// Whether somebody may have what they want beside what they have. Of several limits that are
/// reached, the first of the rule is named.
pub(crate) fn check(rule: &QuotaRule, taken: &[Taken], wanted: &Taken) -> Result<(), Refusal> {
    if taken.iter().any(|one| one.session == wanted.session) {
        return Err(Refusal::SameSession);
    }
    let overlaps = |one: &Taken| one.starts_at < wanted.ends_at && wanted.starts_at < one.ends_at;
    if taken.iter().any(overlaps) {
        return Err(Refusal::Overlap);
    }
    let reached = rule.limits.iter().find(|limit| limit.most_with(taken, wanted) > limit.max);
    reached.map_or(Ok(()), |limit| Err(Refusal::Quota(*limit)))
}

/// How many days before and after the wanted one have to be known for [`check`].
pub(crate) fn horizon(rule: &QuotaRule) -> (u64, u64) {
    // An appointment of the day before may reach past midnight.
    let far = rule.limits.iter().map(|limit| limit.window.reach()).max().unwrap_or_default().max(1);
    (far, far)
}

/// From which day to which appointments have to be known, to decide about one of a day.
pub(crate) fn days(rule: &QuotaRule, on: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (before, after) = horizon(rule);
    let from = on.checked_sub_days(Days::new(before)).unwrap_or(NaiveDate::MIN);
    (from, on.checked_add_days(Days::new(after)).unwrap_or(NaiveDate::MAX))
}

impl Limit {
    /// How many there would be in the fullest window that contains the wanted one.
    fn most_with(&self, taken: &[Taken], wanted: &Taken) -> u32 {
        let counted = || taken.iter().chain([wanted]).filter(|one| self.scope.joins(one, wanted));
        let fullest = counted()
            .filter(|first| self.window.holds(first, wanted))
            .map(|first| counted().filter(|one| self.window.holds(first, one)).count())
            .max();
        fullest.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX)
    }
}

impl Scope {
    fn joins(self, one: &Taken, other: &Taken) -> bool {
        match self {
            Self::Unit => one.agency == other.agency && one.unit == other.unit,
            Self::Agency => one.agency == other.agency,
            Self::City => one.agency.city() == other.agency.city(),
        }
    }
}

impl Window {
    /// Whether the window that begins with the day of `first` contains `one`. A window that begins
    /// elsewhere holds no more: it can slide until it begins with the first one that it contains.
    fn holds(self, first: &Taken, one: &Taken) -> bool {
        let before =
            |end: Option<NaiveDate>| one.on >= first.on && end.is_none_or(|end| one.on < end);
        match self {
            Self::Part => first.on == one.on && first.part == one.part,
            Self::Day => first.on == one.on,
            Self::Days(n) => before(first.on.checked_add_days(Days::new(n.get().into()))),
            Self::Months(n) => before(first.on.checked_add_months(Months::new(n.get().into()))),
        }
    }

    /// How many days away another appointment can be and yet be counted.
    fn reach(self) -> u64 {
        match self {
            Self::Part | Self::Day => 0,
            Self::Days(n) => u64::from(n.get()) - 1,
            Self::Months(n) => u64::from(n.get()) * 31 - 1,
        }
    }
}

#[cfg(test)]
mod tests;
