//! When a place that came back is offered again.
//!
//! Whoever gives a place up for a buyer to claim knows when they do it. If nobody knows when it can
//! be had again, the buyer is no nearer to it than anybody else who looks.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How long a place cools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Minutes", into = "Minutes")]
pub(crate) struct GivebackRule {
    min_seconds: u64,
    /// How many whole seconds there are to choose from.
    choices: u64,
}

/// The rule as its row has it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Minutes {
    min_minutes: u32,
    max_minutes: u32,
}

impl TryFrom<Minutes> for GivebackRule {
    type Error = &'static str;

    fn try_from(row: Minutes) -> Result<Self, Self::Error> {
        let span = row.max_minutes.checked_sub(row.min_minutes);
        let span = span.ok_or("min_minutes is not above max_minutes")?;
        Ok(Self { min_seconds: u64::from(row.min_minutes) * 60, choices: u64::from(span) * 60 + 1 })
    }
}

impl From<GivebackRule> for Minutes {
    fn from(rule: GivebackRule) -> Self {
        let minutes = |seconds: u64| u32::try_from(seconds / 60).unwrap_or(u32::MAX);
        let max = rule.min_seconds + rule.choices - 1;
        Self { min_minutes: minutes(rule.min_seconds), max_minutes: minutes(max) }
    }
}

impl GivebackRule {
    /// How long, by 64 random bits. Every whole second from the least to the most, both included,
    /// is equally likely: of `n` seconds each has `2^64 / n` of the numbers, give or take one
    /// number, which is a difference that nobody can observe. So no number is thrown away.
    pub(crate) fn delay(&self, random: u64) -> TimeDelta {
        let chosen = (u128::from(random) * u128::from(self.choices)) >> 64;
        let seconds = u128::from(self.min_seconds) + chosen;
        // Two numbers of 38 bits.
        TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{
        super::tests::{params, refuses},
        *,
    };

    fn rule(min: u32, max: u32) -> GivebackRule {
        params(json!({"min_minutes": min, "max_minutes": max}))
    }

    #[test]
    fn the_least_and_the_most_are_possible() {
        for (min, max) in [(5, 120), (0, 0), (0, 1), (30, 30), (0, u32::MAX)] {
            let seconds = |random| rule(min, max).delay(random).num_seconds();
            assert_eq!(seconds(0), i64::from(min) * 60);
            assert_eq!(seconds(u64::MAX), i64::from(max) * 60);
        }
        refuses::<GivebackRule>(&[
            json!({"min_minutes": 6, "max_minutes": 5}),
            json!({"min_minutes": 5}),
            json!({"min_minutes": 5, "max_minutes": 6, "seconds": true}),
        ]);
    }

    #[test]
    fn every_second_has_the_same_share_of_the_numbers() {
        let rule = rule(5, 120);
        let choices = 115 * 60 + 1_u64;
        // The first number of each second, and so how many numbers it has.
        let first = |second: u64| (u128::from(second) << 64).div_ceil(u128::from(choices));
        let fair = (1_u128 << 64) / u128::from(choices);
        for second in 0..choices {
            let share = first(second + 1) - first(second);
            assert!(share == fair || share == fair + 1, "{second}: {share}");
            let random = u64::try_from(first(second)).unwrap();
            let delay = |random| rule.delay(random).num_seconds();
            assert_eq!(delay(random), 300 + i64::try_from(second).unwrap());
            if second > 0 {
                assert_eq!(delay(random - 1), delay(random) - 1);
            }
        }
    }

    proptest! {
        #[test]
        fn a_row_reads_as_it_was_written(min in 0..10_000_u32, span in 0..10_000_u32) {
            let row = json!({"min_minutes": min, "max_minutes": min + span});
            let rule: GivebackRule = params(row.clone());
            prop_assert_eq!(serde_json::to_value(rule).unwrap(), row);
        }
    }
}
