//! The history of cases, and what was said with it.

use chrono::{DateTime, Utc};
use citygate_identity::StaffId;
use citygate_kernel::{Clock, Id};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Case, CaseId, CaseStanding, CaseTurn, Line, Said},
    schema::{events, texts},
    sealed::{TEXT, TextIdKind},
};

/// Writes a line about a locked case, as it stands after what has happened.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: &Case,
    (turn, staff): (CaseTurn, Option<StaffId>),
    said: Option<&Said>,
) -> Result<(), Error> {
    let now = tx.now();
    let (city, id) = (case.id.city().number(), case.id.uuid());
    let last: Option<i32> = events::table
        .filter(events::city.eq(city))
        .filter(events::case_id.eq(id))
        .select(max(events::n))
        .first(tx.conn())
        .await?;
    let n = last.unwrap_or(0) + 1;
    diesel::insert_into(events::table)
        .values((
            events::city.eq(city),
            events::case_id.eq(id),
            events::n.eq(n),
            events::turn.eq(turn.code()),
            events::state.eq(case.state.code()),
            events::happened_at.eq(now),
            events::staff_id.eq(staff.map(|staff| staff.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    let Some(said) = said else { return Ok(()) };
    let text = Id::<TextIdKind>::new(&Clock::manual(now)).uuid();
    let sealed = keys.seal_json(tx, &TEXT, text, said).await?;
    diesel::insert_into(texts::table)
        .values((
            texts::city.eq(city),
            texts::id.eq(text),
            texts::case_id.eq(id),
            texts::n.eq(n),
            texts::text_sealed.eq(sealed),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How often something has happened to a case.
pub(crate) async fn count(tx: &mut Tx<'_>, case: CaseId, turn: CaseTurn) -> Result<i64, Error> {
    Ok(events::table
        .filter(events::city.eq(case.city().number()))
        .filter(events::case_id.eq(case.uuid()))
        .filter(events::turn.eq(turn.code()))
        .count()
        .get_result(tx.conn())
        .await?)
}

type LineRow = (String, String, DateTime<Utc>, Option<(Uuid, Vec<u8>)>);

/// The history of a case, oldest first. It is short by its rules.
pub(crate) async fn of_case(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: CaseId,
) -> Result<Vec<Line>, Error> {
    let with = texts::city
        .eq(events::city)
        .and(texts::case_id.eq(events::case_id))
        .and(texts::n.eq(events::n));
    let rows: Vec<LineRow> = events::table
        .left_join(texts::table.on(with))
        .filter(events::city.eq(case.city().number()))
        .filter(events::case_id.eq(case.uuid()))
        .order(events::n)
        .select((
            events::turn,
            events::state,
            events::happened_at,
            (texts::id, texts::text_sealed).nullable(),
        ))
        .load(tx.conn())
        .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for (turn, state, at, text) in rows {
        let said = match text {
            Some((id, sealed)) => Some(keys.open_json(tx, &TEXT, id, &sealed).await?),
            None => None,
        };
        lines.push(Line {
            turn: CaseTurn::parse(&turn).ok_or(Error::Damaged("turn"))?,
            state: CaseStanding::parse(&state).ok_or(Error::Damaged("state"))?,
            at,
            said,
        });
    }
    Ok(lines)
}

/// What was said with the last turn of a kind.
pub(crate) async fn last_said(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: CaseId,
    turns: &[CaseTurn],
) -> Result<Option<Said>, Error> {
    let with = texts::city
        .eq(events::city)
        .and(texts::case_id.eq(events::case_id))
        .and(texts::n.eq(events::n));
    let codes: Vec<&str> = turns.iter().map(|turn| turn.code()).collect();
    let found: Option<(Uuid, Vec<u8>)> = events::table
        .inner_join(texts::table.on(with))
        .filter(events::city.eq(case.city().number()))
        .filter(events::case_id.eq(case.uuid()))
        .filter(events::turn.eq_any(codes))
        .order(events::n.desc())
        .select((texts::id, texts::text_sealed))
        .first(tx.conn())
        .await
        .optional()?;
    match found {
        Some((id, sealed)) => Ok(Some(keys.open_json(tx, &TEXT, id, &sealed).await?)),
        None => Ok(None),
    }
}
