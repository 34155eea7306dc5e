//! What a service does for its types of resources.

use chrono::{DateTime, Utc};
use citygate_fhir::{Query, Resource, ResourceType};
use citygate_platform::{Cx, db::Tx};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use crate::{Fault, Sender};

/// What can be done with the resources of a type: the CapabilityStatement is made of it.
#[derive(Debug, Clone, Copy)]
pub struct TypeRules {
    /// Which type.
    pub kind: ResourceType,
    /// Whether a hospital's system may write it.
    pub written: bool,
    /// Which versions are kept.
    pub versioning: Versioning,
    /// What it can be searched by.
    pub search: &'static [Search],
    /// Operations of the type or of one resource: `hold`, `book`, `cancel`.
    pub operations: &'static [Operation],
    /// Its profile in words: what has to be there beyond what FHIR demands, and why.
    pub documentation: &'static str,
}

/// Which versions of a resource can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// The present one. It has a number all the same.
    Present,
    /// All of them.
    All,
}

/// A parameter that a type can be searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// `patient`, `date`, `identifier`.
    pub name: &'static str,
    /// `token`, `reference`, `date`, `string`.
    pub kind: &'static str,
    /// What it looks at.
    pub documentation: &'static str,
}

/// An operation of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Without the `$`.
    pub name: &'static str,
    /// Of the type, or of one resource.
    pub scope: Scope,
    /// Whether it changes anything.
    pub writes: bool,
    /// Where it is defined.
    pub definition: &'static str,
}

/// What an operation is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `Appointment/$hold`
    Type,
    /// `Appointment/id/$cancel`
    Instance,
}

/// A resource that is to be written. References to other entries of a bundle are resolved; those of
/// the resource's own id are set by the repository with [`Resource::stamp`].
#[derive(Debug, Clone)]
pub struct Write {
    /// Where it goes.
    pub target: Target,
    /// What it says.
    pub resource: Resource,
}

/// Where a resource goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// It is new, under this id.
    Create {
        /// Chosen by the exchange, version 7.
        id: Uuid,
    },
    /// It is known: a new version.
    Update {
        /// Which one.
        id: Uuid,
        /// The version that it is to replace, if the sender says so (`If-Match`).
        if_match: Option<u32>,
    },
}

impl Target {
    /// The id, known or new.
    pub fn id(self) -> Uuid {
        match self {
            Self::Create { id } | Self::Update { id, .. } => id,
        }
    }
}

/// What became of a resource that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The resource as it stands now, stamped.
    pub stored: Stored,
    /// What was done.
    pub outcome: Outcome,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new: 201.
    Created,
    /// It has a new version: 200.
    Updated,
    /// It was on record already, word for word: 200.
    Unchanged,
    /// It was recorded as a version older than the present one: 200.
    Superseded,
}

/// A version of a resource.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The logical id.
    pub id: Uuid,
    /// Its number, from 1.
    pub version: u32,
    /// When it came to be.
    pub updated: DateTime<Utc>,
    /// What it says, stamped.
    pub resource: Resource,
}

/// A page that is asked for. Results are ordered by id, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only what comes after it.
    pub after: Option<Uuid>,
    /// How many at most, 1 to 100.
    pub count: usize,
}

/// What a search has found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The matches of the page.
    pub matches: Vec<Stored>,
    /// Whether there are more after them.
    pub more: bool,
}

/// How many resources match a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// None.
    None,
    /// Exactly this one.
    One(Uuid),
    /// More than one: the condition is not selective (412).
    Many,
}

/// The resources of some types, kept by a service. A hospital's system reaches its own hospital's;
/// whatever else there is, is not there.
///
/// Reads of personal data by a system write the ledger of accesses in the same transaction.
///
/// What is refused for a reason that has nothing to do with the type is a
/// [`FhirError`](super::FhirError), so that it has the same code for all of them.
pub trait Repository: Send + Sync {
    /// Its types.
    fn types(&self) -> &'static [TypeRules];

    /// Writes resources that belong together: all of them, or none. Called with what one request
    /// has for this repository; whatever is checked is checked before anything is written.
    ///
    /// There is an answer for each, in their order. A resource that is new to the sender and known
    /// to the service (by its number) is answered under the id that it has.
    ///
    /// # Errors
    ///
    /// [`FhirError::IdsAreGiven`](super::FhirError::IdsAreGiven) for an update of what is not there,
    /// [`FhirError::VersionDiffers`](super::FhirError::VersionDiffers),
    /// [`FhirError::ReferenceUnknown`](super::FhirError::ReferenceUnknown), and
    /// [`FhirError::Unprocessable`](super::FhirError::Unprocessable) with every fault.
    /// [`DbError::Overtaken`](citygate_platform::db::DbError::Overtaken) where somebody else has just
    /// created what a condition had not found: all of it is then tried again.
    fn write<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        writes: Vec<Write>,
    ) -> LocalBoxFuture<'a, Result<Vec<Written>, Fault>>;

    /// Which resource each condition means (conditional create, update and reference). Conditions
    /// are by `identifier`; a repository refuses others.
    fn resolve<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        conditions: &'a [Query],
    ) -> LocalBoxFuture<'a, Result<Vec<Match>, Fault>>;

    /// The present version of a resource, or an older one.
    fn read<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (ResourceType, Uuid),
        version: Option<u32>,
    ) -> LocalBoxFuture<'a, Result<Option<Stored>, Fault>>;

    /// The versions of a resource, newest first; `None` where there is no such resource. `before`
    /// is a version's number.
    fn history<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (ResourceType, Uuid),
        before: Option<u32>,
        count: usize,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<Stored>>, Fault>>;

    /// A page of what matches. A parameter that [`TypeRules::search`] does not list does not get
    /// here.
    fn search<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        query: &'a Query,
        page: Page,
    ) -> LocalBoxFuture<'a, Result<Found, Fault>>;

    /// Carries out an operation. `parameters` is the `Parameters` resource as JSON; the answer is
    /// the resource, Bundle or Parameters to send.
    fn operate<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        operation: (ResourceType, &'static str),
        id: Option<Uuid>,
        parameters: &'a serde_json::Value,
    ) -> LocalBoxFuture<'a, Result<serde_json::Value, Fault>>;
}
