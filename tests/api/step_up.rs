//! Fresh proofs: the challenge, what answers it, and that each serves one thing once.

use actix_web::{FromRequest, test::TestRequest, web::Data};
use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::{
    DEMO_CITIZENS, Error, Proof, ProofError, Sensitive, StepUp, StepUpPurpose, consume_step_ups,
};
use citygate_kernel::{Currency, Money};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, refused};

fn document(number: &str) -> Value {
    json!({"type": "resident_id", "number": number})
}

fn identity_read() -> Value {
    json!({"purpose": "identity.read"})
}

fn payment(bill: &str, minor: i64) -> Value {
    let amount = json!({"amount_minor": minor, "currency": "CNY"});
    json!({"purpose": "payment.confirm", "object": bill, "amount": amount})
}

/// A code for one thing, from the letter.
pub async fn code(app: &TestApp, citizen: &CitizenApp, wanted: &Value) -> String {
    app.later(TimeDelta::minutes(1));
    let sent = citizen.caller.post("/v1/step-ups/codes", wanted).await.unwrap();
    assert_eq!((sent.status, sent.text_at("/expires_in").as_str()), (202, "600"), "{}", sent.text);
    app.work().await;
    app.code_for(&citizen.email)
}

/// An attempt at a proof.
pub async fn prove(citizen: &CitizenApp, wanted: &Value, number: &str, code: &str) -> Reply {
    let mut body = wanted.clone();
    body["document"] = document(number);
    body["code"] = code.into();
    citizen.caller.post("/v1/step-ups", &body).await.unwrap()
}

/// Wang Fang, who has proven herself for one thing.
async fn stepped_up(app: &TestApp, citizen: &CitizenApp, wanted: &Value) -> Caller {
    let code = code(app, citizen, wanted).await;
    let proven = prove(citizen, wanted, DEMO_CITIZENS[0].2, &code).await;
    assert_eq!((proven.status, proven.text_at("/expires_in").as_str()), (201, "300"));
    assert_eq!(proven.text_at("/token_type"), "Bearer");
    citizen.caller.with_token(proven.text_at("/access_token"))
}

async fn identity(caller: &Caller) -> Reply {
    caller.get("/v1/me/identity").await.unwrap()
}

#[track_caller]
fn challenged(reply: &Reply) {
    refused(reply, 401, "identity.step_up_required");
}

#[tokio::test]
async fn without_a_fresh_proof_a_sensitive_read_is_challenged_as_the_standard_says() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let answer = Answer::to(citizen.caller.request(Method::GET, "/v1/me/identity")).await;
    assert_eq!((answer.status, answer.problem()), (401, "identity.step_up_required".to_owned()));
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:citygate:loa:3\", \
         max_age=300"
    );
    assert_eq!(answer.body["detail"], "purpose identity.read");
    app.finish().await;
}

#[tokio::test]
async fn a_fresh_proof_shows_the_own_identity_once_and_the_read_is_in_the_ledger() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let raised = stepped_up(&app, &citizen, &identity_read()).await;
    let claims = raised.token.as_deref().unwrap();
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(claims).unwrap();
    assert_eq!(claims["acr"], "urn:citygate:loa:3");
    assert_eq!(claims["amr"], json!(["kba", "mfa", "otp"]));
    assert_eq!(claims["auth_time"], app.clock.now().timestamp());
    let mut sql = app.sql().await;
    let reads = "identity.access_entries WHERE accessor = 'person' AND action = 'read'";
    assert_eq!(sql.count(reads).await, 0);
    let shown = identity(&raised).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let (_, name, number) = DEMO_CITIZENS[0];
    assert_eq!(shown.body, json!({"name": name, "document": document(number)}));
    assert_eq!(sql.count(reads).await, 1);
    challenged(&identity(&raised).await);
    assert_eq!(sql.count(reads).await, 1, "what was refused read nothing");
    // Otherwise it is a token like the one before.
    assert_eq!(raised.get("/v1/wallet").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn the_letter_says_what_for_and_how_much() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    code(&app, &citizen, &payment("bill_1", 12_345)).await;
    assert_eq!(app.letters(&citizen.email, "confirm a payment of CNY 123.45"), 1);
    app.finish().await;
}

#[tokio::test]
async fn every_wrong_proof_is_refused_alike() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let (wanted, number) = (identity_read(), DEMO_CITIZENS[0].2);
    refused(&prove(&citizen, &wanted, number, "123456").await, 403, "identity.step_up_refused");
    let code = code(&app, &citizen, &wanted).await;
    let other_code = if code == "123456" { "654321" } else { "123456" };
    let other_purpose = json!({"purpose": "provident_fund.read"});
    for (wanted, number, code, why) in [
        (&wanted, number, other_code, "the code"),
        (&wanted, DEMO_CITIZENS[1].2, code.as_str(), "a document of somebody else"),
        (&wanted, "11010519491231002X", &code, "a document of nobody"),
        (&other_purpose, number, &code, "a code for something else"),
    ] {
        let reply = prove(&citizen, wanted, number, code).await;
        assert_eq!(reply.text_at("/code"), "identity.step_up_refused", "{why}");
        assert_eq!((reply.status, reply.body.get("detail")), (403, None), "{why}");
    }
    // The fifth guess is the last one.
    let right = prove(&citizen, &wanted, number, &code).await;
    assert_eq!(right.status, 201, "{}", right.text);
    refused(&prove(&citizen, &wanted, number, &code).await, 403, "identity.step_up_refused");
    app.finish().await;
}

#[tokio::test]
async fn a_code_is_guessed_at_five_times_and_all_of_an_account_ten_times_an_hour() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let (wanted, number) = (identity_read(), DEMO_CITIZENS[0].2);
    for _ in 0..2 {
        let code = code(&app, &citizen, &wanted).await;
        let wrong = if code == "123456" { "654321" } else { "123456" };
        for _ in 0..5 {
            prove(&citizen, &wanted, number, wrong).await;
        }
        refused(&prove(&citizen, &wanted, number, &code).await, 403, "identity.step_up_refused");
    }
    let third = code(&app, &citizen, &wanted).await;
    refused(&prove(&citizen, &wanted, number, &third).await, 403, "identity.step_up_refused");
    app.later(TimeDelta::hours(1));
    let mut citizen = citizen;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let fresh = code(&app, &citizen, &wanted).await;
    assert_eq!(prove(&citizen, &wanted, number, &fresh).await.status, 201);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_guesses_at_once_five_are_looked_at() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let (wanted, number) = (identity_read(), DEMO_CITIZENS[0].2);
    let code = code(&app, &citizen, &wanted).await;
    let wrong = if code == "123456" { "654321" } else { "123456" };
    let guesses = (0..100).map(|_| prove(&citizen, &wanted, number, wrong));
    assert!(join_all(guesses).await.iter().all(|reply| reply.status == 403));
    let attempts = "SELECT attempts::text AS value FROM identity.step_up_codes";
    assert_eq!(app.sql().await.texts(attempts).await, ["5"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_uses_of_one_proof_at_once_one_is_served() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let raised = stepped_up(&app, &citizen, &identity_read()).await;
    let replies = join_all((0..100).map(|_| identity(&raised))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        challenged(reply);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_proof_ends_after_five_minutes_and_with_its_session() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let raised = stepped_up(&app, &citizen, &identity_read()).await;
    app.later(TimeDelta::seconds(299));
    assert_eq!(identity(&raised).await.status, 200);
    let late = stepped_up(&app, &citizen, &identity_read()).await;
    app.later(TimeDelta::seconds(300));
    challenged(&identity(&late).await);
    let mut citizen = citizen;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let last = stepped_up(&app, &citizen, &identity_read()).await;
    let ended = citizen.caller.post("/v1/sign-out", &json!({})).await.unwrap();
    assert_eq!(ended.status, 204, "{}", ended.text);
    challenged(&identity(&last).await);
    let wanted = identity_read();
    let late = citizen.caller.post("/v1/step-ups/codes", &wanted).await.unwrap();
    refused(&late, 401, "identity.token_invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_purpose_has_the_object_and_amount_that_it_needs() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let amount = json!({"amount_minor": 1, "currency": "CNY"});
    for wanted in [
        json!({"purpose": "identity.read", "object": "x"}),
        json!({"purpose": "identity.read", "amount": amount}),
        json!({"purpose": "health_result.read"}),
        json!({"purpose": "payment.confirm", "object": "x"}),
        json!({"purpose": "payment.confirm", "amount": amount}),
    ] {
        let asked = citizen.caller.post("/v1/step-ups/codes", &wanted).await.unwrap();
        refused(&asked, 422, "identity.step_up_incomplete");
        let proven = prove(&citizen, &wanted, DEMO_CITIZENS[0].2, "123456").await;
        refused(&proven, 422, "identity.step_up_incomplete");
    }
    let unknown = json!({"purpose": "everything"});
    let asked = citizen.caller.post("/v1/step-ups/codes", &unknown).await.unwrap();
    refused(&asked, 400, "request.invalid_body");
    app.finish().await;
}

/// An operation of some service: it confirms a payment.
#[derive(Debug)]
struct Pay;
impl Sensitive for Pay {
    const PURPOSE: StepUpPurpose = StepUpPurpose::PaymentConfirm;
}

/// Another: it shows a result.
#[derive(Debug)]
struct ReadResult;
impl Sensitive for ReadResult {
    const PURPOSE: StepUpPurpose = StepUpPurpose::HealthResultRead;
}

#[derive(Debug)]
struct ReadIdentity;
impl Sensitive for ReadIdentity {
    const PURPOSE: StepUpPurpose = StepUpPurpose::IdentityRead;
}

/// What a handler is given that asks for a proof.
async fn asked_for<S: Sensitive>(app: &TestApp, token: &str) -> StepUp<S> {
    let request = TestRequest::default()
        .insert_header(("authorization", format!("Bearer {token}")))
        .app_data(Data::new(app.city().tokens.clone()))
        .app_data(Data::new(app.city().platform.clone()))
        .to_http_request();
    StepUp::<S>::extract(&request).await.unwrap()
}

/// What an action hears that uses it up.
async fn used<S: Sensitive>(
    app: &TestApp,
    step_up: &StepUp<S>,
    object: Option<&str>,
    amount: Option<Money>,
) -> bool {
    let used =
        app.city().platform.db.tx("test.use", async |tx| step_up.consume(tx, object, amount).await);
    match used.await {
        Ok(()) => true,
        Err(Error::Proof(ProofError::StepUpRequired(purpose))) => {
            assert_eq!(purpose, S::PURPOSE);
            false
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_for_its_purpose_object_and_amount() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let raised = stepped_up(&app, &citizen, &payment("bill_1", 100)).await;
    let token = raised.token.as_deref().unwrap();
    challenged(&identity(&raised).await);
    let result = asked_for::<ReadResult>(&app, token).await;
    assert!(!used(&app, &result, Some("bill_1"), None).await, "another purpose");
    let pay = asked_for::<Pay>(&app, token).await;
    let yuan = |minor| Some(Money::new(minor, Currency::Cny));
    for (object, amount, why) in [
        (Some("bill_2"), yuan(100), "another object"),
        (None, yuan(100), "no object"),
        (Some("bill_1"), yuan(101), "more"),
        (Some("bill_1"), yuan(99), "less"),
        (Some("bill_1"), Some(Money::new(100, Currency::Usd)), "another currency"),
        (Some("bill_1"), None, "no amount"),
    ] {
        assert!(!used(&app, &pay, object, amount).await, "{why}");
    }
    let undone = app.city().platform.db.tx("test.undo", async |tx| {
        pay.consume(tx, Some("bill_1"), yuan(100)).await?;
        Err::<(), _>(Error::Forbidden)
    });
    assert!(undone.await.is_err());
    assert!(used(&app, &pay, Some("bill_1"), yuan(100)).await, "what is undone has used nothing");
    assert!(!used(&app, &pay, Some("bill_1"), yuan(100)).await, "once");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_of_several_people_are_used_together_and_each_for_itself() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    app.later(TimeDelta::minutes(1));
    let gone = app.demo_citizen(0).await;
    let raised = stepped_up(&app, &citizen, &payment("bill_1", 100)).await;
    let token = raised.token.as_deref().unwrap();
    let pay = asked_for::<Pay>(&app, token).await;
    let result = asked_for::<ReadResult>(&app, token).await;
    let ended = stepped_up(&app, &gone, &identity_read()).await;
    let ended = asked_for::<ReadIdentity>(&app, ended.token.as_deref().unwrap()).await;
    let identity = stepped_up(&app, &citizen, &identity_read()).await;
    let identity = asked_for::<ReadIdentity>(&app, identity.token.as_deref().unwrap()).await;
    let session = ended.caller().session.uuid();
    let end = format!("UPDATE identity.sessions SET revoked_at = now() WHERE id = '{session}'");
    app.sql().await.run(&end).await;
    let (object, yuan) =
        (Some("bill_1".to_owned()), |minor| Some(Money::new(minor, Currency::Cny)));
    let proofs: Vec<Proof> = vec![
        pay.proof(object.clone(), yuan(101)),
        result.proof(object.clone(), None),
        ended.proof(None, None),
        pay.proof(object.clone(), yuan(100)),
        identity.proof(None, None),
        pay.proof(object.clone(), yuan(100)),
    ];
    let together = async || {
        let db = &app.city().platform.db;
        db.tx("test.use", async |tx| consume_step_ups(tx, &proofs).await).await.unwrap()
    };
    let expected = [false, false, false, true, true, false];
    assert_eq!(together().await, expected, "amount, purpose, session, right, right, once");
    assert_eq!(together().await, [false; 6], "all are used");
    app.finish().await;
}

#[tokio::test]
async fn a_proof_and_its_code_are_of_one_session_of_one_account() {
    let app = TestApp::start().await;
    let first = app.demo_citizen(0).await;
    app.later(TimeDelta::minutes(1));
    let (second, other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let (wanted, number) = (identity_read(), DEMO_CITIZENS[0].2);
    let code = code(&app, &first, &wanted).await;
    for citizen in [&second, &other] {
        let proven = prove(citizen, &wanted, number, &code).await;
        refused(&proven, 403, "identity.step_up_refused");
    }
    let raised = stepped_up(&app, &first, &wanted).await;
    // As if somebody could move a proof into another token.
    let mut sql = app.sql().await;
    for (column, from) in [(
        "session_id",
        "SELECT id FROM identity.sessions s WHERE s.account_id = u.account_id \
          AND s.id <> u.session_id LIMIT 1",
    )] {
        sql.run(&format!("UPDATE identity.step_ups u SET {column} = ({from})")).await;
        challenged(&identity(&raised).await);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_was_only_typed_proves_nothing() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    // An account of the time before anything was verified.
    app.sql().await.run("DELETE FROM identity.verifications").await;
    let wanted = identity_read();
    let asked = citizen.caller.post("/v1/step-ups/codes", &wanted).await.unwrap();
    refused(&asked, 403, "identity.real_name_required");
    // It can make up for it.
    let claimed = citizen.claim_real_name(DEMO_CITIZENS[0].1, DEMO_CITIZENS[0].2).await.unwrap();
    assert_eq!(claimed.status, 202, "{}", claimed.text);
    app.work().await;
    let raised = stepped_up(&app, &citizen, &wanted).await;
    assert_eq!(identity(&raised).await.status, 200);
    app.finish().await;
}
