//! Where PostgreSQL's server programs are.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The folder that holds `initdb` and `postgres`.
#[derive(Debug, Clone)]
pub struct Programs(PathBuf);

/// PostgreSQL is not installed, or not where anybody would look.
#[derive(Debug, thiserror::Error)]
#[error(
    "PostgreSQL's server programs (initdb, postgres) were not found; install them \
     (Debian, Ubuntu: apt-get install postgresql), put them on PATH, or set DATABASE_URL to a \
     server of your own"
)]
pub struct MissingPrograms;

impl Programs {
    /// Looks on `PATH`, then where Debian, Red Hat and Homebrew put them; the newest version wins.
    pub fn find() -> Result<Self, MissingPrograms> {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .chain(versioned("/usr/lib/postgresql", "bin"))
            .chain(versioned("/usr", "bin"))
            .chain(versioned("/opt/homebrew/opt", "bin"))
            .chain([PathBuf::from("/usr/local/pgsql/bin")])
            .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
            .map(Self)
            .ok_or(MissingPrograms)
    }

    /// The full path of one program.
    pub fn get(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

/// `/usr/lib/postgresql/17/bin`, `/usr/pgsql-17/bin`, `…/postgresql@17/bin`: newest first.
fn versioned(parent: &str, bin: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(Path::new(parent))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.trim_start_matches("pgsql-").trim_start_matches("postgresql@");
            Some((version.parse().ok()?, entry.path().join(bin)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}
