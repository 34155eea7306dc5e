//! Progress of what takes long.

use std::{
    fmt,
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// Shows how far it is: drawn over itself on a terminal, a line now and then in a log.
pub(super) struct Meter {
    terminal: bool,
    shown: Instant,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { terminal: stderr().is_terminal(), shown: Instant::now() }
    }

    pub(super) fn show(&mut self, progress: impl fmt::Display) {
        let pause = Duration::from_millis(if self.terminal { 100 } else { 5_000 });
        if self.shown.elapsed() < pause {
            return;
        }
        self.shown = Instant::now();
        let (begin, end) = if self.terminal { ("\r", "\u{1b}[K") } else { ("", "\n") };
        // Whoever closed stderr does not want to see it.
        let _ = write!(stderr(), "{begin}{progress}{end}");
    }

    pub(super) fn end(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\u{1b}[K");
        }
    }
}
