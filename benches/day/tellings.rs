//! What people were told of their waiting, and how long they waited.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// What somebody was told, and when.
struct Turn {
    kind: &'static str,
    entered_at: DateTime<Utc>,
    expected: Vec<DateTime<Utc>>,
    called: bool,
}

/// Of everybody who waits, and of all who were called.
#[derive(Default)]
pub struct Tellings {
    turns: BTreeMap<String, Turn>,
    errors: BTreeMap<&'static str, Vec<i64>>,
    waits: BTreeMap<&'static str, Vec<i64>>,
}

impl Tellings {
    /// Notes when somebody will probably be called. Returns whether the turn was not known.
    pub fn told(
        &mut self,
        turn: &str,
        kind: &'static str,
        now: DateTime<Utc>,
        expected_at: Option<DateTime<Utc>>,
    ) -> bool {
        let known = self.turns.get_mut(turn);
        let new = known.is_none();
        match known {
            Some(known) if known.called => {}
            Some(known) => known.expected.extend(expected_at),
            None => {
                let expected = expected_at.into_iter().collect();
                let one = Turn { kind, entered_at: now, expected, called: false };
                self.turns.insert(turn.to_owned(), one);
            }
        }
        new
    }

    /// Notes that somebody is called. Only the first call counts: who misses it waits by choice.
    pub fn called(&mut self, turn: &str, now: DateTime<Utc>) {
        let Some(turn) = self.turns.get_mut(turn) else { return };
        turn.called = true;
        let expected = std::mem::take(&mut turn.expected);
        if expected.is_empty() {
            return;
        }
        self.waits.entry(turn.kind).or_default().push((now - turn.entered_at).num_seconds());
        let errors = expected.iter().map(|at| (now - *at).num_seconds());
        self.errors.entry(turn.kind).or_default().extend(errors);
    }

    /// Prints the figures of each kind of station.
    pub fn print(&mut self) {
        for (kind, errors) in &self.errors {
            let count = i64::try_from(errors.len()).unwrap_or(i64::MAX).max(1);
            let bias = errors.iter().sum::<i64>() / count;
            let mut off: Vec<i64> = errors.iter().map(|error| error.abs()).collect();
            off.sort_unstable();
            let waits = self.waits.entry(kind).or_default();
            waits.sort_unstable();
            println!(
                "RESULT station={kind} people={} told={count} wait_median_s={} wait_p90_s={} \
                 error_median_s={} error_p90_s={} bias_s={bias}",
                waits.len(),
                percentile(waits, 50),
                percentile(waits, 90),
                percentile(&off, 50),
                percentile(&off, 90),
            );
        }
    }
}

/// What so many of a hundred do not exceed.
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let place = sorted.len().saturating_sub(1) * percent / 100;
    sorted.get(place).copied().unwrap_or_default()
}
