//! Appointments as IHE's Scheduling profile makes them: found, kept, booked; and given up.

use chrono::TimeDelta;
use citygate_booking::{
    Appointment, AppointmentFilter, CounterChannel, SlotFilter, appointments_of_agency,
    slots_of_agency,
};
use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Stored, resident_number},
};
use citygate_fhir::{
    FhirDateTime, Identifier, InvalidParameters, Parameter, Parameters, Query, ReferenceTo,
    Resource, ResourceType as Kind,
};
use citygate_platform::{Cx, db::Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    appointments::{proposals, shown},
    criteria::Criteria,
    directory::chosen,
    receive::{Booking, Patient, book, give_up, slot_of, whose, wrong},
};
use crate::{actions::SERVICE, store};

/// Proposals of one answer, if nobody says how many.
const PROPOSALS: usize = 20;
/// The longest period that is looked through, in days.
const DAYS: i64 = 180;
/// Slots that are looked at for one answer.
const LOOKED_AT: i64 = 1_000;

fn unsound(error: InvalidParameters) -> FhirError {
    match error {
        InvalidParameters::NotParameters => FhirError::Malformed(error.to_string()),
        InvalidParameters::Value(name) => wrong(format!("Parameters.{name}"), error.to_string()),
    }
}

/// `searchset`, as the profile answers: with the appointments that were found or changed.
fn bundle(found: &[Stored]) -> Value {
    let entry = |one: &Stored| json!({"resource": one.resource, "search": {"mode": "match"}});
    let entries: Vec<_> = found.iter().map(entry).collect();
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": found.len()});
    if let Some(members) = bundle.as_object_mut().filter(|_| !entries.is_empty()) {
        members.insert("entry".to_owned(), Value::Array(entries));
    }
    bundle
}

/// Which channel's places are asked for: the counter's, if nobody says.
fn channel(parameters: Parameters<'_>) -> Result<CounterChannel, FhirError> {
    let said: Option<String> = parameters.value("channel", "Code").map_err(unsound)?;
    let Some(said) = said else { return Ok(CounterChannel::Onsite) };
    let read = CounterChannel::parse(&said);
    read.ok_or_else(|| wrong("Parameters.channel", "onsite or partner is expected"))
}

/// `$find` (ITI-115): what can be booked in a period, by doctor, department, place or subject.
pub(super) async fn find(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    parameters: &Value,
) -> Result<Value, Fault> {
    let parameters = Parameters::read(parameters).map_err(unsound)?;
    let city = citygate_catalogue::city(tx, sender.agency.city()).await?;
    let instant = |name| -> Result<_, FhirError> {
        let said: Option<FhirDateTime> = parameters.value(name, "DateTime").map_err(unsound)?;
        let said = said.ok_or_else(|| wrong(format!("Parameters.{name}"), "it is needed"))?;
        Ok(said.range(&city.time_zone))
    };
    let (from, until) = (instant("start")?.0.max(tx.now()), instant("end")?.1);
    if until > tx.now() + TimeDelta::days(DAYS + 1) {
        let why = format!("not more than {DAYS} days ahead");
        return Err(wrong("Parameters.end", why).into());
    }
    let count: Option<u64> = parameters.value("_count", "PositiveInt").map_err(unsound)?;
    let count = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(PROPOSALS);
    let channel = channel(parameters)?;
    let filter = SlotFilter {
        units: departments(tx, sender, parameters).await?,
        providers: named(parameters, "practitioner", Kind::Practitioner)?,
        from: Some(from),
        until: Some(until),
        ..SlotFilter::of(sender.agency, SERVICE, LOOKED_AT)
    };
    let mut slots = slots_of_agency(tx, &filter).await?;
    slots.sort_by_key(|slot| slot.starts_at);
    let mut found = proposals(cx, tx, sender, slots, channel.channel()).await?;
    found.truncate(count.clamp(1, 100));
    Ok(bundle(&found))
}

/// The departments that the parameters leave.
async fn departments(
    tx: &mut Tx<'_>,
    sender: Sender,
    parameters: Parameters<'_>,
) -> Result<Option<Vec<Uuid>>, Fault> {
    let all = store::departments_of(tx, sender.agency).await?;
    let specialties: Vec<String> = parameters.values("specialty", "String").map_err(unsound)?;
    let query = Query {
        kind: Kind::Slot,
        parameters: (!specialties.is_empty())
            .then(|| Parameter {
                name: "specialty".to_owned(),
                modifier: None,
                values: specialties,
            })
            .into_iter()
            .collect(),
    };
    let subjects = chosen(&all, Criteria(&query), "service", Kind::HealthcareService)?;
    let places = named(parameters, "location-reference", Kind::Location)?;
    let organizations = named(parameters, "organization", Kind::Organization)?;
    if subjects.is_none() && places.is_none() && organizations.is_none() {
        return Ok(None);
    }
    let fits = |one: &&crate::model::Department| {
        let unit = one.id.uuid();
        let whole = sender.agency.uuid();
        subjects.as_ref().is_none_or(|ids| ids.contains(&unit))
            && places.as_ref().is_none_or(|ids| ids.contains(&one.location.uuid()))
            && organizations.as_ref().is_none_or(|ids| ids.contains(&unit) || ids.contains(&whole))
    };
    Ok(Some(all.iter().filter(fits).map(|one| one.id.uuid()).collect()))
}

/// The resources of a type that a parameter names.
fn named(
    parameters: Parameters<'_>,
    name: &'static str,
    kind: Kind,
) -> Result<Option<Vec<Uuid>>, FhirError> {
    let sent: Vec<ReferenceTo> = parameters.values(name, "Reference").map_err(unsound)?;
    if sent.is_empty() {
        return Ok(None);
    }
    let here = sent.iter().filter_map(ReferenceTo::here).filter(|one| one.kind == kind);
    Ok(Some(here.map(|one| one.id).collect()))
}

/// `$hold` (ITI-116) and `$book` (ITI-117). A `$book` with an appointment that is cancelled gives it
/// up, as the profile has it.
pub(super) async fn make(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    parameters: &Value,
    wanted: Booking,
) -> Result<Value, Fault> {
    let parameters = Parameters::read(parameters).map_err(unsound)?;
    let sent = parameters.resource("appointment-resource").map_err(unsound)?;
    let sent = sent.filter(|sent| sent.kind() == Kind::Appointment);
    let reference: Option<ReferenceTo> =
        parameters.value("appointment-reference", "Reference").map_err(unsound)?;
    let named = reference.as_ref().and_then(ReferenceTo::here);
    let named = named.filter(|one| matches!(one.kind, Kind::Appointment | Kind::Slot));
    let id = match (named, &sent) {
        (Some(named), _) => Some(named.id),
        (None, Some(sent)) => place_of(sent)?,
        (None, None) => None,
    };
    let id = id.ok_or_else(|| {
        let why = "a proposed or pending Appointment is needed, or one with a slot";
        wrong("Parameters.appointment-reference", why)
    })?;
    let given_up = match &sent {
        Some(sent) => sent.get::<String>("status").ok().flatten().as_deref() == Some("cancelled"),
        None => false,
    };
    let made = if given_up && wanted == Booking::Book {
        give_up(tx, sender, id).await?
    } else {
        let patient = patient(parameters, sent.as_ref())?;
        let place = (id, channel(parameters)?);
        book(cx, tx, sender, place, patient.as_ref(), wanted).await?
    };
    answer(cx, tx, sender, &made).await
}

/// Which appointment a resource is, or which slot it asks for.
fn place_of(sent: &Resource) -> Result<Option<Uuid>, FhirError> {
    let id: Option<String> = sent.get("id").ok().flatten();
    let own = id.and_then(|id| Uuid::try_parse(&id).ok());
    Ok(match own {
        Some(own) => Some(own),
        None => slot_of(sent)?.map(|slot| slot.id),
    })
}

/// For whom: by a reference, by a Patient that comes along, or as the appointment says.
fn patient(
    parameters: Parameters<'_>,
    sent: Option<&Resource>,
) -> Result<Option<Patient>, FhirError> {
    let reference: Option<ReferenceTo> =
        parameters.value("patient-reference", "Reference").map_err(unsound)?;
    if let Some(to) = reference {
        let here = to.here().filter(|one| one.kind == Kind::Patient);
        let why = "a reference to a Patient is expected";
        let here = here.ok_or_else(|| wrong("Parameters.patient-reference", why))?;
        return Ok(Some(Patient::Known(here.id)));
    }
    if let Some(resource) = parameters.resource("patient-resource").map_err(unsound)? {
        let wrong = |why| wrong("Parameters.patient-resource", why);
        let identifiers: Option<Vec<Identifier>> =
            resource.get("identifier").map_err(|_| wrong("its identifiers cannot be read"))?;
        let identifiers = identifiers.unwrap_or_default();
        let number = identifiers.iter().find_map(resident_number);
        let number = number.ok_or_else(|| wrong("an identifier of type NI is needed"))?;
        let names: Option<Vec<citygate_fhir::HumanName>> =
            resource.get("name").map_err(|_| wrong("its names cannot be read"))?;
        let name = names.unwrap_or_default().first().and_then(citygate_fhir::HumanName::whole);
        return Ok(Some(Patient::Card { number: number.to_owned(), name }));
    }
    sent.map(whose).transpose().map(Option::flatten)
}

/// `$cancel`: gives up what was booked or kept at the counter.
pub(super) async fn cancel(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    id: Uuid,
) -> Result<Value, Fault> {
    let given_up = give_up(tx, sender, id).await?;
    answer(cx, tx, sender, &given_up).await
}

async fn answer(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    made: &Appointment,
) -> Result<Value, Fault> {
    let all = AppointmentFilter::of(sender.agency, SERVICE, 1);
    let filter = AppointmentFilter { ids: Some(vec![made.id.uuid()]), ..all };
    let found = appointments_of_agency(tx, &filter).await?;
    Ok(bundle(&shown(cx, tx, sender, found, 1).await?))
}
