//! Cases of registrations. What is said here of cases is said of those alone: a divorce's row stands
//! in the same table and is read elsewhere.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{AppointmentId, SessionId};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_certificates::CertificateId;
use citygate_identity::PersonId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Case, CaseId, CaseKind, CaseState, Venue},
    schema::{cases, parties},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct CaseRow {
    city: i32,
    id: Uuid,
    state: String,
    agency_id: Option<Uuid>,
    office_id: Option<Uuid>,
    session_id: Option<Uuid>,
    appointment_id: Option<Uuid>,
    held_on: Option<NaiveDate>,
    starts_at: Option<DateTime<Utc>>,
    lapses_at: Option<DateTime<Utc>>,
    refusal: Option<String>,
    refusal_rule_id: Option<Uuid>,
    registered_on: Option<NaiveDate>,
    certificate_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl CaseRow {
    fn venue(&self) -> Result<Option<Venue>, Error> {
        let city = city(self.city)?;
        let Some(appointment) = self.appointment_id else { return Ok(None) };
        let damaged = || Error::Damaged("venue");
        Ok(Some(Venue {
            agency: AgencyId::from_parts(city, self.agency_id.ok_or_else(damaged)?),
            office: self.office_id.ok_or_else(damaged)?,
            session: SessionId::from_parts(city, self.session_id.ok_or_else(damaged)?),
            appointment: AppointmentId::from_parts(city, appointment),
            on: self.held_on.ok_or_else(damaged)?,
            starts_at: self.starts_at.ok_or_else(damaged)?,
        }))
    }
}

impl TryFrom<CaseRow> for Case {
    type Error = Error;

    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let venue = row.venue()?;
        let city = city(row.city)?;
        let refusal = row.refusal.zip(row.refusal_rule_id.map(RuleId::from_uuid));
        Ok(Self {
            id: CaseId::from_parts(city, row.id),
            state: CaseState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            venue,
            lapses_at: row.lapses_at,
            refusal,
            registered_on: row.registered_on,
            certificate: row.certificate_id.map(|id| CertificateId::from_parts(city, id)),
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// Writes a new case.
pub(crate) async fn insert(tx: &mut Tx<'_>, case: &Case) -> Result<(), Error> {
    diesel::insert_into(cases::table)
        .values((
            cases::city.eq(case.id.city().number()),
            cases::id.eq(case.id.uuid()),
            cases::kind.eq(CaseKind::Registration.code()),
            cases::state.eq(case.state.code()),
            cases::lapses_at.eq(case.lapses_at),
            cases::created_at.eq(case.created_at),
            cases::changed_at.eq(case.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what can change of a case.
pub(crate) async fn save(tx: &mut Tx<'_>, case: &Case) -> Result<(), Error> {
    let venue = case.venue;
    let (refusal, rule) = case.refusal.clone().unzip();
    diesel::update(cases::table.find((case.id.city().number(), case.id.uuid())))
        .set((
            cases::state.eq(case.state.code()),
            cases::agency_id.eq(venue.map(|venue| venue.agency.uuid())),
            cases::office_id.eq(venue.map(|venue| venue.office)),
            cases::session_id.eq(venue.map(|venue| venue.session.uuid())),
            cases::appointment_id.eq(venue.map(|venue| venue.appointment.uuid())),
            cases::held_on.eq(venue.map(|venue| venue.on)),
            cases::starts_at.eq(venue.map(|venue| venue.starts_at)),
            cases::lapses_at.eq(case.lapses_at),
            cases::refusal.eq(refusal),
            cases::refusal_rule_id.eq(rule.map(|rule| rule.uuid())),
            cases::registered_on.eq(case.registered_on),
            cases::certificate_id.eq(case.certificate.map(|id| id.uuid())),
            cases::changed_at.eq(case.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A case, which nobody else changes until the transaction ends. Before any place or appointment.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = cases::table
        .find((id.city().number(), id.uuid()))
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .select(CaseRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Case::try_from).transpose()
}

/// A case as it stands.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = cases::table
        .find((id.city().number(), id.uuid()))
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .select(CaseRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Case::try_from).transpose()
}

/// The case of an appointment, if it is one of ours.
pub(crate) async fn of_appointment(
    tx: &mut Tx<'_>,
    appointment: AppointmentId,
) -> Result<Option<CaseId>, Error> {
    let id: Option<Uuid> = cases::table
        .filter(cases::city.eq(appointment.city().number()))
        .filter(cases::appointment_id.eq(appointment.uuid()))
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .select(cases::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(|id| CaseId::from_parts(appointment.city(), id)))
}

/// The cases of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let before = before.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<CaseRow> = cases::table
        .inner_join(
            parties::table.on(parties::city.eq(cases::city).and(parties::case_id.eq(cases::id))),
        )
        .filter(parties::person_id.eq(person.uuid()))
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .filter(cases::id.lt(before))
        .order(cases::id.desc())
        .limit(limit)
        .select(CaseRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// How many cases somebody has begun since an instant.
pub(crate) async fn begun_since(
    tx: &mut Tx<'_>,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<i64, Error> {
    Ok(parties::table
        .filter(parties::person_id.eq(person.uuid()))
        .filter(parties::side.eq("a"))
        .filter(parties::joined_at.gt(since))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// The marriage of somebody that stands, if this city's registries have registered one.
pub(crate) async fn marriage_of(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<CaseId>, Error> {
    let found: Option<(i32, Uuid)> = cases::table
        .inner_join(
            parties::table.on(parties::city.eq(cases::city).and(parties::case_id.eq(cases::id))),
        )
        .filter(parties::person_id.eq(person.uuid()))
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .filter(cases::state.eq(CaseState::Registered.code()))
        .select((cases::city, cases::id))
        .first(tx.conn())
        .await
        .optional()?;
    found.map(|(number, id)| Ok(CaseId::from_parts(city(number)?, id))).transpose()
}

/// The cases whose appointment with an agency is on a day, in the order in which they were begun.
pub(crate) async fn of_day(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    on: NaiveDate,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let after = after.map_or(Uuid::nil(), |cursor| cursor.0);
    let rows: Vec<CaseRow> = cases::table
        .filter(cases::city.eq(agency.city().number()))
        .filter(cases::agency_id.eq(agency.uuid()))
        .filter(cases::held_on.eq(on))
        .filter(cases::appointment_id.is_not_null())
        .filter(cases::kind.eq(CaseKind::Registration.code()))
        .filter(cases::id.gt(after))
        .order(cases::id)
        .limit(limit)
        .select(CaseRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}
