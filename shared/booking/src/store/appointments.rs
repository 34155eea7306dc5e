//! Statements about appointments, and about those who make them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::CityCode;
use citygate_payments::BillId;
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{
        Appointment, AppointmentId, AppointmentState, CancelledBy, Channel, DayPart, Origin,
        SessionId, SlotId,
    },
    rules::{quota::Taken, strike::Counted},
    schema::{appointments, letters},
};

/// Appointments that one answer may hold.
const APPOINTMENTS: i64 = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = appointments)]
pub(super) struct AppointmentRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    service: String,
    session_id: Uuid,
    slot_id: Uuid,
    channel: String,
    unit_id: Uuid,
    person_id: Uuid,
    account_id: Option<Uuid>,
    on_day: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    origin: String,
    state: String,
    bill_id: Option<Uuid>,
    held_until: Option<DateTime<Utc>>,
    cancelled_by: Option<String>,
    cancel_reason: Option<String>,
}

impl TryFrom<AppointmentRow> for Appointment {
    type Error = Error;

    fn try_from(row: AppointmentRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let cancelled_by = row.cancelled_by.as_deref().map(CancelledBy::parse);
        Ok(Self {
            id: AppointmentId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            service: row.service,
            session: SessionId::from_parts(city, row.session_id),
            slot: SlotId::from_parts(city, row.slot_id),
            channel: Channel::parse(&row.channel).ok_or(Error::Damaged("channel"))?,
            unit: row.unit_id,
            person: PersonId::from_uuid(row.person_id),
            account: row.account_id.map(AccountId::from_uuid),
            on: row.on_day,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            origin: Origin::parse(&row.origin).ok_or(Error::Damaged("origin"))?,
            state: AppointmentState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            bill: row.bill_id.map(|bill| BillId::from_parts(city, bill)),
            held_until: row.held_until,
            cancelled_by: cancelled_by
                .map(|by| by.ok_or(Error::Damaged("canceller")))
                .transpose()?,
            cancel_reason: row.cancel_reason,
        })
    }
}

pub(super) fn all(rows: Vec<AppointmentRow>) -> Result<Vec<Appointment>, Error> {
    rows.into_iter().map(Appointment::try_from).collect()
}

/// Writes appointments of one city.
pub(crate) async fn insert_appointments(
    tx: &Tx<'_>,
    city: CityCode,
    new: &[Appointment],
) -> Result<(), Error> {
    let now = tx.now();
    sql("INSERT INTO booking.appointments \
         (city, created_at, changed_at, id, agency_id, service, session_id, slot_id, channel, \
          unit_id, person_id, account_id, on_day, starts_at, ends_at, origin, state, bill_id, \
          held_until) \
         SELECT $1, $2, $3, new.* FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
           $15, $16, $17, $18, $19) AS new")
    .bind::<Integer, _>(city.number())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.id.uuid()))
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.agency.uuid()))
    .bind::<Array<Text>, _>(new.iter().map(|one| one.service.as_str()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.session.uuid()))
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.slot.uuid()))
    .bind::<Array<Text>, _>(column(new, |one| one.channel.code()))
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.unit))
    .bind::<Array<SqlUuid>, _>(column(new, |one| one.person.uuid()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(new, |one| one.account.map(AccountId::uuid)))
    .bind::<Array<Date>, _>(column(new, |one| one.on))
    .bind::<Array<Timestamptz>, _>(column(new, |one| one.starts_at))
    .bind::<Array<Timestamptz>, _>(column(new, |one| one.ends_at))
    .bind::<Array<Text>, _>(column(new, |one| one.origin.code()))
    .bind::<Array<Text>, _>(column(new, |one| one.state.code()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(new, |one| one.bill.map(BillId::uuid)))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(new, |one| one.held_until))
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

pub(crate) async fn appointment(
    tx: &mut Tx<'_>,
    id: AppointmentId,
) -> Result<Option<Appointment>, Error> {
    let row: Option<AppointmentRow> = appointments::table
        .find((id.city().number(), id.uuid()))
        .select(AppointmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Appointment::try_from).transpose()
}

/// The same, and nobody else changes it until this transaction ends.
pub(crate) async fn lock_appointment(
    tx: &mut Tx<'_>,
    id: AppointmentId,
) -> Result<Option<Appointment>, Error> {
    let row: Option<AppointmentRow> = appointments::table
        .find((id.city().number(), id.uuid()))
        .select(AppointmentRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Appointment::try_from).transpose()
}

pub(crate) async fn appointment_of_bill(
    tx: &mut Tx<'_>,
    bill: BillId,
) -> Result<Option<Appointment>, Error> {
    let row: Option<AppointmentRow> = appointments::table
        .filter(appointments::city.eq(bill.city().number()))
        .filter(appointments::bill_id.eq(bill.uuid()))
        .select(AppointmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Appointment::try_from).transpose()
}

/// The appointments of a person, newest first.
pub(crate) async fn appointments_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Appointment>, Error> {
    let mut query = appointments::table
        .filter(appointments::person_id.eq(person.uuid()))
        .order(appointments::id.desc())
        .limit(limit)
        .select(AppointmentRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(appointments::id.lt(before));
    }
    all(query.load(tx.conn()).await?)
}

/// The last appointment with a service that was made in somebody's name between two instants.
pub(crate) async fn last_of(
    tx: &mut Tx<'_>,
    (city, service): (CityCode, &str),
    person: PersonId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Appointment>, Error> {
    let row: Option<AppointmentRow> = appointments::table
        .filter(appointments::person_id.eq(person.uuid()))
        .filter(appointments::city.eq(city.number()))
        .filter(appointments::service.eq(service))
        .filter(appointments::created_at.between(from, to))
        .order(appointments::id.desc())
        .select(AppointmentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Appointment::try_from).transpose()
}

/// The appointments of a session, in the order of their hours.
pub(crate) async fn appointments_of_session(
    tx: &mut Tx<'_>,
    id: SessionId,
) -> Result<Vec<Appointment>, Error> {
    let rows = appointments::table
        .filter(appointments::city.eq(id.city().number()))
        .filter(appointments::session_id.eq(id.uuid()))
        .order((appointments::starts_at, appointments::id))
        .limit(APPOINTMENTS)
        .select(AppointmentRow::as_select())
        .load(tx.conn())
        .await?;
    all(rows)
}

/// Some appointments of a session that keep their places.
pub(crate) async fn live_of_session(
    tx: &mut Tx<'_>,
    id: SessionId,
    limit: i64,
) -> Result<Vec<AppointmentId>, Error> {
    let ids: Vec<Uuid> = appointments::table
        .filter(appointments::city.eq(id.city().number()))
        .filter(appointments::session_id.eq(id.uuid()))
        .filter(appointments::state.eq_any(["held", "booked"]))
        .order((appointments::starts_at, appointments::id))
        .limit(limit)
        .select(appointments::id)
        .load(tx.conn())
        .await?;
    Ok(ids.into_iter().map(|id2| AppointmentId::from_parts(id.city(), id2)).collect())
}

/// Writes down where an appointment stands, and where it has moved.
pub(crate) async fn save_appointment(tx: &mut Tx<'_>, one: &Appointment) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(appointments::table.find((one.id.city().number(), one.id.uuid())))
        .set((
            appointments::session_id.eq(one.session.uuid()),
            appointments::slot_id.eq(one.slot.uuid()),
            appointments::on_day.eq(one.on),
            appointments::starts_at.eq(one.starts_at),
            appointments::ends_at.eq(one.ends_at),
            appointments::state.eq(one.state.code()),
            appointments::cancelled_by.eq(one.cancelled_by.map(CancelledBy::code)),
            appointments::cancel_reason.eq(&one.cancel_reason),
            appointments::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that a letter was put in the post: false when it was before.
pub(crate) async fn insert_letter(
    tx: &mut Tx<'_>,
    id: AppointmentId,
    about: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(letters::table)
        .values((
            letters::city.eq(id.city().number()),
            letters::appointment_id.eq(id.uuid()),
            letters::about.eq(about),
            letters::written_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Makes this transaction the only one that books for these people, in the order of all writers.
pub(crate) async fn lock_bookers(
    tx: &Tx<'_>,
    city: CityCode,
    people: &[PersonId],
) -> Result<(), Error> {
    let mut people: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    people.sort_unstable();
    people.dedup();
    sql("INSERT INTO booking.bookers AS b (city, person_id) \
         SELECT $1, person FROM unnest($2) AS person \
         ON CONFLICT (city, person_id) DO UPDATE SET bookings = b.bookings + 1")
    .bind::<Integer, _>(city.number())
    .bind::<Array<SqlUuid>, _>(people)
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// What counts against somebody's quotas.
#[derive(Debug, Default, Clone)]
pub(crate) struct Standing {
    /// Appointments that were not given up.
    pub taken: Vec<Taken>,
    /// Strikes that stand.
    pub strikes: Vec<Counted>,
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    agency_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    session_id: Uuid,
    #[diesel(sql_type = Date)]
    on_day: NaiveDate,
    #[diesel(sql_type = Text)]
    part: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    ends_at: DateTime<Utc>,
}

/// The appointments that some people come to with a service between two days, but for one.
pub(crate) async fn standing(
    tx: &Tx<'_>,
    (city, service): (CityCode, &str),
    people: &[PersonId],
    (from, to): (NaiveDate, NaiveDate),
    but: Option<AppointmentId>,
) -> Result<BTreeMap<PersonId, Standing>, Error> {
    let rows: Vec<TakenRow> = sql(
        "WITH asked AS (SELECT $1 AS city, $2 AS service, $3 AS first_day, $4 AS last_day, $5 AS but) \
         SELECT who.person_id, a.agency_id, a.unit_id, a.session_id, a.on_day, s.part, \
           a.starts_at, a.ends_at \
         FROM asked CROSS JOIN unnest($6) AS who (person_id) \
         CROSS JOIN LATERAL (SELECT own.* FROM booking.appointments own \
             WHERE own.city = asked.city AND own.person_id = who.person_id \
               AND own.on_day BETWEEN asked.first_day AND asked.last_day \
           UNION ALL SELECT other.* FROM booking.companions c \
             JOIN booking.appointments other ON other.city = c.city AND other.id = c.appointment_id \
             WHERE c.city = asked.city AND c.person_id = who.person_id \
               AND other.on_day BETWEEN asked.first_day AND asked.last_day) AS a \
         JOIN booking.sessions s ON s.city = a.city AND s.id = a.session_id \
         WHERE a.service = asked.service AND a.id IS DISTINCT FROM asked.but \
           AND a.state IN ('held', 'booked', 'arrived', 'fulfilled', 'no_show')",
    )
    .bind::<Integer, _>(city.number())
    .bind::<Text, _>(service.to_owned())
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .bind::<Nullable<SqlUuid>, _>(but.map(AppointmentId::uuid))
    .bind::<Array<SqlUuid>, _>(column(people, |person| person.uuid()))
    .load(&mut tx.pipeline())
    .await?;
    let mut found: BTreeMap<PersonId, Standing> = BTreeMap::new();
    for row in rows {
        let taken = Taken {
            agency: AgencyId::from_parts(city, row.agency_id),
            unit: row.unit_id,
            session: SessionId::from_parts(city, row.session_id),
            on: row.on_day,
            part: DayPart::parse(&row.part).ok_or(Error::Damaged("part of the day"))?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        };
        found.entry(PersonId::from_uuid(row.person_id)).or_default().taken.push(taken);
    }
    Ok(found)
}

/// Adds strikes to what is known of people.
pub(crate) fn add_strikes(
    standing: &mut BTreeMap<PersonId, Standing>,
    strikes: Vec<(PersonId, Counted)>,
) {
    for (person, strike) in strikes {
        standing.entry(person).or_default().strikes.push(strike);
    }
}
