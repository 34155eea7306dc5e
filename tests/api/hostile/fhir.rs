//! The same for what hospitals' systems send. Every message that is refused leaves a line that says so
//! (`exchange.refusals`), and nothing of what it said; else nothing changes.

use citygate_identity::DEMO_CITIZENS;
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::{Value, json};

use super::{Scene, oddities, pointers, rubbish, wrong_values};
use crate::{
    document::{Operation, operations},
    support::Answer,
};

fn with_resources() -> Vec<Operation> {
    let found: Vec<_> = operations().into_iter().filter(Operation::takes_fhir).collect();
    assert!(found.len() >= 6, "the document lists the operations that take resources");
    found
}

/// What an operation of FHIR takes.
pub fn right_body(scene: &Scene, operation: &Operation) -> Value {
    scene.bodies.get(&*operation.id).cloned().unwrap_or_else(|| json!({}))
}

/// The codes of a resource that cannot be read, or is not as FHIR has it.
const UNREADABLE: [&str; 3] =
    ["exchange.fhir_malformed", "exchange.fhir_invalid", "exchange.fhir_bundle"];

/// The lines about refusals are there, and say nothing of anybody.
async fn refusals_alone_have_come(mut scene: Scene) {
    scene.before.remove("exchange.refusals").expect("that table");
    let lines = scene.app.sql().await.dump().await.remove("exchange.refusals").unwrap();
    for (_, name, number) in DEMO_CITIZENS {
        assert!(!lines.contains(name) && !lines.contains(number));
    }
    scene.nothing_has_changed().await;
}

#[track_caller]
fn unreadable(operation: &Operation, answer: &Answer, shown: &str) {
    let code = answer.problem();
    let refused = answer.status == 400 && UNREADABLE.contains(&&*code);
    assert!(refused, "{} {shown}: {} {}", operation.id, answer.status, answer.text);
}

#[tokio::test]
async fn what_is_no_resource_is_refused_as_fhir_says() {
    let scene = Scene::set().await;
    for operation in with_resources() {
        for body in rubbish() {
            // Without a body an operation has no parameters.
            if body.is_empty() && operation.id.ends_with("_operation") {
                continue;
            }
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            unreadable(&operation, &scene.send(&operation, body).await, &shown);
        }
        for body in oddities() {
            let shown: String = body.to_string().chars().take(40).collect();
            unreadable(&operation, &scene.send(&operation, body.to_string()).await, &shown);
        }
    }
    refusals_alone_have_come(scene).await;
}

#[tokio::test]
async fn what_is_no_message_of_hl7_is_rejected() {
    let scene = Scene::set().await;
    let all = operations();
    let message = all.iter().find(|one| one.id == "exchange_hl7v2_message").unwrap();
    for body in rubbish().into_iter().chain([b"MSH".into(), b"MSH|^~\\&|\r".into()]) {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = scene.send(message, body).await;
        assert_eq!(answer.status, 200, "{shown}: {}", answer.text);
        assert!(answer.text.contains("\rMSA|AR|"), "{shown}: {}", answer.text);
    }
    refusals_alone_have_come(scene).await;
}

/// What is not wrong there: long words are words, and quantities are of any size. What nobody refers
/// to may have any name or none, and what has no entries does nothing.
fn is_right(pointer: &str, value: &Value) -> bool {
    let quantity = ["/valueQuantity/value", "/low/value", "/high/value"];
    let unnamed = ["/entry/0/fullUrl", "/entry/2/fullUrl"];
    match value {
        Value::String(text) if text.len() > 1_000 => true,
        Value::Number(_) => quantity.iter().any(|end| pointer.ends_with(end)),
        Value::String(_) | Value::Null => unnamed.contains(&pointer),
        Value::Array(elements) => elements.is_empty() && pointer == "/entry",
        Value::Bool(_) | Value::Object(_) => false,
    }
}

#[tokio::test]
async fn a_wrong_value_anywhere_in_a_bundle_is_refused() {
    let scene = Scene::set().await;
    let all = operations();
    let bundle = all.iter().find(|one| one.id == "exchange_fhir_bundle").unwrap();
    let right = right_body(&scene, bundle);
    let (mut accepted, mut sent) = (Vec::new(), 0);
    for pointer in pointers(&right) {
        for wrong in wrong_values().iter().filter(|wrong| !is_right(&pointer, wrong)) {
            let mut body = right.clone();
            *body.pointer_mut(&pointer).unwrap() = wrong.clone();
            let shown: String = wrong.to_string().chars().take(40).collect();
            // Another message each time.
            sent += 1;
            let key = HeaderName::from_static("idempotency-key");
            let key = HeaderMap::from_iter([(key, sent.to_string().parse().unwrap())]);
            let request = bundle.request(scene.caller(bundle), &scene.paths).headers(key);
            let answer = Answer::to(request.json(&body)).await;
            if (400..500).contains(&answer.status) {
                answer.problem();
            } else {
                accepted.push(format!("{pointer} {shown}: {} {:.200}", answer.status, answer.text));
            }
        }
    }
    assert!(accepted.is_empty(), "{}", accepted.join("\n"));
    assert!(sent > 500, "{sent}");
    refusals_alone_have_come(scene).await;
}
