//! Who is called next. The order of a queue follows from its entries, from what was called so far,
//! and from dated rules; nothing is kept that could disagree with them.
//!
//! One call costs a look at each entry of one queue.

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::model::{Lane, QueueEntryId, Tally, TurnKind};

/// Key of the rule for missed calls.
pub const MISSED: &str = "hospital.queue.missed";
/// Key of the rule for those who return with results.
pub const INTERLEAVE: &str = "hospital.queue.interleave";
/// Key of the rule for groups with priority.
pub const PRIORITY: &str = "hospital.queue.priority";

/// What a missed call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setback {
    /// So many others are called first.
    Back(u16),
    /// All who wait now are called first.
    Last,
}

/// Parameters of [`MISSED`]: what the first missed call costs, the second, and so on. After the
/// last the turn is void.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissedRule {
    /// From the first missed call on.
    pub ladder: Vec<Setback>,
}

/// Parameters of [`INTERLEAVE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterleaveRule {
    /// How many first visits are called for one return.
    pub firsts_per_return: u16,
    /// The same while more people wait to return than for a first visit.
    pub when_returns_outnumber: u16,
}

/// Parameters of [`PRIORITY`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorityRule {
    /// Groups that come before everybody.
    pub critical: Vec<String>,
    /// Groups that come before the others.
    pub priority: Vec<String>,
    /// How many of the latter are called before one of the others is.
    pub at_most_in_a_row: u16,
}

impl PriorityRule {
    /// How urgent a group is; none for a group that the rule does not know.
    pub fn lane(&self, group: &str) -> Option<Lane> {
        let among = |groups: &[String]| groups.iter().any(|one| one == group);
        if among(&self.critical) {
            Some(Lane::Critical)
        } else if among(&self.priority) {
            Some(Lane::Priority)
        } else {
            None
        }
    }
}

/// The rules that a queue is under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRules {
    /// For missed calls.
    pub missed: MissedRule,
    /// For those who return with results.
    pub interleave: InterleaveRule,
    /// For groups with priority.
    pub priority: PriorityRule,
}

/// Somebody who waits, as far as the order depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose turn.
    pub entry: QueueEntryId,
    /// How urgent.
    pub lane: Lane,
    /// First visit or return.
    pub kind: TurnKind,
    /// The place in time.
    pub turn_at: DateTime<Utc>,
    /// The number, which decides between equals.
    pub number: u32,
    /// After a missed call: until how many calls of the queue it stays behind the others.
    pub back_until: Option<i64>,
}

/// From when on it is somebody's turn: those who come before their window do not overtake those
/// whose window it is, and those who come late wait from when they come.
pub fn turn_at(arrived_at: DateTime<Utc>, window: Option<DateTime<Utc>>) -> DateTime<Utc> {
    window.map_or(arrived_at, |starts_at| starts_at.max(arrived_at))
}

/// Until how many calls somebody stays behind who has now missed one. `misses` were missed before,
/// and `others` wait. None when it was once too often.
pub fn back_until(misses: u16, calls: i64, others: usize, rule: &MissedRule) -> Option<i64> {
    let setback = rule.ladder.get(usize::from(misses))?;
    let places = match setback {
        Setback::Back(places) => i64::from(*places),
        Setback::Last => i64::try_from(others).unwrap_or(i64::MAX),
    };
    Some(calls.saturating_add(places))
}

impl Tally {
    /// After somebody was called. Who comes out of turn, because the case is critical or an earlier
    /// call was missed, changes nobody else's.
    #[must_use]
    pub fn after(self, called: &Waiting) -> Self {
        let calls = self.calls + 1;
        if called.back_until.is_some() {
            return Self { calls, ..self };
        }
        match (called.lane, called.kind) {
            (Lane::Critical, _) => Self { calls, ..self },
            (Lane::Priority, _) => {
                Self { calls, priority_run: self.priority_run.saturating_add(1), ..self }
            }
            (Lane::Regular, TurnKind::First) => {
                let firsts_run = self.firsts_run.saturating_add(1);
                Self { calls, priority_run: 0, firsts_run }
            }
            (Lane::Regular, TurnKind::Return) => Self { calls, priority_run: 0, firsts_run: 0 },
        }
    }
}

/// A lane whose next person is at its end.
type Line<'a> = Vec<&'a Waiting>;

/// All who wait, in the order in which they would be called if nobody else came.
#[derive(Debug)]
pub struct Order<'a> {
    rules: &'a QueueRules,
    tally: Tally,
    critical: Line<'a>,
    priority: Line<'a>,
    firsts: Line<'a>,
    returns: Line<'a>,
    set_back: BinaryHeap<Reverse<(i64, u32, usize)>>,
    waiting: &'a [Waiting],
}

/// The order of a queue. Its first is who is called next.
pub fn order<'a>(tally: Tally, waiting: &'a [Waiting], rules: &'a QueueRules) -> Order<'a> {
    let mut lines: [Line<'a>; 4] = Default::default();
    let mut set_back = BinaryHeap::new();
    for (place, one) in waiting.iter().enumerate() {
        let [critical, priority, firsts, returns] = &mut lines;
        match (one.back_until, one.lane, one.kind) {
            (Some(until), ..) => set_back.push(Reverse((until, one.number, place))),
            (None, Lane::Critical, _) => critical.push(one),
            (None, Lane::Priority, _) => priority.push(one),
            (None, Lane::Regular, TurnKind::First) => firsts.push(one),
            (None, Lane::Regular, TurnKind::Return) => returns.push(one),
        }
    }
    for line in &mut lines {
        line.sort_by_key(|one| Reverse((one.turn_at, one.number)));
    }
    let [critical, priority, firsts, returns] = lines;
    Order { rules, tally, critical, priority, firsts, returns, set_back, waiting }
}

impl<'a> Order<'a> {
    fn choose(&mut self) -> Option<&'a Waiting> {
        if let Some(one) = self.critical.pop() {
            return Some(one);
        }
        let regular = !self.firsts.is_empty() || !self.returns.is_empty();
        let others = regular || !self.priority.is_empty();
        let due = |until: i64| until <= self.tally.calls || !others;
        if self.set_back.peek().is_some_and(|Reverse((until, ..))| due(*until)) {
            let Reverse((.., place)) = self.set_back.pop()?;
            return self.waiting.get(place);
        }
        let in_a_row = self.rules.priority.at_most_in_a_row.max(1);
        if (!regular || self.tally.priority_run < in_a_row)
            && let Some(one) = self.priority.pop()
        {
            return Some(one);
        }
        let InterleaveRule { firsts_per_return, when_returns_outnumber } = self.rules.interleave;
        let outnumber = self.returns.len() > self.firsts.len();
        let firsts = if outnumber { when_returns_outnumber } else { firsts_per_return };
        if (self.firsts.is_empty() || self.tally.firsts_run >= firsts)
            && let Some(one) = self.returns.pop()
        {
            return Some(one);
        }
        self.firsts.pop()
    }
}

impl<'a> Iterator for Order<'a> {
    type Item = &'a Waiting;

    fn next(&mut self) -> Option<&'a Waiting> {
        let one = self.choose()?;
        self.tally = self.tally.after(one);
        Some(one)
    }
}

/// How many are called before somebody; none if that one does not wait.
pub fn ahead_of(order: Order<'_>, entry: QueueEntryId) -> Option<usize> {
    order.into_iter().position(|one| one.entry == entry)
}

#[cfg(test)]
mod tests;
