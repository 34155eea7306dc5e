//! How often an address may ask for a code, and guess it.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a code works.
pub(crate) const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// How long an address waits between two codes.
const SEND_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// Codes an address gets within an hour.
const SENDS_PER_HOUR: i16 = 5;
/// Guesses at one code.
const ATTEMPTS_PER_CODE: i16 = 5;
/// Guesses at all codes of an address within an hour.
const ATTEMPTS_PER_HOUR: i16 = 10;

/// How long an access token of a citizen works.
pub(crate) const CITIZEN_TOKEN_LIFE: TimeDelta = TimeDelta::seconds(600);
/// How long an access token of a system works.
pub(crate) const PARTNER_TOKEN_LIFE: TimeDelta = TimeDelta::seconds(300);
/// How long a refresh token works when it is not used.
pub(crate) const REFRESH_IDLE: TimeDelta = TimeDelta::days(30);
/// How long a session lasts, however much it is used.
pub(crate) const SESSION_LIFE: TimeDelta = TimeDelta::days(90);
/// The furthest expiry of a client assertion that is accepted (RFC 7523, 3: "unreasonably far").
/// Common clients of the standard make assertions for an hour and cannot be told otherwise; each
/// works once however long it lasts.
pub(crate) const ASSERTION_LIFE: TimeDelta = TimeDelta::hours(1);

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeState {
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub attempts: i16,
    pub used: bool,
    pub hour_started_at: DateTime<Utc>,
    pub sent_in_hour: i16,
    pub attempts_in_hour: i16,
}

impl CodeState {
    /// An address that has not asked yet.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            sent_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH,
            attempts: 0,
            used: true,
            hour_started_at: now,
            sent_in_hour: 0,
            attempts_in_hour: 0,
        }
    }

    fn within_hour(mut self, now: DateTime<Utc>) -> Self {
        if now - self.hour_started_at >= TimeDelta::hours(1) {
            self.hour_started_at = now;
            self.sent_in_hour = 0;
            self.attempts_in_hour = 0;
        }
        self
    }

    /// A new code goes out, or the address has to wait so many seconds.
    pub(crate) fn send(self, now: DateTime<Utc>) -> Result<Self, TimeDelta> {
        let state = self.within_hour(now);
        if now < state.sent_at + SEND_PAUSE {
            return Err(state.sent_at + SEND_PAUSE - now);
        }
        if state.sent_in_hour >= SENDS_PER_HOUR {
            return Err(state.hour_started_at + TimeDelta::hours(1) - now);
        }
        Ok(Self {
            sent_at: now,
            expires_at: now + CODE_LIFE,
            attempts: 0,
            used: false,
            sent_in_hour: state.sent_in_hour + 1,
            ..state
        })
    }

    /// A guess is made. `None` when none is allowed; then nothing is compared at all.
    pub(crate) fn guess(self, now: DateTime<Utc>) -> Option<Self> {
        let state = self.within_hour(now);
        let allowed = !state.used
            && now < state.expires_at
            && state.attempts < ATTEMPTS_PER_CODE
            && state.attempts_in_hour < ATTEMPTS_PER_HOUR;
        allowed.then(|| Self {
            attempts: state.attempts + 1,
            attempts_in_hour: state.attempts_in_hour + 1,
            ..state
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_code_a_minute_and_five_an_hour() {
        let mut state = CodeState::new(at(0)).send(at(0)).unwrap();
        assert_eq!(state.clone().send(at(59)), Err(TimeDelta::seconds(1)));
        for minute in 1..5 {
            state = state.send(at(minute * 60)).unwrap();
        }
        assert_eq!(state.clone().send(at(300)), Err(TimeDelta::seconds(3_300)));
        assert!(state.send(at(3_600)).is_ok());
    }

    #[test]
    fn five_guesses_a_code_ten_an_hour_and_none_after_ten_minutes() {
        let mut state = CodeState::new(at(0)).send(at(0)).unwrap();
        assert_eq!(state.clone().guess(at(600)), None, "expired");
        for _ in 0..5 {
            state = state.guess(at(1)).unwrap();
        }
        assert_eq!(state.clone().guess(at(1)), None);
        state = state.send(at(60)).unwrap();
        for _ in 0..5 {
            state = state.guess(at(61)).unwrap();
        }
        state = state.send(at(120)).unwrap();
        assert_eq!(state.clone().guess(at(121)), None, "a new code buys no new guesses");
        assert!(state.send(at(3_600)).unwrap().guess(at(3_601)).is_some());
    }

    #[test]
    fn a_used_code_is_no_code() {
        let state = CodeState { used: true, ..CodeState::new(at(0)).send(at(0)).unwrap() };
        assert_eq!(state.guess(at(1)), None);
    }
}
