//! A running `citygate`, ended with the test whatever happens.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Longer than any start, recovery included.
const LIMIT: Duration = Duration::from_secs(60);

/// The binary with none of the caller's settings.
pub fn citygate(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_citygate"));
    for (name, _) in std::env::vars() {
        if name.starts_with("CITYGATE_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.current_dir(data_dir).arg("--data-dir").arg(data_dir).stdin(Stdio::null());
    command
}

/// Runs a command that ends by itself.
pub fn finished(mut command: Command) -> Output {
    command.output().unwrap()
}

/// A serving city.
pub struct Serving {
    child: Child,
    /// Everything it printed until it was ready.
    pub greeting: Vec<String>,
    /// Where it answers.
    pub url: String,
}

impl Serving {
    /// Starts `serve` on a free port and waits until it says that it is ready.
    pub fn start(data_dir: &Path) -> Self {
        Self::run(citygate(data_dir))
    }

    /// The same with other settings.
    pub fn run(command: Command) -> Self {
        // The token line is the last of the greeting.
        Self::wait(command, "Bearer")
    }

    /// The same without the demo city, on a database that has none.
    pub fn bare(command: Command) -> Self {
        Self::wait(command, "  Docs ")
    }

    /// The same until a line is printed that contains a text.
    pub fn named(command: Command, last: &str) -> Self {
        Self::wait(command, last)
    }

    fn wait(mut command: Command, last: &str) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("CITYGATE_LOG__FILTER", "warn");
        // A test asks more often than any person would.
        for class in ["SIGN_IN", "TOKEN", "PUBLIC", "READ", "WRITE", "PUSH"] {
            command.env(format!("CITYGATE_HTTP__RATE_LIMIT__{class}"), "1000000");
        }
        command.env("CITYGATE_SIGN_IN__CODES_PER_CLIENT_HOUR", "1000000");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (lines, printed) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let mut greeting = Vec::new();
        while !greeting.last().is_some_and(|line: &String| line.contains(last)) {
            greeting.push(printed.recv_timeout(LIMIT).expect("it becomes ready"));
        }
        let api = greeting.iter().find(|line| line.contains("  API ")).unwrap();
        let url = api.split_whitespace().nth(1).unwrap().trim_end_matches("/v1").to_owned();
        Self { child, greeting, url }
    }

    /// The token of the first demo citizen, from the greeting.
    pub fn token(&self) -> String {
        let line = self.greeting.iter().rev().find(|line| line.contains("Bearer")).unwrap();
        line.split("Bearer ").nth(1).unwrap().trim_end_matches('\'').to_owned()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Waits for the end and returns the exit code; none after a signal.
    pub fn end(mut self) -> Option<i32> {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The supervising process of the private cluster below a data folder.
pub fn database_pid(data_dir: &Path) -> Option<i32> {
    let lock = std::fs::read_to_string(data_dir.join("postgres/data/postmaster.pid")).ok()?;
    lock.lines().next()?.trim().parse().ok()
}

/// Whether a process runs (a zombie does not).
pub fn is_running(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}
