//! The server: the release binary, as a process of its own.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{Failure, connection::Connection, site::Site};

/// Longer than any start.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Longer than any stop in order.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// Ends the server and removes its folder when the pipe on its standard input ends, which it does
/// when this process is gone, however it went.
const GUARD: &str = r#"read _; kill -9 "$1" 2>/dev/null; rm -rf "$2""#;

/// A server that is ready. Dropping it ends it.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    log: PathBuf,
    child: Child,
    guard: Child,
}

impl Server {
    /// Starts `citygate serve` for a site and waits until it is ready. `settings` are variables
    /// without `CITYGATE_`; they come on top of those of the caller.
    pub async fn start(
        site: &Site,
        address: SocketAddr,
        settings: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let log = site.folder().join(format!("server-{}.log", address.port()));
        let mut command = citygate(site);
        command.args(["serve", "--listen", &address.to_string()]);
        for (name, value) in settings {
            command.env(format!("CITYGATE_{name}"), value);
        }
        let file = File::options().create(true).append(true).open(&log)?;
        command.stdout(file.try_clone()?).stderr(file);
        let mut child = command.spawn()?;
        let guard = guard(child.id(), site.folder()).inspect_err(|_| drop(child.kill()))?;
        let mut server = Self { address, log, child, guard };
        server.wait_ready().await?;
        Ok(server)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last things it complained about, for whoever has to find out why it failed.
    pub fn complaints(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let complains =
            |line: &&str| ["WARN", "ERROR", "citygate:"].iter().any(|w| line.contains(w));
        let last: Vec<_> = log.lines().rev().filter(complains).take(3).collect();
        last.join(" / ")
    }

    async fn wait_ready(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        while !is_ready(self.address).await {
            if self.child.try_wait()?.is_some() || began.elapsed() > START_LIMIT {
                return Err(format!("the server did not start: {}", self.complaints()).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let began = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && began.elapsed() < STOP_LIMIT {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Last: until here somebody had to watch.
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// Settings of whoever runs the benchmark that reach the server: `CITYGATE_LOG__FILTER=warn`. Those
/// for the benchmark itself do not, nor those that would take it elsewhere.
pub fn inherited() -> BTreeMap<String, String> {
    let reaches = |name: &str| {
        name.starts_with("CITYGATE_")
            && !name.starts_with("CITYGATE_BENCH_")
            && name != "CITYGATE_DATABASE_URL"
    };
    env::vars().filter(|(name, _)| reaches(name)).collect()
}

/// The release binary with a site's database and folder.
pub fn citygate(site: &Site) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_citygate"));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CITYGATE_") || name == "DATABASE_URL" {
            command.env_remove(name.as_ref());
        }
    }
    // All citizens of a benchmark ask from one address, and as often as they are answered.
    for class in ["SIGN_IN", "TOKEN", "PUBLIC", "READ", "WRITE", "PUSH"] {
        command.env(format!("CITYGATE_HTTP__RATE_LIMIT__{class}"), "60000000");
    }
    command.env("CITYGATE_SIGN_IN__CODES_PER_CLIENT_HOUR", "1000000");
    command.envs(inherited());
    // A group of its own: a Ctrl-C at the terminal reaches it only through its owner.
    command.process_group(0).current_dir(site.folder()).stdin(Stdio::null());
    command
        .arg("--data-dir")
        .arg(site.folder())
        .env("DATABASE_URL", &site.url)
        .env("CITYGATE_PUBLIC_URL", format!("http://{}", site.address))
        .env("CITYGATE_POLICE_REGISTRY__URL", &site.registry.url)
        .env("CITYGATE_POLICE_REGISTRY__API_KEY_FILE", site.registry_key_file())
        .env("CITYGATE_HTTP__DRAIN_SECONDS", "0");
    command
}

fn guard(server: u32, folder: &Path) -> Result<Child, Failure> {
    let guard = Command::new("/bin/sh")
        .args(["-c", GUARD, "citygate-bench-guard", &server.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    Ok(guard?)
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    let ask = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\n\r\n");
    matches!(connection.exchange(ask.as_bytes()).await, Ok(answer) if answer.status == 200)
}
