//! The specification's own examples, as it publishes them: FHIR R4 4.0.1, package
//! hl7.fhir.r4.examples (CC0).

#![cfg(test)]

use std::{collections::BTreeSet, fs, path::Path};

use citygate_fhir::{IssueType, Resource, ResourceType, validate};

/// Examples that break the specification, and where.
const REFUSED: &[(&str, &str, IssueType)] = &[
    // Performers are people and organizations (R4, Observation.performer), and it names an
    // Encounter.
    ("Observation-clinical-gender.json", "Observation.performer[0].reference", IssueType::Value),
];

fn examples() -> Vec<(String, Resource)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    let example = |file: fs::DirEntry| {
        let text = fs::read_to_string(file.path()).unwrap();
        (file.file_name().into_string().unwrap(), Resource::parse(&text).unwrap())
    };
    fs::read_dir(folder).unwrap().map(|file| example(file.unwrap())).collect()
}

#[test]
fn the_specifications_examples_are_taken_or_refused_for_what_it_says() {
    for (name, resource) in examples() {
        let told: Vec<_> =
            validate(&resource).into_iter().map(|issue| (issue.expression, issue.kind)).collect();
        let refused = REFUSED.iter().filter(|(file, ..)| *file == name);
        let known: Vec<_> = refused.map(|(_, place, kind)| ((*place).to_owned(), *kind)).collect();
        assert_eq!(told, known, "{name}");
    }
}

#[test]
fn there_are_examples_of_every_type() {
    let kinds: BTreeSet<_> = examples().iter().map(|(_, resource)| resource.kind()).collect();
    assert_eq!(kinds, BTreeSet::from(ResourceType::ALL));
}

#[test]
fn an_example_that_is_written_again_says_the_same() {
    for (name, resource) in examples() {
        let again = Resource::parse(&resource.to_json().unwrap()).unwrap();
        assert!(resource.members().map(text).eq(again.members().map(text)), "{name}");
    }
}

fn text<'a>((name, raw): (&'a str, &'a serde_json::value::RawValue)) -> (&'a str, &'a str) {
    (name, raw.get())
}
