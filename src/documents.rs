//! Documents that are made from the code, and therefore cannot disagree with it.

use citygate_identity::Tokens;
use citygate_kernel::{Clock, ProblemType};
use citygate_notify::{MailSettings, Mailer, WebhookSettings};
use citygate_platform::{
    Platform, Service,
    db::{DatabaseSettings, Db},
    http::{HttpSettings, configure},
    keys::Keys,
};
use utoipa::openapi::OpenApi;

use crate::{
    commands::CommandError,
    services::{self, Parties},
};

/// The OpenAPI document of the whole city. It needs no database: the handlers are only asked what
/// they are.
pub fn openapi() -> Result<OpenApi, CommandError> {
    let folder = tempfile::tempdir()?;
    let clock = Clock::system();
    let platform = Platform {
        db: Db::new("", clock.clone(), &DatabaseSettings::default()),
        clock,
        keys: Keys::open(folder.path())?,
    };
    let services = parts(folder.path())?;
    Ok(configure(&platform, &HttpSettings::default(), &services, &Default::default()).1)
}

/// All problems of the city, as `docs/errors.md` shows them.
pub fn problems() -> Result<String, CommandError> {
    let folder = tempfile::tempdir()?;
    let services = parts(folder.path())?;
    let mut problems: Vec<&ProblemType> =
        services.iter().flat_map(|service| service.problems.iter().copied()).collect();
    problems.sort_by_key(|problem| problem.code);
    let mut table =
        String::from("| code | status | retry | English | 中文 |\n|---|---|---|---|---|\n");
    for problem in problems {
        let retry = if problem.retryable { "yes" } else { "no" };
        let ProblemType { code, status, en, zh, .. } = problem;
        table.push_str(&format!("| `{code}` | {status} | {retry} | {en} | {zh} |\n"));
    }
    Ok(table)
}

fn parts(folder: &std::path::Path) -> Result<Vec<Service>, CommandError> {
    Ok(services::all(Parties {
        pay_lanes: citygate_payments::PayLanes::direct(),
        tokens: Tokens::open(folder, "https://citygate.example")?,
        mailer: Mailer::new(&MailSettings::default(), folder)?,
        webhooks: WebhookSettings::default(),
        processor: None,
    }))
}
