//! What is told before anything is begun.

use serde_json::json;

use super::*;
use crate::file::read_file;

/// The example of the documentation, and a condition more that nobody is told of.
fn stall(more: &str) -> Content {
    let page = include_str!("../../../../docs/listings.md");
    let file = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let place = "# What has to be shown.";
    read_file(&file.replace(place, &format!("{more}\n{place}"))).unwrap()
}

const SECRET: &str = r#"
[[eligibility]]
code = "secret"
when = { fact = "fact.goods", is = "other" }
otherwise = { en = "Secret.", zh = "秘密。" }
citation = { title = { en = "A law", zh = "某法" } }
disclosed = false
"#;

fn said(facts: serde_json::Value) -> Said {
    Said { facts: serde_json::from_value(facts).unwrap(), form: None }
}

fn told(content: &Content, facts: serde_json::Value) -> (May, Vec<String>, Vec<String>, i64) {
    let facts = facts_said(content, said(facts)).unwrap();
    let told = precheck(content, &facts).unwrap();
    let reasons = told.reasons.iter().map(|one| one.code.to_string()).collect();
    let open = told.open.iter().map(ToString::to_string).collect();
    (told.may, reasons, open, told.fee_total.minor())
}

#[test]
fn what_is_not_known_is_asked_and_what_is_known_decides() {
    let content = stall("");
    let asks = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (facts, may, reasons, open, total) in [
        (json!({}), May::Open, asks(&[]), asks(&["fact.goods", "fact.powered", "person.age"]), 0),
        (json!({"age": 15}), May::No, asks(&["adult"]), asks(&["fact.goods", "fact.powered"]), 0),
        (json!({"age": 16}), May::Yes, asks(&[]), asks(&["fact.goods", "fact.powered"]), 0),
        (
            json!({"age": 16, "powered": true, "goods": "food"}),
            May::Yes,
            asks(&[]),
            asks(&[]),
            5000,
        ),
        (json!({"age": 16, "powered": false}), May::Yes, asks(&[]), asks(&["fact.goods"]), 0),
    ] {
        assert_eq!(told(&content, facts.clone()), (may, reasons, open, total), "{facts}");
    }
    let facts = facts_said(&content, said(json!({"goods": "other"}))).unwrap();
    let documents = precheck(&content, &facts).unwrap().documents;
    let codes: Vec<_> = documents.iter().map(|(one, _)| one.code.as_str()).collect();
    assert_eq!(codes, ["identity"], "a certificate is for food");
}

#[test]
fn a_condition_that_is_not_told_shows_in_nothing() {
    let content = stall(SECRET);
    for (facts, may) in [
        (json!({"age": 16, "powered": false, "goods": "food"}), May::AtTheCounter),
        (json!({"age": 16, "powered": false, "goods": "other"}), May::Yes),
        (json!({"age": 16, "powered": false}), May::AtTheCounter),
        (json!({"age": 15, "goods": "food"}), May::No),
        (json!({"goods": "food"}), May::Open),
    ] {
        let (found, reasons, _, _) = told(&content, facts.clone());
        assert_eq!(found, may, "{facts}");
        assert!(!reasons.contains(&"secret".to_owned()), "{facts}");
    }
    let mut alone = content;
    alone.documents.clear();
    let (_, _, open, _) = told(&alone, json!({"age": 16, "powered": true}));
    assert!(open.is_empty(), "what only such a condition asks is not asked: {open:?}");
}

#[test]
fn what_is_said_is_what_is_asked() {
    let content = stall("");
    let with_form = |facts: serde_json::Value, form: serde_json::Value| Said {
        form: form.as_object().cloned(),
        ..said(facts)
    };
    for (said, pointers) in [
        (with_form(json!({"age": "16"}), json!({})), vec!["/facts/age"]),
        (
            with_form(json!({"document_type": "library_card"}), json!({})),
            vec!["/facts/document_type"],
        ),
        (
            with_form(json!({"goods": "drinks", "powered": 1}), json!({})),
            vec!["/facts/goods", "/facts/powered"],
        ),
        (with_form(json!({"colour": "red"}), json!({})), vec!["/facts"]),
        (with_form(json!({}), json!({"width_cm": 30})), vec!["/form/width_cm"]),
        (with_form(json!({}), json!({"width": 30})), vec!["/form"]),
        (with_form(json!({"age": 16}), json!({"width_cm": 60.0})), vec![]),
    ] {
        let found = facts_said(&content, said).err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(found, pointers);
    }
    let said = with_form(json!({}), json!({"width_cm": 60.0}));
    let facts = facts_said(&content, said).unwrap();
    assert_eq!(facts.get("form.width_cm"), Some(&FactValue::Integer(60)));
}
