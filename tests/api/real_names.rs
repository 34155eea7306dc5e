//! Real names: who an account belongs to, and that nobody can read it out of the database.

use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use serde_json::json;

use crate::support::{TestApp, refused};

const NAME: &str = "陈静";
const NUMBER: &str = "11010519491231002X";

async fn name(citizen: &CitizenApp, name: &str, id_number: &str) -> Reply {
    let body = json!({"name": name, "id_number": id_number});
    citizen.caller.put("/v1/me/real-name", &body).await.unwrap()
}

#[tokio::test]
async fn a_number_with_a_wrong_check_character_is_refused_and_nothing_is_written() {
    let app = TestApp::start().await;
    let citizen = app.citizen("chen@citygate.example").await;
    let before = app.sql().await.dump().await;
    for number in ["110105194912310021", "110105194913310029", "11010519491231002", ""] {
        let reply = name(&citizen, NAME, number).await;
        refused(&reply, 400, "request.invalid_body");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/id_number");
        assert!(number.is_empty() || !reply.text.contains(number), "{}", reply.text);
    }
    for wrong in ["", " ", "a\u{7}b", &"名".repeat(65)] {
        let reply = name(&citizen, wrong, NUMBER).await;
        refused(&reply, 400, "request.invalid_body");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/name");
    }
    assert_eq!(app.sql().await.dump().await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_real_name_is_given_once_and_shown_masked() {
    let app = TestApp::start().await;
    let mut citizen = app.citizen("chen@citygate.example").await;
    for given in [NUMBER, "11010519491231002x", NUMBER] {
        let named = name(&citizen, NAME, given).await;
        assert_eq!(named.status, 200, "{}", named.text);
        let shown = (named.text_at("/real_name/name"), named.text_at("/real_name/id_number"));
        assert_eq!(shown, ("陈*".to_owned(), "1101**********002X".to_owned()));
    }
    refused(&name(&citizen, NAME, "440524188001010014").await, 409, "identity.real_name_settled");
    // A token of before does not carry it, the next one does.
    refused(&citizen.caller.get("/v1/wallet").await.unwrap(), 403, "identity.real_name_required");
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    assert_eq!(citizen.caller.get("/v1/wallet").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_person_has_one_account() {
    let app = TestApp::start().await;
    let citizen = app.citizen("chen@citygate.example").await;
    let taken = name(&citizen, NAME, DEMO_CITIZENS[0].2).await;
    refused(&taken, 409, "identity.real_name_refused");
    let me = citizen.caller.get("/v1/me").await.unwrap();
    assert_eq!(me.body.get("real_name"), None);
    assert_eq!(name(&citizen, NAME, NUMBER).await.status, 200, "the account is as it was");
    let owner = app.demo_citizen(0).await.caller.get("/v1/me").await.unwrap();
    assert_eq!(owner.text_at("/real_name/name"), "王*", "the owner too");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_accounts_that_claim_a_person_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (a, b) = (app.citizen("a@citygate.example").await, app.citizen("b@citygate.example").await);
    let (first, second) = tokio::join!(name(&a, NAME, NUMBER), name(&b, NAME, NUMBER));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.text, second.text);
    assert_eq!(app.sql().await.count("identity.people").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn the_database_holds_no_name_number_address_or_code_that_can_be_read() {
    let app = TestApp::start().await;
    let email = "chen.jing@citygate.example";
    let police = app.police().await;
    let citizen = app.real_name(email, NAME, NUMBER).await;
    let bill = app.fine(&police, "3301060000000200", NUMBER, 2_000).await;
    let payments = format!("/v1/bills/{bill}/payments");
    let declined = citizen.caller.post_once(&payments, "k", &json!({})).await.unwrap();
    refused(&declined, 402, "payments.insufficient_funds");
    app.later(chrono::TimeDelta::minutes(1));
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    let mut sql = app.sql().await;
    // Once while the letter with the code waits, once after it is sent.
    let waiting = sql.dump().await;
    app.work().await;
    let sent = sql.dump().await;
    assert_ne!(waiting["notify.messages"], sent["notify.messages"]);
    let code = app.code_for(email);
    let secrets = [
        (email, "an address"),
        ("chen.jing", "part of an address"),
        (NAME, "a name"),
        (NUMBER, "a number"),
        ("194912310", "part of a number"),
        (&citizen.refresh_token, "a refresh token"),
        (citizen.caller.token.as_ref().unwrap(), "an access token"),
    ];
    let demo = DEMO_CITIZENS.iter().flat_map(|(a, b, c)| [*a, b, c].map(|text| (text, "demo")));
    for (table, rows) in waiting.iter().chain(&sent) {
        assert!(!rows.contains("\\x7b"), "JSON lies open as bytes in {table}");
        for (secret, what) in secrets.iter().copied().chain(demo.clone()) {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let found = rows.contains(secret) || rows.contains(&hex);
            assert!(!found, "{table} holds {what}: {secret}");
        }
    }
    let hex: String = code.bytes().map(|byte| format!("{byte:02x}")).collect();
    for rows in [&waiting["notify.messages"], &waiting["identity.sign_in_codes"]] {
        assert!(!rows.contains(&hex), "the code lies open");
    }
    // The search finds what is there.
    assert!(sent["traffic.decisions"].contains("浙A7M201"));
    app.finish().await;
}
