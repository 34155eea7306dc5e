//! What becomes of a refresh token that is presented.

use chrono::{DateTime, TimeDelta, Utc};

/// For how long the answer to a refresh may have been lost on its way.
const LOST_ANSWER: TimeDelta = TimeDelta::seconds(30);

/// What is known of a refresh token whose session runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefreshState {
    pub used: bool,
    pub expires_at: DateTime<Utc>,
    /// Whether its successor was replaced once already.
    pub reissued: bool,
    /// When its successor was made, while that has not been used.
    pub unused_successor: Option<DateTime<Utc>>,
}

/// What happens to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is exchanged for the next one.
    Next,
    /// The answer with its successor was lost: the successor is replaced.
    Again,
    /// Nothing: its time is over.
    Over,
    /// It was copied: its session ends for whoever holds it (RFC 9700, 4.14.2).
    Reuse,
}

/// Decides about a token. The lost answer is forgiven once, and only as long as nobody has used the
/// successor.
pub(crate) fn turn(token: &RefreshState, now: DateTime<Utc>) -> Turn {
    match token.unused_successor {
        _ if !token.used && now < token.expires_at => Turn::Next,
        _ if !token.used => Turn::Over,
        Some(since) if !token.reissued && now < since + LOST_ANSWER => Turn::Again,
        _ => Turn::Reuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn what_becomes_of_a_token() {
        let fresh = RefreshState { expires_at: at(100), ..RefreshState::default() };
        let used = RefreshState { used: true, unused_successor: Some(at(10)), ..fresh.clone() };
        let reissued = RefreshState { reissued: true, ..used.clone() };
        let followed = RefreshState { unused_successor: None, ..used.clone() };
        for (why, state, now, expected) in [
            ("fresh", &fresh, 99, Turn::Next),
            ("too late", &fresh, 100, Turn::Over),
            ("the answer was lost", &used, 39, Turn::Again),
            ("the answer cannot have been lost for so long", &used, 40, Turn::Reuse),
            ("for the third time", &reissued, 11, Turn::Reuse),
            ("the answer has arrived", &followed, 11, Turn::Reuse),
        ] {
            assert_eq!(turn(state, at(now)), expected, "{why}");
        }
    }
}
