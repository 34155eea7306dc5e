//! What is deleted when its time is over, and what is not.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    oidc::{Party, WANG},
    support::{TestApp, pay, refused},
};

/// Rows, for how many hours after the beginning they are surely there, and when they are gone.
const KEPT: [(&str, i64, i64); 10] = [
    ("identity.one_time_codes", 24, 25),
    ("identity.authorization_codes", 24, 25),
    ("identity.client_assertions", 24, 25),
    ("identity.counters", 47, 49),
    ("platform.events WHERE dispatched_at IS NOT NULL", 7 * 24 - 1, 7 * 24 + 1),
    ("platform.idempotency_keys", 90 * 24 - 1, 90 * 24 + 1),
    ("identity.known_clients", 90 * 24 - 1, 90 * 24 + 1),
    ("notify.messages WHERE sent_at IS NOT NULL", 90 * 24 - 1, 90 * 24 + 1),
    ("identity.refresh_tokens", 91 * 24 - 1, 91 * 24 + 1),
    // A session lasts for ninety days.
    ("identity.sessions", (90 + 180) * 24 - 1, (90 + 180) * 24 + 1),
];

#[tokio::test]
async fn everything_is_kept_for_its_time_and_no_longer() {
    let app = TestApp::start().await;
    let began = app.clock.now();
    let citizen = app.demo_citizen(1).await;
    Party::app().sign_in(&app, WANG, "openid offline_access citizen").await;
    let police = app.police().await;
    let bill = app.issue(&police, &app.bill("1", citygate_identity::DEMO_CITIZENS[1].2, 100)).await;
    assert_eq!(pay(&citizen, &bill, "once", &json!({})).await.status, 201);
    app.work().await;
    let mut sql = app.sql().await;
    for (rows, ..) in KEPT {
        assert!(sql.count(rows).await > 0, "{rows}: nothing to delete");
    }
    let mut hours: Vec<i64> = KEPT.iter().flat_map(|(_, there, gone)| [*there, *gone]).collect();
    hours.sort_unstable();
    hours.dedup();
    for now in hours {
        app.later(began + TimeDelta::hours(now) - app.clock.now());
        app.sweep().await;
        for (rows, there, gone) in KEPT {
            let found = sql.count(rows).await > 0;
            assert!(found || now > there, "{rows} are gone after {now} hours");
            assert!(!found || now < gone, "{rows} are there after {now} hours");
        }
    }
    assert_eq!(app.sweep().await, 0, "nothing is left");
    // Who has paid is not forgotten.
    assert!(sql.count("payments.payments").await > 0);
    app.finish().await;
}

#[tokio::test]
async fn a_stolen_refresh_token_is_known_for_as_long_as_the_session_runs() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let stolen = citizen.refresh_token.clone();
    for _ in 0..8 {
        app.later_with(&mut citizen, TimeDelta::days(10)).await;
        app.sweep().await;
    }
    assert_eq!(citizen.caller.get("/v1/me/sessions").await.unwrap().status, 200);
    let own = std::mem::replace(&mut citizen.refresh_token, stolen);
    let reused = citizen.refresh().await.unwrap();
    assert_eq!((reused.status, reused.text_at("/error")), (400, "invalid_grant".to_owned()));
    citizen.refresh_token = own;
    assert_eq!(citizen.refresh().await.unwrap().status, 400, "the thief's reuse ended all of it");
    let ended = citizen.caller.get("/v1/me/sessions").await.unwrap();
    refused(&ended, 401, "identity.token_invalid");
    app.finish().await;
}
