//! What becomes of a batch. The table stands in the documentation of the crate.

use chrono::{DateTime, Utc};
use citygate_kernel::states::{self, Row};
use uuid::Uuid;

use crate::model::{
    BatchState::{self, Closed, Open, Replaced, Unbalanced},
    Declaration, FaultCode, Totals,
};

/// What happens to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A part arrives.
    Receive,
    /// It is closed, and is what was declared.
    Balance,
    /// It is closed, and is not.
    Differ,
    /// A batch that says it again came out right.
    Replace,
}

/// That something cannot happen to a batch as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen to a batch that is {}", state.code())]
pub struct WrongState {
    /// Where it stands.
    pub(crate) state: BatchState,
    /// What was to happen.
    pub(crate) event: Event,
}

/// Which event leads from which state to which.
const TABLE: [Row<BatchState, Event>; 9] = [
    (Open, Event::Receive, Open),
    (Open, Event::Balance, Closed),
    (Open, Event::Differ, Unbalanced),
    (Open, Event::Replace, Replaced),
    // More parts may mend it.
    (Unbalanced, Event::Receive, Open),
    (Unbalanced, Event::Balance, Closed),
    (Unbalanced, Event::Differ, Unbalanced),
    (Unbalanced, Event::Replace, Replaced),
    // Closing is repeated by whoever did not hear the answer.
    (Closed, Event::Balance, Closed),
];

/// Where a batch stands after an event.
pub(crate) fn next(state: BatchState, event: Event) -> Result<BatchState, WrongState> {
    states::next(&TABLE, state, event).ok_or(WrongState { state, event })
}

/// What closing finds: lines that were refused, and lines that were said twice, are not there.
pub(crate) fn compare(declared: Declaration, arrived: Totals) -> Event {
    let agrees = (declared.lines, declared.sum_minor) == (arrived.accepted, arrived.sum_minor);
    if agrees { Event::Balance } else { Event::Differ }
}

/// What was said of something in a batch: of an account, a loan, or terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told<T> {
    pub content: T,
    /// The as-of of the batch.
    pub as_of: DateTime<Utc>,
    pub batch: Uuid,
}

/// What a statement is to what is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It takes the place of what is there, if anything is.
    Newer,
    /// A later batch has said more already: nothing changes.
    Older,
    /// The batch has said it before.
    Repeated,
}

/// Weighs a statement: the later as-of holds, whatever order batches arrive in, and of two batches
/// with the same one what arrives last. A batch does not contradict itself.
pub(crate) fn weigh<T: PartialEq>(
    kept: Option<&Told<T>>,
    said: &Told<T>,
) -> Result<News, FaultCode> {
    match kept {
        Some(kept) if kept.batch == said.batch => {
            let same = kept.content == said.content;
            if same { Ok(News::Repeated) } else { Err(FaultCode::SaidOtherwise) }
        }
        Some(kept) if kept.as_of > said.as_of => Ok(News::Older),
        Some(_) | None => Ok(News::Newer),
    }
}

/// Numbers without gaps between a first and a last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub first: u32,
    pub last: u32,
}

/// Ascending numbers as runs.
pub(crate) fn runs(numbers: impl IntoIterator<Item = u32>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some(run) if run.last.checked_add(1) == Some(number) => run.last = number,
            _ => runs.push(Run { first: number, last: number }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{model::BatchKind, rules::table};

    #[test]
    fn the_documentation_shows_what_becomes_of_a_batch() {
        let states: Vec<_> = BatchState::ALL.iter().map(|one| (*one, one.code())).collect();
        let events = [
            (Event::Receive, "receive a part"),
            (Event::Balance, "close, balanced"),
            (Event::Differ, "close, not balanced"),
            (Event::Replace, "be replaced"),
        ];
        table::holds("# What becomes of a batch", &TABLE, &states, &events, &[Replaced]);
    }

    #[test]
    fn a_batch_balances_when_lines_and_sum_both_agree() {
        let declared = Declaration {
            kind: BatchKind::Postings,
            as_of: "2026-11-22T16:00:00Z".parse().unwrap(),
            lines: 3,
            sum_minor: -5,
        };
        let arrived = |accepted, sum_minor| Totals { lines: 9, accepted, repeated: 1, sum_minor };
        for (arrived, event) in [
            (arrived(3, -5), Event::Balance),
            (arrived(2, -5), Event::Differ),
            (arrived(4, -5), Event::Differ),
            (arrived(3, -4), Event::Differ),
            (arrived(3, -6), Event::Differ),
            (arrived(3, 5), Event::Differ),
        ] {
            assert_eq!(compare(declared, arrived), event, "{arrived:?}");
        }
    }

    #[test]
    fn the_later_as_of_holds_and_a_batch_does_not_contradict_itself() {
        let said = |content, hour: u32, batch| Told {
            content,
            as_of: format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap(),
            batch: Uuid::from_u128(batch),
        };
        let kept = said("a", 12, 1);
        for (said, expected) in [
            (said("a", 12, 1), Ok(News::Repeated)),
            (said("b", 12, 1), Err(FaultCode::SaidOtherwise)),
            (said("a", 11, 2), Ok(News::Older)),
            (said("b", 11, 2), Ok(News::Older)),
            (said("b", 12, 2), Ok(News::Newer)),
            (said("b", 13, 2), Ok(News::Newer)),
        ] {
            assert_eq!(weigh(Some(&kept), &said), expected, "{said:?}");
        }
        assert_eq!(weigh(None, &kept), Ok(News::Newer));
    }

    proptest! {
        #[test]
        fn runs_hold_the_numbers_and_no_others(numbers in prop::collection::btree_set(1u32..60, 0..40)) {
            let found = runs(numbers.iter().copied());
            let all: Vec<u32> = found.iter().flat_map(|run| run.first..=run.last).collect();
            prop_assert_eq!(all, numbers.into_iter().collect::<Vec<_>>());
            prop_assert!(found.windows(2).all(|pair| pair[0].last + 1 < pair[1].first));
        }
    }
}
