//! How far it is: a bar on a terminal, lines otherwise.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// How long the bar is, in characters.
const WIDTH: i64 = 30;
/// How often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// What has been done of what is to be done.
#[derive(Debug)]
pub(super) struct Progress {
    total: i64,
    done: i64,
    /// What was done already when this run began.
    before: i64,
    sum_minor: i64,
    began: Instant,
    told: Instant,
    terminal: bool,
}

impl Progress {
    pub(super) fn begin(total: i64, done: i64, sum_minor: i64) -> Self {
        let (began, terminal) = (Instant::now(), stderr().is_terminal());
        let progress = Self { total, done, before: done, sum_minor, began, told: began, terminal };
        progress.tell();
        progress
    }

    /// Some lines more are there, and what they come to, in fen.
    pub(super) fn add(&mut self, lines: i64, sum_minor: i64) {
        let tenths = |done| 10 * done / self.total.max(1);
        let step = tenths(self.done) != tenths(self.done + lines);
        self.done += lines;
        self.sum_minor = self.sum_minor.saturating_add(sum_minor);
        if self.terminal || step || self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            self.tell();
        }
    }

    /// Leaves the line of the bar.
    pub(super) fn end(&self) {
        if self.terminal {
            eprintln!();
        }
    }

    fn tell(&self) {
        let text = self.text();
        if self.terminal {
            let filled = WIDTH * self.done / self.total.max(1);
            let bar: String = (0..WIDTH).map(|n| if n < filled { '#' } else { '.' }).collect();
            eprint!("\r[{bar}] {text}  ");
            let _ = stderr().flush();
        } else {
            eprintln!("{text}");
        }
    }

    fn text(&self) -> String {
        let percent = 100 * self.done / self.total.max(1);
        let millis = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX).max(1);
        let rate = (self.done - self.before).saturating_mul(1_000) / millis;
        let (done, total, sum) = (self.done, self.total, yuan(self.sum_minor));
        format!("{percent}%  {done} of {total} lines, {sum}, {rate} lines/s")
    }
}

/// An amount of fen as people write it.
pub(super) fn yuan(minor: i64) -> String {
    let (sign, all) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    format!("CNY {sign}{}.{:02}", all / 100, all % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_to_the_fen() {
        for (minor, text) in [(0, "CNY 0.00"), (-5, "CNY -0.05"), (123_456, "CNY 1234.56")] {
            assert_eq!(yuan(minor), text);
        }
        assert!(yuan(i64::MIN).starts_with("CNY -9"));
    }
}
