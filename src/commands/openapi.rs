//! `citygate openapi`

use citygate_identity::Tokens;
use citygate_kernel::Clock;
use citygate_notify::{MailSettings, Mailer, WebhookSettings};
use citygate_platform::{
    Platform,
    db::{Db, DatabaseSettings},
    http::{HttpSettings, configure},
    keys::Keys,
};
use utoipa::openapi::OpenApi;

use super::CommandError;
use crate::services::{self, Parties};

/// Prints the document.
pub(super) fn run() -> Result<(), CommandError> {
    println!("{}", document()?.to_pretty_json()?);
    Ok(())
}

/// The document of the whole city. It needs no database: the handlers are only asked what they
/// are.
pub fn document() -> Result<OpenApi, CommandError> {
    let folder = tempfile::tempdir()?;
    let parties = Parties {
        tokens: Tokens::open(folder.path(), "https://citygate.example")?,
        mailer: Mailer::new(&MailSettings::default(), folder.path())?,
        webhooks: WebhookSettings::default(),
        processor: None,
    };
    let clock = Clock::system();
    let platform = Platform {
        db: Db::new("", clock.clone(), &DatabaseSettings::default()),
        clock,
        keys: Keys::open(folder.path())?,
    };
    let services = services::all(parties);
    let settings = HttpSettings::default();
    Ok(configure(&platform, &settings, &services, &Default::default()).1)
}
