use citygate_catalogue::{AgencyId, OfficeId};
use citygate_kernel::{CityCode, Text};
use citygate_listings::ListingId;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn city() -> City {
    City {
        code: CityCode::HANGZHOU,
        name: Text::new("Hangzhou", "杭州市"),
        time_zone: "Asia/Shanghai".parse().unwrap(),
        sandbox: false,
    }
}

/// An instant as the clocks of China show it.
fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+08:00").parse().unwrap()
}

fn spec() -> BookingSpec {
    serde_json::from_value(json!({
        "office_kind": "police_hall", "horizon_days": 7, "notice_hours": 2, "cancel_hours": 24,
    }))
    .unwrap()
}

fn hours(on: &str, from: &str, to: &str, slot_minutes: u16) -> OpenHours {
    let id = Uuid::from_u128(1);
    OpenHours {
        listing: ListingId::from_parts(AgencyId::from_parts(CityCode::HANGZHOU, id).city(), id),
        office: OfficeId::from_parts(CityCode::HANGZHOU, id),
        on: on.parse().unwrap(),
        from: format!("{from}:00").parse().unwrap(),
        to: format!("{to}:00").parse().unwrap(),
        slot_minutes,
        places: 3,
    }
}

fn cut(on: &str, from: &str, to: &str, minutes: u16) -> Result<Vec<NewSlot>, UnsoundHours> {
    slots(&hours(on, from, to, minutes), "2026-11-23".parse().unwrap(), &city())
}

#[test]
fn slots_fill_the_hours_by_the_clocks_of_the_city() {
    let slots = cut("2026-11-24", "09:00", "10:30", 30).unwrap();
    let starts: Vec<_> = slots.iter().map(|slot| slot.starts_at).collect();
    let expected = ["2026-11-24T09:00", "2026-11-24T09:30", "2026-11-24T10:00"].map(at);
    assert_eq!(starts, expected);
    assert_eq!(slots[2].ends_at, at("2026-11-24T10:30"));
    assert!(slots.iter().all(|slot| slot.places == [(Channel::App, 3)]));
}

#[test]
fn hours_that_no_office_has_are_refused() {
    for (on, from, to, minutes, refused) in [
        ("2026-11-22", "09:00", "10:00", 30, Some(UnsoundHours::Day)),
        ("2026-11-23", "09:00", "10:00", 30, None),
        ("2027-11-24", "09:00", "10:00", 30, None),
        ("2027-11-25", "09:00", "10:00", 30, Some(UnsoundHours::Day)),
        ("2026-11-24", "10:00", "09:00", 30, Some(UnsoundHours::Slots)),
        ("2026-11-24", "09:00", "09:00", 30, Some(UnsoundHours::Slots)),
        ("2026-11-24", "09:00", "10:00", 40, Some(UnsoundHours::Slots)),
        ("2026-11-24", "09:00", "10:00", 0, Some(UnsoundHours::Slots)),
        ("2026-11-24", "00:00", "16:45", 5, Some(UnsoundHours::Slots)),
        ("2026-11-24", "00:00", "16:40", 5, None),
    ] {
        assert_eq!(cut(on, from, to, minutes).err(), refused, "{on} {from} {to} {minutes}");
    }
}

#[test]
fn notice_and_horizon_hold_to_the_minute_and_to_the_day() {
    let now = at("2026-11-23T09:00");
    for (starts_at, refused) in [
        ("2026-11-23T08:00", Some(OutOfTime::TooSoon(2))),
        ("2026-11-23T10:59", Some(OutOfTime::TooSoon(2))),
        ("2026-11-23T11:00", None),
        ("2026-11-30T23:59", None),
        ("2026-12-01T00:00", Some(OutOfTime::TooFar(7))),
    ] {
        let found = in_time(&spec(), at(starts_at), now, &city());
        assert_eq!(found.err(), refused, "{starts_at}");
    }
    assert_eq!(cancel_until(&spec(), at("2026-11-25T09:00")), at("2026-11-24T09:00"));
}

#[test]
fn a_day_begins_and_ends_at_midnight_of_the_city() {
    let bounds = day("2026-11-24".parse().unwrap(), &city());
    assert_eq!(bounds, Some((at("2026-11-24T00:00"), at("2026-11-25T00:00"))));
    assert_eq!(day(NaiveDate::MAX, &city()), None);
}
