//! How many people a client may look for.

use chrono::{DateTime, TimeDelta, Utc};

/// Different documents within an hour, found or not.
pub(crate) const LOOKUPS_PER_HOUR: usize = 50;

/// Whether a client that has looked for so many documents within the hour, the first of them at
/// `first_at`, may look for another one; otherwise how long it waits.
pub(crate) fn one_more_lookup(
    documents: usize,
    first_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), TimeDelta> {
    match first_at {
        Some(first) if documents >= LOOKUPS_PER_HOUR => Err(first + TimeDelta::hours(1) - now),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_makes_room_after_an_hour() {
        let at = |minute: i64| DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap();
        assert_eq!(one_more_lookup(0, None, at(0)), Ok(()));
        assert_eq!(one_more_lookup(49, Some(at(0)), at(10)), Ok(()));
        assert_eq!(one_more_lookup(50, Some(at(0)), at(10)), Err(TimeDelta::minutes(50)));
    }
}
