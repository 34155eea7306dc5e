//! How long a place is held for its fee.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long there is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldRule {
    /// Minutes.
    pub minutes: u32,
}

impl HoldRule {
    /// Until when a place is held that is claimed now. Not past the instant at which the session
    /// closes, though: a place that comes back after it is lost to everybody.
    pub(crate) fn until(&self, now: DateTime<Utc>, closes_at: DateTime<Utc>) -> DateTime<Utc> {
        (now + TimeDelta::minutes(i64::from(self.minutes))).min(closes_at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::{at, params, refuses},
        *,
    };

    #[test]
    fn a_hold_ends_after_its_minutes_or_when_the_session_closes() {
        let rule: HoldRule = params(json!({"minutes": 15}));
        let until = |now| rule.until(at(now), at("2026-12-01 07:30"));
        assert_eq!(until("2026-12-01 07:00"), at("2026-12-01 07:15"));
        assert_eq!(until("2026-12-01 07:15"), at("2026-12-01 07:30"));
        assert_eq!(until("2026-12-01 07:29"), at("2026-12-01 07:30"));
        refuses::<HoldRule>(&[json!({}), json!({"minutes": -1}), json!({"minutes": 1, "s": 1})]);
    }
}
