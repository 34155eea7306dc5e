//! Who wants to hear of a case.

use citygate_identity::{AccountId, PersonId};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::CaseId, schema::followers};

/// Writes that somebody follows a case; again, it changes nothing.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    case: CaseId,
    (account, person): (AccountId, Option<PersonId>),
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(followers::table)
        .values((
            followers::city.eq(case.city().number()),
            followers::case_id.eq(case.uuid()),
            followers::account_id.eq(account.uuid()),
            followers::person_id.eq(person.map(|person| person.uuid())),
            followers::followed_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes that somebody follows a case.
pub(crate) async fn delete(tx: &mut Tx<'_>, case: CaseId, account: AccountId) -> Result<(), Error> {
    diesel::delete(followers::table.find((case.city().number(), case.uuid(), account.uuid())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many cases somebody follows.
pub(crate) async fn followed_by(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, Error> {
    Ok(followers::table
        .filter(followers::account_id.eq(account.uuid()))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// Some of those who follow a case, in the order of their accounts, from one on.
pub(crate) async fn of_case(
    tx: &mut Tx<'_>,
    case: CaseId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, Option<PersonId>)>, Error> {
    let rows: Vec<(Uuid, Option<Uuid>)> = followers::table
        .filter(followers::city.eq(case.city().number()))
        .filter(followers::case_id.eq(case.uuid()))
        .filter(followers::account_id.gt(after))
        .order(followers::account_id)
        .limit(limit)
        .select((followers::account_id, followers::person_id))
        .load(tx.conn())
        .await?;
    let read = |(account, person): (Uuid, Option<Uuid>)| (account, person.map(PersonId::from_uuid));
    Ok(rows.into_iter().map(read).collect())
}
