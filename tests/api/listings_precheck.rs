//! What somebody is told before they begin, and what differs between two agencies.

use serde_json::{Value, json};

use crate::{
    listing_things::Portal,
    support::{TestApp, refused},
};

/// The example of the documentation, in force today.
fn stall(changes: &[(&str, &str)]) -> String {
    let page = include_str!("../../docs/listings.md");
    let file = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = file.replace("\"2026-12-01\"", "\"2026-01-01\"");
    changes.iter().fold(file, |file, (text, other)| {
        assert!(file.contains(text), "{text}");
        file.replacen(text, other, 1)
    })
}

fn codes<'a>(body: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    let list = body[list].as_array().unwrap();
    list.iter().map(|one| one[member].as_str().unwrap()).collect()
}

#[tokio::test]
async fn anybody_asks_and_is_asked_back() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "stall.example").await;
    let listing = portal.list(&stall(&[])).await;
    let path = format!("/v1/listings/{listing}/precheck");
    let ask = async |body: Value| app.anybody().post(&path, &body).await.unwrap();

    let open = ask(json!({})).await;
    assert_eq!(open.status, 200, "{}", open.text);
    assert_eq!(open.text_at("/may"), "open");
    let asked = ["/facts/goods", "/facts/powered", "/facts/age"];
    assert_eq!(codes(&open.body, "questions", "pointer"), asked);
    assert_eq!(codes(&open.body, "documents", "code"), ["identity", "health_certificate"]);
    assert_eq!(open.body["documents"][1]["sure"], false);
    assert_eq!(open.minor_at("/fee_total"), 0);

    let facts = json!({"age": 34.0, "powered": true, "goods": "food"});
    let yes = ask(json!({"facts": facts, "form": {"width_cm": 60}})).await;
    assert_eq!(yes.text_at("/may"), "yes", "{}", yes.text);
    assert_eq!(codes(&yes.body, "questions", "pointer"), [""; 0]);
    assert_eq!((yes.minor_at("/fee_total"), yes.minor_at("/fees/0/amount")), (5000, 5000));
    assert!(yes.text_at("/deadline/explanation").contains("20 working days"), "{}", yes.text);
    assert_eq!(yes.text_at("/engine"), "application");
    assert_eq!(yes.body["appeal"]["within_days"], 60);

    let no = ask(json!({"facts": {"age": 15}})).await;
    assert_eq!(
        (no.text_at("/may"), codes(&no.body, "reasons", "code")),
        ("no".into(), vec!["adult"])
    );
    assert_eq!(no.text_at("/reasons/0/citation/title"), "Civil Code, article 18");

    for (body, code, pointer) in [
        (json!({"facts": {"age": "34"}}), "listings.facts_unsuitable", "/facts/age"),
        (json!({"facts": {"colour": "red"}}), "listings.facts_unsuitable", "/facts"),
        (json!({"form": {"width_cm": 1}}), "listings.facts_unsuitable", "/form/width_cm"),
        (json!({"on": "2020-01-01"}), "listings.day_out_of_range", ""),
    ] {
        let answer = ask(body).await;
        refused(&answer, 422, code);
        assert_eq!(answer.text_at("/errors/0/pointer"), pointer, "{}", answer.text);
    }
    let own = app.demo_citizen(0).await.caller.get(&path).await.unwrap();
    assert_eq!((own.status, own.text_at("/may")), (200, "yes".to_owned()), "{}", own.text);
    assert_eq!(app.anybody().get(&path).await.unwrap().status, 401);
    let none = path.replace(&listing, "list_330100_01980000000070000000000000000000");
    refused(&app.anybody().post(&none, &json!({})).await.unwrap(), 404, "listings.unknown");
    app.finish().await;
}

#[tokio::test]
async fn what_the_law_forbids_to_tell_shows_nowhere() {
    let secret = "[[eligibility]]\ncode = \"secret\"\nwhen = { fact = \"person.age\", at_most = 60 }\n\
                  otherwise = { en = \"Too old.\", zh = \"年龄过大。\" }\n\
                  citation = { title = { en = \"A law\", zh = \"某法\" } }\ndisclosed = false\n";
    let with = [("# What has to be shown.", &*format!("{secret}\n# What has to be shown."))];
    let app = TestApp::start().await;
    let here = Portal::new(&app, "here.example").await.list(&stall(&[])).await;
    let there = Portal::new(&app, "there.example").await;
    let water = include_str!("../../services/listed/demo/water_bill.toml");
    let other = there.list(water).await;
    let there = there.list(&stall(&with)).await;

    let path = format!("/v1/listings/{there}/precheck");
    let told = app.anybody().post(&path, &json!({"facts": {"age": 61}})).await.unwrap();
    assert_eq!(told.text_at("/may"), "at_the_counter", "{}", told.text);
    for word in ["secret", "Too old", "A law"] {
        assert!(!told.text.contains(word), "{}", told.text);
    }
    let path = format!("/v1/listings/{here}/difference");
    let same = app.anybody().get(&format!("{path}?with={there}")).await.unwrap();
    assert_eq!((same.status, same.body["differences"].as_array().map(Vec::len)), (200, Some(0)));
    let differ = app.anybody().get(&format!("{path}?with={other}")).await.unwrap();
    refused(&differ, 422, "listings.items_differ");
    assert_eq!(app.anybody().get(&path).await.unwrap().status, 400);
    app.finish().await;
}

#[tokio::test]
async fn two_agencies_are_compared() {
    let app = TestApp::start().await;
    let here = Portal::new(&app, "here.example").await.list(&stall(&[])).await;
    let changes = [("length_days = 20", "length_days = 10"), ("at_least = 16", "at_least = 18")];
    let there = Portal::new(&app, "there.example").await.list(&stall(&changes)).await;
    let path = format!("/v1/listings/{here}/difference?with={there}");
    let found = app.anybody().get(&path).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(codes(&found.body, "differences", "what"), ["eligibility.changed", "time_limit"]);
    assert_eq!(
        (found.text_at("/differences/1/here"), found.text_at("/differences/1/there")),
        ("20 working days".to_owned(), "10 working days".to_owned())
    );
    app.finish().await;
}
