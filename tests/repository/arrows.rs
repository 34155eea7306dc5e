//! Arrows between crates point down only.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::root;

/// The storeys of the house. A crate may use crates below its own storey, and those of its own
/// storey that [`BESIDE`] names.
const STOREYS: [&[&str]; 6] = [
    &["kernel"],
    &["calendar", "fhir", "hl7v2", "paper", "platform", "sandbox"],
    &["notify", "catalogue", "ledger", "identity"],
    &["certificates", "exchange", "inquiry", "payments", "usage"],
    &["booking", "listings"],
    &[
        "applications",
        "cases",
        "hospital",
        "listed",
        "marriage",
        "provident-fund",
        "results",
        "social-security",
        "traffic",
    ],
];

/// Arrows within a storey.
const BESIDE: [(&str, &str); 2] = [("identity", "notify"), ("identity", "catalogue")];

/// Crates for tests; nothing may ship with them.
const FOR_TESTS: [&str; 1] = ["testkit"];

fn storey(name: &str) -> Option<usize> {
    STOREYS.iter().position(|storey| storey.contains(&name))
}

/// Every crate of the workspace with the workspace crates it ships with.
fn crates() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &Value| name.as_str().unwrap().trim_start_matches("citygate-").to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let ships = package["dependencies"].as_array().unwrap().iter().filter(|dependency| {
                let ours = dependency["name"].as_str().unwrap().starts_with("citygate-");
                ours && dependency["kind"] != "dev"
            });
            (short(&package["name"]), ships.map(|dependency| short(&dependency["name"])).collect())
        })
        .collect()
}

#[test]
fn arrows_point_down() {
    for (name, uses) in crates() {
        if name == "citygate" || FOR_TESTS.contains(&name.as_str()) {
            continue;
        }
        let own = storey(&name).unwrap_or_else(|| panic!("{name} has no storey; give it one"));
        for used in uses {
            assert!(!FOR_TESTS.contains(&used.as_str()), "{name} ships with {used}");
            let other = storey(&used).unwrap();
            let beside = BESIDE.contains(&(name.as_str(), used.as_str()));
            assert!(other < own || beside, "{name} may not use {used}");
        }
    }
}

#[test]
fn services_do_not_know_each_other_and_only_the_binary_knows_them() {
    let services: Vec<String> = std::fs::read_dir(root().join("services"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap().replace('_', "-"))
        .collect();
    assert!(!services.is_empty());
    for (name, uses) in crates() {
        if name != "citygate" {
            let known = uses.iter().find(|used| services.contains(used));
            assert_eq!(known, None, "{name} knows a service");
        }
    }
}
