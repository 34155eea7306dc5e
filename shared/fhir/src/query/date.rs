//! Dates that something is compared with.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use crate::{FhirDateTime, InvalidDate};

/// How a date of a search compares (3.1.1.4.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Within it.
    Eq,
    /// Not within it.
    Ne,
    /// After it.
    Gt,
    /// Before it.
    Lt,
    /// Within it or after.
    Ge,
    /// Within it or before.
    Le,
    /// It starts after: for instants the same as `gt`.
    Sa,
    /// It ends before: for instants the same as `lt`.
    Eb,
    /// About: a day more on either side.
    Ap,
}

impl Prefix {
    const ALL: [(&'static str, Self); 9] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("gt", Self::Gt),
        ("lt", Self::Lt),
        ("ge", Self::Ge),
        ("le", Self::Le),
        ("sa", Self::Sa),
        ("eb", Self::Eb),
        ("ap", Self::Ap),
    ];
}

/// A value of a date parameter: `ge2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchDate {
    /// How it compares.
    pub prefix: Prefix,
    /// With what.
    pub date: FhirDateTime,
}

/// Which instants match: those from `from` until before `until`, or all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first; `None` is since ever.
    pub from: Option<DateTime<Utc>>,
    /// The first one after it; `None` is for ever.
    pub until: Option<DateTime<Utc>>,
    /// Whether it is the others that match.
    pub outside: bool,
}

impl Window {
    /// Whether an instant matches.
    pub fn holds(&self, instant: DateTime<Utc>) -> bool {
        let started = self.from.is_none_or(|from| from <= instant);
        let ended = self.until.is_some_and(|until| until <= instant);
        (started && !ended) != self.outside
    }
}

impl SearchDate {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidDate> {
        let prefixed = |(name, prefix): &(&str, Prefix)| Some((*prefix, text.strip_prefix(name)?));
        let (prefix, date) = Prefix::ALL.iter().find_map(prefixed).unwrap_or((Prefix::Eq, text));
        // A plus sign that was not encoded arrives as a blank.
        let date = FhirDateTime::parse_loosely(&date.replace(' ', "+"))?;
        Ok(Self { prefix, date })
    }

    /// Which instants match. Dates begin and end by the clock of `local`.
    pub fn window(&self, local: &impl TimeZone) -> Window {
        let (first, after) = self.date.range(local);
        let day = TimeDelta::days(1);
        let (from, until, outside) = match self.prefix {
            Prefix::Eq => (Some(first), Some(after), false),
            Prefix::Ne => (Some(first), Some(after), true),
            Prefix::Gt | Prefix::Sa => (Some(after), None, false),
            Prefix::Lt | Prefix::Eb => (None, Some(first), false),
            Prefix::Ge => (Some(first), None, false),
            Prefix::Le => (None, Some(after), false),
            Prefix::Ap => (Some(first - day), Some(after + day), false),
        };
        Window { from, until, outside }
    }
}
