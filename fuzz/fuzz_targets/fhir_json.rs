//! Whatever text comes in as FHIR is read or refused, and what is read is written again as it was.

#![no_main]

use chrono::Utc;
use citygate_fhir::{
    Bundle, CodeableConcept, FhirDateTime, ISSUES_MAX, Identifier, Parameters, Quantity, Query,
    Resource, ResourceType, validate,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(resource) = Resource::parse(text) {
        check_resource(&resource);
    }
    if let Ok(bundle) = Bundle::parse(text) {
        bundle.entries.iter().flat_map(|entry| &entry.resource).flatten().for_each(check_resource);
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        if let Ok(parameters) = Parameters::read(&value) {
            let _ = parameters.resource("appointment");
            let _ = parameters.value::<FhirDateTime>("start", "DateTime");
        }
    }
    check_query(text);
    check_date(text);
});

fn check_resource(resource: &Resource) {
    let again = Resource::parse(&resource.to_json().unwrap()).unwrap();
    let members = resource.members().zip(again.members());
    assert_eq!(resource.members().count(), again.members().count());
    for ((name, raw), (name_again, raw_again)) in members {
        assert_eq!((name, raw.get()), (name_again, raw_again.get()));
    }
    let issues = validate(resource);
    assert!(issues.len() <= ISSUES_MAX);
    assert!(issues.iter().all(|issue| issue.expression.starts_with(resource.kind().name())));
    // What the specification allows can be looked at.
    if issues.is_empty() {
        resource.get::<Vec<Identifier>>("identifier").ok().unwrap();
        if resource.kind() == ResourceType::Observation {
            resource.get::<CodeableConcept>("code").ok().unwrap();
        }
    }
    if let Ok(Some(quantity)) = resource.get::<Quantity>("valueQuantity") {
        let text = serde_json::to_string(&quantity).unwrap();
        assert_eq!(serde_json::from_str::<Quantity>(&text).unwrap(), quantity);
    }
}

fn check_query(text: &str) {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let Ok((query, _)) = Query::read(ResourceType::Observation, pairs) else { return };
    for parameter in &query.parameters {
        let _ = (parameter.texts(), parameter.tokens(), parameter.truth());
        parameter.references("https://city.example/fhir/r4", &ResourceType::ALL);
        for date in parameter.dates().unwrap_or_default() {
            let _ = date.window(&Utc);
        }
    }
}

fn check_date(text: &str) {
    let Ok(date) = FhirDateTime::parse_loosely(text) else { return };
    let again = FhirDateTime::parse_loosely(&date.to_string()).unwrap();
    assert_eq!(date, again);
    let (from, to) = date.range(&Utc);
    assert!(from < to);
}
