//! What holds for every deadline, checked on random ones.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use citygate_kernel::Locale;
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{DayKind, Deadline, HolidayCalendar, Pause, Period, Roll, china};

fn calendar() -> HolidayCalendar {
    HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL)
}

/// Around the years that notices cover, with some before and after.
fn dates() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2024, 12, 1).unwrap();
    (0_i64..900).prop_map(move |days| first + TimeDelta::days(days))
}

fn day_kinds() -> impl Strategy<Value = DayKind> {
    select(vec![DayKind::Calendar, DayKind::Working])
}

fn periods() -> impl Strategy<Value = Period> {
    (0_u32..70, day_kinds(), select(vec![Roll::None, Roll::NextWorkingDay]))
        .prop_map(|(length_days, day_kind, roll)| Period { length_days, day_kind, roll })
}

/// Some of them backwards.
fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let pause = (dates(), -3_i64..30)
        .prop_map(|(from, days)| Pause { from, until: from + TimeDelta::days(days) });
    vec(pause, 0..6)
}

/// The notice rows and the weekday, without the calendar under test.
fn is_working_day(day: NaiveDate) -> bool {
    match china::holidays().iter().find(|row| row.on == day) {
        Some(row) => row.working,
        None => day.weekday().number_from_monday() <= 5,
    }
}

proptest! {
    #[test]
    fn a_deadline_never_ends_before_its_last_counted_day(
        trigger in dates(), period in periods(), pauses in pauses(),
    ) {
        let calendar = calendar();
        let deadline = Deadline::count(trigger, period, &pauses, &calendar).unwrap();
        prop_assert!(deadline.due_on() >= deadline.last_counted_on());
        prop_assert_eq!(deadline.rolled(), deadline.due_on() > deadline.last_counted_on());
        if period.roll == Roll::NextWorkingDay {
            prop_assert!(calendar.is_working_day(deadline.due_on()));
        }
        prop_assert_eq!(deadline.day_number(trigger), 0);
        prop_assert_eq!(deadline.day_number(deadline.due_on()), period.length_days);
        prop_assert_eq!(deadline.days_late(deadline.due_on(), &[]), 0);
        prop_assert_eq!(deadline.days_late(deadline.due_on() + TimeDelta::days(1), &[]), 1);
    }

    #[test]
    fn one_more_pause_never_costs_a_person_a_day(
        trigger in dates(), period in periods(), pauses in pauses(), today in dates(),
    ) {
        let calendar = calendar();
        let count = |pauses| Deadline::count(trigger, period, pauses, &calendar).unwrap();
        if let Some((_, fewer)) = pauses.split_first() {
            prop_assert!(count(&pauses).due_on() >= count(fewer).due_on());
            let deadline = count(&[]);
            prop_assert!(deadline.days_late(today, &pauses) <= deadline.days_late(today, fewer));
            let paused = count(&pauses).days_late(today, &pauses);
            prop_assert!(paused <= deadline.days_late(today, &[]));
        }
    }

    #[test]
    fn every_counted_day_is_counted_by_hand(
        trigger in dates(), length_days in 1_u32..40, day_kind in day_kinds(), pauses in pauses(),
    ) {
        let period = Period { length_days, day_kind, roll: Roll::None };
        let deadline = Deadline::count(trigger, period, &pauses, &calendar()).unwrap();
        let (mut day, mut number) = (trigger, 0);
        while number < length_days {
            day += TimeDelta::days(1);
            let paused = pauses.iter().any(|pause| pause.from <= day && day <= pause.until);
            if !paused && (day_kind == DayKind::Calendar || is_working_day(day)) {
                number += 1;
            }
            prop_assert_eq!(deadline.day_number(day), number);
        }
        prop_assert_eq!(deadline.due_on(), day);
    }

    #[test]
    fn lateness_without_pauses_is_the_distance(
        trigger in dates(), period in periods(), today in dates(),
    ) {
        let deadline = Deadline::count(trigger, period, &[], &calendar()).unwrap();
        let distance = (today - deadline.due_on()).num_days().max(0);
        prop_assert_eq!(i64::from(deadline.days_late(today, &[])), distance);
    }

    #[test]
    fn a_deadline_never_ends_while_its_last_day_lasts(
        zone in select(&TZ_VARIANTS[..]), days in 0_i64..25_000,
    ) {
        let (due, ends_at) = end_of_day(zone, days);
        for minutes in 0..180 {
            let local = (ends_at + TimeDelta::minutes(minutes)).with_timezone(&zone);
            prop_assert!(local.date_naive() > due, "{} in {}", local, zone);
        }
        // And it is midnight, unless the zone skips that midnight.
        let midnight = due.and_time(NaiveTime::MIN) + TimeDelta::days(1);
        let local = ends_at.with_timezone(&zone).naive_local();
        let skipped = zone.from_local_datetime(&midnight).earliest().is_none();
        prop_assert!(local == midnight || skipped && local > midnight, "{} in {}", local, zone);
    }

    #[test]
    fn an_explanation_leaves_no_word_open(
        trigger in dates(), period in periods(), pauses in pauses(), today in dates(),
    ) {
        let deadline = Deadline::count(trigger, period, &pauses, &calendar()).unwrap();
        for locale in [Locale::En, Locale::ZhCn] {
            let text = deadline.explain(locale, today, None);
            prop_assert!(!text.contains(['{', '}']), "{}", text);
        }
    }
}

/// A day from 1970 on, and the instant at which it ends in a zone.
fn end_of_day(zone: Tz, days_from_epoch: i64) -> (NaiveDate, DateTime<Utc>) {
    let due = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + TimeDelta::days(days_from_epoch);
    let same_day = Period { length_days: 0, day_kind: DayKind::Calendar, roll: Roll::None };
    (due, Deadline::count(due, same_day, &[], &calendar()).unwrap().ends_at(zone))
}
