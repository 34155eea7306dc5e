use citygate_calendar::china;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::tests::{at, city, params, refuses},
    *,
};

fn calendar() -> HolidayCalendar {
    HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL)
}

fn cutoff(value: &Value, start: &str) -> DateTime<Utc> {
    params::<Cutoff>(value.clone()).before(at(start), &city(), &calendar())
}

#[test]
fn cutoffs_as_hospitals_publish_them() {
    for (value, start, expected) in [
        (json!({"days_before": 1, "at": "15:00"}), "2026-12-01 08:00", "2026-11-30 15:00"),
        (json!({"days_before": 1, "at": "23:59"}), "2026-12-01 08:00", "2026-11-30 23:59"),
        (json!({"days_before": 0, "at": "11:00"}), "2026-12-01 11:30", "2026-12-01 11:00"),
        // Until four in the afternoon of the day, but not once it has begun.
        (json!({"days_before": 0, "at": "16:00"}), "2026-12-01 11:30", "2026-12-01 11:30"),
        (json!({"minutes_before": 30}), "2026-12-01 08:00", "2026-12-01 07:30"),
        (json!({"minutes_before": 0}), "2026-12-01 08:00", "2026-12-01 08:00"),
        // A quarter past midnight in China is the day before in UTC.
        (json!({"days_before": 1, "at": "15:00"}), "2026-12-01 00:15", "2026-11-30 15:00"),
        (json!({"days_before": 0, "at": "24:00"}), "2026-12-01 08:00", "2026-12-01 08:00"),
    ] {
        assert_eq!(cutoff(&value, start), at(expected), "{value} {start}");
    }
}

/// As marriage registries publish them: Shanghai two days, Hangzhou one working day, towns of
/// Guangdong one day. The instant is the first at which it is too late.
#[test]
fn notice_in_days_and_in_working_days() {
    let shanghai = json!({"days_before": 2, "at": "24:00"});
    let hangzhou = json!({"working_days_before": 1, "at": "24:00"});
    let guangdong = json!({"days_before": 1, "at": "24:00"});
    let none = json!({"working_days_before": 0, "at": "09:00"});
    for (value, start, expected) in [
        (&shanghai, "2026-05-20 09:00", "2026-05-19 00:00"),
        (&guangdong, "2026-05-20 09:00", "2026-05-20 00:00"),
        // Tuesday: until Monday is over.
        (&hangzhou, "2026-12-01 09:00", "2026-12-01 00:00"),
        // Monday: until Friday is over; so it is for a Sunday on which an office is open.
        (&hangzhou, "2026-11-30 09:00", "2026-11-28 00:00"),
        (&hangzhou, "2026-11-29 09:00", "2026-11-28 00:00"),
        // The first day after Spring Festival: 14 February is worked, and is the last one before.
        (&hangzhou, "2026-02-24 09:00", "2026-02-15 00:00"),
        // A make-up day counts for the day after it.
        (&hangzhou, "2026-03-02 09:00", "2026-03-01 00:00"),
        (&none, "2026-11-29 09:30", "2026-11-29 09:00"),
        (&json!({"working_days_before": 3, "at": "17:00"}), "2026-10-09 09:00", "2026-09-29 17:00"),
    ] {
        assert_eq!(cutoff(value, start), at(expected), "{value} {start}");
    }
}

#[test]
fn a_row_reads_as_it_was_written() {
    for row in [
        json!({"days_before": 2, "at": "24:00"}),
        json!({"working_days_before": 1, "at": "17:30:00"}),
        json!({"minutes_before": 30}),
    ] {
        let cutoff: Cutoff = params(row.clone());
        assert_eq!(cutoff.counts_working_days(), row.get("working_days_before").is_some());
        assert_eq!(serde_json::to_value(cutoff).unwrap(), row);
    }
}

#[test]
fn what_is_no_cutoff_is_refused() {
    refuses::<Cutoff>(&[
        json!({}),
        json!({"days_before": 1}),
        json!({"at": "15:00"}),
        json!({"minutes_before": -1}),
        json!({"days_before": 1, "at": "25:00"}),
        json!({"days_before": 1, "at": "24:01"}),
        json!({"days_before": 1, "at": null}),
        json!({"working_days_before": 1}),
        json!({"working_days_before": -1, "at": "15:00"}),
        json!({"working_days_before": 1, "days_before": 1, "at": "15:00"}),
        json!({"minutes_before": 30, "at": "15:00"}),
        json!({"minutes_before": 30, "days_before": 1, "at": "15:00"}),
    ]);
}

proptest! {
    /// More notice never leaves more time, and working days never leave more than plain days do.
    #[test]
    fn more_notice_is_earlier(day in 0..365_i64, n in 0..40_u16) {
        let start = at("2026-01-01 09:00") + TimeDelta::days(day);
        let until = |value| params::<Cutoff>(value).before(start, &city(), &calendar());
        let working = |n: u16| until(json!({"working_days_before": n, "at": "24:00"}));
        prop_assert!(working(n + 1) < working(n));
        let plain = until(json!({"days_before": n, "at": "24:00"}));
        prop_assert!(working(n) <= plain);
    }
}
