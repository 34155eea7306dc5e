//! Documents that are made from the code, and therefore cannot disagree with it.

use citygate_identity::{SignInMethods, SignInSettings, Tokens};
use citygate_kernel::{Clock, ProblemType};
use citygate_notify::{MailSettings, Mailer, SmsGateway, SmsSettings, WebhookSettings};
use citygate_platform::{
    Platform, Service,
    db::{DatabaseSettings, Db},
    http::{HttpSettings, configure},
    keys::{Keys, SealedColumn},
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
    let (draining, buckets) = Default::default();
    Ok(configure(&platform, &HttpSettings::default(), &services, &draining, &buckets).1)
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

/// Where sealed values stand.
pub fn sealed_columns() -> Result<Vec<SealedColumn>, CommandError> {
    let folder = tempfile::tempdir()?;
    let services = parts(folder.path())?;
    Ok(services.iter().flat_map(|service| service.sealed).copied().collect())
}

/// The document does not depend on it.
const ISSUER: &str = "https://citygate.example";

fn parts(folder: &std::path::Path) -> Result<Vec<Service>, CommandError> {
    Ok(services::all(Parties {
        pay_lanes: citygate_payments::PayLanes::direct(),
        tokens: Tokens::open(folder, ISSUER)?,
        sign_in: SignInMethods::new(&SignInSettings::default(), ISSUER)?,
        sms: SmsGateway::new(&SmsSettings::default(), folder)?,
        mailer: Mailer::new(&MailSettings::default(), folder)?,
        webhooks: WebhookSettings::default(),
        processor: None,
        registry: None,
    }))
}
