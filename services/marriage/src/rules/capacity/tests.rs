use citygate_catalogue::RuleId;
use citygate_kernel::CityCode;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn city() -> City {
    City {
        code: CityCode::HANGZHOU,
        name: Text::new("Hangzhou", "杭州市"),
        time_zone: chrono_tz::Asia::Shanghai,
        sandbox: false,
    }
}

fn office(n: u128) -> OfficeId {
    OfficeId::from_parts(CityCode::HANGZHOU, Uuid::from_u128(n))
}

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn read(days: Value) -> Result<Rule<SurgeRule>, serde_json::Error> {
    Ok(Rule {
        id: RuleId::from_uuid(Uuid::nil()),
        params: serde_json::from_value(json!({ "days": days }))?,
        citation: Text::new("here", "此处"),
    })
}

fn day(occurrence: Value) -> Value {
    json!({"name": {"en": "a day", "zh": "某日"}, "on": occurrence, "app_percent": 200,
           "walk_in_percent": 50})
}

fn window(from: &str, to: &str, places: u16, walk_in: u16) -> Window {
    Window { from: from.parse().unwrap(), to: to.parse().unwrap(), places, walk_in }
}

/// The days that registries name: 20 May and 9 September every year, Qixi by the moon.
#[test]
fn surge_days_by_the_calendar_and_by_the_moon() {
    let mut own = day(json!({"each_year": "11-11"}));
    own["offices"] = json!([office(7).to_string()]);
    let rule = read(json!([
        day(json!({"each_year": "05-20"})),
        day(json!({"each_year": "09-09"})),
        day(json!({"dates": ["2026-08-19", "2027-08-08"]})),
        own
    ]))
    .unwrap();
    for (date, at, expected) in [
        ("2026-05-20", 1, true),
        ("2031-05-20", 7, true),
        ("2026-05-19", 1, false),
        ("2026-05-21", 1, false),
        ("2026-09-09", 1, true),
        ("2026-08-19", 1, true),
        ("2027-08-08", 1, true),
        ("2027-08-19", 1, false),
        ("2028-08-26", 1, false),
        ("2026-11-11", 7, true),
        ("2026-11-11", 1, false),
    ] {
        assert_eq!(surge(&rule, office(at), on(date)).is_some(), expected, "{date} {at}");
    }
}

#[test]
fn what_is_no_surge_is_refused() {
    for wrong in [
        json!({"each_year": "02-29"}),
        json!({"each_year": "5/20"}),
        json!({"each_year": "2026-05-20"}),
        json!({"dates": ["2026-02-30"]}),
        json!({}),
        json!({"each_year": "05-20", "dates": []}),
    ] {
        assert!(read(json!([day(wrong.clone())])).is_err(), "{wrong}");
    }
    let mut much = day(json!({"each_year": "05-20"}));
    much["app_percent"] = json!(1_001);
    assert!(read(json!([much])).is_err());
}

fn places(slots: &[NewSlot]) -> Vec<(u16, u16)> {
    let of = |slot: &NewSlot, channel| {
        slot.places.iter().find(|(one, _)| *one == channel).map_or(0, |(_, places)| *places)
    };
    slots.iter().map(|slot| (of(slot, Channel::App), of(slot, Channel::Onsite))).collect()
}

#[test]
fn windows_become_slots_and_a_surge_adds_places() {
    let day = (on("2026-05-20"), on("2026-05-01"));
    let windows = [window("09:00", "11:30", 5, 1), window("13:30", "16:30", 3, 0)];
    let plain = slots(&windows, day, None, &city()).unwrap();
    assert_eq!(places(&plain), [(5, 1), (3, 0)]);
    assert_eq!(plain[0].starts_at.to_rfc3339(), "2026-05-20T01:00:00+00:00");
    assert_eq!(plain[1].ends_at.to_rfc3339(), "2026-05-20T08:30:00+00:00");
    let rule = read(json!([super::tests::day(json!({"each_year": "05-20"}))])).unwrap();
    let surge = surge(&rule, office(1), day.0).unwrap();
    let more = slots(&windows, day, Some(&surge), &city()).unwrap();
    // Half of five is rounded up.
    assert_eq!(places(&more), [(10, 4), (6, 2)]);
}

#[test]
fn days_that_cannot_be_opened() {
    let good = || vec![window("09:00", "10:00", 1, 0)];
    let today = "2026-05-20";
    for (windows, date, expected) in [
        (good(), "2026-05-20", None),
        (good(), "2026-05-19", Some(UnsoundDay::Day)),
        (good(), "2027-05-21", None),
        (good(), "2027-05-22", Some(UnsoundDay::Day)),
        (vec![], today, Some(UnsoundDay::Count)),
        (vec![window("10:00", "10:00", 1, 0)], today, Some(UnsoundDay::Order)),
        (vec![window("10:00", "09:00", 1, 0)], today, Some(UnsoundDay::Order)),
        (
            vec![window("09:00", "10:00", 1, 0), window("09:59", "11:00", 1, 0)],
            today,
            Some(UnsoundDay::Order),
        ),
        (vec![window("09:00", "10:00", 1, 0), window("10:00", "11:00", 1, 0)], today, None),
        (vec![window("09:00", "10:00", 0, 0)], today, Some(UnsoundDay::Places)),
        (vec![window("09:00", "10:00", 0, 1)], today, None),
        (vec![window("09:00", "10:00", 500, 500)], today, None),
        (vec![window("09:00", "10:00", 501, 0)], today, Some(UnsoundDay::Places)),
        (vec![window("09:00", "10:00", 0, u16::MAX)], today, Some(UnsoundDay::Places)),
    ] {
        let found = slots(&windows, (on(date), on(today)), None, &city()).err();
        assert_eq!(found, expected, "{windows:?} {date}");
    }
    // Clocks go forward from 2 to 3: there is no half past two.
    let berlin = City { time_zone: chrono_tz::Europe::Berlin, ..city() };
    let windows = [window("02:30", "04:00", 1, 0)];
    let found = slots(&windows, (on("2026-03-29"), on("2026-03-01")), None, &berlin);
    assert_eq!(found.err(), Some(UnsoundDay::Time));
}

proptest! {
    /// A share is never less than exact, and never a whole place more.
    #[test]
    fn shares_are_rounded_up(plain in 0..=PLACES, percent in 0..=1_000_u16) {
        let share = u32::from(Percent(percent).of(plain)) * 100;
        let exact = u32::from(plain) * u32::from(percent);
        prop_assert!((exact..exact + 100).contains(&share));
    }
}
