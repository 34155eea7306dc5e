//! The provident fund as people read it: what a proof opens, for whom, for how long, and what is noted.

use chrono::TimeDelta;
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::DEMO_CITIZENS;
use citygate_inquiry::{Source, set_source};
use citygate_kernel::Masked;
use citygate_provident_fund::FUND_CENTRE;
use citygate_sandbox::records_office::{Behaviour, Filed, RecordsOfficeSandbox};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    step_up::{code, prove},
    support::{TestApp, refused},
};

const ACCOUNTS: &str = "/v1/provident-fund/accounts";
/// Thirty months of CNY 3,600.00, an opening balance of 180,000.00, and 3,000.00 of interest each June.
const BALANCE: i64 = 18_000_000 + 30 * 360_000 + 3 * 300_000;

/// The path of a demo citizen's account.
async fn account(citizen: &CitizenApp) -> String {
    let list = citizen.caller.get(ACCOUNTS).await.unwrap();
    assert_eq!(list.status, 200, "{}", list.text);
    format!("{ACCOUNTS}/{}", list.text_at("/items/0/id"))
}

/// A demo citizen with a fresh proof for the fund.
async fn proven(app: &TestApp, citizen: &CitizenApp, which: usize) -> Caller {
    let wanted = json!({"purpose": "provident_fund.read"});
    let code = code(app, citizen, &wanted).await;
    let proof = prove(citizen, &wanted, DEMO_CITIZENS[which].2, &code).await;
    assert_eq!(proof.status, 201, "{}", proof.text);
    citizen.caller.with_token(proof.text_at("/access_token"))
}

async fn get(caller: &Caller, path: &str) -> Reply {
    caller.get(path).await.unwrap()
}

/// The entries about the fund in a citizen's ledger of accesses.
async fn noted(citizen: &CitizenApp) -> Vec<Value> {
    let reply = get(&citizen.caller, "/v1/me/accesses?limit=100").await;
    let items = reply.body["items"].as_array().unwrap().clone();
    let about = |item: &Value| item["action"]["code"] == "provident_fund_read";
    items.into_iter().filter(about).collect()
}

#[tokio::test]
async fn a_proof_shows_the_balance_once_and_that_is_noted() {
    for lanes in [0, 1] {
        let app = TestApp::start_with(|settings| settings.lane.lanes = lanes).await;
        let citizen = app.demo_citizen(0).await;
        let path = format!("{}/balance", account(&citizen).await);
        refused(&get(&citizen.caller, &path).await, 401, "identity.step_up_required");
        assert!(noted(&citizen).await.is_empty());

        let raised = proven(&app, &citizen, 0).await;
        let shown = get(&raised, &path).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert_eq!(shown.minor_at("/balance"), BALANCE);
        assert_eq!(shown.text_at("/account_no_masked"), "********0001");
        assert_eq!(shown.text_at("/freshness"), "pushed");
        assert!(!shown.text_at("/as_of").is_empty());
        assert!(!shown.text.contains("110000000001") && !shown.text.contains(DEMO_CITIZENS[0].2));

        let entries = noted(&citizen).await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert_eq!(
            (&entries[0]["by"], &entries[0]["purpose"]["code"]),
            (&json!("person"), &json!("provident_fund.query"))
        );
        assert_eq!(entries[0]["case"], path.split('/').nth(4).unwrap());

        refused(&get(&raised, &path).await, 401, "identity.step_up_required");
        assert_eq!(noted(&citizen).await.len(), 1);
        app.finish().await;
    }
}

#[tokio::test]
async fn of_many_at_once_one_uses_the_proof() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let path = format!("{}/balance", account(&citizen).await);
    let raised = proven(&app, &citizen, 0).await;
    let replies = join_all((0..12).map(|_| get(&raised, &path))).await;
    let shown = replies.iter().filter(|reply| reply.status == 200).count();
    // One of those that wait for the same proof finds it used, the others are told to wait.
    let refused = replies.iter().filter(|reply| [401, 409].contains(&reply.status)).count();
    assert_eq!((shown, refused), (1, 11));
    assert_eq!(noted(&citizen).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_anothers_is_not_there_and_uses_nothing_up() {
    let app = TestApp::start().await;
    let (citizen, other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let (own, foreign) = (account(&citizen).await, account(&other).await);
    let raised = proven(&app, &citizen, 0).await;
    let nobodys = format!("{ACCOUNTS}/facc_110000_{}", "0".repeat(32));
    for path in [&foreign, &nobodys] {
        for part in ["balance", "overview"] {
            let reply = get(&raised, &format!("{path}/{part}")).await;
            refused(&reply, 404, "provident_fund.account_unknown");
        }
        for part in ["history", "history/chart"] {
            let reply = get(&citizen.caller, &format!("{path}/{part}")).await;
            refused(&reply, 404, "provident_fund.account_unknown");
        }
    }
    assert!(noted(&citizen).await.is_empty() && noted(&other).await.is_empty());
    assert_eq!(get(&raised, &format!("{own}/balance")).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_proof_for_something_else_or_too_old_is_none() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let path = format!("{}/balance", account(&citizen).await);
    let wanted = json!({"purpose": "identity.read"});
    let other = code(&app, &citizen, &wanted).await;
    let other = prove(&citizen, &wanted, DEMO_CITIZENS[0].2, &other).await;
    let other = citizen.caller.with_token(other.text_at("/access_token"));
    refused(&get(&other, &path).await, 401, "identity.step_up_required");
    assert_eq!(get(&other, "/v1/me/identity").await.status, 200, "it was not used up");

    let raised = proven(&app, &citizen, 0).await;
    app.later(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    let late = get(&raised, &path).await;
    assert_eq!(late.status, 401, "{}", late.text);
    assert!(noted(&citizen).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn an_overview_says_all_and_opens_the_rest_for_five_minutes() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let path = account(&citizen).await;
    let parts = ["history", "history/chart"];
    for part in parts {
        let early = get(&citizen.caller, &format!("{path}/{part}")).await;
        refused(&early, 401, "identity.step_up_required");
    }
    let raised = proven(&app, &citizen, 0).await;
    let shown = get(&raised, &format!("{path}/overview")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(shown.minor_at("/balance"), BALANCE);
    let contributions = &shown.body["contributions"];
    assert_eq!(
        (&contributions["months_paid"], &contributions["months_in_a_row"]),
        (&json!(30), &json!(30))
    );
    assert_eq!((&contributions["gaps"], &contributions["arrears"]), (&json!([]), &json!([])));
    // Three years have begun: CNY 450,000.
    assert_eq!(shown.minor_at("/capacity/first_home"), 45_000_000);
    assert_eq!(shown.body["loan_rates"][1]["annual_rate"], "2.6 %");
    assert_eq!(shown.body["terms"][0]["employer_name"], "燕山数据科技有限公司");

    // Nine hundred thousand in 300 parts at 2.6 %: the thirty-first has 3,000 and a twelfth of 2.6 %
    // of what is left.
    let loan = &shown.body["loans"][0];
    let next = &loan["next"];
    assert_eq!((&loan["on_schedule"], &next["number"]), (&json!(true), &json!(31)), "{loan}");
    assert_eq!(next["principal"]["amount_minor"], 300_000);
    assert_eq!(next["interest"]["amount_minor"], 175_500);
    assert_eq!(next["amount"]["amount_minor"], 475_500);

    let history = get(&citizen.caller, &format!("{path}/history")).await;
    assert_eq!(history.body["items"].as_array().unwrap().len(), 34, "{}", history.text);
    assert_eq!(history.body["items"][0]["own"]["amount_minor"], 180_000);
    assert!(history.body.get("next_page").is_none());
    let chart = get(&citizen.caller, &format!("{path}/history/chart")).await;
    assert!(chart.text.starts_with("<svg") && chart.text.contains("CNY 1800.00"), "{}", chart.text);
    let schedule = format!("{path}/loans/{}/schedule", loan["id"].as_str().unwrap());
    let shown = get(&citizen.caller, &schedule).await;
    assert_eq!(shown.body["instalments"].as_array().unwrap().len(), 300, "{}", shown.text);
    let strange = format!("{path}/loans/floa_110000_{}/schedule", "0".repeat(32));
    refused(&get(&citizen.caller, &strange).await, 404, "provident_fund.loan_unknown");
    // Overview, history, chart and schedule.
    assert_eq!(noted(&citizen).await.len(), 4);

    app.later(TimeDelta::minutes(5));
    for path in [format!("{path}/history"), schedule] {
        refused(&get(&citizen.caller, &path).await, 401, "identity.step_up_required");
    }
    assert_eq!(noted(&citizen).await.len(), 4);
    app.finish().await;
}

#[tokio::test]
async fn another_sign_in_of_the_same_person_needs_its_own_proof() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let path = account(&citizen).await;
    let raised = proven(&app, &citizen, 0).await;
    assert_eq!(get(&raised, &format!("{path}/overview")).await.status, 200);
    assert_eq!(get(&citizen.caller, &format!("{path}/history")).await.status, 200);
    app.later(TimeDelta::minutes(1));
    let other_phone = app.demo_citizen(0).await;
    let history = get(&other_phone.caller, &format!("{path}/history")).await;
    refused(&history, 401, "identity.step_up_required");
    app.finish().await;
}

#[tokio::test]
async fn what_the_employer_owes_is_told() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(1).await;
    let path = account(&citizen).await;
    let raised = proven(&app, &citizen, 1).await;
    let shown = get(&raised, &format!("{path}/overview")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let contributions = &shown.body["contributions"];
    assert_eq!(contributions["months_paid"], 28);
    assert_eq!(contributions["gaps"], json!([]));
    let arrears = contributions["arrears"].as_array().unwrap();
    assert!(!arrears.is_empty(), "{}", shown.text);
    assert_eq!(arrears[0]["employer"]["amount_minor"], 180_000);
    assert_eq!(arrears[0]["employer_name"], "燕山数据科技有限公司");
    // Without six months in a row there is nothing to be borrowed.
    assert_eq!(shown.minor_at("/capacity/first_home"), 0);
    assert!(shown.body["capacity"]["months_missing"].as_u64().unwrap() > 0);
    assert!(shown.text_at("/capacity/explanation").contains("in a row"));
    app.finish().await;
}

#[tokio::test]
async fn both_languages_say_the_same() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let request = citizen.caller.request(reqwest::Method::GET, ACCOUNTS);
    let chinese = crate::support::Answer::to(request.header("accept-language", "zh-CN")).await;
    assert_eq!(chinese.body["items"][0]["agency_name"], "北京住房公积金管理中心");
    assert_eq!(chinese.body["items"][0]["state_text"], "正常");
    app.finish().await;
}

/// Beijing's centre can be asked itself, and its register has another balance than what was pushed.
async fn asked_live(app: &TestApp, fresh_for: TimeDelta) -> &RecordsOfficeSandbox {
    let office = app.city().sandboxes.records_office.as_ref().unwrap();
    let record = json!({"accounts": [
        {"account_no": "110000000001", "balance_minor": 30_000_000, "currency": "CNY",
         "last_posted_month": "2026-11-01"},
    ]});
    office.file(Filed {
        subject: "provident_fund".to_owned(),
        id_number: DEMO_CITIZENS[0].2.to_owned(),
        as_of: app.clock.now(),
        record,
    });
    let source = Source {
        agency: FUND_CENTRE,
        subject: "provident_fund".parse().unwrap(),
        url: office.url.parse().unwrap(),
        api_key: Masked::new("sandbox-key".to_owned()),
        fresh_for,
    };
    let city = app.city();
    let set = city
        .platform
        .db
        .tx("test.source", async |tx| set_source(&city.platform.keys, tx, &source).await);
    set.await.unwrap();
    office
}

#[tokio::test]
async fn a_centre_that_can_be_asked_is_and_a_silent_one_is_shown_as_such() {
    let app = TestApp::start().await;
    let citizen = app.demo_citizen(0).await;
    let path = format!("{}/balance", account(&citizen).await);
    let office = asked_live(&app, TimeDelta::zero()).await;
    let shown = async || {
        let raised = proven(&app, &citizen, 0).await;
        let shown = get(&raised, &path).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let of = |pointer: &str| shown.text_at(pointer);
        (shown.minor_at("/balance"), of("/freshness"), of("/trouble"))
    };
    // Before the register has ever answered, what was pushed stands in for it.
    office.behave([Behaviour::Error500]);
    assert_eq!(shown().await, (BALANCE, "pushed".to_owned(), "failed".to_owned()));
    assert_eq!(shown().await, (30_000_000, "live".to_owned(), String::new()));
    // From then on, what it said last.
    for (behaviour, trouble) in [
        (Behaviour::HangUp, "silent"),
        (Behaviour::Garbage, "unreadable"),
        (Behaviour::OtherPerson, "other_person"),
    ] {
        office.behave([behaviour]);
        let expected = (30_000_000, "kept".to_owned(), trouble.to_owned());
        assert_eq!(shown().await, expected, "{behaviour:?}");
    }
    assert_eq!(noted(&citizen).await.len(), 5, "each answer is noted");
    // Whose account is not the caller's is not asked about.
    let asked = office.asked().len();
    let other = app.demo_citizen(1).await;
    let raised = proven(&app, &other, 1).await;
    refused(&get(&raised, &path).await, 404, "provident_fund.account_unknown");
    assert_eq!(office.asked().len(), asked);
    app.finish().await;
}
