//! What a session has to be like.

use crate::{
    error::Error,
    model::{Allocation, Claims, NewSession},
};

/// Slots of a session at most.
const SLOTS: usize = 200;
/// Places of a slot for one channel at most.
const PLACES: u16 = 10_000;
/// Hours of a session at most, in minutes.
const MINUTES: i64 = 24 * 60;

/// Whether slots follow each other without overlaps, and have places for channels that stand there
/// once.
pub(crate) fn check(new: &NewSession) -> Result<(), Error> {
    let (Some(first), Some(last)) = (new.slots.first(), new.slots.last()) else {
        return Err(Error::SlotsUnsound("a session has a slot"));
    };
    if new.slots.len() > SLOTS {
        return Err(Error::SlotsUnsound("a session has no more than 200 slots"));
    }
    if new.slots.iter().any(|slot| slot.ends_at <= slot.starts_at) {
        return Err(Error::SlotsUnsound("a slot ends after it begins"));
    }
    let follow = new.slots.windows(2).all(|pair| match pair {
        [one, next] => one.ends_at <= next.starts_at,
        _ => true,
    });
    if !follow {
        return Err(Error::SlotsUnsound("slots follow each other without overlaps"));
    }
    if (last.ends_at - first.starts_at).num_minutes() > MINUTES {
        return Err(Error::SlotsUnsound("a session is within a day"));
    }
    for slot in &new.slots {
        let mut channels: Vec<_> = slot.places.iter().map(|(channel, _)| *channel).collect();
        channels.sort_unstable();
        channels.dedup();
        if channels.is_empty() || channels.len() != slot.places.len() {
            return Err(Error::SlotsUnsound("a slot has places, and each channel once"));
        }
        if slot.places.iter().any(|(_, places)| *places > PLACES) {
            return Err(Error::SlotsUnsound("a channel has no more than 10,000 places of a slot"));
        }
    }
    if new.claims == Claims::Service && new.allocation == Allocation::Draw {
        return Err(Error::SlotsUnsound("what a service claims is not drawn by lot"));
    }
    if new.fee.minor() < 0 {
        return Err(Error::SlotsUnsound("a fee is not negative"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use citygate_catalogue::AgencyId;
    use citygate_kernel::{CityCode, Currency, Money, Text};
    use uuid::Uuid;

    use super::*;
    use crate::model::{Channel, DayPart, NewSlot};

    fn slot(from: i64, to: i64, places: &[(Channel, u16)]) -> NewSlot {
        let at: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().unwrap();
        let minutes = |m| at + TimeDelta::minutes(m);
        NewSlot { starts_at: minutes(from), ends_at: minutes(to), places: places.to_vec() }
    }

    fn session(slots: Vec<NewSlot>) -> NewSession {
        NewSession {
            agency: AgencyId::from_parts(CityCode::HANGZHOU, Uuid::from_u128(1)),
            service: "hospital",
            external_no: "S1".into(),
            unit: Uuid::from_u128(2),
            provider: None,
            grade: "general".into(),
            title: Text::new("Cardiology", "心内科"),
            place: Text::new("Building 2", "2号楼"),
            on: "2026-12-01".parse().unwrap(),
            part: DayPart::Morning,
            slots,
            fee: Money::new(1_000, Currency::Cny),
            allocation: Allocation::FirstCome,
            claims: Claims::Open,
        }
    }

    #[test]
    fn sound_and_unsound_slots() {
        use Channel::{App, Onsite};
        let ok = |slots| check(&session(slots)).is_ok();
        assert!(ok(vec![slot(0, 30, &[(App, 4), (Onsite, 2)]), slot(30, 60, &[(App, 4)])]));
        assert!(ok(vec![slot(0, 30, &[(App, 0)])]));
        assert!(!ok(vec![]));
        assert!(!ok(vec![slot(30, 30, &[(App, 4)])]));
        assert!(!ok(vec![slot(0, 30, &[(App, 4)]), slot(29, 60, &[(App, 4)])]));
        assert!(!ok(vec![slot(30, 60, &[(App, 4)]), slot(0, 30, &[(App, 4)])]));
        assert!(!ok(vec![slot(0, 30, &[])]));
        assert!(!ok(vec![slot(0, 30, &[(App, 4), (App, 2)])]));
        assert!(!ok(vec![slot(0, 30, &[(App, 10_001)])]));
        assert!(!ok(vec![slot(0, 30, &[(App, 1)]), slot(1_420, 1_441, &[(App, 1)])]));
        assert!(ok(vec![slot(0, 30, &[(App, 1)]), slot(1_410, 1_440, &[(App, 1)])]));
    }

    #[test]
    fn what_a_service_claims_is_not_drawn() {
        for (allocation, claims, sound) in [
            (Allocation::Draw, Claims::Open, true),
            (Allocation::FirstCome, Claims::Service, true),
            (Allocation::Draw, Claims::Service, false),
        ] {
            let slots = vec![slot(0, 30, &[(Channel::App, 1)])];
            let new = NewSession { allocation, claims, ..session(slots) };
            assert_eq!(check(&new).is_ok(), sound, "{allocation:?} {claims:?}");
        }
    }
}
