//! Every statement of the catalogue.

mod offices;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use citygate_calendar::{Holiday, HolidayCalendar};
use citygate_kernel::{CityCode, Text};
use citygate_platform::db::{DbError, Tx};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub(crate) use self::offices::{offices, offices_by_id, put_office};
use crate::{
    error::Error,
    model::{Agency, AgencyId, City, RuleId},
    schema::{agencies, cities, holidays, rules},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cities)]
struct CityRow {
    code: i32,
    name_en: String,
    name_zh: String,
    time_zone: String,
    sandbox: bool,
}

impl TryFrom<CityRow> for City {
    type Error = Error;

    fn try_from(row: CityRow) -> Result<Self, Error> {
        Ok(Self {
            code: row.code.try_into().map_err(|_| Error::Damaged(format!("city {}", row.code)))?,
            name: Text::new(row.name_en, row.name_zh),
            time_zone: row
                .time_zone
                .parse()
                .map_err(|_| Error::Damaged(format!("time zone {}", row.time_zone)))?,
            sandbox: row.sandbox,
        })
    }
}

pub(crate) async fn all_cities(tx: &mut Tx<'_>) -> Result<Vec<City>, Error> {
    let rows: Vec<CityRow> = cities::table
        .order(cities::code)
        .select(CityRow::as_select())
        .load(tx.conn())
        .await
        .map_err(DbError::from)?;
    rows.into_iter().map(City::try_from).collect()
}

pub(crate) async fn city(tx: &Tx<'_>, code: CityCode) -> Result<Option<City>, Error> {
    let row: Option<CityRow> = cities::table
        .find(code.number())
        .select(CityRow::as_select())
        .first(&mut tx.pipeline())
        .await
        .optional()
        .map_err(DbError::from)?;
    row.map(City::try_from).transpose()
}

pub(crate) async fn insert_cities(tx: &mut Tx<'_>, new: &[City]) -> Result<usize, DbError> {
    let row = |city: &City| {
        (
            cities::code.eq(city.code.number()),
            cities::name_en.eq(city.name.en.clone()),
            cities::name_zh.eq(city.name.zh.clone()),
            cities::time_zone.eq(city.time_zone.name()),
            cities::sandbox.eq(city.sandbox),
        )
    };
    Ok(diesel::insert_into(cities::table)
        .values(new.iter().map(row).collect::<Vec<_>>())
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?)
}

pub(crate) async fn agency(tx: &mut Tx<'_>, id: AgencyId) -> Result<Option<Agency>, DbError> {
    let row: Option<(String, String)> = agencies::table
        .find((id.city().number(), id.uuid()))
        .select((agencies::name_en, agencies::name_zh))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|(en, zh)| Agency { id, name: Text::new(en, zh) }))
}

/// The agencies of one city, by one statement.
pub(crate) async fn agencies_of(
    tx: &Tx<'_>,
    city: CityCode,
    ids: &BTreeSet<Uuid>,
) -> Result<BTreeMap<AgencyId, Agency>, DbError> {
    let rows: Vec<(Uuid, String, String)> = agencies::table
        .filter(agencies::city.eq(city.number()))
        .filter(agencies::id.eq_any(ids))
        .select((agencies::id, agencies::name_en, agencies::name_zh))
        .load(&mut tx.pipeline())
        .await?;
    let read = |(id, en, zh)| {
        let id = AgencyId::from_parts(city, id);
        (id, Agency { id, name: Text::new(en, zh) })
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The agencies of a city, oldest first.
pub(crate) async fn agencies_in(tx: &mut Tx<'_>, city: CityCode) -> Result<Vec<Agency>, DbError> {
    let rows: Vec<(Uuid, String, String)> = agencies::table
        .filter(agencies::city.eq(city.number()))
        .order(agencies::id)
        .select((agencies::id, agencies::name_en, agencies::name_zh))
        .load(tx.conn())
        .await?;
    let read =
        |(id, en, zh)| Agency { id: AgencyId::from_parts(city, id), name: Text::new(en, zh) };
    Ok(rows.into_iter().map(read).collect())
}

pub(crate) async fn insert_agency(tx: &mut Tx<'_>, agency: &Agency) -> Result<(), DbError> {
    diesel::insert_into(agencies::table)
        .values((
            agencies::city.eq(agency.id.city().number()),
            agencies::id.eq(agency.id.uuid()),
            agencies::name_en.eq(&agency.name.en),
            agencies::name_zh.eq(&agency.name.zh),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn holiday_calendar(tx: &mut Tx<'_>) -> Result<HolidayCalendar, DbError> {
    let rows: Vec<(NaiveDate, bool, String, String)> =
        holidays::table.order(holidays::day).load(tx.conn()).await?;
    // Notices are published for whole years.
    let known_until = rows
        .last()
        .and_then(|(last, ..)| NaiveDate::from_ymd_opt(last.year(), 12, 31))
        .unwrap_or(NaiveDate::MIN);
    let days = rows.into_iter().map(|(on, working, en, zh)| Holiday {
        on,
        working,
        name: Text::new(en, zh),
    });
    Ok(HolidayCalendar::new(days, known_until))
}

pub(crate) async fn insert_holidays(tx: &mut Tx<'_>, days: &[Holiday]) -> Result<usize, DbError> {
    let rows: Vec<_> = days
        .iter()
        .map(|day| {
            (
                holidays::day.eq(day.on),
                holidays::working.eq(day.working),
                holidays::name_en.eq(&day.name.en),
                holidays::name_zh.eq(&day.name.zh),
            )
        })
        .collect();
    Ok(diesel::insert_into(holidays::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?)
}

/// A rule row, its parameters unread.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rules)]
pub(crate) struct RuleRow {
    pub id: Uuid,
    pub params: serde_json::Value,
    pub citation_en: String,
    pub citation_zh: String,
}

/// The rule in force on a day: the agency's own, if one is asked for, before the city's, before the
/// country's.
pub(crate) async fn rule(
    tx: &mut Tx<'_>,
    key: &str,
    whose: (CityCode, Option<AgencyId>),
    on: NaiveDate,
) -> Result<Option<RuleRow>, DbError> {
    let in_force = in_force(key, whose, on).select(RuleRow::as_select());
    Ok(in_force.first(tx.conn()).await.optional()?)
}

/// Which version that is, without what it says. Sent together with other statements.
pub(crate) async fn rule_in_force(
    tx: &Tx<'_>,
    key: &str,
    whose: (CityCode, Option<AgencyId>),
    on: NaiveDate,
) -> Result<Option<RuleId>, DbError> {
    let in_force = in_force(key, whose, on).select(rules::id);
    let found: Option<Uuid> = in_force.first(&mut tx.pipeline()).await.optional()?;
    Ok(found.map(RuleId::from_uuid))
}

fn in_force(
    key: &str,
    (city, agency): (CityCode, Option<AgencyId>),
    on: NaiveDate,
) -> rules::BoxedQuery<'_, Pg> {
    rules::table
        .filter(rules::key.eq(key))
        .filter(rules::city.eq(city.number()).or(rules::city.is_null()))
        .filter(rules::agency_id.eq(agency.map(|id| id.uuid())).or(rules::agency_id.is_null()))
        .filter(rules::valid_from.le(on))
        .filter(rules::valid_to.is_null().or(rules::valid_to.ge(on)))
        .order((
            rules::agency_id.asc().nulls_last(),
            rules::city.asc().nulls_last(),
            rules::valid_from.desc(),
        ))
        .into_boxed()
}

/// The days of a span, but for its first, on which any version of a rule begins to apply or ceases to,
/// that an agency may be under.
pub(crate) async fn rule_changes(
    tx: &mut Tx<'_>,
    key: &str,
    agency: AgencyId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<BTreeSet<NaiveDate>, DbError> {
    let spans: Vec<(NaiveDate, Option<NaiveDate>)> = rules::table
        .filter(rules::key.eq(key))
        .filter(rules::city.eq(agency.city().number()).or(rules::city.is_null()))
        .filter(rules::agency_id.eq(agency.uuid()).or(rules::agency_id.is_null()))
        .select((rules::valid_from, rules::valid_to))
        .load(tx.conn())
        .await?;
    let days = spans.into_iter().flat_map(|(begins, ends)| {
        [Some(begins), ends.and_then(|last| last.succ_opt())].into_iter().flatten()
    });
    Ok(days.filter(|day| from < *day && *day <= to).collect())
}

pub(crate) async fn rule_by_id(tx: &Tx<'_>, id: RuleId) -> Result<Option<RuleRow>, DbError> {
    Ok(rules::table
        .find(id.uuid())
        .select(RuleRow::as_select())
        .first(&mut tx.pipeline())
        .await
        .optional()?)
}
