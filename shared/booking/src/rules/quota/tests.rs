use chrono::TimeDelta;
use citygate_kernel::{CityCode, Clock};
use proptest::prelude::*;
use serde_json::json;
use uuid::uuid;

use super::{
    super::tests::{on, params, refuses},
    *,
};

const CARDIOLOGY: Uuid = uuid!("01999999-0000-7000-8000-000000000001");
const SURGERY: Uuid = uuid!("01999999-0000-7000-8000-000000000002");
const HOSPITALS: [Uuid; 2] =
    [uuid!("01999999-0000-7000-8000-0000000000b1"), uuid!("01999999-0000-7000-8000-0000000000b2")];

/// An hour in a department of a hospital.
fn hour(hospital: usize, unit: Uuid, day: NaiveDate, hour: u32) -> Taken {
    let starts_at = day.and_hms_opt(hour, 0, 0).unwrap().and_utc();
    Taken {
        agency: AgencyId::from_parts(CityCode::HANGZHOU, HOSPITALS[hospital]),
        unit,
        session: SessionId::new(CityCode::HANGZHOU, &Clock::system()),
        on: day,
        part: if hour < 12 { DayPart::Morning } else { DayPart::Afternoon },
        starts_at,
        ends_at: starts_at + TimeDelta::hours(1),
    }
}

fn day(number: u64) -> NaiveDate {
    on("2026-12-01") + Days::new(number)
}

/// The ladder of Beijing's 114.
fn ladder() -> QuotaRule {
    params(json!({"limits": [
        {"scope": "unit", "window": "day", "max": 1},
        {"scope": "city", "window": "day", "max": 2},
        {"scope": "city", "window": {"days": 7}, "max": 3},
        {"scope": "city", "window": {"months": 3}, "max": 5}
    ]}))
}

#[test]
fn the_ladder_of_beijing_holds_step_by_step() {
    let ladder = ladder();
    let refused = |step: usize| Err(Refusal::Quota(ladder.limits[step]));
    let (cardiology, surgery) = (
        |number, h| hour(0, CARDIOLOGY, day(number), h),
        |number, h| hour(0, SURGERY, day(number), h),
    );
    let elsewhere = |number, h| hour(1, CARDIOLOGY, day(number), h);
    for (name, taken, wanted, expected) in [
        ("the first", vec![], cardiology(0, 8), Ok(())),
        ("again in the department", vec![cardiology(0, 8)], cardiology(0, 14), refused(0)),
        ("the same words elsewhere", vec![cardiology(0, 8)], elsewhere(0, 14), Ok(())),
        ("a second of the day", vec![cardiology(0, 8)], surgery(0, 14), Ok(())),
        ("a third", vec![cardiology(0, 8), surgery(0, 10)], elsewhere(0, 14), refused(1)),
        (
            "a fourth within seven days",
            vec![cardiology(0, 8), cardiology(2, 8), cardiology(4, 8)],
            cardiology(6, 8),
            refused(2),
        ),
        (
            "a fourth on the eighth day",
            vec![cardiology(0, 8), cardiology(2, 8), cardiology(4, 8)],
            cardiology(7, 8),
            Ok(()),
        ),
        (
            "a fourth between those that are booked already",
            vec![cardiology(1, 8), cardiology(5, 8), cardiology(6, 8)],
            cardiology(3, 8),
            refused(2),
        ),
        (
            "a sixth within three months",
            vec![
                cardiology(0, 8),
                cardiology(10, 8),
                cardiology(30, 8),
                cardiology(50, 8),
                cardiology(70, 8),
            ],
            cardiology(89, 8), // the 28th of February
            refused(3),
        ),
        (
            "a sixth when the first is three months past",
            vec![
                cardiology(0, 8),
                cardiology(10, 8),
                cardiology(30, 8),
                cardiology(50, 8),
                cardiology(70, 8),
            ],
            cardiology(90, 8), // the 1st of March
            Ok(()),
        ),
    ] {
        assert_eq!(check(&ladder, &taken, &wanted), expected, "{name}");
    }
}

#[test]
fn limits_of_a_part_and_of_an_agency() {
    let rule: QuotaRule = params(json!({"limits": [
        {"scope": "unit", "window": "part", "max": 2},
        {"scope": "agency", "window": "day", "max": 3}
    ]}));
    let mut taken = vec![hour(0, CARDIOLOGY, day(0), 8), hour(0, CARDIOLOGY, day(0), 9)];
    let wanted = |h| hour(0, CARDIOLOGY, day(0), h);
    assert_eq!(check(&rule, &taken, &wanted(10)), Err(Refusal::Quota(rule.limits[0])));
    assert_eq!(check(&rule, &taken, &wanted(13)), Ok(()));
    taken.push(hour(0, SURGERY, day(0), 14));
    assert_eq!(check(&rule, &taken, &wanted(16)), Err(Refusal::Quota(rule.limits[1])));
    assert_eq!(check(&rule, &taken, &hour(1, CARDIOLOGY, day(0), 16)), Ok(()));
}

#[test]
fn nobody_is_in_two_places_or_twice_in_one() {
    let none = QuotaRule { limits: Vec::new() };
    let taken = [hour(0, CARDIOLOGY, day(0), 8)];
    let at = |minutes: i64| {
        let mut wanted = hour(1, SURGERY, day(0), 8);
        wanted.starts_at += TimeDelta::minutes(minutes);
        wanted.ends_at += TimeDelta::minutes(minutes);
        wanted
    };
    for (minutes, expected) in [
        (-60, Ok(())),
        (-59, Err(Refusal::Overlap)),
        (0, Err(Refusal::Overlap)),
        (59, Err(Refusal::Overlap)),
        (60, Ok(())),
    ] {
        assert_eq!(check(&none, &taken, &at(minutes)), expected, "{minutes}");
    }
    let same = Taken { session: taken[0].session, ..hour(0, CARDIOLOGY, day(0), 11) };
    assert_eq!(check(&none, &taken, &same), Err(Refusal::SameSession));
}

#[test]
fn what_is_no_quota_is_refused() {
    refuses::<QuotaRule>(&[
        json!({}),
        json!({"limits": [{"scope": "unit", "window": "week", "max": 1}]}),
        json!({"limits": [{"scope": "unit", "window": {"days": 0}, "max": 1}]}),
        json!({"limits": [{"scope": "unit", "window": {"months": 0}, "max": 1}]}),
        json!({"limits": [{"scope": "unit", "window": "day", "max": -1}]}),
        json!({"limits": [{"scope": "unit", "window": "day"}]}),
        json!({"limits": [{"scope": "unit", "window": "day", "max": 1, "min": 0}]}),
    ]);
}

/// Lays every window over the calendar that contains the wanted day, and counts.
fn slow_check(limit: &Limit, taken: &[Taken], wanted: &Taken) -> bool {
    let Window::Days(length) = limit.window else { panic!("only days") };
    let length = u64::from(length.get());
    (0..length).all(|back| {
        let first = wanted.on - Days::new(back);
        let last = first + Days::new(length - 1);
        let count = taken.iter().filter(|one| (first..=last).contains(&one.on)).count();
        u32::try_from(count).unwrap() < limit.max
    })
}

proptest! {
    /// Whatever the order of booking, no stretch of days ever holds more than the limit, and
    /// nothing is refused that would keep to it.
    #[test]
    fn no_window_ever_holds_more(days in prop::collection::vec(0..40_u64, 1..40),
                                 length in 1..15_u16, max in 1..4_u32) {
        let window = Window::Days(NonZeroU16::new(length).unwrap());
        let rule = QuotaRule { limits: vec![Limit { scope: Scope::City, window, max }] };
        let mut taken = Vec::new();
        for (n, number) in days.into_iter().enumerate() {
            let mut wanted = hour(n % 2, CARDIOLOGY, day(number), 0);
            // Not at the same time as another.
            wanted.starts_at += TimeDelta::days(1_000 * i64::try_from(n).unwrap());
            wanted.ends_at = wanted.starts_at + TimeDelta::hours(1);
            let allowed = check(&rule, &taken, &wanted).is_ok();
            prop_assert_eq!(allowed, slow_check(&rule.limits[0], &taken, &wanted));
            if allowed {
                taken.push(wanted);
            }
        }
    }

    /// What lies beyond the horizon changes nothing.
    #[test]
    fn the_horizon_is_far_enough(days in prop::collection::vec(0..200_u64, 0..30), wanted in 0..200_u64) {
        let ladder = ladder();
        let (before, after) = horizon(&ladder);
        let wanted = hour(0, SURGERY, day(wanted), 12);
        let all: Vec<_> = days.into_iter().map(|n| hour(0, CARDIOLOGY, day(n), 8)).collect();
        let near = |one: &&Taken| {
            one.on >= wanted.on - Days::new(before) && one.on <= wanted.on + Days::new(after)
        };
        let known: Vec<_> = all.iter().filter(near).copied().collect();
        prop_assert_eq!(check(&ladder, &all, &wanted), check(&ladder, &known, &wanted));
    }
}
