//! The services that have something to say in hospitals' protocols.

use std::{fmt, sync::Arc};

use citygate_fhir::ResourceType;

use crate::{
    fhir::{Repository, TypeRules},
    hl7::Receiver,
};

/// What services give the exchange. Repositories are asked to write in this order: what others
/// refer to comes first.
#[derive(Clone, Default)]
pub struct Registry {
    /// For FHIR. No type is kept by two.
    pub repositories: Vec<Arc<dyn Repository>>,
    /// For HL7 version 2. No message is understood by two.
    pub receivers: Vec<Arc<dyn Receiver>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.types().map(|rules| rules.kind.name()).collect();
        f.debug_struct("Registry").field("types", &kinds).finish_non_exhaustive()
    }
}

impl Registry {
    /// All types that are kept.
    pub(crate) fn types(&self) -> impl Iterator<Item = &'static TypeRules> {
        self.repositories.iter().flat_map(|repository| repository.types())
    }

    /// Who keeps a type: its place in the order, and the rules of the type.
    pub(crate) fn keeper(&self, kind: ResourceType) -> Option<(usize, &'static TypeRules)> {
        let keepers = self.repositories.iter().enumerate();
        let mut all =
            keepers.flat_map(|(n, keeper)| keeper.types().iter().map(move |rules| (n, rules)));
        all.find(|(_, rules)| rules.kind == kind)
    }

    /// A repository by its place.
    pub(crate) fn repository(&self, place: usize) -> Option<&dyn Repository> {
        self.repositories.get(place).map(AsRef::as_ref)
    }
}
