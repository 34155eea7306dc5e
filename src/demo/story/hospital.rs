//! A morning that everybody wants, and a visit that guides itself. The story's clock can be moved, so
//! half a day passes between two lines.

use std::future::ready;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use citygate_hospital::HOSPITAL;
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::wire;
use serde_json::{Value, json};

use super::{
    Cast, EMAIL, chapter, expect, expect_text, note,
    results::{HEMOGLOBIN_RIGHT, send},
    step, wait,
};
use crate::{
    commands::CommandError,
    demo::{
        actors::{CitizenApp, Reply, code_in, find_letter},
        laboratory::{BLOOD_COUNT, Named, Report, report, transaction},
    },
};

/// The number of the session that everybody wants.
const WANTED: &str = "STORY-1";

/// One place for three people: drawn by lot, and passed on when it is given up.
pub(super) async fn a_sold_out_morning(cast: &mut Cast) -> Result<Vec<CitizenApp>, CommandError> {
    chapter("8. Three people want one place: a draw and a waitlist");
    later(cast, &mut [], TimeDelta::hours(2)).await?;
    let mut people = Vec::new();
    for email in [EMAIL, demo_email(0)?, demo_email(1)?] {
        people.push(sign_in(cast, email).await?);
    }
    let session = open_session(cast).await?;
    let path = format!("/v1/sessions/{session}");
    let draw = people_first(&people)?.caller.get(&format!("{path}/draw")).await?;
    expect("the draw", draw.status, 200, &draw)?;
    let commitment = draw.text_at("/commitment");
    step("hospital", "opens an expert clinic with one place, by lot", &commitment);
    note("the hash of the seed stands before anybody has entered");
    for (n, citizen) in people.iter().enumerate() {
        let entered = post(citizen, &format!("{path}/draw-entries"), &format!("draw-{n}")).await?;
        expect("an entry", entered.status, 201, &entered)?;
    }
    step("citizens", "enter the draw, whoever is faster", "three tickets");
    later(cast, &mut people, TimeDelta::hours(12)).await?;
    let drawn = wait("the draw", async || {
        let draw = people_first(&people)?.caller.get(&format!("{path}/draw")).await?;
        Ok(draw.body.pointer("/drawn").is_some().then_some(draw))
    })
    .await?;
    let order = check(&drawn, &commitment)?;
    step("anybody", "computes the order anew from seed and tickets", &order.join(", "));
    let mut turns = Vec::new();
    for citizen in &people {
        let mine = citizen.caller.get("/v1/me/draw-entries").await?;
        let position: usize = mine.text_at("/items/0/position").parse()?;
        turns.push(position - 1);
    }
    let at = |place: usize| -> Result<&CitizenApp, CommandError> {
        let n = turns.iter().position(|turn| *turn == place).ok_or("nobody has that place")?;
        Ok(people.get(n).ok_or("nobody has that place")?)
    };
    let winner = at(0)?;
    let held = latest(winner).await?;
    expect_text("the winner's place", &held.text_at("/items/0/state"), "held")?;
    step("winner", "has the place, held until", &held.text_at("/items/0/pay_by"));
    let cancel = format!("/v1/appointments/{}/cancel", held.text_at("/items/0/id"));
    let cancelled = post(winner, &cancel, "give-up").await?;
    expect("giving it up", cancelled.status, 200, &cancelled)?;
    let next = latest(at(1)?).await?;
    expect_text("the next one's place", &next.text_at("/items/0/origin"), "waitlist")?;
    step(
        "winner",
        "gives it up",
        "whoever is next in the draw has it, before anybody else sees it",
    );
    Ok(people)
}

/// From booking to the pharmacy.
pub(super) async fn a_visit(
    cast: &mut Cast,
    people: &mut [CitizenApp],
) -> Result<(), CommandError> {
    chapter("9. A visit guides itself, from check-in to pharmacy");
    let patient = people.get(1).ok_or("no patient")?;
    let (appointment, starts_at) = book(cast, patient).await?;
    let now = cast.clock.now();
    later(cast, people, starts_at - TimeDelta::minutes(20) - now).await?;
    let patient = people.get(1).ok_or("no patient")?;
    let day = starts_at + TimeDelta::hours(8);
    let doctor = open_queue(cast, day.date_naive(), ("R3", "consultation", "A")).await?;
    let laboratory = open_queue(cast, day.date_naive(), ("LAB", "laboratory", "B")).await?;
    let pharmacy = open_queue(cast, day.date_naive(), ("PH", "pharmacy", "C")).await?;
    let body = json!({"appointment_id": appointment});
    let visit = patient.caller.post("/v1/hospital/visits", &body).await?;
    expect("the check-in", visit.status, 201, &visit)?;
    let visit = visit.text_at("/visit/id");
    tell(patient, &visit, "checks in with the phone").await?;
    let turn = call(cast, &doctor, "1").await?;
    tell(patient, &visit, "is called").await?;
    event(cast, &turn, "begun").await?;
    order(cast, &visit, ("BLOOD-1", "laboratory", "LAB"), ("Blood count", "血常规")).await?;
    event(cast, &turn, "finished").await?;
    pay(cast, patient, &visit).await?;
    tell(patient, &visit, "has seen the doctor and paid").await?;
    serve(cast, &laboratory, "2").await?;
    tell(patient, &visit, "has given blood").await?;
    push_result(cast, patient, &visit).await?;
    let turn = call(cast, &doctor, "3").await?;
    event(cast, &turn, "begun").await?;
    order(cast, &visit, ("DRUG-1", "prescription", "PH"), ("Prescription", "处方")).await?;
    event(cast, &turn, "finished").await?;
    tell(patient, &visit, "comes back with the result").await?;
    serve(cast, &pharmacy, "4").await?;
    let plan = patient.caller.get(&format!("/v1/hospital/visits/{visit}")).await?;
    expect_text("the visit", &plan.text_at("/visit/state"), "finished")?;
    step("patient", "has the medicine", "the visit is over, and every step is in its history");
    Ok(())
}

fn demo_email(n: usize) -> Result<&'static str, CommandError> {
    Ok(DEMO_CITIZENS.get(n).ok_or("no such demo citizen")?.0)
}

fn people_first(people: &[CitizenApp]) -> Result<&CitizenApp, CommandError> {
    people.first().ok_or_else(|| "nobody is there".into())
}

/// Time passes; whoever is there opens the app now and then.
pub(super) async fn later(
    cast: &mut Cast,
    people: &mut [CitizenApp],
    by: TimeDelta,
) -> Result<(), CommandError> {
    cast.clock.advance(by);
    for citizen in people {
        let refreshed = citizen.refresh().await?;
        expect("the app stays signed in", refreshed.status, 200, &refreshed)?;
    }
    let assertion = cast.hospital.assertion(&cast.clock)?;
    let signed_in = cast.hospital.authenticate(&assertion).await?;
    expect("the hospital's system", signed_in.status, 200, &signed_in)
}

/// Somebody of the demo city signs in with a code from a letter.
pub(super) async fn sign_in(cast: &Cast, email: &str) -> Result<CitizenApp, CommandError> {
    let mut citizen = CitizenApp::new(&cast.url, email)?;
    let before = find_letter(&cast.letters, email, "code").and_then(|letter| code_in(&letter));
    let asked = citizen.ask_for_code().await?;
    expect("a code", asked.status, 202, &asked)?;
    let code = wait("a letter with the code", || {
        let code = find_letter(&cast.letters, email, "code").and_then(|letter| code_in(&letter));
        ready(Ok(code.filter(|code| before.as_ref() != Some(code))))
    })
    .await?;
    let signed_in = citizen.sign_in(&code).await?;
    expect("the sign-in", signed_in.status, 200, &signed_in)?;
    Ok(citizen)
}

async fn post(citizen: &CitizenApp, path: &str, key: &str) -> Result<Reply, CommandError> {
    citizen.caller.post_once(path, key, &Value::Null).await
}

async fn latest(citizen: &CitizenApp) -> Result<Reply, CommandError> {
    let found = citizen.caller.get("/v1/appointments").await?;
    expect("the appointments", found.status, 200, &found)?;
    Ok(found)
}

/// A morning of the chief physician in three days with a single place.
async fn open_session(cast: &Cast) -> Result<String, CommandError> {
    let on = in_city(cast.clock.now()) + Days::new(3);
    let body = json!({
        "department_no": "CARD", "practitioner_no": "D01", "clinic_kind": "special",
        "on": on, "part": "morning", "allocation": "draw",
        "slots": [{
            "starts_at": format!("{on}T09:00:00+08:00"), "ends_at": format!("{on}T09:30:00+08:00"),
            "places": {"app": 1},
        }],
    });
    let path = format!("/v1/hospital/sessions/{WANTED}");
    let opened = cast.hospital.caller.put(&path, &body).await?;
    expect("the session", opened.status, 201, &opened)?;
    Ok(opened.text_at("/id"))
}

fn in_city(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(8)).date_naive()
}

/// Checks a draw as anybody can, from what is published. Returns the tickets in their order.
fn check(drawn: &Reply, commitment: &str) -> Result<Vec<String>, CommandError> {
    let seed = bytes(&drawn.text_at("/drawn/seed"))?;
    expect_text("the commitment", &wire::hex(digest(&SHA256, &seed).as_ref()), commitment)?;
    let published = drawn.body.pointer("/drawn/tickets").and_then(Value::as_array);
    let published: Vec<&str> = published.into_iter().flatten().filter_map(Value::as_str).collect();
    let mut tickets = Vec::new();
    for ticket in &published {
        let id = ticket.rsplit('_').next().unwrap_or_default();
        tickets.push((bytes(id)?, (*ticket).to_owned()));
    }
    tickets.sort_unstable();
    let all: Vec<u8> = tickets.iter().flat_map(|(id, _)| id.clone()).collect();
    let entries = digest(&SHA256, &all);
    tickets.sort_by_key(|(id, _)| {
        let key = [&seed[..], entries.as_ref(), id].concat();
        digest(&SHA256, &key).as_ref().to_vec()
    });
    let order: Vec<String> = tickets.into_iter().map(|(_, ticket)| ticket).collect();
    if order != published {
        return Err(format!("the order is not that of the seed: {}", drawn.text).into());
    }
    Ok(order)
}

fn bytes(hex: &str) -> Result<Vec<u8>, CommandError> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.ok_or("the seed is not in hexadecimal")?;
    let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte * 16 + digit);
    Ok(digits.chunks(2).filter_map(|pair| u8::try_from(byte(pair)).ok()).collect())
}

/// Books and pays the first place of the next general clinic of cardiology.
async fn book(cast: &Cast, patient: &CitizenApp) -> Result<(String, DateTime<Utc>), CommandError> {
    let tree = format!("/v1/hospital/hospitals/{HOSPITAL}/departments");
    let tree = patient.caller.get(&tree).await?;
    let department = items(&tree).iter().find(|one| text(one, "department_no") == "CARD");
    let department = text(department.ok_or("there is no cardiology")?, "id");
    let from = in_city(cast.clock.now()) + Days::new(1);
    let path = format!("/v1/hospital/departments/{department}/sessions?from={from}");
    let sessions = patient.caller.get(&path).await?;
    expect("the sessions", sessions.status, 200, &sessions)?;
    let general = items(&sessions).iter().filter(|one| text(one, "clinic_kind") == "general");
    let slots = general.filter_map(|one| one.get("slots").and_then(Value::as_array)).flatten();
    let slot = slots.into_iter().find(|slot| slot.get("free").and_then(Value::as_i64) > Some(0));
    let slot = slot.ok_or("nothing is free")?;
    let body = json!({"slot_id": text(slot, "id")});
    let booked = patient.caller.post_once("/v1/appointments", "visit", &body).await?;
    expect("the claim", booked.status, 201, &booked)?;
    let bill = booked.text_at("/bill_id");
    let path = format!("/v1/bills/{bill}/payments");
    let paid = patient.caller.post_once(&path, "fee", &json!({})).await?;
    expect("the clinic fee", paid.status, 201, &paid)?;
    let what = format!("{}, {}", booked.text_at("/title"), booked.text_at("/starts_at"));
    step("patient", "books and pays the clinic fee", &what);
    Ok((booked.text_at("/id"), booked.text_at("/starts_at").parse()?))
}

fn items(reply: &Reply) -> &[Value] {
    let found = reply.body.get("items").and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn open_queue(
    cast: &Cast,
    on: NaiveDate,
    (station_no, station, letter): (&str, &str, &str),
) -> Result<String, CommandError> {
    let mut body = json!({
        "on": on, "station": station, "letter": letter, "rooms": 1,
        "name": {"en": station, "zh": station_no},
        "place": {"en": format!("Building 2, {station}"), "zh": format!("2号楼{station_no}")},
        "opens_at": format!("{on}T07:00:00+08:00"), "closes_at": format!("{on}T18:00:00+08:00"),
    });
    if let (Some(body), "consultation") = (body.as_object_mut(), station) {
        body.insert("department_no".to_owned(), "CARD".into());
    }
    let path = format!("/v1/hospital/stations/{station_no}/queue");
    let opened = cast.hospital.caller.put(&path, &body).await?;
    expect("a queue", opened.status, 201, &opened)?;
    Ok(opened.text_at("/id"))
}

async fn call(cast: &Cast, queue: &str, key: &str) -> Result<String, CommandError> {
    let path = format!("/v1/hospital/queues/{queue}/calls");
    let called = cast.hospital.caller.post_once(&path, key, &json!({"room": "Room 3"})).await?;
    expect("a call", called.status, 200, &called)?;
    Ok(called.text_at("/id"))
}

async fn event(cast: &Cast, turn: &str, event: &str) -> Result<(), CommandError> {
    let path = format!("/v1/hospital/queue-entries/{turn}/events");
    let told = cast.hospital.caller.post(&path, &json!({"event": event})).await?;
    expect(event, told.status, 200, &told)
}

async fn serve(cast: &Cast, queue: &str, key: &str) -> Result<(), CommandError> {
    let turn = call(cast, queue, key).await?;
    event(cast, &turn, "begun").await?;
    cast.clock.advance(TimeDelta::minutes(1));
    event(cast, &turn, "finished").await
}

async fn order(
    cast: &Cast,
    visit: &str,
    (number, kind, station_no): (&str, &str, &str),
    (en, zh): (&str, &str),
) -> Result<(), CommandError> {
    let body = json!({
        "visit_id": visit, "kind": kind, "station_no": station_no,
        "title": {"en": en, "zh": zh}, "ready_minutes": 30,
    });
    let path = format!("/v1/hospital/orders/{number}");
    let ordered = cast.hospital.caller.put(&path, &body).await?;
    expect("an order", ordered.status, 201, &ordered)
}

/// The laboratory pushes what it found, and the plan goes on by itself.
async fn push_result(cast: &Cast, patient: &CitizenApp, visit: &str) -> Result<(), CommandError> {
    let (_, name, id_number) = *DEMO_CITIZENS.first().ok_or("no such demo citizen")?;
    let version = Report {
        order_no: "BLOOD-1",
        report_no: "BLOOD-1",
        patient: Named { id_number, name },
        status: "final",
        issued: cast.clock.now(),
        code: BLOOD_COUNT,
        items: &[HEMOGLOBIN_RIGHT],
    };
    let pushed = send(cast, &transaction(report(&version)), "BLOOD-1").await?;
    // Where the order is still on its way, the report waits for it.
    if pushed.status != 202 {
        expect("the result", pushed.status, 200, &pushed)?;
    }
    step("hospital", "pushes the blood count (FHIR R4)", "nobody has to tell the plan");
    wait("the way back to the doctor", async || {
        let plan = patient.caller.get(&format!("/v1/hospital/visits/{visit}")).await?;
        let steps = plan.body.get("steps").and_then(Value::as_array).into_iter().flatten();
        let mut back = steps.filter(|one| text(one, "kind") == "return_consult");
        Ok(back.any(|one| text(one, "state") == "queued").then_some(()))
    })
    .await
}

/// A line of a charge. What no insurance pays for is of class C.
fn line(code: &str, class: &str, minor: i64) -> Value {
    json!({
        "code": code, "text": {"en": "Blood count", "zh": "血常规"}, "service": "laboratory",
        "class": class, "quantity": 1, "unit_price": {"amount_minor": minor, "currency": "CNY"},
    })
}

/// The hospital charges; the insurer takes its part, and the patient pays the rest from the phone.
async fn pay(cast: &Cast, patient: &CitizenApp, visit: &str) -> Result<(), CommandError> {
    let body = json!({
        "title": {"en": "Laboratory", "zh": "检验费"},
        "lines": [line("L1", "a", 12_000), line("L2", "c", 2_000)],
    });
    let path = format!("/v1/hospital/visits/{visit}/charges/STORY-1");
    let charged = cast.hospital.caller.put(&path, &body).await?;
    expect("the charge", charged.status, 201, &charged)?;
    let path = format!("/v1/hospital/charges/{}", charged.text_at("/id"));
    let settle = json!({"credential": "ec_sandbox_employee"});
    let ask = format!("{path}/insurance-settlement");
    let asked = patient.caller.post_once(&ask, "split", &settle).await?;
    expect("the insurer", asked.status, 202, &asked)?;
    let split = wait("the insurer's part", async || {
        let charge = patient.caller.get(&path).await?;
        Ok((charge.text_at("/state") != "asked").then_some(charge))
    })
    .await?;
    let bill = split.text_at("/settlement/bill_id");
    if !bill.is_empty() {
        let bill = format!("/v1/bills/{bill}/payments");
        let paid = patient.caller.post_once(&bill, "own-part", &json!({})).await?;
        expect("the own part", paid.status, 201, &paid)?;
    }
    let settled = wait("the settlement", async || {
        let charge = patient.caller.get(&path).await?;
        Ok((charge.text_at("/state") == "settled").then_some(charge))
    })
    .await?;
    let part = |name: &str| settled.text_at(&format!("/settlement/{name}/amount_minor"));
    let split =
        format!("of 14000 fen the insurance pays {}, she pays {}", part("insurance"), part("own"));
    step("patient", "pays the laboratory", &split);
    Ok(())
}

/// What the plan tells the patient to do next.
async fn tell(patient: &CitizenApp, visit: &str, what: &str) -> Result<(), CommandError> {
    let plan = patient.caller.get(&format!("/v1/hospital/visits/{visit}")).await?;
    expect("the plan", plan.status, 200, &plan)?;
    let steps = plan.body.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
    let next = steps.iter().find(|one| !["done", "skipped"].contains(&text(one, "state").as_str()));
    step("patient", what, &next.map(|one| text(one, "instruction")).unwrap_or_default());
    Ok(())
}
