//! People as one hospital knows them: under an id of that hospital's own, so that two hospitals
//! cannot put together what they know of somebody.

mod number;
mod repository;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Named, PersonId, Reason, ResidentIdNumber};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

pub use self::number::resident_number;
pub(crate) use self::{number::is_national, repository::Patients};
use crate::{error::Error, sender::Sender, store};

/// A person as a hospital knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patient {
    /// Under which id: `Patient/0199…`.
    pub id: Uuid,
    /// Who it is.
    pub person: PersonId,
}

/// The patient of an identity number, named by a hospital in a case of its own; noted, where the
/// hospital names them for the first time. It stands in the person's ledger of accesses.
///
/// In the sandbox nobody real can be named, and outside of it no specimen.
pub async fn named(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    reason: Reason<'static>,
    id_number: &ResidentIdNumber,
    name: Option<&str>,
    case: &str,
) -> Result<Patient, Error> {
    let new = store::new_patient(tx);
    named_as(cx, tx, (sender, reason), Named { id_number, name, case: Some(case) }, new).await
}

/// The same, with the id that a patient gets who is new.
async fn named_as(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (sender, reason): (Sender, Reason<'static>),
    named: Named<'_>,
    new: Uuid,
) -> Result<Patient, Error> {
    allowed(sender.agency.city(), named.id_number)?;
    let access = Access::new(cx, sender.accessor(), reason);
    let person = citygate_identity::person(&cx.keys, tx, &access, named).await?;
    let id = linked(tx, sender.agency, &[(person, new)]).await?.remove(&person);
    Ok(Patient { id: id.ok_or(Error::Damaged("patient"))?, person })
}

/// Nobody real is in the sandbox, and no specimen outside of it.
fn allowed(city: CityCode, id_number: &ResidentIdNumber) -> Result<(), Error> {
    match (city == CityCode::SANDBOX, id_number.is_specimen()) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err(Error::SpecimenRequired),
        (false, true) => Err(Error::SpecimenRefused),
    }
}

/// The ids under which a hospital knows people, in three statements at most however many there are.
/// Whoever has none gets one.
pub async fn of_people(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    people: &[PersonId],
) -> Result<BTreeMap<PersonId, Uuid>, Error> {
    let new: Vec<_> = people.iter().map(|person| (*person, store::new_patient(tx))).collect();
    linked(tx, agency, &new).await
}

/// The ids of people, and what they get who have none.
async fn linked(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    people: &[(PersonId, Uuid)],
) -> Result<BTreeMap<PersonId, Uuid>, Error> {
    let all: Vec<PersonId> = people.iter().map(|(person, _)| *person).collect();
    let mut known = store::patients_of(tx, agency, &all).await?;
    let mut new: BTreeMap<PersonId, Uuid> = people.iter().copied().collect();
    new.retain(|person, _| !known.contains_key(person));
    if new.is_empty() {
        return Ok(known);
    }
    let links: Vec<_> = new.iter().map(|(person, id)| (*person, *id)).collect();
    let linked = store::link_patients(tx, agency, &links).await?;
    new.retain(|person, _| !linked.contains_key(person));
    known.extend(linked);
    // Whom somebody else has just linked.
    if !new.is_empty() {
        let others: Vec<PersonId> = new.into_keys().collect();
        known.extend(store::patients_of(tx, agency, &others).await?);
    }
    Ok(known)
}

/// Who a patient of a hospital is; nobody, where the hospital has no patient of that id.
pub async fn person(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    patient: Uuid,
) -> Result<Option<PersonId>, Error> {
    store::person_of_patient(tx, agency, patient).await
}
