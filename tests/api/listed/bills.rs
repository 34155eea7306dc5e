//! What people owe is fetched, paid, and the agency is told.

use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use citygate_sandbox::records_office::Behaviour;
use futures_util::future::join;
use serde_json::{Value, json};

use super::{Registered, WATER, at};
use crate::{
    social_security_orders::{Told, inbox},
    support::{TestApp, outcome, pay, refused, yuan},
};

const BILLS: &str = "/v1/listed/bills";
const SCOPES: &[&str] = &["listed.bills:read", "webhooks:write"];

fn owed(no: &str, minor: i64, due_on: &str) -> Value {
    json!({"no": no, "amount_minor": minor, "due_on": due_on})
}

struct Water {
    company: Registered,
    citizen: CitizenApp,
}

impl Water {
    async fn new(app: &TestApp) -> Self {
        let company = Registered::new(app, "water", WATER).await;
        Self { company, citizen: app.demo_citizen(0).await }
    }

    async fn fetch_as(&self, caller: &Caller) -> Reply {
        caller.post(&at(&self.company.listing, "bills/fetch"), &json!({})).await.unwrap()
    }

    /// The register says that; the citizen fetches it.
    async fn fetch(&self, app: &TestApp, bills: &[Value]) -> Reply {
        self.company.file(app, 0, &json!({"bills": bills}));
        self.fetch_as(&self.company.proven(app, &self.citizen, 0).await).await
    }

    async fn mine(&self) -> Vec<Value> {
        let mine = self.citizen.caller.get(BILLS).await.unwrap();
        assert_eq!(mine.status, 200, "{}", mine.text);
        mine.body["items"].as_array().unwrap().clone()
    }

    /// Number, amount, day and state of everything that was ever fetched, by number.
    async fn stand(&self) -> Vec<String> {
        let line = |bill: &Value| {
            let minor = &bill["amount"]["amount_minor"];
            let text = |name: &str| bill[name].as_str().unwrap().to_owned();
            format!("{} {minor} {} {}", text("no"), text("due_on"), text("state"))
        };
        let mut lines: Vec<String> = self.mine().await.iter().map(line).collect();
        lines.sort();
        lines
    }
}

#[tokio::test]
async fn what_is_fetched_again_is_one_bill_that_follows_the_register() {
    let app = TestApp::start().await;
    let water = Water::new(&app).await;
    let (one, two) = (owed("W-1", 4_210, "2026-12-10"), owed("W-2", 5_000, "2026-12-11"));
    let first = water.fetch(&app, &[one.clone(), two.clone()]).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.text_at("/bills/0/subject"), "Water (W-1)");
    assert_eq!(first.text_at("/bills/0/state"), "open");
    let again = water.fetch(&app, &[one.clone(), two.clone()]).await;
    assert_eq!(again.body["bills"], first.body["bills"]);
    assert_eq!(water.stand().await, ["W-1 4210 2026-12-10 open", "W-2 5000 2026-12-11 open"]);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("payments.bills WHERE issuer = 'listed'").await, 2);

    let two = owed("W-2", 5_000, "2026-12-20");
    let changed = water.fetch(&app, &[owed("W-1", 4_300, "2026-12-10"), two.clone()]).await;
    assert_eq!(water.stand().await, ["W-1 4300 2026-12-10 open", "W-2 5000 2026-12-20 open"]);
    let bill = |reply: &Reply, nth: usize| reply.text_at(&format!("/bills/{nth}/bill_id"));
    assert_ne!(bill(&changed, 0), bill(&first, 0), "issued anew");
    assert_eq!(bill(&changed, 1), bill(&first, 1), "moved");
    assert_eq!(changed.text_at("/bills/0/id"), first.text_at("/bills/0/id"));
    let old = water.citizen.caller.get(&format!("/v1/bills/{}", bill(&first, 0))).await.unwrap();
    assert_eq!(old.text_at("/state"), "cancelled");

    assert_eq!(water.fetch(&app, std::slice::from_ref(&two)).await.status, 200);
    assert_eq!(water.stand().await, ["W-1 4300 2026-12-10 cancelled", "W-2 5000 2026-12-20 open"]);
    water.fetch(&app, &[one, two]).await;
    assert_eq!(water.stand().await, ["W-1 4210 2026-12-10 open", "W-2 5000 2026-12-20 open"]);
    water.company.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_paid_bill_is_told_to_its_agency_without_a_name_and_stays_paid() {
    let app = TestApp::start().await;
    let water = Water::new(&app).await;
    let (told, system) = (Told::default(), app.system_of(water.company.agency, SCOPES).await);
    let (url, server) = inbox(&told).await;
    let asked = system.caller.put("/v1/partner/webhook", &json!({"url": url})).await.unwrap();
    assert_eq!(asked.status, 200, "{}", asked.text);
    let fetched = water.fetch(&app, &[owed("W-1", 4_210, "2026-12-10")]).await;
    let (id, bill) = (fetched.text_at("/bills/0/id"), fetched.text_at("/bills/0/bill_id"));
    let paid_path = format!("/v1/listed/paid-bills/{id}");
    refused(&system.caller.get(&paid_path).await.unwrap(), 404, "listed.bill_unknown");
    let paid = pay(&water.citizen, &bill, "pay-1", &json!({"expected": yuan(4_210)})).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    app.work().await;
    let messages: Vec<Value> = told.lock().unwrap().clone();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["type"], "listed.bill.paid");
    let data = &messages[0]["data"];
    assert_eq!((&data["no"], &data["amount"]), (&json!("W-1"), &yuan(4_210)));
    let (_, name, number) = DEMO_CITIZENS[0];
    assert!(!messages[0].to_string().contains(number) && !messages[0].to_string().contains(name));
    let shown = system.caller.get(&paid_path).await.unwrap();
    assert_eq!((shown.status, shown.text_at("/no").as_str()), (200, "W-1"), "{}", shown.text);
    let other = app.system_of(app.other_agency().await, SCOPES).await;
    refused(&other.caller.get(&paid_path).await.unwrap(), 404, "listed.bill_unknown");

    // The register is slow to learn of it, or wants more: what is paid is paid.
    for bills in [vec![owed("W-1", 9_999, "2026-12-31")], Vec::new()] {
        assert_eq!(water.fetch(&app, &bills).await.status, 200);
        assert_eq!(water.stand().await, ["W-1 4210 2026-12-10 paid"]);
    }
    let path = format!("{BILLS}/{id}");
    let own = water.citizen.caller.get(&path).await.unwrap();
    assert_eq!(own.text_at("/payment_id"), paid.text_at("/id"));
    let stranger = app.demo_citizen(1).await;
    refused(&stranger.caller.get(&path).await.unwrap(), 404, "listed.bill_unknown");
    server.stop(false).await;
    water.company.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_register_is_believed_wholly_or_not_at_all_and_issues_nothing_while_it_is_silent() {
    let app = TestApp::start().await;
    let water = Water::new(&app).await;
    let sound = owed("W-1", 4_210, "2026-12-10");
    let many: Vec<Value> = (0..101).map(|n| owed(&format!("W-{n}"), 100, "2026-12-10")).collect();
    for (bills, code) in [
        (vec![sound.clone(), owed("W-2", 500_001, "2026-12-10")], "listed.record_unreadable"),
        (many, "inquiry.unheard"),
        (vec![sound.clone(), sound.clone()], "inquiry.unheard"),
        (vec![sound.clone(), owed("W-2", -1, "2026-12-10")], "inquiry.unheard"),
    ] {
        let fetched = water.fetch(&app, &bills).await;
        // What asks for too much is of the form that is agreed, and is kept.
        app.sql().await.run("DELETE FROM inquiry.answers").await;
        assert_eq!(outcome(&fetched), (503, code.to_owned()), "{}", fetched.text);
    }
    assert_eq!(water.mine().await.len(), 0);
    let fetched = water.fetch(&app, std::slice::from_ref(&sound)).await;
    assert_eq!(fetched.text_at("/bills/0/state"), "open", "{}", fetched.text);
    for trouble in [Behaviour::Error500, Behaviour::OtherPerson] {
        water.company.register.behave([trouble]);
        let kept = water.fetch(&app, &[owed("W-9", 1, "2026-12-10")]).await;
        assert_eq!(kept.text_at("/register/freshness"), "kept", "{}", kept.text);
        assert_eq!(kept.text_at("/bills/0/no"), "W-1");
    }
    assert_eq!(water.stand().await, ["W-1 4210 2026-12-10 open"]);
    water.company.register.behave([Behaviour::NoSuchRecord]);
    refused(&water.fetch(&app, &[]).await, 404, "inquiry.no_record");
    assert_eq!(water.stand().await, ["W-1 4210 2026-12-10 open"]);
    water.company.register.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn two_who_fetch_at_once_get_one_bill_and_a_number_of_somebody_else_stays_theirs() {
    let app = TestApp::start().await;
    let water = Water::new(&app).await;
    water.company.file(&app, 0, &json!({"bills": [owed("W-1", 4_210, "2026-12-10")]}));
    let first = water.company.proven(&app, &water.citizen, 0).await;
    let second = water.company.proven(&app, &water.citizen, 0).await;
    let (one, other) = join(water.fetch_as(&first), water.fetch_as(&second)).await;
    assert_eq!((one.status, other.status), (200, 200), "{} {}", one.text, other.text);
    assert_eq!(one.body["bills"], other.body["bills"]);
    assert_eq!(app.sql().await.count("payments.bills WHERE issuer = 'listed'").await, 1);

    let neighbour = app.demo_citizen(1).await;
    water.company.file(&app, 1, &json!({"bills": [owed("W-1", 4_210, "2026-12-10")]}));
    let proven = water.company.proven(&app, &neighbour, 1).await;
    let theirs = water.fetch_as(&proven).await;
    assert_eq!(theirs.text_at("/bills/0/state"), "not_issued", "{}", theirs.text);
    assert!(theirs.body["bills"][0]["bill_id"].is_null());
    let mine = neighbour.caller.get(BILLS).await.unwrap();
    assert_eq!(mine.body["items"], json!([]));
    assert_eq!(app.sql().await.count("payments.bills WHERE issuer = 'listed'").await, 1);
    water.company.register.stop().await;
    app.finish().await;
}
