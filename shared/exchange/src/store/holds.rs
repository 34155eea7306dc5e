//! Statements about messages that are held.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    fault::{Hold, HoldReason},
    model::{DiscardReason, Held, HoldId, HoldState, Protocol},
    schema::{holds, messages},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = holds)]
struct HoldRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    reason: String,
    waits_for: Option<String>,
    state: String,
    held_at: DateTime<Utc>,
    tries: i32,
    refused_with: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    discard_reason: Option<String>,
}

/// What of the message stands beside its hold.
type MessagePart = (String, Option<String>, String, Vec<u8>);

fn held(
    (row, (protocol, message_no, what, content_sha256)): (HoldRow, MessagePart),
) -> Result<Held, Error> {
    let city = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
    let discarded = row.discard_reason.map(|code| DiscardReason::from_code(&code));
    Ok(Held {
        id: HoldId::from_parts(city, row.id),
        agency: AgencyId::from_parts(city, row.agency_id),
        hold: Hold {
            reason: HoldReason::from_code(&row.reason).ok_or(Error::Damaged("reason"))?,
            waits_for: row.waits_for,
        },
        state: HoldState::from_code(&row.state).ok_or(Error::Damaged("state"))?,
        protocol: Protocol::from_code(&protocol).ok_or(Error::Damaged("protocol"))?,
        what,
        message_no,
        content_sha256,
        held_at: row.held_at,
        tries: u32::try_from(row.tries).map_err(|_| Error::Damaged("tries"))?,
        refused_with: row.refused_with,
        ended_at: row.ended_at,
        discarded: match discarded {
            Some(reason) => Some(reason.ok_or(Error::Damaged("discard reason"))?),
            None => None,
        },
    })
}

/// A hold and its message.
macro_rules! with_message {
    () => {
        holds::table
            .inner_join(
                messages::table.on(messages::city.eq(holds::city).and(messages::id.eq(holds::id))),
            )
            .select((
                HoldRow::as_select(),
                (
                    messages::protocol,
                    messages::message_no,
                    messages::what,
                    messages::content_sha256,
                ),
            ))
    };
}

/// Notes that a message is held.
pub(crate) async fn insert_hold(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: HoldId,
    hold: &Hold,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(holds::table)
        .values((
            holds::city.eq(id.city().number()),
            holds::id.eq(id.uuid()),
            holds::agency_id.eq(agency.uuid()),
            holds::reason.eq(hold.reason.code()),
            holds::waits_for.eq(&hold.waits_for),
            holds::state.eq(HoldState::Held.code()),
            holds::held_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A hospital's message that is held, or was.
pub(crate) async fn hold(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: HoldId,
) -> Result<Option<Held>, Error> {
    let row = with_message!()
        .filter(holds::city.eq(id.city().number()))
        .filter(holds::id.eq(id.uuid()))
        .filter(holds::city.eq(agency.city().number()))
        .filter(holds::agency_id.eq(agency.uuid()))
        .first(tx.conn())
        .await
        .optional()?;
    row.map(held).transpose()
}

/// The same, locked.
pub(crate) async fn lock_hold(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: HoldId,
) -> Result<Option<Held>, Error> {
    let locked: Option<Uuid> = holds::table
        .find((id.city().number(), id.uuid()))
        .filter(holds::agency_id.eq(agency.uuid()))
        .select(holds::id)
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    match locked {
        Some(_) => hold(tx, agency, id).await,
        None => Ok(None),
    }
}

/// A hospital's held messages in a state, oldest first.
pub(crate) async fn holds_of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    state: HoldState,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Held>, Error> {
    let after = after.map_or(Uuid::nil(), |cursor| cursor.0);
    let rows: Vec<(HoldRow, MessagePart)> = with_message!()
        .filter(holds::city.eq(agency.city().number()))
        .filter(holds::agency_id.eq(agency.uuid()))
        .filter(holds::state.eq(state.code()))
        .filter(holds::id.gt(after))
        .order(holds::id)
        .limit(limit)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(held).collect()
}

/// Whether a message waits for an order.
pub(crate) async fn is_waited_for(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    order_no: &str,
) -> Result<bool, Error> {
    let waiting = holds::table
        .filter(holds::city.eq(agency.city().number()))
        .filter(holds::agency_id.eq(agency.uuid()))
        .filter(holds::waits_for.eq(order_no))
        .filter(holds::state.eq(HoldState::Held.code()));
    Ok(diesel::select(exists(waiting)).get_result(tx.conn()).await?)
}

/// The messages that wait for an order, in the order in which they came, some at a time.
pub(crate) async fn waiting_for(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    order_no: &str,
    after: Uuid,
    limit: i64,
) -> Result<Vec<HoldId>, Error> {
    let found: Vec<Uuid> = holds::table
        .filter(holds::city.eq(agency.city().number()))
        .filter(holds::agency_id.eq(agency.uuid()))
        .filter(holds::waits_for.eq(order_no))
        .filter(holds::state.eq(HoldState::Held.code()))
        .filter(holds::id.gt(after))
        .order(holds::id)
        .limit(limit)
        .select(holds::id)
        .load(tx.conn())
        .await?;
    Ok(found.into_iter().map(|id| HoldId::from_parts(agency.city(), id)).collect())
}

/// Ends a hold.
pub(crate) async fn end_hold(
    tx: &mut Tx<'_>,
    id: HoldId,
    state: HoldState,
    by: Option<Uuid>,
    discarded: Option<DiscardReason>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(holds::table.find((id.city().number(), id.uuid())))
        .set((
            holds::state.eq(state.code()),
            holds::ended_at.eq(now),
            holds::ended_by.eq(by),
            holds::discard_reason.eq(discarded.map(DiscardReason::code)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes a try that was in vain: for what the message waits now, or why it was refused.
pub(crate) async fn note_try(
    tx: &mut Tx<'_>,
    id: HoldId,
    hold: &Hold,
    refused_with: Option<&str>,
) -> Result<(), Error> {
    diesel::update(holds::table.find((id.city().number(), id.uuid())))
        .set((
            holds::tries.eq(holds::tries + 1),
            holds::reason.eq(hold.reason.code()),
            holds::waits_for.eq(&hold.waits_for),
            holds::refused_with.eq(refused_with),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
