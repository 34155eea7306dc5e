//! Statements about charges.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Currency, Money};
use citygate_platform::{
    db::Tx,
    http::Cursor,
    keys::{DataClass, SealedColumn},
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, SmallInt, Text as SqlText, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{
        CatalogueClass, Charge, ChargeId, ChargeLine, ChargeState, OwnNo, ServiceKind,
        SettlementId, VisitId,
    },
    schema::{charge_lines, charges, visits},
};

/// What charges are for, in words.
pub(crate) const CHARGE_DETAILS: SealedColumn =
    SealedColumn::new("hospital.charges", "id", "details_sealed", DataClass::Person);

/// Amounts of charges are in fen.
pub(super) fn fen(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = charges)]
struct ChargeRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    visit_id: Uuid,
    charge_no: String,
    person_id: Uuid,
    payer_id: Option<Uuid>,
    details_sealed: Vec<u8>,
    total_minor: i64,
    state: String,
    settlement_id: Option<Uuid>,
    open_reason: Option<String>,
    content_digest: Vec<u8>,
    created_at: DateTime<Utc>,
}

impl TryFrom<ChargeRow> for Charge {
    type Error = Error;

    fn try_from(row: ChargeRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: ChargeId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            visit: VisitId::from_parts(city, row.visit_id),
            number: row.charge_no.parse().map_err(|_| Error::Damaged("charge number"))?,
            person: PersonId::from_uuid(row.person_id),
            payer: row.payer_id.map(PersonId::from_uuid),
            details_sealed: row.details_sealed,
            total: fen(row.total_minor),
            state: ChargeState::parse(&row.state).ok_or(Error::Damaged("charge state"))?,
            settlement: row.settlement_id.map(|id| SettlementId::from_parts(city, id)),
            open_reason: row.open_reason,
            content_digest: row.content_digest,
            created_at: row.created_at,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = charge_lines)]
struct LineRow {
    charge_id: Uuid,
    n: i16,
    service: String,
    class: String,
    quantity: i32,
    unit_price_minor: i64,
    amount_minor: i64,
}

impl TryFrom<LineRow> for ChargeLine {
    type Error = Error;

    fn try_from(row: LineRow) -> Result<Self, Error> {
        Ok(Self {
            n: row.n,
            service: ServiceKind::parse(&row.service).ok_or(Error::Damaged("service"))?,
            class: CatalogueClass::parse(&row.class).ok_or(Error::Damaged("class"))?,
            quantity: row.quantity,
            unit_price: fen(row.unit_price_minor),
            amount: fen(row.amount_minor),
        })
    }
}

/// Writes a charge with its lines. False when its number is taken; of two that try at once, one
/// waits.
pub(crate) async fn insert_charge(
    tx: &mut Tx<'_>,
    charge: &Charge,
    lines: &[ChargeLine],
) -> Result<bool, Error> {
    let inserted = diesel::insert_into(charges::table)
        .values((
            charges::city.eq(charge.id.city().number()),
            charges::id.eq(charge.id.uuid()),
            charges::agency_id.eq(charge.agency.uuid()),
            charges::visit_id.eq(charge.visit.uuid()),
            charges::charge_no.eq(charge.number.as_str()),
            charges::person_id.eq(charge.person.uuid()),
            charges::payer_id.eq(charge.payer.map(PersonId::uuid)),
            charges::details_sealed.eq(&charge.details_sealed),
            charges::total_minor.eq(charge.total.minor()),
            charges::state.eq(charge.state.code()),
            charges::content_digest.eq(&charge.content_digest),
            charges::created_at.eq(charge.created_at),
        ))
        .on_conflict((charges::city, charges::agency_id, charges::charge_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    if inserted == 1 {
        insert_lines(tx, charge.id, lines).await?;
    }
    Ok(inserted == 1)
}

async fn insert_lines(tx: &mut Tx<'_>, id: ChargeId, lines: &[ChargeLine]) -> Result<(), Error> {
    sql("INSERT INTO hospital.charge_lines \
             (city, charge_id, n, service, class, quantity, unit_price_minor, amount_minor) \
         SELECT $1, $2, new.* FROM unnest($3, $4, $5, $6, $7, $8) AS new")
    .bind::<Integer, _>(id.city().number())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Array<SmallInt>, _>(column(lines, |line| line.n))
    .bind::<Array<SqlText>, _>(column(lines, |line| line.service.code()))
    .bind::<Array<SqlText>, _>(column(lines, |line| line.class.code()))
    .bind::<Array<Integer>, _>(column(lines, |line| line.quantity))
    .bind::<Array<BigInt>, _>(column(lines, |line| line.unit_price.minor()))
    .bind::<Array<BigInt>, _>(column(lines, |line| line.amount.minor()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn charge(tx: &mut Tx<'_>, id: ChargeId) -> Result<Option<Charge>, Error> {
    let row: Option<ChargeRow> = charges::table
        .find((id.city().number(), id.uuid()))
        .select(ChargeRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Charge::try_from).transpose()
}

/// The charge, which nobody else changes until this transaction ends.
pub(crate) async fn lock_charge(tx: &mut Tx<'_>, id: ChargeId) -> Result<Option<Charge>, Error> {
    let row: Option<ChargeRow> = charges::table
        .find((id.city().number(), id.uuid()))
        .select(ChargeRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Charge::try_from).transpose()
}

pub(crate) async fn charge_by_no(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    number: &OwnNo,
) -> Result<Option<Charge>, Error> {
    let row: Option<ChargeRow> = charges::table
        .filter(charges::city.eq(agency.city().number()))
        .filter(charges::agency_id.eq(agency.uuid()))
        .filter(charges::charge_no.eq(number.as_str()))
        .select(ChargeRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Charge::try_from).transpose()
}

/// The charges of a visit, in the order in which they came.
pub(crate) async fn charges_of_visit(
    tx: &mut Tx<'_>,
    visit: VisitId,
) -> Result<Vec<Charge>, Error> {
    let rows: Vec<ChargeRow> = charges::table
        .filter(charges::city.eq(visit.city().number()))
        .filter(charges::visit_id.eq(visit.uuid()))
        .order(charges::id)
        .select(ChargeRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Charge::try_from).collect()
}

/// The charges of a patient, newest first, some at a time.
pub(crate) async fn charges_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Charge>, Error> {
    let mut query = charges::table.filter(charges::person_id.eq(person.uuid())).into_boxed();
    if let Some(cursor) = before {
        query = query.filter(charges::id.lt(cursor.0));
    }
    let rows: Vec<ChargeRow> = query
        .order(charges::id.desc())
        .limit(limit)
        .select(ChargeRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Charge::try_from).collect()
}

/// The lines of some charges of a city, in their order.
pub(crate) async fn charge_lines(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[ChargeId],
) -> Result<BTreeMap<ChargeId, Vec<ChargeLine>>, Error> {
    let rows: Vec<LineRow> = charge_lines::table
        .filter(charge_lines::city.eq(city.number()))
        .filter(charge_lines::charge_id.eq_any(ids.iter().map(|id| id.uuid())))
        .order((charge_lines::charge_id, charge_lines::n))
        .select(LineRow::as_select())
        .load(tx.conn())
        .await?;
    let mut lines: BTreeMap<ChargeId, Vec<ChargeLine>> = BTreeMap::new();
    for row in rows {
        let id = ChargeId::from_parts(city, row.charge_id);
        lines.entry(id).or_default().push(row.try_into()?);
    }
    Ok(lines)
}

/// A settlement of the charge is under way.
pub(crate) async fn begin_settling(
    tx: &mut Tx<'_>,
    id: ChargeId,
    settlement: SettlementId,
) -> Result<(), Error> {
    diesel::update(charges::table.find((id.city().number(), id.uuid())))
        .set((
            charges::state.eq(ChargeState::Settling.code()),
            charges::settlement_id.eq(Some(settlement.uuid())),
            charges::open_reason.eq(None::<String>),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// No settlement of the charge is under way any more.
pub(crate) async fn leave_settling(
    tx: &mut Tx<'_>,
    id: ChargeId,
    state: ChargeState,
    reason: Option<&str>,
) -> Result<(), Error> {
    diesel::update(charges::table.find((id.city().number(), id.uuid())))
        .set((
            charges::state.eq(state.code()),
            charges::settlement_id.eq(None::<Uuid>),
            charges::open_reason.eq(reason),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The hospital and the patient of a visit.
pub(crate) async fn parties_of_visit(
    tx: &mut Tx<'_>,
    id: VisitId,
) -> Result<Option<(AgencyId, PersonId)>, Error> {
    let found: Option<(Uuid, Uuid)> = visits::table
        .find((id.city().number(), id.uuid()))
        .select((visits::agency_id, visits::person_id))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.map(|(agency, person)| {
        (AgencyId::from_parts(id.city(), agency), PersonId::from_uuid(person))
    }))
}
