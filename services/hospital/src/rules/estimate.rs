//! How long people wait: from how long others took at this station today.

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::model::Station;

/// Key of the rule for estimates.
pub const ESTIMATE: &str = "hospital.queue.estimate";

/// Parameters of [`ESTIMATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateRule {
    /// How many of the last who were served are looked at.
    pub samples: u16,
    /// How many of them the usual time counts for.
    pub weight: u16,
    /// How long one person usually takes.
    pub usual_seconds: UsualSeconds,
}

/// How long one person usually takes, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsualSeconds {
    /// With a doctor.
    pub consultation: u32,
    /// Giving a sample.
    pub laboratory: u32,
    /// Having a picture taken.
    pub imaging: u32,
    /// Collecting medicine.
    pub pharmacy: u32,
}

impl UsualSeconds {
    fn at(self, station: Station) -> u32 {
        match station {
            Station::Consultation => self.consultation,
            Station::Laboratory => self.laboratory,
            Station::Imaging => self.imaging,
            Station::Pharmacy => self.pharmacy,
        }
    }
}

/// How long one person takes, in seconds: the mean of the last, with the usual time among them so
/// that the first few do not decide. Three times the median is the most that one counts: somebody
/// forgot to press a button.
pub fn typical_seconds(station: Station, served: &[i64], rule: &EstimateRule) -> i64 {
    let usual = i64::from(rule.usual_seconds.at(station));
    let mut last: Vec<i64> =
        served.iter().copied().filter(|s| *s > 0).take(rule.samples.into()).collect();
    last.sort_unstable();
    let median = last.get(last.len() / 2).copied().unwrap_or(usual);
    let cap = median.saturating_mul(3);
    let sum = last.iter().fold(0_i64, |sum, s| sum.saturating_add((*s).min(cap)));
    let (weight, count) = (i64::from(rule.weight), i64::try_from(last.len()).unwrap_or(i64::MAX));
    let all = weight.saturating_add(count).max(1);
    let mean = sum.saturating_add(usual.saturating_mul(weight)) / all;
    mean.max(1)
}

/// A station at a moment, as far as waiting depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load<'a> {
    /// The moment.
    pub now: DateTime<Utc>,
    /// When it opens; nobody is seen before.
    pub opens_at: DateTime<Utc>,
    /// How many rooms call.
    pub rooms: u16,
    /// Since when each who is inside, or called, is.
    pub inside: &'a [DateTime<Utc>],
    /// How long one person takes, in seconds.
    pub typical_seconds: i64,
}

/// How long somebody waits who has so many before. None while no room calls.
pub fn wait(ahead: usize, load: &Load<'_>) -> Option<TimeDelta> {
    if load.rooms == 0 && load.inside.is_empty() {
        return None;
    }
    let typical = load.typical_seconds.max(1);
    let rooms = usize::from(load.rooms).max(load.inside.len());
    // Who is inside for longer than most is expected to stay a little longer still.
    let rest = |since: &DateTime<Utc>| {
        (typical - (load.now - *since).num_seconds().max(0)).max(typical / 4)
    };
    let mut free: BinaryHeap<Reverse<i64>> = load.inside.iter().map(|s| Reverse(rest(s))).collect();
    let opens = (load.opens_at - load.now).num_seconds().max(0);
    free.extend(std::iter::repeat_n(Reverse(opens), rooms.saturating_sub(load.inside.len())));
    for _ in 0..ahead {
        let Reverse(next) = free.pop()?;
        free.push(Reverse(next.saturating_add(typical)));
    }
    free.pop().and_then(|Reverse(seconds)| TimeDelta::try_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: EstimateRule = EstimateRule {
        samples: 5,
        weight: 1,
        usual_seconds: UsualSeconds {
            consultation: 300,
            laboratory: 120,
            imaging: 600,
            pharmacy: 60,
        },
    };

    #[test]
    fn the_typical_time_is_a_mean_that_one_forgotten_button_does_not_spoil() {
        for (served, seconds) in [
            (&[][..], 300),
            (&[100], 200),
            (&[100, 100, 100, 100], 140),
            (&[100, 100, 100, 100, 36_000], (4 * 100 + 300 + 300) / 6),
            (&[100, 100, 100, 100, 100, 9_000, 9_000], (5 * 100 + 300) / 6),
            (&[0, -5], 300),
            (&[i64::MAX, i64::MAX], i64::MAX / 3),
        ] {
            assert_eq!(typical_seconds(Station::Consultation, served, &RULE), seconds);
        }
    }

    #[test]
    fn waiting_is_the_time_until_a_room_is_free() {
        let now: DateTime<Utc> = "2026-11-23T01:00:00Z".parse().unwrap();
        let before = |seconds| now - TimeDelta::seconds(seconds);
        for (ahead, rooms, inside, seconds) in [
            (0, 0, vec![], None),
            (0, 1, vec![], Some(0)),
            (2, 1, vec![], Some(200)),
            (0, 1, vec![before(40)], Some(60)),
            (1, 1, vec![before(40)], Some(160)),
            (0, 1, vec![before(900)], Some(25)),
            (0, 2, vec![before(40)], Some(0)),
            (1, 2, vec![before(40)], Some(60)),
            (3, 2, vec![before(40), before(0)], Some(200)),
            (0, 0, vec![before(40)], Some(60)),
        ] {
            let load = Load { now, opens_at: now, rooms, inside: &inside, typical_seconds: 100 };
            let expected = seconds.map(TimeDelta::seconds);
            assert_eq!(wait(ahead, &load), expected, "{ahead} before, {rooms} rooms, {inside:?}");
        }
        let opens_at = now + TimeDelta::seconds(600);
        let load = Load { now, opens_at, rooms: 1, inside: &[], typical_seconds: 100 };
        assert_eq!(wait(1, &load), Some(TimeDelta::seconds(700)));
    }
}
