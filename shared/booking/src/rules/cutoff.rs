//! Until when something can be done that has to be done before an appointment.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use citygate_catalogue::City;
use serde::{Deserialize, Serialize};

use super::instant;

/// The last instant, as agencies set it: `{"days_before": 1, "at": "15:00"}`, or
/// `{"minutes_before": 30}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Cutoff {
    /// At a time of the city on a day before, or on the day itself.
    Day {
        /// How many days before; none is the day itself.
        days_before: u16,
        /// When on that day.
        at: NaiveTime,
    },
    /// So long before it starts.
    Minutes {
        /// Minutes.
        minutes_before: u32,
    },
}

impl Cutoff {
    /// The instant before which it can be done for what starts then. Never after the start: a time
    /// of the day itself can be later than a morning.
    pub(crate) fn before(self, starts_at: DateTime<Utc>, city: &City) -> DateTime<Utc> {
        match self {
            Self::Day { days_before, at } => {
                let day = city.date(starts_at) - TimeDelta::days(i64::from(days_before));
                instant(city, day, at).min(starts_at)
            }
            Self::Minutes { minutes_before } => {
                starts_at - TimeDelta::minutes(i64::from(minutes_before))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::{at, city, params, refuses},
        *,
    };

    #[test]
    fn cutoffs_as_hospitals_publish_them() {
        let cutoff = |value, start| params::<Cutoff>(value).before(at(start), &city());
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
        ] {
            assert_eq!(cutoff(value.clone(), start), at(expected), "{value} {start}");
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
            json!({"minutes_before": 30, "at": "15:00"}),
            json!({"minutes_before": 30, "days_before": 1, "at": "15:00"}),
        ]);
    }
}
