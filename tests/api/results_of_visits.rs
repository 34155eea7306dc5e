//! Results of what was ordered in a visit: the laboratory pushes a report, and the patient's plan goes
//! on by itself.

use chrono::TimeDelta;
use citygate::demo::laboratory::{
    self, BLOOD_COUNT, FHIR_JSON, Item, Named, Report, created, transaction,
};
use citygate_identity::DEMO_CITIZENS;
use reqwest::Method;
use serde_json::Value;

use crate::{
    hospital_visits::ward::{Ward, order},
    support::Answer,
};

const HEMOGLOBIN: Item = Item {
    code: ("718-7", "血红蛋白"),
    value: "128",
    unit: "g/L",
    range: ("115", "150"),
    flag: "N",
};

/// Whom the ward's visits are of.
fn patient() -> Named<'static> {
    let (_, name, id_number) = DEMO_CITIZENS[0];
    Named { id_number, name }
}

/// The hospital's systems say something, under a number that is said once.
async fn send(ward: &Ward, entries: Vec<Value>, message: &str) -> Answer {
    let request = ward.hospital.caller.request(Method::POST, "/fhir/r4");
    let request = request.header("Content-Type", FHIR_JSON).header("Idempotency-Key", message);
    let answer = Answer::to(request.body(transaction(entries).to_string())).await;
    ward.app.work().await;
    answer
}

/// A version of an order's report, issued a minute after whatever went before.
async fn push(ward: &mut Ward, order_no: &str, status: &str) -> Answer {
    ward.app.later(TimeDelta::minutes(1));
    ward.app.authenticate(&mut ward.hospital).await;
    let report = Report {
        order_no,
        report_no: order_no,
        patient: patient(),
        status,
        issued: ward.app.clock.now(),
        code: BLOOD_COUNT,
        items: &[HEMOGLOBIN],
    };
    send(ward, laboratory::report(&report), &format!("{order_no}-{status}")).await
}

/// Somebody sees the doctor, who orders an examination. Returns the visit and the doctor's queue.
async fn examined(ward: &Ward, order_no: &str) -> (String, String) {
    let visit = ward.walk_in(patient().id_number).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    let turn = ward.next(&doctor).await;
    assert_eq!(ward.event(&turn, "begun").await.status, 200);
    for status in [201, 200] {
        let placed = ward.order(order_no, &order(&visit, "laboratory", "LAB")).await;
        assert_eq!(placed.status, status, "{}", placed.text);
    }
    assert_eq!(ward.event(&turn, "finished").await.status, 200);
    ward.app.work().await;
    (visit, doctor)
}

#[tokio::test]
async fn a_pushed_report_sends_the_patient_back_to_the_doctor() {
    let mut ward = Ward::start().await;
    let laboratory = ward.open("LAB", "laboratory", 1).await;
    let (visit, doctor) = examined(&ward, "O-1").await;
    let mut sql = ward.app.sql().await;
    assert_eq!(sql.count("results.orders").await, 1, "what was ordered is known, once");
    ward.serve(&laboratory, 2).await;

    let waiting = "laboratory:done result:ready return_consult:planned = in_progress";
    assert_eq!(push(&mut ward, "O-1", "preliminary").await.status, 200);
    assert!(ward.shown(&visit).await.ends_with(waiting), "{}", ward.shown(&visit).await);
    assert_eq!(push(&mut ward, "O-1", "final").await.status, 200);
    let back = "laboratory:done result:done return_consult:queued = in_progress";
    assert!(ward.shown(&visit).await.ends_with(back), "{}", ward.shown(&visit).await);

    // The hospital says the same in its other interface, and corrects the report: it is there once.
    let ready = "hospital.plan_events WHERE kind = 'result_ready'";
    assert_eq!(sql.count(ready).await, 1);
    assert_eq!(ward.order_event("O-1", "resulted").await.status, 200);
    assert_eq!(push(&mut ward, "O-1", "corrected").await.status, 200);
    assert_eq!(sql.count(ready).await, 1);
    assert!(ward.shown(&visit).await.ends_with(back));

    // Medicine has no result: nothing waits for one, and a report of it waits for an order.
    let turn = ward.next(&doctor).await;
    let prescription = order(&visit, "prescription", "PH");
    assert_eq!(ward.order("O-2", &prescription).await.status, 201);
    assert_eq!(ward.event(&turn, "finished").await.status, 200);
    ward.app.work().await;
    assert_eq!(sql.count("results.orders").await, 1);
    assert_eq!(push(&mut ward, "O-2", "final").await.status, 202);
    assert!(ward.shown(&visit).await.ends_with("return_consult:done pharmacy:ready = in_progress"));
    ward.finish().await;
}

#[tokio::test]
async fn what_was_withdrawn_has_no_result() {
    let mut ward = Ward::start().await;
    let (visit, _) = examined(&ward, "O-1").await;
    for _ in 0..2 {
        assert_eq!(ward.order_event("O-1", "cancelled").await.status, 200);
    }
    ward.app.work().await;
    let over = ward.shown(&visit).await;
    let pushed = push(&mut ward, "O-1", "final").await;
    assert_eq!(pushed.status, 422, "{}", pushed.text);
    assert!(pushed.text.contains("order_withdrawn"), "{}", pushed.text);
    assert_eq!(ward.app.sql().await.count("results.reports").await, 0);
    assert_eq!(ward.shown(&visit).await, over);
    ward.finish().await;
}

#[tokio::test]
async fn a_result_of_what_no_visit_ordered_leaves_visits_alone() {
    let mut ward = Ward::start().await;
    let (visit, _) = examined(&ward, "O-1").await;
    let before = ward.shown(&visit).await;
    let name = "urn:uuid:00000000-0000-4000-8000-000000000001";
    let other = laboratory::order("X-1", patient(), BLOOD_COUNT);
    let placed = send(&ward, vec![created(name, "ServiceRequest", other)], "order").await;
    assert_eq!(placed.status, 200, "{}", placed.text);
    assert_eq!(push(&mut ward, "X-1", "final").await.status, 200);
    assert_eq!(ward.app.sql().await.count("results.reports").await, 1);
    assert_eq!(ward.shown(&visit).await, before);
    ward.finish().await;
}
