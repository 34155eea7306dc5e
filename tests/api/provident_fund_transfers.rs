//! Accounts that move to another city, statements of a year, and certificates.

use chrono::TimeDelta;
use citygate::demo::{
    FUND_SCOPES,
    actors::{CitizenApp, System},
};
use citygate_catalogue::AgencyId;
use citygate_identity::DEMO_CITIZENS;
use citygate_provident_fund::FUND_CENTRE;
use futures_util::future::join;
use serde_json::{Value, json};

use crate::{
    provident_fund_applications::{
        BALANCE, FUND, account, carrying_out, centre, decide, get, post, proven, push, queue,
    },
    support::{TestApp, refused, yuan},
};

/// A centre in Hangzhou where the first demo citizen has an account, paid into for six months.
async fn hangzhou(app: &TestApp) -> (AgencyId, System) {
    let agency = app.other_agency().await;
    let system = app.system_of(agency, FUND_SCOPES).await;
    let (_, name, id_number) = DEMO_CITIZENS[0];
    let opened = json!({
        "account_no": "HZ1", "person": {"name": name, "id_number": id_number}, "state": "active",
        "opened_on": "2026-05-01", "base_minor": 1_000_000, "own_rate_bp": 1_200,
        "employer_rate_bp": 1_200,
        "employer": {"employer_no": "91350100M000100Y43", "name": "甲公司"},
    });
    assert_eq!(push(app, &system, "a", &[opened]).await, [""; 0]);
    let paid: Vec<Value> = (5..=10)
        .map(|month| {
            json!({
                "account_no": "HZ1", "posting_no": format!("R{month}"), "kind": "remittance",
                "month": format!("2026-{month:02}"), "booked_on": format!("2026-{month:02}-20"),
                "own_minor": 120_000, "employer_minor": 120_000,
            })
        })
        .collect();
    assert_eq!(push(app, &system, "p", &paid).await, [""; 0]);
    (agency, system)
}

/// The loan of the first demo citizen is repaid: an account with one is not given away.
async fn repaid(app: &TestApp) {
    let settled = "UPDATE provident_fund.loans SET state = 'settled', balance_minor = 0";
    app.sql().await.run(settled).await;
}

#[tokio::test]
async fn an_account_moves_to_another_city_and_both_sides_are_seen() {
    let app = TestApp::start().await;
    let (agency, there) = hangzhou(&app).await;
    let mut citizen = app.demo_citizen(0).await;
    let (from, to) = (account(&citizen, "110000").await, account(&citizen, "330100").await);
    let body = json!({"from_account_id": from, "to_account_id": to});
    let hindered = post(&citizen, "transfers", "loan", &body).await;
    refused(&hindered, 422, "provident_fund.transfer_barred");
    assert!(hindered.text_at("/errors/0/detail").contains("loan"), "{}", hindered.text);
    repaid(&app).await;
    let same = json!({"from_account_id": from, "to_account_id": from});
    let same = post(&citizen, "transfers", "same", &same).await;
    refused(&same, 422, "provident_fund.transfer_barred");

    let asked = post(&citizen, "transfers", "one", &body).await;
    assert_eq!(
        (asked.status, asked.text_at("/state").as_str()),
        (201, "requested"),
        "{}",
        asked.text
    );
    let second = post(&citizen, "transfers", "two", &body).await;
    refused(&second, 409, "provident_fund.transfer_pending");
    let id = asked.text_at("/id");
    let path = format!("transfers/{id}");
    let state = async |citizen: &CitizenApp| get(citizen, &path).await.text_at("/state");
    app.work().await;
    assert_eq!(state(&citizen).await, "sent");
    // Nothing is taken out of an account that is moving.
    let precheck = format!("{FUND}/accounts/{from}/withdrawal-precheck");
    let wish = json!({"ground": "retire", "amount": yuan(1), "papers": ["retirement_certificate"]});
    let verdict = citizen.caller.post(&precheck, &wish).await.unwrap();
    assert_eq!(verdict.text_at("/bars/0/code"), "moving", "{}", verdict.text);

    let centre = centre(&app).await;
    let clerk = &centre.clerk.caller;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let waiting = queue(clerk, FUND_CENTRE, "transfer-queues/waiting").await;
    let out = waiting[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(out.split('_').next_back(), id.split('_').next_back(), "one id on both sides");
    let accepted = json!({"outcome": "accepted", "reason": "Nothing stands in the way."});
    let decision = format!("transfers/{out}/decision");
    let decided = decide(clerk, FUND_CENTRE, &decision, &accepted).await;
    assert_eq!(decided.text_at("/state"), "accepted", "{}", decided.text);
    app.work().await;
    assert_eq!(state(&citizen).await, "accepted");

    // The money arrives to the fen, and not before it has left.
    let here = app.system_of(FUND_CENTRE, FUND_SCOPES).await;
    let arrives = |minor| carrying_out("HZ1", "T1", "transfer_in", minor, &id);
    assert_eq!(push(&app, &there, "t1", &[arrives(BALANCE)]).await, ["application_unfit"]);
    let leaves = carrying_out("110000000001", "T1", "transfer_out", -BALANCE, &out);
    assert_eq!(push(&app, &here, "t1", &[leaves]).await, [""; 0]);
    app.work().await;
    let moving = get(&citizen, &path).await;
    assert_eq!((moving.text_at("/state").as_str(), moving.minor_at("/moved")), ("moving", BALANCE));
    assert_eq!(push(&app, &there, "t2", &[arrives(BALANCE - 1)]).await, ["application_unfit"]);
    assert_eq!(push(&app, &there, "t3", &[arrives(BALANCE)]).await, [""; 0]);
    app.work().await;
    let done = get(&citizen, &path).await;
    assert_eq!(done.text_at("/state"), "completed");
    let events: Vec<_> = done.body["history"].as_array().unwrap().clone();
    let events: Vec<_> = events.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["lodge", "deliver", "accept", "leave", "arrive"]);
    let there = format!("{FUND}/agencies/{FUND_CENTRE}/transfers/{out}");
    assert_eq!(clerk.get(&there).await.unwrap().text_at("/state"), "completed");
    let mut sql = app.sql().await;
    let balances = "SELECT balance_minor::text AS value FROM provident_fund.accounts \
                    WHERE account_no IN ('110000000001', 'HZ1') ORDER BY account_no";
    assert_eq!(sql.texts(balances).await, ["0", (BALANCE + 6 * 240_000).to_string().as_str()]);
    assert_ne!(agency, FUND_CENTRE);
    app.finish().await;
}

#[tokio::test]
async fn a_transfer_that_is_given_up_ends_as_the_other_centre_says() {
    let app = TestApp::start().await;
    hangzhou(&app).await;
    repaid(&app).await;
    let mut citizen = app.demo_citizen(0).await;
    let (from, to) = (account(&citizen, "110000").await, account(&citizen, "330100").await);
    let body = json!({"from_account_id": from, "to_account_id": to});
    // Given up before it was even delivered.
    let first = post(&citizen, "transfers", "one", &body).await.text_at("/id");
    let cancel = format!("transfers/{first}/cancellation");
    let cancelling = post(&citizen, &cancel, "c1", &Value::Null).await;
    assert_eq!(cancelling.text_at("/state"), "cancelling", "{}", cancelling.text);
    app.work().await;
    // The news may have come before the transfer; then it comes again.
    app.later_with(&mut citizen, TimeDelta::minutes(1)).await;
    app.work().await;
    let shown = get(&citizen, &format!("transfers/{first}")).await;
    assert_eq!(shown.text_at("/state"), "cancelled", "{}", shown.text);

    // Given up while the other centre agrees: its word stands.
    let second = post(&citizen, "transfers", "two", &body).await.text_at("/id");
    app.work().await;
    let centre = centre(&app).await;
    assert_eq!(citizen.refresh().await.unwrap().status, 200);
    let clerk = &centre.clerk.caller;
    let out = queue(clerk, FUND_CENTRE, "transfer-queues/waiting").await[0]["id"].clone();
    let decision = format!("transfers/{}/decision", out.as_str().unwrap());
    let accepted = json!({"outcome": "accepted", "reason": "Yes."});
    let cancel = format!("transfers/{second}/cancellation");
    let (decided, cancelled) = join(
        decide(clerk, FUND_CENTRE, &decision, &accepted),
        post(&citizen, &cancel, "c2", &Value::Null),
    )
    .await;
    assert_eq!((decided.status, cancelled.status), (200, 200), "{}", decided.text);
    app.work().await;
    let shown = get(&citizen, &format!("transfers/{second}")).await;
    assert_eq!(shown.text_at("/state"), "accepted", "{}", shown.text);
    // The centre finds that it cannot.
    let refusal = json!({"outcome": "refused", "reason": "A court has frozen the account."});
    assert_eq!(decide(clerk, FUND_CENTRE, &decision, &refusal).await.status, 200);
    app.work().await;
    let shown = get(&citizen, &format!("transfers/{second}")).await;
    assert_eq!(shown.text_at("/state"), "refused");
    assert!(shown.text.contains("A court has frozen the account."), "{}", shown.text);
    app.finish().await;
}

#[tokio::test]
async fn a_statement_is_made_once_and_told_and_comes_to_the_fen() {
    let app = TestApp::start().await;
    let mut citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let list = format!("accounts/{account}/statements");
    assert_eq!(get(&citizen, &list).await.body["items"], json!([]));
    app.work().await;
    let before = app.letters(&citizen.email, "");
    app.later_with(&mut citizen, TimeDelta::days(1)).await;
    app.work().await;
    let listed = get(&citizen, &list).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "{}", listed.text);
    assert_eq!(listed.body["items"][0]["year"], 2026);
    assert_eq!(app.letters(&citizen.email, ""), before + 1);

    let path = format!("{FUND}/{list}/2026");
    refused(&citizen.caller.get(&path).await.unwrap(), 401, "identity.step_up_required");
    let wanted = json!({"purpose": "provident_fund.read"});
    let raised = proven(&app, &citizen, 0, &wanted).await;
    let shown = raised.get(&path).await.unwrap();
    // Fourteen months and two Junes before it, twelve months and a June in it.
    let opening = 18_000_000 + 14 * 360_000 + 2 * 300_000;
    for (what, minor) in [
        ("opening", opening),
        ("own", 12 * 180_000),
        ("employer", 12 * 180_000),
        ("interest", 300_000),
        ("withdrawn", 0),
        ("transferred", 0),
        ("corrected", 0),
        ("closing", opening + 12 * 360_000 + 300_000),
    ] {
        assert_eq!(shown.minor_at(&format!("/{what}")), minor, "{what}: {}", shown.text);
    }
    assert_eq!(shown.body["months"], 12);
    assert_eq!(shown.text_at("/first_day"), "2025-07-01");
    refused(&raised.get(&path).await.unwrap(), 401, "identity.step_up_required");
    let raised = proven(&app, &citizen, 0, &wanted).await;
    let unknown = raised.get(&format!("{FUND}/{list}/2025")).await.unwrap();
    refused(&unknown, 404, "provident_fund.statement_unknown");
    let document = raised.get(&format!("{path}/document.pdf")).await.unwrap();
    assert_eq!(document.status, 200);
    assert!(document.text.starts_with("%PDF-1.7"));

    // Another batch of another day makes none again and tells nobody.
    let before = app.letters(&citizen.email, "");
    let system = app.system_of(FUND_CENTRE, FUND_SCOPES).await;
    let late = json!({
        "account_no": "110000000001", "posting_no": "L1", "kind": "interest", "month": "2026-06",
        "booked_on": "2026-06-30", "own_minor": 1, "employer_minor": 0,
    });
    assert_eq!(push(&app, &system, "late", &[late]).await, [""; 0]);
    app.later_with(&mut citizen, TimeDelta::days(2)).await;
    app.work().await;
    assert_eq!(app.letters(&citizen.email, ""), before);
    app.finish().await;
}

#[tokio::test]
async fn a_certificate_says_what_was_paid_in_and_anybody_can_verify_it() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let account = account(&citizen, "110000").await;
    let path = format!("accounts/{account}/certificates");
    let early = post(&citizen, &path, "a", &Value::Null).await;
    refused(&early, 401, "identity.step_up_required");
    let wanted = json!({"purpose": "provident_fund.read"});
    let raised = proven(&app, &citizen, 0, &wanted).await;
    let issued = raised.post_once(&format!("{FUND}/{path}"), "b", &Value::Null).await.unwrap();
    assert_eq!(issued.status, 201, "{}", issued.text);
    let id = issued.text_at("/certificate_id");
    let shown = citizen.caller.get(&format!("/v1/certificates/{id}")).await.unwrap();
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("CNY 54000.00") && shown.text.contains(DEMO_CITIZENS[0].1));
    let (number, code) = (shown.text_at("/number"), shown.text_at("/code"));
    let body = json!({"number": number, "code": code});
    let verified = app.anybody().post("/v1/certificate-verifications", &body).await.unwrap();
    assert_eq!(verified.text_at("/status"), "valid", "{}", verified.text);
    let told = &verified.text;
    // Whoever verifies learns of months, and neither of amounts nor of the full name.
    assert!(told.contains("2026-10") && told.contains("30"), "{told}");
    assert!(!told.contains("CNY") && !told.contains(DEMO_CITIZENS[0].1), "{told}");
    assert!(!told.contains(DEMO_CITIZENS[0].2), "{told}");
    app.finish().await;
}
