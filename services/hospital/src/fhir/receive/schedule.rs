//! Sessions with their slots, which come in one Bundle.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{Allocation, Channel, NewSlot, SlotFilter, slots_of_agency};
use citygate_catalogue::rule_of;
use citygate_exchange::{
    Fault,
    fhir::{FhirError, Outcome, Target},
};
use citygate_fhir::{FhirDateTime, Period, ReferenceTo, ResourceType as Kind};
use citygate_kernel::Words;
use citygate_platform::db::Tx;
use uuid::Uuid;

use super::{
    Batch,
    members::{Members, wrong},
    refused,
};
use crate::{
    actions::{self, SERVICE},
    fhir::terms::{ALLOCATION, CLINIC_KIND, PLACES, SESSION_NO},
    model::{ClinicKind, NewClinic, OwnNo},
    rules::{
        fhir::part_of_day,
        schedule::{SESSION_SLOTS, SlotRule},
    },
    store,
};

/// Slots of one request for a session; the rule allows fewer.
const SLOTS: usize = 100;

/// Opens sessions, and stops those that are no longer active.
pub(super) async fn schedules(batch: &mut Batch<'_>, tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut slots: BTreeMap<Uuid, Vec<(NewSlot, usize)>> = BTreeMap::new();
    for n in batch.of(Kind::Slot) {
        batch.expect(tx, n).await?;
        let members = Members(&batch.write(n)?.resource);
        let schedule = members.reference("schedule", Kind::Schedule)?;
        let schedule = schedule.ok_or_else(|| wrong("Slot.schedule", "it is needed"))?;
        slots.entry(schedule.id).or_default().push((slot(members)?, n));
    }
    for n in batch.of(Kind::Schedule) {
        let own = slots.remove(&batch.write(n)?.target.id()).unwrap_or_default();
        schedule(batch, tx, n, own).await?;
    }
    if slots.is_empty() {
        return Ok(());
    }
    let why =
        "slots come in one Bundle with their Schedule, all of them; once it is open, they stay";
    Err(wrong("Slot.schedule", why).into())
}

async fn schedule(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
    n: usize,
    mut slots: Vec<(NewSlot, usize)>,
) -> Result<(), Fault> {
    batch.expect(tx, n).await?;
    let hospital = batch.sender.agency;
    let members = Members(&batch.write(n)?.resource);
    let number = members.number(SESSION_NO)?;
    if members.some("active")? == Some(false) {
        if !slots.is_empty() {
            return Err(wrong("Schedule.active", "a session that is stopped takes no slots").into());
        }
        return stop(batch, tx, n, &number).await;
    }
    if slots.is_empty() {
        let why = "a session comes in one Bundle with its slots; active = false stops it";
        return Err(wrong("Schedule", why).into());
    }
    if slots.len() > SLOTS {
        return Err(wrong("Slot", format!("at most {SLOTS} slots of a session")).into());
    }
    slots.sort_by_key(|(slot, _)| slot.starts_at);
    let (new_slots, places): (Vec<_>, Vec<_>) = slots.into_iter().unzip();
    let starts: Vec<_> = new_slots.iter().map(|slot| slot.starts_at).collect();
    let new = clinic(batch, tx, members, (number, new_slots)).await?;
    let recorded = actions::record_session(batch.cx, tx, hospital, &new).await;
    let (session, is_new) = recorded.map_err(refused)?;
    let outcome = if is_new { Outcome::Created } else { Outcome::Unchanged };
    batch.note(n, session.id.uuid(), outcome)?;
    note_slots(batch, tx, session.id.uuid(), starts.into_iter().zip(places).collect()).await
}

/// Under which ids the slots of a session are kept.
async fn note_slots(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
    session: Uuid,
    sent: Vec<(DateTime<Utc>, usize)>,
) -> Result<(), Fault> {
    let all = SlotFilter::of(batch.sender.agency, SERVICE, 1_000);
    let filter = SlotFilter { sessions: Some(vec![session]), ..all };
    let kept = slots_of_agency(tx, &filter).await?;
    for (starts_at, n) in sent {
        let slot = kept.iter().find(|slot| slot.starts_at == starts_at);
        let slot = slot.ok_or(crate::Error::Damaged("slot"))?.id.uuid();
        let known = matches!(batch.write(n)?.target, Target::Update { .. });
        batch.note(n, slot, if known { Outcome::Unchanged } else { Outcome::Created })?;
    }
    Ok(())
}

async fn stop(
    batch: &mut Batch<'_>,
    tx: &mut Tx<'_>,
    n: usize,
    number: &OwnNo,
) -> Result<(), Fault> {
    let members = Members(&batch.write(n)?.resource);
    let said: Option<String> = members.some("comment")?;
    let reason = said.map_or_else(
        || Ok("stopped by the hospital".to_owned()),
        |said| said.parse::<Words<200>>().map(Words::into_string),
    );
    let reason = reason.map_err(|_| wrong("Schedule.comment", "up to 200 characters"))?;
    let hospital = batch.sender.agency;
    let known = store::schedule_by_no(tx, hospital, number).await?;
    let stopped = known.ok_or(crate::error::DirectoryError::SessionUnknown);
    let session = stopped.map_err(refused)?.session;
    let before = citygate_booking::session(tx, session).await?;
    citygate_booking::stop_session(tx, hospital, session, &reason).await?;
    let outcome = if before.stopped.is_some() { Outcome::Unchanged } else { Outcome::Updated };
    Ok(batch.note(n, session.uuid(), outcome)?)
}

async fn clinic(
    batch: &Batch<'_>,
    tx: &mut Tx<'_>,
    members: Members<'_>,
    (number, slots): (OwnNo, Vec<NewSlot>),
) -> Result<NewClinic, Fault> {
    let hospital = batch.sender.agency;
    let city = citygate_catalogue::city(tx, hospital.city()).await?;
    let horizon: Option<Period> = members.some("planningHorizon")?;
    let start = horizon.and_then(|period| period.start);
    let on = start.and_then(|start: FhirDateTime| match start.instant() {
        Some(at) => Some(city.date(at)),
        None => start.day(),
    });
    let on: NaiveDate =
        on.ok_or_else(|| wrong("Schedule.planningHorizon", "a start is needed, a day at least"))?;
    let (department, practitioner) = actors(batch, tx, members).await?;
    let today = city.date(tx.now());
    let rule = rule_of::<SlotRule>(tx, SESSION_SLOTS, hospital, today).await;
    let rule = rule.map_err(refused)?.params;
    Ok(NewClinic {
        number,
        department,
        practitioner,
        clinic_kind: members.known("serviceType", CLINIC_KIND, ClinicKind::parse)?,
        on,
        part: part_of_day(&rule, &city, on, &slots),
        slots,
        allocation: allocation(members)?,
    })
}

/// The department of a session, and its doctor if there is one.
async fn actors(
    batch: &Batch<'_>,
    tx: &mut Tx<'_>,
    members: Members<'_>,
) -> Result<(OwnNo, Option<OwnNo>), Fault> {
    let hospital = batch.sender.agency;
    let sent: Vec<ReferenceTo> = members.list("actor")?;
    let named = |kind: Kind| {
        let mut here = sent.iter().filter_map(ReferenceTo::here);
        here.find(|one| one.kind == kind).map(|one| batch.id_of(one))
    };
    let unknown = || FhirError::ReferenceUnknown("Schedule.actor".to_owned());
    let of = named(Kind::HealthcareService);
    let of = of.ok_or_else(|| wrong("Schedule.actor", "a HealthcareService is needed"))?;
    let departments = store::departments_of(tx, hospital).await?;
    let department = departments.into_iter().find(|one| one.id.uuid() == of);
    let department = department.ok_or_else(unknown)?.number;
    let Some(doctor) = named(Kind::Practitioner) else { return Ok((department, None)) };
    let found = store::practitioners_by_id(tx, hospital.city(), &[doctor]).await?;
    let own = found.into_iter().find(|one| one.agency == hospital).ok_or_else(unknown)?;
    Ok((department, Some(own.number)))
}

fn allocation(members: Members<'_>) -> Result<Allocation, FhirError> {
    let said = members.extensions()?.into_iter().find(|one| one.url == ALLOCATION);
    let Some(said) = said else { return Ok(Allocation::FirstCome) };
    let read = said.value_code.as_deref().and_then(Allocation::parse);
    read.ok_or_else(|| wrong("Schedule.extension", format!("{ALLOCATION}: first_come or draw")))
}

/// A window with its places. Without a word on them, it is one for the city's app.
fn slot(members: Members<'_>) -> Result<NewSlot, FhirError> {
    let status: Option<String> = members.some("status")?;
    if status.as_deref() != Some("free") {
        return Err(wrong("Slot.status", "a slot is opened free; who books is known here"));
    }
    let at = |name: &'static str| {
        let said: Option<FhirDateTime> = members.some(name)?;
        let instant = said.and_then(|said| said.instant());
        instant.ok_or_else(|| wrong(members.at(name), "an instant is needed"))
    };
    let mut places = Vec::new();
    for of in members.extensions()?.iter().filter(|one| one.url == PLACES) {
        let channel = of.part("channel").and_then(|one| Channel::parse(one.value_code.as_deref()?));
        let capacity = of
            .part("capacity")
            .and_then(|one| one.value_unsigned_int.or(one.value_positive_int))
            .filter(|capacity| *capacity <= 1_000);
        let needed = || {
            let why = format!("{PLACES}: a channel (app, onsite, partner) and a capacity to 1000");
            wrong("Slot.extension", why)
        };
        places.push((channel.ok_or_else(needed)?, capacity.ok_or_else(needed)?));
    }
    if places.is_empty() {
        places.push((Channel::App, 1));
    }
    // As the other interface has them: what is said in another order is the same.
    places.sort_unstable();
    places.retain(|(_, capacity)| *capacity > 0);
    Ok(NewSlot { starts_at: at("start")?, ends_at: at("end")?, places })
}
