//! When places are released, and when lots are drawn for them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use citygate_catalogue::City;
use serde::{Deserialize, Serialize};

use super::instant;

/// When the places of a day are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseRule {
    /// How many days before.
    pub days_ahead: u16,
    /// When on that day, by the city's clocks.
    pub at: NaiveTime,
}

impl ReleaseRule {
    /// When the places of a day can be had.
    pub(crate) fn releases_at(&self, on: NaiveDate, city: &City) -> DateTime<Utc> {
        instant(city, on - TimeDelta::days(i64::from(self.days_ahead)), self.at)
    }
}

/// How long people can enter a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrawRule {
    /// Minutes from the release.
    pub closes_minutes_after_release: u32,
}

impl DrawRule {
    /// When nobody can enter any more and the lots are drawn.
    pub(crate) fn draws_at(&self, releases_at: DateTime<Utc>) -> DateTime<Utc> {
        releases_at + TimeDelta::minutes(i64::from(self.closes_minutes_after_release))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::{at, city, city_in, on, params, refuses},
        *,
    };

    #[test]
    fn releases_as_hospitals_publish_them() {
        for (days, time, expected) in [
            (7, "07:00", "2026-11-24 07:00"),
            (14, "00:00", "2026-11-17 00:00"),
            (90, "06:30", "2026-09-02 06:30"),
            (0, "06:00", "2026-12-01 06:00"),
        ] {
            let rule: ReleaseRule = params(json!({"days_ahead": days, "at": time}));
            assert_eq!(rule.releases_at(on("2026-12-01"), &city()), at(expected));
        }
    }

    #[test]
    fn a_release_is_at_the_hour_of_the_clocks_in_summer_and_winter() {
        let rule: ReleaseRule = params(json!({"days_ahead": 7, "at": "07:00"}));
        let utc = |day| rule.releases_at(on(day), &city_in("Europe/Berlin")).to_rfc3339();
        assert_eq!(utc("2026-10-31"), "2026-10-24T05:00:00+00:00");
        assert_eq!(utc("2026-11-01"), "2026-10-25T06:00:00+00:00");
    }

    #[test]
    fn lots_are_drawn_a_while_after_the_release() {
        let rule: DrawRule = params(json!({"closes_minutes_after_release": 720}));
        assert_eq!(rule.draws_at(at("2026-11-24 07:00")), at("2026-11-24 19:00"));
    }

    #[test]
    fn what_is_no_release_is_refused() {
        refuses::<ReleaseRule>(&[
            json!({"days_ahead": 7}),
            json!({"days_ahead": -7, "at": "07:00"}),
            json!({"days_ahead": 7, "at": "7 o'clock"}),
            json!({"days_ahead": 7, "at": "07:00", "zone": "UTC"}),
        ]);
        refuses::<DrawRule>(&[json!({}), json!({"closes_minutes_after_release": -1})]);
    }
}
