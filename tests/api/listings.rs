//! Listings: submitted by one, published by another, read by everybody.

use chrono::TimeDelta;
use citygate::demo::actors::Reply;
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    listing_things::{Portal, WATER, list},
    support::{Answer, TestApp, refused},
};

async fn read(app: &TestApp, listing: &str, language: &str) -> Answer {
    let path = format!("/v1/listings/{listing}");
    let request = app.anybody().request(Method::GET, &path).header("Accept-Language", language);
    Answer::to(request).await
}

/// The water bill, from another day on, under another name.
fn from(day: &str, name: &str) -> String {
    WATER.replace("2026-01-01", day).replace("en = \"Water bill\"", &format!("en = \"{name}\""))
}

/// Name, version and whether something can be begun.
fn said(answer: &Answer) -> (String, i64, bool) {
    let body = &answer.body;
    (
        body["content"]["name"].as_str().unwrap_or_default().to_owned(),
        body["version"]["number"].as_i64().unwrap_or_default(),
        body["usable"] == true,
    )
}

fn named(name: &str, version: i64, usable: bool) -> (String, i64, bool) {
    (name.to_owned(), version, usable)
}

fn reason() -> Value {
    json!({"reason": {"en": "The register is being moved.", "zh": "系统迁移。"}})
}

#[tokio::test]
async fn what_one_submits_another_publishes_and_everybody_reads() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let submitted = portal.submit("first", WATER).await;
    assert_eq!(submitted.status, 201, "{}", submitted.text);
    let id = submitted.text_at("/listing_id");
    assert_eq!(
        (submitted.body["version"].as_i64(), submitted.text_at("/state")),
        (Some(1), "submitted".to_owned())
    );

    // Nobody outside sees a draft.
    assert_eq!(read(&app, &id, "en").await.problem(), "listings.unknown");
    let version = format!("/v1/listings/{id}/versions/1");
    refused(&app.anybody().get(&version).await.unwrap(), 404, "listings.unknown");

    let publish = format!("/{id}/versions/1/publish");
    let own = portal.author.caller.post(&portal.path(&publish), &json!({})).await.unwrap();
    refused(&own, 409, "listings.own_version");
    for _ in 0..2 {
        let published = portal.review(&publish, &json!({})).await;
        assert_eq!(published.status, 200, "{}", published.text);
        assert_eq!(published.text_at("/state"), "published");
        assert_eq!(published.text_at("/in_force_from"), "2026-11-23");
    }
    let found = read(&app, &id, "en").await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(said(&found), named("Water bill", 1, true));
    assert_eq!(found.header("cache-control"), "public, max-age=60");
    assert_eq!(found.body["agency_name"], "Parking Office");
    assert_eq!(found.body["content"]["engine"]["kind"], "bill");
    assert_eq!(found.body["content"]["engine"]["bill"]["charge"], "Water");
    assert!(
        !found.text.contains("\"subject\""),
        "what its register is called is nobody's business"
    );
    let chinese = read(&app, &id, "zh-CN").await;
    assert_eq!(chinese.body["content"]["name"], "水费缴纳");
    assert_eq!(chinese.body["content"]["channels"][1]["name"], "窗口");

    let versions = app.anybody().get(&format!("/v1/listings/{id}/versions")).await.unwrap();
    assert_eq!(versions.body["items"][0]["number"], 1);
    assert_eq!(versions.body["items"][0]["in_force_from"], "2026-11-23");
    let kept = app.anybody().get(&version).await.unwrap();
    assert_eq!(kept.body["content"], found.body["content"]);
    app.finish().await;
}

#[tokio::test]
async fn an_answer_is_not_sent_again_while_nothing_has_changed() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let id = portal.list(WATER).await;
    let first = read(&app, &id, "en").await;
    let again = |tag: String| {
        let request = app.anybody().request(Method::GET, &format!("/v1/listings/{id}"));
        Answer::to(request.header("If-None-Match", tag))
    };
    let tag = first.header("etag").to_owned();
    assert_eq!(again(tag.clone()).await.status, 304);
    assert_eq!(again(format!("\"other\", W/{tag}")).await.status, 304);
    assert_eq!(again("\"other\"".to_owned()).await.status, 200);
    assert_ne!(read(&app, &id, "zh").await.header("etag"), tag);
    let suspended = portal.review(&format!("/{id}/suspend"), &reason()).await;
    assert_eq!(suspended.status, 200, "{}", suspended.text);
    assert_eq!(again(tag).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_faulty_file_is_refused_by_line_and_leaves_nothing() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let faulty = WATER.replace("amount_minor_max = 500_000", "amount_minor_max = \"much\"");
    let line = 1 + faulty.lines().position(|line| line.starts_with("amount_minor_max")).unwrap();
    let refusal = portal.submit("faulty", &faulty).await;
    refused(&refusal, 422, "listings.file_faulty");
    assert_eq!(refusal.text_at("/errors/0/pointer"), "/file");
    let said = refusal.text_at("/errors/0/detail");
    assert!(said.starts_with(&format!("line {line}, column ")), "{said}");
    for nothing in ["", "x", "item = 1", "\u{0}", "a = \"\\u0000\""] {
        let refusal = portal.submit(&format!("n{}", nothing.len()), nothing).await;
        let expected = if nothing.is_empty() { 400 } else { 422 };
        assert_eq!(refusal.status, expected, "{nothing:?} {}", refusal.text);
    }

    let unknown = WATER.replace("utilities.water_bill", "utilities.rain_bill");
    refused(&portal.submit("unknown", &unknown).await, 422, "listings.item_unknown");

    let path = portal.path("/check");
    let check = async |file: &str| {
        portal.author.caller.post(&path, &json!({ "file": file })).await.unwrap()
    };
    let checked = check(&faulty).await;
    assert_eq!(checked.status, 200, "{}", checked.text);
    assert_eq!(checked.body["faults"][0]["line"], line);
    assert_eq!(checked.text_at("/faults/0/pointer"), "bill.amount_minor_max");
    let good = check(WATER).await;
    assert_eq!(good.body["faults"], json!([]));
    assert_eq!(good.text_at("/content/name"), "Water bill");
    let listed = portal.author.caller.get(&portal.path("")).await.unwrap();
    assert_eq!(listed.body["items"], json!([]), "nothing was kept");
    app.finish().await;
}

#[tokio::test]
async fn a_submission_happens_once_and_the_same_again_changes_nothing() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let first = portal.submit("one", WATER).await;
    let replayed = portal.submit("one", WATER).await;
    assert_eq!((replayed.status, replayed.text), (201, first.text.clone()));
    let id = first.text_at("/listing_id");
    let other = portal.submit("one", &from("2026-01-01", "Water")).await;
    refused(&other, 422, "request.idempotency_key_reused");
    let same = portal.submit("two", WATER).await;
    assert_eq!((same.status, &same.body), (201, &first.body));

    // Given back, the same may be submitted anew, as another version.
    let back = format!("/{id}/versions/1/return");
    let why = json!({"reason": "The charge is not that of the list."});
    let own = portal.author.caller.post(&portal.path(&back), &why).await.unwrap();
    refused(&own, 409, "listings.own_version");
    for _ in 0..2 {
        let returned = portal.review(&back, &why).await;
        assert_eq!((returned.status, returned.text_at("/state")), (200, "returned".to_owned()));
    }
    let publish = portal.review(&format!("/{id}/versions/1/publish"), &json!({})).await;
    refused(&publish, 409, "listings.wrong_state");
    let anew = portal.submit("three", WATER).await;
    assert_eq!((anew.status, anew.body["version"].as_i64()), (201, Some(2)));
    let detail = portal.author.caller.get(&portal.path(&format!("/{id}"))).await.unwrap();
    let states: Vec<_> = [0, 1].map(|n| detail.text_at(&format!("/versions/{n}/state"))).into();
    assert_eq!(states, ["submitted", "returned"]);
    assert_eq!(detail.text_at("/versions/1/reason"), why["reason"].as_str().unwrap());
    let written = portal.path(&format!("/{id}/versions/1"));
    let written = portal.reviewer.caller.get(&written).await.unwrap();
    assert_eq!(written.text_at("/file"), WATER);
    assert_eq!(written.text_at("/content/bill/subject"), "water");
    app.finish().await;
}

#[tokio::test]
async fn a_version_is_in_force_from_its_day_on_and_the_one_before_until_then() {
    let app = TestApp::start().await;
    let mut portal = Portal::new(&app, "water.example").await;
    // Published before its day: everybody reads it, and nobody can use it.
    let (id, _) = portal.publish(&from("2026-11-25", "First")).await;
    assert_eq!(said(&read(&app, &id, "en").await), named("First", 1, false));
    app.later(TimeDelta::days(2));
    portal.at_their_desks(&app).await;
    assert_eq!(said(&read(&app, &id, "en").await), named("First", 1, true));

    // The day begins in Hangzhou, eight hours before it does in Greenwich.
    portal.publish(&from("2026-11-27", "Second")).await;
    app.later(TimeDelta::hours(38));
    assert_eq!(said(&read(&app, &id, "en").await), named("First", 1, true), "23:00 of the 26th");
    app.later(TimeDelta::hours(1));
    assert_eq!(said(&read(&app, &id, "en").await), named("Second", 2, true), "the 27th");

    // What was published yesterday for a day long ago is in force since yesterday, not since then.
    portal.at_their_desks(&app).await;
    let third = from("2026-01-01", "Third").replace(
        "effective_from = \"2026-01-01\"",
        "effective_from = \"2026-01-01\"\neffective_to = \"2026-11-28\"",
    );
    portal.publish(&third).await;
    assert_eq!(said(&read(&app, &id, "en").await), named("Third", 3, true));
    app.later(TimeDelta::days(2));
    assert_eq!(said(&read(&app, &id, "en").await), named("Third", 3, false), "its time is over");
    portal.at_their_desks(&app).await;
    let over = portal.submit("over", &third.replace("Third", "Fourth")).await;
    let publish = portal.review(&format!("/{id}/versions/4/publish"), &json!({})).await;
    assert_eq!(over.status, 201, "{}", over.text);
    refused(&publish, 422, "listings.period_over");

    // Every version stays where it is.
    for (number, name) in [(1, "First"), (2, "Second"), (3, "Third")] {
        let path = format!("/v1/listings/{id}/versions/{number}");
        let kept = app.anybody().get(&path).await.unwrap();
        assert_eq!(kept.text_at("/content/name"), name);
    }
    let versions = format!("/v1/listings/{id}/versions?limit=2");
    let versions = app.anybody().get(&versions).await.unwrap();
    let cursor = versions.text_at("/next_cursor");
    let rest = format!("/v1/listings/{id}/versions?limit=2&cursor={cursor}");
    let rest = app.anybody().get(&rest).await.unwrap();
    assert_eq!(
        (rest.body["items"][0]["number"].as_i64(), rest.text_at("/next_cursor")),
        (Some(1), String::new())
    );
    app.finish().await;
}

#[tokio::test]
async fn nobody_publishes_what_was_overtaken() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let id = portal.submit("one", WATER).await.text_at("/listing_id");
    let (same, number) = portal.publish(&from("2026-01-01", "Water")).await;
    assert_eq!((&same, number), (&id, 2), "one listing for an item");
    let old = portal.review(&format!("/{id}/versions/1/publish"), &json!({})).await;
    refused(&old, 409, "listings.version_overtaken");
    let public = app.anybody().get(&format!("/v1/listings/{id}/versions/1")).await.unwrap();
    refused(&public, 404, "listings.version_unknown");
    let other = WATER.split("[bill]").next().unwrap().to_owned()
        + "[booking]\noffice_kind = \"water_office\"\nhorizon_days = 30\nnotice_hours = 24\n\
           cancel_hours = 24\n";
    refused(&portal.submit("booking", &other).await, 422, "listings.engine_differs");
    app.finish().await;
}

#[tokio::test]
async fn the_public_reads_why_a_listing_is_suspended_and_retired_for_good() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let id = portal.list(WATER).await;
    let act = async |what: &str, body: &Value| portal.review(&format!("/{id}/{what}"), body).await;
    for _ in 0..2 {
        let suspended = act("suspend", &reason()).await;
        assert_eq!((suspended.status, suspended.text_at("/state")), (200, "suspended".to_owned()));
    }
    let found = read(&app, &id, "zh-CN").await;
    assert_eq!(
        (&found.body["state"], &found.body["reason"]),
        (&json!("suspended"), &json!("系统迁移。"))
    );
    assert_eq!(found.body["usable"], false);
    // What was wrong may be put right meanwhile.
    let (_, number) = portal.publish(&from("2026-01-01", "Water")).await;
    assert_eq!(said(&read(&app, &id, "en").await), named("Water", number, false));
    assert_eq!(act("resume", &json!({})).await.status, 200);
    let found = read(&app, &id, "en").await;
    assert_eq!((said(&found), found.body.get("reason")), (named("Water", number, true), None));

    for wrong in
        [json!({}), json!({"reason": {"en": "x"}}), json!({"reason": {"en": "", "zh": "x"}})]
    {
        refused(&act("retire", &wrong).await, 400, "request.invalid_body");
    }
    for _ in 0..2 {
        let retired = act("retire", &reason()).await;
        assert_eq!((retired.status, retired.text_at("/state")), (200, "retired".to_owned()));
    }
    refused(&act("resume", &json!({})).await, 409, "listings.wrong_state");
    refused(&act("suspend", &reason()).await, 409, "listings.wrong_state");
    refused(&portal.submit("again", WATER).await, 409, "listings.wrong_state");
    let found = read(&app, &id, "en").await;
    assert_eq!(found.body["reason"], "The register is being moved.");
    assert_eq!(
        app.anybody().get(&format!("/v1/listings/{id}/versions/1")).await.unwrap().status,
        200
    );
    app.finish().await;
}

#[tokio::test]
async fn an_agency_sees_its_own_listings_alone() {
    let app = TestApp::start().await;
    let water = Portal::new(&app, "water.example").await;
    let parks = Portal::new(&app, "parks.example").await;
    let id = water.list(WATER).await;
    let other = parks.submit("draft", WATER).await.text_at("/listing_id");
    assert_ne!(id, other, "each agency lists the item for itself");
    let editor = &parks.author.caller;
    for path in [format!("/{id}"), format!("/{id}/versions/1")] {
        refused(&editor.get(&parks.path(&path)).await.unwrap(), 404, "listings.unknown");
        refused(&editor.get(&water.path(&path)).await.unwrap(), 404, "request.not_found");
    }
    for path in ["suspend", "retire"] {
        let foreign = editor.post(&parks.path(&format!("/{id}/{path}")), &reason()).await.unwrap();
        refused(&foreign, 404, "listings.unknown");
    }
    let foreign = parks.review(&format!("/{id}/versions/1/publish"), &json!({})).await;
    refused(&foreign, 404, "listings.unknown");
    refused(
        &water.review(&format!("/{id}/versions/2/publish"), &json!({})).await,
        404,
        "listings.version_unknown",
    );
    let clerk = water.staff.clerk.caller.get(&water.path("")).await.unwrap();
    refused(&clerk, 403, "identity.duty_missing");

    let ids = async |portal: &Portal, query: &str| -> Vec<Value> {
        let listed = portal.author.caller.get(&portal.path(query)).await.unwrap();
        assert_eq!(listed.status, 200, "{}", listed.text);
        listed.body["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(ids(&water, "").await, [json!(id)]);
    assert_eq!(ids(&water, "?state=published&limit=1").await, [json!(id)]);
    assert_eq!(ids(&water, "?state=draft").await, [json!(null); 0]);
    assert_eq!(ids(&parks, "?state=draft").await, [json!(other)]);
    for query in ["?state=x", "?limit=0", "?limit=101", "?cursor=x"] {
        let wrong: Reply = editor.get(&parks.path(query)).await.unwrap();
        assert_eq!(wrong.status, 400, "{query}: {}", wrong.text);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_the_law_forbids_to_tell_is_not_in_what_the_public_reads() {
    const HIDDEN: &str = r#"
[[eligibility]]
code = "of_age"
when = { fact = "person.age", at_least = 18 }
otherwise = { en = "Adults only.", zh = "须年满十八周岁。" }
citation = { title = { en = "Civil Code, article 18", zh = "《民法典》第十八条" } }

[[eligibility]]
code = "watched"
when = { not = { fact = "person.document_type", is = "foreign_passport" } }
otherwise = { en = "A secret.", zh = "秘密。" }
citation = { title = { en = "Secret Law", zh = "保密法" } }
disclosed = false

[bill]"#;
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    let file = WATER.replace("\n[bill]", HIDDEN).replace(
        "\n[[legal_basis]]",
        "\n[translations.bo]\nname = \"ཆུ\"\nsummary = \"ཆུ་འབབ།\"\n\n[[legal_basis]]",
    );
    let id = portal.list(&file).await;
    for path in [format!("/v1/listings/{id}"), format!("/v1/listings/{id}/versions/1")] {
        let found = app.anybody().get(&path).await.unwrap();
        let shown = found.body["content"]["eligibility"].as_array().unwrap();
        assert_eq!(shown.len(), 1, "{}", found.text);
        assert_eq!(shown[0]["code"], "of_age");
        assert_eq!(shown[0]["when"], json!({"fact": "person.age", "at_least": 18}));
        assert!(!found.text.contains("ecret"), "{}", found.text);
    }
    let own = portal.path(&format!("/{id}/versions/1"));
    let own = portal.author.caller.get(&own).await.unwrap();
    assert_eq!(own.text_at("/content/eligibility/1/code"), "watched", "its agency reads all of it");

    let tibetan = read(&app, &id, "bo, zh;q=0.5").await;
    let content = &tibetan.body["content"];
    assert_eq!((&content["name"], &content["language"]), (&json!("ཆུ"), &json!("bo")));
    assert_eq!(content["channels"][0]["name"], "手机应用", "the rest is in the other language");
    assert_eq!(content["languages"], json!(["zh-CN", "en", "bo"]));
    app.finish().await;
}

#[tokio::test]
async fn the_database_itself_keeps_versions_as_they_are() {
    let app = TestApp::start().await;
    let portal = Portal::new(&app, "water.example").await;
    portal.list(WATER).await;
    let mut sql = app.sql().await;
    for table in ["versions", "reviews", "events"] {
        for statement in [
            format!("UPDATE listings.{table} SET city = city"),
            format!("DELETE FROM listings.{table}"),
            format!("TRUNCATE listings.{table}"),
        ] {
            let said = sql.fails(&statement).await;
            assert!(said.contains("permission denied"), "{statement}: {said}");
        }
    }
    let of = format!(
        "SELECT e.event || ' ' || e.state AS value FROM listings.events e JOIN listings.listings l \
         ON l.city = e.city AND l.id = e.listing_id WHERE l.agency_id = '{}' ORDER BY e.n",
        portal.agency.uuid()
    );
    assert_eq!(sql.texts(&of).await, ["submit draft", "publish published"]);
    app.finish().await;
}

#[tokio::test]
async fn each_city_begins_on_a_day_of_its_own() {
    let app = TestApp::start().await;
    let shanghai = CityCode::try_from(310_000).unwrap();
    let agency = AgencyId::new(shanghai, &app.clock);
    let bureau = Agency { id: agency, name: Text::new("Water of Shanghai", "上海水务") };
    let db = &app.city().platform.db;
    db.tx("test.add_agency", async |tx| add_agency(tx, &bureau).await).await.unwrap();
    let later = list(&app, agency, &from("2026-11-25", "Water")).await;
    let parking = app.other_agency().await;
    let now = list(&app, parking, &from("2026-11-01", "Water")).await;
    assert_eq!(said(&read(&app, &now, "en").await), named("Water", 1, true));
    let coming = read(&app, &later, "en").await;
    assert_eq!(said(&coming), named("Water", 1, false));
    assert_eq!(
        (&coming.body["city"], &coming.body["version"]["in_force_from"]),
        (&json!("310000"), &json!("2026-11-25"))
    );
    app.later(TimeDelta::days(2));
    assert_eq!(said(&read(&app, &later, "en").await), named("Water", 1, true));
    app.finish().await;
}
