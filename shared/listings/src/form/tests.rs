//! Forms as people fill them.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["name", "agreed"],
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
            "size": {"type": "integer", "minimum": 1, "maximum": 9},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "day": {"type": "string", "format": "date"},
            "note": {"type": "string", "maxLength": 2000},
            "agreed": {"type": "boolean", "const": true},
        },
        "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        "then": {"required": ["size"]},
    })
}

fn faults(form: Value) -> Vec<String> {
    let mut form = form.as_object().unwrap().clone();
    let faults = faults_of_form(&schema(), &mut form);
    faults.into_iter().map(|fault| format!("{}: {}", fault.pointer, fault.expected)).collect()
}

#[test]
fn everything_that_is_wrong_is_told_and_nothing_that_was_sent() {
    let long = "x".repeat(2_001);
    for (more, expected) in [
        (json!({}), vec![]),
        (json!({"size": 5.0}), vec![]),
        (json!({"size": 0}), vec!["/size: a number not smaller than 1"]),
        (json!({"size": 5.5}), vec!["/size: a whole number of at most 16 digits"]),
        (json!({"size": 1e300}), vec!["/size: a whole number of at most 16 digits"]),
        (json!({"size": "secret"}), vec!["/size: what was sent is not of type \"integer\""]),
        (json!({"kind": "c"}), vec!["/kind: one of [\"a\",\"b\"]"]),
        (json!({"kind": "b"}), vec!["/size: something; it is required"]),
        (json!({"kind": "b", "size": 1}), vec![]),
        (json!({"day": "2026-02-30"}), vec!["/day: a text in the form of: date"]),
        (json!({"day": "2026-02-28"}), vec![]),
        (
            json!({"name": "SECRET"}),
            vec!["/name: a text of 5 characters at most", "/name: a text that matches ^[a-z]+$"],
        ),
        (json!({"agreed": false}), vec!["/agreed: true"]),
        (json!({"note": "two\nlines"}), vec![]),
        (json!({"note": "a\u{0}b"}), vec!["/note: a text without control characters"]),
        (json!({"note": long}), vec!["/note: a text of 2000 characters at most"]),
        (
            json!({"note": null}),
            vec!["/note: a text, a whole number, true or false; leave out what is empty"],
        ),
        (
            json!({"note": [[1]]}),
            vec!["/note: a text, a whole number, true or false; leave out what is empty"],
        ),
        (json!({"secret": 1}), vec![": no other fields than agreed, day, kind, name, note, size"]),
    ] {
        let mut form = json!({"name": "wang", "agreed": true});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut found = faults(form);
        found.sort();
        assert_eq!(found, expected, "{more}");
        assert!(!found.join(" ").to_lowercase().contains("secret"), "{more}");
    }
    let mut found = faults(json!({}));
    found.sort();
    assert_eq!(found, ["/agreed: something; it is required", "/name: something; it is required"]);
}

#[test]
fn whole_numbers_are_written_as_such() {
    let mut form =
        json!({"size": 5.0, "name": "wang", "agreed": true}).as_object().unwrap().clone();
    assert_eq!(faults_of_form(&schema(), &mut form), []);
    assert_eq!(form.get("size").map(ToString::to_string), Some("5".to_owned()));
}

#[test]
fn a_form_that_is_not_finished_may_lack_the_rest() {
    let so_far = |form: Value| {
        let mut form = form.as_object().unwrap().clone();
        faults_so_far(&schema(), &mut form).len()
    };
    assert_eq!(so_far(json!({})), 0);
    assert_eq!(so_far(json!({"kind": "b"})), 0);
    assert_eq!(so_far(json!({"size": 10})), 1);
    assert_eq!(so_far(json!({"colour": 10})), 1);
}

#[test]
fn a_pattern_takes_linear_time_and_bounded_memory() {
    let with = |pattern: &str| {
        json!({"type": "object", "additionalProperties": false, "properties": {
            "note": {"type": "string", "maxLength": 2000, "pattern": pattern},
        }})
    };
    let mut form = json!({"note": format!("{}!", "a".repeat(1_999))}).as_object().unwrap().clone();
    let faults = faults_of_form(&with("^(a+)+$"), &mut form);
    assert_eq!(faults.len(), 1);
    for refused in ["(?=a)b", "(a)\\1", "((a{999}){999}){999}", "(a"] {
        assert_ne!(schema_faults(&with(refused)), [], "{refused}");
    }
    assert_eq!(schema_faults(&with("^\\p{Han}{2,10}$")), []);
}

proptest! {
    #[test]
    fn no_form_makes_it_panic(
        name in "\\PC{0,8}",
        number in any::<f64>(),
        whole in any::<i64>(),
        key in "[a-z~/$]{0,6}",
    ) {
        let mut form = Map::new();
        form.insert("name".into(), name.into());
        form.insert("size".into(), json!(number));
        form.insert(key, whole.into());
        let _ = faults_of_form(&schema(), &mut form);
    }
}
