//! Documents that are made from the code, and therefore cannot disagree with it.

use std::collections::BTreeSet;

use citygate_identity::{SCOPES_OF_PEOPLE, SignInMethods, SignInSettings, Tokens};
use citygate_kernel::ProblemType;
use citygate_notify::{MailSettings, Mailer, SmsGateway, SmsSettings, WebhookSettings};
use citygate_platform::{Service, http::document, keys::SealedColumn};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::{
    commands::CommandError,
    services::{self, Parties},
};

/// The OpenAPI document of the whole city. It needs no database: the handlers are only asked what
/// they are.
pub fn openapi() -> Result<OpenApi, CommandError> {
    let folder = tempfile::tempdir()?;
    Ok(document(&parts(folder.path())?))
}

/// Every scope that a client may be registered for, as the operations name them.
pub fn scopes() -> Result<BTreeSet<String>, CommandError> {
    let document = serde_json::to_value(openapi()?)?;
    let mut scopes: BTreeSet<String> = SCOPES_OF_PEOPLE.iter().map(ToString::to_string).collect();
    let paths = document.get("paths").and_then(Value::as_object);
    let operations = paths.into_iter().flatten().filter_map(|(_, item)| item.as_object()).flatten();
    for (_, operation) in operations {
        let partner = operation.pointer("/security/0/partner").and_then(Value::as_array);
        let named = partner.into_iter().flatten().filter_map(Value::as_str);
        scopes.extend(named.map(ToOwned::to_owned));
    }
    Ok(scopes)
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
    Ok(services::sealed(&services))
}

/// The document does not depend on it.
const ISSUER: &str = "https://citygate.example";

fn parts(folder: &std::path::Path) -> Result<Vec<Service>, CommandError> {
    Ok(services::all(Parties {
        pay_lanes: citygate_payments::PayLanes::direct(),
        claim_lanes: citygate_booking::ClaimLanes::direct(),
        balance_lanes: citygate_provident_fund::BalanceLanes::direct(),
        tokens: Tokens::open(folder, ISSUER)?,
        sign_in: SignInMethods::new(&SignInSettings::default(), ISSUER)?,
        profiles: citygate_identity::Profiles::direct(),
        sms: SmsGateway::new(&SmsSettings::default(), folder)?,
        mailer: Mailer::new(&MailSettings::default(), folder)?,
        webhooks: WebhookSettings::default(),
        processor: None,
        registry: None,
        insurer: None,
        registers: citygate_inquiry::Registers::new()?,
    }))
}
