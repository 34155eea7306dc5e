//! What a visit costs: charges, the insurer's split, bills, refunds, credit and receipts, with an
//! insurer that has bad days.

mod charges;
mod insurer;
mod money;

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply, System};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{Access, Accessor, DEMO_CITIZENS, KeyPair, Named, Reason, person};
use citygate_kernel::{CityCode, Text};
use citygate_sandbox::insurer::SettlementState;
use serde_json::{Value, json};

use crate::support::{TestApp, pay, yuan};

const SCOPES: &[&str] = &["hospital.charges:write", "hospital.charges:read"];
const EMPLOYEE: &str = "ec_sandbox_employee";

/// A hospital, its system, and a visit of the first demo citizen, who has CNY 500.00.
struct Fees {
    app: TestApp,
    hospital: System,
    patient: CitizenApp,
    visit: String,
}

impl Fees {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let agency = AgencyId::new(CityCode::HANGZHOU, &app.clock);
        let hospital = system(&app, agency).await;
        let visit = visit(&app, agency).await;
        let patient = app.demo_citizen(0).await;
        Self { app, hospital, patient, visit }
    }

    fn path(&self, number: &str) -> String {
        format!("/v1/hospital/visits/{}/charges/{number}", self.visit)
    }

    async fn put(&self, number: &str, body: &Value) -> Reply {
        self.hospital.caller.put(&self.path(number), body).await.unwrap()
    }

    /// A charge of CNY 250.00. Returns its id.
    async fn charge(&self, number: &str) -> String {
        let put = self.put(number, &charge()).await;
        assert_eq!(put.status, 201, "{}", put.text);
        put.text_at("/id")
    }

    async fn get(&self, id: &str) -> Reply {
        let found = self.patient.caller.get(&format!("/v1/hospital/charges/{id}")).await.unwrap();
        assert_eq!(found.status, 200, "{}", found.text);
        found
    }

    async fn state(&self, id: &str) -> String {
        self.get(id).await.text_at("/state")
    }

    async fn act(&self, id: &str, what: &str, key: &str, body: &Value) -> Reply {
        let path = format!("/v1/hospital/charges/{id}/{what}");
        self.patient.caller.post_once(&path, key, body).await.unwrap()
    }

    async fn insure(&self, id: &str, key: &str, credential: &str) -> Reply {
        let body = json!({"credential": credential});
        self.act(id, "insurance-settlement", key, &body).await
    }

    /// Pre-settled; returns the bill.
    async fn pre_settled(&self, id: &str) -> String {
        let asked = self.insure(id, &format!("settle {id}").replace(' ', "-"), EMPLOYEE).await;
        assert_eq!((asked.status, asked.text_at("/state").as_str()), (202, "asked"));
        self.app.work().await;
        let split = self.get(id).await;
        assert_eq!(split.text_at("/state"), "pre_settled", "{}", split.text);
        split.text_at("/settlement/bill_id")
    }

    async fn pay(&self, bill: &str) {
        let paid = pay(&self.patient, bill, &format!("pay-{bill}"), &json!({})).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
    }

    /// Settled and paid.
    async fn settled(&self, number: &str) -> String {
        let id = self.charge(number).await;
        let bill = self.pre_settled(&id).await;
        self.pay(&bill).await;
        self.app.work().await;
        assert_eq!(self.state(&id).await, "settled");
        id
    }

    async fn refund(&self, number: &str, key: &str, body: &Value) -> Reply {
        let path = format!("{}/refunds", self.path(number));
        self.hospital.caller.post_once(&path, key, body).await.unwrap()
    }

    fn at_insurer(&self) -> Vec<SettlementState> {
        self.app.insurer().settlements().iter().map(|settlement| settlement.state).collect()
    }

    /// Waits as long as a question that got no answer does, and does what is due.
    async fn later(&self) {
        self.app.later(TimeDelta::seconds(5));
        self.app.work().await;
    }
}

/// A drug of the A class for 2 times CNY 50.00, one of the B class for CNY 100.00, and something that
/// no insurance pays for CNY 50.00. The employee's insurance pays 70 of the first, of the second 63 of
/// the 90 that are left after the part paid beforehand, and CNY 57.00 from the personal account: the
/// patient pays 10 and 50.
fn charge() -> Value {
    let line = |code: &str, class: &str, quantity: i64, minor: i64| {
        json!({
            "code": code, "text": {"en": code, "zh": "项目"}, "service": "drug", "class": class,
            "quantity": quantity, "unit_price": yuan(minor),
        })
    };
    json!({
        "title": {"en": "Medicine", "zh": "药费"},
        "lines": [
            line("D1", "a", 2, 5_000),
            line("D2", "b", 1, 10_000),
            line("D3", "c", 1, 5_000),
        ],
    })
}

async fn system(app: &TestApp, agency: AgencyId) -> System {
    let name = Text::new("First Hospital", "第一医院");
    let db = &app.city().platform.db;
    let listed = Agency { id: agency, name };
    db.tx("test.add_agency", async |tx| add_agency(tx, &listed).await).await.unwrap();
    let key = KeyPair::generate().unwrap();
    let id = app.register(agency, &key, SCOPES).await;
    let mut system = System::new(&app.url, id, &key).unwrap();
    app.authenticate(&mut system).await;
    system
}

/// A visit of the first demo citizen.
async fn visit(app: &TestApp, agency: AgencyId) -> String {
    let cx = app.city().cx();
    let number = DEMO_CITIZENS[0].2.parse().unwrap();
    let reason = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
    let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), reason);
    let named = Named { id_number: &number, name: None, case: None };
    let patient = cx.db.tx("test.person", async |tx| person(&cx.keys, tx, &access, named).await);
    let (patient, id) = (patient.await.unwrap(), AgencyId::new(CityCode::HANGZHOU, &app.clock));
    let insert = format!(
        "INSERT INTO hospital.visits \
             (city, id, agency_id, person_id, department_id, on_day, state, arrived_at) \
         VALUES (330100, '{id}', '{agency}', '{patient}', '{id}', '{day}', 'arrived', now())",
        id = id.uuid(),
        agency = agency.uuid(),
        patient = patient.uuid(),
        day = app.today(),
    );
    app.sql().await.run(&insert).await;
    format!("vist_330100_{}", id.uuid().simple())
}
