//! The story, step by step. Every step says who does what and what came of it, and is checked.

mod hospital;
mod listing;
mod marriage;
mod provident_fund;
mod results;
mod social_security;
mod watching;

use std::{path::PathBuf, time::Duration};

use chrono::TimeDelta;
use citygate_kernel::Clock;
use citygate_platform::Cx;
use serde_json::{Value, json};

use super::{
    actors::{CitizenApp, Reply, System, code_in, find_letter},
    receiver::Receiver,
};
use crate::commands::CommandError;

pub(super) use results::CLINICIAN;
pub(super) use watching::CLERK;

/// Who plays.
pub(super) struct Cast {
    pub url: String,
    pub police: System,
    pub auditor: System,
    pub hospital: System,
    pub social_security: System,
    /// What whoever runs the city does on its own machine: the first role of an agency.
    pub cx: Cx,
    /// Days of the story pass in a moment.
    pub clock: Clock,
    pub letters: PathBuf,
    /// Where short messages land.
    pub messages: PathBuf,
    pub slow_processor: bool,
}

/// A new citizen of the story; the number is made up, with a valid check character.
const EMAIL: &str = "chen.jing@citygate.example";
const NAME: &str = "陈静";
const ID_NUMBER: &str = "11010519491231002X";

const PLATE: &str = "浙A7M201";
const FRESH: &str = "3301060000000101";
const LATE: &str = "3301060000000119";
const LARGE: &str = "3301060000000127";

/// How long the story waits for what happens in the background.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells it from sign-up to balanced books.
pub(super) async fn tell(mut cast: Cast) -> Result<(), CommandError> {
    let receiver = Receiver::start()?;
    let citizen = sign_up(&cast).await?;
    police_push(&mut cast, &receiver).await?;
    let fines = read_fines(&citizen).await?;
    top_up(&citizen, cast.slow_processor).await?;
    pay(&cast, &citizen, &fines).await?;
    police_learn(&cast, &receiver).await?;
    books_balance(&mut cast).await?;
    watching::a_clerk_looks(&cast, &citizen).await?;
    watching::a_fresh_proof(&cast, &citizen).await?;
    watching::a_lost_phone(&cast, &citizen).await?;
    let mut people = hospital::a_sold_out_morning(&mut cast).await?;
    hospital::a_visit(&mut cast, &mut people).await?;
    results::three_results(&mut cast, &mut people).await?;
    provident_fund::a_query(&mut cast).await?;
    social_security::a_contribution(&mut cast).await?;
    marriage::two_people(&cast).await?;
    listing::a_service_is_listed(&cast).await?;
    receiver.stop().await;
    println!("\nThe story is told: every step was as it should be.");
    Ok(())
}

async fn sign_up(cast: &Cast) -> Result<CitizenApp, CommandError> {
    chapter("1. A citizen signs up");
    let mut citizen = CitizenApp::new(&cast.url, EMAIL)?;
    let asked = citizen.ask_for_code().await?;
    expect("the code is asked for", asked.status, 202, &asked)?;
    let letter = wait("a letter with the code", || {
        std::future::ready(Ok(find_letter(&cast.letters, EMAIL, "code")))
    })
    .await?;
    let code = code_in(&letter).ok_or("the letter has no code")?;
    step("citizen", "asks for a one-time code", &format!("a letter arrives, code {code}"));
    let signed_in = citizen.sign_in(&code).await?;
    expect("sign-in", signed_in.status, 200, &signed_in)?;
    step("citizen", "signs in with it", "an account, an access token (EdDSA), a refresh token");
    let again = citizen.clone().sign_in(&code).await?;
    expect("the code works once", again.status, 401, &again)?;
    step("citizen", "tries the same code again", &again.text_at("/title"));
    let claimed = citizen.claim_real_name(NAME, ID_NUMBER).await?;
    expect("the real name", claimed.status, 202, &claimed)?;
    step("citizen", "gives name and resident identity number", "the register is being asked");
    let named = wait("the answer of the register", async || {
        let me = citizen.caller.get("/v1/me").await?;
        let pending = me.text_at("/verification/state") == "pending";
        Ok(if pending { None } else { Some(me) })
    })
    .await?;
    if named.text_at("/verification/state") != "verified" {
        return Err(format!("the register knows her: {}", named.text).into());
    }
    let masked = format!(
        "stored encrypted, shown as {} {}",
        named.text_at("/real_name/name"),
        named.text_at("/real_name/id_number")
    );
    step("police", "confirm that they belong together", &masked);
    let wrong = citizen.claim_real_name(NAME, "110105194912310021").await?;
    expect("a wrong check character", wrong.status, 400, &wrong)?;
    let old = citizen.refresh_token.clone();
    let refreshed = citizen.refresh().await?;
    expect("refresh", refreshed.status, 200, &refreshed)?;
    if citizen.refresh_token == old {
        return Err("the refresh token did not rotate".into());
    }
    step("citizen", "refreshes", "a new pair of tokens; the old refresh token is spent");
    Ok(citizen)
}

fn decision(days_ago: i64, fine_minor: i64, what: (&str, &str, &str, i64)) -> Value {
    let served = Clock::system().now() - TimeDelta::days(days_ago);
    let (code, name_en, name_zh, points) = what;
    json!({
        "plate": PLATE,
        "violation": {
            "code": code, "name_en": name_en, "name_zh": name_zh, "place": "文三路学院路口",
            "at": (served - TimeDelta::days(2)).to_rfc3339(),
            "points": points,
        },
        "party": {"name": NAME, "id_number": ID_NUMBER},
        "fine": {"amount_minor": fine_minor, "currency": "CNY"},
        // The day in Hangzhou.
        "served_on": (served + TimeDelta::hours(8)).date_naive(),
    })
}

async fn police_push(cast: &mut Cast, receiver: &Receiver) -> Result<(), CommandError> {
    chapter("2. The traffic police push penalty decisions");
    let assertion = cast.police.assertion(&Clock::system())?;
    let token = cast.police.authenticate(&assertion).await?;
    expect("private_key_jwt", token.status, 200, &token)?;
    step("police", "prove themselves with their key (private_key_jwt)", &token.text_at("/scope"));
    let replayed = cast.police.authenticate(&assertion).await?;
    expect("an assertion works once", replayed.status, 401, &replayed)?;
    let webhook =
        cast.police.caller.put("/v1/partner/webhook", &json!({"url": receiver.url})).await?;
    expect("the webhook", webhook.status, 200, &webhook)?;
    receiver.trust(webhook.text_at("/secret"));
    step("police", "say where they want to be told", "a signing secret, shown once");
    let red_light = ("1625", "Driving through a red light", "驾驶机动车违反道路交通信号灯通行", 6);
    let parking = ("1039", "Illegal parking", "机动车违反规定停放、临时停车", 0);
    let speeding =
        ("1721", "Speeding by half or more", "驾驶机动车行驶超过规定时速百分之五十以上", 12);
    let fresh = decision(3, 20_000, red_light);
    for (number, body) in [
        (FRESH, fresh.clone()),
        (LATE, decision(25, 15_000, parking)),
        (LARGE, decision(1, 200_000, speeding)),
    ] {
        let pushed =
            cast.police.caller.put(&format!("/v1/traffic/decisions/{number}"), &body).await?;
        expect("a decision", pushed.status, 201, &pushed)?;
        let what = format!("push decision {number} for {PLATE}");
        step(
            "police",
            &what,
            &format!("recorded, {} due on {}", money(&pushed, "/fine"), pushed.text_at("/due_on")),
        );
    }
    let again = cast.police.caller.put(&format!("/v1/traffic/decisions/{FRESH}"), &fresh).await?;
    expect("the same decision", again.status, 200, &again)?;
    expect_text("it says so", &again.text_at("/unchanged"), "true")?;
    step("police", "push the first one again", "nothing changed, and the answer says so");
    Ok(())
}

/// The citizen's fines by decision number.
struct Fines {
    fresh: Value,
    late: Value,
    large: Value,
}

async fn read_fines(citizen: &CitizenApp) -> Result<Fines, CommandError> {
    chapter("3. The citizen reads the fines");
    let list = citizen.caller.get("/v1/traffic/fines").await?;
    expect("the fines", list.status, 200, &list)?;
    let find = |number: &str| -> Result<Value, CommandError> {
        let items = list.body.pointer("/items").and_then(Value::as_array);
        let mut items = items.into_iter().flatten();
        let found =
            items.find(|fine| fine.get("decision_no").and_then(Value::as_str) == Some(number));
        found.cloned().ok_or_else(|| format!("fine {number} is not listed").into())
    };
    let fines = Fines { fresh: find(FRESH)?, late: find(LATE)?, large: find(LARGE)? };
    for fine in [&fines.fresh, &fines.late] {
        let at = |pointer: &str| fine.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let what = format!("reads {} ({})", at("/decision_no"), at("/violation/name"));
        step("citizen", &what, &format!("{} to pay", amount(fine, "/amount_due")));
        note(at("/due/explanation"));
        note(at("/surcharge/explanation"));
        let forecast = fine.pointer("/surcharge/forecast").and_then(Value::as_array);
        let points: Vec<String> = forecast
            .into_iter()
            .flatten()
            .map(|point| {
                let on = point.get("on").and_then(Value::as_str).unwrap_or_default();
                format!("{on} +{}", amount(point, "/surcharge"))
            })
            .collect();
        note(&format!("Forecast: {}", points.join(", ")));
    }
    let days = fines.late.pointer("/surcharge/days_late").and_then(Value::as_i64).unwrap_or(0);
    let grown = minor(&fines.late, "/surcharge");
    let expected = (15_000 * 3 * days / 100).min(15_000);
    if days == 0 || grown != expected {
        return Err(format!("{days} days late should cost {expected}, not {grown}").into());
    }
    let english = citizen.caller.request(reqwest::Method::GET, "/v1/traffic/fines");
    let chinese = citizen.caller.send(english.header("Accept-Language", "zh-CN")).await?;
    step("citizen", "reads the same in Chinese", "");
    note(&chinese.text_at("/items/1/due/explanation"));
    Ok(fines)
}

async fn top_up(citizen: &CitizenApp, slow: bool) -> Result<(), CommandError> {
    chapter("4. The citizen tops up the wallet and pays");
    let body = json!({
        "amount": {"amount_minor": 60_000, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
    });
    let created = citizen.caller.post_once("/v1/wallet/top-ups", "story-top-up", &body).await?;
    expect("the top-up", created.status, 202, &created)?;
    let repeated = citizen.caller.post_once("/v1/wallet/top-ups", "story-top-up", &body).await?;
    expect_text("one key, one top-up", &repeated.text, &created.text)?;
    if slow {
        note("The processor takes the money and then says nothing: the outcome is unknown.");
    }
    let path = format!("/v1/wallet/top-ups/{}", created.text_at("/id"));
    let state = wait("the top-up", || async {
        let state = citizen.caller.get(&path).await?.text_at("/state");
        Ok((state != "processing").then_some(state))
    })
    .await?;
    expect_text("the top-up", &state, "succeeded")?;
    let wallet = citizen.caller.get("/v1/wallet").await?;
    expect_text("the wallet", &wallet.minor_at("/available").to_string(), "60000")?;
    let result = format!("{state}, the wallet holds {}", money(&wallet, "/available"));
    step("citizen", "takes CNY 600.00 from a card (sandbox processor)", &result);
    Ok(())
}

async fn pay(cast: &Cast, citizen: &CitizenApp, fines: &Fines) -> Result<(), CommandError> {
    let pay = |fine: &Value, key: &'static str| {
        let bill = fine.pointer("/bill_id").and_then(Value::as_str).unwrap_or_default();
        let path = format!("/v1/bills/{bill}/payments");
        let body = json!({"expected": fine.get("amount_due")});
        async move { citizen.caller.post_once(&path, key, &body).await }
    };
    let first = pay(&fines.fresh, "story-fresh").await?;
    expect("the first payment", first.status, 201, &first)?;
    step(
        "citizen",
        "pays the fresh fine",
        &format!("{}, receipt {}", money(&first, "/total"), first.text_at("/id")),
    );
    let late = pay(&fines.late, "story-late").await?;
    expect("the late payment", late.status, 201, &late)?;
    let parts =
        format!("{} + surcharge {}", money(&late, "/principal"), money(&late, "/surcharge"));
    step("citizen", "pays the late fine", &format!("{parts}, receipt {}", late.text_at("/id")));
    let before = citizen.caller.get("/v1/wallet").await?.minor_at("/available");
    let again = pay(&fines.fresh, "story-fresh").await?;
    expect("the repeated payment", again.status, 201, &again)?;
    expect_text("the same answer", &again.text, &first.text)?;
    let after = citizen.caller.get("/v1/wallet").await?.minor_at("/available");
    expect_text("no second charge", &after.to_string(), &before.to_string())?;
    step(
        "citizen",
        "repeats the first payment with the same key",
        "the same answer, no second charge",
    );
    let short = pay(&fines.large, "story-large").await?;
    expect("too little money", short.status, 402, &short)?;
    expect_text("its code", &short.text_at("/code"), "payments.insufficient_funds")?;
    step(
        "citizen",
        "tries the third",
        &format!("402 {}: {}", short.text_at("/code"), short.text_at("/detail")),
    );
    let receipt = citizen.caller.get(&format!("/v1/payments/{}", first.text_at("/id"))).await?;
    expect_text("the receipt by API", &receipt.text_at("/total"), &first.text_at("/total"))?;
    let id = first.text_at("/id");
    wait("the receipt by mail", || std::future::ready(Ok(find_letter(&cast.letters, EMAIL, &id))))
        .await?;
    step("citizen", "gets the receipts", "by API and by mail");
    Ok(())
}

async fn police_learn(cast: &Cast, receiver: &Receiver) -> Result<(), CommandError> {
    chapter("5. The police learn of it, and the books balance");
    wait("two webhooks", || {
        let told: std::collections::BTreeSet<String> = receiver
            .received()
            .iter()
            .filter(|news| news.pointer("/type") == Some(&json!("traffic.decision.paid")))
            .filter_map(|news| Some(news.pointer("/data/decision_no")?.as_str()?.to_owned()))
            .collect();
        let both = [FRESH, LATE].iter().all(|number| told.contains(*number));
        std::future::ready(Ok(both.then_some(())))
    })
    .await?;
    step("police", "are told by webhook", "two messages, their signatures verified");
    for (number, state) in [(FRESH, "paid"), (LATE, "paid"), (LARGE, "open")] {
        let found = cast.police.caller.get(&format!("/v1/traffic/decisions/{number}")).await?;
        expect_text("the state of a decision", &found.text_at("/state"), state)?;
        step("police", &format!("query {number}"), state);
    }
    Ok(())
}

async fn books_balance(cast: &mut Cast) -> Result<(), CommandError> {
    let assertion = cast.auditor.assertion(&Clock::system())?;
    cast.auditor.authenticate(&assertion).await?;
    let books = cast.auditor.caller.get("/v1/books/trial-balance").await?;
    expect("the trial balance", books.status, 200, &books)?;
    expect_text("the books balance", &books.text_at("/balanced"), "true")?;
    for row in books.body.pointer("/currencies").and_then(Value::as_array).into_iter().flatten() {
        let at = |name: &str| row.get(name).map(ToString::to_string).unwrap_or_default();
        let sums = format!(
            "{}: debits {} = credits {} (minor units)",
            at("currency"),
            at("debits_minor"),
            at("credits_minor")
        );
        step("auditor", "adds up all accounts", &sums.replace('"', ""));
    }
    Ok(())
}

// --- telling and checking ---

fn chapter(title: &str) {
    println!("\n{title}");
}

fn step(who: &str, what: &str, result: &str) {
    println!("  {who:<8} {what}");
    if !result.is_empty() {
        println!("           → {result}");
    }
}

fn note(text: &str) {
    println!("           · {text}");
}

fn expect(what: &str, status: u16, wanted: u16, reply: &Reply) -> Result<(), CommandError> {
    if status == wanted {
        return Ok(());
    }
    Err(format!("{what}: status {wanted} was expected, {status} came: {}", reply.text).into())
}

fn expect_text(what: &str, found: &str, wanted: &str) -> Result<(), CommandError> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {wanted} was expected, {found} came").into())
}

fn minor(value: &Value, pointer: &str) -> i64 {
    let pointer = format!("{pointer}/amount/amount_minor");
    value.pointer(&pointer).and_then(Value::as_i64).unwrap_or(i64::MIN)
}

fn amount(value: &Value, pointer: &str) -> String {
    let money = value.pointer(pointer).cloned().unwrap_or_default();
    serde_json::from_value::<citygate_kernel::Money>(money)
        .map_or_else(|_| "?".to_owned(), |money| money.to_string())
}

fn money(reply: &Reply, pointer: &str) -> String {
    amount(&reply.body, pointer)
}

/// Asks again and again until there is an answer or patience ends.
async fn wait<T, F>(what: &str, mut ask: impl FnMut() -> F) -> Result<T, CommandError>
where
    F: Future<Output = Result<Option<T>, CommandError>>,
{
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if tokio::time::Instant::now() > deadline {
            return Err(format!("{what}: nothing came within {} s", PATIENCE.as_secs()).into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
