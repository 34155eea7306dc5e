//! Accounts, and the terms that they are paid into on.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Currency, Money};
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{basis_points, city};
use crate::{
    error::Error,
    model::{
        Account, AccountFacts, AccountId, AccountState, Conditions, EmployerId, Terms, TermsKey,
    },
    rules::{batch::Told, posting::AccountKept},
    schema::{accounts, terms},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(super) struct AccountRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_no: String,
    person_id: Uuid,
    state: String,
    opened_on: NaiveDate,
    employer_id: Option<Uuid>,
    base_minor: i64,
    own_rate_bp: i32,
    employer_rate_bp: i32,
    balance_minor: i64,
    currency: String,
    last_posted_month: Option<NaiveDate>,
    as_of: DateTime<Utc>,
}

impl TryFrom<AccountRow> for Account {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let currency: Currency = row.currency.parse().map_err(|_| Error::Damaged("currency"))?;
        Ok(Self {
            id: AccountId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.account_no.parse().map_err(|_| Error::Damaged("account number"))?,
            person: PersonId::from_uuid(row.person_id),
            state: AccountState::parse(&row.state).ok_or(Error::Damaged("account state"))?,
            opened_on: row.opened_on,
            employer: row.employer_id.map(|id| EmployerId::from_parts(city, id)),
            base: Money::new(row.base_minor, currency),
            own_rate_bp: basis_points(row.own_rate_bp)?,
            employer_rate_bp: basis_points(row.employer_rate_bp)?,
            balance: Money::new(row.balance_minor, currency),
            last_posted_month: row.last_posted_month,
            as_of: row.as_of,
        })
    }
}

/// An account.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .find((id.city().number(), id.uuid()))
        .select(AccountRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = terms)]
struct TermsRow {
    city: i32,
    from_month: NaiveDate,
    employer_id: Option<Uuid>,
    base_minor: i64,
    own_rate_bp: i32,
    employer_rate_bp: i32,
}

/// On which terms an account was paid into, newest first; no more than `limit`.
pub(crate) async fn terms_of(
    tx: &mut Tx<'_>,
    account: &Account,
    limit: i64,
) -> Result<Vec<Terms>, Error> {
    let rows: Vec<TermsRow> = terms::table
        .filter(terms::city.eq(account.id.city().number()))
        .filter(terms::account_id.eq(account.id.uuid()))
        .order(terms::from_month.desc())
        .limit(limit)
        .select(TermsRow::as_select())
        .load(tx.conn())
        .await?;
    let currency = account.base.currency();
    let terms = rows.into_iter().map(|row| {
        let city = city(row.city)?;
        Ok(Terms {
            from_month: row.from_month,
            employer: row.employer_id.map(|id| EmployerId::from_parts(city, id)),
            base: Money::new(row.base_minor, currency),
            own_rate_bp: basis_points(row.own_rate_bp)?,
            employer_rate_bp: basis_points(row.employer_rate_bp)?,
        })
    });
    terms.collect()
}

/// The accounts of some numbers, which nobody else posts to until this transaction ends; who is not
/// known is absent. Locked in the order of their numbers.
pub(crate) async fn lock_by_numbers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<HashMap<String, AccountKept>, Error> {
    let rows: Vec<(String, Uuid, i64, Option<NaiveDate>)> = accounts::table
        .filter(accounts::city.eq(agency.city().number()))
        .filter(accounts::agency_id.eq(agency.uuid()))
        .filter(accounts::account_no.eq_any(numbers))
        .order(accounts::account_no)
        .select((
            accounts::account_no,
            accounts::id,
            accounts::balance_minor,
            accounts::last_posted_month,
        ))
        .for_no_key_update()
        .load(tx.conn())
        .await?;
    let kept = rows.into_iter().map(|(number, id, balance_minor, last_posted_month)| {
        (number, AccountKept { id, balance_minor, last_posted_month })
    });
    Ok(kept.collect())
}

/// The ids of the accounts of some numbers, where they are known.
pub(crate) async fn ids_by_numbers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<HashMap<String, Uuid>, Error> {
    let rows: Vec<(String, Uuid)> = accounts::table
        .filter(accounts::city.eq(agency.city().number()))
        .filter(accounts::agency_id.eq(agency.uuid()))
        .filter(accounts::account_no.eq_any(numbers))
        .select((accounts::account_no, accounts::id))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Writes what accounts hold after postings.
pub(crate) async fn set_balances(
    tx: &mut Tx<'_>,
    city: CityCode,
    moved: &[AccountKept],
) -> Result<(), Error> {
    let now = tx.now();
    sql("UPDATE provident_fund.accounts AS a \
         SET balance_minor = new.balance_minor, last_posted_month = new.month, changed_at = $1 \
         FROM unnest($2, $3, $4) AS new (id, balance_minor, month) \
         WHERE a.city = $5 AND a.id = new.id")
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(column(moved, |account| account.id))
    .bind::<Array<BigInt>, _>(column(moved, |account| account.balance_minor))
    .bind::<Array<Nullable<Date>>, _>(column(moved, |account| account.last_posted_month))
    .bind::<Integer, _>(city.number())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How the accounts of some numbers stand, as their centre told last.
pub(crate) async fn facts_by_numbers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<HashMap<String, Told<AccountFacts>>, Error> {
    let rows: Vec<(AccountRow, Uuid)> = accounts::table
        .filter(accounts::city.eq(agency.city().number()))
        .filter(accounts::agency_id.eq(agency.uuid()))
        .filter(accounts::account_no.eq_any(numbers))
        .select((AccountRow::as_select(), accounts::batch_id))
        .load(tx.conn())
        .await?;
    let kept = rows.into_iter().map(|(row, batch)| {
        let content = AccountFacts {
            person: PersonId::from_uuid(row.person_id),
            state: AccountState::parse(&row.state).ok_or(Error::Damaged("account state"))?,
            opened_on: row.opened_on,
            employer: row.employer_id,
            base_minor: row.base_minor,
            own_rate_bp: basis_points(row.own_rate_bp)?,
            employer_rate_bp: basis_points(row.employer_rate_bp)?,
        };
        Ok((row.account_no, Told { content, as_of: row.as_of, batch }))
    });
    kept.collect()
}

/// Writes how accounts stand, by their numbers; what they hold stays. `ids` are for those that are
/// new.
pub(crate) async fn put_facts(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    ids: &[Uuid],
    told: &[(&str, Told<AccountFacts>)],
) -> Result<(), Error> {
    let now = tx.now();
    sql("INSERT INTO provident_fund.accounts (city, agency_id, balance_minor, currency, \
             created_at, changed_at, id, account_no, person_id, state, opened_on, employer_id, \
             base_minor, own_rate_bp, employer_rate_bp, as_of, batch_id) \
         SELECT $1, $2, 0, 'CNY', $3, $4, new.* \
         FROM unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS new \
         ON CONFLICT (city, agency_id, account_no) DO UPDATE SET state = excluded.state, \
             opened_on = excluded.opened_on, employer_id = excluded.employer_id, \
             base_minor = excluded.base_minor, own_rate_bp = excluded.own_rate_bp, \
             employer_rate_bp = excluded.employer_rate_bp, as_of = excluded.as_of, \
             batch_id = excluded.batch_id, changed_at = excluded.changed_at")
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(column(told, |(number, _)| *number))
    .bind::<Array<SqlUuid>, _>(column(told, |(_, said)| said.content.person.uuid()))
    .bind::<Array<Text>, _>(column(told, |(_, said)| said.content.state.code()))
    .bind::<Array<Date>, _>(column(told, |(_, said)| said.content.opened_on))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(told, |(_, said)| said.content.employer))
    .bind::<Array<BigInt>, _>(column(told, |(_, said)| said.content.base_minor))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| i32::from(said.content.own_rate_bp)))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| i32::from(said.content.employer_rate_bp)))
    .bind::<Array<Timestamptz>, _>(column(told, |(_, said)| said.as_of))
    .bind::<Array<SqlUuid>, _>(column(told, |(_, said)| said.batch))
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = terms)]
struct KeptTermsRow {
    account_id: Uuid,
    from_month: NaiveDate,
    employer_id: Option<Uuid>,
    base_minor: i64,
    own_rate_bp: i32,
    employer_rate_bp: i32,
    as_of: DateTime<Utc>,
    batch_id: Uuid,
}

/// The terms of accounts from some months on, where there are any.
pub(crate) async fn terms_by_keys(
    tx: &mut Tx<'_>,
    city: CityCode,
    keys: &[TermsKey],
) -> Result<HashMap<TermsKey, Told<Conditions>>, Error> {
    let rows: Vec<KeptTermsRow> = sql("SELECT t.account_id, t.from_month, t.employer_id, \
             t.base_minor, t.own_rate_bp, t.employer_rate_bp, t.as_of, t.batch_id \
         FROM unnest($1, $2) AS k (account_id, from_month) \
         JOIN provident_fund.terms AS t \
           ON t.city = $3 AND t.account_id = k.account_id AND t.from_month = k.from_month")
    .bind::<Array<SqlUuid>, _>(column(keys, |(account, _)| *account))
    .bind::<Array<Date>, _>(column(keys, |(_, month)| *month))
    .bind::<Integer, _>(city.number())
    .load(tx.conn())
    .await?;
    let kept = rows.into_iter().map(|row| {
        let content = Conditions {
            employer: row.employer_id,
            base_minor: row.base_minor,
            own_rate_bp: basis_points(row.own_rate_bp)?,
            employer_rate_bp: basis_points(row.employer_rate_bp)?,
        };
        let said = Told { content, as_of: row.as_of, batch: row.batch_id };
        Ok(((row.account_id, row.from_month), said))
    });
    kept.collect()
}

/// Writes terms of accounts.
pub(crate) async fn put_terms(
    tx: &mut Tx<'_>,
    city: CityCode,
    told: &[(TermsKey, Told<Conditions>)],
) -> Result<(), Error> {
    sql(
        "INSERT INTO provident_fund.terms (city, account_id, from_month, employer_id, base_minor, \
             own_rate_bp, employer_rate_bp, as_of, batch_id) \
         SELECT $1, new.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS new \
         ON CONFLICT (city, account_id, from_month) DO UPDATE SET \
             employer_id = excluded.employer_id, base_minor = excluded.base_minor, \
             own_rate_bp = excluded.own_rate_bp, employer_rate_bp = excluded.employer_rate_bp, \
             as_of = excluded.as_of, batch_id = excluded.batch_id",
    )
    .bind::<Integer, _>(city.number())
    .bind::<Array<SqlUuid>, _>(column(told, |((account, _), _)| *account))
    .bind::<Array<Date>, _>(column(told, |((_, month), _)| *month))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(told, |(_, said)| said.content.employer))
    .bind::<Array<BigInt>, _>(column(told, |(_, said)| said.content.base_minor))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| i32::from(said.content.own_rate_bp)))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| i32::from(said.content.employer_rate_bp)))
    .bind::<Array<Timestamptz>, _>(column(told, |(_, said)| said.as_of))
    .bind::<Array<SqlUuid>, _>(column(told, |(_, said)| said.batch))
    .execute(tx.conn())
    .await?;
    Ok(())
}
