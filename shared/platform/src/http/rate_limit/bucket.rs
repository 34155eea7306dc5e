//! A token bucket, kept as one number: the instant at which it is full again. (The generic cell
//! rate algorithm, ITU-T I.371, Annex A, with the whole bucket as the tolerance.)

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicI64, Ordering},
};

/// How long an empty bucket takes to fill, in microseconds: a minute.
const WINDOW: i64 = 60_000_000;

/// The same in seconds.
pub(super) const WINDOW_SECONDS: i64 = WINDOW / SECOND;

const SECOND: i64 = 1_000_000;

/// What came of taking a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Whether there was one.
    pub allowed: bool,
    /// How many are left.
    pub remaining: i64,
    /// In how many seconds the bucket is full again.
    pub full_in: i64,
    /// In how many seconds there is a token, where there was none.
    pub retry_in: i64,
}

/// A bucket that threads share.
#[derive(Debug)]
pub(super) struct Bucket(AtomicI64);

impl Bucket {
    /// A full one.
    pub(super) fn full() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    /// Takes a token, if there is one. `now` is in microseconds.
    pub(super) fn take(&self, quota: NonZeroU32, now: i64) -> Taken {
        let mut full_at = self.0.load(Ordering::Relaxed);
        loop {
            let (next, taken) = take(full_at, quota, now);
            let kept =
                self.0.compare_exchange_weak(full_at, next, Ordering::Relaxed, Ordering::Relaxed);
            match kept {
                Ok(_) => return taken,
                Err(other) => full_at = other,
            }
        }
    }
}

fn take(full_at: i64, quota: NonZeroU32, now: i64) -> (i64, Taken) {
    let each = WINDOW / i64::from(quota.get());
    // A clock that was set back locks nobody out for longer than an empty bucket does.
    let full_at = full_at.clamp(now, now.saturating_add(WINDOW));
    let next = full_at + each;
    let free = now + WINDOW - next;
    if free < 0 {
        let full_in = seconds(full_at - now);
        let retry_in = seconds(-free).max(1);
        return (full_at, Taken { allowed: false, remaining: 0, full_in, retry_in });
    }
    let remaining = if each == 0 { i64::from(quota.get()) } else { free / each };
    (next, Taken { allowed: true, remaining, full_in: seconds(next - now), retry_in: 0 })
}

/// Whole seconds, rounded up: whoever waits them out does not come too early.
fn seconds(micros: i64) -> i64 {
    (micros + SECOND - 1) / SECOND
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;

    fn quota(n: u32) -> NonZeroU32 {
        NonZeroU32::new(n).unwrap()
    }

    fn allowed(bucket: &Bucket, quota: NonZeroU32, now: i64) -> usize {
        (0..10_000).take_while(|_| bucket.take(quota, now).allowed).count()
    }

    #[test]
    fn a_full_bucket_holds_the_quota_and_fills_within_a_minute() {
        for n in [1, 2, 7, 60, 600, 6_000] {
            let (quota, bucket) = (quota(n), Bucket::full());
            let n = usize::try_from(n).unwrap();
            assert_eq!(allowed(&bucket, quota, NOW), n, "at once");
            assert_eq!(allowed(&bucket, quota, NOW + WINDOW / 2), n / 2, "after half a minute");
            assert_eq!(allowed(&bucket, quota, NOW + 10 * WINDOW), n, "and never more");
        }
    }

    #[test]
    fn it_says_how_much_is_left_and_when_to_come_again() {
        let (quota, bucket) = (quota(2), Bucket::full());
        let taken =
            |allowed, remaining, full_in, retry_in| Taken { allowed, remaining, full_in, retry_in };
        assert_eq!(bucket.take(quota, NOW), taken(true, 1, 30, 0));
        assert_eq!(bucket.take(quota, NOW), taken(true, 0, 60, 0));
        assert_eq!(bucket.take(quota, NOW), taken(false, 0, 60, 30));
        let later = NOW + 29 * SECOND + 1;
        assert_eq!(bucket.take(quota, later), taken(false, 0, 31, 1));
        assert_eq!(bucket.take(quota, NOW + 30 * SECOND), taken(true, 0, 60, 0));
    }

    #[test]
    fn whoever_waits_as_told_is_let_in_and_who_comes_early_loses_nothing() {
        for n in [1, 3, 7, 59, 61] {
            let (quota, bucket) = (quota(n), Bucket::full());
            allowed(&bucket, quota, NOW);
            let refused = bucket.take(quota, NOW);
            assert_eq!(bucket.take(quota, NOW + 1), refused, "asking costs nothing");
            assert!(bucket.take(quota, NOW + refused.retry_in * SECOND).allowed, "{n}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (quota, bucket) = (quota(60), Bucket::full());
        allowed(&bucket, quota, NOW);
        let earlier = NOW - 1_000 * WINDOW;
        assert!(!bucket.take(quota, earlier).allowed);
        assert!(bucket.take(quota, earlier + SECOND).allowed);
    }

    #[test]
    fn threads_get_no_more_together_than_one_would() {
        let (quota, bucket) = (quota(1_000), Bucket::full());
        let counts = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| allowed(&bucket, quota, NOW))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(counts, 1_000);
    }
}
