//! Who has booked, and what could be booked, as FHIR says it.

use chrono::{DateTime, Utc};
use citygate_booking::{
    Appointment, AppointmentFilter, AppointmentId, AppointmentState, CancelledBy, Channel,
    SessionId, SlotPlaces, appointments_of_agency,
};
use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Page, Stored},
    patients_of, person_of_patient,
};
use citygate_fhir::ResourceType as Kind;
use citygate_identity::{Access, PersonId, masked_names};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    criteria::{Criteria, Instants, both},
    directory::{Matches, listing},
    scheduling::{Clinics, with_status},
    terms::{APPOINTMENT, clinic, instant, link, numbered, stored},
};
use crate::{
    actions::{APPOINTMENT_REASON, SERVICE},
    error::Error,
    rules::fhir::{SlotStatus, appointment_states, appointment_status},
};

/// Who has booked. Each of these people can read that they were shown.
pub(super) async fn appointments(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    criteria: Criteria<'_>,
    page: Page,
) -> Matches {
    let Some(filter) = wanted(tx, sender, criteria, page).await? else {
        return Ok(Vec::new());
    };
    let found = appointments_of_agency(tx, &filter).await?;
    shown(cx, tx, sender, found, page.count).await
}

/// Which appointments a search asks for; `None` where nothing can match.
async fn wanted(
    tx: &mut Tx<'_>,
    sender: Sender,
    criteria: Criteria<'_>,
    page: Page,
) -> Result<Option<AppointmentFilter>, Fault> {
    let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
    let Instants { from, until } = criteria.window("date", &city)?;
    let states = criteria.codes("status", "http://hl7.org/fhir/appointmentstatus")?;
    let states = states.map(|codes| {
        codes.iter().flat_map(|code| appointment_states(code)).copied().collect::<Vec<_>>()
    });
    let mut patients = criteria.references("patient", Kind::Patient)?;
    let mut providers = criteria.references("practitioner", Kind::Practitioner)?;
    let mut units = None;
    let kinds = [Kind::Practitioner, Kind::HealthcareService, Kind::Patient];
    match criteria.actors("actor", &kinds)? {
        None => {}
        Some((Kind::Practitioner, ids)) => providers = Some(both(providers, ids)),
        Some((Kind::Patient, ids)) => patients = Some(both(patients, ids)),
        Some((_, ids)) => units = Some(ids),
    }
    let people = people(tx, sender, patients).await?;
    let nothing = [states.as_ref().map(Vec::len), people.as_ref().map(Vec::len)];
    if nothing.contains(&Some(0)) {
        return Ok(None);
    }
    let all = AppointmentFilter::of(sender.agency, SERVICE, listing(None, page).limit);
    Ok(Some(AppointmentFilter {
        ids: ids(criteria, sender.agency.city())?,
        people,
        slots: criteria.references("slot", Kind::Slot)?,
        units,
        providers,
        states,
        from,
        until,
        after: page.after,
        ..all
    }))
}

/// The people whom a hospital knows as its patients.
async fn people(
    tx: &mut Tx<'_>,
    sender: Sender,
    patients: Option<Vec<Uuid>>,
) -> Result<Option<Vec<PersonId>>, Fault> {
    let Some(patients) = patients else { return Ok(None) };
    let mut people = Vec::with_capacity(patients.len());
    for patient in patients {
        people.extend(person_of_patient(tx, sender.agency, patient).await?);
    }
    Ok(Some(people))
}

/// The ids of the appointments that are asked for, by id or by the city's own numbers.
fn ids(criteria: Criteria<'_>, city: CityCode) -> Result<Option<Vec<Uuid>>, FhirError> {
    let ids = criteria.ids()?;
    let Some(numbers) = criteria.codes("identifier", APPOINTMENT)? else { return Ok(ids) };
    let read = |number: &String| number.parse::<AppointmentId>().ok();
    let ours = numbers.iter().filter_map(read).filter(|id| id.city() == city);
    Ok(Some(both(ids, ours.map(|id| id.uuid()).collect())))
}

/// Appointments as the hospital sees them, and an empty place for what comes after the page: its
/// name is not shown.
pub(super) async fn shown(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    found: Vec<(Appointment, DateTime<Utc>)>,
    count: usize,
) -> Matches {
    let mut sessions: Vec<_> = found.iter().map(|(one, _)| one.session.uuid()).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let clinics = Clinics::read(tx, sender, &sessions).await?;
    let mut people: Vec<_> = found.iter().take(count).map(|(one, _)| one.person).collect();
    people.sort_unstable();
    people.dedup();
    let access = Access::new(cx, sender.accessor(), APPOINTMENT_REASON);
    let names = masked_names(&cx.keys, tx, &access, &people, "fhir").await?;
    let patients = patients_of(tx, sender.agency, &people).await?;
    let mut all: Vec<Stored> = Vec::with_capacity(found.len());
    for (one, changed_at) in &found {
        let whose = patients.get(&one.person).zip(names.get(&one.person));
        let content = appointment(&clinics, one, whose)?;
        let key = (Kind::Appointment, one.id.uuid());
        all.push(stored(cx, key, *changed_at, &content)?);
    }
    Ok(all)
}

fn appointment(
    clinics: &Clinics,
    one: &Appointment,
    whose: Option<(&Uuid, &String)>,
) -> Result<Value, Error> {
    let standing = match one.state {
        AppointmentState::Held => "tentative",
        AppointmentState::Cancelled | AppointmentState::Expired => "declined",
        AppointmentState::Booked
        | AppointmentState::Arrived
        | AppointmentState::Fulfilled
        | AppointmentState::NoShow => "accepted",
    };
    let mut participants = others(clinics, one.session, standing)?;
    if let Some((patient, name)) = whose {
        let mut actor = link(Kind::Patient, *patient);
        actor.display = Some(name.clone());
        participants.push(json!({"actor": actor, "required": "required", "status": standing}));
    }
    let hours = (one.starts_at, one.ends_at);
    let mut content = window(clinics, one.session, one.slot.uuid(), hours)?;
    set(&mut content, "identifier", numbered(APPOINTMENT, one.id));
    set(&mut content, "status", json!(appointment_status(one.state)));
    set(&mut content, "participant", json!(participants));
    if let Some(until) = one.held_until.filter(|_| one.state == AppointmentState::Held) {
        let until = format!("held until {}", instant(until));
        set(&mut content, "comment", json!(until));
    }
    if let Some(by) = one.cancelled_by {
        let code = match by {
            CancelledBy::Citizen => "pat",
            CancelledBy::Agency => "prov",
        };
        let system = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";
        let reason = json!({"coding": [{"system": system, "code": code}]});
        set(&mut content, "cancelationReason", reason);
    }
    Ok(Value::Object(content))
}

/// Who takes part, but for the patient.
fn others(clinics: &Clinics, id: SessionId, standing: &str) -> Result<Vec<Value>, Error> {
    let actors = clinics.actors(id)?.into_iter();
    let participant = |actor| json!({"actor": actor, "status": standing});
    Ok(actors.map(participant).collect())
}

/// When and where.
fn window(
    clinics: &Clinics,
    id: SessionId,
    slot: Uuid,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Map<String, Value>, Error> {
    let (session, schedule, department) = clinics.of(id)?;
    let mut content = Map::new();
    for (name, value) in [
        ("serviceType", json!([clinic(schedule.clinic_kind)])),
        ("specialty", json!([clinics.subjects.concept(&department.specialty)])),
        ("description", json!(session.title.zh)),
        ("start", json!(instant(from))),
        ("end", json!(instant(until))),
        ("slot", json!([link(Kind::Slot, slot)])),
    ] {
        set(&mut content, name, value);
    }
    Ok(content)
}

fn set(content: &mut Map<String, Value>, name: &str, value: Value) {
    content.insert(name.to_owned(), value);
}

/// Appointments that could be had at a channel: each under the id of its slot.
pub(super) async fn proposals(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    slots: Vec<SlotPlaces>,
    channel: Channel,
) -> Matches {
    let mut shown = Vec::new();
    for (slot, status, clinics) in with_status(tx, sender, slots).await? {
        let free = slot.places.iter().any(|of| of.channel == channel && of.free > 0);
        if status != SlotStatus::Free || !free {
            continue;
        }
        let hours = (slot.starts_at, slot.ends_at);
        let mut content = window(&clinics, slot.session, slot.id.uuid(), hours)?;
        set(&mut content, "status", json!("proposed"));
        set(&mut content, "participant", json!(others(&clinics, slot.session, "accepted")?));
        let key = (Kind::Appointment, slot.id.uuid());
        shown.push(stored(cx, key, slot.changed_at, &Value::Object(content))?);
    }
    Ok(shown)
}
