//! Chance that is the same in every run.

use chrono::{DateTime, TimeDelta, Utc};

/// A stream of numbers that look random. Each patient has one, so that what happens to one does not
/// depend on who was answered first.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.roll(2);
        dice
    }

    /// A number below so many.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % sides.max(1)
    }

    /// Whether something of so many in a hundred happens.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// Seconds from one number to another.
    pub fn seconds(&mut self, from: i64, to: i64) -> i64 {
        let sides = u64::try_from(to - from).unwrap_or_default();
        from + i64::try_from(self.roll(sides)).unwrap_or_default()
    }

    /// Seconds around a mean, skewed: most take less, some far more.
    pub fn duration(&mut self, mean: i64) -> i64 {
        let (one, other, third) =
            (self.seconds(0, 100), self.seconds(0, 100), self.seconds(0, 100));
        (mean * (one * other / 25 + third / 2 + 20) / 143).max(mean / 5)
    }

    /// When somebody comes: most in the first hours of morning and afternoon.
    pub fn arrival(&mut self, opens_at: DateTime<Utc>) -> DateTime<Utc> {
        let mut at = self.roll(100);
        let part = ARRIVALS.iter().find(|(share, _, _)| {
            let here = at < *share;
            at = at.saturating_sub(*share);
            here
        });
        let (_, from, to) = part.copied().unwrap_or((0, 0, 600));
        opens_at + TimeDelta::seconds(self.seconds(from * 60, to * 60))
    }
}

/// Of a hundred people so many come between these minutes after the doors open.
const ARRIVALS: [(u64, i64, i64); 6] =
    [(8, -45, 0), (30, 0, 120), (20, 120, 240), (5, 240, 330), (25, 330, 420), (12, 420, 510)];
