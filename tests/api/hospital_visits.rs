//! The day of a visit: check-in, queues, calls, orders, and the plan that is followed live.

mod streams;
pub mod ward;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::DEMO_CITIZENS;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{outcome, pay, refused, yuan};
use ward::{Ward, id_number, order, queue, system, walk_in};

#[tokio::test]
async fn a_visit_from_the_desk_to_the_pharmacy() {
    let ward = Ward::start().await;
    let (_, _, number) = DEMO_CITIZENS[0];
    let visit = ward.walk_in(number).await;
    assert_eq!(ward.shown(&visit).await, "consult:ready = arrived");
    // The number comes as soon as the hospital opens the queue.
    let doctor = ward.open("R3", "consultation", 1).await;
    assert_eq!(ward.shown(&visit).await, "consult:queued = arrived");
    let plan = ward.plan(&visit).await;
    assert_eq!(plan.text_at("/steps/0/turn/number"), "A001");
    assert_eq!(plan.text_at("/steps/0/turn/ahead"), "0");
    let said = plan.text_at("/steps/0/instruction");
    assert!(said.starts_with("Wait at Building 2, floor 3: number A001, 0 before you"), "{said}");

    let turn = ward.next(&doctor).await;
    ward.app.work().await;
    let said = ward.plan(&visit).await.text_at("/steps/0/instruction");
    assert_eq!(said, "Number A001 is called: Building 2, floor 3, Room 3.");
    assert_eq!(ward.app.letters(&ward.citizen.email, "Room 3"), 1);
    assert_eq!(ward.event(&turn, "begun").await.status, 200);
    let laboratory = ward.open("LAB", "laboratory", 2).await;
    assert_eq!(ward.order("O-1", &order(&visit, "laboratory", "LAB")).await.status, 201);
    assert_eq!(
        ward.shown(&visit).await,
        "consult:called laboratory:planned result:planned return_consult:planned = in_progress"
    );
    assert_eq!(ward.event(&turn, "finished").await.status, 200);
    assert_eq!(
        ward.shown(&visit).await,
        "consult:done laboratory:queued result:planned return_consult:planned = in_progress"
    );
    let step = ward.plan(&visit).await;
    assert_eq!(step.text_at("/steps/1/title"), "Ultrasound of the abdomen");
    assert_eq!(step.text_at("/steps/1/preparation"), "Nothing to eat for eight hours");

    ward.serve(&laboratory, 2).await;
    let waiting = ward.plan(&visit).await;
    assert_eq!(waiting.text_at("/steps/2/state"), "ready");
    let expected: DateTime<Utc> = waiting.text_at("/steps/2/expected_at").parse().unwrap();
    assert_eq!(expected, ward.app.clock.now() + TimeDelta::minutes(30));
    assert_eq!(ward.order_event("O-1", "resulted").await.status, 200);
    assert!(ward.shown(&visit).await.ends_with("result:done return_consult:queued = in_progress"));
    let turn = ward.next(&doctor).await;
    let pharmacy = ward.open("PH", "pharmacy", 1).await;
    let prescription = order(&visit, "prescription", "PH");
    assert_eq!(ward.order("O-2", &prescription).await.status, 201);
    assert_eq!(ward.event(&turn, "finished").await.status, 200);
    ward.serve(&pharmacy, 1).await;
    assert!(ward.shown(&visit).await.ends_with("return_consult:done pharmacy:done = finished"));
    let list = ward.citizen.caller.get("/v1/hospital/visits").await.unwrap();
    assert_eq!(list.text_at("/items/0/id"), visit);

    ward.app.work().await;
    // Each turn is told once, and no letter tells of somebody's health.
    let letters = |containing| ward.app.letters(&ward.citizen.email, containing);
    assert_eq!(letters("You are called"), 2, "the pharmacy and the laboratory were quicker");
    assert_eq!(letters("ltrasound"), 0);
    let dump = ward.app.sql().await.dump().await;
    for (table, rows) in dump {
        assert!(!rows.contains("ltrasound") && !rows.contains("超声"), "{table} tells it");
    }
    ward.finish().await;
}

#[tokio::test]
async fn an_appointment_is_checked_in_while_its_window_is_open() {
    let mut ward = Ward::start().await;
    let (appointment, starts_at) = ward.book().await;
    ward.be_at(starts_at - TimeDelta::minutes(31)).await;
    let early = ward.check_in(&ward.citizen.caller, &appointment).await;
    refused(&early, 422, "hospital.check_in_not_open");
    ward.be_at(starts_at - TimeDelta::minutes(30)).await;
    let other = ward.app.demo_citizen(1).await;
    let foreign = ward.check_in(&other.caller, &appointment).await;
    refused(&foreign, 404, "hospital.appointment_unknown");
    let body = json!({"appointment_id": appointment});
    let elsewhere = system(&ward.app, ward.app.other_agency().await).await.caller;
    let kiosk = elsewhere.post_once("/v1/hospital/arrivals", "k", &body).await.unwrap();
    refused(&kiosk, 404, "hospital.appointment_unknown");

    // Two devices at once: one visit.
    let both = join_all([0, 1].map(|_| ward.check_in(&ward.citizen.caller, &appointment))).await;
    let mut statuses: Vec<_> = both.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{both:?}");
    assert_eq!(both[0].text_at("/visit/id"), both[1].text_at("/visit/id"));
    let kiosk = ward.arrive("kiosk", &body).await;
    assert_eq!((kiosk.status, kiosk.text_at("/id")), (200, both[0].text_at("/visit/id")));
    let path = format!("/v1/appointments/{appointment}");
    let state = async || ward.citizen.caller.get(&path).await.unwrap().text_at("/state");
    assert_eq!(state().await, "arrived");
    let doctor = ward.open("R3", "consultation", 1).await;
    ward.serve(&doctor, 5).await;
    assert_eq!(state().await, "fulfilled");
    ward.finish().await;
}

#[tokio::test]
async fn check_in_ends_with_the_half_day() {
    let mut ward = Ward::start().await;
    let (appointment, _) = ward.book().await;
    // 11:30 in Hangzhou.
    ward.be_at("2026-11-24T03:30:01Z".parse().unwrap()).await;
    let late = ward.check_in(&ward.citizen.caller, &appointment).await;
    refused(&late, 422, "hospital.check_in_closed");
    assert!(late.text_at("/detail").contains("2026-11-24T03:30:00Z"), "{}", late.text);
    ward.finish().await;
}

#[tokio::test]
async fn who_does_not_come_gets_a_strike_with_what_shows_it() {
    let mut ward = Ward::start().await;
    let (appointment, starts_at) = ward.book().await;
    ward.be_at(starts_at - TimeDelta::minutes(20)).await;
    ward.walk_in(&id_number(1)).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    ward.serve(&doctor, 5).await;
    ward.be_at("2026-11-24T03:30:01Z".parse().unwrap()).await;
    ward.app.work().await;
    let path = format!("/v1/appointments/{appointment}");
    let state = ward.citizen.caller.get(&path).await.unwrap().text_at("/state");
    assert_eq!(state, "no_show");
    let evidence = "SELECT evidence::text AS value FROM booking.strikes";
    let evidence = ward.app.sql().await.texts(evidence).await;
    assert_eq!(evidence.len(), 1);
    for fact in ["check_in_opened_at", "check_in_closed_at", "session_started_at"] {
        assert!(evidence[0].contains(fact), "{evidence:?}");
    }
    ward.finish().await;
}

#[tokio::test]
async fn nobody_gets_a_strike_for_a_session_that_was_not_held() {
    let mut ward = Ward::start().await;
    let (appointment, starts_at) = ward.book().await;
    ward.be_at(starts_at - TimeDelta::minutes(20)).await;
    ward.open("R3", "consultation", 1).await;
    ward.be_at("2026-11-24T03:30:01Z".parse().unwrap()).await;
    ward.app.work().await;
    let path = format!("/v1/appointments/{appointment}");
    let state = ward.citizen.caller.get(&path).await.unwrap().text_at("/state");
    assert_eq!(state, "booked", "the hospital has to say what becomes of it");
    assert_eq!(ward.app.sql().await.count("booking.strikes").await, 0);
    ward.finish().await;
}

#[tokio::test]
async fn a_missed_call_goes_back_five_places_and_in_the_end_is_void() {
    let ward = Ward::start().await;
    let (_, _, number) = DEMO_CITIZENS[0];
    let doctor = ward.open("R3", "consultation", 1).await;
    let visit = ward.walk_in(number).await;
    for n in 1..=7 {
        ward.app.later(TimeDelta::seconds(1));
        ward.walk_in(&id_number(n)).await;
    }
    let turn = ward.next(&doctor).await;
    refused(&ward.event(&turn, "missed-twice").await, 400, "request.invalid_body");
    let missed = ward.event(&turn, "missed").await;
    assert_eq!(
        (missed.text_at("/state").as_str(), missed.text_at("/misses")),
        ("waiting", "1".to_owned())
    );
    refused(&ward.event(&turn, "missed").await, 409, "hospital.turn_refused");
    assert_eq!(ward.plan(&visit).await.text_at("/steps/0/turn/ahead"), "5");
    for _ in 0..5 {
        assert_ne!(ward.next(&doctor).await, turn);
    }
    assert_eq!(ward.next(&doctor).await, turn, "after five others");
    for misses in 2..=3 {
        assert_eq!(ward.event(&turn, "missed").await.text_at("/state"), "waiting");
        while ward.next(&doctor).await != turn {
            assert!(misses < 4);
        }
    }
    let void = ward.event(&turn, "missed").await;
    assert_eq!(void.text_at("/state"), "void", "{}", void.text);
    let plan = ward.plan(&visit).await;
    assert_eq!(plan.text_at("/visit/state"), "void");
    assert_eq!(plan.text_at("/visit/end_reason"), "calls_missed");
    ward.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rooms_never_call_the_same_number() {
    let ward = Ward::start().await;
    let doctor = ward.open("R3", "consultation", 8).await;
    for n in 0..10 {
        ward.walk_in(&id_number(n)).await;
    }
    let keys: Vec<_> = (0..12).map(|n| format!("call-{n}")).collect();
    let replies = join_all(keys.iter().map(|key| ward.call(&doctor, key))).await;
    let mut called: Vec<_> =
        replies.iter().filter(|one| one.status == 200).map(|one| one.text_at("/number")).collect();
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), 10);
    let empty = replies.iter().filter(|one| outcome(one).1 == "hospital.nobody_waits").count();
    assert_eq!(empty, 2);
    // A repeated call is the same call.
    let again = ward.call(&doctor, "call-0").await;
    assert!(again.replayed && again.text == replies[0].text, "{}", again.text);
    ward.finish().await;
}

#[tokio::test]
async fn priority_is_what_the_rule_says_and_the_hospital_has_seen() {
    let ward = Ward::start().await;
    let doctor = ward.open("R3", "consultation", 1).await;
    for n in 0..3 {
        ward.app.later(TimeDelta::seconds(1));
        ward.walk_in(&id_number(n)).await;
    }
    let mut body = walk_in(&id_number(3));
    body["priority"] = "vip".into();
    refused(&ward.arrive("vip", &body).await, 422, "hospital.priority_unknown");
    body["priority"] = "over_80".into();
    let arrived = ward.arrive("old", &body).await;
    assert_eq!(arrived.status, 201, "{}", arrived.text);
    let seen = ward.hospital.caller.get(&format!("/v1/hospital/queues/{doctor}")).await.unwrap();
    assert_eq!(seen.text_at("/waiting/0/lane"), "priority");
    assert_eq!(seen.text_at("/waiting/0/visit_id"), arrived.text_at("/id"));
    assert_eq!(seen.text_at("/waiting_count"), "4");
    ward.finish().await;
}

#[tokio::test]
async fn anybody_sees_how_long_a_queue_is() {
    let ward = Ward::start().await;
    let doctor = ward.open("R3", "consultation", 1).await;
    let path = format!("/v1/hospital/queues/{doctor}/eta");
    let anybody = ward.app.anybody();
    let wait = async || anybody.get(&path).await.unwrap().text_at("/wait_seconds");
    assert_eq!(wait().await, "0");
    for n in 0..3 {
        ward.walk_in(&id_number(n)).await;
    }
    assert_eq!(wait().await, "1080", "three times the usual six minutes");
    ward.serve(&doctor, 4).await;
    // Four parts of the usual 360 seconds, and one of 240.
    assert_eq!(wait().await, "672", "two times (4 * 360 + 240) / 5");
    let mut rests = queue(&ward.app, "consultation", 0);
    assert_eq!(ward.put_queue("R3", &rests).await.status, 200);
    assert_eq!(wait().await, "", "no room calls");
    rests["letter"] = "B".into();
    refused(&ward.put_queue("R3", &rests).await, 409, "hospital.queue_differs");
    ward.finish().await;
}

#[tokio::test]
async fn what_is_another_hospitals_or_another_persons_is_not_there() {
    let ward = Ward::start().await;
    let doctor = ward.open("R3", "consultation", 1).await;
    let visit = ward.walk_in(&id_number(0)).await;
    assert_eq!(ward.order("O-1", &order(&visit, "imaging", "US")).await.status, 201);
    let turn = ward.next(&doctor).await;
    let agency = ward.app.other_agency().await;
    let other = Ward { hospital: system(&ward.app, agency).await, ..ward };
    refused(&other.call(&doctor, "k").await, 404, "hospital.queue_unknown");
    refused(&other.event(&turn, "begun").await, 404, "hospital.queue_entry_unknown");
    refused(
        &other.order("O-9", &order(&visit, "imaging", "US")).await,
        404,
        "hospital.visit_unknown",
    );
    refused(&other.order_event("O-1", "resulted").await, 404, "hospital.order_unknown");
    let caller = &other.hospital.caller;
    for (path, code) in [
        (format!("/v1/hospital/queues/{doctor}"), "hospital.queue_unknown"),
        (format!("/v1/hospital/received-visits/{visit}"), "hospital.visit_unknown"),
        ("/v1/hospital/orders/O-1".to_owned(), "hospital.order_unknown"),
    ] {
        refused(&caller.get(&path).await.unwrap(), 404, code);
    }
    let body = queue(&other.app, "consultation", 1);
    refused(&other.put_queue("R3", &body).await, 404, "hospital.hospital_unknown");
    let path = format!("/v1/hospital/visits/{visit}");
    refused(&other.citizen.caller.get(&path).await.unwrap(), 404, "hospital.visit_unknown");
    let stream = other.citizen.caller.get(&format!("{path}/events")).await.unwrap();
    refused(&stream, 404, "hospital.visit_unknown");
    other.finish().await;
}

#[tokio::test]
async fn an_order_is_recorded_once_and_goes_on_as_it_can() {
    let ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    let body = order(&visit, "imaging", "US");
    assert_eq!(ward.order("O-1", &body).await.status, 201);
    assert_eq!(ward.order("O-1", &body).await.status, 200);
    let mut other = body.clone();
    other["title"]["en"] = "X-ray of the hand".into();
    refused(&ward.order("O-1", &other).await, 409, "hospital.order_differs");
    refused(&ward.order_event("O-1", "dispensed").await, 409, "hospital.order_refused");
    ward.open("US", "imaging", 1).await;
    ward.serve(&doctor, 5).await;
    assert!(ward.shown(&visit).await.contains("imaging:queued"));
    assert_eq!(ward.order_event("O-1", "cancelled").await.status, 200);
    assert_eq!(
        ward.shown(&visit).await,
        "consult:done imaging:skipped result:skipped return_consult:skipped = finished"
    );
    // The result comes although the order was taken back: it is there.
    assert_eq!(ward.order_event("O-1", "resulted").await.status, 200);
    refused(&ward.order_event("O-1", "dispensed").await, 409, "hospital.order_refused");
    ward.finish().await;
}

#[tokio::test]
async fn what_is_ordered_waits_until_it_is_paid() {
    let ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    ward.open("LAB", "laboratory", 1).await;
    assert_eq!(ward.order("O-1", &order(&visit, "laboratory", "LAB")).await.status, 201);
    let line = json!({
        "code": "L1", "text": {"en": "Blood count", "zh": "血常规"}, "service": "laboratory",
        "class": "a", "quantity": 1, "unit_price": yuan(2_000),
    });
    let charge = json!({"title": {"en": "Tests", "zh": "检验费"}, "lines": [line]});
    let path = format!("/v1/hospital/visits/{visit}/charges/C-1");
    let charge = ward.hospital.caller.put(&path, &charge).await.unwrap();
    assert_eq!(charge.status, 201, "{}", charge.text);
    ward.serve(&doctor, 5).await;
    assert!(ward.shown(&visit).await.starts_with("consult:done pay:ready laboratory:planned"));
    let plan = ward.plan(&visit).await;
    assert_eq!(plan.text_at("/steps/1/charge_id"), charge.text_at("/id"));
    assert_eq!(plan.minor_at("/steps/1/due"), 2_000);
    assert_eq!(plan.text_at("/steps/2/instruction"), "After: See the doctor, Pay.");

    let path = format!("/v1/hospital/charges/{}/own-settlement", charge.text_at("/id"));
    let settled = ward.citizen.caller.post_once(&path, "own", &json!({})).await.unwrap();
    assert!(settled.status < 300, "{}", settled.text);
    let bill = settled.text_at("/settlement/bill_id");
    let paid = pay(&ward.citizen, &bill, "pay", &json!({})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    ward.app.work().await;
    assert!(ward.shown(&visit).await.starts_with("consult:done pay:done laboratory:queued"));
    ward.finish().await;
}

#[tokio::test]
async fn a_day_that_is_over_ends_what_was_left() {
    let mut ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    assert_eq!(ward.order("O-1", &order(&visit, "imaging", "US")).await.status, 201);
    ward.serve(&doctor, 5).await;
    let midnight: DateTime<Utc> = "2026-11-23T16:00:00Z".parse().unwrap();
    ward.be_at(midnight).await;
    ward.app.work().await;
    assert_eq!(
        ward.shown(&visit).await,
        "consult:done imaging:skipped result:skipped return_consult:skipped = void"
    );
    assert_eq!(ward.plan(&visit).await.text_at("/visit/end_reason"), "not_continued");
    refused(&ward.order("O-2", &order(&visit, "imaging", "US")).await, 409, "hospital.visit_over");
    ward.finish().await;
}
