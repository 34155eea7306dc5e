//! What stories of applications begin with: an agency, two who decide there, and its listings.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_catalogue::AgencyId;
use citygate_listings::publish_at_once;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, accept, at_their_desks, sure},
    support::{TestApp, pay, yuan},
};

/// A fee of CNY 50.00, 20.00 more for power; two steps of two and three working days, ten for all.
pub const STALL: &str = r#"
item = "market.stall_permit"
name = { en = "Street stall", zh = "便民摊点" }
summary = { en = "A stall.", zh = "摊点。" }
effective_from = "2026-01-01"
legal_basis = [{ title = { en = "Market Law, article 1", zh = "《市场法》第一条" } }]
channels = [{ kind = "app" }, { kind = "counter" }]

[appeal]
route = { en = "Administrative reconsideration", zh = "行政复议" }
body = { en = "The district", zh = "区人民政府" }
within_days = 60
citation = { title = { en = "Reconsideration Law, article 20", zh = "《行政复议法》第二十条" } }

[time_limit]
period = { length_days = 10, day_kind = "working", roll = "none" }
citation = { title = { en = "Licensing Law, article 42", zh = "《行政许可法》第四十二条" } }

[[facts]]
code = "own"
question = { en = "Do you run it yourself?", zh = "是否本人经营？" }
kind = "boolean"

[[eligibility]]
code = "of_age"
when = { fact = "person.age", at_least = 18 }
otherwise = { en = "You have to be 18.", zh = "须年满十八周岁。" }
citation = { title = { en = "Civil Code, article 18", zh = "《民法典》第十八条" } }

[[eligibility]]
code = "own_stall"
when = { fact = "fact.own", is = true }
otherwise = { en = "Whoever runs it applies.", zh = "由本人申请。" }
citation = { title = { en = "Licensing Law, article 9", zh = "《行政许可法》第九条" } }

[[eligibility]]
code = "hidden"
when = { not = { fact = "form.street", is = "Forbidden Lane" } }
otherwise = { en = "The lane is watched.", zh = "该路段受管控。" }
citation = { title = { en = "Secret Rule, article 7", zh = "《保密规定》第七条" } }
disclosed = false

[[documents]]
code = "photo"
name = { en = "Photograph", zh = "照片" }
source = "citizen"

[[documents]]
code = "health"
name = { en = "Health certificate", zh = "健康证" }
source = "citizen"
when = { fact = "form.goods", is = "food" }

[[documents]]
code = "card"
name = { en = "Identity card", zh = "身份证" }
source = "register"

[[fees]]
code = "place"
name = { en = "Place", zh = "占道费" }
amount_minor = 5000
citation = { title = { en = "Price list", zh = "收费公示" } }

[[fees]]
code = "power"
name = { en = "Power", zh = "接电费" }
amount_minor = 2000
when = { fact = "form.power", is = true }
citation = { title = { en = "Price list", zh = "收费公示" } }

[application]
pay_within_hours = 24
supplement_within = { length_days = 5, day_kind = "working", roll = "none" }
delivery = ["post", "counter"]
valid_months = 3

[[application.steps]]
code = "look"
name = { en = "Look", zh = "踏勘" }
period = { length_days = 2, day_kind = "working", roll = "none" }

[[application.steps]]
code = "ask"
name = { en = "Ask", zh = "公示" }
period = { length_days = 3, day_kind = "working", roll = "none" }

[application.form]
type = "object"
additionalProperties = false
required = ["street", "goods", "power"]

[application.form.properties]
street = { type = "string", title = "Street", minLength = 2, maxLength = 60 }
goods = { type = "string", title = "Goods", enum = ["food", "flowers"] }
power = { type = "boolean", title = "Power" }

[application.labels]
street = { en = "Street", zh = "路段" }
goods = { en = "Goods", zh = "品类" }
power = { en = "Power", zh = "用电" }

[[application.refusals]]
code = "street_full"
text = { en = "All places are taken.", zh = "摊位已满。" }
remedy = { en = "Apply for another street.", zh = "可改选其他路段。" }
citation = { title = { en = "Market Law, article 2", zh = "《市场法》第二条" } }
"#;

/// Nothing to pay, one step, no limit, and the outcome is there at once.
pub const FREE: &str = r#"
item = "exit_entry.hk_macao_endorsement"
name = { en = "A paper", zh = "文书" }
summary = { en = "A paper.", zh = "文书。" }
effective_from = "2026-01-01"
legal_basis = [{ title = { en = "Paper Law, article 1", zh = "《文书法》第一条" } }]
channels = [{ kind = "counter" }]

[appeal]
route = { en = "A suit", zh = "行政诉讼" }
body = { en = "The court", zh = "人民法院" }
citation = { title = { en = "Procedure Law, article 46", zh = "《行政诉讼法》第四十六条" } }

[application]
supplement_within = { length_days = 5, day_kind = "working", roll = "none" }
delivery = ["electronic"]

[[application.steps]]
code = "look"
name = { en = "Look", zh = "审查" }
period = { length_days = 3, day_kind = "working", roll = "none" }

[application.form]
type = "object"
additionalProperties = false
required = ["copies"]

[application.form.properties]
copies = { type = "integer", title = "Copies", minimum = 1, maximum = 3 }

[application.labels]
copies = { en = "Copies", zh = "份数" }

[[application.refusals]]
code = "no_paper"
text = { en = "There is none.", zh = "无此文书。" }
remedy = { en = "Ask elsewhere.", zh = "请到其他部门查询。" }
citation = { title = { en = "Paper Law, article 2", zh = "《文书法》第二条" } }
"#;

pub const MINE: &str = "/v1/applications";

/// An agency, its listings, and one who applies.
pub struct Scene {
    pub staff: Agency,
    pub second: CitizenApp,
    pub stall: String,
    pub free: String,
    pub citizen: CitizenApp,
}

/// Puts a file into force without the portal.
pub async fn listed(app: &TestApp, agency: AgencyId, file: &str) -> String {
    let cx = app.city().cx();
    let listing = cx
        .db
        .tx("test.list", async |tx| publish_at_once(&cx, tx, agency, file).await)
        .await
        .unwrap();
    listing.to_string()
}

/// Another clerk of an agency.
pub async fn clerk(app: &TestApp, staff: &Agency, email: &str) -> CitizenApp {
    let citizen = sure(app, email).await;
    at_their_desks(app).await;
    assert_eq!(staff.invite(email, "clerk").await.status, 201);
    assert_eq!(accept(app, &citizen).await.status, 200);
    citizen
}

/// What is lodged for a stall.
pub fn stall(listing: &str) -> Value {
    json!({
        "listing_id": listing,
        "form": {"street": "West Lake Road", "goods": "flowers", "power": false},
        "facts": {"own": true},
        "documents": [document("photo")],
        "delivery": "post",
    })
}

pub fn document(code: &str) -> Value {
    json!({"code": code, "reference": format!("FILE-{code}"), "sha256": "0a".repeat(32)})
}

impl Scene {
    pub async fn new(app: &TestApp) -> Self {
        let agency = app.other_agency().await;
        let staff = Agency::new(app, agency, "market.example").await;
        let second = clerk(app, &staff, "second@market.example").await;
        let (stall, free) = (listed(app, agency, STALL).await, listed(app, agency, FREE).await);
        let citizen = app.demo_citizen(0).await;
        at_their_desks(app).await;
        Self { staff, second, stall, free, citizen }
    }

    /// Time goes on, while everybody stays signed in.
    pub async fn later(&mut self, app: &TestApp, by: TimeDelta) {
        app.later_with(&mut self.citizen, by).await;
        app.work().await;
        for one in [&mut self.staff.admin, &mut self.staff.clerk, &mut self.second] {
            assert_eq!(one.refresh().await.unwrap().status, 200);
        }
        at_their_desks(app).await;
    }

    /// Lodges for a stall. Returns the id.
    pub async fn lodged(&self, key: &str) -> Reply {
        let lodged = lodge(&self.citizen, key, &stall(&self.stall)).await;
        assert_eq!(lodged.status, 201, "{}", lodged.text);
        lodged
    }

    /// Lodged and paid. Returns the id.
    pub async fn paid(&self, app: &TestApp, key: &str) -> String {
        let lodged = self.lodged(key).await;
        let bill = lodged.text_at("/fee/bill_id");
        let paid = pay(&self.citizen, &bill, &format!("pay-{key}"), &owed(5_000)).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        app.work().await;
        lodged.text_at("/id")
    }

    /// The applicant reads an application.
    pub async fn get(&self, id: &str) -> Reply {
        let reply = self.citizen.caller.get(&format!("{MINE}/{id}")).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply
    }

    pub async fn state(&self, id: &str) -> String {
        self.get(id).await.text_at("/state")
    }

    /// The applicant does something.
    pub async fn posts(&self, id: &str, what: &str, body: &Value) -> Reply {
        self.citizen.caller.post(&format!("{MINE}/{id}/{what}"), body).await.unwrap()
    }

    pub fn desk(&self, rest: &str) -> String {
        format!("{MINE}/agencies/{}/{rest}", self.staff.id)
    }

    /// The clerk does something with an application.
    pub async fn does(&self, id: &str, what: &str, body: &Value) -> Reply {
        let path = self.desk(&format!("applications/{id}/{what}"));
        self.staff.clerk.caller.post(&path, body).await.unwrap()
    }

    /// The same, and it is done.
    pub async fn did(&self, id: &str, what: &str, body: &Value) -> Reply {
        let reply = self.does(id, what, body).await;
        assert_eq!(reply.status, 200, "{what}: {}", reply.text);
        reply
    }

    /// Finishes both steps of a stall.
    pub async fn finishes(&self, id: &str) {
        for step in ["look", "ask"] {
            self.did(id, "finish-step", &json!({"step": step})).await;
        }
    }

    /// The clerk reads something.
    pub async fn reads(&self, rest: &str) -> Reply {
        let reply = self.staff.clerk.caller.get(&self.desk(rest)).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply
    }
}

pub fn owed(minor: i64) -> Value {
    json!({"expected": yuan(minor)})
}

pub async fn lodge(citizen: &CitizenApp, key: &str, body: &Value) -> Reply {
    citizen.caller.post_once(MINE, key, body).await.unwrap()
}

/// How often a service of the agency was counted so.
pub async fn counted(app: &TestApp, measure: &str) -> usize {
    let query = format!(
        "SELECT coalesce(sum(times), 0)::text AS value FROM usage.counters WHERE measure = '{measure}'"
    );
    app.sql().await.texts(&query).await[0].parse().unwrap()
}
