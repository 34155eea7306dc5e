//! What it means that somebody did not come.
//!
//! Each agency has a ladder of its own: so many strikes within some time, and no booking for some
//! time. A strike that is annulled never counts; nor does what the agency itself has caused, for
//! which none is ever written.

use std::{collections::BTreeMap, num::NonZeroU16};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::model::StrikeKind;

/// The ladder of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StrikeRule {
    /// What counts.
    pub kinds: Vec<StrikeKind>,
    /// Each holds by itself; of several, the longest block.
    pub steps: Vec<Step>,
    /// After how many days a strike counts no more.
    pub expires_days: u16,
    /// Within how many days somebody can object to one.
    pub objection_days: u16,
}

/// So many strikes within some time, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub strikes: Needed,
    pub within: Within,
    pub blocked: Length,
}

/// How many strikes a step takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Needed {
    /// So many in all, of whatever kind: `3`.
    Any(NonZeroU16),
    /// So many of each kind together: `{"no_show": 1, "cancel": 2}`.
    Each(Kinds),
}

/// How many of each kind; at least one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<StrikeKind, NonZeroU16>")]
pub(crate) struct Kinds(BTreeMap<StrikeKind, NonZeroU16>);

impl TryFrom<BTreeMap<StrikeKind, NonZeroU16>> for Kinds {
    type Error = &'static str;

    fn try_from(kinds: BTreeMap<StrikeKind, NonZeroU16>) -> Result<Self, Self::Error> {
        if kinds.is_empty() { Err("no kind is named") } else { Ok(Self(kinds)) }
    }
}

/// A strike as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub kind: StrikeKind,
    pub on: NaiveDate,
}

/// Which strikes are counted together with the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Within {
    /// Those of so many days, of which its own is the last.
    Days(u16),
    /// Those of so many months, of which its own day is the last.
    Months(u16),
    /// Those of its calendar month.
    CalendarMonth,
    /// Those of its calendar year.
    CalendarYear,
}

/// For how long nobody can book. The day of the strike does not count (Civil Code, article 201).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Length {
    /// Days.
    Days(u16),
    /// Months: until the day of the same number, or the last of the month.
    Months(u16),
}

/// Until when somebody cannot book, that day included: by their strikes, as far as they stand and
/// count.
pub(crate) fn blocked_until(
    rule: &StrikeRule,
    strikes: &[Counted],
    today: NaiveDate,
) -> Option<NaiveDate> {
    let blocks = rule.steps.iter().flat_map(|step| {
        let completed = |last: &&Counted| {
            let together = || strikes.iter().filter(|one| step.within.holds(one.on, last.on));
            step.strikes.reached(together)
        };
        strikes.iter().filter(completed).map(|last| step.blocked.from(last.on))
    });
    blocks.max().filter(|until| *until >= today)
}

impl Needed {
    /// Whether the strikes that are counted together are enough.
    fn reached<'s, I: Iterator<Item = &'s Counted>>(&self, together: impl Fn() -> I) -> bool {
        let enough = |count: usize, needed: &NonZeroU16| count >= usize::from(needed.get());
        match self {
            Self::Any(needed) => enough(together().count(), needed),
            Self::Each(Kinds(kinds)) => kinds.iter().all(|(kind, needed)| {
                enough(together().filter(|one| one.kind == *kind).count(), needed)
            }),
        }
    }
}

impl StrikeRule {
    /// The last day on which a strike of a day counts.
    pub(crate) fn expires_on(&self, struck_on: NaiveDate) -> NaiveDate {
        struck_on + Days::new(self.expires_days.into())
    }

    /// The last day for an objection to a strike that was written on a day.
    pub(crate) fn objections_until(&self, written_on: NaiveDate) -> NaiveDate {
        written_on + Days::new(self.objection_days.into())
    }
}

impl Within {
    /// Whether a strike of `day` counts with one of `last`.
    fn holds(self, day: NaiveDate, last: NaiveDate) -> bool {
        let after = |start: Option<NaiveDate>| start.is_none_or(|start| day > start);
        day <= last
            && match self {
                Self::Days(n) => after(last.checked_sub_days(Days::new(n.into()))),
                Self::Months(n) => after(last.checked_sub_months(Months::new(n.into()))),
                Self::CalendarMonth => (day.year(), day.month()) == (last.year(), last.month()),
                Self::CalendarYear => day.year() == last.year(),
            }
    }
}

impl Length {
    fn from(self, day: NaiveDate) -> NaiveDate {
        let end = match self {
            Self::Days(n) => day.checked_add_days(Days::new(n.into())),
            Self::Months(n) => day.checked_add_months(Months::new(n.into())),
        };
        end.unwrap_or(NaiveDate::MAX)
    }
}

#[cfg(test)]
mod tests;
