//! When somebody can check in, what becomes of a turn, and who did not come.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use citygate_booking::DayPart;
use citygate_catalogue::City;
use serde::Deserialize;

use crate::model::EntryState;

/// Key of the rule for checking in.
pub const CHECK_IN: &str = "hospital.queue.check_in";
/// Key of the rule for telling people that it is nearly their turn.
pub const ANNOUNCE: &str = "hospital.queue.announce";

/// Parameters of [`CHECK_IN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckInRule {
    /// How long before the window it opens.
    pub opens_minutes_before: u16,
    /// Until when it is open.
    pub until: Until,
}

/// Until when check-in is open, in the city's own time, by the part of the day; where no time is
/// set, until the window ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    #[serde(deserialize_with = "hour")]
    morning: Option<NaiveTime>,
    #[serde(deserialize_with = "hour")]
    afternoon: Option<NaiveTime>,
    #[serde(deserialize_with = "hour")]
    evening: Option<NaiveTime>,
    #[serde(deserialize_with = "hour")]
    day: Option<NaiveTime>,
}

/// Reads `11:30`.
fn hour<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let time = |text: String| NaiveTime::parse_from_str(&text, "%H:%M");
    text.map(time).transpose().map_err(serde::de::Error::custom)
}

/// Parameters of [`ANNOUNCE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnounceRule {
    /// How many are called before somebody who is told to be near.
    pub ahead: u16,
}

/// When somebody can check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckIn {
    /// From when.
    pub opens_at: DateTime<Utc>,
    /// Until when.
    pub closes_at: DateTime<Utc>,
}

/// When the holder of a window can check in. A window that is not over is never too late.
pub fn check_in(
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    (on, part): (NaiveDate, DayPart),
    city: &City,
    rule: &CheckInRule,
) -> CheckIn {
    let until = match part {
        DayPart::Morning => rule.until.morning,
        DayPart::Afternoon => rule.until.afternoon,
        DayPart::Evening => rule.until.evening,
        DayPart::Day => rule.until.day,
    };
    let local =
        until.and_then(|time| on.and_time(time).and_local_timezone(city.time_zone).latest());
    CheckIn {
        opens_at: starts_at - TimeDelta::minutes(rule.opens_minutes_before.into()),
        closes_at: local.map_or(ends_at, |local| ends_at.max(local.with_timezone(&Utc))),
    }
}

/// What happens to a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEvent {
    /// Called for the first time, or after a missed call.
    Call,
    /// Called once more.
    CallAgain,
    /// Somebody came in.
    Begin,
    /// It is over.
    Finish,
    /// Nobody came: back into the queue.
    SetBack,
    /// Nobody came once too often.
    GiveUp,
    /// It is not needed any more.
    Withdraw,
}

impl TurnEvent {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Call,
        Self::CallAgain,
        Self::Begin,
        Self::Finish,
        Self::SetBack,
        Self::GiveUp,
        Self::Withdraw,
    ];
}

/// What becomes of a turn; none where that cannot happen.
pub fn next(state: EntryState, event: TurnEvent) -> Option<EntryState> {
    use EntryState::{Called, Done, Serving, Void, Waiting, Withdrawn};
    match (state, event) {
        (Waiting, TurnEvent::Call) | (Called, TurnEvent::CallAgain) => Some(Called),
        (Called, TurnEvent::Begin) => Some(Serving),
        // Some stations do not say when somebody comes in.
        (Called | Serving, TurnEvent::Finish) => Some(Done),
        (Called, TurnEvent::SetBack) => Some(Waiting),
        (Called, TurnEvent::GiveUp) => Some(Void),
        (Waiting | Called, TurnEvent::Withdraw) => Some(Withdrawn),
        (Waiting | Serving | Done | Void | Withdrawn, _) | (Called, TurnEvent::Call) => None,
    }
}

/// What is known of somebody who had an appointment and did not check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// When the window ended.
    pub ends_at: DateTime<Utc>,
    /// Whether the hospital had stopped the session.
    pub stopped: bool,
    /// When the first person of the session was seen.
    pub started_at: Option<DateTime<Utc>>,
}

/// Whose fault it is that somebody was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The person did not come.
    NoShow,
    /// The hospital did not receive anybody, or only after the window.
    Hospital,
}

/// Whose fault it is. Whoever comes to a session that is not held, or begins after the own window,
/// may have come and gone.
pub fn verdict(absence: &Absence) -> Verdict {
    match absence.started_at {
        Some(started_at) if !absence.stopped && started_at < absence.ends_at => Verdict::NoShow,
        Some(_) | None => Verdict::Hospital,
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{CityCode, Text};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn check_in_is_open_from_half_an_hour_before_to_the_end_of_the_half_day() {
        let rule: CheckInRule = serde_json::from_str(
            r#"{"opens_minutes_before": 30, "until": {"morning": "11:30", "afternoon": "16:30",
                "evening": null, "day": null}}"#,
        )
        .unwrap();
        let city = City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        };
        let on = "2026-11-23".parse().unwrap();
        for (part, from, to, opens, closes) in [
            (DayPart::Morning, "01:00", "01:30", "00:30", "03:30"),
            (DayPart::Morning, "03:30", "04:00", "03:00", "04:00"),
            (DayPart::Afternoon, "06:00", "06:30", "05:30", "08:30"),
            (DayPart::Evening, "10:00", "10:30", "09:30", "10:30"),
            (DayPart::Day, "01:00", "09:00", "00:30", "09:00"),
        ] {
            let time = |time: &str| at(&format!("2026-11-23T{time}:00Z"));
            let found = check_in((time(from), time(to)), (on, part), &city, &rule);
            let expected = CheckIn { opens_at: time(opens), closes_at: time(closes) };
            assert_eq!(found, expected, "{part:?} {from}");
        }
    }

    #[test]
    fn every_state_of_a_turn_meets_every_event() {
        use EntryState::{Called, Done, Serving, Void, Waiting, Withdrawn};
        // In the order of the events above.
        for (state, becomes) in [
            (Waiting, [Some(Called), None, None, None, None, None, Some(Withdrawn)]),
            (
                Called,
                [
                    None,
                    Some(Called),
                    Some(Serving),
                    Some(Done),
                    Some(Waiting),
                    Some(Void),
                    Some(Withdrawn),
                ],
            ),
            (Serving, [None, None, None, Some(Done), None, None, None]),
            (Done, [None; 7]),
            (Void, [None; 7]),
            (Withdrawn, [None; 7]),
        ] {
            assert_eq!(TurnEvent::ALL.map(|event| next(state, event)), becomes, "{state:?}");
        }
    }

    #[test]
    fn nobody_is_blamed_for_a_session_that_was_not_held_in_time() {
        let (ends_at, early) = (at("2026-11-23T01:30:00Z"), at("2026-11-23T01:02:00Z"));
        for (stopped, started_at, expected) in [
            (false, Some(early), Verdict::NoShow),
            (true, Some(early), Verdict::Hospital),
            (false, None, Verdict::Hospital),
            (false, Some(ends_at), Verdict::Hospital),
            (true, None, Verdict::Hospital),
        ] {
            let absence = Absence { ends_at, stopped, started_at };
            assert_eq!(verdict(&absence), expected, "{absence:?}");
        }
    }
}
