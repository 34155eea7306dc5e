//! Every operation of the OpenAPI document, called by everybody, on everything: `matrix.csv` has the
//! statuses that were reviewed.
//!
//! A row is an operation, a column a kind of caller. Where an operation is about one thing, a cell
//! has four statuses: for the citizen's own thing, which is also one of the agency; for that of
//! another citizen, also of the agency; for that of another agency; and for what does not exist. One
//! status stands for four equal ones. Bodies are empty where nobody's thing is meant: 400 and 422
//! say that the caller was let in and the body was not. Both agencies are hospitals, which have
//! everything that agencies have.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::Path,
};

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, System};
use citygate_hospital::HOSPITAL;
use citygate_identity::{DEMO_CITIZENS, KeyPair};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName},
};
use serde_json::{Value, json};

use crate::{
    document::{Operation, Role, nothing, operations, scopes},
    hospital_things::{Keeper, other_hospital},
    matrix::named,
    staff::{Agency, at_their_desks, in_role},
    support::{Answer, TestApp, yuan},
};

const TABLE: &str = include_str!("matrix.csv");

const CALLERS: [&str; 12] = [
    "anonymous",
    "nameless",
    "citizen",
    "clerk",
    "clinician",
    "registrar",
    "editor",
    "admin",
    "other_admin",
    "system",
    "scopeless",
    "other_system",
];

/// Operations on one thing that is named in the body: an appointment.
const BY_BODY: [&str; 2] = ["hospital_check_in", "hospital_record_arrival"];

/// Whether an operation is about one thing.
fn is_about_one(operation: &Operation) -> bool {
    operation.is_about_one() || BY_BODY.contains(&&*operation.id)
}

/// What an operation takes that is about one thing.
fn body(operation: &Operation, of: &Things) -> Value {
    match &*operation.id {
        "payments_cancel_bill" => json!({"reason": "x"}),
        "payments_refund_payment" => json!({"available": of.available, "reason": "x"}),
        "identity_invite_staff" => json!({"email": "new@first.example", "role": "clerk"}),
        "identity_add_client_key" => json!({"jwk": KeyPair::generate().unwrap().public}),
        "identity_look_up_person" | "identity_look_up_person_as_staff" => json!({
            "document": {"type": "resident_id", "number": of.id_number},
            "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": "x",
        }),
        "identity_rename_passkey" => json!({"name": "x"}),
        "identity_request_client" => json!({
            "name": "x", "scopes": ["webhooks:write"], "jwk": KeyPair::generate().unwrap().public,
        }),
        "identity_approve_client_request" => json!({"fingerprint": "x"}),
        "exchange_apply" => json!({
            "contact": "lis@first.example", "software": "LIS 7.2", "signs": false,
            "speaks_hl7": false, "sandbox_jwk": KeyPair::generate().unwrap().public,
        }),
        "exchange_fhir_update" => named(&of.bodies[&*operation.id], operation, &of.ids),
        id if BY_BODY.contains(&id) => json!({"appointment_id": of.ids["appointment_id"]}),
        "traffic_put_decision" => of.decision.clone(),
        id => of.bodies.get(id).cloned().unwrap_or_else(|| json!({})),
    }
}

/// Things by the names of their path parameters.
#[derive(Clone, Default)]
struct Things {
    ids: BTreeMap<&'static str, String>,
    bodies: BTreeMap<&'static str, Value>,
    id_number: &'static str,
    available: Value,
    decision: Value,
}

/// The columns' callers, in their order.
struct Cast(Vec<Caller>);

struct Stage {
    cast: Cast,
    /// Own, other, another agency's, none.
    things: [Things; 4],
}

async fn stage(app: &TestApp) -> Stage {
    let scopes = scopes();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let mut first = Agency::new(app, HOSPITAL, "first.example").await;
    let mut clinician = in_role(app, &mut first, "clinician").await;
    let mut registrar = in_role(app, &mut first, "registrar").await;
    let mut editor = in_role(app, &mut first, "editor").await;
    let mut second = Agency::new(app, other_hospital(), "second.example").await;
    let mut their_registrar = in_role(app, &mut second, "registrar").await;
    let (mut citizen, mut other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let mut system = app.system_of(first.id, &scopes).await;
    let mut scopeless = app.system_of(first.id, &["hospital.results:write"]).await;
    let mut other_system = app.system_of(second.id, &scopes).await;
    let own = things(app, (&mut citizen, 0), &mut system, (&mut first, &mut registrar), 1).await;
    let others = things(app, (&mut other, 1), &mut system, (&mut first, &mut registrar), 2).await;
    let theirs =
        things(app, (&mut other, 1), &mut other_system, (&mut second, &mut their_registrar), 3)
            .await;
    let missing = Things { ids: nothing(), id_number: "11010519491231002X", ..own.clone() };
    // All of that took its time.
    for one in [&mut system, &mut scopeless, &mut other_system] {
        app.authenticate(one).await;
    }
    at_their_desks(app).await;
    let desk = [&mut first.clerk, &mut clinician, &mut registrar, &mut editor, &mut first.admin];
    for one in desk.into_iter().chain([&mut citizen, &mut second.admin]) {
        assert_eq!(one.refresh().await.unwrap().status, 200);
    }
    let nameless = app.citizen("nobody@citygate.example").await;
    let cast = [
        app.anybody(),
        nameless.caller,
        citizen.caller,
        first.clerk.caller,
        clinician.caller,
        registrar.caller,
        editor.caller,
        first.admin.caller,
        second.admin.caller,
        system.caller,
        scopeless.caller,
        other_system.caller,
    ];
    Stage { cast: Cast(cast.to_vec()), things: [own, others, theirs, missing] }
}

/// A citizen's and an agency's things: a bill that is open, one that is paid, a refund of it, a
/// top-up, a fine; what a hospital keeps of a patient; somebody in a role, an invitation, a system.
async fn things(
    app: &TestApp,
    (citizen, which): (&mut CitizenApp, usize),
    system: &mut System,
    (agency, registrar): (&mut Agency, &mut CitizenApp),
    nth: usize,
) -> Things {
    // What was done before took its time.
    app.authenticate(system).await;
    at_their_desks(app).await;
    for one in [&mut *citizen, &mut *registrar, &mut agency.admin, &mut agency.clerk] {
        assert_eq!(one.refresh().await.unwrap().status, 200);
    }
    let (citizen, system) = (&*citizen, &*system);
    let id_number = DEMO_CITIZENS[which].2;
    let issue = async |no: usize| {
        let bill = app.bill(&format!("{nth}-{no}"), id_number, 200);
        app.issue(system, &bill).await
    };
    let (open, paid) = (issue(1).await, issue(2).await);
    let key = |what: &str| format!("{what}-{nth}");
    let path = format!("/v1/bills/{paid}/payments");
    let payment = citizen.caller.post_once(&path, &key("pay"), &json!({})).await.unwrap();
    let top_up = json!({"amount": yuan(100), "card_token": "tok_sandbox_ok"});
    let top_up = citizen.caller.post_once("/v1/wallet/top-ups", &key("top"), &top_up).await;
    let refunds = format!("/v1/received-payments/{}/refunds", payment.text_at("/id"));
    let refund = json!({"available": yuan(200), "amount": yuan(50), "reason": "x"});
    let refund = system.caller.post_once(&refunds, &key("refund"), &refund).await.unwrap();
    let decision_no = ["3301060000000101", "3301060000000119", "3301060000000127"][nth - 1];
    let decision = app.decision(id_number, 15_000);
    let path = format!("/v1/traffic/decisions/{decision_no}");
    let pushed = system.caller.put(&path, &decision).await.unwrap();
    assert_eq!(pushed.status, 201, "{}", pushed.text);
    let fines = citizen.caller.get("/v1/traffic/fines").await.unwrap();
    let fines = fines.body["items"].as_array().unwrap();
    let fine = fines.iter().find(|fine| fine["decision_no"] == decision_no).unwrap();
    let mut ids = nothing();
    ids.extend([
        ("bill_id", open),
        ("payment_id", payment.text_at("/id")),
        ("refund_id", refund.text_at("/id")),
        ("top_up_id", top_up.unwrap().text_at("/id")),
        ("fine_id", fine["id"].as_str().unwrap().to_owned()),
        ("decision_no", decision_no.to_owned()),
    ]);
    let keeper = Keeper { app, hospital: system, agency: agency.id, citizen, id_number, nth };
    let mut kept = keeper.things().await;
    keeper.certify(&mut kept).await;
    keeper.contribute(&mut kept, &ids["bill_id"]).await;
    keeper.list(&mut kept, &agency.clerk).await;
    keeper.save_up(&mut kept).await;
    keeper.marry(&mut kept, registrar).await;
    ids.extend(kept.ids);
    ids.extend(ways_in(app, citizen, nth).await);
    at_their_desks(app).await;
    assert_eq!(agency.admin.refresh().await.unwrap().status, 200);
    ids.extend(agency.things(app, nth).await);
    Things { ids, bodies: kept.bodies, id_number, available: yuan(150), decision }
}

/// A session on another phone, and a passkey. Only an authenticator could make one that works.
async fn ways_in(
    app: &TestApp,
    citizen: &CitizenApp,
    nth: usize,
) -> BTreeMap<&'static str, String> {
    app.later(TimeDelta::minutes(1));
    app.citizen(&citizen.email).await;
    let sessions = citizen.caller.get("/v1/me/sessions").await.unwrap();
    let sessions = sessions.body["items"].as_array().unwrap();
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    let account = citizen.caller.get("/v1/me").await.unwrap().text_at("/account_id");
    let id = format!("{nth:032}");
    let insert = format!(
        "INSERT INTO identity.passkeys (id, account_id, credential_id, credential, name, created_at) \
         VALUES ('{id}', '{}', '\\x0{nth}', '{{}}', 'x', now())",
        account.trim_start_matches("acct_")
    );
    app.sql().await.run(&insert).await;
    BTreeMap::from([
        ("session_id", other["id"].as_str().unwrap().to_owned()),
        ("passkey_id", format!("pkey_{id}")),
    ])
}

/// Whatever ends something comes after what needs it, and signing out comes last.
fn turn(operation: &Operation) -> (usize, String) {
    let rank = match (operation.id.as_str(), &operation.method) {
        ("identity_sign_out", _) => 4,
        ("identity_end_staff" | "identity_disable_client" | "identity_end_other_sessions", _) => 3,
        ("payments_cancel_bill", _) => 2,
        (_, &Method::DELETE) => 2,
        (_, &Method::GET) => 0,
        _ => 1,
    };
    (rank, operation.id.clone())
}

async fn call(operation: &Operation, caller: &Caller, of: &Things, key: &str) -> u16 {
    // Instead of the key that the request has by its path: a thing in the body is not in that.
    let key =
        HeaderMap::from_iter([(HeaderName::from_static("idempotency-key"), key.parse().unwrap())]);
    let request = operation.request(caller, &of.ids).headers(key);
    let request = match operation.takes.as_deref() {
        None => request,
        Some(_) if operation.takes_json() || operation.takes_fhir() => {
            request.json(&body(operation, of))
        }
        Some("application/x-ndjson") => {
            let line = body(operation, of).to_string();
            request.header("Content-Type", "application/x-ndjson").body(line)
        }
        Some(_) => match of.bodies.get(&*operation.id) {
            Some(form) => request.form(form),
            None => request.form(&[("nothing", "")]),
        },
    };
    Answer::to(request).await.status
}

async fn cell(operation: &Operation, stage: &Stage, column: usize) -> String {
    let caller = &stage.cast.0[column];
    let key = |target: usize| format!("{}-{column}-{target}", operation.id);
    if !is_about_one(operation) {
        return call(operation, caller, &stage.things[0], &key(0)).await.to_string();
    }
    let mut statuses = Vec::new();
    for (target, things) in stage.things.iter().enumerate() {
        let mut things = things.clone();
        // Of what does not exist at an agency, the agency does.
        if target == 3 && operation.things() > 1 {
            let agency = stage.things[0].ids["agency_id"].clone();
            things.ids.insert("agency_id", agency);
        }
        statuses.push(call(operation, caller, &things, &key(target)).await.to_string());
    }
    if statuses.iter().all(|status| *status == statuses[0]) {
        return statuses.swap_remove(0);
    }
    statuses.join(" ")
}

/// The reviewed rows by operation.
fn reviewed() -> BTreeMap<String, String> {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next().unwrap(), format!("operation,{}", CALLERS.join(",")));
    let rows: Vec<(&str, &str)> = lines.map(|line| line.split_once(',').unwrap()).collect();
    let sorted = rows.is_sorted_by(|(one, _), (next, _)| one < next);
    assert!(sorted, "the rows are in the order of their names, each once");
    rows.into_iter().map(|(id, cells)| (id.to_owned(), cells.to_owned())).collect()
}

#[test]
fn every_operation_has_its_row_and_no_row_is_left_over() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let listed: BTreeSet<String> = operations().into_iter().map(|operation| operation.id).collect();
    let rows: BTreeSet<String> = reviewed().into_keys().collect();
    let missing: Vec<_> = listed.difference(&rows).collect();
    let gone: Vec<_> = rows.difference(&listed).collect();
    assert!(missing.is_empty(), "not reviewed in matrix.csv: {missing:?}");
    assert!(gone.is_empty(), "in matrix.csv and nowhere else: {gone:?}");
}

/// The table as it was found is written below `target`, for whoever reviews a change of it.
#[tokio::test]
async fn everybody_gets_as_far_as_the_table_says() {
    let app = TestApp::start().await;
    let stage = stage(&app).await;
    let mut operations = operations();
    operations.sort_by_key(turn);
    let mut found = BTreeMap::new();
    for operation in &operations {
        let mut cells = Vec::new();
        for column in 0..CALLERS.len() {
            cells.push(cell(operation, &stage, column).await);
        }
        found.insert(operation.id.clone(), cells.join(","));
    }
    let rows: String = found.iter().map(|(id, cells)| format!("{id},{cells}\n")).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("matrix.csv");
    fs::write(&file, format!("operation,{}\n{rows}", CALLERS.join(","))).unwrap();
    let reviewed = reviewed();
    let differ = found.iter().filter(|(id, cells)| reviewed.get(*id) != Some(cells));
    let differ: Vec<String> = differ
        .map(|(id, cells)| format!("{id}\n  reviewed {:?}\n  found    {cells:?}", reviewed.get(id)))
        .collect();
    assert!(differ.is_empty(), "{}\nall of it: {}", differ.join("\n"), file.display());
    // The visits end with their day.
    app.later(TimeDelta::days(2));
    app.finish().await;
}

/// What must hold of the table itself, whatever it says.
#[test]
fn the_table_lets_nobody_in_whom_the_document_keeps_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let rows = reviewed();
    for operation in operations() {
        let Some(cells) = rows.get(&operation.id) else { continue };
        let cells: Vec<&str> = cells.split(',').collect();
        assert_eq!(cells.len(), CALLERS.len(), "{}", operation.id);
        for (caller, cell) in CALLERS.iter().zip(&cells) {
            let statuses: Vec<u16> =
                cell.split(' ').map(|status| status.parse().unwrap()).collect();
            assert!(matches!(statuses.len(), 1 | 4), "{}: {cell}", operation.id);
            let out = |status: &u16| matches!(status, 401 | 403 | 404);
            let kept_out = statuses.iter().all(out);
            let serves = operation.role.serves(caller);
            assert!(serves || kept_out, "{} is not for {caller}: {cell}", operation.id);
            // Whoever puts a decision makes it.
            if statuses.len() == 4 && operation.method != Method::PUT {
                assert!(out(&statuses[3]), "{}: nothing is there for {caller}", operation.id);
            }
        }
    }
}

/// Anybody may ask for a place in any session, use any listing, and follow any case.
const OF_EVERYBODY: [&str; 6] = [
    "booking_enter_draw",
    "booking_wait",
    "cases_follow",
    "cases_unfollow",
    "listed_post_appointment",
    "listings_precheck_caller",
];

/// Which of a row's things are not the caller's, nor of the caller's agency.
fn foreign(role: Role, caller: &str) -> Range<usize> {
    match (role, caller) {
        (Role::Citizen, "citizen") => 1..3,
        (Role::Staff, "clerk" | "clinician" | "registrar" | "editor" | "admin")
        | (Role::Partner, "system") => 2..3,
        (Role::Staff, "other_admin") | (Role::Partner, "other_system") => 0..2,
        _ => 0..3,
    }
}

#[test]
fn the_table_lets_nobody_have_what_is_anothers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let rows = reviewed();
    let mut checked = 0;
    for operation in operations() {
        let Some(cells) = rows.get(&operation.id) else { continue };
        let open = operation.role == Role::Anybody || OF_EVERYBODY.contains(&&*operation.id);
        if open || !is_about_one(&operation) {
            continue;
        }
        for (caller, cell) in CALLERS.iter().zip(cells.split(',')) {
            let statuses: Vec<u16> =
                cell.split(' ').map(|status| status.parse().unwrap()).collect();
            for n in foreign(operation.role, caller) {
                let status = *statuses.get(n).unwrap_or(&statuses[0]);
                // A number of one's own: a new thing, or one that is part of nothing that is there. Or
                // an id, which only the city gives.
                let put = operation.method == Method::PUT && matches!(status, 201 | 405 | 422);
                let out = matches!(status, 401 | 403 | 404) || put;
                assert!(out, "{}: {caller} has another's: {cell}", operation.id);
                checked += 1;
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}
