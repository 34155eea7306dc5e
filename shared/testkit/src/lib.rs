//! What tests stand on: a database of their own and a clock that obeys.
//!
//! The first test of a process starts a private cluster from a cached, migrated template; every
//! [`TestDb`] is a fresh database cloned from it. The cluster and its folder are gone when the
//! process is, however it ends. Tests need no server started by hand and leave none behind.

pub mod states;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use chrono::{DateTime, Utc};
use citygate_kernel::Clock;
use citygate_platform::{
    Platform,
    cluster::{Cluster, DataFolder},
    db::{DatabaseSettings, Db},
    keys::Keys,
    migrate::{Timeline, migrate},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::FileBasedMigrations;

/// Tests may lose a database in a power cut.
const FAST: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// When tests begin, unless they say otherwise: 09:00 in Hangzhou on a working Monday.
pub fn monday_morning() -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse().unwrap_or_default()
}

/// A migrated database that no other test sees.
pub struct TestDb {
    /// Where it is.
    pub url: String,
    keys: tempfile::TempDir,
    prepared: OnceLock<()>,
}

impl TestDb {
    /// Clones the template.
    #[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
    pub async fn new() -> Self {
        let cluster = tokio::task::spawn_blocking(|| CLUSTER.get_or_init(start_cluster))
            .await
            .expect("the test cluster starts");
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut connection = AsyncPgConnection::establish(&cluster.url_of("postgres"))
            .await
            .expect("a connection to the test cluster");
        connection
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE citygate"))
            .await
            .expect("a clone of the template");
        let keys = tempfile::tempdir().expect("a temporary folder");
        Self { url: cluster.url_of(&name), keys, prepared: OnceLock::new() }
    }

    /// The ground to run actions on, with keys of its own: not for a database that belongs to a
    /// city.
    pub fn platform(&self, clock: &Clock) -> Platform {
        self.prepared.get_or_init(|| self.prepare());
        self.unprepared(clock)
    }

    #[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
    fn unprepared(&self, clock: &Clock) -> Platform {
        Platform {
            db: Db::new(&self.url, clock.clone(), &DatabaseSettings::default()),
            clock: clock.clone(),
            keys: Keys::open(self.keys.path()).expect("keys"),
        }
    }

    /// Makes the data keys, on a thread of its own: whoever asks may be in the middle of a runtime.
    #[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
    fn prepare(&self) {
        let make = || {
            tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
                let Platform { db, keys, .. } = self.unprepared(&Clock::manual(monday_morning()));
                keys.prepare(&db).await.expect("data keys");
            });
        };
        thread::scope(|scope| scope.spawn(make).join().expect("data keys"));
    }
}

/// One source of migrations per owner, read from the repository.
#[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
pub fn migrations() -> Timeline<FileBasedMigrations> {
    let owners = fs::read_dir(migrations_folder()).expect("the folder of migrations");
    Timeline(
        owners
            .flatten()
            .map(|owner| FileBasedMigrations::from_path(owner.path()).expect("migrations"))
            .collect(),
    )
}

fn migrations_folder() -> PathBuf {
    workspace().join("migrations")
}

/// The root of the repository.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
fn start_cluster() -> Cluster {
    let template = template();
    Cluster::throw_away(Some(&template), &FAST).expect("a private PostgreSQL cluster")
}

/// A stopped cluster with a migrated database, made once for each state of the migrations.
#[expect(clippy::expect_used, reason = "a test that cannot begin should say why and stop")]
fn template() -> PathBuf {
    let cache = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from)
        .join("testkit");
    let made = cache.join(format!("cluster-{:016x}", fingerprint()));
    let turn = fs::create_dir_all(&cache).and_then(|()| {
        fs::File::options().create(true).truncate(false).write(true).open(cache.join("lock"))
    });
    let turn = turn.expect("the cache of test clusters");
    turn.lock().expect("a turn at making the template");
    if !made.exists() {
        let folder = DataFolder::open(&cache.join("making")).expect("a folder for the template");
        let _ = fs::remove_dir_all(folder.path().join("cluster"));
        let cluster = Cluster::start(&folder.path().join("cluster")).expect("a template cluster");
        let url = cluster.url();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(migrate(&url, migrations())).expect("migrations apply");
        drop(cluster);
        fs::rename(folder.path().join("cluster"), &made).expect("the template is kept");
        forget_others(&cache, &made);
    }
    made
}

/// Templates of earlier migrations are of no use to anybody.
fn forget_others(cache: &Path, made: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        let old = entry.file_name().to_string_lossy().starts_with("cluster-");
        if old && entry.path() != made {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Changes with every migration.
fn fingerprint() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut files = Vec::new();
    collect(&migrations_folder(), &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
