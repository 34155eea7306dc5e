//! What people read of their own.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{PersonId, RealName, SessionId};
use citygate_kernel::{Currency, Money};
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{accounts::AccountRow, city, postings::PostingRow};
use crate::{
    error::Error,
    model::{Account, AccountId, AccountNo, AccountState, BatchKind, Posting},
    schema::{accounts, postings, viewings},
};

/// What a balance is answered with.
#[derive(Debug, Clone)]
pub struct Standing {
    pub account: AccountId,
    pub agency: AgencyId,
    pub number: AccountNo,
    pub person: PersonId,
    pub state: AccountState,
    pub balance: Money,
    pub last_posted_month: Option<NaiveDate>,
    /// Up to when the centre has told of all postings; none before it first has.
    pub as_of: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    agency_id: Uuid,
    #[diesel(sql_type = Text)]
    account_no: String,
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    balance_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Date>)]
    last_posted_month: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    as_of: Option<DateTime<Utc>>,
}

impl TryFrom<StandingRow> for Standing {
    type Error = Error;

    fn try_from(row: StandingRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let currency: Currency = row.currency.parse().map_err(|_| Error::Damaged("currency"))?;
        Ok(Self {
            account: AccountId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.account_no.parse().map_err(|_| Error::Damaged("account number"))?,
            person: PersonId::from_uuid(row.person_id),
            state: AccountState::parse(&row.state).ok_or(Error::Damaged("account state"))?,
            balance: Money::new(row.balance_minor, currency),
            last_posted_month: row.last_posted_month,
            as_of: row.as_of,
        })
    }
}

/// How accounts stand, by one statement. Those that do not exist are absent.
pub(crate) async fn standings(
    tx: &Tx<'_>,
    asked: &[AccountId],
) -> Result<BTreeMap<AccountId, Standing>, Error> {
    // The lateral part finds each by its key, whatever the statistics say of the table's size.
    let rows: Vec<StandingRow> =
        sql("SELECT a.*, c.as_of FROM unnest($1, $2) AS asked (city, id) \
         CROSS JOIN LATERAL (SELECT city, id, agency_id, account_no, person_id, state, \
           balance_minor, currency, last_posted_month FROM provident_fund.accounts \
           WHERE city = asked.city AND id = asked.id OFFSET 0) a \
         LEFT JOIN provident_fund.centres c \
           ON c.city = a.city AND c.agency_id = a.agency_id AND c.kind = $3")
        .bind::<Array<Integer>, _>(column(asked, |id| id.city().number()))
        .bind::<Array<SqlUuid>, _>(column(asked, |id| id.uuid()))
        .bind::<Text, _>(BatchKind::Postings.code())
        .load(&mut tx.pipeline())
        .await?;
    rows.into_iter()
        .map(|row| Standing::try_from(row).map(|standing| (standing.account, standing)))
        .collect()
}

/// A page of somebody's accounts, newest first.
pub(crate) async fn accounts_of(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Account>, Error> {
    let before = before.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::person_id.eq(person.uuid()))
        .filter(accounts::id.lt(before))
        .order(accounts::id.desc())
        .limit(limit)
        .select(AccountRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Postings of an account, newest first: by month, day and number. No more than `limit`, after as
/// many as `skip`.
pub(crate) async fn history(
    tx: &mut Tx<'_>,
    account: AccountId,
    (skip, limit): (i64, i64),
) -> Result<Vec<Posting>, Error> {
    let rows: Vec<PostingRow> = postings::table
        .filter(postings::city.eq(account.city().number()))
        .filter(postings::account_id.eq(account.uuid()))
        .order((postings::month.desc(), postings::booked_on.desc(), postings::posting_no.desc()))
        .offset(skip)
        .limit(limit)
        .select(PostingRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Posting::try_from).collect()
}

/// Lets a sign-in look at an account again until an instant.
pub(crate) async fn open_viewing(
    tx: &mut Tx<'_>,
    session: SessionId,
    (account, person): (AccountId, PersonId),
    ends_at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(viewings::table)
        .values((
            viewings::city.eq(account.city().number()),
            viewings::session_id.eq(session.uuid()),
            viewings::account_id.eq(account.uuid()),
            viewings::person_id.eq(person.uuid()),
            viewings::ends_at.eq(ends_at),
        ))
        .on_conflict((viewings::city, viewings::session_id, viewings::account_id))
        .do_update()
        .set(viewings::ends_at.eq(ends_at))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a sign-in may look at an account now without another proof.
pub(crate) async fn is_viewing(
    tx: &mut Tx<'_>,
    caller: &RealName,
    account: AccountId,
) -> Result<bool, Error> {
    let now = tx.now();
    let open = viewings::table
        .find((account.city().number(), caller.session.uuid(), account.uuid()))
        .filter(viewings::person_id.eq(caller.person.uuid()))
        .filter(viewings::ends_at.gt(now));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(tx.conn()).await?)
}
