//! What is believed of a register.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Kept, Trouble};

/// How far a register's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What a register said, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It has a record.
    Record { as_of: DateTime<Utc>, record: Vec<u8> },
    /// It has none.
    NoRecord,
    /// It was not heard.
    Nothing(Trouble),
}

/// What is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The record is given, and kept.
    Live(Kept),
    /// What is kept is given.
    Kept(Kept, Trouble),
    /// There is no record; what is kept is forgotten.
    NoRecord,
    /// There is nothing to give.
    Unheard(Trouble),
}

/// Whether what is kept may be given without asking.
pub(crate) fn is_fresh(kept: &Kept, fresh_for: TimeDelta, now: DateTime<Utc>) -> bool {
    kept.asked_at <= now && now < kept.asked_at + fresh_for
}

/// What a register said counts, unless it contradicts itself: books that are older than they were,
/// or closed tomorrow, are a fault of its own, and what it said before still stands.
pub(crate) fn weigh(heard: Heard, kept: Option<Kept>, now: DateTime<Utc>) -> Outcome {
    let trouble = match heard {
        Heard::NoRecord => return Outcome::NoRecord,
        Heard::Nothing(trouble) => trouble,
        Heard::Record { as_of, .. } if as_of > now + AHEAD => Trouble::FromFuture,
        Heard::Record { as_of, .. } if kept.as_ref().is_some_and(|kept| as_of < kept.as_of) => {
            Trouble::WentBack
        }
        Heard::Record { as_of, record } => {
            return Outcome::Live(Kept { record, as_of, asked_at: now });
        }
    };
    match kept {
        Some(kept) => Outcome::Kept(kept, trouble),
        None => Outcome::Unheard(trouble),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-23T{time}Z").parse().unwrap()
    }

    fn kept(as_of: &str) -> Kept {
        Kept { record: b"old".to_vec(), as_of: at(as_of), asked_at: at("02:00:00") }
    }

    #[test]
    fn each_thing_heard_has_one_outcome_with_and_without_a_kept_answer() {
        use Trouble::{Crowded, Failed, FromFuture, OtherPerson, Silent, WentBack};
        let now = at("09:00:00");
        let says = |as_of: &str| Heard::Record { as_of: at(as_of), record: b"new".to_vec() };
        let live = |as_of: &str| {
            Outcome::Live(Kept { record: b"new".to_vec(), as_of: at(as_of), asked_at: now })
        };
        let last = |trouble| Outcome::Kept(kept("01:00:00"), trouble);
        let none = Outcome::Unheard;
        for (heard, with, without) in [
            (says("08:00:00"), live("08:00:00"), live("08:00:00")),
            // Books that were not closed again say the same as before, or correct it.
            (says("01:00:00"), live("01:00:00"), live("01:00:00")),
            (says("00:59:59"), last(WentBack), live("00:59:59")),
            (says("09:05:00"), live("09:05:00"), live("09:05:00")),
            (says("09:05:01"), last(FromFuture), none(FromFuture)),
            (Heard::NoRecord, Outcome::NoRecord, Outcome::NoRecord),
            (Heard::Nothing(Silent), last(Silent), none(Silent)),
            (Heard::Nothing(Failed), last(Failed), none(Failed)),
            (Heard::Nothing(Crowded), last(Crowded), none(Crowded)),
            (Heard::Nothing(OtherPerson), last(OtherPerson), none(OtherPerson)),
        ] {
            assert_eq!(weigh(heard.clone(), Some(kept("01:00:00")), now), with, "{heard:?}");
            assert_eq!(weigh(heard.clone(), None, now), without, "{heard:?}");
        }
    }

    #[test]
    fn an_answer_is_fresh_up_to_its_last_second_and_never_before_it_was_given() {
        for (now, fresh_for, fresh) in [
            ("02:00:00", 300, true),
            ("02:04:59", 300, true),
            ("02:05:00", 300, false),
            ("01:59:59", 300, false),
            ("02:00:00", 0, false),
        ] {
            let fresh_for = TimeDelta::seconds(fresh_for);
            assert_eq!(is_fresh(&kept("01:00:00"), fresh_for, at(now)), fresh, "{now}");
        }
    }
}
