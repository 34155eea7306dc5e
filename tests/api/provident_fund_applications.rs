//! What people ask of their fund centre, and what comes of it: withdrawals and disputes.

use chrono::TimeDelta;
use citygate::demo::{
    FUND_SCOPES,
    actors::{Caller, CitizenApp, Reply, System},
};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use citygate_provident_fund::FUND_CENTRE;
use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    staff::Agency,
    step_up::prove,
    support::{TestApp, outcome, refused, yuan},
};

pub const FUND: &str = "/v1/provident-fund";
/// Of a demo account: thirty months of CNY 3,600.00, CNY 180,000.00 before them, and CNY 3,000.00 of
/// interest each June.
pub const BALANCE: i64 = 18_000_000 + 30 * 360_000 + 3 * 300_000;

/// The id of the first account of a citizen at a centre.
pub async fn account(citizen: &CitizenApp, city: &str) -> String {
    let list = citizen.caller.get(&format!("{FUND}/accounts")).await.unwrap();
    let items = list.body["items"].as_array().unwrap();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap());
    ids.into_iter().find(|id| id.contains(city)).expect(&list.text).to_owned()
}

/// A demo citizen with a fresh proof for something.
pub async fn proven(app: &TestApp, citizen: &CitizenApp, which: usize, wanted: &Value) -> Caller {
    app.later(TimeDelta::minutes(1));
    let sent = citizen.caller.post("/v1/step-ups/codes", wanted).await.unwrap();
    assert_eq!(sent.status, 202, "{}", sent.text);
    app.work().await;
    // The letter says how much it is for, and its lines are folded where they are long.
    let letter = app.letter(&citizen.email, "code to").replace("=\r\n", "").replace("=\n", "");
    let (_, code) = letter.split_once(" is ").unwrap();
    let code: String = code.chars().take(6).collect();
    let proof = prove(citizen, wanted, DEMO_CITIZENS[which].2, &code).await;
    assert_eq!(proof.status, 201, "{}", proof.text);
    citizen.caller.with_token(proof.text_at("/access_token"))
}

/// An application with its papers.
fn application(ground: &str, minor: i64) -> Value {
    let papers = match ground {
        "buy" => ["purchase_contract", "payment_receipt"],
        _ => ["building_permit", "cost_estimate"],
    };
    let papers = papers.map(|paper| json!({"paper": paper, "reference": "2026-0001"}));
    let cost = yuan(100_000_000);
    json!({"ground": ground, "amount": yuan(minor), "cost": cost, "papers": papers})
}

/// Somebody proves themselves for a withdrawal and applies for it.
async fn applies(
    app: &TestApp,
    citizen: &CitizenApp,
    which: usize,
    (account, body): (&str, &Value),
) -> Reply {
    let wanted = json!({
        "purpose": "provident_fund.apply", "object": account, "amount": body["amount"],
    });
    let raised = proven(app, citizen, which, &wanted).await;
    let path = format!("{FUND}/accounts/{account}/withdrawals");
    let key = format!("{}-{}", body["ground"], body["amount"]["amount_minor"]).replace('"', "");
    raised.post_once(&path, &key, body).await.unwrap()
}

/// Beijing's centre and the people who decide there.
pub async fn centre(app: &TestApp) -> Agency {
    Agency::new(app, FUND_CENTRE, "fund.example").await
}

pub async fn decide(clerk: &Caller, agency: AgencyId, what: &str, body: &Value) -> Reply {
    clerk.put(&format!("{FUND}/agencies/{agency}/{what}"), body).await.unwrap()
}

async fn decides(clerk: &Caller, id: &str, outcome: &str) -> Reply {
    let body = json!({"outcome": outcome, "reason": format!("Because it is {outcome}.")});
    decide(clerk, FUND_CENTRE, &format!("withdrawals/{id}/decision"), &body).await
}

pub async fn queue(clerk: &Caller, agency: AgencyId, which: &str) -> Vec<Value> {
    let list = clerk.get(&format!("{FUND}/agencies/{agency}/{which}")).await.unwrap();
    assert_eq!(list.status, 200, "{}", list.text);
    list.body["items"].as_array().unwrap().clone()
}

pub async fn get(citizen: &CitizenApp, rest: &str) -> Reply {
    citizen.caller.get(&format!("{FUND}/{rest}")).await.unwrap()
}

pub async fn post(citizen: &CitizenApp, rest: &str, key: &str, body: &Value) -> Reply {
    citizen.caller.post_once(&format!("{FUND}/{rest}"), key, body).await.unwrap()
}

/// A centre pushes a batch of one part. Returns the codes of the lines that were refused.
pub async fn push(app: &TestApp, centre: &System, number: &str, lines: &[Value]) -> Vec<String> {
    let amount = |line: &Value, name: &str| line[name].as_i64().unwrap_or_default();
    let sum = |line| {
        ["own_minor", "employer_minor", "base_minor", "balance_minor"]
            .map(|name| amount(line, name))
    };
    let sum: i64 = lines.iter().flat_map(sum).sum();
    let kinds = [("posting_no", "postings"), ("loan_no", "loans"), ("account_no", "accounts")];
    let (_, kind) = kinds.iter().find(|(member, _)| lines[0].get(member).is_some()).unwrap();
    let declared = json!({
        "kind": kind, "as_of": app.clock.now(), "lines": lines.len(), "sum_minor": sum,
    });
    let path = format!("{FUND}/batches/{number}");
    let reply = centre.caller.put(&path, &declared).await.unwrap();
    assert_eq!(reply.status, 201, "{}", reply.text);
    let body: Vec<String> = lines.iter().map(Value::to_string).collect();
    let part = centre.caller.request(Method::PUT, &format!("{path}/parts/1"));
    let part = part.header("Content-Type", "application/x-ndjson").body(body.join("\n"));
    let part = centre.caller.send(part).await.unwrap();
    assert!(part.status < 300, "{}", part.text);
    centre.caller.post(&format!("{path}/close"), &json!({})).await.unwrap();
    let faults = centre.caller.get(&format!("{path}/faults")).await.unwrap();
    let faults = faults.body["items"].as_array().unwrap().clone();
    faults.iter().map(|fault| fault["code"].as_str().unwrap().to_owned()).collect()
}

/// A posting that carries an application out.
pub fn carrying_out(
    account_no: &str,
    number: &str,
    kind: &str,
    minor: i64,
    application: &str,
) -> Value {
    json!({
        "account_no": account_no, "posting_no": number, "kind": kind, "month": "2026-11",
        "booked_on": "2026-11-23", "own_minor": minor, "employer_minor": 0,
        "application": application,
    })
}

/// What is missing is said before anybody applies, and the balance is not.
async fn is_told_before_what_bars(citizen: &CitizenApp, account: &str) {
    let precheck = format!("{FUND}/accounts/{account}/withdrawal-precheck");
    let wish =
        json!({"ground": "buy", "amount": yuan(90_000_000_000), "cost": yuan(90_000_000_000)});
    let verdict = citizen.caller.post(&precheck, &wish).await.unwrap();
    assert_eq!(verdict.body["bars"].as_array().unwrap().len(), 1, "{}", verdict.text);
    assert_eq!(verdict.text_at("/bars/0/code"), "papers_missing");
    assert!(verdict.text_at("/bars/0/text").contains("Contract of sale"), "{}", verdict.text);
}

#[tokio::test]
async fn a_withdrawal_from_the_application_to_the_payout() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let grounds = get(&citizen, &format!("accounts/{account}/withdrawal-grounds")).await;
    let rent = grounds.body["items"].as_array().unwrap().iter().find(|one| one["ground"] == "rent");
    let limit = rent.unwrap()["limit"].as_str().unwrap();
    assert!(limit.contains("CNY 2000.00 of each"), "{limit}");

    is_told_before_what_bars(&citizen, &account).await;
    let (path, body) = (format!("accounts/{account}/withdrawals"), application("buy", 5_000_000));
    refused(&post(&citizen, &path, "a", &body).await, 401, "identity.step_up_required");
    let wanted = json!({"purpose": "provident_fund.apply", "object": account, "amount": yuan(1)});
    let raised = proven(&app, &citizen, 0, &wanted).await;
    let other = raised.post_once(&format!("{FUND}/{path}"), "b", &body).await.unwrap();
    refused(&other, 401, "identity.step_up_required");
    let missing = json!({"ground": "buy", "amount": yuan(1), "cost": yuan(1)});
    let barred = raised.post_once(&format!("{FUND}/{path}"), "c", &missing).await.unwrap();
    refused(&barred, 422, "provident_fund.withdrawal_barred");
    assert_eq!(barred.text_at("/errors/0/pointer"), "/papers");
    let too_much = application("buy", BALANCE + 1);
    let too_much = applies(&app, &citizen, 0, (&account, &too_much)).await;
    refused(&too_much, 422, "provident_fund.withdrawal_barred");

    let lodged = applies(&app, &citizen, 0, (&account, &body)).await;
    assert_eq!(
        (lodged.status, lodged.text_at("/state").as_str()),
        (201, "lodged"),
        "{}",
        lodged.text
    );
    assert_eq!(lodged.text_at("/deadline/on"), "2026-11-26");
    assert_eq!(lodged.text_at("/deadline/ends_at"), "2026-11-26T16:00:00Z");
    let explanation = lodged.text_at("/deadline/explanation");
    assert!(explanation.contains("3 calendar days"), "{explanation}");
    let id = lodged.text_at("/id");
    let again = applies(&app, &citizen, 0, (&account, &application("buy", 5_000_001))).await;
    assert!(again.text.contains("under way"), "{}", again.text);

    let centre = centre(&app).await;
    let clerk = &centre.clerk.caller;
    let waiting = queue(clerk, FUND_CENTRE, "withdrawal-queues/waiting").await;
    assert_eq!((waiting.len(), waiting[0]["id"].as_str()), (1, Some(id.as_str())));
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let accesses = async |citizen: &CitizenApp| {
        citizen.caller.get("/v1/me/accesses?limit=100").await.unwrap().text
    };
    assert!(!accesses(&citizen).await.contains("statement_read"));
    let read = format!("{FUND}/agencies/{FUND_CENTRE}/withdrawals/{id}");
    let read = clerk.get(&read).await.unwrap();
    assert_eq!(read.minor_at("/available"), BALANCE);
    assert_eq!(read.text_at("/withdrawal/history/0/papers/0/reference"), "2026-0001");
    assert!(accesses(&citizen).await.contains("provident_fund.withdrawal"));

    assert_eq!(decides(clerk, &id, "incomplete").await.text_at("/state"), "incomplete");
    refused(&decides(clerk, &id, "approved").await, 409, "provident_fund.application_state");
    app.work().await;
    assert_eq!(app.letters(&citizen.email, "something is missing"), 1);
    let brought = json!({"words": "The second invoice.", "papers": []});
    let path = format!("withdrawals/{id}/supplements");
    let supplemented = post(&citizen, &path, "d", &brought).await;
    assert_eq!(supplemented.text_at("/state"), "lodged", "{}", supplemented.text);
    assert!(post(&citizen, &path, "d", &brought).await.replayed);

    let approved = decides(clerk, &id, "approved").await;
    assert_eq!(approved.text_at("/state"), "approved", "{}", approved.text);
    assert_eq!(decides(clerk, &id, "approved").await.status, 200, "the same again");
    let cancel = format!("withdrawals/{id}/cancellation");
    let late = post(&citizen, &cancel, "e", &Value::Null).await;
    refused(&late, 409, "provident_fund.application_state");
    assert_eq!(queue(clerk, FUND_CENTRE, "withdrawal-queues/granted").await.len(), 1);

    pays_out(&app, &citizen, &id).await;
    app.finish().await;
}

/// The centre pays what was approved: to the fen, once, and from this account.
async fn pays_out(app: &TestApp, citizen: &CitizenApp, id: &str) {
    let system = app.system_of(FUND_CENTRE, FUND_SCOPES).await;
    let pays = |no: &str, number: &str, minor| carrying_out(no, number, "withdrawal", minor, id);
    let (own, other) = ("110000000001", "110000000002");
    let unfit = ["application_unfit"];
    assert_eq!(push(app, &system, "w1", &[pays(own, "W1", -4_999_999)]).await, unfit);
    assert_eq!(push(app, &system, "w2", &[pays(other, "W1", -5_000_000)]).await, unfit);
    let twice = [pays(own, "W1", -5_000_000), pays(own, "W2", -5_000_000)];
    assert_eq!(push(app, &system, "w3", &twice).await, unfit);
    assert_eq!(push(app, &system, "w4", &[pays(own, "W3", -5_000_000)]).await, unfit);
    assert_eq!(push(app, &system, "w5", &[pays(own, "W1", -5_000_000)]).await, [""; 0]);
    let paid = get(citizen, &format!("withdrawals/{id}")).await;
    assert_eq!(
        (paid.text_at("/state").as_str(), paid.text_at("/posting_no").as_str()),
        ("paid", "W1")
    );
    let mut sql = app.sql().await;
    let balance = "SELECT balance_minor::text AS value FROM provident_fund.accounts \
                   WHERE account_no = '110000000001'";
    assert_eq!(sql.texts(balance).await, [(BALANCE - 5_000_000).to_string()]);
    let events: Vec<_> = paid.body["history"].as_array().unwrap().iter().collect();
    let events: Vec<_> = events.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["lodge", "ask", "supplement", "approve", "pay"]);
}

#[tokio::test]
async fn two_that_are_approved_at_once_never_come_to_more_than_is_there() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let (centre, mut ids) = (centre(&app).await, Vec::new());
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    for ground in ["buy", "build"] {
        let body = application(ground, 20_000_000);
        let lodged = applies(&app, &citizen, 0, (&account, &body)).await;
        assert_eq!(lodged.status, 201, "{}", lodged.text);
        ids.push(lodged.text_at("/id"));
    }
    let clerk = &centre.clerk.caller;
    let (one, two) =
        join(decides(clerk, &ids[0], "approved"), decides(clerk, &ids[1], "approved")).await;
    let mut outcomes = [outcome(&one), outcome(&two)];
    outcomes.sort();
    assert_eq!(outcomes[0].0, 200, "{} {}", one.text, two.text);
    assert_eq!(outcomes[1], (409, "provident_fund.over_balance".to_owned()));
    // What is set aside is not there for a third either.
    let third = applies(&app, &citizen, 0, (&account, &application("renovate", 9_700_001))).await;
    refused(&third, 422, "provident_fund.withdrawal_barred");
    let third = applies(&app, &citizen, 0, (&account, &application("renovate", 9_700_000))).await;
    assert_eq!(third.status, 201, "{}", third.text);
    // What is taken back comes free.
    let (granted, left) = if one.status == 200 { (0, 1) } else { (1, 0) };
    assert_eq!(decides(clerk, &ids[granted], "revoked").await.text_at("/state"), "revoked");
    assert_eq!(decides(clerk, &ids[left], "approved").await.text_at("/state"), "approved");
    app.finish().await;
}

#[tokio::test]
async fn of_an_approval_and_a_cancellation_at_once_one_wins() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let centre = centre(&app).await;
    for ground in ["buy", "build", "renovate"] {
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
        let lodged = applies(&app, &citizen, 0, (&account, &application(ground, 1_000_000))).await;
        let id = lodged.text_at("/id");
        let cancel = format!("withdrawals/{id}/cancellation");
        let (approved, cancelled) = join(
            decides(&centre.clerk.caller, &id, "approved"),
            post(&citizen, &cancel, &id, &Value::Null),
        )
        .await;
        let shown = get(&citizen, &format!("withdrawals/{id}")).await.text_at("/state");
        let conflict = (409, "provident_fund.application_state".to_owned());
        match shown.as_str() {
            "approved" => assert_eq!((approved.status, outcome(&cancelled)), (200, conflict)),
            "cancelled" => assert_eq!((outcome(&approved), cancelled.status), (conflict, 200)),
            other => panic!("{other}"),
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_decision_that_is_late_is_seen_and_told_and_what_is_not_brought_lapses() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let lodged = applies(&app, &citizen, 0, (&account, &application("buy", 1_000_000))).await;
    let id = lodged.text_at("/id");
    let over = "2026-11-26T16:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let until = over - TimeDelta::seconds(1) - app.clock.now();
    app.later_with(&mut citizen, until).await;
    app.work().await;
    let shown = get(&citizen, &format!("withdrawals/{id}")).await;
    assert_eq!(shown.body["deadline"]["overdue"], false, "{}", shown.text);
    assert_eq!(app.letters(&citizen.email, "the decision is late"), 0);
    app.later_with(&mut citizen, TimeDelta::seconds(1)).await;
    app.work().await;
    let shown = get(&citizen, &format!("withdrawals/{id}")).await;
    assert_eq!(shown.body["deadline"]["overdue"], true, "{}", shown.text);
    assert_eq!(shown.body["history"][1]["event"], "overdue");
    assert_eq!(app.letters(&citizen.email, "the decision is late"), 1);

    let centre = centre(&app).await;
    let clerk = &centre.clerk.caller;
    let overdue = queue(clerk, FUND_CENTRE, "withdrawal-queues/overdue").await;
    assert_eq!((overdue.len(), &overdue[0]["overdue"]), (1, &json!(true)));
    let asked = decides(clerk, &id, "incomplete").await;
    // Fifteen working days from Friday, 27 November.
    assert_eq!(asked.text_at("/deadline/on"), "2026-12-18", "{}", asked.text);
    assert!(queue(clerk, FUND_CENTRE, "withdrawal-queues/overdue").await.is_empty());
    app.later_with(&mut citizen, TimeDelta::days(22)).await;
    app.work().await;
    let lapsed = get(&citizen, &format!("withdrawals/{id}")).await;
    assert_eq!(lapsed.text_at("/state"), "lapsed", "{}", lapsed.text);
    let brought = json!({"words": "Too late."});
    let late = post(&citizen, &format!("withdrawals/{id}/supplements"), "x", &brought).await;
    refused(&late, 409, "provident_fund.application_state");
    app.finish().await;
}

#[tokio::test]
async fn a_dispute_goes_to_the_bank_and_then_to_the_centre_once() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let path = format!("accounts/{account}/disputes");
    for (body, status, code) in [
        (json!({"posting_no": "R000000", "words": "?"}), 422, "provident_fund.posting_unknown"),
        (json!({"month": "2026-12", "words": "?"}), 422, "provident_fund.month_ahead"),
        (json!({"month": "2026-13", "words": "?"}), 400, "request.invalid_body"),
        (json!({"words": "?"}), 400, "request.invalid_body"),
        (
            json!({"month": "2026-10", "posting_no": "R202610", "words": "?"}),
            400,
            "request.invalid_body",
        ),
    ] {
        refused(
            &post(&citizen, &path, &body.to_string().replace(' ', ""), &body).await,
            status,
            code,
        );
    }
    let body = json!({"posting_no": "R202610", "words": "My base is 16,000."});
    let filed = post(&citizen, &path, "one", &body).await;
    assert_eq!(
        (filed.status, filed.text_at("/state").as_str()),
        (201, "with_bank"),
        "{}",
        filed.text
    );
    // The fifth day is a Saturday.
    assert_eq!(filed.text_at("/deadline/on"), "2026-11-30");
    refused(&post(&citizen, &path, "two", &body).await, 409, "provident_fund.disputed_already");
    let id = filed.text_at("/id");

    let centre = centre(&app).await;
    let clerk = &centre.clerk.caller;
    assert_eq!(queue(clerk, FUND_CENTRE, "dispute-queues/waiting").await.len(), 1);
    let answer = format!("disputes/{id}/answer");
    let explained = json!({"words": "It is what the employer declared."});
    let answered = decide(clerk, FUND_CENTRE, &answer, &explained).await;
    assert_eq!(answered.text_at("/state"), "bank_answered", "{}", answered.text);
    assert_eq!(decide(clerk, FUND_CENTRE, &answer, &explained).await.status, 200, "the same again");

    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let reopening = format!("disputes/{id}/reopening");
    let reopened = post(&citizen, &reopening, "r", &json!({"words": "See my contract."})).await;
    assert_eq!(reopened.text_at("/state"), "with_centre", "{}", reopened.text);
    assert!(reopened.body.get("outcome").is_none());
    let corrected = json!({"words": "You are right.", "corrected_by": "K1"});
    let early = decide(clerk, FUND_CENTRE, &answer, &corrected).await;
    refused(&early, 422, "provident_fund.posting_unknown");
    let system = app.system_of(FUND_CENTRE, FUND_SCOPES).await;
    let correction = json!({
        "account_no": "110000000001", "posting_no": "K1", "kind": "correction", "month": "2026-10",
        "booked_on": "2026-11-23", "own_minor": 12_000, "employer_minor": 12_000,
        "corrects": "R202610",
    });
    assert_eq!(push(&app, &system, "k1", &[correction]).await, [""; 0]);
    let answered = decide(clerk, FUND_CENTRE, &answer, &corrected).await;
    assert_eq!(answered.text_at("/state"), "answered", "{}", answered.text);
    let shown = get(&citizen, &format!("disputes/{id}")).await;
    assert_eq!(
        (shown.text_at("/outcome").as_str(), shown.text_at("/corrected_by").as_str()),
        ("corrected", "K1")
    );
    let again = post(&citizen, &reopening, "s", &json!({"words": "Once more."})).await;
    refused(&again, 409, "provident_fund.application_state");
    app.work().await;
    assert_eq!(app.letters(&citizen.email, "there is a decision"), 2);
    app.finish().await;
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let app = TestApp::start().await;
    let (citizen, mut other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let account = account(&citizen, "110000").await;
    let lodged = applies(&app, &citizen, 0, (&account, &application("buy", 1_000_000))).await;
    let withdrawal = lodged.text_at("/id");
    let dispute = json!({"month": "2026-10", "words": "Too little."});
    let filed = post(&citizen, &format!("accounts/{account}/disputes"), "d", &dispute).await;
    let filed = filed.text_at("/id");
    for path in ["withdrawal-grounds", "statements"] {
        let reply = get(&other, &format!("accounts/{account}/{path}")).await;
        refused(&reply, 404, "provident_fund.account_unknown");
    }
    let reply = get(&other, &format!("withdrawals/{withdrawal}")).await;
    refused(&reply, 404, "provident_fund.withdrawal_unknown");
    refused(
        &get(&other, &format!("disputes/{filed}")).await,
        404,
        "provident_fund.dispute_unknown",
    );
    for (path, code) in [
        (format!("withdrawals/{withdrawal}/cancellation"), "provident_fund.withdrawal_unknown"),
        (format!("disputes/{filed}/withdrawal"), "provident_fund.dispute_unknown"),
    ] {
        refused(&post(&other, &path, code, &Value::Null).await, 404, code);
    }
    let strange = applies(&app, &other, 1, (&account, &application("buy", 1_000_000))).await;
    refused(&strange, 404, "provident_fund.account_unknown");
    assert_eq!(get(&other, "withdrawals").await.body["items"], json!([]));
    assert_eq!(get(&citizen, "withdrawals").await.body["items"].as_array().unwrap().len(), 1);

    // Nor to the staff of another agency.
    let police = Agency::new(&app, citygate_traffic::POLICE, "police.example").await;
    let clerk = &police.clerk.caller;
    let own = citygate_traffic::POLICE;
    let body = json!({"outcome": "approved", "reason": "Yes."});
    let what = format!("withdrawals/{withdrawal}/decision");
    refused(&decide(clerk, own, &what, &body).await, 404, "provident_fund.withdrawal_unknown");
    refused(&decide(clerk, FUND_CENTRE, &what, &body).await, 404, "request.not_found");
    assert_eq!(other.refresh().await.unwrap().status, 200);
    app.finish().await;
}
