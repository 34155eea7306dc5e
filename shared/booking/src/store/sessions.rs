//! Statements about sessions.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_kernel::{CityCode, Text};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{Allocation, Claims, DayPart, Session, SessionFilter, SessionId, SessionRules},
    schema::sessions,
};

/// Sessions that one answer may hold.
const SESSIONS: i64 = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    service: String,
    external_no: String,
    unit_id: Uuid,
    provider_id: Option<Uuid>,
    grade: String,
    title_en: String,
    title_zh: String,
    place_en: String,
    place_zh: String,
    on_day: NaiveDate,
    part: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    fee_minor: i64,
    currency: String,
    allocation: String,
    releases_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    draws_at: Option<DateTime<Utc>>,
    quota_rule_id: Uuid,
    hold_rule_id: Uuid,
    cancel_rule_id: Uuid,
    giveback_rule_id: Uuid,
    waitlist_rule_id: Uuid,
    strike_rule_id: Uuid,
    state: String,
    stop_reason: Option<String>,
}

/// How a row says how places are given, and to whom.
fn given(allocation: Allocation, claims: Claims) -> &'static str {
    match claims {
        Claims::Open => allocation.code(),
        // Never drawn: who claims first has the place.
        Claims::Service => claims.code(),
    }
}

fn read_given(text: &str) -> Result<(Allocation, Claims), Error> {
    if text == Claims::Service.code() {
        return Ok((Allocation::FirstCome, Claims::Service));
    }
    let allocation = Allocation::parse(text).ok_or(Error::Damaged("allocation"))?;
    Ok((allocation, Claims::Open))
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            city: session.id.city().number(),
            id: session.id.uuid(),
            agency_id: session.agency.uuid(),
            service: session.service.clone(),
            external_no: session.external_no.clone(),
            unit_id: session.unit,
            provider_id: session.provider,
            grade: session.grade.clone(),
            title_en: session.title.en.clone(),
            title_zh: session.title.zh.clone(),
            place_en: session.place.en.clone(),
            place_zh: session.place.zh.clone(),
            on_day: session.on,
            part: session.part.code().to_owned(),
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            fee_minor: session.fee.minor(),
            currency: session.fee.currency().to_string(),
            allocation: given(session.allocation, session.claims).to_owned(),
            releases_at: session.releases_at,
            closes_at: session.closes_at,
            draws_at: session.draws_at,
            quota_rule_id: session.rules.quota.uuid(),
            hold_rule_id: session.rules.hold.uuid(),
            cancel_rule_id: session.rules.cancel.uuid(),
            giveback_rule_id: session.rules.giveback.uuid(),
            waitlist_rule_id: session.rules.waitlist.uuid(),
            strike_rule_id: session.rules.strike.uuid(),
            state: if session.stopped.is_some() { "stopped" } else { "open" }.to_owned(),
            stop_reason: session.stopped.clone(),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let (allocation, claims) = read_given(&row.allocation)?;
        Ok(Self {
            id: SessionId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            service: row.service,
            external_no: row.external_no,
            unit: row.unit_id,
            provider: row.provider_id,
            grade: row.grade,
            title: Text::new(row.title_en, row.title_zh),
            place: Text::new(row.place_en, row.place_zh),
            on: row.on_day,
            part: DayPart::parse(&row.part).ok_or(Error::Damaged("part of the day"))?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            fee: money(row.fee_minor, &row.currency)?,
            allocation,
            claims,
            releases_at: row.releases_at,
            closes_at: row.closes_at,
            draws_at: row.draws_at,
            rules: SessionRules {
                quota: RuleId::from_uuid(row.quota_rule_id),
                hold: RuleId::from_uuid(row.hold_rule_id),
                cancel: RuleId::from_uuid(row.cancel_rule_id),
                giveback: RuleId::from_uuid(row.giveback_rule_id),
                waitlist: RuleId::from_uuid(row.waitlist_rule_id),
                strike: RuleId::from_uuid(row.strike_rule_id),
            },
            stopped: (row.state == "stopped").then(|| row.stop_reason.unwrap_or_default()),
        })
    }
}

/// Opens a session. False when its number is taken; of two that try at once, one waits.
pub(crate) async fn insert_session(
    tx: &mut Tx<'_>,
    session: &Session,
    content_digest: &[u8],
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(sessions::table)
        .values((
            SessionRow::from(session),
            sessions::content_digest.eq(content_digest),
            sessions::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// A session by the agency's own number, and the digest of what it was opened with.
pub(crate) async fn session_by_no(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    service: &str,
    number: &str,
) -> Result<Option<(Session, Vec<u8>)>, Error> {
    let found: Option<(SessionRow, Vec<u8>)> = sessions::table
        .filter(sessions::city.eq(agency.city().number()))
        .filter(sessions::agency_id.eq(agency.uuid()))
        .filter(sessions::service.eq(service))
        .filter(sessions::external_no.eq(number))
        .select((SessionRow::as_select(), sessions::content_digest))
        .first(tx.conn())
        .await
        .optional()?;
    found.map(|(row, digest)| Ok((row.try_into()?, digest))).transpose()
}

pub(crate) async fn session(tx: &Tx<'_>, id: SessionId) -> Result<Option<Session>, Error> {
    Ok(sessions_by_id(tx, id.city(), &[id.uuid()]).await?.pop())
}

/// Sessions of one city.
pub(crate) async fn sessions_by_id(
    tx: &Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Session>, Error> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::city.eq(city.number()))
        .filter(sessions::id.eq_any(ids))
        .select(SessionRow::as_select())
        .load(&mut tx.pipeline())
        .await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Sessions of some departments or some doctors between two days, in their order.
pub(crate) async fn sessions_of(
    tx: &mut Tx<'_>,
    filter: &SessionFilter,
) -> Result<Vec<Session>, Error> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::city.eq(filter.city.number()))
        .filter(sessions::service.eq(filter.service))
        .filter(
            sessions::unit_id
                .eq_any(&filter.units)
                .or(sessions::provider_id.assume_not_null().eq_any(&filter.providers)),
        )
        .filter(sessions::on_day.between(filter.from, filter.to))
        .order((sessions::on_day, sessions::starts_at, sessions::id))
        .limit(SESSIONS)
        .select(SessionRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Stops a session. False when it was stopped before.
pub(crate) async fn stop_session(
    tx: &mut Tx<'_>,
    id: SessionId,
    reason: &str,
) -> Result<bool, Error> {
    let session = sessions::table.find((id.city().number(), id.uuid()));
    let stopped = diesel::update(session.filter(sessions::state.eq("open")))
        .set((sessions::state.eq("stopped"), sessions::stop_reason.eq(reason)))
        .execute(tx.conn())
        .await?;
    Ok(stopped == 1)
}
