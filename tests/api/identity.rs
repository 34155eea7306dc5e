//! Citizens: codes, sessions, real names.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp, refused};

const EMAIL: &str = "chen.jing@citygate.example";

async fn asked(app: &TestApp) -> CitizenApp {
    let mut citizen = CitizenApp::new(&app.url, EMAIL).unwrap();
    let reply = citizen.ask_for_code().await.unwrap();
    assert_eq!((reply.status, reply.text_at("/expires_in").as_str()), (202, "600"));
    app.work().await;
    citizen
}

async fn guess(citizen: &CitizenApp, code: &str) -> Reply {
    citizen.clone().sign_in(code).await.unwrap()
}

/// Codes of six digits that are not the right one.
fn wrong(right: &str) -> impl Iterator<Item = String> {
    let right: u32 = right.parse().unwrap();
    (1..1_000_000).map(move |by| format!("{:06}", (right + by) % 1_000_000))
}

#[tokio::test]
async fn signing_in_for_the_first_time_is_signing_up() {
    let app = TestApp::start().await;
    let mut citizen = asked(&app).await;
    let signed_in = citizen.sign_in(&app.code_for(EMAIL)).await.unwrap();
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.text_at("/token_type"), "Bearer");
    assert_eq!(signed_in.text_at("/expires_in"), "600");
    let me = citizen.caller.get("/v1/me").await.unwrap();
    assert_eq!(me.text_at("/email"), "c***@citygate.example");
    assert_eq!(me.body.get("real_name"), None);
    // The second time it is the same account, however the address is written.
    app.later(TimeDelta::minutes(1));
    let mut shouting = CitizenApp::new(&app.url, "Chen.Jing@CITYGATE.example").unwrap();
    assert_eq!(shouting.ask_for_code().await.unwrap().status, 202);
    app.work().await;
    let code = app.code_for("Chen.Jing@citygate.example");
    assert_eq!(shouting.sign_in(&code).await.unwrap().status, 200);
    let again = shouting.caller.get("/v1/me").await.unwrap();
    assert_eq!(again.text_at("/account_id"), me.text_at("/account_id"));
    app.finish().await;
}

#[tokio::test]
async fn a_code_works_once() {
    let app = TestApp::start().await;
    let citizen = asked(&app).await;
    let code = app.code_for(EMAIL);
    assert_eq!(guess(&citizen, &code).await.status, 200);
    refused(&guess(&citizen, &code).await, 401, "identity.code_refused");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_for_all_who_use_it_at_the_same_moment() {
    let app = TestApp::start().await;
    let citizen = asked(&app).await;
    let code = app.code_for(EMAIL);
    let replies = join_all((0..20).map(|_| guess(&citizen, &code))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        refused(reply, 401, "identity.code_refused");
    }
    let mut sql = app.sql().await;
    assert_eq!(sql.count("identity.sessions").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_code_works_for_ten_minutes() {
    let app = TestApp::start().await;
    let mut citizen = asked(&app).await;
    app.later(TimeDelta::seconds(600));
    refused(&guess(&citizen, &app.code_for(EMAIL)).await, 401, "identity.code_refused");
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    app.work().await;
    app.later(TimeDelta::seconds(599));
    assert_eq!(guess(&citizen, &app.code_for(EMAIL)).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn five_wrong_guesses_end_a_code_and_ten_end_the_hour_of_who_asked() {
    let app = TestApp::start().await;
    let mut citizen = asked(&app).await;
    for round in 0..2 {
        let right = app.code_for(EMAIL);
        for code in wrong(&right).take(5) {
            refused(&guess(&citizen, &code).await, 401, "identity.code_refused");
        }
        let locked = guess(&citizen, &right).await;
        refused(&locked, 401, "identity.code_refused");
        let mut sql = app.sql().await;
        let count = "SELECT string_agg(attempts::text, ' ' ORDER BY created_at) AS value \
                     FROM identity.one_time_codes";
        let expected = if round == 0 { "5" } else { "5 5" };
        assert_eq!(sql.texts(count).await, [expected], "the count outlives the refusal");
        app.later(TimeDelta::minutes(1));
        assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
        app.work().await;
    }
    refused(&guess(&citizen, &app.code_for(EMAIL)).await, 401, "identity.code_refused");
    app.later(TimeDelta::minutes(58));
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    app.work().await;
    assert_eq!(guess(&citizen, &app.code_for(EMAIL)).await.status, 200, "a new hour");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_the_same_moment_five_are_looked_at() {
    let app = TestApp::start().await;
    let citizen = asked(&app).await;
    let right = app.code_for(EMAIL);
    let codes: Vec<String> = wrong(&right).take(50).collect();
    for reply in join_all(codes.iter().map(|code| guess(&citizen, code))).await {
        refused(&reply, 401, "identity.code_refused");
    }
    let mut sql = app.sql().await;
    assert_eq!(sql.count("identity.one_time_codes WHERE attempts = 5").await, 1);
    refused(&guess(&citizen, &right).await, 401, "identity.code_refused");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_code_among_fifty_wrong_ones_is_lucky_only_if_it_is_early() {
    let app = TestApp::start().await;
    let citizen = asked(&app).await;
    let right = app.code_for(EMAIL);
    let mut codes: Vec<String> = wrong(&right).take(50).collect();
    codes.insert(25, right);
    let replies = join_all(codes.iter().map(|code| guess(&citizen, code))).await;
    let lucky = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(replies.iter().filter(|reply| reply.status == 401).count(), 51 - lucky);
    let mut sql = app.sql().await;
    let used = "identity.one_time_codes WHERE used_at IS NOT NULL AND attempts BETWEEN 1 AND 5";
    let locked = "identity.one_time_codes WHERE used_at IS NULL AND attempts = 5";
    let expected = if lucky == 1 { used } else { locked };
    assert_eq!(sql.count(expected).await, 1, "{lucky} got in");
    assert_eq!(sql.count("identity.sessions").await, lucky);
    app.finish().await;
}

#[tokio::test]
async fn an_address_gets_one_code_a_minute_and_five_an_hour() {
    let app = TestApp::start().await;
    let caller = app.anybody();
    let ask = async || {
        let body = json!({"address": EMAIL, "city": "330100"});
        Answer::to(caller.request(Method::POST, "/v1/sign-in/codes").json(&body)).await
    };
    let wait = async || -> i64 {
        let refused = ask().await;
        assert_eq!((refused.status, refused.problem()), (429, "identity.code_too_soon".into()));
        assert_eq!(refused.body["retryable"], true);
        refused.header("retry-after").parse().unwrap()
    };
    assert_eq!(ask().await.status, 202);
    let seconds = wait().await;
    assert!((60..=61).contains(&seconds), "{seconds}");
    app.later(TimeDelta::seconds(59));
    assert!((1..=2).contains(&wait().await));
    app.later(TimeDelta::seconds(1));
    for _ in 0..4 {
        assert_eq!(ask().await.status, 202);
        app.later(TimeDelta::minutes(1));
    }
    let seconds = wait().await;
    assert!((3_300..=3_301).contains(&seconds), "five minutes of the hour are over: {seconds}");
    app.later(TimeDelta::seconds(seconds));
    assert_eq!(ask().await.status, 202, "Retry-After is the truth");
    app.work().await;
    assert_eq!(app.letters(EMAIL, "code"), 6);
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_is_known_is_answered_like_one_that_is_not() {
    let app = TestApp::start().await;
    let caller = app.anybody();
    let post = async |path: &str, body: serde_json::Value| {
        let request = caller.request(Method::POST, path).header("X-Request-Id", "same-for-all");
        Answer::to(request.json(&body)).await
    };
    let mut answers = Vec::new();
    for email in [DEMO_CITIZENS[0].0, "nobody@citygate.example"] {
        let ask = json!({"address": email, "city": "330100"});
        let sent = post("/v1/sign-in/codes", ask.clone()).await;
        let challenge = sent.body["challenge"].as_str().unwrap().to_owned();
        let guess = json!({"challenge": challenge, "code": "000000"});
        let again = post("/v1/sign-in/codes", ask).await;
        let guessed = post("/v1/sign-in", guess).await;
        let answer = |answer: Answer| (answer.status, answer.text.replace(&challenge, "*"));
        answers.push([sent, again, guessed].map(answer));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].each_ref().map(|(status, _)| *status), [202, 429, 401]);
    app.work().await;
    for email in [DEMO_CITIZENS[0].0, "nobody@citygate.example"] {
        assert_eq!(app.letters(email, "code"), 1, "{email}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_city_that_is_not_served_sends_no_code() {
    let app = TestApp::start().await;
    let before = app.sql().await.dump().await;
    let body = json!({"address": EMAIL, "city": "999999"});
    let reply = app.anybody().post("/v1/sign-in/codes", &body).await.unwrap();
    refused(&reply, 422, "identity.city_unknown");
    assert_eq!(app.sql().await.dump().await, before);
    app.finish().await;
}
