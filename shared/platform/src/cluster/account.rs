//! The user that PostgreSQL's programs run as.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use nix::unistd::{Uid, User, geteuid};

/// Users that a system is likely to have, the best one first.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// Who runs the server: this process's own user, or, when that is root, somebody who may not do
/// anything else.
#[derive(Debug, Clone)]
pub(super) enum Account {
    Own,
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    pub(super) fn choose() -> io::Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        let user = CANDIDATES
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .or_else(|| User::from_uid(Uid::from_raw(65_534)).ok().flatten())
            .ok_or_else(|| io::Error::other("root needs a user named postgres or nobody"))?;
        Ok(Self::Other { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() })
    }

    /// Gives a folder and everything in it to the account.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        let Self::Other { uid, gid, .. } = self else { return Ok(()) };
        if fs::symlink_metadata(path)?.uid() != *uid {
            chown(path, Some(*uid), Some(*gid))?;
        }
        Ok(())
    }

    /// A command that runs as the account, in a process group of its own, so that a Ctrl-C at the
    /// terminal reaches the city first and the database only through it.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Self::Own => Command::new(program),
            Self::Other { uid, gid, .. } if reachable(folder) => {
                let mut command = Command::new(program);
                command.uid(*uid).gid(*gid);
                command
            }
            // The folder lies below one that only root may enter, a clone in /root for example:
            // the account gets the one right it needs, to walk past that.
            Self::Other { name, .. } => {
                let mut command = Command::new("setpriv");
                command
                    .args([&format!("--reuid={name}"), "--init-groups"])
                    .arg(format!("--regid={}", self.group()))
                    .args(["--inh-caps=+dac_override", "--ambient-caps=+dac_override"])
                    .arg(program);
                command
            }
        };
        command.process_group(0);
        command
    }

    fn group(&self) -> u32 {
        match self {
            Self::Own => 0,
            Self::Other { gid, .. } => *gid,
        }
    }
}

/// Whether everybody may walk to the folder.
fn reachable(folder: &Path) -> bool {
    folder
        .ancestors()
        .skip(1)
        .all(|parent| fs::metadata(parent).is_ok_and(|data| data.mode() & 0o001 != 0))
}
