//! Statements about whose clinic a session is.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::SessionId;
use citygate_catalogue::{AgencyId, RuleId};
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Listing, Recorded, city};
use crate::{
    error::Error,
    model::{ClinicKind, DepartmentId, OwnNo, PractitionerId, Schedule},
    schema::schedules,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = schedules)]
struct ScheduleRow {
    city: i32,
    session_id: Uuid,
    session_no: String,
    department_id: Uuid,
    practitioner_id: Option<Uuid>,
    clinic_kind: String,
    on_day: NaiveDate,
    fee_rule_id: Uuid,
    slot_rule_id: Uuid,
    content_digest: Vec<u8>,
}

impl TryFrom<ScheduleRow> for Schedule {
    type Error = Error;

    fn try_from(row: ScheduleRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            session: SessionId::from_parts(city, row.session_id),
            number: row.session_no.parse().map_err(|_| Error::Damaged("session number"))?,
            department: DepartmentId::from_parts(city, row.department_id),
            practitioner: row.practitioner_id.map(|id| PractitionerId::from_parts(city, id)),
            clinic_kind: ClinicKind::parse(&row.clinic_kind)
                .ok_or(Error::Damaged("clinic kind"))?,
            on: row.on_day,
            fee_rule: RuleId::from_uuid(row.fee_rule_id),
            slot_rule: RuleId::from_uuid(row.slot_rule_id),
            content_digest: row.content_digest,
        })
    }
}

/// Notes whose clinic a new session is; of two that open it at once, one does.
pub(crate) async fn insert_schedule(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &Schedule,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(schedules::table)
        .values((
            schedules::city.eq(hospital.city().number()),
            schedules::session_id.eq(new.session.uuid()),
            schedules::agency_id.eq(hospital.uuid()),
            schedules::session_no.eq(new.number.as_str()),
            schedules::department_id.eq(new.department.uuid()),
            schedules::practitioner_id.eq(new.practitioner.map(PractitionerId::uuid)),
            schedules::clinic_kind.eq(new.clinic_kind.code()),
            schedules::on_day.eq(new.on),
            schedules::fee_rule_id.eq(new.fee_rule.uuid()),
            schedules::slot_rule_id.eq(new.slot_rule.uuid()),
            schedules::content_digest.eq(&new.content_digest),
            schedules::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The session that a hospital has given a number.
pub(crate) async fn schedule_by_no(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    number: &OwnNo,
) -> Result<Option<Schedule>, Error> {
    let row: Option<ScheduleRow> = schedules::table
        .filter(schedules::city.eq(hospital.city().number()))
        .filter(schedules::agency_id.eq(hospital.uuid()))
        .filter(schedules::session_no.eq(number.as_str()))
        .select(ScheduleRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Schedule::try_from).transpose()
}

/// Which sessions of a hospital.
#[derive(Debug, Default)]
pub(crate) struct ScheduleFilter {
    /// Of these numbers.
    pub numbers: Option<Vec<String>>,
    /// In these departments.
    pub departments: Option<Vec<Uuid>>,
    /// Of these doctors.
    pub practitioners: Option<Vec<Uuid>>,
    /// Of these kinds.
    pub kinds: Option<Vec<String>>,
    /// From this day,
    pub from: Option<NaiveDate>,
    /// to this one.
    pub to: Option<NaiveDate>,
}

/// A page of the sessions of a hospital.
pub(crate) async fn schedules_of(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    filter: &ScheduleFilter,
    page: &Listing,
) -> Result<Vec<Recorded<Schedule>>, Error> {
    let mut query = schedules::table
        .filter(schedules::city.eq(hospital.city().number()))
        .filter(schedules::agency_id.eq(hospital.uuid()))
        .order(schedules::session_id)
        .limit(page.limit)
        .select((ScheduleRow::as_select(), schedules::created_at))
        .into_boxed();
    if let Some(ids) = &page.ids {
        query = query.filter(schedules::session_id.eq_any(ids));
    }
    if let Some(after) = page.after {
        query = query.filter(schedules::session_id.gt(after));
    }
    if let Some(numbers) = &filter.numbers {
        query = query.filter(schedules::session_no.eq_any(numbers));
    }
    if let Some(departments) = &filter.departments {
        query = query.filter(schedules::department_id.eq_any(departments));
    }
    if let Some(doctors) = &filter.practitioners {
        query = query.filter(schedules::practitioner_id.assume_not_null().eq_any(doctors));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(schedules::clinic_kind.eq_any(kinds));
    }
    if let Some(from) = filter.from {
        query = query.filter(schedules::on_day.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(schedules::on_day.le(to));
    }
    let rows: Vec<(ScheduleRow, DateTime<Utc>)> = query.load(tx.conn()).await?;
    rows.into_iter()
        .map(|(row, changed_at)| Ok(Recorded { what: row.try_into()?, pinyin: None, changed_at }))
        .collect()
}

/// What is known of some sessions of a city.
pub(crate) async fn schedules_of_sessions(
    tx: &mut Tx<'_>,
    of: CityCode,
    sessions: &[Uuid],
) -> Result<Vec<Schedule>, Error> {
    let rows: Vec<ScheduleRow> = schedules::table
        .filter(schedules::city.eq(of.number()))
        .filter(schedules::session_id.eq_any(sessions))
        .select(ScheduleRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Schedule::try_from).collect()
}

/// The numbers of all sessions of a city since a day.
pub(crate) async fn known_sessions(
    tx: &mut Tx<'_>,
    of: CityCode,
    since: NaiveDate,
) -> Result<BTreeSet<(Uuid, String)>, Error> {
    let rows: Vec<(Uuid, String)> = schedules::table
        .filter(schedules::city.eq(of.number()))
        .filter(schedules::on_day.ge(since))
        .select((schedules::agency_id, schedules::session_no))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}
