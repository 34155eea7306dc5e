//! The mailboxes of all citizens: the folder where letters land.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    ffi::OsString,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use citygate::demo::actors::code_in;

use super::Failure;

/// How long somebody waits for a letter.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder, each letter of which is read once however many wait for theirs.
pub struct Letters {
    folder: PathBuf,
    read: RefCell<HashSet<OsString>>,
    codes: RefCell<HashMap<String, String>>,
}

impl Letters {
    /// The letters in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, read: RefCell::default(), codes: RefCell::default() }
    }

    /// Waits for the code that was sent to an address.
    pub async fn code(&self, email: &str) -> Result<String, Failure> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(code) = self.codes.borrow_mut().remove(email) {
                return Ok(code);
            }
            self.open_new()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!("no letter came to {email}").into())
    }

    fn open_new(&self) -> Result<(), Failure> {
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name();
            let letter = entry.path().extension().is_some_and(|extension| extension == "eml");
            if !letter || !self.read.borrow_mut().insert(name) {
                continue;
            }
            let text = fs::read_to_string(entry.path())?;
            let to = text.lines().find_map(|line| line.strip_prefix("To: "));
            if let (Some(to), Some(code)) = (to, code_in(&text)) {
                self.codes.borrow_mut().insert(to.trim().to_owned(), code);
            }
        }
        Ok(())
    }
}
