//! How often something may be done, and how long to wait for the next time.

use chrono::{DateTime, TimeDelta, Utc};

/// A limit on how often something is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// How long to wait between two times.
    pub pause: TimeDelta,
    /// How often within an hour.
    pub per_hour: i32,
    /// How often within a day.
    pub per_day: i32,
}

/// Codes to one address.
pub(crate) const SENDS: Limit = Limit { pause: TimeDelta::seconds(60), per_hour: 5, per_day: 10 };
/// Codes that one client asks for, whatever the address.
pub(crate) const fn sends_of_client(per_hour: i32) -> Limit {
    Limit { pause: TimeDelta::zero(), per_hour, per_day: i32::MAX }
}
/// Guesses at the codes of one address that one client asked for.
pub(crate) const GUESSES: Limit = Limit { pause: TimeDelta::zero(), per_hour: 10, per_day: 50 };

/// So many wrong passwords are nothing but typing.
const FREE_FAILURES: i32 = 3;
/// The longest wait that wrong passwords cause: it slows down, and locks nobody out.
const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(15);

/// How often something was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counter {
    pub last_at: DateTime<Utc>,
    pub hour_started_at: DateTime<Utc>,
    pub in_hour: i32,
    pub day_started_at: DateTime<Utc>,
    pub in_day: i32,
}

impl Counter {
    /// Nothing was done yet.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            last_at: DateTime::UNIX_EPOCH,
            hour_started_at: now,
            in_hour: 0,
            day_started_at: now,
            in_day: 0,
        }
    }

    fn at(self, now: DateTime<Utc>) -> Self {
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
        let fresh = |started_at, length, count| {
            if now - started_at >= length { (now, 0) } else { (started_at, count) }
        };
        let (hour_started_at, in_hour) = fresh(self.hour_started_at, hour, self.in_hour);
        let (day_started_at, in_day) = fresh(self.day_started_at, day, self.in_day);
        Self { hour_started_at, in_hour, day_started_at, in_day, ..self }
    }

    /// Once more, or how long to wait.
    pub(crate) fn count(self, limit: &Limit, now: DateTime<Utc>) -> Result<Self, TimeDelta> {
        let counter = self.at(now);
        // Of two that began at the same moment, the earlier may be counted later.
        if !limit.pause.is_zero() && now < counter.last_at + limit.pause {
            return Err(counter.last_at + limit.pause - now);
        }
        if counter.in_day >= limit.per_day {
            return Err(counter.day_started_at + TimeDelta::days(1) - now);
        }
        if counter.in_hour >= limit.per_hour {
            return Err(counter.hour_started_at + TimeDelta::hours(1) - now);
        }
        Ok(counter.once_more(now))
    }

    /// One more try at a password, or how long to wait: nothing after three failures, then twice as
    /// long each time, up to a quarter of an hour.
    pub(crate) fn try_password(self, now: DateTime<Utc>) -> Result<Self, TimeDelta> {
        let counter = self.at(now);
        let delay = match counter.in_day - FREE_FAILURES {
            ..0 => TimeDelta::zero(),
            failures @ 0..10 => TimeDelta::seconds(1 << failures).min(LONGEST_DELAY),
            10.. => LONGEST_DELAY,
        };
        if now < counter.last_at + delay {
            return Err(counter.last_at + delay - now);
        }
        Ok(counter.once_more(now))
    }

    fn once_more(self, now: DateTime<Utc>) -> Self {
        Self { last_at: now, in_hour: self.in_hour + 1, in_day: self.in_day + 1, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_code_a_minute_five_an_hour_and_ten_a_day() {
        let mut counter = Counter::new(at(0)).count(&SENDS, at(0)).unwrap();
        assert_eq!(counter.clone().count(&SENDS, at(59)), Err(TimeDelta::seconds(1)));
        for minute in 1..5 {
            counter = counter.count(&SENDS, at(minute * 60)).unwrap();
        }
        assert_eq!(counter.clone().count(&SENDS, at(300)), Err(TimeDelta::seconds(3_300)));
        for minute in 60..65 {
            counter = counter.count(&SENDS, at(minute * 60)).unwrap();
        }
        let tomorrow = TimeDelta::seconds(86_400 - 7_200);
        assert_eq!(counter.clone().count(&SENDS, at(7_200)), Err(tomorrow));
        assert!(counter.count(&SENDS, at(86_400)).is_ok());
    }

    #[test]
    fn without_a_pause_it_does_not_matter_who_is_counted_first() {
        let counter = Counter::new(at(0)).count(&GUESSES, at(1)).unwrap();
        assert!(counter.count(&GUESSES, at(0)).is_ok());
    }

    #[test]
    fn ten_guesses_an_hour() {
        let mut counter = Counter::new(at(0));
        for _ in 0..10 {
            counter = counter.count(&GUESSES, at(1)).unwrap();
        }
        assert_eq!(counter.clone().count(&GUESSES, at(2)), Err(TimeDelta::seconds(3_598)));
        assert!(counter.count(&GUESSES, at(3_600)).is_ok());
    }

    #[test]
    fn wrong_passwords_wait_longer_each_time_and_never_for_ever() {
        let (mut counter, mut now) = (Counter::new(at(0)), 0);
        for expected in [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            let wait = counter.clone().try_password(at(now)).err().unwrap_or_default();
            assert_eq!(wait.num_seconds(), expected);
            now += expected;
            counter = counter.try_password(at(now)).unwrap();
        }
        for _ in 0..1_000 {
            now += 900;
            counter = counter.try_password(at(now)).unwrap();
        }
        let forgotten = counter.try_password(at(now + 86_400)).unwrap();
        assert_eq!(forgotten.in_day, 1, "a day later nothing is held against anybody");
    }
}
