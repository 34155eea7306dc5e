//! Appointments that a hospital's counter makes, moves along and gives up for people.

use citygate_booking::{
    Appointment, AppointmentId, AppointmentState, BookFor, CounterChannel, SlotFilter, SlotPlaces,
    book_for, cancel_for, confirm_for, hold_for, lock_for, slots_of_agency,
};
use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Outcome, Target, resident_number},
    patient_named, person_of_patient,
};
use citygate_fhir::{FhirDateTime, Reference, ReferenceTo, Resource, ResourceType as Kind};
use citygate_identity::PersonId;
use citygate_platform::{Cx, db::Tx};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Batch,
    members::{Members, wrong},
    refused,
};
use crate::{
    actions::{self, APPOINTMENT_REASON, Arrival, Arriving, SERVICE},
    rules::fhir::appointment_status,
};

/// What a counter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fhir) enum Booking {
    /// That a place is kept for a while.
    Hold,
    /// That it is confirmed.
    Book,
}

/// For whom, as a resource or a parameter names them.
#[derive(Debug, Clone)]
pub(in crate::fhir) enum Patient {
    /// As the hospital knows them.
    Known(Uuid),
    /// By the number of their identity card, and the name on it.
    Card { number: String, name: Option<String> },
}

#[derive(Debug, Deserialize)]
struct ParticipantView {
    actor: Option<ReferenceTo>,
}

/// Whom an appointment is for, if it says so.
pub(in crate::fhir) fn whose(resource: &Resource) -> Result<Option<Patient>, FhirError> {
    let participants: Vec<ParticipantView> = Members(resource).list("participant")?;
    Ok(participants.into_iter().filter_map(|one| one.actor).find_map(|actor| patient(&actor)))
}

fn patient(actor: &ReferenceTo) -> Option<Patient> {
    match actor.here() {
        Some(Reference { kind: Kind::Patient, id }) => Some(Patient::Known(id)),
        Some(_) => None,
        None => {
            let number = resident_number(actor.identifier.as_ref()?)?;
            Some(Patient::Card { number: number.to_owned(), name: actor.display.clone() })
        }
    }
}

async fn person(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    patient: &Patient,
    case: &str,
) -> Result<PersonId, Fault> {
    match patient {
        Patient::Known(id) => {
            let known = person_of_patient(tx, sender.agency, *id).await?;
            let at = "Appointment.participant.actor";
            Ok(known.ok_or_else(|| FhirError::ReferenceUnknown(at.to_owned()))?)
        }
        Patient::Card { number, name } => {
            let number = number.parse().map_err(|_| {
                let why = "the number of a resident identity card is expected";
                wrong("Appointment.participant.actor.identifier", why)
            })?;
            let named = (&number, name.as_deref());
            let found = patient_named(cx, tx, sender, APPOINTMENT_REASON, named.0, named.1, case);
            Ok(found.await?.person)
        }
    }
}

/// A slot of the hospital.
pub(in crate::fhir) async fn slot(
    tx: &mut Tx<'_>,
    sender: Sender,
    id: Uuid,
) -> Result<Option<SlotPlaces>, Fault> {
    let all = SlotFilter::of(sender.agency, SERVICE, 1);
    let filter = SlotFilter { ids: Some(vec![id]), ..all };
    Ok(slots_of_agency(tx, &filter).await?.pop())
}

/// An appointment of the hospital's.
async fn own(tx: &mut Tx<'_>, sender: Sender, id: Uuid) -> Result<Option<Appointment>, Fault> {
    let id = AppointmentId::from_parts(sender.agency.city(), id);
    let found = match citygate_booking::appointment(tx, id).await {
        Err(citygate_booking::Error::AppointmentUnknown) => None,
        found => Some(found?),
    };
    Ok(found.filter(|one| one.agency == sender.agency && one.service == SERVICE))
}

/// Keeps or books a place. `id` is that of a slot, which is also that of the appointment that was
/// proposed for it; or of an appointment that is held, to be confirmed.
pub(in crate::fhir) async fn book(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    (id, channel): (Uuid, CounterChannel),
    patient: Option<&Patient>,
    wanted: Booking,
) -> Result<Appointment, Fault> {
    if let Some(known) = own(tx, sender, id).await? {
        let of = (sender.agency, SERVICE);
        return match wanted {
            Booking::Book => Ok(confirm_for(tx, of, known.id).await?),
            Booking::Hold if known.state == AppointmentState::Held => Ok(known),
            Booking::Hold => Err(refused(citygate_booking::Error::NotLive)),
        };
    }
    let slot = slot(tx, sender, id).await?.ok_or(FhirError::Unknown)?;
    let patient = patient.ok_or_else(|| {
        let why = "a patient is needed: quotas are counted by real name";
        wrong("Appointment.participant", why)
    })?;
    let case = slot.session.to_string();
    let person = person(cx, tx, sender, patient, &case).await?;
    let place = BookFor { session: slot.session, starts_at: slot.starts_at, channel, person };
    Ok(match wanted {
        Booking::Hold => hold_for(tx, &place).await?,
        Booking::Book => book_for(tx, &place).await?,
    })
}

/// Gives an appointment up that was made at the counter.
pub(in crate::fhir) async fn give_up(
    tx: &mut Tx<'_>,
    sender: Sender,
    id: Uuid,
) -> Result<Appointment, Fault> {
    let known = own(tx, sender, id).await?.ok_or(FhirError::Unknown)?;
    if known.state == AppointmentState::Cancelled {
        return Ok(known);
    }
    Ok(cancel_for(tx, (sender.agency, SERVICE), known.id).await?)
}

/// Appointments that are made or moved along.
pub(super) async fn appointments(batch: &mut Batch<'_>, tx: &mut Tx<'_>) -> Result<(), Fault> {
    for n in batch.of(Kind::Appointment) {
        match batch.write(n)?.target {
            Target::Create { .. } => create(batch, tx, n).await?,
            Target::Update { id, .. } => update(batch, tx, n, id).await?,
        }
    }
    Ok(())
}

fn status(members: Members<'_>) -> Result<String, FhirError> {
    members.some("status")?.ok_or_else(|| wrong("Appointment.status", "it is needed"))
}

/// The only slot of an appointment, if it names one.
pub(in crate::fhir) fn slot_of(resource: &Resource) -> Result<Option<Reference>, FhirError> {
    let members = Members(resource);
    let slots: Vec<ReferenceTo> = members.list("slot")?;
    match slots.as_slice() {
        [] => Ok(None),
        [slot] => Ok(Some(members.leads_to("slot", slot, Kind::Slot)?)),
        _ => Err(wrong("Appointment.slot", "one slot is expected")),
    }
}

async fn create(batch: &mut Batch<'_>, tx: &mut Tx<'_>, n: usize) -> Result<(), Fault> {
    let resource = &batch.write(n)?.resource;
    let wanted = match status(Members(resource))?.as_str() {
        "booked" => Booking::Book,
        "pending" => Booking::Hold,
        _ => return Err(wrong("Appointment.status", "booked or pending is expected").into()),
    };
    let slot = slot_of(resource)?.ok_or_else(|| wrong("Appointment.slot", "it is needed"))?;
    let place = (batch.id_of(slot), CounterChannel::Onsite);
    let patient = whose(resource)?;
    let (cx, sender) = (batch.cx, batch.sender);
    let made = book(cx, tx, sender, place, patient.as_ref(), wanted).await?;
    Ok(batch.note(n, made.id.uuid(), Outcome::Created)?)
}

async fn update(batch: &mut Batch<'_>, tx: &mut Tx<'_>, n: usize, id: Uuid) -> Result<(), Fault> {
    let (cx, sender) = (batch.cx, batch.sender);
    let of = (sender.agency, SERVICE);
    let mut known = own(tx, sender, id).await?.ok_or(FhirError::Unknown)?;
    let resource = &batch.write(n)?.resource;
    let wanted = status(Members(resource))?;
    // Its version is compared while nobody else changes it. Check-in locks the queue before the
    // appointment, and is for those alone who have booked.
    if !matches!(wanted.as_str(), "arrived" | "checked-in") {
        known = lock_for(tx, of, known.id).await?;
    }
    batch.expect(tx, n).await?;
    stays(resource, &known)?;
    let same = wanted == appointment_status(known.state)
        || (wanted == "checked-in" && known.state == AppointmentState::Arrived);
    if same {
        return Ok(batch.note(n, id, Outcome::Unchanged)?);
    }
    match wanted.as_str() {
        "arrived" | "checked-in" => {
            let arrival = Arrival { who: Arriving::Booked(known.id), priority: None };
            let by = sender.accessor();
            actions::admit(cx, tx, by, sender.agency, &arrival).await.map_err(refused)?;
        }
        "booked" => {
            confirm_for(tx, of, known.id).await?;
        }
        "cancelled" => {
            give_up(tx, sender, id).await?;
        }
        _ => {
            let why = "arrived, booked and cancelled can be asked for; that somebody was seen, or \
                       did not come, follows from the queue";
            return Err(wrong("Appointment.status", why).into());
        }
    }
    Ok(batch.note(n, id, Outcome::Updated)?)
}

/// An update changes where an appointment stands, and neither when nor where it is.
fn stays(resource: &Resource, known: &Appointment) -> Result<(), FhirError> {
    let moved = "an appointment is not moved this way; give it up and book another";
    if slot_of(resource)?.is_some_and(|slot| slot.id != known.slot.uuid()) {
        return Err(wrong("Appointment.slot", moved));
    }
    let members = Members(resource);
    for (name, at) in [("start", known.starts_at), ("end", known.ends_at)] {
        let said: Option<FhirDateTime> = members.some(name)?;
        if said.and_then(|said| said.instant()).is_some_and(|said| said != at) {
            return Err(wrong(members.at(name), moved));
        }
    }
    Ok(())
}
