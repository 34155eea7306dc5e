//! Ways to sign in: codes by mail and short message, passwords, and what of it is limited.

use std::fs;

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

const EMAIL: &str = "chen.jing@citygate.example";
const PHONE: &str = "+8613800138000";
const LONG: &str = "correct horse battery staple";
const SHORT: &str = "vD7#qLm2";

/// The short messages to a number, the newest last.
fn messages(app: &TestApp, phone: &str) -> Vec<String> {
    let files = fs::read_dir(app.folder().join("sms")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
    files.sort();
    let all = files.iter().map(|path| fs::read(path).unwrap());
    let all = all.map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap());
    let plain: String = phone.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let mine = all.filter(|message| message["to"] == plain);
    mine.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// The code in the newest short message to a number.
pub async fn sms_code(app: &TestApp, phone: &str) -> String {
    app.work().await;
    let all = messages(app, phone);
    let digits = all.last().expect("a message").split(|c: char| !c.is_ascii_digit());
    digits.into_iter().find(|run| run.len() == 6).expect("a code").to_owned()
}

async fn delete(caller: &Caller, path: &str) -> Reply {
    caller.send(caller.request(Method::DELETE, path)).await.unwrap()
}

/// Gives the citizen's account a number.
pub async fn add_phone(app: &TestApp, citizen: &CitizenApp, phone: &str) -> Reply {
    let caller = &citizen.caller;
    let sent = caller.post("/v1/me/phone/codes", &json!({"phone": phone})).await.unwrap();
    assert_eq!((sent.status, sent.text_at("/expires_in").as_str()), (202, "300"), "{}", sent.text);
    let code = sms_code(app, phone).await;
    let body = json!({"challenge": sent.text_at("/challenge"), "code": code});
    caller.put("/v1/me/phone", &body).await.unwrap()
}

async fn ask(caller: &Caller, address: &str) -> Reply {
    let body = json!({"address": address, "city": "330100"});
    caller.post("/v1/sign-in/codes", &body).await.unwrap()
}

async fn guess(caller: &Caller, asked: &Reply, code: &str) -> Reply {
    let body = json!({"challenge": asked.text_at("/challenge"), "code": code});
    caller.post("/v1/sign-in", &body).await.unwrap()
}

pub async fn set_password(citizen: &CitizenApp, password: &str) -> Reply {
    citizen.caller.put("/v1/me/password", &json!({"password": password})).await.unwrap()
}

pub async fn sign_in_with_password(caller: &Caller, address: &str, password: &str) -> Reply {
    let body = json!({"address": address, "password": password});
    caller.post("/v1/sign-in/password", &body).await.unwrap()
}

/// How the holder of an answer's tokens has signed in.
async fn amr(app: &TestApp, signed_in: &Reply) -> Value {
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    let mut caller = app.anybody();
    caller.token = Some(signed_in.text_at("/access_token"));
    let sessions = caller.get("/v1/me/sessions").await.unwrap();
    let items = sessions.body["items"].as_array().unwrap();
    items.iter().find(|session| session["current"] == true).unwrap()["amr"].clone()
}

#[tokio::test]
async fn a_number_that_was_proven_signs_in() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    let added = add_phone(&app, &citizen, "+86 138-0013-8000").await;
    assert_eq!(added.body, json!({"phone": "+86*******8000"}), "{}", added.text);
    let methods = citizen.caller.get("/v1/me/sign-in-methods").await.unwrap();
    assert_eq!(methods.body, json!({"phone": "+86*******8000", "passkeys": 0}));
    app.later(TimeDelta::minutes(1));
    let asked = ask(&app.anybody(), PHONE).await;
    assert_eq!(asked.text_at("/expires_in"), "300");
    let code = sms_code(&app, PHONE).await;
    let signed_in = guess(&app.anybody(), &asked, &code).await;
    assert_eq!(amr(&app, &signed_in).await, json!(["otp", "sms"]));
    let mut caller = app.anybody();
    caller.token = Some(signed_in.text_at("/access_token"));
    let (me, again) = (citizen.caller.get("/v1/me").await, caller.get("/v1/me").await);
    assert_eq!(me.unwrap().text_at("/account_id"), again.unwrap().text_at("/account_id"));
    refused(&guess(&app.anybody(), &asked, &code).await, 401, "identity.code_refused");
    app.later(TimeDelta::minutes(1));
    let asked = ask(&app.anybody(), PHONE).await;
    let code = sms_code(&app, PHONE).await;
    app.later(TimeDelta::seconds(300));
    refused(&guess(&app.anybody(), &asked, &code).await, 401, "identity.code_refused");
    assert_eq!(app.letters(EMAIL, "telephone number was added"), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_number_that_nobody_has_is_answered_alike_and_costs_nothing() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    add_phone(&app, &citizen, PHONE).await;
    app.later(TimeDelta::minutes(1));
    let mut answers = Vec::new();
    for phone in [PHONE, "+8613900139000"] {
        let request = |path: &str, body: Value| {
            let request = app.anybody().request(Method::POST, path);
            Answer::to(request.header("X-Request-Id", "same-for-all").json(&body))
        };
        let body = json!({"address": phone, "city": "330100"});
        let sent = request("/v1/sign-in/codes", body.clone()).await;
        let again = request("/v1/sign-in/codes", body).await;
        let challenge = sent.body["challenge"].as_str().unwrap().to_owned();
        let body = json!({"challenge": challenge, "code": "000000"});
        let guessed = request("/v1/sign-in", body).await;
        let answer = |answer: Answer| (answer.status, answer.text.replace(&challenge, "*"));
        answers.push([sent, again, guessed].map(answer));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].each_ref().map(|(status, _)| *status), [202, 429, 401]);
    app.work().await;
    assert_eq!(messages(&app, PHONE).len(), 2);
    assert_eq!(messages(&app, "+8613900139000").len(), 0, "a stranger's wish costs nothing");
    app.finish().await;
}

#[tokio::test]
async fn whoever_proves_a_number_takes_it_over_and_the_other_hears_of_it() {
    let app = TestApp::start().await;
    let (first, second) = (app.citizen(EMAIL).await, app.citizen("li.na@citygate.example").await);
    assert_eq!(add_phone(&app, &first, PHONE).await.status, 200);
    app.later(TimeDelta::minutes(1));
    assert_eq!(add_phone(&app, &second, PHONE).await.status, 200);
    app.work().await;
    assert_eq!(app.letters(EMAIL, "is theirs now"), 1);
    let methods = first.caller.get("/v1/me/sign-in-methods").await.unwrap();
    assert_eq!(methods.body, json!({"passkeys": 0}));
    assert_eq!(delete(&second.caller, "/v1/me/phone").await.status, 204);
    assert_eq!(delete(&second.caller, "/v1/me/phone").await.status, 204, "as often as you like");
    app.work().await;
    assert_eq!(app.letters("li.na@citygate.example", "telephone number was removed"), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_code_for_a_number_is_for_its_own_citizen_and_purpose() {
    let app = TestApp::start().await;
    let (mine, other) = (app.citizen(EMAIL).await, app.citizen("li.na@citygate.example").await);
    let sent = mine.caller.post("/v1/me/phone/codes", &json!({"phone": PHONE})).await.unwrap();
    let code = sms_code(&app, PHONE).await;
    let body = json!({"challenge": sent.text_at("/challenge"), "code": code});
    let stolen = other.caller.put("/v1/me/phone", &body).await.unwrap();
    refused(&stolen, 401, "identity.code_refused");
    refused(&guess(&app.anybody(), &sent, &code).await, 401, "identity.code_refused");
    assert_eq!(mine.caller.put("/v1/me/phone", &body).await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn short_messages_go_to_the_countries_on_the_list_until_the_day_is_over() {
    let app = TestApp::start_with(|settings| settings.sign_in.sms_per_day = 2).await;
    let citizen = app.citizen(EMAIL).await;
    let send = async |phone: &str| {
        citizen.caller.post("/v1/me/phone/codes", &json!({"phone": phone})).await.unwrap()
    };
    refused(&send("+14155550100").await, 422, "identity.phone_country_refused");
    let stranger = ask(&app.anybody(), "+14155550100").await;
    refused(&stranger, 422, "identity.phone_country_refused");
    // Asked for at once, counted one by one when they are sent.
    for phone in [PHONE, "+8613900139000", "+85251234567"] {
        assert_eq!(send(phone).await.status, 202);
    }
    app.work().await;
    let sent = [PHONE, "+8613900139000", "+85251234567"].map(|to| messages(&app, to).len());
    assert_eq!(sent.iter().sum::<usize>(), 2);
    refused(&send("+85251234568").await, 503, "identity.sms_unavailable");
    app.finish().await;
}

#[tokio::test]
async fn a_range_whose_codes_nobody_enters_is_stopped() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    let mut sql = app.sql().await;
    sql.run("INSERT INTO identity.sms_budgets VALUES ('2026-11-23', '+8613800', 50, 9)").await;
    let send = async |phone: &str| {
        citizen.caller.post("/v1/me/phone/codes", &json!({"phone": phone})).await.unwrap()
    };
    refused(&send(PHONE).await, 503, "identity.sms_unavailable");
    assert_eq!(send("+8613900139000").await.status, 202, "another range");
    sql.run("UPDATE identity.sms_budgets SET verified = 10").await;
    assert_eq!(add_phone(&app, &citizen, PHONE).await.status, 200);
    let counted = "SELECT sent || ' ' || verified AS value FROM identity.sms_budgets \
                   WHERE prefix = '+8613800'";
    assert_eq!(sql.texts(counted).await, ["51 11"]);
    app.finish().await;
}

#[tokio::test]
async fn a_long_password_signs_in_alone_and_a_short_one_beside_a_code() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    let (anybody, alone) = (app.anybody(), json!({"alone": true}));
    assert_eq!(set_password(&citizen, LONG).await.body, alone);
    let signed_in = sign_in_with_password(&anybody, "Chen.Jing@citygate.example", LONG).await;
    assert_eq!(amr(&app, &signed_in).await, json!(["pwd"]));
    assert_eq!(set_password(&citizen, SHORT).await.body, json!({"alone": false}));
    let refusal = sign_in_with_password(&anybody, EMAIL, LONG).await;
    refused(&refusal, 401, "identity.password_refused");
    let refusal = sign_in_with_password(&anybody, EMAIL, SHORT).await;
    refused(&refusal, 403, "identity.second_factor_required");
    app.later(TimeDelta::minutes(1));
    let asked = ask(&anybody, EMAIL).await;
    app.work().await;
    let body = |password: &str| {
        json!({
            "challenge": asked.text_at("/challenge"), "code": app.code_for(EMAIL),
            "password": password,
        })
    };
    let wrong = anybody.post("/v1/sign-in", &body(LONG)).await.unwrap();
    refused(&wrong, 401, "identity.code_refused");
    let right = anybody.post("/v1/sign-in", &body(SHORT)).await.unwrap();
    assert_eq!(amr(&app, &right).await, json!(["mfa", "otp", "pwd"]));
    assert_eq!(delete(&citizen.caller, "/v1/me/password").await.status, 204);
    app.work().await;
    assert_eq!(app.letters(EMAIL, "password of your account was set"), 2);
    assert_eq!(app.letters(EMAIL, "password was removed"), 1);
    refused(&sign_in_with_password(&anybody, EMAIL, SHORT).await, 401, "identity.password_refused");
    app.finish().await;
}

#[tokio::test]
async fn a_password_beside_a_short_message_is_two_factors() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    add_phone(&app, &citizen, PHONE).await;
    assert_eq!(set_password(&citizen, SHORT).await.status, 200);
    app.later(TimeDelta::minutes(1));
    let asked = ask(&app.anybody(), PHONE).await;
    let code = sms_code(&app, PHONE).await;
    let body = json!({"challenge": asked.text_at("/challenge"), "code": code, "password": SHORT});
    let signed_in = app.anybody().post("/v1/sign-in", &body).await.unwrap();
    assert_eq!(amr(&app, &signed_in).await, json!(["mfa", "otp", "pwd", "sms"]));
    app.finish().await;
}

#[tokio::test]
async fn a_common_password_is_refused() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    for common in ["password123", "aaaaaaaaaaaaaaaaaaaa", "chen.jing2026", EMAIL] {
        refused(&set_password(&citizen, common).await, 422, "identity.password_common");
    }
    refused(&set_password(&citizen, "1234567").await, 400, "request.invalid_body");
    app.finish().await;
}

#[tokio::test]
async fn wrong_passwords_slow_down_whoever_gives_them_known_or_not() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    assert_eq!(set_password(&citizen, LONG).await.status, 200);
    for address in [EMAIL, "nobody@citygate.example"] {
        for _ in 0..4 {
            let wrong = sign_in_with_password(&app.anybody(), address, "not the password").await;
            refused(&wrong, 401, "identity.password_refused");
            app.later(TimeDelta::seconds(1));
        }
        let soon = sign_in_with_password(&app.anybody(), address, "not the password").await;
        refused(&soon, 429, "identity.password_too_soon");
    }
    let soon = sign_in_with_password(&app.anybody(), EMAIL, LONG).await;
    assert_eq!(soon.status, 200, "the wait of two seconds is over: {}", soon.text);
    let again = sign_in_with_password(&app.anybody(), EMAIL, "not the password").await;
    refused(&again, 401, "identity.password_refused");
    app.finish().await;
}

#[tokio::test]
async fn what_changes_the_way_in_needs_a_fresh_sign_in() {
    let app = TestApp::start().await;
    let mut citizen = app.citizen(EMAIL).await;
    app.later(TimeDelta::seconds(299));
    assert_eq!(set_password(&citizen, LONG).await.status, 200);
    app.later(TimeDelta::seconds(1));
    let passkey = format!("/v1/me/passkeys/pkey_{}", "0".repeat(32));
    let body = json!({"challenge": format!("chal_{}", "0".repeat(32)), "code": "000000"});
    for (method, path, body) in [
        (Method::PUT, "/v1/me/password", json!({"password": LONG})),
        (Method::DELETE, "/v1/me/password", Value::Null),
        (Method::POST, "/v1/me/phone/codes", json!({"phone": PHONE})),
        (Method::PUT, "/v1/me/phone", body),
        (Method::DELETE, "/v1/me/phone", Value::Null),
        (Method::POST, "/v1/me/passkey-options", Value::Null),
        (Method::DELETE, passkey.as_str(), Value::Null),
    ] {
        let answer = Answer::to(citizen.caller.request(method, path).json(&body)).await;
        assert_eq!(answer.problem(), "identity.sign_in_too_old", "{path}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, "Bearer error=\"insufficient_user_authentication\", max_age=300");
    }
    // A refresh is no sign-in.
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    refused(&set_password(&citizen, LONG).await, 401, "identity.sign_in_too_old");
    app.finish().await;
}

/// Somebody who asks from another address, as the proxy says.
async fn from(app: &TestApp, client: &str, path: &str, body: Value) -> Answer {
    let request = app.anybody().request(Method::POST, path).header("X-Forwarded-For", client);
    Answer::to(request.json(&body)).await
}

async fn behind_a_proxy() -> TestApp {
    TestApp::start_with(|settings| {
        settings.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        settings.sign_in.codes_per_client_hour = 20;
    })
    .await
}

#[tokio::test]
async fn nobody_is_locked_out_by_what_strangers_ask_for_and_guess() {
    let app = behind_a_proxy().await;
    let (home, stranger) = ("203.0.113.1", "198.51.100.1");
    let asked = json!({"address": EMAIL, "city": "330100"});
    let sign_in = async |client: &str| {
        let sent = from(&app, client, "/v1/sign-in/codes", asked.clone()).await;
        if sent.status != 202 {
            return sent;
        }
        app.work().await;
        let challenge = sent.body["challenge"].clone();
        let body = json!({"challenge": challenge, "code": app.code_for(EMAIL)});
        from(&app, client, "/v1/sign-in", body).await
    };
    assert_eq!(sign_in(home).await.status, 200);
    app.later(TimeDelta::minutes(1));
    // A stranger asks for all the codes that strangers get, and guesses as often as strangers may.
    for _ in 0..4 {
        let sent = from(&app, stranger, "/v1/sign-in/codes", asked.clone()).await;
        assert_eq!(sent.status, 202, "{}", sent.text);
        for n in 0..6 {
            let body = json!({"challenge": sent.body["challenge"], "code": format!("{n:06}")});
            assert_eq!(from(&app, stranger, "/v1/sign-in", body).await.status, 401);
        }
        app.later(TimeDelta::minutes(1));
    }
    assert_eq!(sign_in(stranger).await.status, 429, "the address's share for strangers is spent");
    assert_eq!(sign_in("198.51.100.2").await.status, 429, "whoever they are");
    assert_eq!(sign_in(home).await.status, 200, "its owner has a share of their own");
    app.finish().await;
}

#[tokio::test]
async fn guesses_at_one_flow_leave_another_flow_alone() {
    let app = behind_a_proxy().await;
    let asked = json!({"address": EMAIL, "city": "330100"});
    let strangers = from(&app, "198.51.100.1", "/v1/sign-in/codes", asked.clone()).await;
    for n in 0..10 {
        let body = json!({"challenge": strangers.body["challenge"], "code": format!("{n:06}")});
        from(&app, "198.51.100.1", "/v1/sign-in", body).await;
    }
    app.later(TimeDelta::minutes(1));
    let own = from(&app, "203.0.113.1", "/v1/sign-in/codes", asked).await;
    app.work().await;
    let body = json!({"challenge": own.body["challenge"], "code": app.code_for(EMAIL)});
    assert_eq!(from(&app, "203.0.113.1", "/v1/sign-in", body).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn one_client_gets_twenty_codes_an_hour_for_whatever_addresses() {
    let app = behind_a_proxy().await;
    let send = async |client: &str, n: usize| {
        let body = json!({"address": format!("c{n}@citygate.example"), "city": "330100"});
        from(&app, client, "/v1/sign-in/codes", body).await.status
    };
    for n in 0..20 {
        assert_eq!(send("203.0.113.1", n).await, 202);
    }
    assert_eq!(send("203.0.113.1", 20).await, 429);
    assert_eq!(send("203.0.113.2", 20).await, 202);
    app.work().await;
    app.finish().await;
}

#[tokio::test]
async fn limits_hold_when_everybody_asks_at_the_same_moment() {
    let app = TestApp::start().await;
    let replies = futures_util::future::join_all(
        (0..20).map(async |_| ask(&app.anybody(), EMAIL).await.status),
    );
    let replies = replies.await;
    assert_eq!(replies.iter().filter(|status| **status == 202).count(), 1);
    assert_eq!(replies.iter().filter(|status| **status == 429).count(), 19);
    app.work().await;
    assert_eq!(app.letters(EMAIL, "code"), 1);
    app.finish().await;
}

#[tokio::test]
async fn nothing_of_it_stands_in_the_database_in_clear() {
    let app = TestApp::start().await;
    let citizen = app.citizen(EMAIL).await;
    add_phone(&app, &citizen, PHONE).await;
    assert_eq!(set_password(&citizen, LONG).await.status, 200);
    app.later(TimeDelta::minutes(1));
    assert_eq!(ask(&app.anybody(), PHONE).await.status, 202);
    let waiting = app.sql().await.dump().await;
    app.work().await;
    let code = sms_code(&app, PHONE).await;
    for dump in [waiting, app.sql().await.dump().await] {
        let dump: String = dump.into_values().collect();
        // As text, and as bytes in hexadecimal.
        for secret in [PHONE, "13800138000", LONG, EMAIL, "$argon2id$", &code] {
            let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!dump.contains(secret), "{secret}");
            assert!(!dump.contains(&hexadecimal), "{secret} as bytes");
        }
    }
    app.finish().await;
}
