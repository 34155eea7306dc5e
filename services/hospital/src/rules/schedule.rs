//! What a session costs, how it is divided, and what people read of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use citygate_booking::{DayPart, NewSlot};
use citygate_catalogue::City;
use citygate_kernel::{Currency, Money, Text};
use serde::Deserialize;

use crate::model::{ClinicKind, Department, Location, LocationId, Practitioner, Title};

/// Key of the rule for what an appointment costs; its parameters are a [`FeeRule`].
pub(crate) const CLINIC_FEE: &str = "hospital.clinic_fee";
/// Key of the rule for how a session is divided; its parameters are a [`SlotRule`].
pub(crate) const SESSION_SLOTS: &str = "hospital.session_slots";

/// Parameters of [`CLINIC_FEE`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeeRule {
    currency: Currency,
    fees: Vec<FeeLine>,
}

/// A line of a tariff: what it leaves open fits everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeLine {
    level: Option<u8>,
    clinic_kind: Option<ClinicKind>,
    title: Option<Title>,
    amount_minor: i64,
}

impl FeeRule {
    /// The fee of the first line that fits; none where no line does.
    pub(crate) fn fee(&self, level: u8, kind: ClinicKind, title: Option<Title>) -> Option<Money> {
        let fits = |line: &&FeeLine| {
            line.level.is_none_or(|of| of == level)
                && line.clinic_kind.is_none_or(|of| of == kind)
                && line.title.is_none_or(|of| Some(of) == title)
        };
        let line = self.fees.iter().find(fits)?;
        Some(Money::new(line.amount_minor, self.currency))
    }
}

/// Parameters of [`SESSION_SLOTS`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlotRule {
    /// Hospitals of this level and above divide a session finely.
    level: u8,
    /// The longest slot of theirs.
    max_minutes: i64,
    /// The longest slot of others.
    max_minutes_below: i64,
    max_slots: usize,
    max_places_per_slot: u32,
    /// How far ahead a session can be opened.
    days_ahead: i64,
    /// When each part of the day is, in the time of the city.
    parts: BTreeMap<DayPart, PartHours>,
}

/// The hours of a part of the day.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartHours {
    #[serde(deserialize_with = "hour_and_minute")]
    from: NaiveTime,
    #[serde(deserialize_with = "hour_and_minute")]
    to: NaiveTime,
}

fn hour_and_minute<'de, D: serde::Deserializer<'de>>(d: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(d)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(serde::de::Error::custom)
}

/// What is wrong with the slots of a session. A number is the position of the slot, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotFault {
    /// There is none, or more than the rule allows.
    Count,
    /// It does not end after it begins, or is longer than the rule allows.
    Length(usize),
    /// It begins before the one before it ends.
    Order(usize),
    /// It is outside the day or the hours of its part.
    Hours(usize),
    /// It has no place, more than the rule allows, or a channel twice.
    Places(usize),
}

impl SlotRule {
    /// The last day on which a session can be opened now.
    pub(crate) fn last_day(&self, today: NaiveDate) -> NaiveDate {
        today.checked_add_signed(TimeDelta::days(self.days_ahead)).unwrap_or(today)
    }

    /// Whether a session of a hospital of a level can be divided so.
    pub(crate) fn check(
        &self,
        level: u8,
        city: &City,
        (on, part): (NaiveDate, DayPart),
        slots: &[NewSlot],
    ) -> Result<(), SlotFault> {
        if slots.is_empty() || slots.len() > self.max_slots {
            return Err(SlotFault::Count);
        }
        let minutes = if level >= self.level { self.max_minutes } else { self.max_minutes_below };
        let mut free_from = None;
        for (n, slot) in slots.iter().enumerate() {
            let length = slot.ends_at - slot.starts_at;
            if length <= TimeDelta::zero() || length > TimeDelta::minutes(minutes) {
                return Err(SlotFault::Length(n));
            }
            if free_from.is_some_and(|end| slot.starts_at < end) {
                return Err(SlotFault::Order(n));
            }
            free_from = Some(slot.ends_at);
            if !self.within_hours(city, (on, part), slot) {
                return Err(SlotFault::Hours(n));
            }
            if !self.has_places(slot) {
                return Err(SlotFault::Places(n));
            }
        }
        Ok(())
    }

    /// Whether a slot is on the day, within the hours of a part of it.
    pub(crate) fn within_hours(
        &self,
        city: &City,
        (on, part): (NaiveDate, DayPart),
        slot: &NewSlot,
    ) -> bool {
        let Some(hours) = self.parts.get(&part) else { return false };
        let [from, to] = [slot.starts_at, slot.ends_at]
            .map(|at| at.with_timezone(&city.time_zone).naive_local());
        from.date() == on && to.date() == on && from.time() >= hours.from && to.time() <= hours.to
    }

    fn has_places(&self, slot: &NewSlot) -> bool {
        let channels: BTreeSet<_> = slot.places.iter().map(|(channel, _)| channel).collect();
        let places: u32 = slot.places.iter().map(|(_, places)| u32::from(*places)).sum();
        channels.len() == slot.places.len() && (1..=self.max_places_per_slot).contains(&places)
    }
}

/// What sessions have in common that can take each other's place.
pub(crate) fn grade(kind: ClinicKind, title: Option<Title>) -> String {
    format!("{}:{}", kind.code(), title.map_or("any", Title::code))
}

/// What a session is called: "Cardiology, Fang Wei (Chief physician), Expert clinic".
pub(crate) fn session_title(
    department: &Department,
    doctor: Option<&Practitioner>,
    kind: ClinicKind,
) -> Text {
    let (of, kind) = (&department.name, kind.name());
    match doctor {
        None => Text::new(format!("{}, {}", of.en, kind.en), format!("{} {}", of.zh, kind.zh)),
        Some(Practitioner { name, title, .. }) => {
            let title = title.name();
            Text::new(
                format!("{}, {} ({}), {}", of.en, name.en, title.en, kind.en),
                format!("{} {}（{}） {}", of.zh, name.zh, title.zh, kind.zh),
            )
        }
    }
}

/// Where something is, from the campus inwards: "Lakeside campus, Building 2, Floor 3".
pub(crate) fn place_text(all: &[Location], location: LocationId) -> Text {
    let mut names = Vec::new();
    let mut at = Some(location);
    while let Some(found) = at.and_then(|id| all.iter().find(|one| one.id == id)) {
        names.push(&found.name);
        // No way around in circles, whatever the rows say.
        at = found.part_of.filter(|_| names.len() < all.len());
    }
    names.reverse();
    let joined = |get: fn(&Text) -> &str, by: &str| {
        names.iter().map(|name| get(name)).collect::<Vec<_>>().join(by)
    };
    Text::new(joined(|name| &name.en, ", "), joined(|name| &name.zh, ""))
}

#[cfg(test)]
mod tests {
    use citygate_booking::Channel;
    use citygate_kernel::CityCode;
    use serde_json::json;

    use super::*;

    fn fees() -> FeeRule {
        serde_json::from_value(json!({"currency": "CNY", "fees": [
            {"clinic_kind": "special", "amount_minor": 30_000},
            {"level": 3, "clinic_kind": "expert", "title": "chief", "amount_minor": 5_000},
            {"clinic_kind": "expert", "amount_minor": 2_500},
            {"level": 3, "clinic_kind": "general", "amount_minor": 1_500},
        ]}))
        .unwrap()
    }

    #[test]
    fn the_first_line_that_fits_is_the_fee() {
        use ClinicKind::{DiseaseClinic, Expert, General, Special};
        for (level, kind, title, expected) in [
            (3, Special, Some(Title::Chief), Some(30_000)),
            (1, Special, None, Some(30_000)),
            (3, Expert, Some(Title::Chief), Some(5_000)),
            (2, Expert, Some(Title::Chief), Some(2_500)),
            (3, Expert, Some(Title::AssociateChief), Some(2_500)),
            (3, Expert, None, Some(2_500)),
            (3, General, Some(Title::Resident), Some(1_500)),
            (2, General, None, None),
            (3, DiseaseClinic, Some(Title::Chief), None),
        ] {
            let found = fees().fee(level, kind, title).map(Money::minor);
            assert_eq!(found, expected, "{level} {kind:?} {title:?}");
        }
    }

    fn slot_rule() -> SlotRule {
        serde_json::from_value(json!({
            "level": 2, "max_minutes": 30, "max_minutes_below": 60, "max_slots": 4,
            "max_places_per_slot": 10, "days_ahead": 30,
            "parts": {"morning": {"from": "08:00", "to": "12:00"}},
        }))
        .unwrap()
    }

    fn slot(from: &str, to: &str, places: &[(Channel, u16)]) -> NewSlot {
        let at = |time: &str| format!("2026-11-24T{time}:00+08:00").parse().unwrap();
        NewSlot { starts_at: at(from), ends_at: at(to), places: places.into() }
    }

    fn checked(level: u8, part: DayPart, slots: &[NewSlot]) -> Result<(), SlotFault> {
        let city = City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        };
        slot_rule().check(level, &city, ("2026-11-24".parse().unwrap(), part), slots)
    }

    #[test]
    fn slots_are_short_in_order_and_within_their_part_of_the_day() {
        use SlotFault::{Count, Hours, Length, Order, Places};
        let one = &[(Channel::App, 1)][..];
        for (what, slots, expected) in [
            ("none", vec![], Err(Count)),
            ("too many", vec![slot("08:00", "08:30", one); 5], Err(Count)),
            ("half an hour", vec![slot("08:00", "08:30", one)], Ok(())),
            ("longer", vec![slot("08:00", "08:31", one)], Err(Length(0))),
            ("backwards", vec![slot("08:30", "08:00", one)], Err(Length(0))),
            ("empty", vec![slot("08:30", "08:30", one)], Err(Length(0))),
            (
                "with a pause",
                vec![slot("08:00", "08:30", one), slot("09:00", "09:30", one)],
                Ok(()),
            ),
            (
                "overlapping",
                vec![slot("08:00", "08:30", one), slot("08:29", "08:45", one)],
                Err(Order(1)),
            ),
            ("too early", vec![slot("07:59", "08:15", one)], Err(Hours(0))),
            (
                "too late",
                vec![slot("11:30", "12:00", one), slot("12:00", "12:01", one)],
                Err(Hours(1)),
            ),
            ("without places", vec![slot("08:00", "08:30", &[])], Err(Places(0))),
            ("with none", vec![slot("08:00", "08:30", &[(Channel::App, 0)])], Err(Places(0))),
            ("crowded", vec![slot("08:00", "08:30", &[(Channel::App, 11)])], Err(Places(0))),
            (
                "a channel twice",
                vec![slot("08:00", "08:30", &[(Channel::App, 1), (Channel::App, 1)])],
                Err(Places(0)),
            ),
        ] {
            assert_eq!(checked(3, DayPart::Morning, &slots), expected, "{what}");
        }
    }

    #[test]
    fn small_hospitals_may_divide_coarsely_and_every_part_has_its_hours() {
        let hour = [slot("08:00", "09:00", &[(Channel::App, 1)])];
        for (level, expected) in [
            (0, Ok(())),
            (1, Ok(())),
            (2, Err(SlotFault::Length(0))),
            (3, Err(SlotFault::Length(0))),
        ] {
            assert_eq!(checked(level, DayPart::Morning, &hour), expected, "level {level}");
        }
        assert_eq!(checked(1, DayPart::Evening, &hour), Err(SlotFault::Hours(0)));
    }

    #[test]
    fn the_day_is_the_citys() {
        // 07:30 on the 25th in Hangzhou is still the 24th in Greenwich.
        let early = NewSlot {
            starts_at: "2026-11-24T23:30:00Z".parse().unwrap(),
            ends_at: "2026-11-24T23:45:00Z".parse().unwrap(),
            places: vec![(Channel::App, 1)],
        };
        assert_eq!(checked(3, DayPart::Morning, &[early]), Err(SlotFault::Hours(0)));
    }
}
