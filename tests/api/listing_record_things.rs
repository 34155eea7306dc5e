//! What an agency keeps that has nothing but listings: applications, cases, appointments and bills of
//! a citizen. More things for tests of who may see what.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_listings::publish_at_once;
use serde_json::{Value, json};

use crate::hospital_things::{Keeper, Kept, made};

/// What every file begins with.
const HEAD: &str = r#"
name = { en = "X", zh = "某事项" }
summary = { en = "X.", zh = "某事项。" }
effective_from = "2026-01-01"
legal_basis = [{ title = { en = "X", zh = "某法" } }]
channels = [{ kind = "app" }, { kind = "counter" }]

[appeal]
route = { en = "X", zh = "行政复议" }
body = { en = "X", zh = "某机关" }
citation = { title = { en = "X", zh = "某法" } }
"#;

/// Nothing is to be paid, two steps, and somebody comes for what is granted.
const APPLICATION: &str = r#"
[application]
supplement_within = { length_days = 5, day_kind = "working", roll = "none" }
delivery = ["counter"]

[[application.steps]]
code = "look"
name = { en = "X", zh = "查看" }
period = { length_days = 3, day_kind = "working", roll = "none" }

[[application.steps]]
code = "ask"
name = { en = "X", zh = "公示" }
period = { length_days = 3, day_kind = "working", roll = "none" }

[application.form]
type = "object"
additionalProperties = false

[application.form.properties]
copies = { type = "integer", title = "Copies", minimum = 1, maximum = 3 }

[application.labels]
copies = { en = "Copies", zh = "份数" }

[[application.refusals]]
code = "none_left"
text = { en = "X", zh = "已无名额。" }
remedy = { en = "X", zh = "可改期申请。" }
citation = { title = { en = "X", zh = "某法" } }
"#;

/// Two desks.
const CASE: &str = r#"
[case]
dispute_within = { length_days = 1, day_kind = "working", roll = "none" }
extension = { length_days = 5, day_kind = "working", roll = "none" }
call_back_within = { length_days = 3, day_kind = "working", roll = "none" }
reopen_times = 2
reopen_within_days = 30

[[case.categories]]
code = "noise"
name = { en = "X", zh = "噪声" }
description = { en = "X", zh = "噪声。" }
intents = ["complain"]
desk = "ecology"
period = { length_days = 10, day_kind = "working", roll = "none" }
citation = { title = { en = "X", zh = "某法" } }

[[case.categories]]
code = "holes"
name = { en = "X", zh = "坑洼" }
description = { en = "X", zh = "坑洼。" }
intents = ["complain"]
desk = "roads"
period = { length_days = 5, day_kind = "working", roll = "none" }
citation = { title = { en = "X", zh = "某法" } }
"#;

/// Today, too.
const BOOKING: &str = r#"
[booking]
office_kind = "police_hall"
horizon_days = 30
notice_hours = 0
cancel_hours = 1
"#;

const INQUIRY: &str = r#"
[inquiry]
subject = "residence"
fields = [{ code = "permit_no", name = { en = "X", zh = "证号" }, kind = "text" }]
"#;

const BILL: &str = r#"
[bill]
subject = "water"
charge = { en = "Water", zh = "水费" }
amount_minor_max = 500_000
"#;

/// Places of an office on a day.
struct Hours {
    starts_at: DateTime<Utc>,
    windows: u32,
}

impl Keeper<'_> {
    /// A listing of every kind, and what the citizen has with each of them.
    pub async fn list(&self, kept: &mut Kept, clerk: &CitizenApp) {
        self.app.sql().await.run("DELETE FROM identity.counters").await;
        let application = self.publish("application", APPLICATION).await;
        let case = self.publish("case", CASE).await;
        let booking = self.publish("booking", BOOKING).await;
        let (inquiry, bill) =
            (self.publish("inquiry", INQUIRY).await, self.publish("bill", BILL).await);
        self.submit_again(&application).await;
        self.submit_again(&booking).await;
        let item = self.item("application");
        kept.ids.extend([
            ("listing_id", application.clone()),
            ("number", "1".to_owned()),
            ("with", application.clone()),
            ("listings/item", item.clone()),
            ("usage/item", item),
            ("listings_publish_version/number", "2".to_owned()),
            ("listings_return_version/listing_id", booking.clone()),
            ("listings_return_version/number", "2".to_owned()),
            ("listings_retire/listing_id", inquiry.clone()),
            ("listings_suspend/listing_id", bill.clone()),
            ("listings_resume/listing_id", bill.clone()),
            ("listed/listing_id", booking.clone()),
            ("listed_get_record/listing_id", inquiry),
            ("listed_fetch_bills/listing_id", bill.clone()),
        ]);
        kept.bodies.extend(self.bodies_of_portal());
        self.apply(kept, clerk, &application).await;
        self.complain(kept, clerk, &case).await;
        self.owe(kept, &bill).await;
        self.be_received(kept, clerk, &booking).await;
    }

    fn item(&self, kind: &str) -> String {
        format!("market.{kind}_{}", self.nth)
    }

    fn file(&self, kind: &str, engine: &str) -> String {
        format!("item = \"{}\"\n{HEAD}{engine}", self.item(kind))
    }

    async fn publish(&self, kind: &str, engine: &str) -> String {
        let add = format!(
            "INSERT INTO listings.items (code, type_code, name_en, name_zh, summary_en, summary_zh, \
             life_events, keywords, grams) VALUES ('{}', 'market', 'x', 'x', '', '', '{{}}', '{{}}', 0)",
            self.item(kind)
        );
        self.app.sql().await.run(&add).await;
        let (cx, file) = (self.app.city().cx(), self.file(kind, engine));
        let listing = cx
            .db
            .tx("test.list", async |tx| publish_at_once(&cx, tx, self.agency, &file).await)
            .await;
        listing.unwrap().to_string()
    }

    /// Somebody has written a second version, which nobody has looked at.
    async fn submit_again(&self, listing: &str) {
        let id = listing.rsplit('_').next().unwrap();
        let submit = format!(
            "INSERT INTO listings.versions SELECT city, listing_id, 2, file || '\n', sha256('{id}'), \
             content, gen_random_uuid(), gen_random_uuid(), submitted_at \
             FROM listings.versions WHERE listing_id = '{id}'; \
             UPDATE listings.listings SET versions = 2 WHERE id = '{id}'"
        );
        self.app.sql().await.run(&submit).await;
    }

    fn bodies_of_portal(&self) -> [(&'static str, Value); 6] {
        let file = json!({"file": self.file("case", CASE).replace("en = \"X.\"", "en = \"Y.\"")});
        let reason = json!({"reason": {"en": "x", "zh": "某原因"}});
        [
            ("listings_submit_file", file.clone()),
            ("listings_check_file", file),
            ("listings_return_version", json!({"reason": "x"})),
            ("listings_retire", reason.clone()),
            ("listings_suspend", reason),
            ("listings_precheck_listing", json!({"facts": {"age": 34}, "on": self.app.today()})),
        ]
    }

    /// The clerk does something.
    async fn clerk_does(&self, clerk: &CitizenApp, path: &str, body: &Value) -> Reply {
        let key = format!("{}-{}", self.no("clerk"), path.replace('/', "-"));
        made(clerk.caller.post_once(path, &key, body).await.unwrap())
    }

    /// Something is posted by the citizen, the `n`th time.
    async fn ask_again(&self, (path, n): (&str, usize), body: &Value) -> String {
        let (path, key) = (format!("/v1/{path}"), format!("{}-{n}", self.no("again")));
        made(self.citizen.caller.post_once(&path, &key, body).await.unwrap()).text_at("/id")
    }

    /// Three applications: one that can be granted, one of which more can be asked, and one that has
    /// not been looked at.
    async fn apply(&self, kept: &mut Kept, clerk: &CitizenApp, listing: &str) {
        let body = json!({
            "listing_id": listing, "form": {"copies": 1}, "facts": {}, "documents": [],
            "delivery": "counter",
        });
        let lodge = async |n| self.ask_again(("applications", n), &body).await;
        let (ready, short, new) = (lodge(1).await, lodge(2).await, lodge(3).await);
        let desk = format!("/v1/applications/agencies/{}/applications", self.agency);
        for step in ["look", "ask"] {
            let (path, body) = (format!("{desk}/{ready}/finish-step"), json!({"step": step}));
            let done = clerk.caller.post(&path, &body).await.unwrap();
            assert_eq!(done.status, 200, "{}", done.text);
        }
        kept.bodies.extend(bodies_of_applications(&new));
        kept.bodies.insert("applications_lodge", body);
        kept.ids.extend([
            ("application_id", new),
            ("applications_approve/application_id", ready.clone()),
            ("applications_deliver/application_id", ready),
            ("applications_ask_supplement/application_id", short.clone()),
            ("applications_withdraw/application_id", short),
        ]);
        self.supplement(kept, clerk, listing).await;
    }

    /// Another one waits for what is missing.
    async fn supplement(&self, kept: &mut Kept, clerk: &CitizenApp, listing: &str) {
        // More than three at a time are not to be had.
        let forget = "UPDATE applications.applicants SET open_count = 2 WHERE open_count = 3";
        self.app.sql().await.run(forget).await;
        let body = json!({"listing_id": listing, "form": {}, "delivery": "counter"});
        let waits = self.ask_again(("applications", 4), &body).await;
        let desk = format!("/v1/applications/agencies/{}/applications", self.agency);
        let ask = json!({"text": "x", "fields": ["copies"]});
        self.clerk_does(clerk, &format!("{desk}/{waits}/ask-supplement"), &ask).await;
        self.app.sql().await.run(forget).await;
        kept.ids.insert("applications_supply/application_id", waits);
    }

    /// Cases: one that can be accepted and answered, and others that stand elsewhere.
    async fn complain(&self, kept: &mut Kept, clerk: &CitizenApp, listing: &str) {
        let body = json!({
            "listing_id": listing, "category": "noise", "intent": "complain", "text": "x",
            "place": {"lat": 30.25, "long": 120.25, "address": "x", "district": "330106"},
            "anonymous_to_desk": false, "contact": "x",
        });
        let file = async |n| self.ask_again(("cases", n), &body).await;
        let (new, disputed, repeated) = (file(11).await, file(12).await, file(13).await);
        let (answered, accepted) = (file(14).await, file(15).await);
        let withdrawn = file(16).await;
        let desk = format!("/v1/cases/agencies/{}/cases", self.agency);
        let does = async |case: &str, what: &str, body: &Value| {
            self.clerk_does(clerk, &format!("{desk}/{case}/{what}"), body).await
        };
        let answer = json!({"text": "x", "outcome": "explained", "for_linked": "x"});
        let dispute = json!({"desk": "roads", "reason": "x"});
        does(&answered, "accept", &json!({})).await;
        does(&answered, "reply", &answer).await;
        does(&accepted, "accept", &json!({})).await;
        does(&disputed, "dispute", &dispute).await;
        // Nobody decides a dispute of their own.
        let by_another = "UPDATE cases.cases SET disputed_by = gen_random_uuid() \
                          WHERE disputed_by IS NOT NULL";
        self.app.sql().await.run(by_another).await;
        let service = format!("{}_noise", listing.strip_prefix("list_").unwrap());
        kept.bodies.extend(bodies_of_cases(&new, &service));
        kept.bodies.extend([
            ("cases_file", body),
            ("cases_reply", answer.clone()),
            ("cases_close", answer),
            ("cases_dispute", dispute),
        ]);
        kept.ids.extend([
            ("cases/case_id", new.clone()),
            ("service_request_id", new),
            ("service_code", service),
            ("cases_close/case_id", accepted),
            ("cases_decide_dispatch/case_id", disputed),
            ("cases_dispute/case_id", withdrawn.clone()),
            ("cases_withdraw/case_id", withdrawn),
            ("cases_link/case_id", repeated),
            ("cases_rate/case_id", answered.clone()),
            ("cases_reopen/case_id", answered),
        ]);
    }

    /// A bill that was fetched, which is a bill of the citizen's that is there; a paid one if there is
    /// one.
    async fn owe(&self, kept: &mut Kept, listing: &str) {
        let account = self.citizen.caller.get("/v1/me").await.unwrap().text_at("/account_id");
        let insert = format!(
            "INSERT INTO listed.bills SELECT b.city, gen_random_uuid(), '{listing}', 1, '{agency}', \
             'W-{nth}', b.debtor_person_id, b.id, '{now}' FROM payments.bills b \
             JOIN identity.verifications v ON v.person_id = b.debtor_person_id \
             WHERE v.account_id = '{account}' AND v.state = 'verified' \
             AND NOT EXISTS (SELECT FROM listed.bills l WHERE l.bill_id = b.id) \
             ORDER BY b.state = 'paid' DESC LIMIT 1",
            listing = listing.rsplit('_').next().unwrap(),
            agency = self.agency.uuid(),
            nth = self.nth,
            now = self.app.clock.now(),
            account = account.trim_start_matches("acct_"),
        );
        self.app.sql().await.run(&insert).await;
        let row = format!("listed.bills WHERE external_no = 'W-{}'", self.nth);
        kept.ids.insert("listed_bill_id", self.id_of("lbil", &row).await);
    }

    /// Appointments: two of today, and two that can be given up and moved.
    async fn be_received(&self, kept: &mut Kept, clerk: &CitizenApp, listing: &str) {
        let office = json!({
            "listing_id": listing, "name_en": "x", "name_zh": "某大厅", "address_en": "x",
            "address_zh": "某地", "capabilities": [], "open": true,
        });
        let path = format!("/v1/listed/agencies/{}/offices", self.agency);
        let at = self.clerk_does(clerk, &path, &office).await.text_at("/id");
        let now = self.app.clock.now();
        // Nobody has two appointments at the same time.
        let nth = i64::try_from(self.nth).unwrap();
        let day = self.app.today() + TimeDelta::days(2 + nth);
        let morning: DateTime<Utc> = format!("{day}T01:00:00Z").parse().unwrap();
        let mut ids = Vec::new();
        for (n, starts_at, windows) in [
            (21, now + TimeDelta::minutes(2), 1),
            (22, now + TimeDelta::hours(nth), 1),
            (23, morning, 1),
            (24, morning + TimeDelta::hours(1), 2),
        ] {
            let hours = Hours { starts_at, windows };
            let (starts_at, _) = self.open_hours(clerk, (listing, &at), &hours).await;
            let slot = json!({"office_id": at, "starts_at": starts_at});
            let path = format!("listed/listings/{listing}/appointments");
            ids.push(self.ask_again((&path, n), &slot).await);
            // Of one listing, one at a time is to be had.
            self.app.sql().await.run("UPDATE listed.appointments SET open = false").await;
        }
        let hours = Hours { starts_at: morning + TimeDelta::hours(3), windows: 2 };
        let (free, session) = self.open_hours(clerk, (listing, &at), &hours).await;
        let moved = morning + TimeDelta::hours(1) + TimeDelta::minutes(5);
        kept.bodies.extend([
            ("listed_post_office", office.clone()),
            ("listed_put_office", office),
            ("listed_open_session", hours_of((listing, &at), day, "15:00", "16:00")),
            ("listed_stop_session", json!({"reason": "x"})),
            ("listed_post_appointment", json!({"office_id": at, "starts_at": free})),
            ("listed_move_appointment", json!({"starts_at": moved})),
        ]);
        let mut ids = ids.into_iter();
        let mut next = || ids.next().unwrap();
        let (missed, arrived, given_up, moved) = (next(), next(), next(), next());
        kept.ids.extend([
            ("listed/appointment_id", moved),
            ("listed_arrive/appointment_id", arrived.clone()),
            ("listed_fulfil/appointment_id", arrived),
            ("listed_miss/appointment_id", missed),
            ("listed_cancel_appointment/appointment_id", given_up),
            ("listed/session_id", session),
            ("office", at.clone()),
            ("listed/office_id", at),
            ("listed/on", day.to_string()),
        ]);
        // The first one does not come.
        self.app.later(TimeDelta::minutes(3));
    }

    /// Windows of five minutes, from the next full minute. Returns the first and the session.
    async fn open_hours(
        &self,
        clerk: &CitizenApp,
        of: (&str, &str),
        hours: &Hours,
    ) -> (String, String) {
        let local = |at: DateTime<Utc>| at + TimeDelta::hours(8);
        let from = local(hours.starts_at);
        let to = from + TimeDelta::minutes(5 * i64::from(hours.windows));
        let clock = |at: DateTime<Utc>| at.format("%H:%M").to_string();
        let body = hours_of(of, from.date_naive(), &clock(from), &clock(to));
        let path = format!("/v1/listed/agencies/{}/sessions", self.agency);
        let opened = made(clerk.caller.post(&path, &body).await.unwrap());
        (opened.text_at("/windows/0/starts_at"), opened.text_at("/id"))
    }
}

fn hours_of((listing, office): (&str, &str), on: NaiveDate, from: &str, to: &str) -> Value {
    json!({
        "listing_id": listing, "office_id": office, "on": on, "from": from, "to": to,
        "slot_minutes": 5, "places": 5,
    })
}

/// What is done with applications; one of them with many.
fn bodies_of_applications(one: &str) -> [(&'static str, Value); 6] {
    let ask = json!({"text": "x", "documents": [], "fields": ["copies"]});
    let supply = json!({"form": {"copies": 2}, "documents": [], "note": "x"});
    [
        ("applications_ask_supplement", ask),
        ("applications_supply", supply),
        ("applications_finish_step", json!({"step": "look"})),
        ("applications_refuse", json!({"reason": "none_left", "note": "x"})),
        ("applications_deliver", json!({"how": "counter", "tracking": "x"})),
        ("applications_bulk", json!({"action": "finish_step", "ids": [one], "step": "look"})),
    ]
}

/// What is done with cases; one of them is the one that another repeats.
fn bodies_of_cases(one: &str, service: &str) -> [(&'static str, Value); 8] {
    let form = json!({"service_code": service, "description": "x"});
    [
        ("cases_add", json!({"text": "x"})),
        ("cases_decide_dispatch", json!({"desk": "roads"})),
        ("cases_extend", json!({"reason": "x"})),
        ("cases_link", json!({"parent_id": one})),
        ("cases_rate", json!({"solved": true, "satisfaction": 5, "note": "x"})),
        ("cases_reopen", json!({"reason": "x"})),
        ("cases_open311_post_request", form.clone()),
        ("cases_open311_post_request_as_xml", form),
    ]
}
