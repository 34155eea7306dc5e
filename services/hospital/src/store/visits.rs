//! Statements about visits.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::AppointmentId;
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{
        DepartmentId, EndReason, PractitionerId, StepKind, StepState, Visit, VisitId, VisitState,
    },
    schema::{steps, visits},
};

/// How many visits of a day are looked at when a queue opens.
const MANY: i64 = 20_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = visits)]
struct VisitRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    person_id: Uuid,
    account_id: Option<Uuid>,
    appointment_id: Option<Uuid>,
    department_id: Uuid,
    practitioner_id: Option<Uuid>,
    on_day: NaiveDate,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    priority: Option<String>,
    state: String,
    end_reason: Option<String>,
    rounds: i16,
    last_event: i64,
    arrived_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl TryFrom<VisitRow> for Visit {
    type Error = Error;

    fn try_from(row: VisitRow) -> Result<Self, Error> {
        let city = super::city(row.city)?;
        let reason = row
            .end_reason
            .as_deref()
            .map(|reason| EndReason::parse(reason).ok_or(Error::Damaged("end of a visit")));
        Ok(Self {
            id: VisitId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            person: PersonId::from_uuid(row.person_id),
            account: row.account_id.map(AccountId::from_uuid),
            appointment: row.appointment_id.map(|id| AppointmentId::from_parts(city, id)),
            department: DepartmentId::from_parts(city, row.department_id),
            practitioner: row.practitioner_id.map(|id| PractitionerId::from_parts(city, id)),
            on: row.on_day,
            window: row.starts_at.zip(row.ends_at),
            priority: row.priority,
            state: VisitState::parse(&row.state).ok_or(Error::Damaged("state of a visit"))?,
            end_reason: reason.transpose()?,
            rounds: u16::try_from(row.rounds).map_err(|_| Error::Damaged("rounds"))?,
            last_event: row.last_event,
            arrived_at: row.arrived_at,
            ended_at: row.ended_at,
        })
    }
}

impl From<&Visit> for VisitRow {
    fn from(visit: &Visit) -> Self {
        Self {
            city: visit.id.city().number(),
            id: visit.id.uuid(),
            agency_id: visit.agency.uuid(),
            person_id: visit.person.uuid(),
            account_id: visit.account.map(AccountId::uuid),
            appointment_id: visit.appointment.map(|id| id.uuid()),
            department_id: visit.department.uuid(),
            practitioner_id: visit.practitioner.map(|id| id.uuid()),
            on_day: visit.on,
            starts_at: visit.window.map(|(starts_at, _)| starts_at),
            ends_at: visit.window.map(|(_, ends_at)| ends_at),
            priority: visit.priority.clone(),
            state: visit.state.code().to_owned(),
            end_reason: visit.end_reason.map(|reason| reason.code().to_owned()),
            rounds: i16::try_from(visit.rounds).unwrap_or(i16::MAX),
            last_event: visit.last_event,
            arrived_at: visit.arrived_at,
            ended_at: visit.ended_at,
        }
    }
}

/// Notes a visit. False when its appointment has one; of two that try at once, one waits.
pub(crate) async fn insert_visit(tx: &mut Tx<'_>, visit: &Visit) -> Result<bool, Error> {
    let inserted = diesel::insert_into(visits::table)
        .values(VisitRow::from(visit))
        .on_conflict((visits::city, visits::appointment_id))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// A visit, for whoever is about to change it or what belongs to it.
pub(crate) async fn lock_visit(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Visit>, Error> {
    let row: Option<VisitRow> = visits::table
        .find((id.city().number(), id.uuid()))
        .select(VisitRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Visit::try_from).transpose()
}

pub(crate) async fn visit(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Visit>, Error> {
    let row: Option<VisitRow> = visits::table
        .find((id.city().number(), id.uuid()))
        .select(VisitRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Visit::try_from).transpose()
}

pub(crate) async fn visit_of_appointment(
    tx: &mut Tx<'_>,
    id: AppointmentId,
) -> Result<Option<Visit>, Error> {
    let row: Option<VisitRow> = visits::table
        .filter(visits::city.eq(id.city().number()))
        .filter(visits::appointment_id.eq(id.uuid()))
        .select(VisitRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Visit::try_from).transpose()
}

pub(crate) async fn visits_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Visit>, Error> {
    let mut query = visits::table
        .filter(visits::person_id.eq(person.uuid()))
        .order(visits::id.desc())
        .limit(limit)
        .select(VisitRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(visits::id.lt(after));
    }
    let rows: Vec<VisitRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Visit::try_from).collect()
}

/// The visit of a person in a department on a day, while it goes on.
pub(crate) async fn live_visit(
    tx: &mut Tx<'_>,
    person: PersonId,
    department: DepartmentId,
    on: NaiveDate,
) -> Result<Option<Visit>, Error> {
    let row: Option<VisitRow> = visits::table
        .filter(visits::person_id.eq(person.uuid()))
        .filter(visits::city.eq(department.city().number()))
        .filter(visits::department_id.eq(department.uuid()))
        .filter(visits::on_day.eq(on))
        .filter(visits::state.eq_any(["arrived", "in_progress"]))
        .order(visits::id)
        .select(VisitRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Visit::try_from).transpose()
}

/// The visits of a day in which a step waits for a queue to open, in the order of their ids.
pub(crate) async fn visits_without_queue(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    on: NaiveDate,
    kinds: &[StepKind],
) -> Result<Vec<VisitId>, Error> {
    let city = agency.city();
    let waits = steps::table
        .filter(steps::city.eq(visits::city))
        .filter(steps::visit_id.eq(visits::id))
        .filter(steps::kind.eq_any(kinds.iter().map(|kind| kind.code())))
        .filter(steps::state.eq(StepState::Ready.code()));
    let ids: Vec<Uuid> = visits::table
        .filter(visits::city.eq(city.number()))
        .filter(visits::agency_id.eq(agency.uuid()))
        .filter(visits::on_day.eq(on))
        .filter(visits::state.eq_any(["arrived", "in_progress"]))
        .filter(exists(waits))
        .order(visits::id)
        .limit(MANY)
        .select(visits::id)
        .load(tx.conn())
        .await?;
    Ok(ids.into_iter().map(|id| VisitId::from_parts(city, id)).collect())
}

/// Writes down where a visit stands.
pub(crate) async fn update_visit(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Error> {
    diesel::update(visits::table.find((visit.id.city().number(), visit.id.uuid())))
        .set((
            visits::state.eq(visit.state.code()),
            visits::end_reason.eq(visit.end_reason.map(EndReason::code)),
            visits::rounds.eq(i16::try_from(visit.rounds).unwrap_or(i16::MAX)),
            visits::last_event.eq(visit.last_event),
            visits::ended_at.eq(visit.ended_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
