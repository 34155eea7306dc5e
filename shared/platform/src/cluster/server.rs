//! Starting and stopping the server.

use std::{
    fs,
    io::{self, Seek, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{MissingPrograms, Programs, account::Account};

/// The role and database that the city uses. The role is no superuser: what a migration revokes
/// from it stays revoked.
const NAME: &str = "citygate";

/// How long a start may take; recovery after a crash is the slow case.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a clean stop may take.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Unix socket addresses end after about a hundred bytes.
const SOCKET_PATH_MAX: usize = 90;

const SETTINGS: &str = "
# Written when the cluster was made. Durability is PostgreSQL's default and stays on.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
wal_compression = on
timezone = 'UTC'
log_statement = none
log_parameter_max_length = 0
log_min_error_statement = panic
";

/// Why the private cluster does not run.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// PostgreSQL is not installed.
    #[error(transparent)]
    Missing(#[from] MissingPrograms),
    /// A file or process could not be handled.
    #[error("the private PostgreSQL cluster in {folder}: {source}")]
    Io {
        /// The cluster's folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {message}")]
    Program {
        /// Which one.
        program: &'static str,
        /// The last lines it printed.
        message: String,
    },
    /// The server did not become ready.
    #[error("PostgreSQL in {folder} did not become ready; its log says: {message}")]
    NotReady {
        /// The cluster's folder.
        folder: PathBuf,
        /// The last lines of its log.
        message: String,
    },
}

/// A running private server. Dropping it stops the server and waits for the end.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    guard: Child,
    folder: PathBuf,
    sockets: PathBuf,
    // Kept for its destructor: sockets that did not fit below the data folder.
    _short_sockets: Option<tempfile::TempDir>,
    // Kept for its destructor too, which runs after the server has stopped.
    _throw_away: Option<tempfile::TempDir>,
}

impl Cluster {
    /// Creates the cluster in `folder` where there is none, and starts it. The caller must hold
    /// the surrounding [`super::DataFolder`]: a server that still runs here is a leftover of a
    /// dead owner and is stopped first.
    pub fn start(folder: &Path) -> Result<Self, ClusterError> {
        Self::start_with(folder, &[], None)
    }

    /// Starts a cluster in a temporary folder that is removed with it, even if this process is
    /// killed. `settings` (`name=value`) come on top of the usual ones. With a `template`, the
    /// folder of a stopped cluster, it begins as a copy of that one.
    pub fn throw_away(template: Option<&Path>, settings: &[&str]) -> Result<Self, ClusterError> {
        let io = |source| ClusterError::Io { folder: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("citygate-").tempdir().map_err(io)?;
        if let Some(template) = template {
            let copy = Command::new("cp")
                .args(["-a", &format!("{}/.", template.display())])
                .arg(folder.path())
                .status();
            copy.map_err(io)?;
        }
        let path = folder.path().to_owned();
        Self::start_with(&path, settings, Some(folder))
    }

    fn start_with(
        folder: &Path,
        settings: &[&str],
        throw_away: Option<tempfile::TempDir>,
    ) -> Result<Self, ClusterError> {
        let programs = Programs::find()?;
        let io = |source| ClusterError::Io { folder: folder.to_owned(), source };
        let account = Account::choose().map_err(io)?;
        let data = folder.join("data");
        if data.exists() {
            stop_leftover(&data).map_err(io)?;
        }
        prepare(folder, &account).map_err(io)?;
        let (sockets, short_sockets) = socket_folder(folder, &account).map_err(io)?;
        if !data.join("PG_VERSION").exists() {
            create(&programs, &account, folder, &data)?;
        }
        let mut postgres = account.command(&programs.get("postgres"), folder);
        postgres.arg("-D").arg(&data).arg("-k").arg(&sockets);
        settings.iter().for_each(|setting| {
            postgres.args(["-c", setting]);
        });
        let server = spawn_server(postgres, folder).map_err(io)?;
        let guard = spawn_guard(&server, throw_away.as_ref().map(|_| folder)).map_err(io)?;
        let mut cluster = Self {
            server,
            guard,
            folder: folder.to_owned(),
            sockets,
            _short_sockets: short_sockets,
            _throw_away: throw_away,
        };
        cluster.wait_ready(&data)?;
        Ok(cluster)
    }

    /// A connection string for the city's database.
    pub fn url(&self) -> String {
        self.url_of(NAME)
    }

    /// A connection string for another database of this cluster, as the city's role.
    pub fn url_of(&self, database: &str) -> String {
        format!("host='{}' user={NAME} dbname={database}", self.sockets.display())
    }

    /// The process that supervises all others of the server.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    fn wait_ready(&mut self, data: &Path) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let lock = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if is_ready(&lock, self.server.id()) {
                return Ok(());
            }
            let ended = matches!(self.server.try_wait(), Ok(Some(_)) | Err(_));
            if ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                return Err(ClusterError::NotReady {
                    folder: self.folder.clone(),
                    message: last_lines(&log),
                });
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pid = pid_of(&self.server);
        // "Fast": open transactions are rolled back, then a checkpoint. A crash stop ("immediate")
        // would be just as safe but makes the next start recover.
        let _ = kill(pid, Signal::SIGINT);
        let deadline = Instant::now() + STOP_LIMIT;
        while matches!(self.server.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = kill(pid, Signal::SIGQUIT);
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.server.wait();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// The lock file names the server in its first line and tells its state in the eighth. A file that
/// names another process was left behind by a killed one.
fn is_ready(lock: &str, server: u32) -> bool {
    let line = |n| lock.lines().nth(n).map(str::trim);
    line(0) == Some(&server.to_string()) && line(7) == Some("ready")
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

fn prepare(folder: &Path, account: &Account) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    account.own(folder)
}

fn socket_folder(
    folder: &Path,
    account: &Account,
) -> io::Result<(PathBuf, Option<tempfile::TempDir>)> {
    let (path, short) = if folder.as_os_str().len() <= SOCKET_PATH_MAX {
        (folder.to_owned(), None)
    } else {
        let short = tempfile::Builder::new().prefix("citygate-").tempdir()?;
        (short.path().to_owned(), Some(short))
    };
    account.own(&path)?;
    Ok((path, short))
}

fn create(
    programs: &Programs,
    account: &Account,
    folder: &Path,
    data: &Path,
) -> Result<(), ClusterError> {
    let io = |source| ClusterError::Io { folder: folder.to_owned(), source };
    // Made beside and renamed, so that a half-made cluster is never taken for a whole one.
    let draft = folder.join("data.new");
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(io)?;
    }
    let mut initdb = account.command(&programs.get("initdb"), folder);
    initdb
        .args(["--username=postgres", "--auth=trust", "--data-checksums"])
        .args(["--encoding=UTF8", "--locale=C"])
        .arg("-D")
        .arg(&draft);
    run("initdb", initdb, Stdio::null(), folder)?;
    let settings = draft.join("postgresql.conf");
    let defaults = fs::read_to_string(&settings).map_err(io)?;
    fs::write(&settings, defaults + SETTINGS).map_err(io)?;
    create_database(programs, account, folder, &draft)?;
    fs::rename(&draft, data).map_err(io)
}

/// Makes role and database while nobody else can see the cluster. The server programs suffice for
/// it; `psql` may not be installed.
fn create_database(
    programs: &Programs,
    account: &Account,
    folder: &Path,
    draft: &Path,
) -> Result<(), ClusterError> {
    let io = |source| ClusterError::Io { folder: folder.to_owned(), source };
    let mut statements = tempfile::tempfile().map_err(io)?;
    writeln!(statements, "CREATE ROLE {NAME} LOGIN CREATEDB").map_err(io)?;
    writeln!(statements, "CREATE DATABASE {NAME} OWNER {NAME}").map_err(io)?;
    statements.rewind().map_err(io)?;
    let mut postgres = account.command(&programs.get("postgres"), folder);
    postgres.args(["--single", "-D"]).arg(draft).args(["-c", "log_min_messages=error", "postgres"]);
    run("postgres", postgres, Stdio::from(statements), folder)
}

fn spawn_server(mut postgres: Command, folder: &Path) -> io::Result<Child> {
    let log = fs::File::options().create(true).append(true).open(folder.join("server.log"))?;
    postgres.current_dir("/").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
}

/// Stops the server when the pipe on its standard input ends, and removes a folder that was to be
/// thrown away once the server has left it.
const GUARD: &str = r#"
read _
kill -INT "$1" 2>/dev/null
[ -n "$2" ] || exit 0
n=0
while [ -e "$2/data/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
rm -rf "$2"
"#;

/// The guard reads from a pipe whose other end only this process holds. When this process is gone,
/// however it went, the read ends.
fn spawn_guard(server: &Child, throw_away: Option<&Path>) -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", GUARD, "citygate-guard"])
        .arg(server.id().to_string())
        .arg(throw_away.unwrap_or(Path::new("")))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// Ends what a dead owner left behind. Its guard has usually done so already; this is for the case
/// that the guard, or the supervising server process alone, was killed as well: PostgreSQL cannot
/// start while an orphan of the old server still holds the shared memory.
fn stop_leftover(data: &Path) -> io::Result<()> {
    let lock = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let supervisor = lock.lines().next().and_then(|line| line.trim().parse::<i32>().ok());
    let started = Instant::now();
    loop {
        let left = processes_in(data);
        if left.is_empty() {
            return forget(data);
        }
        if started.elapsed() > STOP_LIMIT {
            return Err(io::Error::other(format!("processes {left:?} do not stop; end them")));
        }
        match supervisor {
            Some(pid) if left.contains(&pid) => {
                let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
            }
            // Nobody supervises these: they cannot finish in order, and need not, because
            // everything acknowledged is in the write-ahead log.
            _ => left.iter().for_each(|pid| {
                let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
            }),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Removes the lock files of a server that is gone. PostgreSQL itself would only ask whether any
/// process has the number in them, and be misled by one that died but was not collected yet, or by a
/// stranger with the same number. We know better: nobody works in the folder, and it is ours.
fn forget(data: &Path) -> io::Result<()> {
    if !Path::new("/proc/self").exists() {
        return Ok(());
    }
    for lock in [data.join("postmaster.pid"), data.with_file_name(".s.PGSQL.5432.lock")] {
        match fs::remove_file(lock) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Every process of a server works in its data folder. (Linux only; elsewhere PostgreSQL's own
/// check of the lock file has to do.)
fn processes_in(data: &Path) -> Vec<i32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data))
        .collect()
}

fn run(
    program: &'static str,
    mut command: Command,
    input: Stdio,
    folder: &Path,
) -> Result<(), ClusterError> {
    let output = command
        .current_dir("/")
        .stdin(input)
        .output()
        .map_err(|source| ClusterError::Io { folder: folder.to_owned(), source })?;
    let printed = String::from_utf8_lossy(&output.stderr);
    // A single-user server ends well whatever its statements did; it says ERROR, though.
    if output.status.success() && !printed.contains("ERROR:") {
        return Ok(());
    }
    Err(ClusterError::Program { program, message: last_lines(&printed) })
}

/// Enough of a log for one line on a terminal.
fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.get(lines.len().saturating_sub(2)..).unwrap_or_default().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "42\n/data\n1700000000\n5432\n/data\n\n  5432001         0\nready   \n";

    #[test]
    fn only_our_own_server_is_ready() {
        assert!(is_ready(LOCK, 42));
        assert!(!is_ready(LOCK, 43), "the lock file of a killed server");
        assert!(!is_ready(&LOCK.replace("ready", "starting"), 42));
        assert!(!is_ready("", 42));
    }

    #[test]
    fn a_cluster_begins_stops_and_begins_again_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("postgres");
        for _ in 0..2 {
            let cluster = Cluster::start(&place).unwrap();
            assert!(cluster.url().contains("dbname=citygate"));
            let data = place.join("data");
            drop(cluster);
            assert!(!data.join("postmaster.pid").exists(), "stopped in order");
        }
    }

    #[test]
    fn a_cluster_whose_server_was_killed_is_recovered() {
        let folder = tempfile::tempdir().unwrap();
        let cluster = Cluster::start(folder.path()).unwrap();
        // Only the supervisor: its children outlive it for a moment and hold the shared memory.
        kill(Pid::from_raw(cluster.pid().cast_signed()), Signal::SIGKILL).unwrap();
        drop(cluster);
        drop(Cluster::start(folder.path()).unwrap());
    }
}
