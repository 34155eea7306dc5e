//! Applications under listings: from the form to the delivery, over HTTP.

mod desk;
mod ends;
mod lodging;
mod races;
pub mod things;

use chrono::TimeDelta;
use citygate_calendar::Holiday;
use citygate_catalogue::load_holidays;
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::Text;
use serde_json::{Value, json};

use self::things::{Scene, counted, document, lodge, owed};
use crate::support::{TestApp, pay, refused, wallet};

/// Wang Fang's address.
const WANG: &str = DEMO_CITIZENS[0].0;

#[tokio::test]
async fn an_application_goes_from_the_form_over_the_fee_to_the_delivery() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let lodged = scene.lodged("stall").await;
    let (id, bill) = (lodged.text_at("/id"), lodged.text_at("/fee/bill_id"));
    assert_eq!(lodged.text_at("/state"), "lodged");
    assert_eq!(lodged.body["version"], 1);
    assert_eq!(lodged.minor_at("/fee/amount"), 5_000);
    assert_eq!(lodged.body["deadline"], Value::Null, "nobody looks at it yet");
    refused(&scene.does(&id, "approve", &json!({})).await, 409, "applications.wrong_state");
    let shown = scene.citizen.caller.get(&format!("/v1/bills/{bill}")).await.unwrap();
    assert_eq!(shown.text_at("/subject"), "Street stall");
    let before = wallet(&scene.citizen).await;
    let paid = pay(&scene.citizen, &bill, "pay", &owed(5_000)).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    assert_eq!(scene.state(&id).await, "in_progress", "the bill says so at once");
    app.work().await;

    let running = scene.get(&id).await;
    // Monday 23 November: ten working days end on 7 December, two on 25 November.
    assert_eq!(running.text_at("/deadline/on"), "2026-12-07");
    assert_eq!(
        (&running.body["deadline"]["day"], &running.body["deadline"]["of"]),
        (&json!(0), &json!(10))
    );
    assert!(running.text_at("/deadline/explanation").contains("Licensing Law, article 42"));
    assert_eq!(running.text_at("/steps/0/deadline/on"), "2026-11-25");
    assert_eq!(running.body["steps"][1]["deadline"], Value::Null);

    refused(&scene.does(&id, "approve", &json!({})).await, 409, "applications.steps_open");
    let ask = json!({"step": "ask"});
    refused(&scene.does(&id, "finish-step", &ask).await, 409, "applications.step_out_of_turn");
    let other = json!({"step": "dance"});
    refused(&scene.does(&id, "finish-step", &other).await, 422, "applications.step_unknown");
    scene.finishes(&id).await;
    scene.finishes(&id).await;
    let approved = scene.did(&id, "approve", &json!({})).await;
    let number = approved.text_at("/outcome_no");
    assert!(number.starts_with("330100-20261123-"), "{number}");
    assert_eq!(scene.did(&id, "approve", &json!({})).await.text, approved.text);
    let elsewhere = json!({"how": "electronic"});
    refused(
        &scene.does(&id, "deliver", &elsewhere).await,
        422,
        "applications.delivery_not_offered",
    );
    let tracking = json!({"tracking": "EMS 1"});
    assert_eq!(scene.did(&id, "deliver", &tracking).await.text_at("/state"), "delivered");
    scene.did(&id, "deliver", &json!({})).await;

    let done = scene.get(&id).await;
    assert_eq!(done.text_at("/outcome/number"), number);
    assert_eq!(done.text_at("/outcome/valid_until"), "2027-02-22");
    assert_eq!(done.body["outcome"]["in_time"], true);
    assert_eq!(
        (done.text_at("/delivered/how"), done.text_at("/delivered/tracking")),
        ("post".into(), "EMS 1".into())
    );
    let history: Vec<&str> = done.body["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(history, ["lodge", "pay", "finish", "finish", "approve", "deliver"]);
    assert_eq!(before - wallet(&scene.citizen).await, 5_000);
    app.work().await;
    for letter in ["waits for its fee", "is in progress", "was decided", "is delivered"] {
        assert_eq!(app.letters(WANG, letter), 1, "{letter}");
    }
    for (measure, times) in [("used", 1), ("in_time", 1), ("late", 0), ("refused", 0)] {
        assert_eq!(counted(&app, measure).await, times, "{measure}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_names_the_reason_the_law_and_the_way_to_appeal() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let id = scene.paid(&app, "stall").await;
    let unknown = json!({"reason": "bad_mood"});
    refused(&scene.does(&id, "refuse", &unknown).await, 422, "applications.reason_unknown");
    let refusal = json!({"reason": "street_full", "note": "Until March."});
    let reply = scene.did(&id, "refuse", &refusal).await;
    assert_eq!(
        (reply.text_at("/state"), &reply.body["outcome_no"]),
        ("refused".into(), &Value::Null)
    );
    assert_eq!(scene.did(&id, "refuse", &refusal).await.text, reply.text);
    refused(&scene.does(&id, "approve", &json!({})).await, 409, "applications.wrong_state");
    let read = scene.get(&id).await;
    assert_eq!(read.body["outcome"]["granted"], false);
    for (at, expected) in [
        ("reason", "street_full"),
        ("text", "All places are taken."),
        ("remedy", "Apply for another street."),
        ("citation", "Market Law, article 2"),
        ("note", "Until March."),
        ("appeal/route", "Administrative reconsideration"),
        // Sixty days, in calendar days.
        ("appeal/until", "2027-01-22"),
    ] {
        assert_eq!(read.text_at(&format!("/outcome/refusal/{at}")), expected, "{at}");
    }
    refused(&scene.posts(&id, "withdraw", &json!({})).await, 409, "applications.wrong_state");
    assert_eq!((counted(&app, "refused").await, counted(&app, "in_time").await), (1, 1));
    app.finish().await;
}

#[tokio::test]
async fn the_clock_stands_still_while_a_supplement_is_asked() {
    let app = TestApp::start().await;
    let mut scene = Scene::new(&app).await;
    let id = scene.paid(&app, "stall").await;
    scene.later(&app, TimeDelta::days(1)).await;
    for wrong in [
        json!({"text": "?", "documents": ["card"]}),
        json!({"text": "?", "documents": ["passport"]}),
        json!({"text": "?", "fields": ["colour"]}),
    ] {
        let reply = scene.does(&id, "ask-supplement", &wrong).await;
        refused(&reply, 422, "applications.not_asked_for");
    }
    let ask = json!({"text": "Too dark. 过暗。", "documents": ["photo"], "fields": ["street"]});
    let asked = scene.did(&id, "ask-supplement", &ask).await;
    assert_eq!(scene.did(&id, "ask-supplement", &ask).await.text, asked.text);
    let otherwise = json!({"text": "More."});
    refused(&scene.does(&id, "ask-supplement", &otherwise).await, 409, "applications.wrong_state");
    let waiting = scene.get(&id).await;
    assert_eq!(waiting.text_at("/state"), "supplement_asked");
    assert_eq!(waiting.text_at("/asked/text"), "Too dark. 过暗。");
    assert_eq!(waiting.text_at("/asked/documents/0/name"), "Photograph");
    assert_eq!(waiting.text_at("/asked/fields/0/name"), "Street");
    // Five working days from Tuesday.
    assert_eq!(waiting.text_at("/asked/deadline/on"), "2026-12-01");
    let step = json!({"step": "look"});
    refused(&scene.does(&id, "finish-step", &step).await, 409, "applications.wrong_state");

    // Friday: Wednesday to Friday do not count.
    scene.later(&app, TimeDelta::days(3)).await;
    let nothing = scene.posts(&id, "supplement", &json!({})).await;
    refused(&nothing, 422, "applications.document_missing");
    let strange = json!({"documents": [document("photo"), document("card")]});
    refused(&scene.posts(&id, "supplement", &strange).await, 422, "applications.document_unknown");
    let form = |power: bool| json!({"street": "East Road", "goods": "flowers", "power": power});
    let dearer = json!({"form": form(true), "documents": [document("photo")]});
    refused(&scene.posts(&id, "supplement", &dearer).await, 422, "applications.fee_differs");
    let faulty = json!({"form": {"street": "E"}, "documents": [document("photo")]});
    refused(&scene.posts(&id, "supplement", &faulty).await, 422, "applications.form_faulty");
    let body = json!({"form": form(false), "documents": [document("photo")], "note": "Here."});
    let supplied = scene.posts(&id, "supplement", &body).await;
    assert_eq!(
        (supplied.status, supplied.text_at("/state").as_str()),
        (200, "in_progress"),
        "{}",
        supplied.text
    );
    assert_eq!(scene.posts(&id, "supplement", &body).await.text, supplied.text);
    // 24, and from 30 November on nine more: 10 December; the first step has one day left.
    assert_eq!(supplied.text_at("/deadline/on"), "2026-12-10");
    assert_eq!(supplied.body["deadline"]["day"], 1);
    assert!(supplied.text_at("/deadline/explanation").contains("leaves out 3 working days"));
    assert_eq!(supplied.text_at("/steps/0/deadline/on"), "2026-11-30");
    assert_eq!(supplied.text_at("/form/street"), "East Road");
    assert_eq!(supplied.body["documents"].as_array().unwrap().len(), 2);
    assert_eq!(counted(&app, "supplemented").await, 1);

    // On the day after the last one it is late.
    scene.later(&app, TimeDelta::days(14)).await;
    assert_eq!(scene.get(&id).await.body["overdue"], true);
    scene.finishes(&id).await;
    scene.did(&id, "approve", &json!({})).await;
    assert_eq!(scene.get(&id).await.body["outcome"]["in_time"], false);
    assert_eq!((counted(&app, "late").await, counted(&app, "in_time").await), (1, 0));
    app.finish().await;
}

#[tokio::test]
async fn what_costs_nothing_begins_at_once_and_what_is_electronic_is_there_at_once() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let body = json!({
        "listing_id": scene.free, "form": {"copies": 2.0}, "delivery": "electronic",
    });
    let lodged = lodge(&scene.citizen, "free", &body).await;
    assert_eq!(
        (lodged.status, lodged.text_at("/state").as_str()),
        (201, "in_progress"),
        "{}",
        lodged.text
    );
    assert_eq!((&lodged.body["fee"], &lodged.body["deadline"]), (&Value::Null, &Value::Null));
    assert_eq!(lodged.text_at("/steps/0/deadline/on"), "2026-11-26");
    assert_eq!(lodged.body["form"]["copies"], 2);
    let id = lodged.text_at("/id");
    scene.did(&id, "finish-step", &json!({"step": "look"})).await;
    assert_eq!(scene.did(&id, "approve", &json!({})).await.text_at("/state"), "delivered");
    assert_eq!(scene.get(&id).await.text_at("/delivered/how"), "electronic");
    app.finish().await;
}

#[tokio::test]
async fn days_off_that_are_announced_give_both_sides_more_time() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (runs, waits) = (scene.paid(&app, "runs").await, scene.paid(&app, "waits").await);
    scene.did(&waits, "ask-supplement", &json!({"text": "More."})).await;
    let name = Text::new("Day of the Stall", "摊点日");
    let day = |on: &str| Holiday { on: on.parse().unwrap(), working: false, name: name.clone() };
    let days = [day("2026-11-24"), day("2026-11-25")];
    let db = &app.city().platform.db;
    db.tx("test.load", async |tx| load_holidays(tx, &days).await).await.unwrap();
    let act_by = async || {
        let days = "SELECT (act_by AT TIME ZONE 'UTC')::date::text AS value \
             FROM applications.applications ORDER BY act_by";
        app.sql().await.texts(days).await
    };
    let before = act_by().await;
    app.work().await;
    // Two working days of the first step, five to supply what is missing; a day ends at 16:00 UTC.
    assert_eq!(before, ["2026-11-25", "2026-11-30"]);
    assert_eq!(act_by().await, ["2026-11-27", "2026-12-02"]);
    assert_eq!(scene.get(&runs).await.text_at("/deadline/on"), "2026-12-09");
    assert_eq!(scene.get(&waits).await.text_at("/asked/deadline/on"), "2026-12-02");
    app.finish().await;
}
