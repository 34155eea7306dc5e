use serde_json::{Value, json};

use super::*;

fn issues(resource: &Value) -> Vec<(String, IssueType)> {
    let resource = Resource::parse(&resource.to_string()).unwrap();
    validate(&resource).into_iter().map(|issue| (issue.expression, issue.kind)).collect()
}

fn slot() -> Value {
    json!({
        "resourceType": "Slot",
        "schedule": {"reference": "Schedule/1"},
        "status": "free",
        "start": "2026-11-22T10:00:00+08:00",
        "end": "2026-11-22T10:15:00+08:00",
    })
}

fn observation() -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "valueQuantity": {"value": 131.5, "unit": "g/L"},
    })
}

/// What is wrong with a resource in which one member is changed; null takes it away.
fn with(mut resource: Value, member: &str, value: Value) -> Vec<(String, IssueType)> {
    let members = resource.as_object_mut().unwrap();
    if value == Value::Null {
        members.remove(member);
    } else {
        members.insert(member.to_owned(), value);
    }
    issues(&resource)
}

#[test]
fn what_is_as_the_specification_has_it_is_taken() {
    assert_eq!(issues(&slot()), []);
    assert_eq!(issues(&observation()), []);
}

#[test]
fn each_fault_of_an_element_is_told_with_its_place() {
    use IssueType as T;
    for (member, value, place, kind) in [
        ("status", Value::Null, "Slot.status", T::Required),
        ("status", json!("Free"), "Slot.status", T::CodeInvalid),
        ("status", json!(7), "Slot.status", T::CodeInvalid),
        ("status", json!({"code": "free"}), "Slot.status", T::CodeInvalid),
        ("status", json!(["free"]), "Slot.status", T::CodeInvalid),
        ("colour", json!("red"), "Slot.colour", T::Structure),
        ("co lour", json!("red"), "Slot", T::Structure),
        ("_schedule", json!({"id": "a"}), "Slot._schedule", T::Structure),
        ("start", json!("2026-11-22"), "Slot.start", T::Value),
        ("overbooked", json!("true"), "Slot.overbooked", T::Value),
        ("comment", json!(""), "Slot.comment", T::Value),
        ("id", json!("a_b"), "Slot.id", T::Value),
        ("identifier", json!({"value": "1"}), "Slot.identifier", T::Structure),
        ("identifier", json!([]), "Slot.identifier", T::Structure),
        ("identifier", json!([null]), "Slot.identifier[0]", T::Structure),
        ("identifier", json!([{"value": "1"}, {}]), "Slot.identifier[1]", T::Structure),
        ("identifier", json!([{"use": "mine"}]), "Slot.identifier[0].use", T::CodeInvalid),
        (
            "serviceType",
            json!([{"coding": [{"code": " a"}]}]),
            "Slot.serviceType[0].coding[0].code",
            T::Value,
        ),
        ("schedule", json!({"reference": "Slot/1"}), "Slot.schedule.reference", T::Value),
        (
            "schedule",
            json!({"reference": "Slot?identifier=1"}),
            "Slot.schedule.reference",
            T::Value,
        ),
        ("schedule", json!({"type": "Slot"}), "Slot.schedule.type", T::Value),
        ("schedule", json!({"reference": "#1"}), "Slot.schedule.reference", T::Invariant),
        ("implicitRules", json!("urn:rules"), "Slot.implicitRules", T::NotSupported),
        (
            "modifierExtension",
            json!([{"url": "urn:not", "valueBoolean": true}]),
            "Slot.modifierExtension",
            T::Extension,
        ),
        ("extension", json!([{"url": "urn:a"}]), "Slot.extension[0]", T::Invariant),
        ("extension", json!([{"valueCode": "a"}]), "Slot.extension[0].url", T::Required),
        ("text", json!({"status": "generated", "div": "<p/>"}), "Slot.text.div", T::Value),
        ("contained", json!([{"id": "1"}]), "Slot.contained[0].resourceType", T::Required),
    ] {
        assert_eq!(
            with(slot(), member, value.clone()),
            [(place.to_owned(), kind)],
            "{member} {value}"
        );
    }
}

#[test]
fn what_the_specification_allows_is_allowed() {
    for (member, value) in [
        ("schedule", json!({"reference": "https://other.example/Anything/1"})),
        ("schedule", json!({"reference": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"})),
        ("schedule", json!({"identifier": {"system": "urn:a", "value": "1"}})),
        ("_status", json!({"extension": [{"url": "urn:a", "valueCode": "b"}]})),
        ("extension", json!([{"url": "urn:a", "valueMoney": {"value": 1}}])),
        (
            "extension",
            json!([{"url": "urn:a", "extension": [{"url": "b", "valueOid": "urn:oid:1.2"}]}]),
        ),
        (
            "contained",
            json!([{"resourceType": "Medication", "id": "1", "anything": [{"at": "all"}]}]),
        ),
        ("language", json!("zh-CN")),
        ("meta", json!({"profile": ["urn:p"], "tag": [{"code": "t"}]})),
    ] {
        assert_eq!(with(slot(), member, value.clone()), [], "{member} {value}");
    }
}

#[test]
fn a_required_element_may_have_an_extension_instead_of_a_value() {
    let mut slot = slot();
    let absent = json!({"extension": [{"url": "urn:absent", "valueCode": "unknown"}]});
    slot.as_object_mut().unwrap().remove("status");
    assert_eq!(with(slot, "_status", absent), []);
}

#[test]
fn a_list_of_primitives_may_have_gaps_where_its_sibling_has_none() {
    let organization = |alias: Value, extensions: Value| {
        let name = json!({"resourceType": "Organization", "name": "a"});
        let mut organization = name;
        organization["alias"] = alias;
        organization["_alias"] = extensions;
        issues(&organization)
    };
    let extension = json!({"extension": [{"url": "urn:a", "valueCode": "b"}]});
    assert_eq!(organization(json!(["a", null]), json!([null, extension])), []);
    let refused = [IssueType::Structure, IssueType::Value];
    let refused = refused.map(|kind| ("Organization.alias[1]".to_owned(), kind));
    assert_eq!(organization(json!(["a", null]), json!([extension, null])), refused);
}

#[test]
fn a_choice_is_made_once_and_of_its_types() {
    let twice = with(observation(), "valueString", json!("a"));
    assert_eq!(twice, [("Observation.value".to_owned(), IssueType::Structure)]);
    let other = with(observation(), "valueAttachment", json!({}));
    assert_eq!(other, [("Observation.valueAttachment".to_owned(), IssueType::Structure)]);
    let wrong = with(observation(), "effectiveInstant", json!("2026"));
    assert_eq!(wrong, [("Observation.effective".to_owned(), IssueType::Value)]);
    let inner = with(observation(), "valueQuantity", json!({"value": "1"}));
    assert_eq!(inner, [("Observation.value.value".to_owned(), IssueType::Value)]);
}

/// A resource with these members beside others, or instead of them.
fn and(mut resource: Value, members: Value) -> Value {
    resource.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    resource
}

fn appointment(members: Value) -> Value {
    let booked = json!({
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-11-22T10:00:00Z",
        "end": "2026-11-22T10:15:00Z",
        "participant": [{"actor": {"display": "a"}, "status": "accepted"}],
    });
    and(booked, members)
}

fn order(members: Value) -> Value {
    let order = json!({
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"display": "a"},
    });
    and(order, members)
}

fn assert_broken(cases: impl IntoIterator<Item = (&'static str, Value)>) {
    for (key, resource) in cases {
        let resource = Resource::parse(&resource.to_string()).unwrap();
        let told: Vec<_> = validate(&resource).into_iter().map(|issue| issue.text).collect();
        assert_eq!(told.len(), 1, "{key} {told:?}");
        assert!(told[0].starts_with(&format!("{key}: ")), "{key} {told:?}");
    }
}

#[test]
fn rules_of_resources_are_told_by_their_key() {
    let observed = |members| and(observation(), members);
    let organization = |members| and(json!({"resourceType": "Organization"}), members);
    let component = json!({"code": observation()["code"]});
    let contact = json!({"contact": [{"gender": "male"}]});
    assert_broken([
        ("app-1", appointment(json!({"participant": [{"status": "accepted"}]}))),
        ("app-4", appointment(json!({"cancelationReason": {"text": "a"}}))),
        ("obs-3", observed(json!({"referenceRange": [{"type": {"text": "a"}}]}))),
        ("obs-6", observed(json!({"dataAbsentReason": {"text": "a"}}))),
        ("obs-7", observed(json!({"component": [component]}))),
        ("org-1", organization(json!({"active": true}))),
        ("org-2", organization(json!({"name": "a", "address": [{"use": "home"}]}))),
        ("org-3", organization(json!({"name": "a", "telecom": [{"use": "home"}]}))),
        ("pat-1", and(json!({"resourceType": "Patient"}), contact)),
        ("prr-1", order(json!({"orderDetail": [{"text": "a"}]}))),
    ]);
    let mut unplaced = appointment(json!({}));
    unplaced.as_object_mut().unwrap().remove("end");
    assert_eq!(issues(&unplaced).len(), 2, "app-2 and app-3");
}

#[test]
fn rules_of_data_types_are_told_by_their_key() {
    let patient = |members| and(json!({"resourceType": "Patient"}), members);
    let repeat = |repeat: Value| order(json!({"occurrenceTiming": {"repeat": repeat}}));
    let period = |start, end| order(json!({"occurrencePeriod": {"start": start, "end": end}}));
    let gram = json!({"valueQuantity": {"value": 1, "code": "g"}});
    assert_broken([
        ("att-1", patient(json!({"photo": [{"data": "aGk="}]}))),
        ("cpt-2", patient(json!({"telecom": [{"value": "1"}]}))),
        ("ext-1", patient(json!({"extension": [{"url": "urn:a"}]}))),
        ("per-1", period("2026-11-23", "2026-11-22")),
        ("qty-3", and(observation(), gram)),
        ("rat-1", order(json!({"quantityRatio": {"numerator": {"value": 1}}}))),
        ("tim-1", repeat(json!({"duration": 1}))),
        ("tim-2", repeat(json!({"period": 1}))),
        ("tim-6", repeat(json!({"periodMax": 1}))),
        ("tim-7", repeat(json!({"durationMax": 1}))),
        ("tim-8", repeat(json!({"countMax": 1}))),
        ("tim-9", repeat(json!({"offset": 1}))),
        ("tim-10", repeat(json!({"timeOfDay": ["10:00:00"], "when": ["HS"]}))),
    ]);
    for (start, end) in [
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22", "2026-11-22T01:00:00+08:00"),
        ("2026-11-22T10:00:00Z", "2026-11-22T18:00:00+08:00"),
    ] {
        assert_eq!(issues(&period(start, end)), [], "{start} {end}");
    }
}

#[test]
fn what_is_given_twice_is_refused() {
    let text = r#"{"resourceType":"Observation","status":"final","code":{"text":"a","text":"b"}}"#;
    let told = validate(&Resource::parse(text).unwrap());
    assert_eq!(told[0].expression, "Observation.code.text");
    assert_eq!(told.len(), 1);
    let twice = r#"{"resourceType":"Slot","status":"free","status":"busy"}"#;
    assert!(Resource::parse(twice).is_err());
}

#[test]
fn what_is_too_deep_or_too_wrong_ends() {
    let deep = |levels| {
        let (open, close) = (r#"{"url":"a","extension":["#.repeat(levels), "]}".repeat(levels));
        let text = format!(r#"{{"resourceType":"Slot","extension":[{open}{close}]}}"#);
        validate(&Resource::parse(&text).unwrap()).into_iter().map(|issue| issue.text)
    };
    assert!(deep(40).any(|text| text == "deeper than any resource is"));
    assert!(deep(5_000).any(|text| text == "no JSON that can be read"));
    let many: Vec<_> = (0..200).map(|_| json!({})).collect();
    assert_eq!(with(slot(), "identifier", json!(many)).len(), ISSUES_MAX);
}
