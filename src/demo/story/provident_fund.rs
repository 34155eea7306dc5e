//! What people of Beijing ask for most: how much is in the housing provident fund, and what goes with
//! it.

use chrono::TimeDelta;
use citygate_identity::DEMO_CITIZENS;
use serde_json::json;

use super::{
    Cast, chapter, expect, expect_text,
    hospital::{later, sign_in},
    money, note, step, wait,
};
use crate::{
    commands::CommandError,
    demo::actors::{Caller, CitizenApp, Reply, code_in, find_letter},
};

/// What the proofs are for.
const PURPOSE: &str = "provident_fund.read";

/// From the list of accounts to the next instalment of the loan.
pub(super) async fn a_query(cast: &mut Cast) -> Result<(), CommandError> {
    chapter("11. A citizen asks Beijing's fund centre how much there is");
    later(cast, &mut [], TimeDelta::hours(1)).await?;
    let (email, _, number) = *DEMO_CITIZENS.first().ok_or("no demo citizen")?;
    let citizen = sign_in(cast, email).await?;
    let accounts = citizen.caller.get("/v1/provident-fund/accounts").await?;
    expect("the accounts", accounts.status, 200, &accounts)?;
    let item = |member: &str| accounts.text_at(&format!("/items/0/{member}"));
    step("citizen", "looks for her accounts", &item("agency_name"));
    note(&format!("account {}, {}", item("account_no_masked"), item("state_text")));
    let account = format!("/v1/provident-fund/accounts/{}", item("id"));
    balance(cast, &citizen, number, &account).await?;
    // A code a minute.
    cast.clock.advance(TimeDelta::minutes(2));
    overview(cast, &citizen, number, &account).await?;
    let ledger = citizen.caller.get("/v1/me/accesses").await?;
    expect("the ledger of accesses", ledger.status, 200, &ledger)?;
    step("citizen", "reads who has looked at it", &ledger.text_at("/items/0/action/text"));
    Ok(())
}

async fn balance(
    cast: &Cast,
    citizen: &CitizenApp,
    number: &str,
    account: &str,
) -> Result<(), CommandError> {
    let path = format!("{account}/balance");
    let challenged = citizen.caller.get(&path).await?;
    expect("a balance without a proof", challenged.status, 401, &challenged)?;
    step("citizen", "asks for the balance", &challenged.text_at("/title"));
    let raised = prove(cast, citizen, number).await?;
    let shown = raised.get(&path).await?;
    expect("the balance", shown.status, 200, &shown)?;
    step("citizen", "proves herself with her number and a code", &money(&shown, "/balance"));
    note(&format!("{}; as of {}", shown.text_at("/freshness_text"), shown.text_at("/as_of")));
    let again = raised.get(&path).await?;
    expect("a proof works once", again.status, 401, &again)?;
    step("citizen", "asks once more", "a proof works once");
    Ok(())
}

async fn overview(
    cast: &Cast,
    citizen: &CitizenApp,
    number: &str,
    account: &str,
) -> Result<(), CommandError> {
    let raised = prove(cast, citizen, number).await?;
    let shown = raised.get(&format!("{account}/overview")).await?;
    expect("the overview", shown.status, 200, &shown)?;
    let paid = shown.text_at("/contributions/months_paid");
    step("citizen", "with another proof, sees all of it", &format!("{paid} months paid"));
    let capacity = money(&shown, "/capacity/first_home");
    note(&format!("could borrow {capacity}: {}", shown.text_at("/capacity/explanation")));
    let next = money(&shown, "/loans/0/next/amount");
    note(&format!("loan: {next} on {}", shown.text_at("/loans/0/next/due_on")));
    let history = citizen.caller.get(&format!("{account}/history")).await?;
    expect("the history", history.status, 200, &history)?;
    let chart = citizen.caller.get(&format!("{account}/history/chart")).await?;
    expect("the chart", chart.status, 200, &chart)?;
    let loan = shown.text_at("/loans/0/id");
    let schedule = citizen.caller.get(&format!("{account}/loans/{loan}/schedule")).await?;
    expect("the schedule", schedule.status, 200, &schedule)?;
    expect_text("the first instalment", &schedule.text_at("/instalments/0/number"), "1")?;
    let what = format!("a chart of {} bytes, and what the loan costs", chart.text.len());
    step("citizen", "has five minutes for history and schedule", &what);
    note(&format!("interest of all instalments: {}", money(&schedule, "/interest")));
    Ok(())
}

/// A fresh proof for the fund.
async fn prove(cast: &Cast, citizen: &CitizenApp, number: &str) -> Result<Caller, CommandError> {
    let before = letter(cast, citizen);
    let wanted = json!({"purpose": PURPOSE});
    let sent = citizen.caller.post("/v1/step-ups/codes", &wanted).await?;
    expect("a code for it", sent.status, 202, &sent)?;
    let code = wait("a letter", || {
        let found = letter(cast, citizen).filter(|code| Some(code) != before.as_ref());
        std::future::ready(Ok(found))
    });
    let document = json!({"type": "resident_id", "number": number});
    let proof = json!({"purpose": PURPOSE, "code": code.await?, "document": document});
    let proven: Reply = citizen.caller.post("/v1/step-ups", &proof).await?;
    expect("the proof", proven.status, 201, &proven)?;
    Ok(citizen.caller.with_token(proven.text_at("/access_token")))
}

/// The code in the newest letter about the fund.
fn letter(cast: &Cast, citizen: &CitizenApp) -> Option<String> {
    let letter = find_letter(&cast.letters, &citizen.email, "housing provident fund");
    letter.and_then(|letter| code_in(&letter))
}
