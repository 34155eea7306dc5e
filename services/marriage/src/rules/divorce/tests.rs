use chrono::TimeDelta;
use citygate_calendar::china;
use citygate_testkit::states;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn calendar() -> HolidayCalendar {
    HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL)
}

fn rule() -> DivorceRule {
    let period = json!({"length_days": 30, "day_kind": "calendar", "roll": "next_working_day"});
    serde_json::from_value(json!({
        "withdrawal": period, "certificate": period, "statement": {"en": "I", "zh": "我"}
    }))
    .unwrap()
}

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn clock(received: &str) -> DivorceClock {
    rule().clock(on(received), &calendar()).unwrap()
}

/// The day of the application, the last day to withdraw, the last day for the certificate.
#[test]
fn the_two_periods_over_weekends_and_holidays() {
    for (received, withdraw, certificate, why) in [
        ("2026-03-02", "2026-04-01", "2026-05-06", "the second ends on 1 May: Labour Day"),
        ("2026-03-03", "2026-04-02", "2026-05-06", "the second on 2 May"),
        ("2026-03-05", "2026-04-07", "2026-05-07", "the first on 4 April: Qingming"),
        ("2026-03-06", "2026-04-07", "2026-05-07", "the first on 5 April, with the same end"),
        ("2026-03-08", "2026-04-07", "2026-05-07", "the first on a working day"),
        ("2026-01-16", "2026-02-24", "2026-03-26", "the first on 15 February: Spring Festival"),
        // 14 February is a Saturday that is worked: the end does not move.
        ("2026-01-15", "2026-02-14", "2026-03-16", "the first on a make-up day"),
        ("2026-08-10", "2026-09-09", "2026-10-09", "the second on a working day"),
        ("2026-08-02", "2026-09-01", "2026-10-08", "the second on 1 October: National Day"),
        ("2026-06-04", "2026-07-06", "2026-08-05", "the first on a Saturday"),
        ("2026-11-23", "2026-12-23", "2027-01-22", "the second in a year not yet announced"),
    ] {
        let clock = clock(received);
        assert_eq!(clock.withdrawal.due_on(), on(withdraw), "{received}: {why}");
        assert_eq!(clock.certificate.due_on(), on(certificate), "{received}: {why}");
    }
    assert!(clock("2026-11-23").certificate.provisional());
    assert!(!clock("2026-08-02").certificate.provisional());
    assert!(clock("2026-03-05").withdrawal.rolled() && !clock("2026-03-08").withdrawal.rolled());
}

/// What happens by itself, on both sides of each boundary.
#[test]
fn each_boundary_has_two_sides() {
    // The first ends on 7 April, the second on 7 May, each at midnight of the city.
    let clock = clock("2026-03-05");
    for (state, at, expected) in [
        (S::Cooling, "2026-04-07T15:59:59Z", &[][..]),
        (S::Cooling, "2026-04-07T16:00:00Z", &[E::Cool]),
        (S::Cooling, "2026-05-07T15:59:59Z", &[E::Cool]),
        (S::Cooling, "2026-05-07T16:00:00Z", &[E::Cool, E::Lapse]),
        (S::Certifiable, "2026-05-07T15:59:59Z", &[]),
        (S::Certifiable, "2026-05-07T16:00:00Z", &[E::Lapse]),
        (S::Applied, "2030-01-01T00:00:00Z", &[]),
        (S::Registered, "2030-01-01T00:00:00Z", &[]),
        (S::Withdrawn, "2030-01-01T00:00:00Z", &[]),
        (S::Lapsed, "2030-01-01T00:00:00Z", &[]),
    ] {
        let passed = clock.passed(state, at.parse().unwrap(), ZONE);
        assert_eq!(passed, expected, "{state:?} {at}");
    }
    let next = |state| clock.next_at(state, ZONE).map(|at| at.to_rfc3339());
    assert_eq!(next(S::Cooling).as_deref(), Some("2026-04-07T16:00:00+00:00"));
    assert_eq!(next(S::Certifiable).as_deref(), Some("2026-05-07T16:00:00+00:00"));
    assert_eq!(next(S::Registered), None);
}

/// The table as the documentation of the crate has it.
fn printed() -> String {
    let mut text = String::from("//! | from | what happens | to |\n//! |---|---|---|\n");
    for state in DivorceState::ALL {
        for event in DivorceEvent::ALL {
            if let Ok(to) = next(*state, *event) {
                let row = [state.code(), event.code(), to.code()].join(" | ");
                text += &format!("//! | {row} |\n");
            }
        }
    }
    text
}

#[test]
fn the_documentation_has_the_table() {
    let documented = include_str!("../../lib.rs");
    assert!(documented.contains(&printed()), "put this into lib.rs:\n{}", printed());
}

/// For each state, in the order of [`DivorceEvent::ALL`], where it leads.
const EXPECTED: [(DivorceState, &str); 6] = [
    (S::Applied, "cooling,withdrawn,,,lapsed"),
    (S::Cooling, ",withdrawn,certifiable,,"),
    (S::Certifiable, ",,,registered,lapsed"),
    (S::Registered, ",,,,"),
    (S::Withdrawn, ",,,,"),
    (S::Lapsed, ",,,,"),
];

#[test]
fn every_event_in_every_state() {
    assert_eq!(EXPECTED.map(|(state, _)| state).as_slice(), DivorceState::ALL);
    for (state, row) in EXPECTED {
        let row: Vec<&str> = row.split(',').collect();
        assert_eq!(row.len(), DivorceEvent::ALL.len(), "{state:?}");
        for (expected, event) in row.into_iter().zip(DivorceEvent::ALL) {
            let after = next(state, *event).map_or("", DivorceState::code);
            assert_eq!(after, expected, "{event:?} in {state:?}");
        }
        assert_eq!(state.is_over(), !TABLE.iter().any(|(from, ..)| *from == state));
    }
}

#[test]
fn every_state_is_reached() {
    states::every_state_is_reached(TABLE, DivorceState::Applied, DivorceState::ALL);
}

proptest! {
    /// Nobody ever has less than thirty days for either, and neither ends on a day of rest.
    #[test]
    fn thirty_whole_days_at_least(day in 0..300_i64) {
        let received = on("2026-01-01") + TimeDelta::days(day);
        let clock = rule().clock(received, &calendar()).unwrap();
        let (first, second) = (clock.withdrawal.due_on(), clock.certificate.due_on());
        prop_assert!((first - received).num_days() >= 30);
        prop_assert!((second - first).num_days() >= 30);
        prop_assert!(calendar().is_working_day(first) && calendar().is_working_day(second));
    }
}
