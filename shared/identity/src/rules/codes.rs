//! One-time codes: how long they work, and how often they may be guessed at.

use chrono::{DateTime, TimeDelta, Utc};

/// Guesses at one code.
pub(crate) const GUESSES_PER_CODE: i16 = 5;

/// How a code reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Mail,
    Sms,
}

impl Channel {
    /// How long a code works.
    pub(crate) const fn code_life(self) -> TimeDelta {
        match self {
            Self::Mail => TimeDelta::minutes(10),
            Self::Sms => TimeDelta::minutes(5),
        }
    }
}

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignIn,
    AddPhone,
}

/// What is known of a code that somebody guesses at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeState {
    pub attempts: i16,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
}

impl CodeState {
    /// A guess is made. `None` when none is allowed; then nothing is compared at all.
    pub(crate) fn guess(self, now: DateTime<Utc>) -> Option<Self> {
        let allowed = !self.used && now < self.expires_at && self.attempts < GUESSES_PER_CODE;
        allowed.then_some(Self { attempts: self.attempts + 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_guesses_until_it_is_used_or_runs_out() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for channel in [Channel::Mail, Channel::Sms] {
            let expires_at = now + channel.code_life();
            let mut state = CodeState { attempts: 0, expires_at, used: false };
            assert_eq!(state.guess(expires_at), None, "run out");
            assert!(state.guess(expires_at - TimeDelta::microseconds(1)).is_some());
            assert_eq!(CodeState { used: true, ..state }.guess(now), None, "used");
            for attempts in 1..=GUESSES_PER_CODE {
                state = state.guess(now).unwrap();
                assert_eq!(state.attempts, attempts);
            }
            assert_eq!(state.guess(now), None);
        }
        assert_eq!(Channel::Mail.code_life().num_seconds(), 600);
        assert_eq!(Channel::Sms.code_life().num_seconds(), 300);
    }
}
