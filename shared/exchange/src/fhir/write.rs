//! Resources that are written together: all of them, or none.

use std::collections::BTreeMap;

use citygate_fhir::{Query, Resource, ResourceType};
use citygate_kernel::{Id, Kind};
use citygate_platform::db::{DbError, Tx};
use uuid::Uuid;

use super::{
    FhirError, Match, Outcome, Stored, Target, Write, Written,
    call::{Ground, kind},
    plan::{Goal, Planned, condition},
    references::{has_any, rewrite},
};
use crate::Fault;

enum ResourceKind {}
impl Kind for ResourceKind {
    const PREFIX: &'static str = "rsrc";
}

/// What became of a resource.
#[derive(Debug)]
pub(crate) struct Done {
    pub kind: ResourceType,
    pub id: Uuid,
    /// What was written; `None` where the condition matched a resource that stays as it was.
    pub written: Option<(Stored, Outcome)>,
}

/// Who asked which resource a condition means.
enum Asker {
    /// The resource that is to be written.
    Goal(usize),
    /// A reference of that text, in the resource of that number.
    Reference(String, usize),
}

/// What conditions were found to mean.
#[derive(Default)]
struct Resolved {
    goals: BTreeMap<usize, Match>,
    references: BTreeMap<String, String>,
}

/// Writes what is planned. One statement of a repository's resolves all of its conditions, and one
/// call writes all that is its own; creations come before changes (FHIR R4, 3.1.0.11.2).
pub(crate) async fn write(
    ground: &Ground,
    tx: &mut Tx<'_>,
    planned: &[&Planned],
) -> Result<Vec<Done>, Fault> {
    let resolved = resolve(ground, tx, planned).await?;
    let mut aims = Vec::with_capacity(planned.len());
    for (number, planned) in planned.iter().enumerate() {
        aims.push(aim(ground, &planned.goal, resolved.goals.get(&number).copied())?);
    }
    distinct(planned, &aims)?;
    let mut names = Names::new(planned, &aims);
    let mut all: Vec<Option<Done>> = aims.iter().zip(planned).map(Done::matched).collect();
    for place in distinct_places(planned) {
        let rewrite = |planned: &Planned| names.rewritten(ground, planned, &resolved);
        let (numbers, writes) = writes_of(place, planned, &aims, rewrite)?;
        if writes.is_empty() {
            continue;
        }
        let repository = ground.repository(place)?;
        let written = repository.write(&ground.cx, tx, ground.sender, writes).await?;
        if written.len() != numbers.len() {
            let why = "a repository has not answered for each resource".to_owned();
            return Err(FhirError::Db(DbError::Faulty(why)).into());
        }
        for (number, written) in numbers.into_iter().zip(written) {
            if let (Some(planned), Some(done)) = (planned.get(number), all.get_mut(number)) {
                names.is(planned, written.stored.id);
                *done = Some(Done::written(planned.kind, written));
            }
        }
    }
    all.into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| FhirError::Db(DbError::Faulty("a resource was left out".to_owned())).into())
}

/// What one repository is to write, creations first, each with the number that it has among what is
/// planned.
fn writes_of(
    place: usize,
    planned: &[&Planned],
    aims: &[Aim],
    rewritten: impl Fn(&Planned) -> Result<Resource, FhirError>,
) -> Result<(Vec<usize>, Vec<Write>), FhirError> {
    let mut writes = Vec::new();
    for (number, (planned, aim)) in planned.iter().zip(aims).enumerate() {
        if let Aim::Write(target) = *aim
            && planned.place == place
        {
            writes.push((number, Write { target, resource: rewritten(planned)? }));
        }
    }
    writes.sort_by_key(|(_, write)| matches!(write.target, Target::Update { .. }));
    Ok(writes.into_iter().unzip())
}

impl Done {
    fn matched((aim, planned): (&Aim, &&Planned)) -> Option<Self> {
        match aim {
            Aim::Stays(id) => Some(Self { kind: planned.kind, id: *id, written: None }),
            Aim::Write(_) => None,
        }
    }

    fn written(kind: ResourceType, Written { stored, outcome }: Written) -> Self {
        Self { kind, id: stored.id, written: Some((stored, outcome)) }
    }
}

/// What is to be done with a resource, once its condition is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Write(Target),
    /// It is there already.
    Stays(Uuid),
}

impl Aim {
    fn id(self) -> Uuid {
        match self {
            Self::Write(target) => target.id(),
            Self::Stays(id) => id,
        }
    }
}

fn aim(ground: &Ground, goal: &Goal, found: Option<Match>) -> Result<Aim, FhirError> {
    let create = || {
        let id = Id::<ResourceKind>::new(&ground.cx.clock).uuid();
        Ok(Aim::Write(Target::Create { id }))
    };
    match (goal, found) {
        (Goal::Update(id, if_match), _) => {
            Ok(Aim::Write(Target::Update { id: *id, if_match: *if_match }))
        }
        (_, Some(Match::Many)) => Err(FhirError::NotSelective),
        (Goal::Create(_), Some(Match::One(id))) => Ok(Aim::Stays(id)),
        (Goal::UpdateOf(_), Some(Match::One(id))) => {
            Ok(Aim::Write(Target::Update { id, if_match: None }))
        }
        (Goal::Create(_) | Goal::UpdateOf(_), Some(Match::None) | None) => create(),
    }
}

/// Two entries for one resource could not both be what they ask for (3.1.0.11.2).
fn distinct(planned: &[&Planned], aims: &[Aim]) -> Result<(), FhirError> {
    let twice = || FhirError::Bundle("two entries are about the same resource".to_owned());
    let mut ids: Vec<Uuid> = aims.iter().map(|aim| aim.id()).collect();
    ids.sort_unstable();
    let conditions = planned.iter().filter_map(|planned| match &planned.goal {
        Goal::Create(condition) => condition.as_ref(),
        Goal::UpdateOf(condition) => Some(condition),
        Goal::Update(..) => None,
    });
    let mut seen: Vec<&Query> = Vec::new();
    for condition in conditions {
        if seen.contains(&condition) {
            return Err(twice());
        }
        seen.push(condition);
    }
    if ids.array_windows().any(|[one, next]| one == next) { Err(twice()) } else { Ok(()) }
}

fn distinct_places(planned: &[&Planned]) -> Vec<usize> {
    let mut places: Vec<usize> = planned.iter().map(|planned| planned.place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// What references become.
struct Names(BTreeMap<String, String>);

impl Names {
    fn new(planned: &[&Planned], aims: &[Aim]) -> Self {
        let mut names = Self(BTreeMap::new());
        for (planned, aim) in planned.iter().zip(aims) {
            names.is(planned, aim.id());
        }
        names
    }

    /// A resource is found under its id: the one that it was given, or one under which the service
    /// knew it before.
    fn is(&mut self, planned: &Planned, id: Uuid) {
        if let Some(full_url) = &planned.full_url {
            self.0.insert(full_url.clone(), format!("{}/{id}", planned.kind));
        }
    }

    /// A resource whose references lead to where they are meant to.
    fn rewritten(
        &self,
        ground: &Ground,
        planned: &Planned,
        resolved: &Resolved,
    ) -> Result<Resource, FhirError> {
        if !has_any(&planned.resource) {
            return Ok(planned.resource.clone());
        }
        let text = planned.resource.to_json()?;
        let changed = rewrite(&text, |reference| {
            let named = self.0.get(reference).or_else(|| resolved.references.get(reference));
            if let Some(named) = named {
                return Ok(Some(named.clone()));
            }
            if reference.starts_with("urn:") || is_conditional(reference) {
                return Err(FhirError::ReferenceUnknown(planned.expression.clone()));
            }
            let here = reference
                .strip_prefix(&*ground.server.base)
                .and_then(|rest| rest.strip_prefix('/'));
            Ok(here.map(plain))
        })?;
        if changed == text {
            return Ok(planned.resource.clone());
        }
        Resource::parse(&changed).map_err(|error| FhirError::Malformed(error.to_string()))
    }
}

/// What may stand in a JSON string as it is.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !['"', '\\'].contains(c)).collect()
}

/// A reference by a condition: `Patient?identifier=…` (3.1.0.11.3).
fn is_conditional(reference: &str) -> bool {
    reference.split_once('?').is_some_and(|(kind, _)| kind.parse::<ResourceType>().is_ok())
}

async fn resolve(
    ground: &Ground,
    tx: &mut Tx<'_>,
    planned: &[&Planned],
) -> Result<Resolved, Fault> {
    let mut by_place: BTreeMap<usize, (Vec<Asker>, Vec<Query>)> = BTreeMap::new();
    let mut ask = |place, asker, query| {
        let (askers, queries) = by_place.entry(place).or_default();
        askers.push(asker);
        queries.push(query);
    };
    for (number, planned) in planned.iter().enumerate() {
        if let Goal::Create(Some(query)) | Goal::UpdateOf(query) = &planned.goal {
            ask(planned.place, Asker::Goal(number), query.clone());
        }
    }
    for (reference, number) in conditional_references(planned)? {
        let Some((name, text)) = reference.split_once('?') else { continue };
        let query = condition(kind(name)?, text)?;
        let (place, _) = ground.keeper(query.kind)?;
        ask(place, Asker::Reference(reference, number), query);
    }
    let mut resolved = Resolved::default();
    for (place, (askers, queries)) in by_place {
        let repository = ground.repository(place)?;
        let found = repository.resolve(&ground.cx, tx, ground.sender, &queries).await?;
        for ((asker, query), found) in askers.into_iter().zip(&queries).zip(found) {
            match (asker, found) {
                (Asker::Goal(number), found) => {
                    resolved.goals.insert(number, found);
                }
                (Asker::Reference(text, _), Match::One(id)) => {
                    resolved.references.insert(text, format!("{}/{id}", query.kind));
                }
                (Asker::Reference(_, number), Match::None | Match::Many) => {
                    let expression = planned.get(number).map(|planned| planned.expression.clone());
                    return Err(FhirError::ReferenceUnknown(expression.unwrap_or_default()).into());
                }
            }
        }
    }
    Ok(resolved)
}

/// Each of them once, with the number of the first resource that has it.
fn conditional_references(planned: &[&Planned]) -> Result<BTreeMap<String, usize>, FhirError> {
    let mut found = BTreeMap::new();
    let all = planned.iter().enumerate();
    for (number, planned) in all.filter(|(_, planned)| has_any(&planned.resource)) {
        rewrite(&planned.resource.to_json()?, |reference| {
            if is_conditional(reference) {
                found.entry(reference.to_owned()).or_insert(number);
            }
            Ok(None)
        })?;
    }
    Ok(found)
}
