//! Sessions: when whom can be seen.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{NaiveDate, TimeDelta};
use citygate_booking::{
    Appointment, Claims, NewSession, Session, SessionFilter, SessionView, appointments_of_session,
    open_session, sessions, stop_session,
};
use citygate_catalogue::{AgencyId, Rule, rule_of};
use citygate_identity::{Access, Accessor, PersonId, Reason, masked_names};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx, http::Cursor};
use serde_json::json;
use uuid::Uuid;

use super::{SERVICE, department::visible_department, hospital::digest};
use crate::{
    error::{DirectoryError, Error},
    model::{
        ClinicKind, Department, DepartmentId, HospitalState, NewClinic, OwnNo, Practitioner,
        PractitionerId, Schedule,
    },
    rules::{
        department::within,
        schedule::{
            CLINIC_FEE, FeeRule, SESSION_SLOTS, SlotRule, grade, place_text, session_title,
        },
    },
    store,
};

/// Why a hospital's system is shown who comes: they have booked there.
pub(crate) const REASON: Reason<'static> =
    Reason { purpose: "hospital.appointment", legal_basis: "pipl-13-2" };

/// Sessions are listed for so many days at once.
const DAYS: i64 = 31;

/// A session with the doctor whose it is.
#[derive(Debug)]
pub(crate) struct ClinicView {
    pub view: SessionView,
    pub schedule: Schedule,
    pub doctor: Option<Practitioner>,
}

/// Opens a session of the hospital under its number. Returns whether it was new. The same again
/// changes nothing, even when the rules have changed meanwhile; other content is refused.
pub(crate) async fn put_session(
    cx: &Cx,
    hospital: AgencyId,
    new: &NewClinic,
) -> Result<(Session, bool), Error> {
    cx.db.tx("hospital.put_session", async |tx| record_session(cx, tx, hospital, new).await).await
}

/// The same for many sessions at once, which are all opened or none.
pub(crate) async fn put_sessions(cx: &Cx, new: &[(AgencyId, NewClinic)]) -> Result<(), Error> {
    cx.db
        .tx("hospital.put_sessions", async |tx| {
            for (hospital, new) in new {
                record_session(cx, tx, *hospital, new).await?;
            }
            Ok(())
        })
        .await
}

/// [`put_session`] in the transaction of the caller.
pub(crate) async fn record_session(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewClinic,
) -> Result<(Session, bool), Error> {
    let content_digest = content_digest(cx, new)?;
    match store::schedule_by_no(tx, hospital, &new.number).await? {
        Some(known) if known.content_digest == content_digest => {
            Ok((citygate_booking::session(tx, known.session).await?, false))
        }
        Some(_) => Err(citygate_booking::Error::SessionDiffers.into()),
        None => open(cx, tx, hospital, new, content_digest).await,
    }
}

fn content_digest(cx: &Cx, new: &NewClinic) -> Result<Vec<u8>, Error> {
    let slot =
        |slot: &citygate_booking::NewSlot| json!([slot.starts_at, slot.ends_at, slot.places]);
    let slots: Vec<_> = new.slots.iter().map(slot).collect();
    let content = json!([
        new.department,
        new.practitioner,
        new.clinic_kind,
        new.on,
        new.part,
        slots,
        new.allocation,
    ]);
    digest(cx, "hospital.schedules", &content)
}

async fn open(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewClinic,
    content_digest: Vec<u8>,
) -> Result<(Session, bool), Error> {
    let found = store::hospital(tx, hospital).await?.ok_or(Error::HospitalUnknown)?;
    if found.state != HospitalState::Listed {
        return Err(DirectoryError::NotListed.into());
    }
    let (department, doctor) = who(tx, hospital, new).await?;
    let city = citygate_catalogue::city(tx, hospital.city()).await?;
    let (today, level) = (city.date(tx.now()), found.grade.level());
    let slot_rule: Rule<SlotRule> = rule_of(tx, SESSION_SLOTS, hospital, today).await?;
    if new.on < today || new.on > slot_rule.params.last_day(today) {
        return Err(DirectoryError::DayOutOfRange.into());
    }
    let checked = slot_rule.params.check(level, &city, (new.on, new.part), &new.slots);
    checked.map_err(|fault| DirectoryError::SlotsRefused {
        fault,
        citation: slot_rule.citation.clone(),
    })?;
    let fee_rule: Rule<FeeRule> = rule_of(tx, CLINIC_FEE, hospital, new.on).await?;
    let title = doctor.as_ref().map(|doctor| doctor.title);
    let fee = fee_rule.params.fee(level, new.clinic_kind, title);
    let locations = store::locations_of(tx, hospital).await?;
    let session = NewSession {
        agency: hospital,
        service: SERVICE,
        external_no: new.number.to_string(),
        unit: department.id.uuid(),
        provider: doctor.as_ref().map(|doctor| doctor.id.uuid()),
        grade: grade(new.clinic_kind, title),
        title: session_title(&department, doctor.as_ref(), new.clinic_kind),
        place: place_text(&locations, department.location),
        on: new.on,
        part: new.part,
        slots: new.slots.clone(),
        fee: fee.ok_or(DirectoryError::FeeMissing { citation: fee_rule.citation })?,
        allocation: new.allocation,
        claims: Claims::Open,
    };
    let (session, is_new) = open_session(cx, tx, &session).await?;
    let schedule = Schedule {
        session: session.id,
        number: new.number.clone(),
        department: department.id,
        practitioner: doctor.map(|doctor| doctor.id),
        clinic_kind: new.clinic_kind,
        on: new.on,
        fee_rule: fee_rule.id,
        slot_rule: slot_rule.id,
        content_digest,
    };
    store::insert_schedule(tx, hospital, &schedule).await?;
    Ok((session, is_new))
}

/// The department and the doctor of a session. Only a general clinic needs no doctor.
async fn who(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewClinic,
) -> Result<(Department, Option<Practitioner>), Error> {
    let department = store::department_by_no(tx, hospital, &new.department).await?;
    let department = department.filter(|one| one.active);
    let department = department.ok_or(DirectoryError::NotNamed("/department_no"))?;
    let Some(number) = &new.practitioner else {
        return match new.clinic_kind {
            ClinicKind::General => Ok((department, None)),
            ClinicKind::Expert | ClinicKind::Special | ClinicKind::DiseaseClinic => {
                Err(DirectoryError::NotNamed("/practitioner_no").into())
            }
        };
    };
    let doctor = store::practitioner(tx, hospital, number).await?.filter(|doctor| doctor.active);
    let doctor = doctor.ok_or(DirectoryError::NotNamed("/practitioner_no"))?;
    let roles = store::roles_of(tx, hospital.city(), &[doctor.id.uuid()]).await?;
    let has = roles
        .iter()
        .any(|role| role.department == department.id && role.clinic_kind == new.clinic_kind);
    if has { Ok((department, Some(doctor))) } else { Err(DirectoryError::RoleMissing.into()) }
}

/// Stops a session of the hospital: the doctor is off. Who has booked is offered another place or
/// paid back. Doing it again changes nothing.
pub(crate) async fn stop(
    cx: &Cx,
    hospital: AgencyId,
    number: &OwnNo,
    reason: &str,
) -> Result<Session, Error> {
    cx.db
        .tx("hospital.stop_session", async |tx| {
            let known = store::schedule_by_no(tx, hospital, number).await?;
            let known = known.ok_or(DirectoryError::SessionUnknown)?;
            stop_session(tx, hospital, known.session, reason).await?;
            Ok(citygate_booking::session(tx, known.session).await?)
        })
        .await
}

/// An appointment as the hospital sees it.
pub(crate) struct Booked {
    pub appointment: Appointment,
    /// Whose, partly hidden.
    pub name: String,
}

/// The appointments of a session of the hospital, newest first, and one more than the page holds;
/// the ledger of accesses notes whose names were shown.
pub(crate) async fn appointments(
    cx: &Cx,
    by: Accessor,
    hospital: AgencyId,
    number: &OwnNo,
    (after, limit): (Option<Cursor>, usize),
) -> Result<Vec<Booked>, Error> {
    cx.db
        .tx("hospital.list_appointments", async |tx| {
            let known = store::schedule_by_no(tx, hospital, number).await?;
            let known = known.ok_or(DirectoryError::SessionUnknown)?;
            let mut found = appointments_of_session(tx, known.session).await?;
            found.retain(|one| after.is_none_or(|Cursor(after)| one.id.uuid() < after));
            found.sort_by_key(|one| Reverse(one.id));
            // One more tells that there is another page; it is not shown, and neither is its name.
            found.truncate(limit + 1);
            let people: BTreeSet<PersonId> =
                found.iter().take(limit).map(|one| one.person).collect();
            let people: Vec<_> = people.into_iter().collect();
            let access = Access::new(cx, by, REASON);
            let names = masked_names(&cx.keys, tx, &access, &people, number.as_str()).await?;
            let booked = found.into_iter().map(|appointment| {
                let name = names.get(&appointment.person).cloned().unwrap_or_default();
                Booked { appointment, name }
            });
            Ok(booked.collect())
        })
        .await
}

/// Days from and to which sessions are listed.
pub(crate) struct Days {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// The sessions of a department and what belongs to it.
pub(crate) async fn sessions_of_department(
    cx: &Cx,
    id: DepartmentId,
    days: &Days,
) -> Result<Vec<ClinicView>, Error> {
    cx.db
        .tx("hospital.list_department_sessions", async |tx| {
            let department = visible_department(tx, id).await?;
            let all = store::departments_of(tx, department.agency).await?;
            let units = within(&all, id).into_iter().map(DepartmentId::uuid).collect();
            listed(tx, id.city(), days, (units, Vec::new())).await
        })
        .await
}

/// The sessions of a doctor.
pub(crate) async fn sessions_of_practitioner(
    cx: &Cx,
    id: PractitionerId,
    days: &Days,
) -> Result<Vec<ClinicView>, Error> {
    cx.db
        .tx("hospital.list_practitioner_sessions", async |tx| {
            let found = store::practitioners_by_id(tx, id.city(), &[id.uuid()]).await?;
            let doctor = found.into_iter().find(|doctor| doctor.active);
            let doctor = doctor.ok_or(DirectoryError::PractitionerUnknown)?;
            let hospital = store::hospital(tx, doctor.agency).await?;
            if hospital.is_none_or(|hospital| hospital.state != HospitalState::Listed) {
                return Err(DirectoryError::PractitionerUnknown.into());
            }
            listed(tx, id.city(), days, (Vec::new(), vec![id.uuid()])).await
        })
        .await
}

async fn listed(
    tx: &mut Tx<'_>,
    city: CityCode,
    days: &Days,
    (units, providers): (Vec<Uuid>, Vec<Uuid>),
) -> Result<Vec<ClinicView>, Error> {
    let today = citygate_catalogue::city(tx, city).await?.date(tx.now());
    let from = days.from.unwrap_or(today);
    let to = days.to.or_else(|| from.checked_add_signed(TimeDelta::days(6))).unwrap_or(from);
    if !(0..DAYS).contains(&(to - from).num_days()) {
        return Err(DirectoryError::PeriodOutOfRange.into());
    }
    let filter = SessionFilter { city, service: SERVICE, units, providers, from, to };
    let found = sessions(tx, &filter).await?;
    let ids: Vec<_> = found.iter().map(|view| view.session.id.uuid()).collect();
    let known = store::schedules_of_sessions(tx, city, &ids).await?;
    let doctors: Vec<_> = known.iter().filter_map(|one| one.practitioner).collect();
    let doctors: Vec<_> = doctors.into_iter().map(PractitionerId::uuid).collect();
    let doctors = store::practitioners_by_id(tx, city, &doctors).await?;
    let mut known: BTreeMap<_, _> = known.into_iter().map(|one| (one.session, one)).collect();
    found
        .into_iter()
        .map(|view| {
            let schedule = known.remove(&view.session.id).ok_or(Error::Damaged("schedule"))?;
            let doctor = doctors.iter().find(|doctor| Some(doctor.id) == schedule.practitioner);
            Ok(ClinicView { view, doctor: doctor.cloned(), schedule })
        })
        .collect()
}

/// Whether sessions are known already: for whoever opens the same ones day after day.
pub(crate) async fn known_sessions(
    cx: &Cx,
    city: CityCode,
    since: NaiveDate,
) -> Result<BTreeSet<(Uuid, String)>, Error> {
    cx.db
        .tx("hospital.known_sessions", async |tx| store::known_sessions(tx, city, since).await)
        .await
}
