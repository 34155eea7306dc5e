//! What is published of how a hospital receives people, so that nobody can be told from it.

use std::collections::BTreeMap;

use citygate_booking::{AppointmentState, Origin};
use serde::Deserialize;

/// Key of the rule for what is published; its parameters are a [`StatisticsRule`].
pub(crate) const STATISTICS: &str = "hospital.statistics";

/// Parameters of [`STATISTICS`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatisticsRule {
    /// Figures about fewer people than that are not published.
    pub smallest_cell: i64,
    /// Within how many minutes of arrival somebody should be seen.
    pub seen_within_minutes: i64,
    /// The longest period that can be asked for, in days.
    pub max_days: i64,
}

/// How a hospital received people in a period. A figure that is absent is about too few.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statistics {
    /// Appointments that were confirmed, whatever became of them.
    pub booked: Option<i64>,
    /// Of these, those where somebody came and was seen, did not come, cancelled, and the rest.
    pub outcomes: BTreeMap<Outcome, Option<i64>>,
    /// Of these, by how somebody came to the place.
    pub origins: BTreeMap<Origin, Option<i64>>,
    pub waiting: Option<Waiting>,
}

/// What became of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Ahead,
    Seen,
    NoShow,
    Cancelled,
}

/// How long people waited, from their arrival to their call, as counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Waits {
    pub visits: i64,
    pub in_time: i64,
    pub median_seconds: i64,
    pub p90_seconds: i64,
}

/// How long people waited, as published.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How many were called.
    pub visits: i64,
    /// How many of a hundred within the time that the rule sets.
    pub in_time_percent: i64,
    pub median_minutes: i64,
    pub p90_minutes: i64,
}

/// Counts the appointments of a period and the time that people waited.
pub(crate) fn statistics(
    rule: &StatisticsRule,
    counts: &[(Origin, AppointmentState, i64)],
    waits: Waits,
) -> Statistics {
    let mut outcomes = BTreeMap::new();
    let mut origins = BTreeMap::new();
    for (origin, state, count) in counts {
        let Some(outcome) = outcome(*state) else { continue };
        *outcomes.entry(outcome).or_default() += count;
        *origins.entry(*origin).or_default() += count;
    }
    let booked = outcomes.values().sum();
    Statistics {
        booked: publishable(booked, rule.smallest_cell).then_some(booked),
        outcomes: cells(outcomes, rule.smallest_cell),
        origins: cells(origins, rule.smallest_cell),
        waiting: waiting(rule, waits),
    }
}

/// What became of a confirmed appointment; nothing of one that never was.
fn outcome(state: AppointmentState) -> Option<Outcome> {
    match state {
        AppointmentState::Booked | AppointmentState::Arrived => Some(Outcome::Ahead),
        AppointmentState::Fulfilled => Some(Outcome::Seen),
        AppointmentState::NoShow => Some(Outcome::NoShow),
        AppointmentState::Cancelled => Some(Outcome::Cancelled),
        AppointmentState::Held | AppointmentState::Expired => None,
    }
}

/// None tells nothing of anybody.
fn publishable(count: i64, smallest: i64) -> bool {
    count == 0 || count >= smallest
}

/// The figures of a table whose sum is known. Where one of them alone is too small, it could be
/// computed from the others; so the smallest of those is left out, too.
fn cells<K: Ord + Copy>(counts: BTreeMap<K, i64>, smallest: i64) -> BTreeMap<K, Option<i64>> {
    let mut by_size: Vec<_> = counts.iter().map(|(key, count)| (*count, *key)).collect();
    by_size.sort_unstable();
    let small = by_size.iter().filter(|(count, _)| !publishable(*count, smallest)).count();
    let mut hidden = if small == 1 { 2 } else { small };
    let mut cells = BTreeMap::new();
    for (count, key) in by_size {
        let hide = count > 0 && hidden > 0;
        hidden -= usize::from(hide);
        cells.insert(key, (!hide).then_some(count));
    }
    cells
}

fn waiting(rule: &StatisticsRule, waits: Waits) -> Option<Waiting> {
    let Waits { visits, in_time, median_seconds, p90_seconds } = waits;
    (visits >= rule.smallest_cell.max(1)).then(|| Waiting {
        visits,
        in_time_percent: in_time * 100 / visits,
        median_minutes: median_seconds / 60,
        p90_minutes: p90_seconds / 60,
    })
}

#[cfg(test)]
mod tests {
    use AppointmentState::{Booked, Cancelled, Expired, Fulfilled, Held, NoShow};

    use super::*;

    const RULE: StatisticsRule =
        StatisticsRule { smallest_cell: 10, seen_within_minutes: 30, max_days: 366 };

    #[test]
    fn confirmed_appointments_are_counted_by_outcome_and_origin() {
        let counts = [
            (Origin::Claim, Fulfilled, 80),
            (Origin::Claim, NoShow, 12),
            (Origin::Claim, Expired, 40),
            (Origin::Claim, Held, 5),
            (Origin::Draw, Fulfilled, 30),
            (Origin::Waitlist, Cancelled, 11),
            (Origin::Offer, Booked, 10),
        ];
        let found = statistics(&RULE, &counts, Waits::default());
        assert_eq!(found.booked, Some(143));
        let outcomes: Vec<_> = found.outcomes.into_iter().collect();
        assert_eq!(
            outcomes,
            [
                (Outcome::Ahead, Some(10)),
                (Outcome::Seen, Some(110)),
                (Outcome::NoShow, Some(12)),
                (Outcome::Cancelled, Some(11)),
            ]
        );
        let origins: Vec<_> = found.origins.into_iter().collect();
        assert_eq!(
            origins,
            [
                (Origin::Claim, Some(92)),
                (Origin::Waitlist, Some(11)),
                (Origin::Draw, Some(30)),
                (Origin::Offer, Some(10)),
            ]
        );
        assert_eq!(found.waiting, None);
    }

    #[test]
    fn small_figures_are_left_out_and_cannot_be_computed() {
        for (counts, expected) in [
            (vec![100, 20], vec![Some(100), Some(20)]),
            (vec![100, 9], vec![None, None]),
            (vec![100, 9, 50], vec![Some(100), None, None]),
            (vec![100, 9, 8], vec![Some(100), None, None]),
            (vec![100, 9, 0], vec![None, None, Some(0)]),
            (vec![9], vec![None]),
            (vec![0], vec![Some(0)]),
            (vec![10], vec![Some(10)]),
        ] {
            let table = counts.iter().copied().enumerate().collect();
            let found: Vec<_> = cells(table, 10).into_values().collect();
            assert_eq!(found, expected, "{counts:?}");
        }
        let few = statistics(&RULE, &[(Origin::Claim, Fulfilled, 9)], Waits::default());
        assert_eq!(few.booked, None);
    }

    #[test]
    fn how_long_a_few_people_waited_is_not_told() {
        let waits =
            |visits| Waits { visits, in_time: 7, median_seconds: 1_199, p90_seconds: 3_600 };
        assert_eq!(waiting(&RULE, waits(9)), None);
        let told = Waiting { visits: 10, in_time_percent: 70, median_minutes: 19, p90_minutes: 60 };
        assert_eq!(waiting(&RULE, waits(10)), Some(told));
        let nothing = StatisticsRule { smallest_cell: 0, ..RULE };
        assert_eq!(waiting(&nothing, Waits::default()), None);
    }
}
