//! Postings.

use std::collections::HashMap;

use chrono::NaiveDate;
use citygate_kernel::CityCode;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{AccountId, EmployerId, Posting, PostingKind, PostingState},
    rules::posting::{PostingKept, PostingKey},
    schema::postings,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = postings)]
pub(super) struct PostingRow {
    city: i32,
    account_id: Uuid,
    posting_no: String,
    kind: String,
    state: String,
    month: NaiveDate,
    booked_on: NaiveDate,
    own_minor: i64,
    employer_minor: i64,
    corrects: Option<String>,
    employer_id: Option<Uuid>,
}

impl TryFrom<PostingRow> for Posting {
    type Error = Error;

    fn try_from(row: PostingRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let number = |text: &str| text.parse().map_err(|_| Error::Damaged("posting number"));
        Ok(Self {
            account: AccountId::from_parts(city, row.account_id),
            number: number(&row.posting_no)?,
            kind: PostingKind::parse(&row.kind).ok_or(Error::Damaged("posting kind"))?,
            state: PostingState::parse(&row.state).ok_or(Error::Damaged("posting state"))?,
            month: row.month,
            booked_on: row.booked_on,
            own_minor: row.own_minor,
            employer_minor: row.employer_minor,
            corrects: row.corrects.as_deref().map(number).transpose()?,
            employer: row.employer_id.map(|id| EmployerId::from_parts(city, id)),
        })
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = postings, check_for_backend(diesel::pg::Pg))]
struct KeptRow {
    account_id: Uuid,
    posting_no: String,
    kind: String,
    state: String,
    month: NaiveDate,
    booked_on: NaiveDate,
    own_minor: i64,
    employer_minor: i64,
    corrects: Option<String>,
    employer_id: Option<Uuid>,
    batch_id: Option<Uuid>,
}

/// Postings of accounts by their numbers, where they are on record. Each is looked up by its key,
/// however large the table was when the plan was made.
pub(crate) async fn by_keys(
    tx: &mut Tx<'_>,
    city: CityCode,
    keys: &[PostingKey],
) -> Result<HashMap<PostingKey, PostingKept>, Error> {
    let rows: Vec<KeptRow> = sql("SELECT p.* FROM unnest($1, $2) AS k (account_id, posting_no) \
         CROSS JOIN LATERAL \
           (SELECT account_id, posting_no, kind, state, month, booked_on, own_minor, \
              employer_minor, corrects, employer_id, batch_id \
            FROM provident_fund.postings \
            WHERE city = $3 AND account_id = k.account_id AND posting_no = k.posting_no \
            LIMIT 1) AS p")
    .bind::<Array<SqlUuid>, _>(column(keys, |(account, _)| *account))
    .bind::<Array<Text>, _>(keys.iter().map(|(_, number)| number.as_str()).collect::<Vec<_>>())
    .bind::<Integer, _>(city.number())
    .load(tx.conn())
    .await?;
    let kept = rows.into_iter().map(|row| {
        let posting = PostingKept {
            kind: PostingKind::parse(&row.kind).ok_or(Error::Damaged("posting kind"))?,
            state: PostingState::parse(&row.state).ok_or(Error::Damaged("posting state"))?,
            month: row.month,
            booked_on: row.booked_on,
            own_minor: row.own_minor,
            employer_minor: row.employer_minor,
            corrects: row.corrects,
            employer: row.employer_id,
            batch: row.batch_id,
        };
        Ok(((row.account_id, row.posting_no), posting))
    });
    kept.collect()
}

/// Writes new postings. Whoever writes them holds their accounts.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    city: CityCode,
    new: &[(PostingKey, PostingKept)],
) -> Result<(), Error> {
    sql("INSERT INTO provident_fund.postings (city, account_id, posting_no, kind, state, month, \
             booked_on, own_minor, employer_minor, corrects, employer_id, batch_id) \
         SELECT $1, new.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS new")
    .bind::<Integer, _>(city.number())
    .bind::<Array<SqlUuid>, _>(column(new, |((account, _), _)| *account))
    .bind::<Array<Text>, _>(new.iter().map(|((_, no), _)| no.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(new, |(_, posting)| posting.kind.code()))
    .bind::<Array<Text>, _>(column(new, |(_, posting)| posting.state.code()))
    .bind::<Array<Date>, _>(column(new, |(_, posting)| posting.month))
    .bind::<Array<Date>, _>(column(new, |(_, posting)| posting.booked_on))
    .bind::<Array<BigInt>, _>(column(new, |(_, posting)| posting.own_minor))
    .bind::<Array<BigInt>, _>(column(new, |(_, posting)| posting.employer_minor))
    .bind::<Array<Nullable<Text>>, _>(
        new.iter().map(|(_, posting)| posting.corrects.as_deref()).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<SqlUuid>>, _>(column(new, |(_, posting)| posting.employer))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(new, |(_, posting)| posting.batch))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes where postings stand, and which batch named them last.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    city: CityCode,
    changed: &[(PostingKey, PostingKept)],
) -> Result<(), Error> {
    sql("UPDATE provident_fund.postings AS p SET state = new.state, batch_id = new.batch_id \
         FROM unnest($1, $2, $3, $4) AS new (account_id, posting_no, state, batch_id) \
         WHERE p.city = $5 AND p.account_id = new.account_id AND p.posting_no = new.posting_no")
    .bind::<Array<SqlUuid>, _>(column(changed, |((account, _), _)| *account))
    .bind::<Array<Text>, _>(changed.iter().map(|((_, no), _)| no.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(changed, |(_, posting)| posting.state.code()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(changed, |(_, posting)| posting.batch))
    .bind::<Integer, _>(city.number())
    .execute(tx.conn())
    .await?;
    Ok(())
}
