use chrono_tz::Tz;

use super::*;
use crate::china;

fn on(date: &str) -> NaiveDate {
    date.parse().unwrap()
}

fn calendar() -> HolidayCalendar {
    HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL)
}

fn pause(from: &str, until: &str) -> Pause {
    Pause { from: on(from), until: on(until) }
}

fn period(length_days: u32, day_kind: DayKind, roll: Roll) -> Period {
    Period { length_days, day_kind, roll }
}

fn count(trigger: &str, period: Period, pauses: &[Pause]) -> Deadline {
    Deadline::count(on(trigger), period, pauses, &calendar()).unwrap()
}

const DAYS_15: Period =
    Period { length_days: 15, day_kind: DayKind::Calendar, roll: Roll::NextWorkingDay };

#[test]
fn a_rest_day_at_the_end_gives_way_to_the_day_after_the_rest() {
    for (last, due) in [
        // New Year: the rest ends on a Saturday, and the Sunday after it is worked.
        ("2025-12-31", "2025-12-31"),
        ("2026-01-01", "2026-01-04"),
        ("2026-01-03", "2026-01-04"),
        ("2026-01-04", "2026-01-04"),
        // Spring Festival: 15 to 23 February, both Saturdays around it worked.
        ("2026-02-13", "2026-02-13"),
        ("2026-02-14", "2026-02-14"),
        ("2026-02-15", "2026-02-24"),
        ("2026-02-16", "2026-02-24"),
        ("2026-02-22", "2026-02-24"),
        ("2026-02-23", "2026-02-24"),
        ("2026-02-24", "2026-02-24"),
        ("2026-02-28", "2026-02-28"),
        ("2026-03-01", "2026-03-02"),
        // Labour Day: 1 to 5 May, Saturday 9 May worked.
        ("2026-04-30", "2026-04-30"),
        ("2026-05-01", "2026-05-06"),
        ("2026-05-02", "2026-05-06"),
        ("2026-05-03", "2026-05-06"),
        ("2026-05-04", "2026-05-06"),
        ("2026-05-05", "2026-05-06"),
        ("2026-05-06", "2026-05-06"),
        ("2026-05-09", "2026-05-09"),
        ("2026-05-10", "2026-05-11"),
        // Ordinary weekends, National Day, and a Saturday worked right before a free Sunday.
        ("2026-07-04", "2026-07-06"),
        ("2026-07-05", "2026-07-06"),
        ("2026-09-20", "2026-09-20"),
        ("2026-10-07", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-12"),
    ] {
        let trigger_on = on(last) - TimeDelta::days(15);
        let deadline = Deadline::count(trigger_on, DAYS_15, &[], &calendar()).unwrap();
        assert_eq!(deadline.last_counted_on(), on(last));
        assert_eq!(deadline.due_on(), on(due), "{last}");
        assert_eq!(deadline.rolled(), last != due, "{last}");
        assert!(!deadline.provisional(), "{last}");

        let stays = Period { roll: Roll::None, ..DAYS_15 };
        let deadline = Deadline::count(trigger_on, stays, &[], &calendar()).unwrap();
        assert_eq!((deadline.due_on(), deadline.rolled()), (on(last), false));
    }
}

#[test]
fn calendar_days_cross_months_and_leap_days() {
    for (trigger, length_days, due) in [
        ("2026-04-29", 15, "2026-05-14"),
        ("2026-01-31", 1, "2026-02-01"),
        ("2026-01-31", 30, "2026-03-02"),
        ("2025-12-31", 60, "2026-03-01"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-14", 15, "2028-02-29"),
        ("2028-02-29", 366, "2029-03-01"),
        ("2026-05-02", 0, "2026-05-02"),
    ] {
        let period = period(length_days, DayKind::Calendar, Roll::None);
        assert_eq!(count(trigger, period, &[]).due_on(), on(due), "{trigger} + {length_days}");
    }
}

#[test]
fn working_days_skip_rest_days_and_count_make_up_days() {
    for (trigger, length_days, due) in [
        ("2026-03-04", 1, "2026-03-05"),
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-06", 5, "2026-03-13"),
        // Saturday 14 February is worked, then nothing until the 24th.
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-02-13", 7, "2026-03-02"),
        // A trigger inside the holiday.
        ("2026-02-18", 1, "2026-02-24"),
        ("2026-04-30", 4, "2026-05-09"),
        ("2026-04-30", 5, "2026-05-11"),
        // National Day 2025: worked on Sunday 28 September and Saturday 11 October.
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-26", 4, "2025-10-09"),
        ("2025-09-26", 6, "2025-10-11"),
        ("2025-09-26", 7, "2025-10-13"),
    ] {
        for roll in [Roll::None, Roll::NextWorkingDay] {
            let deadline = count(trigger, period(length_days, DayKind::Working, roll), &[]);
            assert_eq!(deadline.due_on(), on(due), "{trigger} + {length_days}");
            assert!(!deadline.rolled());
        }
    }
}

#[test]
fn paused_days_count_once_and_only_inside_the_period() {
    let may = |from: u32, until: u32| {
        pause(&format!("2026-05-{from:02}"), &format!("2026-05-{until:02}"))
    };
    let fifteen = period(15, DayKind::Calendar, Roll::None);
    for (what, pauses, due) in [
        ("none", vec![], "2026-05-14"),
        ("three days", vec![may(4, 6)], "2026-05-17"),
        ("the same three days twice", vec![may(4, 6), may(4, 6)], "2026-05-17"),
        ("overlapping", vec![may(4, 6), may(5, 8)], "2026-05-19"),
        ("nested", vec![may(4, 8), may(5, 6)], "2026-05-19"),
        ("adjacent, out of order", vec![may(6, 8), may(4, 5)], "2026-05-19"),
        ("on the last day", vec![may(14, 14)], "2026-05-15"),
        ("touching the extended end", vec![may(14, 14), may(15, 16)], "2026-05-17"),
        ("after the end", vec![may(15, 31)], "2026-05-14"),
        ("before the trigger", vec![pause("2026-04-01", "2026-04-28")], "2026-05-14"),
        (
            "on the trigger, not counted anyway",
            vec![pause("2026-04-29", "2026-04-29")],
            "2026-05-14",
        ),
        ("across the trigger", vec![pause("2026-04-20", "2026-05-03")], "2026-05-18"),
        ("backwards", vec![may(6, 4)], "2026-05-14"),
    ] {
        assert_eq!(count("2026-04-29", fifteen, &pauses).due_on(), on(due), "{what}");
    }

    // Five working days from Wednesday 4 March; the paused weekend takes only one working day.
    let five = period(5, DayKind::Working, Roll::None);
    let deadline = count("2026-03-04", five, &[pause("2026-03-06", "2026-03-08")]);
    assert_eq!((deadline.due_on(), deadline.paused_days), (on("2026-03-12"), 1));

    // The end does not give way to a paused day: the person could not use it.
    let deadline = count("2026-04-18", DAYS_15, &[may(6, 7)]);
    assert_eq!(deadline.last_counted_on(), on("2026-05-03"));
    assert_eq!(deadline.due_on(), on("2026-05-08"));
}

#[test]
fn the_day_number_counts_what_counts() {
    let calendar_days = count("2026-04-18", DAYS_15, &[]);
    let working_days = count("2026-02-12", period(5, DayKind::Working, Roll::None), &[]);
    let paused = count("2026-04-29", DAYS_15, &[pause("2026-05-04", "2026-05-06")]);
    for (deadline, today, number) in [
        (&calendar_days, "2026-01-01", 0),
        (&calendar_days, "2026-04-18", 0),
        (&calendar_days, "2026-04-19", 1),
        (&calendar_days, "2026-05-03", 15),
        (&calendar_days, "2026-05-05", 15),
        (&calendar_days, "2030-01-01", 15),
        (&working_days, "2026-02-14", 2),
        (&working_days, "2026-02-20", 2),
        (&working_days, "2026-02-24", 3),
        (&paused, "2026-05-03", 4),
        (&paused, "2026-05-06", 4),
        (&paused, "2026-05-07", 5),
    ] {
        assert_eq!(deadline.day_number(on(today)), number, "{today}");
    }
}

#[test]
fn lateness_starts_on_the_day_after_the_last_day() {
    let deadline = count("2026-04-29", DAYS_15, &[]);
    assert_eq!(deadline.due_on(), on("2026-05-14"));
    for (today, pauses, late) in [
        ("2026-04-01", vec![], 0),
        ("2026-05-13", vec![], 0),
        ("2026-05-14", vec![], 0),
        // The anchor of the surcharge: the first 3 % fall due on this day.
        ("2026-05-15", vec![], 1),
        ("2026-05-17", vec![], 3),
        ("2026-06-17", vec![], 34),
        // Weekends and holidays are late days too.
        ("2026-06-22", vec![], 39),
        ("2026-05-24", vec![pause("2026-05-16", "2026-05-20")], 5),
        (
            "2026-05-24",
            vec![pause("2026-05-16", "2026-05-20"), pause("2026-05-18", "2026-05-22")],
            3,
        ),
        ("2026-05-24", vec![pause("2026-05-01", "2026-05-15")], 9),
        ("2026-05-24", vec![pause("2026-05-25", "2026-06-30")], 10),
        ("2026-05-24", vec![pause("2026-05-15", "9999-12-31")], 0),
    ] {
        assert_eq!(deadline.days_late(on(today), &pauses), late, "{today} {pauses:?}");
    }
}

#[test]
fn days_that_no_notice_covers_make_a_deadline_provisional() {
    use DayKind::{Calendar, Working};
    for (trigger, period, provisional) in [
        ("2026-12-28", period(3, Working, Roll::None), false),
        ("2026-12-28", period(4, Working, Roll::None), true),
        ("2026-12-16", period(15, Calendar, Roll::NextWorkingDay), false),
        ("2026-12-17", period(15, Calendar, Roll::NextWorkingDay), true),
        // No holiday could move this one.
        ("2026-12-17", period(15, Calendar, Roll::None), false),
        ("2027-03-01", period(0, Calendar, Roll::NextWorkingDay), true),
    ] {
        assert_eq!(count(trigger, period, &[]).provisional(), provisional, "{trigger} {period:?}");
    }
}

#[test]
fn the_last_day_ends_at_midnight_even_where_clocks_skip_or_repeat_it() {
    for (due, zone, ends_at) in [
        ("2026-05-14", "Asia/Shanghai", "2026-05-14T16:00:00Z"),
        ("2026-05-14", "UTC", "2026-05-15T00:00:00Z"),
        // 00:00 is skipped: the day ends when clocks go from 23:59 to 01:00.
        ("2026-09-05", "America/Santiago", "2026-09-06T04:00:00Z"),
        ("2026-04-23", "Africa/Cairo", "2026-04-23T22:00:00Z"),
        // 23:00 comes twice: the day ends after the second.
        ("2026-04-04", "America/Santiago", "2026-04-05T04:00:00Z"),
        // 00:00 comes twice.
        ("2026-10-31", "America/Havana", "2026-11-01T05:00:00Z"),
        // 30 December 2011 was left out in Samoa.
        ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("9999-12-31", "America/Los_Angeles", "+10000-01-01T08:00:00Z"),
    ] {
        let deadline = count(due, period(0, DayKind::Calendar, Roll::None), &[]);
        let zone: Tz = zone.parse().unwrap();
        assert_eq!(
            deadline.ends_at(zone),
            ends_at.parse::<DateTime<Utc>>().unwrap(),
            "{due} {zone}"
        );
    }
}

#[test]
fn dates_beyond_the_calendar_are_an_error() {
    let one = period(1, DayKind::Calendar, Roll::None);
    let forever = pause("2026-05-01", "9999-12-31");
    for (trigger_on, period, pauses) in [
        (on("9999-12-31"), one, vec![]),
        (on("2026-05-01"), Period { length_days: u32::MAX, ..one }, vec![]),
        (on("2026-05-01"), one, vec![forever]),
        (NaiveDate::MAX, Period { length_days: 0, ..one }, vec![]),
        (NaiveDate::MIN, one, vec![]),
    ] {
        let deadline = Deadline::count(trigger_on, period, &pauses, &calendar());
        assert_eq!(deadline, Err(DateOutOfRange), "{trigger_on} {period:?}");
    }
}
