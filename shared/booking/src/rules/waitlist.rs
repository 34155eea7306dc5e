//! How long a waitlist is, and how long an offer stands.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::City;
use serde::{Deserialize, Serialize};

use super::cutoff::Cutoff;

/// What applies to those who wait for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitlistRule {
    /// How many can wait for a session at the same time.
    pub max_length: u32,
    /// How long an offer stands.
    pub pay_minutes: u32,
    /// Until when places are offered: by then nobody waits any more.
    pub closes: Cutoff,
}

impl WaitlistRule {
    /// When everybody who still waits for what starts then is told that it was in vain.
    pub(crate) fn closes_at(
        &self,
        starts_at: DateTime<Utc>,
        city: &City,
        calendar: &HolidayCalendar,
    ) -> DateTime<Utc> {
        self.closes.before(starts_at, city, calendar)
    }

    /// Until when an offer stands that is made now.
    pub(crate) fn offer_until(
        &self,
        now: DateTime<Utc>,
        closes_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        (now + TimeDelta::minutes(i64::from(self.pay_minutes))).min(closes_at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::{at, city, on, params, refuses},
        *,
    };

    #[test]
    fn an_offer_stands_for_a_day_and_never_longer_than_the_list() {
        let rule: WaitlistRule = params(json!({
            "max_length": 50, "pay_minutes": 1440, "closes": {"days_before": 1, "at": "23:00"}
        }));
        let plain = HolidayCalendar::new([], on("2026-12-31"));
        let closes_at = rule.closes_at(at("2026-12-01 08:00"), &city(), &plain);
        assert_eq!(closes_at, at("2026-11-30 23:00"));
        let until = |now| rule.offer_until(at(now), closes_at);
        assert_eq!(until("2026-11-28 09:30"), at("2026-11-29 09:30"));
        assert_eq!(until("2026-11-29 23:00"), at("2026-11-30 23:00"));
        assert_eq!(until("2026-11-30 20:00"), at("2026-11-30 23:00"));
    }

    #[test]
    fn what_is_no_waitlist_is_refused() {
        refuses::<WaitlistRule>(&[
            json!({"max_length": 50, "pay_minutes": 60}),
            json!({"max_length": -1, "pay_minutes": 60, "closes": {"minutes_before": 60}}),
            json!({"max_length": 1, "pay_minutes": 60, "closes": {}}),
            json!({"max_length": 1, "pay_minutes": 60, "closes": {"minutes_before": 60}, "x": 1}),
        ]);
    }
}
