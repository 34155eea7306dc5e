//! What a fund centre pushes: parts in any order, any of them again, and control sums that agree.

use std::{collections::BTreeSet, slice};

use chrono::TimeDelta;
use citygate::demo::{
    FUND_SCOPES,
    actors::{Reply, System},
};
use citygate_catalogue::AgencyId;
use citygate_identity::KeyPair;
use citygate_provident_fund::FUND_CENTRE;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, outcome, refused};

const BATCHES: &str = "/v1/provident-fund/batches";
const EMPLOYER: &str = "91350100M000100Y43";
const PEOPLE: [(&str, &str); 3] = [
    ("王芳", "330106199305120021"),
    ("李伟", "330106199003070014"),
    ("张秀英", "11010519491231002X"),
];

/// A centre's system, and what it does.
struct Centre(System);

impl Centre {
    async fn of(app: &TestApp, agency: AgencyId) -> Self {
        let key = KeyPair::generate().unwrap();
        let id = app.register(agency, &key, FUND_SCOPES).await;
        let mut system = System::new(&app.url, id, &key).unwrap();
        app.authenticate(&mut system).await;
        Self(system)
    }

    async fn beijing(app: &TestApp) -> Self {
        Self::of(app, FUND_CENTRE).await
    }

    async fn declare(&self, number: &str, kind: &str, lines: usize, sum: i64) -> Reply {
        let as_of = "2026-11-22T16:00:00Z";
        self.put(number, &json!({"kind": kind, "as_of": as_of, "lines": lines, "sum_minor": sum}))
            .await
    }

    async fn put(&self, number: &str, body: &Value) -> Reply {
        self.0.caller.put(&format!("{BATCHES}/{number}"), body).await.unwrap()
    }

    async fn send(&self, number: &str, part: &str, body: String) -> Reply {
        let path = format!("{BATCHES}/{number}/parts/{part}");
        let request = self.0.caller.request(Method::PUT, &path);
        let request = request.header("Content-Type", "application/x-ndjson").body(body);
        self.0.caller.send(request).await.unwrap()
    }

    async fn part(&self, number: &str, part: usize, lines: &[Value]) -> Reply {
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        self.send(number, &part.to_string(), lines.join("\n")).await
    }

    async fn close(&self, number: &str) -> Reply {
        self.0.caller.post(&format!("{BATCHES}/{number}/close"), &json!({})).await.unwrap()
    }

    async fn get(&self, rest: &str) -> Reply {
        self.0.caller.get(&format!("{BATCHES}{rest}")).await.unwrap()
    }

    /// A batch of one part that balances.
    async fn push(&self, number: &str, kind: &str, lines: &[Value]) {
        self.declare(number, kind, lines.len(), lines.iter().map(minor).sum()).await;
        let part = self.part(number, 1, lines).await;
        assert_eq!(part.body["arrived"]["refused"], 0, "{}", part.text);
        assert_eq!(self.close(number).await.text_at("/state"), "closed");
    }

    /// The accounts of three people.
    async fn opens_accounts(&self) {
        let lines: Vec<Value> = (0..PEOPLE.len()).map(account).collect();
        self.push("accounts", "accounts", &lines).await;
    }
}

fn account_no(which: usize) -> String {
    format!("T{which}")
}

fn account(which: usize) -> Value {
    let (name, id_number) = PEOPLE[which];
    json!({
        "account_no": account_no(which), "person": {"name": name, "id_number": id_number},
        "state": "active", "opened_on": "2020-01-01",
        "employer": {"employer_no": EMPLOYER, "name": "甲公司"},
        "base_minor": 1_000_000, "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
    })
}

fn posting(which: usize, number: &str, kind: &str, own: i64, employer: i64) -> Value {
    json!({
        "account_no": account_no(which), "posting_no": number, "kind": kind, "month": "2026-10",
        "booked_on": "2026-10-10", "own_minor": own, "employer_minor": employer,
    })
}

fn with(mut line: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        line[*name] = value.clone();
    }
    line
}

/// What a line adds to the control sum of its batch.
fn minor(line: &Value) -> i64 {
    let amount = |name: &str| line[name].as_i64().unwrap_or_default();
    let of_loan = if line.get("loan_no").is_some() { amount("balance_minor") } else { 0 };
    amount("own_minor") + amount("employer_minor") + amount("base_minor") + of_loan
}

fn arrived(reply: &Reply) -> (i64, i64, i64, i64) {
    let number = |name: &str| reply.body["arrived"][name].as_i64().unwrap();
    (number("lines"), number("sum_minor"), number("repeated"), number("refused"))
}

/// Everything that is on record of the test's accounts, whatever ids it got.
async fn tables(app: &TestApp) -> Vec<String> {
    let accounts = "SELECT format('%s %s %s %s', account_no, state, balance_minor, \
         last_posted_month) AS value FROM provident_fund.accounts \
         WHERE account_no LIKE 'T%' ORDER BY 1";
    let postings = "SELECT format('%s %s %s %s %s %s %s %s %s', account_no, posting_no, kind, \
         p.state, month, booked_on, own_minor, employer_minor, corrects) AS value \
         FROM provident_fund.postings p JOIN provident_fund.accounts a \
           ON (a.city, a.id) = (p.city, p.account_id) WHERE account_no LIKE 'T%' ORDER BY 1";
    let mut sql = app.sql().await;
    [sql.texts(accounts).await, sql.texts(postings).await].concat()
}

/// Accounts whose balance is not the sum of what was posted to them.
async fn unsound(app: &TestApp) -> usize {
    let rows = "provident_fund.accounts a WHERE balance_minor <> \
         (SELECT COALESCE(sum(own_minor + employer_minor), 0) FROM provident_fund.postings p \
          WHERE (p.city, p.account_id) = (a.city, a.id) AND p.state IN ('posted', 'corrected'))";
    app.sql().await.count(rows).await
}

#[tokio::test]
async fn only_a_batch_that_balances_moves_the_as_of() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    centre.opens_accounts().await;
    let lines = [posting(0, "1", "remittance", 100, 100), posting(1, "1", "remittance", 50, 50)];
    let before = centre.declare("p", "postings", 2, 301).await;
    assert_eq!((before.status, before.text_at("/state").as_str()), (201, "open"));
    let was = before.text_at("/centre_as_of");
    assert_ne!(was, "2026-11-22T16:00:00Z");
    let part = centre.part("p", 3, &lines).await;
    assert_eq!((part.status, arrived(&part)), (200, (2, 300, 0, 0)), "{}", part.text);
    let closed = centre.close("p").await;
    assert_eq!((closed.status, closed.text_at("/state").as_str()), (200, "unbalanced"));
    assert_eq!(closed.body["declared"], json!({"lines": 2, "sum_minor": 301}));
    assert_eq!(arrived(&closed), (2, 300, 0, 0));
    assert_eq!(closed.text_at("/centre_as_of"), was, "what does not balance is not complete");

    // The declaration was wrong: another batch says all of it again.
    let again = json!({"kind": "postings", "as_of": "2026-11-22T17:00:00Z", "lines": 2,
        "sum_minor": 300, "replaces": "p"});
    assert_eq!(centre.put("q", &again).await.status, 201);
    assert_eq!(arrived(&centre.part("q", 1, &lines).await), (2, 300, 0, 0));
    let closed = centre.close("q").await;
    assert_eq!(closed.text_at("/state"), "closed");
    assert_eq!(centre.get("/p").await.text_at("/state"), "replaced");
    refused(&centre.part("p", 4, &lines).await, 409, "provident_fund.batch_replaced");
    refused(&centre.close("p").await, 409, "provident_fund.batch_replaced");
    assert_eq!(unsound(&app).await, 0);
    assert_eq!(tables(&app).await[..2], ["T0 active 200 2026-10-01", "T1 active 100 2026-10-01"]);
    app.finish().await;
}

#[tokio::test]
async fn an_unfinished_batch_holds_the_as_of_back_and_mended_lets_it_go() {
    let app = TestApp::start().await;
    let centre = Centre::of(&app, app.other_agency().await).await;
    centre.opens_accounts().await;
    let declare = async |number: &str, hour: u32, lines: i64| {
        let as_of = format!("2026-11-22T{hour:02}:00:00Z");
        let body =
            json!({"kind": "postings", "as_of": as_of, "lines": lines, "sum_minor": 2 * lines});
        assert_eq!(centre.put(number, &body).await.status, 201);
    };
    let as_of = async |number: &str| centre.close(number).await.text_at("/centre_as_of");
    declare("a", 10, 1).await;
    declare("b", 11, 0).await;
    declare("c", 12, 1).await;
    centre.part("c", 1, &[posting(0, "c", "remittance", 1, 1)]).await;
    assert_eq!(as_of("c").await, "", "a and b are open");
    assert_eq!(as_of("a").await, "", "and this one is not there");
    assert_eq!(as_of("b").await, "", "a day without postings is told of, too");
    centre.part("a", 1, &[posting(0, "a", "remittance", 1, 1)]).await;
    assert_eq!(as_of("a").await, "2026-11-22T12:00:00Z");
    declare("d", 9, 0).await;
    assert_eq!(as_of("d").await, "2026-11-22T12:00:00Z", "it never goes back");
    let list = centre.get("?limit=2").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
    let cursor = list.text_at("/next_cursor");
    let rest = centre.get(&format!("?limit=100&cursor={cursor}")).await;
    assert_eq!(rest.body["items"].as_array().unwrap().len(), 3, "{}", rest.text);
    app.finish().await;
}

#[tokio::test]
async fn faulty_lines_are_refused_alone_and_told_with_their_places() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    centre.opens_accounts().await;
    let good = posting(0, "1", "remittance", 100, 100);
    let lines = [
        good.clone(),
        posting(9, "1", "remittance", 1, 1),
        posting(0, "2", "remittance", -1, 0),
        with(posting(0, "3", "remittance", 1, 1), &[("month", "2026-13".into())]),
        with(posting(0, "3", "remittance", 1, 1), &[("colour", "red".into())]),
        posting(0, "4", "withdrawal", -201, 0),
        with(posting(0, "1", "remittance", 100, 100), &[("booked_on", "2026-10-11".into())]),
        with(posting(0, "5", "correction", 1, 1), &[("corrects", "77".into())]),
        with(posting(0, "6", "remittance", 1, 1), &[("employer_no", "91110000600037341L".into())]),
        with(posting(0, "7\0", "remittance", 1, 1), &[]),
        json!([]),
        posting(0, "8", "withdrawal", -150, 0),
        good,
    ];
    let sum: i64 = lines.iter().map(minor).sum();
    centre.declare("p", "postings", lines.len(), sum).await;
    let part = centre.part("p", 1, &lines).await;
    assert_eq!(arrived(&part), (2, 50, 1, 10), "{}", part.text);
    let codes = [
        (2, "account_unknown", true),
        (3, "posting_unfit", false),
        (4, "malformed", false),
        (5, "malformed", false),
        (6, "below_zero", true),
        (7, "posting_differs", false),
        (8, "corrected_unknown", true),
        (9, "employer_unknown", true),
        (10, "malformed", false),
        (11, "malformed", false),
    ];
    let mut told = Vec::new();
    let mut path = "/p/faults?limit=3".to_owned();
    loop {
        let page = centre.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        told.extend(page.body["items"].as_array().unwrap().clone());
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/p/faults?limit=3&cursor={cursor}");
    }
    told.reverse();
    let expected: Vec<Value> = codes
        .iter()
        .map(|(line, code, passing)| json!({"part_no": 1, "line": line, "code": code, "passing": passing}))
        .collect();
    assert_eq!(told, expected);
    let csv = centre.get("/p/faults.csv").await.text;
    let mut rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.remove(0), "part_no,line,code,passing");
    let expected: Vec<String> =
        codes.iter().rev().map(|(line, code, pass)| format!("1,{line},{code},{pass}")).collect();
    assert_eq!(rows, expected);
    assert_eq!(centre.close("p").await.text_at("/state"), "unbalanced");
    assert_eq!(unsound(&app).await, 0);
    assert_eq!(tables(&app).await[0], "T0 active 50 2026-10-01");
    app.finish().await;
}

#[tokio::test]
async fn a_part_is_taken_once_and_a_closed_batch_takes_none() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    centre.opens_accounts().await;
    let lines = [posting(0, "1", "remittance", 100, 100)];
    assert_eq!(centre.declare("p", "postings", 1, 200).await.status, 201);
    assert_eq!(centre.declare("p", "postings", 1, 200).await.status, 200);
    refused(&centre.declare("p", "postings", 2, 200).await, 409, "provident_fund.batch_differs");
    let first = centre.part("p", 1, &lines).await;
    assert_eq!(first.body["unchanged"], false);
    for _ in 0..2 {
        let again = centre.part("p", 1, &lines).await;
        assert_eq!((again.status, arrived(&again)), (200, (1, 200, 0, 0)));
        assert_eq!(again.body["unchanged"], true);
    }
    let other = [posting(0, "2", "remittance", 1, 1)];
    refused(&centre.part("p", 1, &other).await, 409, "provident_fund.part_differs");
    assert_eq!(centre.close("p").await.text_at("/state"), "closed");
    assert_eq!(centre.close("p").await.text_at("/state"), "closed");
    assert_eq!(centre.part("p", 1, &lines).await.body["unchanged"], true, "an answer was lost");
    refused(&centre.part("p", 1, &other).await, 409, "provident_fund.part_differs");
    refused(&centre.part("p", 2, &lines).await, 409, "provident_fund.batch_closed");
    assert_eq!(centre.get("/p").await.body["parts"], json!([{"first": 1, "last": 1}]));

    let stranger = Centre::of(&app, app.other_agency().await).await;
    refused(&stranger.get("/p").await, 404, "provident_fund.batch_unknown");
    refused(&stranger.get("/p/faults").await, 404, "provident_fund.batch_unknown");
    refused(&stranger.get("/p/faults.csv").await, 404, "provident_fund.batch_unknown");
    refused(&stranger.part("p", 1, &lines).await, 404, "provident_fund.batch_unknown");
    refused(&stranger.close("p").await, 404, "provident_fund.batch_unknown");
    assert_eq!(stranger.get("").await.body["items"], json!([]));
    stranger.declare("p", "postings", 1, 200).await;
    assert_eq!(arrived(&stranger.part("p", 1, &lines).await), (0, 0, 0, 1), "nor its accounts");
    assert_eq!(unsound(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_batch_and_no_part_changes_nothing() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    let good =
        json!({"kind": "postings", "as_of": "2026-11-22T16:00:00Z", "lines": 1, "sum_minor": 2});
    for (member, value) in [
        ("kind", json!("people")),
        ("as_of", json!("2026-11-22")),
        ("lines", json!(-1)),
        ("lines", json!(50_000_001)),
        ("sum_minor", json!(1.5)),
        ("sum_minor", json!(1_000_000_000_000_001_i64)),
        ("replaces", json!("a b")),
        ("colour", json!("red")),
    ] {
        let bad = with(good.clone(), &[(member, value)]);
        refused(&centre.put("p", &bad).await, 400, "request.invalid_body");
    }
    let soon = (app.clock.now() + TimeDelta::seconds(1)).to_rfc3339();
    let ahead = with(good.clone(), &[("as_of", soon.into())]);
    refused(&centre.put("p", &ahead).await, 422, "provident_fund.as_of_ahead");
    for replaces in ["p", "unknown", "demo-postings", "demo-accounts"] {
        let nothing = with(good.clone(), &[("replaces", replaces.into())]);
        refused(&centre.put("p", &nothing).await, 422, "provident_fund.nothing_to_replace");
    }
    refused(
        &centre.part("p", 1, slice::from_ref(&good)).await,
        404,
        "provident_fund.batch_unknown",
    );
    assert_eq!(centre.put("p", &good).await.status, 201);
    for (part, body, status, code) in [
        ("1", String::new(), 422, "provident_fund.part_size"),
        ("1", "\n".to_owned(), 422, "provident_fund.part_size"),
        ("1", "{}\n".repeat(5_001), 422, "provident_fund.part_size"),
        ("1", " ".repeat(1_048_577), 413, "request.body_too_large"),
        ("0", "{}".to_owned(), 400, "request.invalid_parameter"),
        ("-1", "{}".to_owned(), 400, "request.invalid_parameter"),
        ("100001", "{}".to_owned(), 400, "request.invalid_parameter"),
        ("one", "{}".to_owned(), 400, "request.invalid_parameter"),
    ] {
        refused(&centre.send("p", part, body).await, status, code);
    }
    let path = format!("{BATCHES}/p/parts/1");
    let json = centre.0.caller.put(&path, &json!({})).await.unwrap();
    refused(&json, 415, "request.unsupported_media_type");
    assert_eq!(centre.get("/p").await.body["parts"], json!([]));
    let most = centre.send("p", "1", "{}\n".repeat(5_000)).await;
    assert_eq!(arrived(&most), (0, 0, 0, 5_000), "{}", most.text);
    let garbage =
        centre.send("p", "2", "\u{0}\n\u{feff}{}\nnull\n{\"a\":1}{\"a\":1}".to_owned()).await;
    assert_eq!(arrived(&garbage), (0, 0, 0, 4));
    app.finish().await;
}

#[tokio::test]
async fn corrections_and_declared_contributions_move_the_balance_when_they_count() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    centre.opens_accounts().await;
    let declared = with(posting(0, "1", "remittance", 100, 100), &[("state", "declared".into())]);
    centre.push("a", "postings", slice::from_ref(&declared)).await;
    assert_eq!(tables(&app).await[0], "T0 active 0 ", "an employer's word is no money");
    let received = with(declared.clone(), &[("state", "received".into())]);
    centre.push("b", "postings", &[received]).await;
    assert_eq!(tables(&app).await[0], "T0 active 0 ");
    centre.push("c", "postings", &[posting(0, "1", "remittance", 100, 100)]).await;
    centre.push("d", "postings", &[declared]).await;
    assert_eq!(tables(&app).await[0], "T0 active 200 2026-10-01", "older news changes nothing");
    // It should have been 60 and 60; the correction arrives before what it corrects, in one part.
    let wrong = posting(0, "2", "remittance", 70, 60);
    let right = with(posting(0, "3", "correction", -10, 0), &[("corrects", "2".into())]);
    centre.push("e", "postings", &[right, wrong]).await;
    let found = tables(&app).await;
    assert_eq!(found[0], "T0 active 320 2026-10-01");
    assert!(found.contains(&"T0 2 remittance corrected 2026-10-01 2026-10-10 70 60 ".to_owned()));
    assert_eq!(unsound(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn accounts_loans_and_terms_are_as_the_latest_batch_said() {
    let app = TestApp::start().await;
    let centre = Centre::beijing(&app).await;
    centre.opens_accounts().await;
    let declare = async |number: &str, kind: &str, hour: u32, lines: &[Value]| {
        let (as_of, sum) =
            (format!("2026-11-22T{hour:02}:00:00Z"), lines.iter().map(minor).sum::<i64>());
        let body = json!({"kind": kind, "as_of": as_of, "lines": lines.len(), "sum_minor": sum});
        assert_eq!(centre.put(number, &body).await.status, 201);
        arrived(&centre.part(number, 1, lines).await)
    };
    let sealed = with(account(0), &[("state", "sealed".into()), ("employer", Value::Null)]);
    let other = with(account(1), &[("person", account(2)["person"].clone())]);
    let opened = with(account(2), &[("state", "open".into())]);
    let late = declare("a", "accounts", 18, &[sealed.clone(), other, opened, sealed]).await;
    assert_eq!(late, (1, 1_000_000, 1, 2));
    let early = declare("b", "accounts", 17, &[account(0)]).await;
    assert_eq!(early, (1, 1_000_000, 0, 0), "older news is taken, and changes nothing");
    assert_eq!(tables(&app).await[0], "T0 sealed 0 ");
    let faults = centre.get("/a/faults").await;
    let codes: Vec<_> =
        faults.body["items"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert_eq!(codes, ["account_state", "account_of_another"]);

    let loan = |left: i64, state: &str| {
        json!({
            "loan_no": "L1", "account_no": account_no(0), "principal_minor": 1_000,
            "annual_rate_ppm": 26_000, "method": "equal_instalment", "months": 12,
            "first_due_on": "2026-01-20", "balance_minor": left, "state": state,
        })
    };
    assert_eq!(declare("l1", "loans", 12, &[loan(900, "repaying")]).await, (1, 900, 0, 0));
    assert_eq!(declare("l2", "loans", 11, &[loan(950, "repaying")]).await, (1, 950, 0, 0));
    let unfit = [loan(1_001, "repaying"), loan(0, "overdue"), loan(5, "settled")];
    assert_eq!(declare("l3", "loans", 13, &unfit).await, (0, 0, 0, 3));
    let twice = [loan(800, "repaying"), loan(700, "repaying"), loan(800, "repaying")];
    assert_eq!(declare("l4", "loans", 13, &twice).await, (1, 800, 1, 1));

    let terms = |month: &str, base: i64| {
        json!({
            "account_no": account_no(0), "from_month": month, "employer_no": EMPLOYER,
            "base_minor": base, "own_rate_bp": 500, "employer_rate_bp": 1_200,
        })
    };
    let unknown = with(terms("2026-07", 1), &[("account_no", "T9".into())]);
    let lines = [terms("2025-07", 900), terms("2026-07", 950), unknown];
    assert_eq!(declare("t1", "terms", 12, &lines).await, (2, 1_850, 0, 1));
    assert_eq!(declare("t2", "terms", 13, &[terms("2026-07", 960)]).await, (1, 960, 0, 0));
    let mut sql = app.sql().await;
    let mine = "JOIN provident_fund.accounts a ON a.id = t.account_id WHERE account_no = 'T0'";
    let loans = format!("SELECT t.balance_minor::text AS value FROM provident_fund.loans t {mine}");
    assert_eq!(sql.texts(&loans).await, ["800"]);
    let terms = format!(
        "SELECT from_month || ' ' || t.base_minor AS value FROM provident_fund.terms t {mine} ORDER BY 1"
    );
    assert_eq!(sql.texts(&terms).await, ["2025-07-01 900", "2026-07-01 960"]);
    app.finish().await;
}

/// A month of three accounts, sound in this order; sent in parts of two lines.
fn month() -> Vec<Vec<Value>> {
    let mut lines = Vec::new();
    for which in 0..PEOPLE.len() {
        for n in 0..6 {
            lines.push(posting(which, &format!("r{n}"), "remittance", 100 + n, 50));
            lines.push(posting(which, &format!("w{n}"), "withdrawal", -140 - n, 0));
        }
        let corrects = [("corrects", json!("r2"))];
        lines.push(with(posting(which, "c2", "correction", -2, 0), &corrects));
        let declared = [("state", json!("declared"))];
        lines.push(with(posting(which, "d", "remittance", 5, 5), &declared));
    }
    lines.chunks(2).map(<[Value]>::to_vec).collect()
}

/// Sends lines again, as further parts, that were refused for what they lacked.
async fn mend(centre: &Centre, number: &str, parts: &[Vec<Value>]) {
    let mut next = parts.len() + 1;
    let csv = centre.get(&format!("/{number}/faults.csv")).await.text;
    let mut waiting: Vec<Value> = Vec::new();
    for row in csv.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[3], "true", "{row}");
        let place = |n: usize| cells[n].parse::<usize>().unwrap() - 1;
        waiting.push(parts[place(0)][place(1)].clone());
    }
    while !waiting.is_empty() {
        let sent = centre.part(number, next, &waiting).await;
        let csv = centre.get(&format!("/{number}/faults.csv")).await.text;
        let refused: BTreeSet<usize> = csv
            .lines()
            .filter_map(|row| {
                row.strip_prefix(&format!("{next},"))?.split(',').next()?.parse().ok()
            })
            .collect();
        assert!(refused.len() < waiting.len(), "{}", sent.text);
        let mut line = 0;
        waiting.retain(|_| {
            line += 1;
            refused.contains(&line)
        });
        next += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_in_any_order_at_once_and_again_come_to_the_same_tables() {
    let parts = month();
    let all: Vec<Value> = parts.concat();
    let (lines, sum) = (all.len(), all.iter().map(minor).sum());
    let mut expected = None;
    for (step, copies, at_once) in [(1, 1, 1), (5, 2, 8), (8, 3, 24)] {
        let app = TestApp::start().await;
        let centre = Centre::beijing(&app).await;
        centre.opens_accounts().await;
        centre.declare("p", "postings", lines, sum).await;
        // Steps that share no factor with the number of parts reach each of them.
        let order: Vec<usize> = (0..copies * parts.len()).map(|n| n * step % parts.len()).collect();
        assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), parts.len());
        for some in order.chunks(at_once) {
            let sent = some.iter().map(|n| centre.part("p", n + 1, &parts[*n]));
            for reply in join_all(sent).await {
                assert_eq!(outcome(&reply), (200, String::new()), "{}", reply.text);
            }
        }
        mend(&centre, "p", &parts).await;
        let closed = centre.close("p").await;
        assert_eq!(closed.text_at("/state"), "closed", "{}", closed.text);
        assert_eq!(unsound(&app).await, 0);
        let found = tables(&app).await;
        assert_eq!(expected.get_or_insert_with(|| found.clone()), &found, "step {step}");
        app.finish().await;
    }
}
