//! A city in which every operation has something to be about.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::{
    actors::{Caller, CitizenApp, System},
    laboratory::{ELECTROLYTES, transaction},
};
use citygate_booking::{AppointmentId, NewSession, no_show};
use citygate_hospital::HOSPITAL;
use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use crate::{
    booking_draw::{claim, first_slot, morning, open},
    document::{Operation, Role, nothing, scopes},
    hospital_things::{Keeper, Kept},
    hospital_visits::ward::{Ward, order},
    provident_fund_applications::proven,
    staff::{Agency, at_their_desks, in_role},
    support::{Answer, TestApp, yuan},
};

/// A city with everybody who may call, and the parameters of paths that lead to something.
pub struct Scene {
    pub app: TestApp,
    pub anybody: Caller,
    pub citizen: Caller,
    /// The citizen with a fresh proof of something.
    proven: Caller,
    pub police: Caller,
    hospital: Caller,
    admin: Caller,
    clerk: Caller,
    clinician: Caller,
    registrar: Caller,
    editor: Caller,
    pub paths: BTreeMap<&'static str, String>,
    /// What operations about results take.
    pub bodies: BTreeMap<&'static str, Value>,
    slot: String,
    pub before: BTreeMap<String, String>,
}

/// Operations that nobody gets at without a fresh proof of something, whatever they send.
const PROVEN: [&str; 13] = [
    "listed_fetch_bills",
    "listed_get_record",
    "marriage_confirm",
    "marriage_invite",
    "marriage_sign",
    "marriage_sign_divorce",
    "provident_fund_apply_for_withdrawal",
    "provident_fund_certify",
    "provident_fund_get_balance",
    "provident_fund_get_overview",
    "provident_fund_get_statement",
    "provident_fund_get_statement_document",
    "social_security_get_record",
];

impl Scene {
    /// A Tuesday morning at the demo hospital: somebody has missed an appointment and objects, has
    /// come to another one, is called, and is charged.
    pub async fn set() -> Self {
        let mut ward = Ward::start().await;
        let bills = ward.citizen.caller.get("/v1/bills").await.unwrap();
        let (appointment, starts_at) = ward.book().await;
        let strike = missed(&mut ward).await;
        ward.be_at(starts_at + TimeDelta::minutes(10)).await;
        let objection = object(&ward.citizen, &strike).await;
        let mut paths = nothing();
        paths.extend([
            ("agency_id", HOSPITAL.to_string()),
            ("bill_id", bills.text_at("/items/0/id")),
            ("appointment_id", appointment),
            ("strike_id", strike),
            ("objection_id", objection),
        ]);
        paths.extend(visit(&ward).await);
        let new = morning(&ward.app, HOSPITAL, 1, 1);
        let session = open(&ward.app, &new).await;
        paths.insert("booking/session_id", session.id.to_string());
        let slot = first_slot(&ward.app, &session).await;
        let mut agency = Agency::new(&ward.app, HOSPITAL, "hospital.example").await;
        let [mut clinician, mut registrar, mut editor] = [
            in_role(&ward.app, &mut agency, "clinician").await,
            in_role(&ward.app, &mut agency, "registrar").await,
            in_role(&ward.app, &mut agency, "editor").await,
        ];
        let Agency { mut admin, mut clerk, .. } = agency;
        let Ward { app, mut citizen, .. } = ward;
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        let scopes = scopes();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let mut hospital = app.system_of(HOSPITAL, &scopes).await;
        let kept = examined(&app, &hospital, &citizen).await;
        sign_in_anew(&app, [&mut clerk]).await;
        let staff = (&clerk, &registrar);
        let kept = recorded(&app, (&hospital, &citizen), staff, kept, &paths["bill_id"]).await;
        let desk = [&mut clinician, &mut registrar, &mut editor, &mut admin, &mut clerk];
        sign_in_anew(&app, desk.into_iter().chain([&mut citizen])).await;
        paths.extend(kept.ids);
        paths.insert("exchange_fhir_operation/type", "Appointment".to_owned());
        paths.insert("exchange_fhir_operation/operation", "find".to_owned());
        let wanted = json!({"purpose": "identity.read"});
        let proven = proven(&app, &citizen, 0, &wanted).await;
        app.authenticate(&mut hospital).await;
        let (citizen, hospital) = (citizen.caller, hospital.caller);
        let police = app.police().await.caller;
        let anybody = app.anybody();
        let (admin, clerk, clinician) = (admin.caller, clerk.caller, clinician.caller);
        let (registrar, editor) = (registrar.caller, editor.caller);
        let before = dump(&app).await;
        Self {
            app,
            anybody,
            citizen,
            proven,
            police,
            hospital,
            admin,
            clerk,
            clinician,
            registrar,
            editor,
            paths,
            bodies: kept.bodies,
            slot,
            before,
        }
    }

    /// A slot with a place.
    pub fn slot(&self) -> &str {
        &self.slot
    }

    pub fn caller(&self, operation: &Operation) -> &Caller {
        let hospitals =
            ["hospital.", "exchange.", "system/", "provident_fund.", "social_security.", "listed."];
        let of_hospital = |scope: &String| hospitals.iter().any(|of| scope.starts_with(of));
        let of_hospital = operation.scopes.iter().any(of_hospital);
        let clerks = [
            "booking_",
            "identity_look_up_person_as_staff",
            "provident_fund_",
            "applications_",
            "cases_",
            "listed_",
            "usage_",
        ];
        match operation.role {
            Role::Anybody => &self.anybody,
            Role::Citizen if PROVEN.contains(&operation.id.as_str()) => &self.proven,
            Role::Citizen | Role::EndUser => &self.citizen,
            Role::Partner if of_hospital => &self.hospital,
            Role::Partner => &self.police,
            Role::Staff if clerks.iter().any(|clerk| operation.id.starts_with(clerk)) => {
                &self.clerk
            }
            Role::Staff if operation.id.ends_with("_hold") => &self.clerk,
            Role::Staff if operation.id.starts_with("results_") => &self.clinician,
            Role::Staff if operation.id.starts_with("marriage_") => &self.registrar,
            Role::Staff if operation.id.starts_with("listings_") => &self.editor,
            Role::Staff => &self.admin,
        }
    }

    /// Sends a body of the media type that the operation takes.
    pub async fn send(&self, operation: &Operation, body: impl Into<reqwest::Body>) -> Answer {
        let request = operation.request(self.caller(operation), &self.paths);
        let media = operation.takes.as_deref().unwrap_or("application/json");
        Answer::to(request.header("Content-Type", media).body(body)).await
    }

    pub async fn nothing_has_changed(self) {
        let after = self.app.sql().await.dump().await;
        for (table, rows) in &self.before {
            assert_eq!(after.get(table), Some(rows), "{table} has changed");
        }
        // What was left open ends with its day.
        self.app.later(TimeDelta::days(3));
        self.app.finish().await;
    }
}

/// All of this takes its time.
async fn sign_in_anew(app: &TestApp, people: impl IntoIterator<Item = &mut CitizenApp>) {
    at_their_desks(app).await;
    for one in people {
        assert_eq!(one.refresh().await.unwrap().status, 200);
    }
}

async fn dump(app: &TestApp) -> BTreeMap<String, String> {
    app.work().await;
    let mut sql = app.sql().await;
    // Both are at their desks: that somebody acts for an agency is noted once a minute.
    let now = app.clock.now();
    sql.run(&format!("UPDATE identity.sessions SET acted_as_staff_at = '{now}'")).await;
    sql.dump().await
}

/// What a laboratory has found, and messages of it that are held.
async fn examined(app: &TestApp, hospital: &System, citizen: &CitizenApp) -> Kept {
    let mut kept = Kept::default();
    let (agency, id_number, nth) = (HOSPITAL, DEMO_CITIZENS[0].2, 1);
    let keeper = Keeper { app, hospital, agency, citizen, id_number, nth };
    keeper.examine(&mut kept).await;
    keeper.hold(&mut kept).await;
    let another = transaction(keeper.examination("ANOTHER", ELECTROLYTES, "4.2"));
    kept.bodies.insert("exchange_fhir_bundle", another);
    kept
}

/// What other agencies keep of the citizen, all of which the hospital is today.
async fn recorded(
    app: &TestApp,
    (hospital, citizen): (&System, &CitizenApp),
    (clerk, registrar): (&CitizenApp, &CitizenApp),
    mut kept: Kept,
    bill: &str,
) -> Kept {
    let (agency, id_number, nth) = (HOSPITAL, DEMO_CITIZENS[0].2, 1);
    let keeper = Keeper { app, hospital, agency, citizen, id_number, nth };
    keeper.certify(&mut kept).await;
    keeper.contribute(&mut kept, bill).await;
    keeper.list(&mut kept, clerk).await;
    keeper.save_up(&mut kept).await;
    keeper.marry(&mut kept, registrar).await;
    kept
}

/// The citizen does not come to an appointment of an early Tuesday. Returns the strike.
async fn missed(ward: &mut Ward) -> String {
    let mut new: NewSession = morning(&ward.app, HOSPITAL, 1, 1);
    for slot in &mut new.slots {
        slot.starts_at -= TimeDelta::hours(2);
        slot.ends_at -= TimeDelta::hours(2);
    }
    let session = open(&ward.app, &new).await;
    let slot = first_slot(&ward.app, &session).await;
    let booked = claim(&ward.citizen, "missed", &slot).await;
    assert_eq!(booked.status, 201, "{}", booked.text);
    ward.be_at(session.ends_at).await;
    let id: AppointmentId = booked.text_at("/id").parse().unwrap();
    let evidence = json!({"called_at": [session.starts_at]});
    let db = &ward.app.city().platform.db;
    db.tx("test.no_show", async |tx| no_show(tx, id, &evidence).await).await.unwrap();
    ward.citizen.caller.get("/v1/me/strikes").await.unwrap().text_at("/items/0/id")
}

async fn object(citizen: &CitizenApp, strike: &str) -> String {
    let path = format!("/v1/me/strikes/{strike}/objection");
    let body = json!({"grounds": "The train stood still."});
    let objected = citizen.caller.post_once(&path, "objection", &body).await.unwrap();
    assert_eq!(objected.status, 201, "{}", objected.text);
    objected.text_at("/id")
}

/// The citizen has walked in and is called; something is ordered and charged, and a session of the
/// next days is there.
async fn visit(ward: &Ward) -> BTreeMap<&'static str, String> {
    let put = async |path: &str, body: &Value| {
        let put = ward.hospital.caller.put(path, body).await.unwrap();
        assert_eq!(put.status, 201, "{}", put.text);
        put.text_at("/id")
    };
    let queue = ward.open("R3", "consultation", 1).await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let entry = ward.next(&queue).await;
    put("/v1/hospital/orders/O-1", &order(&visit, "laboratory", "LAB")).await;
    let charge = format!("/v1/hospital/visits/{visit}/charges/C-1");
    let charge = put(&charge, &charge_of(2_000)).await;
    put("/v1/hospital/sessions/S-1", &clinic(ward.app.clock.now())).await;
    BTreeMap::from([
        ("charge_id", charge),
        ("charge_no", "C-1".to_owned()),
        ("department_no", "CARD".to_owned()),
        ("entry_id", entry),
        ("location_no", "LAKE-2".to_owned()),
        ("order_no", "O-1".to_owned()),
        ("practitioner_no", "D02".to_owned()),
        ("queue_id", queue),
        ("session_no", "S-1".to_owned()),
        ("station_no", "R3".to_owned()),
        ("visit_id", visit),
    ])
}

/// A charge of one line.
pub fn charge_of(minor: i64) -> Value {
    json!({
        "title": {"en": "Tests", "zh": "检验费"},
        "lines": [{
            "code": "L1", "text": {"en": "Blood count", "zh": "血常规"}, "service": "laboratory",
            "class": "a", "quantity": 1, "unit_price": yuan(minor),
        }],
    })
}

/// A clinic of a doctor in two days, in one slot.
pub fn clinic(now: DateTime<Utc>) -> Value {
    let on = (now + TimeDelta::days(2)).date_naive();
    json!({
        "department_no": "CARD", "practitioner_no": "D02", "clinic_kind": "expert", "on": on,
        "part": "morning", "allocation": "first_come",
        "slots": [{
            "starts_at": format!("{on}T09:00:00+08:00"), "ends_at": format!("{on}T09:30:00+08:00"),
            "places": {"app": 2, "onsite": 1, "partner": 1},
        }],
    })
}
