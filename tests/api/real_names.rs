//! Real names: who an account belongs to, what the register says, and that nobody can read it out of
//! the database or guess it from the answers.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use citygate_sandbox::police_registry::{Behaviour, PERSONS};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{TestApp, refused};

const NAME: &str = "陈静";
const NUMBER: &str = "11010519491231002X";
/// Valid, and nobody's.
const NOBODYS: &str = "440524188001010014";

async fn claim(citizen: &CitizenApp, name: &str, number: &str) -> Reply {
    let reply = citizen.claim_real_name(name, number).await.unwrap();
    assert_eq!(reply.status, 202, "{}", reply.text);
    reply
}

/// What has become of the newest claim.
async fn state(citizen: &CitizenApp) -> String {
    citizen.caller.get("/v1/me").await.unwrap().text_at("/verification/state")
}

/// So many accounts without a real name.
async fn crowd(app: &TestApp, size: usize) -> Vec<CitizenApp> {
    let mut crowd = Vec::new();
    for n in 0..size {
        crowd.push(app.citizen(&format!("crowd-{n}@citygate.example")).await);
    }
    crowd
}

#[tokio::test]
async fn what_is_no_document_is_refused_and_nothing_is_written() {
    let app = TestApp::start().await;
    let citizen = app.citizen("chen@citygate.example").await;
    let before = app.sql().await.dump().await;
    let put = async |name: &str, document: Value| {
        let body = json!({"name": name, "document": document});
        citizen.caller.put("/v1/me/real-name", &body).await.unwrap()
    };
    let zone = "P<SWEERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n\
                L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let passport = json!({"type": "foreign_passport", "number": "L898902C3", "issuer": "SWE"});
    let with = |member: &str, value: &str| {
        let mut document = passport.clone();
        document[member] = value.into();
        document
    };
    for (document, pointer) in [
        (json!({"type": "resident_id", "number": "110105194912310021"}), "number"),
        (json!({"type": "resident_id", "number": "110105194913310029"}), "number"),
        (json!({"type": "resident_id", "number": "11010519491231002"}), "number"),
        (json!({"type": "resident_id", "number": ""}), "number"),
        (json!({"type": "residence_permit", "number": NUMBER}), "number"),
        (json!({"type": "foreign_passport", "number": "L898902C3"}), "issuer"),
        (json!({"type": "resident_id", "number": NUMBER, "issuer": "SWE"}), "issuer"),
        (json!({"type": "library_card", "number": NUMBER}), "type"),
        (with("issuer", "UTO"), "issuer"),
        (with("mrz", &zone.replace("36UTO", "37UTO")), "mrz"),
        (with("mrz", &zone.replace("SWE", "NOR")), "mrz"),
    ] {
        let reply = put(NAME, document.clone()).await;
        refused(&reply, 400, "request.invalid_body");
        let found = reply.text_at("/errors/0/pointer");
        assert_eq!(found, format!("/document/{pointer}"), "{document}: {}", reply.text);
        let number = document["number"].as_str().unwrap();
        assert!(number.is_empty() || !reply.text.contains(number), "{}", reply.text);
    }
    for wrong in ["", " ", "a\u{7}b", &"名".repeat(65)] {
        let reply = put(wrong, json!({"type": "resident_id", "number": NUMBER})).await;
        refused(&reply, 400, "request.invalid_body");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/name");
    }
    assert_eq!(app.sql().await.dump().await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_real_name_is_what_the_register_confirms_and_is_shown_masked() {
    let app = TestApp::start().await;
    let mut citizen = app.citizen("chen@citygate.example").await;
    let claimed = claim(&citizen, NAME, "11010519491231002x").await;
    assert_eq!(claimed.text_at("/verification/state"), "pending");
    assert_eq!(claimed.body.get("real_name"), None, "typing it is not enough");
    // Meanwhile nothing else can be claimed.
    assert_eq!(claim(&citizen, "李四", NOBODYS).await.text, claimed.text);
    app.work().await;
    assert_eq!(app.register_of_police().checks().len(), 1);
    let me = citizen.caller.get("/v1/me").await.unwrap();
    assert_eq!(me.text_at("/verification/state"), "verified");
    let shown = (me.text_at("/real_name/name"), me.text_at("/real_name/id_number"));
    assert_eq!(shown, ("陈*".to_owned(), "1101**********002X".to_owned()));
    // Not even whether it is the same again: a stolen token could try numbers.
    for number in [NUMBER, NOBODYS] {
        let again = citizen.claim_real_name(NAME, number).await.unwrap();
        refused(&again, 409, "identity.real_name_settled");
    }
    // A token of before does not carry it, the next one does.
    refused(&citizen.caller.get("/v1/wallet").await.unwrap(), 403, "identity.real_name_required");
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    assert_eq!(citizen.caller.get("/v1/wallet").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn every_kind_of_document_is_somebodys() {
    let app = TestApp::start().await;
    for (n, (name, kind, number, issuer)) in PERSONS.into_iter().enumerate().skip(2) {
        let citizen = app.citizen(&format!("holder-{n}@citygate.example")).await;
        let mut document = json!({"type": kind, "number": number});
        if let Some(issuer) = issuer {
            document["issuer"] = issuer.into();
        }
        let body = json!({"name": name, "document": document});
        let claimed = citizen.caller.put("/v1/me/real-name", &body).await.unwrap();
        assert_eq!(claimed.status, 202, "{}", claimed.text);
        app.work().await;
        let me = citizen.caller.get("/v1/me").await.unwrap();
        assert_eq!(me.text_at("/verification/state"), "verified", "{kind}");
        let masked = me.text_at("/real_name/id_number");
        assert!(masked.len() == number.len() && masked.contains("**"), "{masked}");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_can_tell_why_a_claim_was_refused() {
    let app = TestApp::start().await;
    let crowd = crowd(&app, 8).await;
    // The last of them comes after three others who tried the same document.
    for (one, name) in crowd.iter().zip(["甲", "乙", "丙"]) {
        claim(one, name, NUMBER).await;
    }
    app.work().await;
    let mut seen = Vec::new();
    for (one, name, number, why) in [
        (&crowd[3], NAME, NOBODYS, "nobody's"),
        (&crowd[4], NAME, DEMO_CITIZENS[0].2, "somebody else's, who has an account"),
        (&crowd[5], DEMO_CITIZENS[0].1, DEMO_CITIZENS[0].2, "right, and taken"),
        (&crowd[6], "陈", NUMBER, "tried too often, and wrong"),
        (&crowd[7], NAME, NUMBER, "tried too often, and right"),
    ] {
        let mut answers = vec![claim(one, name, number).await];
        app.work().await;
        answers.push(one.caller.get("/v1/me").await.unwrap());
        assert_eq!(answers[1].text_at("/verification/state"), "refused", "{why}");
        for answer in &mut answers {
            answer.body["account_id"] = Value::Null;
        }
        seen.push(
            answers.into_iter().map(|answer| (answer.status, answer.body)).collect::<Vec<_>>(),
        );
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
    let owner = app.demo_citizen(0).await.caller.get("/v1/me").await.unwrap();
    assert_eq!(owner.text_at("/real_name/name"), "王*", "the owner keeps it");
    let mut sql = app.sql().await;
    assert_eq!(sql.count("identity.verifications WHERE claim_sealed IS NOT NULL").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_document_is_asked_about_three_times_a_day_whoever_claims_it() {
    let app = TestApp::start().await;
    let [a, b, owner] = crowd(&app, 3).await.try_into().unwrap_or_else(|_| panic!());
    for (citizen, name) in [(&a, "甲"), (&a, "乙"), (&b, "丙"), (&b, "丁"), (&owner, NAME)] {
        claim(citizen, name, NUMBER).await;
        app.work().await;
        assert_eq!(state(citizen).await, "refused", "{name}");
    }
    assert_eq!(app.register_of_police().checks().len(), 3);
    app.later(TimeDelta::hours(24));
    let mut owner = owner;
    assert_eq!(owner.refresh().await.unwrap().status, 200);
    claim(&owner, NAME, NUMBER).await;
    app.work().await;
    assert_eq!(state(&owner).await, "verified");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_is_it_asked_about_more_often_when_all_come_at_once() {
    let app = TestApp::start().await;
    let crowd = crowd(&app, 8).await;
    join_all(crowd.iter().map(|one| claim(one, "某人", NUMBER))).await;
    app.work().await;
    assert_eq!(app.register_of_police().checks().len(), 3);
    for one in &crowd {
        assert_eq!(state(one).await, "refused");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_account_claims_five_times_a_day() {
    let app = TestApp::start().await;
    let citizen = app.citizen("chen@citygate.example").await;
    for number in [NUMBER, NUMBER, NOBODYS, NOBODYS, DEMO_CITIZENS[0].2] {
        claim(&citizen, "某人", number).await;
        app.work().await;
        assert_eq!(state(&citizen).await, "refused");
    }
    let sixth = citizen.claim_real_name(NAME, NUMBER).await.unwrap();
    refused(&sixth, 429, "identity.real_name_too_often");
    assert_eq!(app.register_of_police().checks().len(), 5);
    app.finish().await;
}

#[tokio::test]
async fn a_register_that_errs_is_asked_until_it_is_known_what_it_says() {
    let app = TestApp::start().await;
    let crowd = crowd(&app, 6).await;
    let number = |n: usize| -> &str {
        [
            "330106199003070022",
            "330106199003070030",
            "330106199003070049",
            "330106199003070057",
            "330106199003070065",
            "330106199003070073",
        ][n]
    };
    for (n, (citizen, behaviours)) in crowd
        .iter()
        .zip([
            vec![Behaviour::Error500],
            vec![Behaviour::Garbage],
            vec![Behaviour::Hang],
            vec![Behaviour::Well, Behaviour::Error500],
            vec![Behaviour::Contradict],
            vec![Behaviour::Well, Behaviour::Contradict],
        ])
        .enumerate()
    {
        app.register_of_police().enrol(NAME, "resident_id", number(n));
        app.register_of_police().behave(behaviours.clone());
        claim(citizen, NAME, number(n)).await;
        app.work().await;
        assert_eq!(state(citizen).await, "pending", "nothing is guessed: {behaviours:?}");
        app.later(TimeDelta::seconds(1));
        app.work().await;
        assert_eq!(state(citizen).await, "verified", "{behaviours:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_register_that_is_slow_or_lies_once_binds_nobody_else() {
    let app = TestApp::start().await;
    let citizen = app.citizen("chen@citygate.example").await;
    app.register_of_police().behave([Behaviour::Contradict, Behaviour::Slow]);
    claim(&citizen, "某人", NUMBER).await;
    app.work().await;
    assert_eq!(state(&citizen).await, "pending", "it said yes, and then no");
    app.later(TimeDelta::seconds(1));
    app.work().await;
    assert_eq!(state(&citizen).await, "refused");
    assert_eq!(citizen.caller.get("/v1/me").await.unwrap().body.get("real_name"), None);
    app.finish().await;
}

#[tokio::test]
async fn what_agencies_call_somebody_gives_way_to_the_register_and_to_nothing_else() {
    let app = TestApp::start().await;
    let police = app.police().await;
    app.fine(&police, "3301060000000200", NUMBER, 2_000).await;
    let mut sql = app.sql().await;
    let people = "SELECT t::text AS value FROM identity.people t ORDER BY id";
    let named = sql.texts(people).await;
    let impostor = app.citizen("impostor@citygate.example").await;
    claim(&impostor, "冒名", NUMBER).await;
    app.work().await;
    assert_eq!(state(&impostor).await, "refused");
    assert_eq!(sql.texts(people).await, named);
    let owner = app.real_name("chen@citygate.example", NAME, NUMBER).await;
    let me = owner.caller.get("/v1/me").await.unwrap();
    assert_eq!(me.text_at("/real_name/name"), "陈*");
    let renamed = sql.texts(people).await;
    assert_eq!(renamed.len(), named.len());
    assert_eq!(renamed.iter().filter(|row| !named.contains(row)).count(), 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_accounts_that_claim_a_person_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (a, b) = (app.citizen("a@citygate.example").await, app.citizen("b@citygate.example").await);
    tokio::join!(claim(&a, NAME, NUMBER), claim(&b, NAME, NUMBER));
    app.work().await;
    let mut states = [state(&a).await, state(&b).await];
    states.sort_unstable();
    assert_eq!(states, ["refused", "verified"]);
    assert_eq!(app.sql().await.count("identity.people").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn without_a_register_nobody_is_kept_waiting() {
    let app = TestApp::start_with(|settings| settings.demo_city = Some(false)).await;
    let mut sql = app.sql().await;
    sql.run(
        "INSERT INTO public.cities (code, name_en, name_zh, time_zone) \
         VALUES (330100, 'Hangzhou', '杭州市', 'Asia/Shanghai') ON CONFLICT DO NOTHING",
    )
    .await;
    let citizen = app.citizen("chen@citygate.example").await;
    let reply = citizen.claim_real_name(NAME, NUMBER).await.unwrap();
    refused(&reply, 503, "identity.registry_missing");
    app.finish().await;
}

/// Whether a dump has bytes that are an object of JSON. The first byte alone proves nothing: a
/// digest may begin with any.
fn holds_open_json(rows: &str) -> bool {
    rows.split("\\x").skip(1).any(|rest| {
        let digits: Vec<u8> = rest.bytes().take_while(u8::is_ascii_hexdigit).collect();
        let pairs = digits.chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        let bytes: Vec<u8> = pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
        serde_json::from_slice(&bytes).is_ok_and(|value: Value| value.is_object())
    })
}

#[tokio::test]
async fn the_database_holds_no_name_number_address_or_code_that_can_be_read() {
    let app = TestApp::start().await;
    let email = "chen.jing@citygate.example";
    let police = app.police().await;
    let mut citizen = app.real_name(email, NAME, NUMBER).await;
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
        assert!(!holds_open_json(rows), "JSON lies open as bytes in {table}");
        for (secret, what) in secrets.iter().copied().chain(demo.clone()) {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let found = rows.contains(secret) || rows.contains(&hex);
            assert!(!found, "{table} holds {what}: {secret}");
        }
    }
    let hex: String = code.bytes().map(|byte| format!("{byte:02x}")).collect();
    let told: String = declined.text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let kept = &sent["platform.idempotency_keys"];
    assert!(kept.contains("402"), "the answer is kept");
    assert!(!kept.contains("insufficient_funds") && !kept.contains(&told), "the answer lies open");
    for rows in [&waiting["notify.messages"], &waiting["identity.sign_in_codes"]] {
        assert!(!rows.contains(&hex), "the code lies open");
    }
    // The search finds what is there.
    assert!(holds_open_json("(1,\\x7b2261223a317d,x)") && !holds_open_json("(1,\\x7b01,x)"));
    assert!(sent["traffic.decisions"].contains("浙A7M201"));
    app.finish().await;
}
