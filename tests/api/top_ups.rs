//! Money from a card, with a processor that has bad days.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_sandbox::card_processor::Behaviour;
use serde_json::json;

use crate::support::{TestApp, refused};

async fn top_up(citizen: &CitizenApp, key: &str, minor: i64, card: &str) -> Reply {
    let body = json!({"amount": {"amount_minor": minor, "currency": "CNY"}, "card_token": card});
    citizen.caller.post_once("/v1/wallet/top-ups", key, &body).await.unwrap()
}

async fn state(citizen: &CitizenApp, created: &Reply) -> String {
    let path = format!("/v1/wallet/top-ups/{}", created.text_at("/id"));
    citizen.caller.get(&path).await.unwrap().text_at("/state")
}

async fn wallet(citizen: &CitizenApp) -> i64 {
    citizen.caller.get("/v1/wallet").await.unwrap().minor_at("/available")
}

/// How often the card was charged for a top-up.
fn charged(app: &TestApp, created: &Reply) -> usize {
    let reference = created.text_at("/id");
    app.processor().charges().iter().filter(|charge| charge.reference == reference).count()
}

const OK: &str = "tok_sandbox_ok";

#[tokio::test]
async fn a_processor_that_errs_is_asked_until_it_is_known_what_became_of_the_money() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let mut holds = 50_000;
    for (key, behaviour, at_first) in [
        ("error", Behaviour::Error500, "processing"),
        ("late-error", Behaviour::ErrorAfterCharge, "processing"),
        ("garbage", Behaviour::Garbage, "processing"),
        ("contradict", Behaviour::Contradict, "succeeded"),
        ("slow", Behaviour::Slow, "succeeded"),
    ] {
        app.processor().behave([behaviour]);
        let created = top_up(&citizen, key, 1_000, OK).await;
        assert_eq!((created.status, created.text_at("/state").as_str()), (202, "processing"));
        app.work().await;
        assert_eq!(state(&citizen, &created).await, at_first, "{behaviour:?}");
        let now = if at_first == "succeeded" { holds + 1_000 } else { holds };
        assert_eq!(wallet(&citizen).await, now, "no money is guessed: {behaviour:?}");
        app.later(TimeDelta::seconds(1));
        app.work().await;
        holds += 1_000;
        assert_eq!(state(&citizen, &created).await, "succeeded", "{behaviour:?}");
        assert_eq!((wallet(&citizen).await, charged(&app, &created)), (holds, 1), "{behaviour:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_processor_that_goes_silent_charges_once_and_the_wallet_has_it_once() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let created =
        [top_up(&citizen, "one", 1_000, OK).await, top_up(&citizen, "two", 1_000, OK).await];
    app.processor().behave([Behaviour::TimeoutAfterCharge, Behaviour::TimeoutBeforeCharge]);
    app.work().await;
    assert_eq!(wallet(&citizen).await, 50_000);
    assert_eq!(app.processor().charges().len(), 1, "one was booked before the silence");
    for one in &created {
        assert_eq!(state(&citizen, one).await, "processing");
    }
    // It is not well yet when it is asked again.
    app.processor().behave([Behaviour::Error500, Behaviour::Garbage]);
    app.later(TimeDelta::seconds(1));
    app.work().await;
    assert_eq!(wallet(&citizen).await, 50_000);
    app.later(TimeDelta::seconds(2));
    app.work().await;
    for one in &created {
        assert_eq!((state(&citizen, one).await.as_str(), charged(&app, one)), ("succeeded", 1));
    }
    assert_eq!(wallet(&citizen).await, 52_000);
    app.finish().await;
}

#[tokio::test]
async fn a_processor_that_is_away_for_a_day_is_still_asked() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let created = top_up(&citizen, "k", 1_000, OK).await;
    app.processor().behave([Behaviour::Error500; 12]);
    for wait in [0, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 3_600, 3_600] {
        app.later(TimeDelta::seconds(wait));
        app.work().await;
    }
    assert!(app.processor().charges().is_empty());
    app.later(TimeDelta::seconds(21_600));
    app.work().await;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    assert_eq!(state(&citizen, &created).await, "succeeded");
    assert_eq!(wallet(&citizen).await, 51_000);
    app.finish().await;
}

#[tokio::test]
async fn a_declined_card_brings_a_reason_and_no_money() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    for (card, reason) in [
        ("tok_sandbox_declined", "do_not_honour"),
        ("tok_sandbox_expired", "expired_card"),
        ("tok_nobody_knows", "unknown_card"),
    ] {
        let created = top_up(&citizen, card, 1_000, card).await;
        app.work().await;
        let path = format!("/v1/wallet/top-ups/{}", created.text_at("/id"));
        let read = citizen.caller.get(&path).await.unwrap();
        let found = (read.text_at("/state"), read.text_at("/decline_reason"));
        assert_eq!(found, ("declined".to_owned(), reason.to_owned()), "{}", read.text);
        // The citizen is told what was, not what is: the answer to the key stays.
        let again = top_up(&citizen, card, 1_000, card).await;
        assert_eq!((again.replayed, again.text), (true, created.text));
    }
    assert_eq!(wallet(&citizen).await, 50_000);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.top_ups WHERE card_token <> ''").await, 0, "tokens are gone");
    app.finish().await;
}

#[tokio::test]
async fn the_job_of_a_resolved_top_up_changes_nothing() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let created = top_up(&citizen, "k", 1_000, OK).await;
    let mut sql = app.sql().await;
    // A worker died after the effect and before the end of its job: the job comes back.
    sql.run(
        "INSERT INTO platform.jobs (id, kind, payload, run_at, created_at) \
         SELECT gen_random_uuid(), kind, payload, run_at + interval '1 minute', created_at \
         FROM platform.jobs WHERE kind = 'payments.resolve_top_up'",
    )
    .await;
    app.work().await;
    let left = "platform.jobs WHERE kind = 'payments.resolve_top_up'";
    assert_eq!(sql.count(left).await, 1);
    app.later(TimeDelta::minutes(1));
    app.work().await;
    assert_eq!(sql.count(left).await, 0);
    assert_eq!((wallet(&citizen).await, charged(&app, &created)), (51_000, 1));
    app.finish().await;
}

#[tokio::test]
async fn an_amount_out_of_range_is_no_top_up() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    for minor in [0, -1, 5_000_001, i64::MAX, i64::MIN] {
        let reply = top_up(&citizen, "k", minor, OK).await;
        refused(&reply, 422, "payments.amount_out_of_range");
        assert_eq!(reply.text_at("/errors/0/pointer"), "/amount/amount_minor");
    }
    let dollars = json!({"amount": {"amount_minor": 1, "currency": "USD"}, "card_token": OK});
    let reply = citizen.caller.post_once("/v1/wallet/top-ups", "k", &dollars).await.unwrap();
    refused(&reply, 422, "payments.currency_not_supported");
    assert_eq!(app.sql().await.count("payments.top_ups").await, 0);
    app.finish().await;
}
