//! Statements about slots and their places.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Clock};
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Channel, NewSlot, NextFree, Session, SessionId, Slot, SlotId},
    schema::{givebacks, places, sessions, slots},
};

/// The places of a slot for one channel. Whoever holds the lock of the row decides about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub slot: SlotId,
    pub session: SessionId,
    pub channel: Channel,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: i16,
    pub taken: i16,
    pub cooling: i16,
}

impl Place {
    /// How many can be had now.
    pub(crate) fn free(&self) -> i16 {
        self.capacity - self.taken - self.cooling
    }
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = SqlUuid)]
    slot_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    session_id: Uuid,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    ends_at: DateTime<Utc>,
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
    #[diesel(sql_type = SmallInt)]
    taken: i16,
    #[diesel(sql_type = SmallInt)]
    cooling: i16,
}

/// Writes the slots of a new session with their places, in two statements. Where lots are drawn,
/// the places of the app are kept back until then.
pub(crate) async fn insert_slots(
    tx: &mut Tx<'_>,
    session: SessionId,
    new: &[NewSlot],
    drawn: bool,
) -> Result<(), Error> {
    let (city, clock) = (session.city(), Clock::manual(tx.now()));
    let ids: Vec<Uuid> = new.iter().map(|_| SlotId::new(city, &clock).uuid()).collect();
    let of_slots: Vec<_> = new
        .iter()
        .zip(&ids)
        .map(|(slot, id)| {
            (
                slots::city.eq(city.number()),
                slots::id.eq(*id),
                slots::session_id.eq(session.uuid()),
                slots::starts_at.eq(slot.starts_at),
                slots::ends_at.eq(slot.ends_at),
            )
        })
        .collect();
    diesel::insert_into(slots::table).values(of_slots).execute(tx.conn()).await?;
    let of_channels = new.iter().zip(&ids).flat_map(|(slot, id)| {
        slot.places.iter().map(move |(channel, capacity)| {
            let capacity = i16::try_from(*capacity).unwrap_or(i16::MAX);
            let kept_back = drawn && *channel == Channel::App;
            (
                places::city.eq(city.number()),
                places::slot_id.eq(*id),
                places::channel.eq(channel.code()),
                places::capacity.eq(capacity),
                places::cooling.eq(if kept_back { capacity } else { 0 }),
            )
        })
    });
    let of_channels: Vec<_> = of_channels.collect();
    diesel::insert_into(places::table).values(of_channels).execute(tx.conn()).await?;
    Ok(())
}

/// The slots of some sessions, in the order of their hours, as a channel sees them.
pub(crate) async fn slots_of(
    tx: &mut Tx<'_>,
    city: CityCode,
    of: &[Uuid],
    channel: Channel,
) -> Result<BTreeMap<SessionId, Vec<Slot>>, Error> {
    type Row = (Uuid, Uuid, DateTime<Utc>, DateTime<Utc>, i16, i16, i16);
    let rows: Vec<Row> = slots::table
        .inner_join(
            places::table.on(places::city.eq(slots::city).and(places::slot_id.eq(slots::id))),
        )
        .filter(slots::city.eq(city.number()))
        .filter(slots::session_id.eq_any(of))
        .filter(places::channel.eq(channel.code()))
        .order((slots::session_id, slots::starts_at))
        .select((
            slots::session_id,
            slots::id,
            slots::starts_at,
            slots::ends_at,
            places::capacity,
            places::taken,
            places::cooling,
        ))
        .load(tx.conn())
        .await?;
    let mut found: BTreeMap<SessionId, Vec<Slot>> = BTreeMap::new();
    for (session, id, starts_at, ends_at, capacity, taken, cooling) in rows {
        let id = SlotId::from_parts(city, id);
        let slot = Slot { id, starts_at, ends_at, capacity, free: capacity - taken - cooling };
        found.entry(SessionId::from_parts(city, session)).or_default().push(slot);
    }
    Ok(found)
}

/// Locks places of one city, in the order of all writers. Slots that do not exist are left out.
pub(crate) async fn lock_places(
    tx: &Tx<'_>,
    city: CityCode,
    wanted: &[(Uuid, Channel)],
) -> Result<Vec<Place>, Error> {
    let wanted: Vec<(Uuid, Channel)> =
        wanted.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let rows: Vec<PlaceRow> = sql(
        "SELECT p.slot_id, s.session_id, p.channel, s.starts_at, s.ends_at, p.capacity, p.taken, \
           p.cooling \
         FROM unnest($1, $2) AS wanted (slot_id, channel) \
         CROSS JOIN LATERAL (SELECT * FROM booking.places WHERE city = $3 \
           AND slot_id = wanted.slot_id AND channel = wanted.channel FOR NO KEY UPDATE) p \
         CROSS JOIN LATERAL (SELECT * FROM booking.slots WHERE city = p.city AND id = p.slot_id \
           OFFSET 0) s",
    )
    .bind::<Array<SqlUuid>, _>(column(&wanted, |(slot, _)| *slot))
    .bind::<Array<Text>, _>(column(&wanted, |(_, channel)| channel.code()))
    .bind::<Integer, _>(city.number())
    .load(&mut tx.pipeline())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Place {
                slot: SlotId::from_parts(city, row.slot_id),
                session: SessionId::from_parts(city, row.session_id),
                channel: Channel::parse(&row.channel).ok_or(Error::Damaged("channel"))?,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                capacity: row.capacity,
                taken: row.taken,
                cooling: row.cooling,
            })
        })
        .collect()
}

/// Writes what was decided about locked places.
pub(crate) async fn save_places(
    tx: &Tx<'_>,
    city: CityCode,
    places: &[&Place],
) -> Result<(), Error> {
    sql("UPDATE booking.places p SET taken = new.taken, cooling = new.cooling \
         FROM unnest($1, $2, $3, $4) AS new (slot_id, channel, taken, cooling) \
         WHERE p.city = $5 AND p.slot_id = new.slot_id AND p.channel = new.channel")
    .bind::<Array<SqlUuid>, _>(column(places, |place| place.slot.uuid()))
    .bind::<Array<Text>, _>(column(places, |place| place.channel.code()))
    .bind::<Array<SmallInt>, _>(column(places, |place| place.taken))
    .bind::<Array<SmallInt>, _>(column(places, |place| place.cooling))
    .bind::<Integer, _>(city.number())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

/// Notes that a place cools until an instant.
pub(crate) async fn insert_giveback(
    tx: &mut Tx<'_>,
    id: Uuid,
    place: &Place,
    offered_at: DateTime<Utc>,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(givebacks::table)
        .values((
            givebacks::city.eq(place.slot.city().number()),
            givebacks::id.eq(id),
            givebacks::slot_id.eq(place.slot.uuid()),
            givebacks::channel.eq(place.channel.code()),
            givebacks::offered_at.eq(offered_at),
            givebacks::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes the note away: false when somebody has done so before.
pub(crate) async fn delete_giveback(
    tx: &mut Tx<'_>,
    city: CityCode,
    id: Uuid,
) -> Result<bool, Error> {
    let gone =
        diesel::delete(givebacks::table.find((city.number(), id))).execute(tx.conn()).await?;
    Ok(gone == 1)
}

/// The earliest place at a channel for each department and doctor of a service.
pub(crate) async fn next_free(
    tx: &mut Tx<'_>,
    city: CityCode,
    service: &str,
    channel: Channel,
    after: DateTime<Utc>,
) -> Result<Vec<NextFree>, Error> {
    let now = tx.now();
    let rows: Vec<(Uuid, Uuid, Option<Uuid>, DateTime<Utc>)> = sessions::table
        .inner_join(
            slots::table.on(slots::city.eq(sessions::city).and(slots::session_id.eq(sessions::id))),
        )
        .inner_join(
            places::table.on(places::city.eq(slots::city).and(places::slot_id.eq(slots::id))),
        )
        .filter(sessions::city.eq(city.number()))
        .filter(sessions::service.eq(service))
        .filter(sessions::state.eq("open"))
        .filter(sessions::releases_at.le(now))
        .filter(sessions::closes_at.gt(now))
        .filter(slots::starts_at.gt(after))
        .filter(places::channel.eq(channel.code()))
        .filter(places::capacity.gt(places::taken + places::cooling))
        .distinct_on((sessions::unit_id, sessions::provider_id))
        .order((sessions::unit_id, sessions::provider_id, slots::starts_at))
        .select((sessions::agency_id, sessions::unit_id, sessions::provider_id, slots::starts_at))
        .load(tx.conn())
        .await?;
    let read = |(agency, unit, provider, starts_at)| {
        let agency = AgencyId::from_parts(city, agency);
        NextFree { agency, unit, provider, starts_at }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Free slots of other sessions that may take the place of a session: of the same agency, unit and
/// grade, for the same fee, from its day on, earliest first.
pub(crate) async fn slots_of_the_same_worth(
    tx: &mut Tx<'_>,
    session: &Session,
) -> Result<Vec<SlotId>, Error> {
    const SLOTS: i64 = 5;
    let (now, city) = (tx.now(), session.id.city());
    let ids: Vec<Uuid> = sessions::table
        .inner_join(
            slots::table.on(slots::city.eq(sessions::city).and(slots::session_id.eq(sessions::id))),
        )
        .inner_join(
            places::table.on(places::city.eq(slots::city).and(places::slot_id.eq(slots::id))),
        )
        .filter(sessions::city.eq(city.number()))
        .filter(sessions::unit_id.eq(session.unit))
        .filter(sessions::on_day.ge(session.on))
        .filter(sessions::agency_id.eq(session.agency.uuid()))
        .filter(sessions::service.eq(&session.service))
        .filter(sessions::grade.eq(&session.grade))
        .filter(sessions::fee_minor.eq(session.fee.minor()))
        .filter(sessions::state.eq("open"))
        .filter(sessions::releases_at.le(now))
        .filter(sessions::closes_at.gt(now))
        .filter(slots::starts_at.gt(now))
        .filter(places::channel.eq(Channel::App.code()))
        .filter(places::capacity.gt(places::taken + places::cooling))
        .order((slots::starts_at, slots::id))
        .limit(SLOTS)
        .select(slots::id)
        .load(tx.conn())
        .await?;
    Ok(ids.into_iter().map(|id| SlotId::from_parts(city, id)).collect())
}

/// Puts every place of a session that was kept back on offer: the lots are drawn.
pub(crate) async fn release_places(tx: &mut Tx<'_>, session: SessionId) -> Result<(), Error> {
    sql("UPDATE booking.places p SET cooling = 0 FROM booking.slots s \
         WHERE s.city = $1 AND s.session_id = $2 AND p.city = s.city AND p.slot_id = s.id \
           AND p.channel = 'app'")
    .bind::<Integer, _>(session.city().number())
    .bind::<SqlUuid, _>(session.uuid())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}
