//! Statements of what an agency's own systems look through.

use chrono::{DateTime, Utc};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::appointments::AppointmentRow;
use crate::{
    error::Error,
    model::{
        Appointment, AppointmentFilter, Channel, Places, SessionId, SlotFilter, SlotId, SlotPlaces,
    },
    schema::{appointments, sessions, slots},
};

#[derive(QueryableByName)]
struct PlacesRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    session_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    ends_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
    #[diesel(sql_type = SmallInt)]
    taken: i16,
    #[diesel(sql_type = SmallInt)]
    cooling: i16,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
}

/// The ids of slots of an agency, in their order.
async fn slot_ids(tx: &mut Tx<'_>, filter: &SlotFilter) -> Result<Vec<Uuid>, Error> {
    let mut query = slots::table
        .inner_join(
            sessions::table
                .on(sessions::city.eq(slots::city).and(sessions::id.eq(slots::session_id))),
        )
        .filter(slots::city.eq(filter.agency.city().number()))
        .filter(sessions::agency_id.eq(filter.agency.uuid()))
        .filter(sessions::service.eq(filter.service))
        .order(slots::id)
        .limit(filter.limit)
        .select(slots::id)
        .into_boxed();
    if let Some(ids) = &filter.ids {
        query = query.filter(slots::id.eq_any(ids));
    }
    if let Some(of) = &filter.sessions {
        query = query.filter(slots::session_id.eq_any(of));
    }
    if let Some(units) = &filter.units {
        query = query.filter(sessions::unit_id.eq_any(units));
    }
    if let Some(providers) = &filter.providers {
        query = query.filter(sessions::provider_id.assume_not_null().eq_any(providers));
    }
    if let Some(from) = filter.from {
        query = query.filter(slots::starts_at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(slots::starts_at.lt(until));
    }
    if let Some(after) = filter.after {
        query = query.filter(slots::id.gt(after));
    }
    Ok(query.load(tx.conn()).await?)
}

/// Slots of an agency with the places of every channel, in the order of their ids.
pub(crate) async fn slots_of_agency(
    tx: &mut Tx<'_>,
    filter: &SlotFilter,
) -> Result<Vec<SlotPlaces>, Error> {
    let city = filter.agency.city();
    let ids = slot_ids(tx, filter).await?;
    let rows: Vec<PlacesRow> =
        sql("SELECT s.id, s.session_id, s.starts_at, s.ends_at, p.channel, p.capacity, p.taken, \
           p.cooling, a.held, \
           greatest(n.created_at, max(a.changed_at) OVER (PARTITION BY s.id)) AS changed_at \
         FROM booking.slots s \
         JOIN booking.sessions n ON n.city = s.city AND n.id = s.session_id \
         JOIN booking.places p ON p.city = s.city AND p.slot_id = s.id \
         CROSS JOIN LATERAL (SELECT max(changed_at) AS changed_at, \
             count(*) FILTER (WHERE state = 'held') AS held \
           FROM booking.appointments WHERE city = s.city AND session_id = s.session_id \
             AND starts_at = s.starts_at AND slot_id = s.id AND channel = p.channel) a \
         WHERE s.city = $1 AND s.id = ANY ($2) \
         ORDER BY s.id, p.channel")
        .bind::<Integer, _>(city.number())
        .bind::<Array<SqlUuid>, _>(ids)
        .load(tx.conn())
        .await?;
    let mut found: Vec<SlotPlaces> = Vec::new();
    for row in rows {
        let held = i16::try_from(row.held).unwrap_or(i16::MAX);
        let places = Places {
            channel: Channel::parse(&row.channel).ok_or(Error::Damaged("channel"))?,
            capacity: row.capacity,
            free: row.capacity - row.taken - row.cooling,
            passing: row.cooling + held,
        };
        match found.last_mut().filter(|slot| slot.id.uuid() == row.id) {
            Some(slot) => slot.places.push(places),
            None => found.push(SlotPlaces {
                id: SlotId::from_parts(city, row.id),
                session: SessionId::from_parts(city, row.session_id),
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                places: vec![places],
                changed_at: row.changed_at,
            }),
        }
    }
    Ok(found)
}

/// Appointments with an agency, in the order of their ids, and when each changed last.
pub(crate) async fn appointments_of_agency(
    tx: &mut Tx<'_>,
    filter: &AppointmentFilter,
) -> Result<Vec<(Appointment, DateTime<Utc>)>, Error> {
    let mut query = appointments::table
        .filter(appointments::city.eq(filter.agency.city().number()))
        .filter(appointments::agency_id.eq(filter.agency.uuid()))
        .filter(appointments::service.eq(filter.service))
        .order(appointments::id)
        .limit(filter.limit)
        .select((AppointmentRow::as_select(), appointments::changed_at))
        .into_boxed();
    if let Some(ids) = &filter.ids {
        query = query.filter(appointments::id.eq_any(ids));
    }
    if let Some(people) = &filter.people {
        let people: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        query = query.filter(appointments::person_id.eq_any(people));
    }
    if let Some(slots) = &filter.slots {
        query = query.filter(appointments::slot_id.eq_any(slots));
    }
    if let Some(units) = &filter.units {
        query = query.filter(appointments::unit_id.eq_any(units));
    }
    if let Some(providers) = &filter.providers {
        let theirs = sessions::table
            .filter(sessions::city.eq(filter.agency.city().number()))
            .filter(sessions::provider_id.assume_not_null().eq_any(providers))
            .select(sessions::id);
        query = query.filter(appointments::session_id.eq_any(theirs));
    }
    if let Some(states) = &filter.states {
        let states: Vec<&str> = states.iter().map(|state| state.code()).collect();
        query = query.filter(appointments::state.eq_any(states));
    }
    if let Some(from) = filter.from {
        query = query.filter(appointments::starts_at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(appointments::starts_at.lt(until));
    }
    if let Some(after) = filter.after {
        query = query.filter(appointments::id.gt(after));
    }
    let rows: Vec<(AppointmentRow, DateTime<Utc>)> = query.load(tx.conn()).await?;
    rows.into_iter().map(|(row, changed_at)| Ok((row.try_into()?, changed_at))).collect()
}
