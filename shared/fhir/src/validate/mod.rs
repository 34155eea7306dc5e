//! Whether a resource is as FHIR R4 has it: elements, cardinalities, formats, required codes and
//! rules. Profiles, terminologies and where references lead are others' business.

mod narrative;
mod node;
mod place;
mod primitive;
mod rules;
mod structure;
mod tables;
mod walk;

use std::collections::BTreeSet;

use self::{
    node::{Members, Node},
    place::Place,
    walk::Walk,
};
use crate::{IssueType, Resource};

/// Something about a resource that is not as FHIR R4 has it. Values are not repeated: they may be
/// personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where, in the simple FHIRPath of OperationOutcome: `DiagnosticReport.result[0].reference`.
    pub expression: String,
    /// What kind of issue it is.
    pub kind: IssueType,
    /// In words; a rule of the specification begins with its key.
    pub text: String,
}

/// The most issues that are told of one resource.
pub const ISSUES_MAX: usize = 50;

/// How deep a resource may be. The specification's own examples stay below ten.
const DEPTH_MAX: usize = 32;

/// Everything about a resource that is not as FHIR R4 has it, up to [`ISSUES_MAX`].
pub fn validate(resource: &Resource) -> Vec<Issue> {
    let kind = resource.kind();
    let root = Place::root(kind.name());
    let mut walk = Walk::default();
    let mut members = Vec::new();
    for (name, raw) in resource.members() {
        match serde_json::from_str::<Node>(raw.get()) {
            Ok(node) => members.push((name.to_owned(), node)),
            // A number that no machine can hold, or deeper than any resource is.
            Err(_) => walk.tell(
                &Place::member(&root, name, None),
                IssueType::Structure,
                "no JSON that can be read",
            ),
        }
    }
    let members = Members(members);
    walk.contained = contained_ids(&members);
    walk.resource(&members, tables::of(kind), &root, false);
    walk.issues
}

/// What references within the resource may name.
fn contained_ids(members: &Members) -> BTreeSet<String> {
    let ids = members.objects("contained").filter_map(|resource| resource.text("id"));
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
