//! Statements about strikes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, Text};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{self, Integer, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Annulment, AppointmentId, SessionId, Strike, StrikeId, StrikeKind},
    rules::strike::Counted,
    schema::{appointments, sessions, strikes},
};

/// How many of their strikes somebody is shown.
const SHOWN: i64 = 100;
const STANDING: &str = "standing";
const ANNULLED: &str = "annulled";

#[derive(Queryable, Selectable)]
#[diesel(table_name = strikes)]
struct StrikeRow {
    city: i32,
    id: Uuid,
    person_id: Uuid,
    account_id: Option<Uuid>,
    agency_id: Uuid,
    service: String,
    appointment_id: Uuid,
    kind: String,
    struck_on: NaiveDate,
    expires_on: NaiveDate,
    evidence: Value,
    rule_id: Uuid,
    annulled_for: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<StrikeRow> for Strike {
    type Error = Error;

    fn try_from(row: StrikeRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let annulled_for = row.annulled_for.map(|word| Annulment::parse(&word));
        let annulled_for = annulled_for.map(|known| known.ok_or(Error::Damaged("annulment")));
        Ok(Self {
            id: StrikeId::from_parts(city, row.id),
            person: PersonId::from_uuid(row.person_id),
            account: row.account_id.map(AccountId::from_uuid),
            agency: AgencyId::from_parts(city, row.agency_id),
            service: row.service,
            appointment: AppointmentId::from_parts(city, row.appointment_id),
            kind: StrikeKind::parse(&row.kind).ok_or(Error::Damaged("kind of a strike"))?,
            struck_on: row.struck_on,
            expires_on: row.expires_on,
            evidence: row.evidence,
            rule: RuleId::from_uuid(row.rule_id),
            annulled_for: annulled_for.transpose()?,
            created_at: row.created_at,
        })
    }
}

/// Writes a strike. False when the person has one of the same kind for the appointment.
pub(crate) async fn insert_strike(tx: &mut Tx<'_>, strike: &Strike) -> Result<bool, Error> {
    let inserted = diesel::insert_into(strikes::table)
        .values((
            strikes::city.eq(strike.id.city().number()),
            strikes::id.eq(strike.id.uuid()),
            strikes::person_id.eq(strike.person.uuid()),
            strikes::account_id.eq(strike.account.map(AccountId::uuid)),
            strikes::agency_id.eq(strike.agency.uuid()),
            strikes::service.eq(&strike.service),
            strikes::appointment_id.eq(strike.appointment.uuid()),
            strikes::kind.eq(strike.kind.code()),
            strikes::struck_on.eq(strike.struck_on),
            strikes::expires_on.eq(strike.expires_on),
            strikes::evidence.eq(&strike.evidence),
            strikes::rule_id.eq(strike.rule.uuid()),
            strikes::state.eq(STANDING),
            strikes::created_at.eq(strike.created_at),
        ))
        .on_conflict((strikes::city, strikes::appointment_id, strikes::person_id, strikes::kind))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn strike(tx: &mut Tx<'_>, id: StrikeId) -> Result<Option<Strike>, Error> {
    let row: Option<StrikeRow> = strikes::table
        .find((id.city().number(), id.uuid()))
        .select(StrikeRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Strike::try_from).transpose()
}

/// Some strikes of one city.
pub(crate) async fn strikes_by_id(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Strike>, Error> {
    let rows: Vec<StrikeRow> = strikes::table
        .filter(strikes::city.eq(city.number()))
        .filter(strikes::id.eq_any(ids))
        .select(StrikeRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Strike::try_from).collect()
}

/// The newest strikes of a person, in all cities.
pub(crate) async fn strikes_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<Strike>, Error> {
    let rows: Vec<StrikeRow> = strikes::table
        .filter(strikes::person_id.eq(person.uuid()))
        .order(strikes::id.desc())
        .limit(SHOWN)
        .select(StrikeRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Strike::try_from).collect()
}

/// The strikes of some people that count on a day.
pub(crate) async fn standing_strikes(
    tx: &Tx<'_>,
    (city, service): (CityCode, &str),
    people: &[PersonId],
    today: NaiveDate,
) -> Result<Vec<(PersonId, Counted)>, Error> {
    let rows: Vec<(Uuid, String, NaiveDate)> = strikes::table
        .filter(strikes::city.eq(city.number()))
        .filter(strikes::service.eq(service))
        .filter(strikes::person_id.eq_any(people.iter().map(|person| person.uuid())))
        .filter(strikes::state.eq(STANDING))
        .filter(strikes::expires_on.ge(today))
        .select((strikes::person_id, strikes::kind, strikes::struck_on))
        .load(&mut tx.pipeline())
        .await?;
    rows.into_iter()
        .map(|(person, kind, on)| {
            let kind = StrikeKind::parse(&kind).ok_or(Error::Damaged("kind of a strike"))?;
            Ok((PersonId::from_uuid(person), Counted { kind, on }))
        })
        .collect()
}

/// Annuls a strike; one that is annulled stays as it is.
pub(crate) async fn annul_strike(
    tx: &mut Tx<'_>,
    id: StrikeId,
    reason: Annulment,
) -> Result<(), Error> {
    let strike = strikes::table.find((id.city().number(), id.uuid()));
    diesel::update(strike.filter(strikes::state.eq(STANDING)))
        .set((strikes::state.eq(ANNULLED), strikes::annulled_for.eq(reason.code())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Annuls all strikes for appointments of a session. Returns how many.
pub(crate) async fn annul_strikes_of(
    tx: &mut Tx<'_>,
    session: SessionId,
    reason: Annulment,
) -> Result<usize, Error> {
    Ok(sql("UPDATE booking.strikes s SET state = $1, annulled_for = $2 \
         FROM booking.appointments a WHERE a.city = $3 AND a.session_id = $4 \
           AND s.city = a.city AND s.appointment_id = a.id AND s.state = $5")
    .bind::<sql_types::Text, _>(ANNULLED)
    .bind::<sql_types::Text, _>(reason.code())
    .bind::<Integer, _>(session.city().number())
    .bind::<SqlUuid, _>(session.uuid())
    .bind::<sql_types::Text, _>(STANDING)
    .execute(tx.conn())
    .await?)
}

/// What was missed, and when.
#[derive(Debug, Clone)]
pub(crate) struct StruckAt {
    pub title: Text,
    pub starts_at: DateTime<Utc>,
}

/// What some appointments of one city were.
pub(crate) async fn struck_at(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<BTreeMap<AppointmentId, StruckAt>, Error> {
    let of = sessions::city.eq(appointments::city).and(sessions::id.eq(appointments::session_id));
    let rows: Vec<(Uuid, DateTime<Utc>, String, String)> = appointments::table
        .inner_join(sessions::table.on(of))
        .filter(appointments::city.eq(city.number()))
        .filter(appointments::id.eq_any(ids))
        .select((appointments::id, appointments::starts_at, sessions::title_en, sessions::title_zh))
        .load(tx.conn())
        .await?;
    let rows = rows.into_iter().map(|(id, starts_at, en, zh)| {
        let at = StruckAt { title: Text::new(en, zh), starts_at };
        (AppointmentId::from_parts(city, id), at)
    });
    Ok(rows.collect())
}
