//! Somebody without an employer looks at what was paid in for him, and pays for this month himself.

use chrono::{Datelike, TimeDelta};
use citygate_identity::DEMO_CITIZENS;
use citygate_social_security::AGENCY;
use serde_json::{Value, json};

use super::{
    Cast, chapter, expect, expect_text,
    hospital::{later, sign_in},
    money, note, step, wait,
};
use crate::{
    commands::CommandError,
    demo::{
        actors::{Caller, CitizenApp, Reply, code_in, find_letter},
        receiver::Receiver,
    },
};

/// A base within the bounds of Zhengzhou: CNY 4,000.00 a month.
const BASE: i64 = 400_000;

/// From the record to the contribution that the agency knows of.
pub(super) async fn a_contribution(cast: &mut Cast) -> Result<(), CommandError> {
    chapter("12. A flexible worker of Zhengzhou reads his record and pays a contribution");
    later(cast, &mut [], TimeDelta::hours(1)).await?;
    let receiver = Receiver::start()?;
    listen(cast, &receiver).await?;
    let (email, _, number) = *DEMO_CITIZENS.get(1).ok_or("no such demo citizen")?;
    let citizen = sign_in(cast, email).await?;
    let path = format!("/v1/social-security/agencies/{AGENCY}");
    let challenged = citizen.caller.get(&format!("{path}/record")).await?;
    expect("a record without a proof", challenged.status, 401, &challenged)?;
    step("citizen", "asks for his record of social security", &challenged.text_at("/title"));
    let raised = prove(cast, &citizen, number).await?;
    record(&raised, &citizen, &path).await?;
    let order = order(cast, &citizen).await?;
    pay(&citizen, &order).await?;
    told(cast, &citizen, &receiver, &order).await?;
    receiver.stop().await;
    Ok(())
}

/// The agency's system says where it wants to be told.
async fn listen(cast: &mut Cast, receiver: &Receiver) -> Result<(), CommandError> {
    let assertion = cast.social_security.assertion(&cast.clock)?;
    let signed_in = cast.social_security.authenticate(&assertion).await?;
    expect("the agency's system", signed_in.status, 200, &signed_in)?;
    let body = json!({"url": receiver.url});
    let webhook = cast.social_security.caller.put("/v1/partner/webhook", &body).await?;
    expect("the agency's webhook", webhook.status, 200, &webhook)?;
    receiver.trust(webhook.text_at("/secret"));
    Ok(())
}

async fn prove(cast: &Cast, citizen: &CitizenApp, number: &str) -> Result<Caller, CommandError> {
    let mut proof = json!({"purpose": "social_security.read"});
    let sent = citizen.caller.post("/v1/step-ups/codes", &proof).await?;
    expect("a code for it", sent.status, 202, &sent)?;
    let letter = wait("a letter", || {
        let found = find_letter(&cast.letters, &citizen.email, "contributions to social security");
        std::future::ready(Ok(found))
    });
    let code = code_in(&letter.await?).ok_or("the letter has no code")?;
    if let Some(body) = proof.as_object_mut() {
        body.insert("code".to_owned(), code.into());
        body.insert("document".to_owned(), json!({"type": "resident_id", "number": number}));
    }
    let proven = citizen.caller.post("/v1/step-ups", &proof).await?;
    expect("the proof", proven.status, 201, &proven)?;
    Ok(citizen.caller.with_token(proven.text_at("/access_token")))
}

async fn record(raised: &Caller, citizen: &CitizenApp, path: &str) -> Result<(), CommandError> {
    let record = raised.get(&format!("{path}/record")).await?;
    expect("the record", record.status, 200, &record)?;
    expect_text("it is live", &record.text_at("/register/freshness"), "live")?;
    let (years, beside) = ("/insurances/0/years", "/insurances/0/months_beside");
    let paid = format!(
        "pension: {} years and {} months, last base {}",
        record.text_at(years),
        record.text_at(beside),
        money(&record, "/insurances/0/base"),
    );
    step("citizen", "proves himself; the agency's register is asked", &paid);
    note(&record.text_at("/register/notice"));
    let gaps = citizen.caller.get(&format!("{path}/gaps")).await?;
    expect("the gaps", gaps.status, 200, &gaps)?;
    let listed = gaps.body.pointer("/items").and_then(Value::as_array);
    let listed: Vec<String> = listed
        .into_iter()
        .flatten()
        .map(|gap| {
            let at = |name: &str| gap.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} to {} {}", at("from"), at("to"), at("kind"))
        })
        .collect();
    step("citizen", "looks at the gaps", &listed.join(", "));
    note(&gaps.text_at("/arrears"));
    let forecast = citizen.caller.get(&format!("{path}/forecast")).await?;
    expect("the forecast", forecast.status, 200, &forecast)?;
    let expected = format!(
        "{} a month from {}, if he pays on",
        money(&forecast, "/monthly_pension/total"),
        forecast.text_at("/retires"),
    );
    step("citizen", "asks what pension he can expect", &expected);
    note(&forecast.text_at("/notice"));
    Ok(())
}

async fn order(cast: &Cast, citizen: &CitizenApp) -> Result<Reply, CommandError> {
    let today = (cast.clock.now() + TimeDelta::hours(8)).date_naive();
    let body = json!({
        "agency_id": AGENCY, "kinds": ["pension"],
        "base": {"amount_minor": BASE, "currency": "CNY"},
        "first_month": format!("{}-{:02}", today.year(), today.month()), "months": 1,
    });
    let path = "/v1/social-security/orders";
    let ordered = citizen.caller.post_once(path, "story-contribution", &body).await?;
    expect("the order", ordered.status, 201, &ordered)?;
    let amount = ordered.minor_at("/amount");
    if amount != BASE / 5 {
        return Err(format!("20 % of {BASE} is not {amount}").into());
    }
    let result = format!("{}: 20% of the base", money(&ordered, "/amount"));
    step("citizen", "orders this month's contribution from CNY 4000.00", &result);
    let again = citizen.caller.post_once(path, "another-contribution", &body).await?;
    expect("the same month again", again.status, 409, &again)?;
    step("citizen", "orders the same month again", &again.text_at("/title"));
    Ok(ordered)
}

async fn pay(citizen: &CitizenApp, order: &Reply) -> Result<(), CommandError> {
    let amount = order.body.pointer("/amount").ok_or("no amount")?;
    let body = json!({"amount": amount, "card_token": "tok_sandbox_ok"});
    let created =
        citizen.caller.post_once("/v1/wallet/top-ups", "story-contribution-top-up", &body).await?;
    expect("the top-up", created.status, 202, &created)?;
    let path = format!("/v1/wallet/top-ups/{}", created.text_at("/id"));
    let state = wait("the top-up", || async {
        let state = citizen.caller.get(&path).await?.text_at("/state");
        Ok((state != "processing").then_some(state))
    });
    expect_text("the top-up", &state.await?, "succeeded")?;
    let path = format!("/v1/bills/{}/payments", order.text_at("/bill_id"));
    let body = json!({"expected": amount});
    let paid = citizen.caller.post_once(&path, "story-contribution-payment", &body).await?;
    expect("the payment", paid.status, 201, &paid)?;
    step("citizen", "pays it through the gateway", &format!("receipt {}", paid.text_at("/id")));
    Ok(())
}

async fn told(
    cast: &Cast,
    citizen: &CitizenApp,
    receiver: &Receiver,
    order: &Reply,
) -> Result<(), CommandError> {
    let id = order.text_at("/id");
    wait("the message to the agency", || {
        let told = receiver.received().iter().any(|news| {
            news.pointer("/type") == Some(&json!("social_security.contribution.paid"))
                && news.pointer("/data/order_id") == Some(&json!(id))
        });
        std::future::ready(Ok(told.then_some(())))
    })
    .await?;
    step("agency", "is told by webhook", "the message names nobody, its signature is verified");
    let path = format!("/v1/social-security/paid-orders/{id}");
    let shown = cast.social_security.caller.get(&path).await?;
    expect("whose it is", shown.status, 200, &shown)?;
    step("agency", "asks whose contribution it is", "and he reads in the ledger that it did");
    let mine = citizen.caller.get(&format!("/v1/social-security/orders/{id}")).await?;
    expect_text("the order", &mine.text_at("/state"), "reported")
}
