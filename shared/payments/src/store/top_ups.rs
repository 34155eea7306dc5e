//! Statements about top-ups.

use chrono::{DateTime, Utc};
use citygate_identity::PersonId;
use citygate_kernel::Masked;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{TopUp, TopUpId, TopUpState},
    schema::top_ups,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = top_ups)]
struct TopUpRow {
    city: i32,
    id: Uuid,
    person_id: Uuid,
    amount_minor: i64,
    currency: String,
    card_token: String,
    state: String,
    decline_reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<TopUpRow> for TopUp {
    type Error = Error;

    fn try_from(row: TopUpRow) -> Result<Self, Error> {
        let state = match row.state.as_str() {
            "processing" => TopUpState::Processing,
            "succeeded" => TopUpState::Succeeded,
            "declined" => TopUpState::Declined { reason: row.decline_reason.unwrap_or_default() },
            _ => return Err(Error::Damaged("top-up state")),
        };
        Ok(Self {
            id: TopUpId::from_parts(city(row.city)?, row.id),
            person: PersonId::from_uuid(row.person_id),
            amount: money(row.amount_minor, &row.currency)?,
            card_token: Masked::new(row.card_token),
            state,
            created_at: row.created_at,
        })
    }
}

pub(crate) async fn insert_top_up(tx: &mut Tx<'_>, top_up: &TopUp) -> Result<(), Error> {
    diesel::insert_into(top_ups::table)
        .values((
            top_ups::city.eq(top_up.id.city().number()),
            top_ups::id.eq(top_up.id.uuid()),
            top_ups::person_id.eq(top_up.person.uuid()),
            top_ups::amount_minor.eq(top_up.amount.minor()),
            top_ups::currency.eq(top_up.amount.currency().code()),
            top_ups::card_token.eq(top_up.card_token.expose()),
            top_ups::state.eq("processing"),
            top_ups::created_at.eq(top_up.created_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn top_up(tx: &mut Tx<'_>, id: TopUpId) -> Result<Option<TopUp>, Error> {
    let row: Option<TopUpRow> = top_ups::table
        .find((id.city().number(), id.uuid()))
        .select(TopUpRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TopUp::try_from).transpose()
}

pub(crate) async fn lock_top_up(tx: &mut Tx<'_>, id: TopUpId) -> Result<Option<TopUp>, Error> {
    let row: Option<TopUpRow> = top_ups::table
        .find((id.city().number(), id.uuid()))
        .select(TopUpRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TopUp::try_from).transpose()
}

/// Ends a locked top-up. Its card token is of no further use and goes.
pub(crate) async fn resolve_top_up(
    tx: &mut Tx<'_>,
    id: TopUpId,
    state: &TopUpState,
) -> Result<(), Error> {
    let now = tx.now();
    let (state, reason) = match state {
        TopUpState::Processing => ("processing", None),
        TopUpState::Succeeded => ("succeeded", None),
        TopUpState::Declined { reason } => ("declined", Some(reason)),
    };
    diesel::update(top_ups::table.find((id.city().number(), id.uuid())))
        .set((
            top_ups::state.eq(state),
            top_ups::decline_reason.eq(reason),
            top_ups::resolved_at.eq(now),
            top_ups::card_token.eq(""),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
