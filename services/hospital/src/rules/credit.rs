//! Paying after the visit.

use chrono::NaiveDate;
use serde::Deserialize;

/// The rule of a city's scheme.
pub(crate) const CREDIT: &str = "hospital.credit";

/// What a scheme allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditRule {
    /// How much somebody may owe at a time, in fen.
    pub limit_minor: i64,
    /// How many days after the visit it is due.
    pub days: u16,
    /// Once something is later than so many days, nothing more is granted.
    pub stops_after_days_late: u16,
}

/// Something that somebody has still to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owed {
    /// How much, in fen.
    pub minor: i64,
    pub due_on: NaiveDate,
}

/// Why no credit is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// So much, in fen, would have been granted.
    TooLarge { left: i64 },
    /// Something is too late.
    Late,
}

/// Whether somebody who owes may owe so much more.
pub(crate) fn grant(
    rule: &CreditRule,
    owed: &[Owed],
    more: i64,
    today: NaiveDate,
) -> Result<(), Refusal> {
    let late = |owed: &Owed| (today - owed.due_on).num_days() > rule.stops_after_days_late.into();
    if owed.iter().any(late) {
        return Err(Refusal::Late);
    }
    let sum = owed.iter().fold(0_i64, |sum, owed| sum.saturating_add(owed.minor));
    let left = rule.limit_minor.saturating_sub(sum).max(0);
    if more > left { Err(Refusal::TooLarge { left }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    #[test]
    fn up_to_the_limit_and_not_after_something_is_too_late() {
        let rule = CreditRule { limit_minor: 100_000, days: 10, stops_after_days_late: 7 };
        let owed = |minor, due| Owed { minor, due_on: day(due) };
        for (owes, more, expected) in [
            (&[][..], 100_000, Ok(())),
            (&[], 100_001, Err(Refusal::TooLarge { left: 100_000 })),
            (&[owed(60_000, 25)], 40_000, Ok(())),
            (&[owed(60_000, 25)], 40_001, Err(Refusal::TooLarge { left: 40_000 })),
            (&[owed(120_000, 25)], 1, Err(Refusal::TooLarge { left: 0 })),
            (&[owed(1, 13)], 1, Ok(())),
            (&[owed(1, 12)], 1, Err(Refusal::Late)),
            (&[owed(1, 25), owed(1, 12)], 1, Err(Refusal::Late)),
        ] {
            assert_eq!(grant(&rule, owes, more, day(20)), expected, "{owes:?} {more}");
        }
    }
}
