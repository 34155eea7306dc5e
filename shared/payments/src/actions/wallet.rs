//! What stands on the accounts of people and agencies.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{PersonId, RealName};
use citygate_kernel::{CityCode, Currency, Money, Month};
use citygate_ledger::{Account, AccountCode, Entry, Statement};
use citygate_platform::Cx;

use crate::{error::Error, rules};

/// The wallet of a person.
pub(crate) fn wallet_account(city: CityCode, person: PersonId, currency: Currency) -> Account {
    Account { city, code: AccountCode::Wallet, owner: Some(person.uuid()), currency }
}

/// The wallet that a citizen has. Wallets are kept in the currency of the country.
pub(crate) fn own_wallet(owner: &RealName) -> Account {
    wallet_account(owner.city, owner.person, Currency::Cny)
}

/// What is collected for an agency.
pub(crate) fn collections(agency: AgencyId, currency: Currency) -> Account {
    let (city, code) = (agency.city(), AccountCode::AgencyPayable);
    Account { city, code, owner: Some(agency.uuid()), currency }
}

/// What an agency sees of it: what is collected in the currency of the country.
pub(crate) fn own_collections(agency: AgencyId) -> Account {
    collections(agency, Currency::Cny)
}

/// What the card processor owes the city.
pub(crate) fn processor_receivable(city: CityCode, currency: Currency) -> Account {
    Account { city, code: AccountCode::ProcessorReceivable, owner: None, currency }
}

/// What stands on an account.
pub(crate) struct Standing {
    /// What can be taken from it now.
    pub available: Money,
    /// What stood on it then.
    pub balance: Money,
    pub at: DateTime<Utc>,
}

/// What stands on an account now, or stood on it at an instant.
pub(crate) async fn standing(
    cx: &Cx,
    account: &Account,
    at: Option<DateTime<Utc>>,
) -> Result<Standing, Error> {
    cx.db
        .tx("payments.get_balance", async |tx| {
            let now = citygate_ledger::balance(tx, account).await?;
            let balance = match at {
                Some(at) => citygate_ledger::balance_at(tx, account, at).await?,
                None => Money::new(now.posted(), account.currency),
            };
            let available = Money::new(now.available(), account.currency);
            Ok(Standing { available, balance, at: at.unwrap_or(tx.now()) })
        })
        .await
}

/// The latest entries of an account, or the latest before a version of it; newest first.
pub(crate) async fn entries(
    cx: &Cx,
    account: &Account,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    cx.db
        .tx("payments.list_entries", async |tx| {
            Ok(citygate_ledger::entries(tx, account, None, before, limit).await?)
        })
        .await
}

/// What happened on an account in a month of its city.
pub(crate) async fn statement(
    cx: &Cx,
    account: &Account,
    month: Month,
) -> Result<Statement, Error> {
    cx.db
        .tx("payments.get_statement", async |tx| {
            let city = citygate_catalogue::city(tx, account.city).await?;
            let span = rules::span(month, &city.time_zone);
            Ok(citygate_ledger::statement(tx, account, &span).await?)
        })
        .await
}
