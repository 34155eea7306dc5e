//! Who looks at a citizen's data, and what the citizen sees and does about it.

use std::future::ready;

use citygate_traffic::POLICE;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Cast, EMAIL, FRESH, ID_NUMBER, NAME, chapter, expect, expect_text, note, step, wait};
use crate::{
    commands::CommandError,
    demo::actors::{Caller, CitizenApp, Reply, code_in, find_letter, invitation_in},
};

/// A clerk of the traffic police, whom the city has invited.
pub(in crate::demo) const CLERK: &str = "zhao.lei@police.example";

/// Long enough to be the only factor.
const PASSWORD: &str = "correct horse battery staple";

/// A clerk takes on a role, which one factor is too little for, and has the police's own system look
/// the citizen up. The citizen reads it.
pub(super) async fn a_clerk_looks(cast: &Cast, citizen: &CitizenApp) -> Result<(), CommandError> {
    chapter("6. A clerk looks the citizen up, and the citizen sees it");
    let clerk = sign_in_clerk(cast).await?;
    let code = invitation_in(&letter(cast, CLERK, "invites you to act").await?);
    let body = json!({"code": code.ok_or("the letter has no code")?});
    let office = clerk.caller.post("/v1/staff-invitations/acceptances", &body).await?;
    expect("the invitation", office.status, 200, &office)?;
    let what = format!("takes on the role that {} has offered by mail", office.text_at("/agency"));
    step("clerk", &what, &format!("{}, for ninety days", office.text_at("/role")));
    let path = format!("/v1/agencies/{POLICE}/people/lookup");
    let body = json!({
        "document": {"type": "resident_id", "number": ID_NUMBER},
        "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": FRESH,
    });
    let refused = citizen.caller.post(&path, &body).await?;
    expect("a look-up by somebody without a role", refused.status, 404, &refused)?;
    let refused = clerk.caller.post(&path, &body).await?;
    expect("a look-up with one factor", refused.status, 401, &refused)?;
    step("clerk", "tries to look somebody up", &refused.text_at("/title"));
    let found = cast.police.caller.post("/v1/partner/people/lookup", &body).await?;
    expect("the look-up", found.status, 200, &found)?;
    step("clerk", "looks up in the system of the police", &found.text_at("/name"));
    let ledger = citizen.caller.get("/v1/me/accesses").await?;
    expect("the ledger of accesses", ledger.status, 200, &ledger)?;
    let at = |pointer: &str| ledger.text_at(&format!("/items/0{pointer}"));
    expect_text("its case", &at("/case"), FRESH)?;
    expect_text("its action", &at("/action/code"), "looked_up")?;
    step("citizen", "reads who has looked", &format!("{}, {}", at("/agency/name"), at("/system")));
    note(&format!("{}. {}, case {}", at("/action/text"), at("/purpose/text"), at("/case")));
    note(&at("/legal_basis/text"));
    Ok(())
}

async fn sign_in_clerk(cast: &Cast) -> Result<CitizenApp, CommandError> {
    let mut clerk = CitizenApp::new(&cast.url, CLERK)?;
    let asked = clerk.ask_for_code().await?;
    expect("the clerk's code", asked.status, 202, &asked)?;
    let code = code_in(&letter(cast, CLERK, "Your code to sign in").await?);
    let signed_in = clerk.sign_in(&code.ok_or("the letter has no code")?).await?;
    expect("the clerk's sign-in", signed_in.status, 200, &signed_in)?;
    Ok(clerk)
}

/// Something sensitive needs a fresh proof, which works once.
pub(super) async fn a_fresh_proof(cast: &Cast, citizen: &CitizenApp) -> Result<(), CommandError> {
    chapter("7. The citizen proves herself anew, and ends a session");
    let challenged = citizen.caller.get("/v1/me/identity").await?;
    expect("a sensitive read", challenged.status, 401, &challenged)?;
    step("citizen", "asks for her own identity number", &challenged.text_at("/title"));
    let sent =
        citizen.caller.post("/v1/step-ups/codes", &json!({"purpose": "identity.read"})).await?;
    expect("a code for it", sent.status, 202, &sent)?;
    let code = code_in(&letter(cast, EMAIL, "to show your full name").await?);
    let proof = json!({
        "purpose": "identity.read", "code": code.ok_or("the letter has no code")?,
        "document": {"type": "resident_id", "number": ID_NUMBER},
    });
    let proven = citizen.caller.post("/v1/step-ups", &proof).await?;
    expect("the proof", proven.status, 201, &proven)?;
    let raised = citizen.caller.with_token(proven.text_at("/access_token"));
    let shown = raised.get("/v1/me/identity").await?;
    expect("the sensitive read", shown.status, 200, &shown)?;
    expect_text("the name", &shown.text_at("/name"), NAME)?;
    step("citizen", "proves herself with her number and a code", "shown in full");
    let again = raised.get("/v1/me/identity").await?;
    expect("a proof works once", again.status, 401, &again)?;
    step("citizen", "asks once more", "a proof works once");
    Ok(())
}

/// The citizen signs in on another phone and ends the session of the first.
pub(super) async fn a_lost_phone(cast: &Cast, citizen: &CitizenApp) -> Result<(), CommandError> {
    let set = citizen.caller.put("/v1/me/password", &json!({"password": PASSWORD})).await?;
    expect("a password", set.status, 200, &set)?;
    let anybody = Caller::new(&cast.url)?;
    let body = json!({"address": EMAIL, "password": PASSWORD});
    let signed_in = anybody.post("/v1/sign-in/password", &body).await?;
    expect("sign-in with the password", signed_in.status, 200, &signed_in)?;
    let other = anybody.with_token(signed_in.text_at("/access_token"));
    let sessions = other.get("/v1/me/sessions").await?;
    let listed = sessions.body.pointer("/items").and_then(Value::as_array);
    let lost = listed.into_iter().flatten().find(|one| one.get("current") == Some(&false.into()));
    let lost = lost.and_then(|one| one.get("id")?.as_str()).ok_or("there is no other session")?;
    step("citizen", "signs in on another phone", "and sees both sessions");
    let path = format!("/v1/me/sessions/{lost}");
    let ended: Reply = other.send(other.request(Method::DELETE, &path)).await?;
    expect("the end of a session", ended.status, 204, &ended)?;
    let refused = citizen.clone().refresh().await?;
    expect("a refresh of the lost phone", refused.status, 400, &refused)?;
    step("citizen", "ends the session of the lost phone", "its tokens work no more");
    Ok(())
}

/// A letter to an address with a text in it.
async fn letter(cast: &Cast, to: &str, containing: &str) -> Result<String, CommandError> {
    wait("a letter", || ready(Ok(find_letter(&cast.letters, to, containing)))).await
}
