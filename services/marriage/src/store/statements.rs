//! What people have signed.

use chrono::{DateTime, Utc};
use citygate_catalogue::RuleId;
use citygate_kernel::Clock;
use citygate_platform::{db::Tx, keys::Keys};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{CaseId, Side, SignedStatement},
    schema::statements,
    sealed::{STATEMENT, StatementIdKind},
};

/// Writes a statement. False when there is one of that side that stands.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: CaseId,
    signed: &SignedStatement,
) -> Result<bool, Error> {
    let id = citygate_kernel::Id::<StatementIdKind>::new(&Clock::manual(tx.now())).uuid();
    let sealed = keys.seal_json(tx, &STATEMENT, id, &signed.declared).await?;
    let inserted = diesel::insert_into(statements::table)
        .values((
            statements::city.eq(case.city().number()),
            statements::id.eq(id),
            statements::case_id.eq(case.uuid()),
            statements::side.eq(signed.side.code()),
            statements::rule_id.eq(signed.text.uuid()),
            statements::content_sealed.eq(sealed),
            statements::signed_at.eq(signed.signed_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Takes the statement of a side back. False when none stands.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, case: CaseId, side: Side) -> Result<bool, Error> {
    let now = tx.now();
    let withdrawn = diesel::update(statements::table)
        .filter(statements::city.eq(case.city().number()))
        .filter(statements::case_id.eq(case.uuid()))
        .filter(statements::side.eq(side.code()))
        .filter(statements::withdrawn_at.is_null())
        .set(statements::withdrawn_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(withdrawn > 0)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = statements)]
struct StatementRow {
    id: Uuid,
    side: String,
    rule_id: Uuid,
    content_sealed: Vec<u8>,
    signed_at: DateTime<Utc>,
}

/// The statements of a case that stand, the one of who began it first.
pub(crate) async fn standing(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: CaseId,
) -> Result<Vec<SignedStatement>, Error> {
    let rows: Vec<StatementRow> = statements::table
        .filter(statements::city.eq(case.city().number()))
        .filter(statements::case_id.eq(case.uuid()))
        .filter(statements::withdrawn_at.is_null())
        .order(statements::side)
        .select(StatementRow::as_select())
        .load(tx.conn())
        .await?;
    let mut standing = Vec::with_capacity(rows.len());
    for row in rows {
        standing.push(SignedStatement {
            side: Side::parse(&row.side).ok_or(Error::Damaged("side"))?,
            text: RuleId::from_uuid(row.rule_id),
            declared: keys.open_json(tx, &STATEMENT, row.id, &row.content_sealed).await?,
            signed_at: row.signed_at,
        });
    }
    Ok(standing)
}
