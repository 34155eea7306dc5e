//! What it means that somebody did not come.
//!
//! Each agency has a ladder of its own: so many strikes within some time, and no booking for some
//! time. A strike that is annulled never counts; nor does what the agency itself has caused, for
//! which none is ever written.

use std::num::NonZeroU16;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub strikes: NonZeroU16,
    pub within: Within,
    pub blocked: Length,
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

/// Until when somebody cannot book, that day included: by the days of their strikes, as far as they
/// stand and count.
pub(crate) fn blocked_until(
    rule: &StrikeRule,
    strikes: &[NaiveDate],
    today: NaiveDate,
) -> Option<NaiveDate> {
    let blocks = rule.steps.iter().flat_map(|step| {
        let completed = |last: &&NaiveDate| {
            let count = strikes.iter().filter(|day| step.within.holds(**day, **last)).count();
            count >= usize::from(step.strikes.get())
        };
        strikes.iter().filter(completed).map(|last| step.blocked.from(*last))
    });
    blocks.max().filter(|until| *until >= today)
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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{
        super::tests::{on, params, refuses},
        *,
    };

    fn rule(steps: serde_json::Value) -> StrikeRule {
        params(json!({
            "kinds": ["no_show"], "steps": steps, "expires_days": 365, "objection_days": 30
        }))
    }

    fn ladder() -> StrikeRule {
        rule(json!([{"strikes": 3, "within": {"days": 90}, "blocked": {"days": 90}}]))
    }

    /// Until when, as if it were the day of the last strike.
    fn until(rule: &StrikeRule, strikes: &[&str]) -> Option<String> {
        let days: Vec<_> = strikes.iter().map(|day| on(day)).collect();
        let today = *days.iter().max().unwrap();
        blocked_until(rule, &days, today).map(|day| day.to_string())
    }

    #[test]
    fn ladders_as_five_hospitals_have_them() {
        let half_year = json!([{"strikes": 3, "within": {"months": 3}, "blocked": {"months": 6}}]);
        let month = json!([{"strikes": 3, "within": "calendar_year", "blocked": {"months": 1}}]);
        let rising = json!([
            {"strikes": 1, "within": "calendar_year", "blocked": {"days": 30}},
            {"strikes": 2, "within": "calendar_year", "blocked": {"days": 60}},
            {"strikes": 3, "within": "calendar_year", "blocked": {"days": 90}}
        ]);
        let two_steps = json!([
            {"strikes": 3, "within": {"days": 365}, "blocked": {"days": 90}},
            {"strikes": 6, "within": {"days": 365}, "blocked": {"days": 180}}
        ]);
        let harsh = json!([{"strikes": 3, "within": "calendar_month", "blocked": {"months": 6}}]);
        let half = &["2026-03-01", "2026-04-01", "2026-05-31"][..];
        for (name, steps, strikes, expected) in [
            ("three in three months", &half_year, half, Some("2026-11-30")),
            ("the first is too old", &half_year, &["2026-03-01", "2026-04-01", "2026-06-01"], None),
            ("three in a year", &month, half, Some("2026-06-30")),
            ("but not in one year", &month, &["2025-12-31", "2026-01-02", "2026-01-03"], None),
            ("the first", &rising, &["2026-01-10"], Some("2026-02-09")),
            ("the second", &rising, &["2026-01-10", "2026-03-01"], Some("2026-04-30")),
            ("the third", &rising, half, Some("2026-08-29")),
            ("a new year begins", &rising, &["2025-12-31", "2026-01-01"], Some("2026-01-31")),
            ("three of six", &two_steps, half, Some("2026-08-29")),
            (
                "six of six",
                &two_steps,
                &[
                    "2026-03-01",
                    "2026-03-02",
                    "2026-03-03",
                    "2026-03-04",
                    "2026-03-05",
                    "2026-03-06",
                ],
                Some("2026-09-02"),
            ),
            (
                "three in a month",
                &harsh,
                &["2026-03-01", "2026-03-02", "2026-03-31"],
                Some("2026-09-30"),
            ),
            ("in two months", &harsh, &["2026-03-30", "2026-03-31", "2026-04-01"], None),
        ] {
            let found = until(&rule(steps.clone()), strikes);
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_block_ends_and_its_last_day_belongs_to_it() {
        let strikes = [on("2026-01-10"), on("2026-02-01"), on("2026-04-09")];
        let on_day = |today| blocked_until(&ladder(), &strikes, on(today));
        assert_eq!(on_day("2026-04-09"), Some(on("2026-07-08")));
        assert_eq!(on_day("2026-07-08"), Some(on("2026-07-08")));
        assert_eq!(on_day("2026-07-09"), None);
        // A day later the first is ninety days old and not counted with the third.
        let late = [on("2026-01-10"), on("2026-02-01"), on("2026-04-10")];
        assert_eq!(blocked_until(&ladder(), &late, on("2026-04-10")), None);
        assert_eq!(blocked_until(&ladder(), &[], on("2026-04-10")), None);
    }

    #[test]
    fn last_days_for_counting_and_objecting() {
        assert_eq!(ladder().expires_on(on("2026-01-10")), on("2027-01-10"));
        assert_eq!(ladder().objections_until(on("2026-01-10")), on("2026-02-09"));
    }

    #[test]
    fn what_is_no_ladder_is_refused() {
        let with =
            |step| json!({"kinds": [], "steps": [step], "expires_days": 365, "objection_days": 30});
        refuses::<StrikeRule>(&[
            json!({"steps": [], "expires_days": 365, "objection_days": 30}),
            json!({"kinds": ["late"], "steps": [], "expires_days": 365, "objection_days": 30}),
            with(json!({"strikes": 0, "within": {"days": 90}, "blocked": {"days": 90}})),
            with(json!({"strikes": 3, "within": {"days": -1}, "blocked": {"days": 90}})),
            with(json!({"strikes": 3, "within": "week", "blocked": {"days": 90}})),
            with(json!({"strikes": 3, "within": {"days": 90}, "blocked": "calendar_year"})),
            with(json!({"strikes": 3, "within": {"days": 90}, "blocked": {"days": 90}, "x": 1})),
        ]);
    }

    proptest! {
        /// An annulled strike can only shorten a block, in whatever order they are read.
        #[test]
        fn fewer_strikes_never_block_longer(days in prop::collection::vec(0..400_u64, 1..12),
                                            left_out in any::<prop::sample::Index>()) {
            let start = on("2026-01-01");
            let mut strikes: Vec<_> = days.iter().map(|day| start + Days::new(*day)).collect();
            let all = blocked_until(&ladder(), &strikes, start);
            strikes.reverse();
            prop_assert_eq!(blocked_until(&ladder(), &strikes, start), all);
            strikes.remove(left_out.index(strikes.len()));
            prop_assert!(blocked_until(&ladder(), &strikes, start) <= all);
        }
    }
}
