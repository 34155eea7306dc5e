//! The ledger of accesses: whoever touches somebody's data leaves an entry that the person reads.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply, System};
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use crate::support::{TestApp, refused};

const LOOKUP: &str = "/v1/partner/people/lookup";
/// Of the demo citizen 0, and of somebody whom nobody has ever named.
const KNOWN: &str = DEMO_CITIZENS[0].2;
const UNKNOWN: &str = "440524188001010014";

async fn clerk(app: &TestApp) -> System {
    let mut clerk = app.system(&["people:read", "payments.bills:write"]).await;
    app.authenticate(&mut clerk).await;
    clerk
}

fn question(number: &str, legal_basis: &str) -> Value {
    json!({
        "document": {"type": "resident_id", "number": number},
        "purpose": "case.handling", "legal_basis": legal_basis, "case": "2026-0815",
    })
}

async fn look_up(system: &System, number: &str, legal_basis: &str) -> Reply {
    system.caller.post(LOOKUP, &question(number, legal_basis)).await.unwrap()
}

/// The entries that a citizen reads.
async fn entries(citizen: &CitizenApp, query: &str) -> Vec<Value> {
    let reply = citizen.caller.get(&format!("/v1/me/accesses{query}")).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_clerks_look_up_stands_in_the_citizens_ledger() {
    let app = TestApp::start().await;
    let (clerk, citizen) = (clerk(&app).await, app.demo_citizen(0).await);
    let before = entries(&citizen, "").await.len();
    app.later(TimeDelta::seconds(1));
    let found = look_up(&clerk, KNOWN, "pipl-13-3").await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.text_at("/name"), "王*");
    assert_eq!(found.text_at("/document_number"), "3301**********0021");
    assert!(found.text_at("/person_id").starts_with("pers_"));
    assert!(!found.text.contains(KNOWN) && !found.text.contains(DEMO_CITIZENS[0].1));

    let seen = entries(&citizen, "").await;
    assert_eq!(seen.len(), before + 1);
    let newest = &seen[0];
    assert_eq!((&newest["by"], &newest["case"]), (&json!("system"), &json!("2026-0815")));
    assert_eq!(newest["agency"]["name"], "Hangzhou Traffic Police");
    assert_eq!(newest["system"], "test");
    assert_eq!(newest["action"]["code"], "looked_up");
    assert_eq!(newest["data"]["code"], "real_name_masked");
    assert_eq!(newest["purpose"], json!({"code": "case.handling", "text": "To handle a case"}));
    assert_eq!(newest["legal_basis"]["code"], "pipl-13-3");
    assert!(newest["request_id"].as_str().is_some_and(|id| id.starts_with("req_")));
    let other = app.demo_citizen(1).await;
    assert!(entries(&other, "").await.iter().all(|entry| entry["case"] != "2026-0815"));
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_named_reads_by_whom_and_why() {
    let app = TestApp::start().await;
    let (police, citizen) = (app.police().await, app.demo_citizen(0).await);
    let before = entries(&citizen, "").await.len();
    app.later(TimeDelta::seconds(1));
    app.fine(&police, "3301060000000200", KNOWN, 20_000).await;
    app.later(TimeDelta::seconds(1));
    app.issue(&police, &app.bill("W-1", KNOWN, 1_000)).await;
    let seen = entries(&citizen, "").await;
    assert_eq!(seen.len(), before + 2);
    let said = |entry: &Value| -> Vec<String> {
        ["/purpose/code", "/legal_basis/code", "/case", "/action/code", "/agency/name"]
            .map(|at| entry.pointer(at).unwrap().as_str().unwrap().to_owned())
            .to_vec()
    };
    let agency = "Hangzhou Traffic Police";
    assert_eq!(said(&seen[0]), ["payments.bill", "pipl-13-3", "W-1", "named", agency]);
    assert_eq!(
        said(&seen[1]),
        ["traffic.decision", "rtsl-107", "3301060000000200", "named", agency]
    );
    let chinese = citizen.caller.request(reqwest::Method::GET, "/v1/me/accesses?limit=1");
    let chinese = chinese.header("Accept-Language", "zh-CN").send().await.unwrap();
    let chinese: Value = serde_json::from_str(&chinese.text().await.unwrap()).unwrap();
    assert_eq!(chinese["items"][0]["purpose"]["text"], "开具账单");
    app.finish().await;
}

#[tokio::test]
async fn every_person_of_a_batch_gets_an_entry_and_a_refused_one_leaves_none() {
    let app = TestApp::start().await;
    let (police, citizen) = (app.police().await, app.demo_citizen(0).await);
    let mut sql = app.sql().await;
    let before = sql.count("identity.access_entries").await;
    let bills: Vec<Value> = (0..50).map(|n| app.bill(&format!("B-{n}"), KNOWN, 100 + n)).collect();
    let body = json!({"bills": bills});
    let issued = police.caller.post_once("/v1/issued-bills/batches", "k", &body).await.unwrap();
    assert_eq!(issued.status, 200, "{}", issued.text);
    assert_eq!(sql.count("identity.access_entries").await, before + 50);
    let cases = entries(&citizen, "?limit=100").await;
    let cases = cases.iter().filter(|e| e["case"].as_str().is_some_and(|c| c.starts_with("B-")));
    assert_eq!(cases.count(), 50);
    // A decision that is refused names nobody.
    let path = "/v1/traffic/decisions/3301060000000777";
    let too_high = app.decision(UNKNOWN, 99_999_900);
    assert_eq!(police.caller.put(path, &too_high).await.unwrap().status, 422);
    assert_eq!(sql.count("identity.access_entries").await, before + 50);
    assert_eq!(sql.count("identity.people").await, 2);
    app.finish().await;
}

#[tokio::test]
async fn who_may_not_be_seen_is_as_absent_as_who_does_not_exist() {
    let app = TestApp::start().await;
    let clerk = clerk(&app).await;
    let named = app.real_name("chen@citygate.example", "陈静", "11010519491231002X").await;
    // A contract finds only whom the agency has named before.
    let hidden = look_up(&clerk, "11010519491231002X", "pipl-13-2").await;
    let unknown = look_up(&clerk, UNKNOWN, "pipl-13-2").await;
    refused(&hidden, 404, "identity.person_unknown");
    refused(&unknown, 404, "identity.person_unknown");
    let without_id = |reply: &Reply| {
        let mut body = reply.body.clone();
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(without_id(&hidden), without_id(&unknown));
    assert!(entries(&named, "").await.iter().all(|entry| entry["by"] == "person"));
    app.issue(&clerk, &app.bill("1", "11010519491231002X", 100)).await;
    assert_eq!(look_up(&clerk, "11010519491231002X", "pipl-13-2").await.status, 200);
    for (purpose, basis) in [("nonsense", "pipl-13-3"), ("case.handling", "nonsense")] {
        let mut body = question(KNOWN, basis);
        body["purpose"] = json!(purpose);
        let reply = clerk.caller.post(LOOKUP, &body).await.unwrap();
        refused(&reply, 422, "identity.reason_unknown");
    }
    app.finish().await;
}

/// Valid numbers of people who do not exist.
fn strangers(count: usize) -> Vec<String> {
    let numbers = (0..count).map(|n| {
        let checks = "0123456789X".chars().map(|check| format!("33010619900307{n:03}{check}"));
        let mut valid =
            checks.filter(|number| number.parse::<citygate_identity::ResidentIdNumber>().is_ok());
        valid.next().unwrap()
    });
    numbers.filter(|number| DEMO_CITIZENS.iter().all(|(_, _, demo)| demo != number)).collect()
}

#[tokio::test]
async fn a_client_looks_for_fifty_people_an_hour_found_or_not() {
    let app = TestApp::start().await;
    let mut clerk = clerk(&app).await;
    let strangers = strangers(60);
    for number in &strangers[..49] {
        refused(&look_up(&clerk, number, "pipl-13-3").await, 404, "identity.person_unknown");
    }
    assert_eq!(look_up(&clerk, KNOWN, "pipl-13-3").await.status, 200);
    let refused_now = look_up(&clerk, &strangers[50], "pipl-13-3").await;
    refused(&refused_now, 429, "identity.too_many_lookups");
    refused(
        &look_up(&clerk, DEMO_CITIZENS[1].2, "pipl-13-3").await,
        429,
        "identity.too_many_lookups",
    );
    // Whom it has looked for before it may look for again; and nobody else is hindered.
    assert_eq!(look_up(&clerk, KNOWN, "pipl-13-3").await.status, 200);
    let other = self::clerk(&app).await;
    assert_eq!(look_up(&other, DEMO_CITIZENS[1].2, "pipl-13-3").await.status, 200);
    app.later(TimeDelta::hours(1));
    app.authenticate(&mut clerk).await;
    assert_eq!(look_up(&clerk, DEMO_CITIZENS[1].2, "pipl-13-3").await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn many_look_ups_at_once_are_counted_one_by_one() {
    let app = TestApp::start().await;
    let clerk = clerk(&app).await;
    let strangers = strangers(60);
    let asked = strangers.iter().map(|number| look_up(&clerk, number, "pipl-13-3"));
    let replies = futures_util::future::join_all(asked).await;
    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(404), count(429)), (50, strangers.len() - 50));
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_noted_does_not_happen() {
    let app = TestApp::start().await;
    let (clerk, police) = (clerk(&app).await, app.police().await);
    let mut sql = app.sql().await;
    sql.run("DELETE FROM identity.access_purposes").await;
    let reply = look_up(&clerk, KNOWN, "pipl-13-3").await;
    refused(&reply, 422, "identity.reason_unknown");
    let path = "/v1/traffic/decisions/3301060000000201";
    let fine = police.caller.put(path, &app.decision(UNKNOWN, 20_000)).await.unwrap();
    assert!(fine.status >= 400, "{}", fine.text);
    assert_eq!(sql.count("identity.people").await, 2, "nobody was noted");
    assert_eq!(sql.count("traffic.decisions WHERE decision_no = '3301060000000201'").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn entries_are_listed_newest_first_page_by_page_and_stay_as_they_are() {
    let app = TestApp::start().await;
    let (police, citizen) = (app.police().await, app.demo_citizen(0).await);
    for n in 0..5 {
        app.later(TimeDelta::seconds(1));
        app.issue(&police, &app.bill(&format!("P-{n}"), KNOWN, 100)).await;
    }
    let all = entries(&citizen, "?limit=100").await;
    let cases: Vec<_> = all.iter().take(5).map(|entry| entry["case"].clone()).collect();
    assert_eq!(cases, ["P-4", "P-3", "P-2", "P-1", "P-0"]);
    let mut paged = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = citizen.caller.get(&format!("/v1/me/accesses{query}")).await.unwrap();
        paged.extend(page.body["items"].as_array().unwrap().clone());
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(paged, all);
    let mut sql = app.sql().await;
    for change in
        ["UPDATE identity.access_entries SET case_ref = 'x'", "DELETE FROM identity.access_entries"]
    {
        assert!(sql.fails(change).await.contains("permission denied"), "{change}");
    }
    app.finish().await;
}
