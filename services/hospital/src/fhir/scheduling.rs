//! Sessions and their windows, as FHIR says them.

use std::{collections::BTreeMap, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use citygate_booking::{
    Session, SessionId, SlotFilter, SlotPlaces, sessions_by_id, slots_of_agency,
};
use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Page},
};
use citygate_fhir::{ReferenceTo, ResourceType as Kind};
use citygate_platform::{Cx, db::Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    criteria::{Criteria, Instants, both},
    directory::{Matches, Subjects, chosen, listing},
    terms::{ALLOCATION, CLINIC_KIND, PLACES, SESSION_NO, clinic, instant, link, numbered, stored},
};
use crate::{
    actions::SERVICE,
    error::Error,
    model::{Department, PractitionerId, Schedule},
    rules::fhir::{SlotStatus, slot_status},
    store::{self, ScheduleFilter},
};

/// What resources of scheduling have in common: whose clinic, where.
pub(super) struct Clinics {
    sessions: BTreeMap<SessionId, Session>,
    schedules: BTreeMap<SessionId, Schedule>,
    departments: Vec<Department>,
    pub subjects: Subjects,
}

impl Clinics {
    pub(super) async fn read(tx: &mut Tx<'_>, sender: Sender, ids: &[Uuid]) -> Result<Self, Error> {
        let of = sender.agency.city();
        let sessions = sessions_by_id(tx, of, ids).await?;
        let schedules = store::schedules_of_sessions(tx, of, ids).await?;
        Ok(Self {
            sessions: sessions.into_iter().map(|one| (one.id, one)).collect(),
            schedules: schedules.into_iter().map(|one| (one.session, one)).collect(),
            departments: store::departments_of(tx, sender.agency).await?,
            subjects: Subjects::read(tx).await?,
        })
    }

    /// Everything that is known of a session.
    pub(super) fn of(&self, id: SessionId) -> Result<(&Session, &Schedule, &Department), Error> {
        let known = || {
            let schedule = self.schedules.get(&id)?;
            let of = self.departments.iter().find(|one| one.id == schedule.department)?;
            Some((self.sessions.get(&id)?, schedule, of))
        };
        known().ok_or(Error::Damaged("schedule"))
    }

    /// Who and what takes part in a session: the department, where it is, and the doctor.
    pub(super) fn actors(&self, id: SessionId) -> Result<Vec<ReferenceTo>, Error> {
        let (_, schedule, department) = self.of(id)?;
        let mut actors = vec![
            link(Kind::HealthcareService, department.id.uuid()),
            link(Kind::Location, department.location.uuid()),
        ];
        let doctor = schedule.practitioner.map(PractitionerId::uuid);
        actors.extend(doctor.map(|id| link(Kind::Practitioner, id)));
        Ok(actors)
    }
}

/// Sessions.
pub(super) async fn schedules(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
    let departments = store::departments_of(tx, sender.agency).await?;
    let (units, practitioners) = acting(&departments, criteria)?;
    let Instants { from, until } = criteria.window("date", &city)?;
    let last = |until: DateTime<Utc>| city.date(until - TimeDelta::nanoseconds(1));
    let filter = ScheduleFilter {
        numbers: criteria.codes("identifier", SESSION_NO)?,
        departments: units,
        practitioners,
        kinds: criteria.codes("service-type", CLINIC_KIND)?,
        from: from.map(|from| city.date(from)),
        to: until.map(last),
    };
    let listing = listing(criteria.ids()?, page);
    let found = store::schedules_of(tx, sender.agency, &filter, &listing).await?;
    let ids: Vec<_> = found.iter().map(|recorded| recorded.what.session.uuid()).collect();
    let clinics = Clinics::read(tx, sender, &ids).await?;
    let mut shown = Vec::with_capacity(found.len());
    for recorded in found {
        let content = schedule(&clinics, recorded.what.session)?;
        let key = (Kind::Schedule, recorded.what.session.uuid());
        shown.push(stored(cx, key, recorded.changed_at, &content)?);
    }
    Ok(shown)
}

type Ids = Option<Vec<Uuid>>;

/// Whose sessions a search asks for: those of departments, and of doctors.
fn acting(departments: &[Department], criteria: Criteria<'_>) -> Result<(Ids, Ids), FhirError> {
    let units = chosen(departments, criteria, "service", Kind::HealthcareService)?;
    let kinds = [Kind::Practitioner, Kind::HealthcareService, Kind::Location];
    let Some((kind, ids)) = criteria.actors("actor", &kinds)? else { return Ok((units, None)) };
    if kind == Kind::Practitioner {
        return Ok((units, Some(ids)));
    }
    let among = |one: &&Department| match kind {
        Kind::Location => ids.contains(&one.location.uuid()),
        _ => ids.contains(&one.id.uuid()),
    };
    let acting = departments.iter().filter(among).map(|one| one.id.uuid()).collect();
    Ok((Some(both(units, acting)), None))
}

fn schedule(clinics: &Clinics, id: SessionId) -> Result<Value, Error> {
    let (session, schedule, department) = clinics.of(id)?;
    Ok(json!({
        "extension": [{"url": ALLOCATION, "valueCode": session.allocation.code()}],
        "identifier": numbered(SESSION_NO, &schedule.number),
        "active": session.stopped.is_none(),
        "serviceType": [clinic(schedule.clinic_kind)],
        "specialty": [clinics.subjects.concept(&department.specialty)],
        "actor": clinics.actors(id)?,
        "planningHorizon": {
            "start": instant(session.starts_at), "end": instant(session.ends_at),
        },
        "comment": session.title.zh,
    }))
}

/// The windows of sessions.
pub(super) async fn slots(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let (mut filter, wanted) = wanted_slots(tx, sender, criteria, page).await?;
    let mut shown = Vec::new();
    loop {
        let found = slots_of_agency(tx, &filter).await?;
        let last = found.last().map(|slot| slot.id.uuid());
        let ended = i64::try_from(found.len()).unwrap_or(i64::MAX) < filter.limit;
        for (slot, status, clinics) in with_status(tx, sender, found).await? {
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(&status)) {
                let content = slot_content(&clinics, &slot, status)?;
                shown.push(stored(cx, (Kind::Slot, slot.id.uuid()), slot.changed_at, &content)?);
            }
        }
        if ended || shown.len() > page.count {
            shown.truncate(page.count + 1);
            return Ok(shown);
        }
        filter.after = last;
    }
}

/// Which slots a search asks for, and how they are to stand.
async fn wanted_slots(
    tx: &mut Tx<'_>,
    sender: Sender,
    criteria: Criteria<'_>,
    page: Page,
) -> Result<(SlotFilter, Option<Vec<SlotStatus>>), Fault> {
    let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
    let departments = store::departments_of(tx, sender.agency).await?;
    let Instants { from, until } = criteria.window("start", &city)?;
    let wanted = criteria.codes("status", "http://hl7.org/fhir/slotstatus")?;
    let wanted: Option<Vec<_>> =
        wanted.map(|codes| codes.iter().filter_map(|code| SlotStatus::parse(code)).collect());
    // What can still be had, or could, is yet to come: nothing is looked for in the past.
    let ahead = wanted.as_ref().is_some_and(|all| !all.contains(&SlotStatus::BusyUnavailable));
    let from = if ahead { from.max(Some(tx.now())) } else { from };
    let limit = i64::try_from(page.count.max(99)).unwrap_or(99) + 1;
    let filter = SlotFilter {
        ids: criteria.ids()?,
        sessions: criteria.references("schedule", Kind::Schedule)?,
        units: chosen(&departments, criteria, "service", Kind::HealthcareService)?,
        from,
        until,
        after: page.after,
        ..SlotFilter::of(sender.agency, SERVICE, limit)
    };
    Ok((filter, wanted))
}

/// A slot, how it stands, and whose clinic it is of.
pub(super) type KnownSlot = (SlotPlaces, SlotStatus, Rc<Clinics>);

pub(super) async fn with_status(
    tx: &mut Tx<'_>,
    sender: Sender,
    found: Vec<SlotPlaces>,
) -> Result<Vec<KnownSlot>, Error> {
    let mut ids: Vec<_> = found.iter().map(|slot| slot.session.uuid()).collect();
    ids.dedup();
    let clinics = Rc::new(Clinics::read(tx, sender, &ids).await?);
    let now = tx.now();
    found
        .into_iter()
        .map(|slot| {
            let (session, ..) = clinics.of(slot.session)?;
            let status = slot_status(session, slot.starts_at, &slot.places, now);
            Ok((slot, status, clinics.clone()))
        })
        .collect()
}

fn slot_content(clinics: &Clinics, slot: &SlotPlaces, status: SlotStatus) -> Result<Value, Error> {
    let (_, schedule, department) = clinics.of(slot.session)?;
    let places = slot.places.iter().map(|of| {
        json!({"url": PLACES, "extension": [
            {"url": "channel", "valueCode": of.channel.code()},
            {"url": "capacity", "valueUnsignedInt": of.capacity},
            {"url": "free", "valueUnsignedInt": of.free},
        ]})
    });
    Ok(json!({
        "extension": places.collect::<Vec<_>>(),
        "serviceType": [clinic(schedule.clinic_kind)],
        "specialty": [clinics.subjects.concept(&department.specialty)],
        "schedule": link(Kind::Schedule, slot.session.uuid()),
        "status": status.code(),
        "start": instant(slot.starts_at),
        "end": instant(slot.ends_at),
    }))
}
