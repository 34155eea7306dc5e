//! What hospitals' systems send: the same that they send elsewhere, by the same rules.

mod appointment;
mod directory;
mod members;
mod practitioner;
mod schedule;

use std::collections::BTreeMap;

use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Outcome, Stored, Target, Write, Written},
};
use citygate_fhir::{Reference, ResourceType as Kind};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    db::{DbError, Tx, TxError},
};
use uuid::Uuid;

pub(super) use self::{
    appointment::{Booking, Patient, book, give_up, slot, slot_of, whose},
    members::wrong,
};
use super::{present, terms::to};
use crate::{error::Error, store::Put};

/// A request on its way in.
struct Batch<'a> {
    cx: &'a Cx,
    sender: Sender,
    writes: &'a [Write],
    /// What resources that others of the request refer to are called here: a hospital may say again
    /// what it has said before, as if it were new.
    known_as: BTreeMap<Reference, Uuid>,
    done: BTreeMap<usize, (Uuid, Outcome)>,
}

impl Batch<'_> {
    /// The places of what is of a type, in the order of the request.
    fn of(&self, kind: Kind) -> Vec<usize> {
        let all = self.writes.iter().enumerate();
        all.filter(|(_, write)| write.resource.kind() == kind).map(|(n, _)| n).collect()
    }

    /// A resource that is to be written.
    fn write(&self, n: usize) -> Result<&Write, FhirError> {
        self.writes.get(n).ok_or(FhirError::Unknown)
    }

    /// The id that a reference of the request stands for.
    fn id_of(&self, reference: Reference) -> Uuid {
        self.known_as.get(&reference).copied().unwrap_or(reference.id)
    }

    /// Notes what became of a resource, and under which id it is known.
    fn note(&mut self, n: usize, id: Uuid, outcome: Outcome) -> Result<(), FhirError> {
        let write = self.write(n)?;
        let sent = write.target.id();
        if matches!(write.target, Target::Update { .. }) && sent != id {
            let at = format!("{}.identifier", write.resource.kind());
            return Err(wrong(at, "the number of another resource; a number does not change"));
        }
        let kind = write.resource.kind();
        self.known_as.insert(to(kind, sent), id);
        // A department is a service and a unit of the organization, under one id.
        if kind == Kind::HealthcareService {
            self.known_as.insert(to(Kind::Organization, sent), id);
        }
        self.done.insert(n, (id, outcome));
        Ok(())
    }

    /// What is to be replaced is there, and is the version that the sender has seen.
    async fn expect(&self, tx: &mut Tx<'_>, n: usize) -> Result<Option<Stored>, Fault> {
        let write = self.write(n)?;
        let Target::Update { id, if_match } = write.target else { return Ok(None) };
        let present = present(self.cx, tx, self.sender, write.resource.kind(), &[id]).await?;
        let present = present.into_iter().next().ok_or(FhirError::Unknown)?;
        if if_match.is_some_and(|version| version != present.version) {
            return Err(FhirError::VersionDiffers.into());
        }
        Ok(Some(present))
    }
}

/// Writes what belongs together, in the order in which one names the other.
pub(super) async fn write(
    cx: &Cx,
    tx: &mut Tx<'_>,
    sender: Sender,
    writes: &[Write],
) -> Result<Vec<Written>, Fault> {
    for write in writes {
        members::Members(&write.resource).without_modifiers()?;
    }
    let (known_as, done) = (BTreeMap::new(), BTreeMap::new());
    let mut batch = Batch { cx, sender, writes, known_as, done };
    let listing = directory::organizations(&mut batch, tx).await?;
    directory::locations(&mut batch, tx).await?;
    directory::departments(&mut batch, tx).await?;
    practitioner::practitioners(&mut batch, tx).await?;
    directory::list(&batch, tx, listing).await?;
    schedule::schedules(&mut batch, tx).await?;
    appointment::appointments(&mut batch, tx).await?;
    answers(&batch, tx).await
}

/// Every resource of the request as it stands now.
async fn answers(batch: &Batch<'_>, tx: &mut Tx<'_>) -> Result<Vec<Written>, Fault> {
    let mut by_kind: BTreeMap<Kind, Vec<Uuid>> = BTreeMap::new();
    for (n, (id, _)) in &batch.done {
        by_kind.entry(batch.write(*n)?.resource.kind()).or_default().push(*id);
    }
    let mut found = BTreeMap::new();
    for (kind, ids) in by_kind {
        let all = present(batch.cx, tx, batch.sender, kind, &ids).await?;
        found.extend(all.into_iter().map(|stored| (to(kind, stored.id), stored)));
    }
    let mut answers = Vec::with_capacity(batch.writes.len());
    for (n, write) in batch.writes.iter().enumerate() {
        let (id, outcome) = batch.done.get(&n).copied().ok_or(FhirError::Unknown)?;
        let stored = found.get(&to(write.resource.kind(), id)).cloned();
        let stored = stored.ok_or(Error::Damaged("resource"))?;
        answers.push(Written { stored, outcome });
    }
    Ok(answers)
}

fn outcome(put: Put) -> Outcome {
    match put {
        Put::Created => Outcome::Created,
        Put::Changed => Outcome::Updated,
        Put::Unchanged => Outcome::Unchanged,
    }
}

/// A refusal that names members as FHIR does, not as this crate's own interface.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct InFhir(#[from] Error);

impl From<DbError> for InFhir {
    fn from(error: DbError) -> Self {
        Self(error.into())
    }
}

impl TxError for InFhir {
    fn as_db(&self) -> Option<&DbError> {
        self.0.as_db()
    }
}

/// Members of this crate's own interface, and where FHIR has the same.
const EXPRESSIONS: [(&str, &str); 8] = [
    ("/location_no", "HealthcareService.location"),
    ("/specialty", "HealthcareService.specialty"),
    ("/roles", "PractitionerRole.healthcareService"),
    ("/practitioner_no", "Schedule.actor"),
    ("/department_no", "Schedule.actor"),
    ("/clinic_kind", "Schedule.serviceType"),
    ("/on", "Schedule.planningHorizon"),
    ("/part_of", "partOf"),
];

impl From<InFhir> for Problem {
    fn from(refused: InFhir) -> Self {
        let mut problem = Self::from(refused.0);
        for field in &mut problem.errors {
            let same = EXPRESSIONS.iter().find(|(own, _)| *own == field.pointer);
            if let Some((_, expression)) = same {
                field.pointer = (*expression).to_owned();
            } else if let Some(slot) = field.pointer.strip_prefix("/slots/") {
                field.pointer = match slot.strip_suffix("/places") {
                    Some(slot) => format!("Slot[{slot}].extension"),
                    None => format!("Slot[{slot}]"),
                };
            } else if field.pointer == "/slots" {
                field.pointer = "Slot".to_owned();
            }
        }
        problem
    }
}

/// A refusal of one of this crate's actions.
fn refused(error: impl Into<Error>) -> Fault {
    InFhir(error.into()).into()
}
