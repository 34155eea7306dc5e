//! Divorces: their row among the cases, and what only they have.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_certificates::CertificateId;
use citygate_identity::{PersonId, StaffId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{CaseId, CaseKind, Divorce, DivorceEvent, DivorceState, Side},
    schema::{case_events as events, cases, divorces, parties},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct CaseRow {
    city: i32,
    id: Uuid,
    state: String,
    registered_on: Option<NaiveDate>,
    certificate_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = divorces)]
struct DivorceRow {
    agency_id: Uuid,
    marriage_city: i32,
    marriage_id: Uuid,
    rule_id: Uuid,
    entered_by: Uuid,
    signed_a_at: Option<DateTime<Utc>>,
    signed_b_at: Option<DateTime<Utc>>,
    received_on: Option<NaiveDate>,
    withdrawn_by: Option<String>,
    certified_by: Option<Uuid>,
}

fn read((case, own): (CaseRow, DivorceRow)) -> Result<Divorce, Error> {
    let at = city(case.city)?;
    let withdrawn_by = own.withdrawn_by.as_deref().map(Side::parse);
    Ok(Divorce {
        id: CaseId::from_parts(at, case.id),
        state: DivorceState::parse(&case.state).ok_or(Error::Damaged("state"))?,
        agency: AgencyId::from_parts(at, own.agency_id),
        marriage: CaseId::from_parts(city(own.marriage_city)?, own.marriage_id),
        rule: RuleId::from_uuid(own.rule_id),
        entered_by: StaffId::from_parts(at, own.entered_by),
        signed_a_at: own.signed_a_at,
        signed_b_at: own.signed_b_at,
        received_on: own.received_on,
        withdrawn_by: withdrawn_by.map(|side| side.ok_or(Error::Damaged("side"))).transpose()?,
        certified_by: own.certified_by.map(|id| StaffId::from_parts(at, id)),
        registered_on: case.registered_on,
        certificate: case.certificate_id.map(|id| CertificateId::from_parts(at, id)),
        created_at: case.created_at,
        changed_at: case.changed_at,
    })
}

/// Writes a new divorce.
pub(crate) async fn insert(tx: &mut Tx<'_>, new: &Divorce) -> Result<(), Error> {
    let (at, id) = (new.id.city().number(), new.id.uuid());
    diesel::insert_into(cases::table)
        .values((
            cases::city.eq(at),
            cases::id.eq(id),
            cases::kind.eq(CaseKind::Divorce.code()),
            cases::state.eq(new.state.code()),
            cases::created_at.eq(new.created_at),
            cases::changed_at.eq(new.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(divorces::table)
        .values((
            divorces::city.eq(at),
            divorces::case_id.eq(id),
            divorces::agency_id.eq(new.agency.uuid()),
            divorces::marriage_city.eq(new.marriage.city().number()),
            divorces::marriage_id.eq(new.marriage.uuid()),
            divorces::rule_id.eq(new.rule.uuid()),
            divorces::entered_by.eq(new.entered_by.uuid()),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what can change of a divorce.
pub(crate) async fn save(tx: &mut Tx<'_>, one: &Divorce) -> Result<(), Error> {
    let key = (one.id.city().number(), one.id.uuid());
    diesel::update(cases::table.find(key))
        .set((
            cases::state.eq(one.state.code()),
            cases::registered_on.eq(one.registered_on),
            cases::certificate_id.eq(one.certificate.map(|id| id.uuid())),
            cases::changed_at.eq(one.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    diesel::update(divorces::table.find(key))
        .set((
            divorces::signed_a_at.eq(one.signed_a_at),
            divorces::signed_b_at.eq(one.signed_b_at),
            divorces::received_on.eq(one.received_on),
            divorces::withdrawn_by.eq(one.withdrawn_by.map(Side::code)),
            divorces::certified_by.eq(one.certified_by.map(|id| id.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A divorce, which nobody else changes until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Divorce>, Error> {
    let key = (id.city().number(), id.uuid());
    let locked: Option<Uuid> = cases::table
        .find(key)
        .filter(cases::kind.eq(CaseKind::Divorce.code()))
        .select(cases::id)
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    if locked.is_some() { by_id(tx, id).await } else { Ok(None) }
}

/// A divorce as it stands.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Divorce>, Error> {
    let own = divorces::city.eq(cases::city).and(divorces::case_id.eq(cases::id));
    let row: Option<(CaseRow, DivorceRow)> = cases::table
        .inner_join(divorces::table.on(own))
        .filter(cases::city.eq(id.city().number()))
        .filter(cases::id.eq(id.uuid()))
        .select((CaseRow::as_select(), DivorceRow::as_select()))
        .first(tx.conn())
        .await
        .optional()?;
    row.map(read).transpose()
}

/// The divorces of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Divorce>, Error> {
    let own = divorces::city.eq(cases::city).and(divorces::case_id.eq(cases::id));
    let theirs = parties::city.eq(cases::city).and(parties::case_id.eq(cases::id));
    let before = before.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<(CaseRow, DivorceRow)> = cases::table
        .inner_join(divorces::table.on(own))
        .inner_join(parties::table.on(theirs))
        .filter(parties::person_id.eq(person.uuid()))
        .filter(cases::id.lt(before))
        .order(cases::id.desc())
        .limit(limit)
        .select((CaseRow::as_select(), DivorceRow::as_select()))
        .load(tx.conn())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Whether a divorce of a marriage goes on, in whatever city.
pub(crate) async fn is_open_of(tx: &mut Tx<'_>, marriage: CaseId) -> Result<bool, Error> {
    let own = divorces::city.eq(cases::city).and(divorces::case_id.eq(cases::id));
    let open = DivorceState::ALL.iter().filter(|state| !state.is_over()).map(|state| state.code());
    let found: Option<Uuid> = cases::table
        .inner_join(divorces::table.on(own))
        .filter(divorces::marriage_city.eq(marriage.city().number()))
        .filter(divorces::marriage_id.eq(marriage.uuid()))
        .filter(cases::state.eq_any(open.collect::<Vec<_>>()))
        .select(cases::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Writes a line about a locked divorce, as it stands after what has happened.
pub(crate) async fn insert_event(
    tx: &mut Tx<'_>,
    one: &Divorce,
    event: DivorceEvent,
    staff: Option<StaffId>,
) -> Result<(), Error> {
    let (now, at, id) = (tx.now(), one.id.city().number(), one.id.uuid());
    let last: Option<i32> = events::table
        .filter(events::city.eq(at))
        .filter(events::case_id.eq(id))
        .select(max(events::n))
        .first(tx.conn())
        .await?;
    diesel::insert_into(events::table)
        .values((
            events::city.eq(at),
            events::case_id.eq(id),
            events::n.eq(last.unwrap_or(0) + 1),
            events::event.eq(event.code()),
            events::state.eq(one.state.code()),
            events::happened_at.eq(now),
            events::staff_id.eq(staff.map(|staff| staff.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
