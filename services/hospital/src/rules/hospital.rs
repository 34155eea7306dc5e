//! Where a hospital stands in the directory, and how far away it is.

use crate::model::{HospitalEvent, HospitalState, Position};

/// What becomes of a hospital; nothing where that cannot happen to it. The same again is no change.
pub(crate) fn next(state: HospitalState, event: HospitalEvent) -> Option<HospitalState> {
    use HospitalEvent as Event;
    use HospitalState as State;
    match (state, event) {
        (State::Draft | State::Listed | State::Suspended, Event::List) => Some(State::Listed),
        (State::Listed | State::Suspended, Event::Suspend) => Some(State::Suspended),
        (_, Event::Delist) => Some(State::Delisted),
        (State::Draft, Event::Suspend) | (State::Delisted, Event::List | Event::Suspend) => None,
    }
}

/// A degree of latitude, on a sphere with the earth's mean radius of 6,371 km.
const METRES_A_DEGREE: i64 = 111_195;

/// How far two places of one region are apart, in metres: exact to a few parts in a thousand over the
/// distances of a city.
pub(crate) fn metres(from: Position, to: Position) -> u64 {
    let [west, south] = [from.longitude_micro, from.latitude_micro].map(i64::from);
    let [east, north] = [to.longitude_micro, to.latitude_micro].map(i64::from);
    // The shorter way around.
    let across = (east - west).abs().min(360_000_000 - (east - west).abs());
    let across = across * METRES_A_DEGREE / 1_000_000 * cosine_ppm((south + north) / 2) / 1_000_000;
    let along = (north - south) * METRES_A_DEGREE / 1_000_000;
    (across * across + along * along).unsigned_abs().isqrt()
}

/// The cosine of a latitude, in millionths, by Bhaskara's rational approximation: within 0.0017.
fn cosine_ppm(latitude_micro: i64) -> i64 {
    const TURN: i64 = 32_400_000_000;
    let square = (latitude_micro / 1_000).pow(2);
    (TURN - 4 * square) * 1_000_000 / (TURN + square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_in_every_state() {
        use HospitalEvent::{Delist, List, Suspend};
        use HospitalState::{Delisted, Draft, Listed, Suspended};
        let table = [
            (Draft, [Some(Listed), None, Some(Delisted)]),
            (Listed, [Some(Listed), Some(Suspended), Some(Delisted)]),
            (Suspended, [Some(Listed), Some(Suspended), Some(Delisted)]),
            (Delisted, [None, None, Some(Delisted)]),
        ];
        assert_eq!(table.map(|(state, _)| state), HospitalState::ALL);
        for (state, expected) in table {
            let found = [List, Suspend, Delist].map(|event| next(state, event));
            assert_eq!(found, expected, "{state:?}");
        }
    }

    fn at(longitude_micro: i64, latitude_micro: i64) -> Position {
        Position::within(longitude_micro, latitude_micro).unwrap()
    }

    #[test]
    fn distances() {
        // By the haversine formula on the same sphere.
        for (from, to, exact) in [
            (at(120_168_200, 30_253_100), at(120_168_200, 30_253_100), 0),
            (at(120_168_200, 30_253_100), at(120_211_000, 30_206_000), 6_658),
            (at(120_168_200, 30_253_100), at(121_473_700, 31_230_400), 165_814),
            (at(179_900_000, 0), at(-179_900_000, 0), 22_239),
        ] {
            let found = metres(from, to);
            assert!(found.abs_diff(exact) <= exact / 200, "{found} for {exact}");
            assert_eq!(found, metres(to, from), "there and back");
        }
    }

    #[test]
    fn the_ends_of_the_earth_do_not_overflow() {
        let far = metres(at(-180_000_000, -90_000_000), at(0, 90_000_000));
        assert!(far >= 20_015_000, "{far}");
        assert_eq!(Position::within(180_000_001, 0), None);
        assert_eq!(Position::within(0, -90_000_001), None);
        assert_eq!(Position::within(i64::MAX, i64::MIN + 1), None);
    }
}
