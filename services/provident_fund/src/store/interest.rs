//! Interest that the city computes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::CityCode;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountState, PostingNo},
    rules::interest::{InterestYear, Movement},
    schema::accounts,
};

/// Locks the next accounts of a centre that bear interest, in the order of their numbers, as whoever
/// pushes postings does.
pub(crate) async fn lock_page(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    after: &str,
    limit: i64,
) -> Result<Vec<(Uuid, String)>, Error> {
    let bearing = [AccountState::Open, AccountState::Active, AccountState::Sealed];
    Ok(accounts::table
        .filter(accounts::city.eq(agency.city().number()))
        .filter(accounts::agency_id.eq(agency.uuid()))
        .filter(accounts::account_no.gt(after))
        .filter(accounts::state.eq_any(bearing.map(AccountState::code)))
        .order(accounts::account_no)
        .limit(limit)
        .select((accounts::id, accounts::account_no))
        .for_no_key_update()
        .load(tx.conn())
        .await?)
}

#[derive(QueryableByName)]
struct MovedRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// What moved accounts until the end of a year, day by day, without the interest of the year itself.
/// What moved them before it is one movement, of the day before.
pub(crate) async fn movements(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
    (year, own): (InterestYear, &PostingNo),
) -> Result<BTreeMap<Uuid, Vec<Movement>>, Error> {
    let before = year.first.pred_opt().ok_or(Error::Damaged("year"))?;
    let rows: Vec<MovedRow> =
        sql("SELECT p.account_id, p.day, sum(p.minor)::bigint AS minor FROM unnest($1) AS a (id) \
         CROSS JOIN LATERAL (SELECT account_id, GREATEST(booked_on, $2) AS day, \
             own_minor + employer_minor AS minor \
           FROM provident_fund.postings WHERE city = $3 AND account_id = a.id \
             AND state IN ('posted', 'corrected') AND booked_on <= $4 AND posting_no <> $5 \
           OFFSET 0) p GROUP BY 1, 2")
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Date, _>(before)
        .bind::<Integer, _>(city.number())
        .bind::<Date, _>(year.last)
        .bind::<Text, _>(own.as_str())
        .load(tx.conn())
        .await?;
    let mut moved: BTreeMap<Uuid, Vec<Movement>> = BTreeMap::new();
    for MovedRow { account_id, day, minor } in rows {
        moved.entry(account_id).or_default().push(Movement { on: day, minor });
    }
    Ok(moved)
}

/// Credits interest to accounts that are locked, by one statement: to those that have none under this
/// number. Returns how many those were.
pub(crate) async fn credit(
    tx: &mut Tx<'_>,
    city: CityCode,
    (number, on): (&PostingNo, NaiveDate),
    interest: &[(Uuid, i64)],
) -> Result<usize, Error> {
    let now = tx.now();
    Ok(sql(
        "WITH new AS (INSERT INTO provident_fund.postings (city, posting_no, kind, state, month, \
             booked_on, employer_minor, account_id, own_minor) \
           SELECT $1, $2, 'interest', 'posted', date_trunc('month', $3)::date, $4, 0, due.* \
           FROM unnest($5, $6) AS due ON CONFLICT DO NOTHING RETURNING account_id, own_minor) \
         UPDATE provident_fund.accounts AS a \
         SET balance_minor = a.balance_minor + new.own_minor, changed_at = $7 \
         FROM new WHERE a.city = $8 AND a.id = new.account_id",
    )
    .bind::<Integer, _>(city.number())
    .bind::<Text, _>(number.as_str())
    .bind::<Date, _>(on)
    .bind::<Date, _>(on)
    .bind::<Array<SqlUuid>, _>(column(interest, |(account, _)| *account))
    .bind::<Array<BigInt>, _>(column(interest, |(_, minor)| *minor))
    .bind::<Timestamptz, _>(now)
    .bind::<Integer, _>(city.number())
    .execute(tx.conn())
    .await?)
}
