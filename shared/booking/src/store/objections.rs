//! Statements about objections.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::StaffId;
use citygate_kernel::CityCode;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Decision, Objection, ObjectionId, ObjectionState, StrikeId},
    schema::objections,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = objections)]
struct ObjectionRow {
    city: i32,
    id: Uuid,
    strike_id: Uuid,
    agency_id: Uuid,
    grounds_sealed: Vec<u8>,
    state: String,
    answer_sealed: Option<Vec<u8>>,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<ObjectionRow> for Objection {
    type Error = Error;

    fn try_from(row: ObjectionRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let decision = row.answer_sealed.zip(row.decided_by).zip(row.decided_at);
        Ok(Self {
            id: ObjectionId::from_parts(city, row.id),
            strike: StrikeId::from_parts(city, row.strike_id),
            agency: AgencyId::from_parts(city, row.agency_id),
            grounds_sealed: row.grounds_sealed,
            state: ObjectionState::parse(&row.state).ok_or(Error::Damaged("objection"))?,
            decision: decision.map(|((answer_sealed, by), at)| Decision {
                answer_sealed,
                by: StaffId::from_parts(city, by),
                at,
            }),
            created_at: row.created_at,
        })
    }
}

/// Writes an objection. False when there is one to the strike.
pub(crate) async fn insert_objection(
    tx: &mut Tx<'_>,
    objection: &Objection,
) -> Result<bool, Error> {
    let inserted = diesel::insert_into(objections::table)
        .values((
            objections::city.eq(objection.id.city().number()),
            objections::id.eq(objection.id.uuid()),
            objections::strike_id.eq(objection.strike.uuid()),
            objections::agency_id.eq(objection.agency.uuid()),
            objections::grounds_sealed.eq(&objection.grounds_sealed),
            objections::state.eq(objection.state.code()),
            objections::created_at.eq(objection.created_at),
        ))
        .on_conflict((objections::city, objections::strike_id))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// The objections to some strikes of one city.
pub(crate) async fn objections_to(
    tx: &mut Tx<'_>,
    city: CityCode,
    strikes: &[Uuid],
) -> Result<Vec<Objection>, Error> {
    let rows: Vec<ObjectionRow> = objections::table
        .filter(objections::city.eq(city.number()))
        .filter(objections::strike_id.eq_any(strikes))
        .select(ObjectionRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Objection::try_from).collect()
}

/// An objection to a strike of an agency; of two who decide at once, one waits.
pub(crate) async fn lock_objection(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ObjectionId,
) -> Result<Option<Objection>, Error> {
    let row: Option<ObjectionRow> = objections::table
        .find((id.city().number(), id.uuid()))
        .filter(objections::city.eq(agency.city().number()))
        .filter(objections::agency_id.eq(agency.uuid()))
        .select(ObjectionRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Objection::try_from).transpose()
}

/// The objections that an agency has not decided, newest first.
pub(crate) async fn open_objections(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Objection>, Error> {
    let mut query = objections::table
        .filter(objections::city.eq(agency.city().number()))
        .filter(objections::agency_id.eq(agency.uuid()))
        .filter(objections::state.eq(ObjectionState::Open.code()))
        .order(objections::id.desc())
        .limit(limit)
        .select(ObjectionRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(objections::id.lt(before));
    }
    let rows: Vec<ObjectionRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Objection::try_from).collect()
}

/// Writes down what was decided.
pub(crate) async fn save_decision(
    tx: &mut Tx<'_>,
    id: ObjectionId,
    state: ObjectionState,
    decision: &Decision,
) -> Result<(), Error> {
    diesel::update(objections::table.find((id.city().number(), id.uuid())))
        .set((
            objections::state.eq(state.code()),
            objections::answer_sealed.eq(&decision.answer_sealed),
            objections::decided_by.eq(decision.by.uuid()),
            objections::decided_at.eq(decision.at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
