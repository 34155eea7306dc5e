//! The one source of "now".

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time. Every deadline, token and hold asks a clock that was handed to it, so tests move
/// time instead of sleeping.
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    /// So many microseconds before the machine's clock.
    Ahead(Arc<AtomicI64>),
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that goes as the machine's, and further ahead with each [`Clock::advance`]: for a
    /// city whose days are told in minutes. Clones share the same hands.
    pub fn ahead() -> Self {
        Self(Source::Ahead(Arc::default()))
    }

    /// A clock that stands at `start` until it is advanced. Clones share the same hands.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.timestamp_micros()))))
    }

    /// The current instant, in the microseconds that PostgreSQL can store.
    pub fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one place that may ask the system")]
        let system = || Utc::now().timestamp_micros();
        let micros = match &self.0 {
            Source::System => system(),
            Source::Ahead(micros) => system() + micros.load(Ordering::SeqCst),
            Source::Manual(micros) => micros.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a clock forward; the system clock stays what it is.
    pub fn advance(&self, by: TimeDelta) {
        match &self.0 {
            Source::System => {}
            Source::Ahead(micros) | Source::Manual(micros) => {
                micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(DateTime::from_timestamp_micros(0).unwrap());
        let other = clock.clone();
        clock.advance(TimeDelta::days(1));
        assert_eq!(other.now().to_rfc3339(), "1970-01-02T00:00:00+00:00");
    }
}
