//! Windows of an office's day, and the days on which there are more places.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use citygate_booking::{Channel, NewSlot};
use citygate_catalogue::{City, OfficeId, Rule};
use citygate_kernel::Text;
use serde::Deserialize;

use crate::model::{Surge, Window};

/// Which rule names the days that many couples choose; its parameters are a [`SurgeRule`].
pub(crate) const SURGE: &str = "marriage.surge";
/// Which kind of office registers marriages.
pub(crate) const REGISTRY: &str = "marriage_registry";
/// How many windows a day has at most.
pub(crate) const WINDOWS: usize = 48;
/// How many couples a window has at most, before a surge.
pub(crate) const PLACES: u16 = 500;
/// How many days ahead an office's day is opened at most.
const AHEAD: u64 = 366;

/// Parameters of [`SURGE`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurgeRule {
    days: Vec<SurgeDay>,
}

/// A day that many couples choose, every year or on the dates that are named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SurgeDay {
    name: Name,
    on: Occurrence,
    app_percent: Percent,
    walk_in_percent: Percent,
    /// At these offices only; at all, if none are named.
    #[serde(default)]
    offices: Vec<OfficeId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    en: String,
    zh: String,
}

/// A share of the places of a plain day, up to ten times as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
struct Percent(u16);

impl TryFrom<u16> for Percent {
    type Error = &'static str;

    fn try_from(percent: u16) -> Result<Self, Self::Error> {
        if percent <= 1_000 { Ok(Self(percent)) } else { Err("at most 1000 percent are expected") }
    }
}

impl Percent {
    /// Rounded up, in favour of those who come.
    fn of(self, plain: u16) -> u16 {
        let places = (u32::from(plain) * u32::from(self.0)).div_ceil(100);
        u16::try_from(places).unwrap_or(u16::MAX)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Occurrence {
    /// `05-20`.
    EachYear(MonthDay),
    /// Feasts of the moon, year by year.
    Dates(Vec<NaiveDate>),
}

/// A month and a day that every year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct MonthDay(u32, u32);

impl TryFrom<String> for MonthDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // 2001 is no leap year.
        let day = format!("2001-{text}").parse::<NaiveDate>();
        let day = day.map_err(|_| "a month and a day of every year are expected")?;
        Ok(Self(day.month(), day.day()))
    }
}

impl Occurrence {
    fn is(&self, on: NaiveDate) -> bool {
        match self {
            Self::EachYear(MonthDay(month, day)) => (on.month(), on.day()) == (*month, *day),
            Self::Dates(dates) => dates.contains(&on),
        }
    }
}

/// Why an office has more places on a day, if it has.
pub(crate) fn surge(rule: &Rule<SurgeRule>, office: OfficeId, on: NaiveDate) -> Option<Surge> {
    let here = |day: &&SurgeDay| day.offices.is_empty() || day.offices.contains(&office);
    let day = rule.params.days.iter().filter(here).find(|day| day.on.is(on))?;
    Some(Surge {
        name: Text::new(&day.name.en, &day.name.zh),
        app_percent: day.app_percent.0,
        walk_in_percent: day.walk_in_percent.0,
        citation: rule.citation.clone(),
    })
}

/// What is wrong with a day that an office wants to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundDay {
    /// It is past, or too far ahead.
    #[error("a day from today on, 366 days ahead at most, is expected")]
    Day,
    /// No window, or more than a day has.
    #[error("1 to 48 windows are expected")]
    Count,
    /// A window ends before it begins, or with the one before.
    #[error("windows in the order of their hours, without overlaps, are expected")]
    Order,
    /// A window with nobody, or with too many.
    #[error("a window with 1 to 500 couples is expected")]
    Places,
    /// The clocks of the city do not show the time on that day.
    #[error("a time that the clocks of the city show on that day is expected")]
    Time,
}

/// The slots of a day, with the places that a surge adds.
pub(crate) fn slots(
    windows: &[Window],
    (on, today): (NaiveDate, NaiveDate),
    surge: Option<&Surge>,
    city: &City,
) -> Result<Vec<NewSlot>, UnsoundDay> {
    if on < today || today.checked_add_days(Days::new(AHEAD)).is_some_and(|last| on > last) {
        return Err(UnsoundDay::Day);
    }
    if windows.is_empty() || windows.len() > WINDOWS {
        return Err(UnsoundDay::Count);
    }
    let follow = windows.windows(2).all(|pair| match pair {
        [one, next] => one.to <= next.from,
        _ => true,
    });
    if !follow || windows.iter().any(|window| window.to <= window.from) {
        return Err(UnsoundDay::Order);
    }
    windows.iter().map(|window| slot(window, on, surge, city)).collect()
}

fn slot(
    window: &Window,
    on: NaiveDate,
    surge: Option<&Surge>,
    city: &City,
) -> Result<NewSlot, UnsoundDay> {
    let Window { places, walk_in, .. } = *window;
    if places > PLACES || walk_in > PLACES || places + walk_in == 0 {
        return Err(UnsoundDay::Places);
    }
    let (app, onsite) = match surge {
        None => (places, walk_in),
        Some(surge) => (
            Percent(surge.app_percent).of(places),
            walk_in + Percent(surge.walk_in_percent).of(places),
        ),
    };
    let at = |time: NaiveTime| instant(on, time, city).ok_or(UnsoundDay::Time);
    Ok(NewSlot {
        starts_at: at(window.from)?,
        ends_at: at(window.to)?,
        places: vec![(Channel::App, app), (Channel::Onsite, onsite)],
    })
}

fn instant(on: NaiveDate, time: NaiveTime, city: &City) -> Option<DateTime<Utc>> {
    let local = on.and_time(time).and_local_timezone(city.time_zone);
    local.earliest().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests;
