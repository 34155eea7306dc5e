//! Two people marry in Shanghai, on a day that everybody wants: two days' notice, three times the
//! places, and nothing that one learns of the other.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use citygate_identity::{DEMO_CITIZENS, StaffRole};
use citygate_marriage::{MARRIAGE_OFFICE, MARRIAGE_REGISTRY};
use serde_json::{Value, json};

use super::{
    Cast, chapter, expect, expect_text,
    hospital::sign_in,
    note,
    results::{Duty, at_the_desk},
    step, wait,
};
use crate::{
    commands::CommandError,
    demo::{
        actors::{Caller, CitizenApp, code_in, find_letter},
        invite,
    },
};

const REGISTRAR: Duty =
    Duty { who: "registrar", email: "shen.lan@registry.example", phone: "+8613900139000" };

/// One of the two.
struct Party {
    app: CitizenApp,
    email: &'static str,
    number: &'static str,
    sex: &'static str,
}

/// From the draft to the certificate that anybody can verify.
pub(super) async fn two_people(cast: &Cast) -> Result<(), CommandError> {
    chapter("13. Two people marry in Shanghai on 20 May, with two days' notice");
    let day = next_20_may(cast.clock.now() + TimeDelta::hours(8))?;
    until(cast, day - Days::new(2), 2)?;
    let mut her = party(cast, 0, "female").await?;
    let mut him = party(cast, 1, "male").await?;
    let slots = windows(&her, day).await?;
    let case = confirm(cast, &her, &him).await?;
    for one in [&mut her, &mut him] {
        fresh(one).await?;
        sign(cast, one, &case).await?;
    }
    step("both", "sign the statement, each with a proof of their own", "sealed");
    fresh(&mut her).await?;
    let path = format!("/v1/marriage/cases/{case}");
    let checked = her.app.caller.post(&format!("{path}/prechecks"), &json!({"on": day})).await?;
    expect_text("nothing is in the way", &checked.text_at("/ready"), "true")?;
    step("bride", "asks what to bring", &checked.text_at("/papers/0/name"));
    note(&checked.text_at("/papers_citation"));
    let (morning, afternoon) = slots;
    let booked =
        her.app.caller.post_once(&format!("{path}/appointment"), "wedding", &morning).await?;
    expect("the appointment", booked.status, 201, &booked)?;
    step("bride", "books two days before", &format!("for both, {day} at 09:00"));
    until(cast, day - Days::new(1), 2)?;
    fresh_sign_in(cast, &mut him).await?;
    let request = him.app.caller.request(reqwest::Method::PUT, &format!("{path}/appointment"));
    let request = request.header("Idempotency-Key", "later").json(&afternoon);
    let late = him.app.caller.send(request).await?;
    if !matches!(late.status, 409 | 422) {
        return Err(format!("a day before is too late: {}", late.text).into());
    }
    step("groom", "wants the afternoon, a day before", &late.text_at("/title"));
    on_the_day(cast, (&mut her, &case), day).await
}

/// The city's app shows what the office offers. Returns the morning and the afternoon.
async fn windows(her: &Party, day: NaiveDate) -> Result<(Value, Value), CommandError> {
    let path = format!("/v1/marriage/offices/{MARRIAGE_OFFICE}/windows?from={day}&to={day}");
    let shown = her.app.caller.get(&path).await?;
    expect("the windows", shown.status, 200, &shown)?;
    let places = shown.text_at("/items/0/windows/0/capacity");
    expect_text("three times the places", &places, "30")?;
    let what = format!("looks at {day}");
    step("bride", &what, &format!("{places} places in the morning instead of 10"));
    note(&shown.text_at("/items/0/surge/citation"));
    note(&shown.text_at("/items/0/explanation"));
    let slot = |n: usize| {
        json!({
            "session_id": shown.text_at("/items/0/session_id"),
            "starts_at": shown.text_at(&format!("/items/0/windows/{n}/starts_at")),
        })
    };
    Ok((slot(0), slot(1)))
}

/// She begins and gives him the code; he confirms. Returns the case.
async fn confirm(cast: &Cast, her: &Party, him: &Party) -> Result<String, CommandError> {
    let body = json!({"city": "310000"});
    let begun = her.app.caller.post_once("/v1/marriage/cases", "story-marriage", &body).await?;
    expect("the case", begun.status, 201, &begun)?;
    let case = begun.text_at("/id");
    let path = format!("/v1/marriage/cases/{case}");
    let proven = prove(cast, her, &case).await?;
    let invited = proven.post(&format!("{path}/invitation"), &json!({})).await?;
    expect("the invitation", invited.status, 201, &invited)?;
    step("bride", "proves herself anew and invites", "a code, to be given by hand");
    let code = json!({"code": invited.text_at("/code")});
    let opened = him.app.caller.post("/v1/marriage/invitations/openings", &code).await?;
    expect("the code", opened.status, 200, &opened)?;
    let waits = her.app.caller.get(&path).await?;
    expect_text("she is told nothing", &waits.text_at("/state"), "invited")?;
    let what =
        format!("{} invites him; she is not told that he has looked", opened.text_at("/name"));
    step("groom", "looks at it", &what);
    let proven = prove(cast, him, &case).await?;
    let confirmed = proven.post(&format!("{path}/confirmation"), &code).await?;
    expect("the confirmation", confirmed.status, 201, &confirmed)?;
    step("groom", "proves himself anew and confirms", &confirmed.text_at("/state"));
    Ok(case)
}

/// Signs the statement in force.
async fn sign(cast: &Cast, party: &Party, case: &str) -> Result<(), CommandError> {
    let statement = party.app.caller.get("/v1/marriage/statements/310000").await?;
    expect("the statement", statement.status, 200, &statement)?;
    let body = json!({
        "version": statement.text_at("/version"), "sex": party.sex, "kinship": "none",
        "marital_status": "never_married", "illness": "none",
    });
    let proven = prove(cast, party, case).await?;
    let signed = proven.post(&format!("/v1/marriage/cases/{case}/statement"), &body).await?;
    expect("the signature", signed.status, 201, &signed)
}

/// The registrar sees both and registers; anybody verifies the certificate.
async fn on_the_day(
    cast: &Cast,
    (her, case): (&mut Party, &str),
    day: NaiveDate,
) -> Result<(), CommandError> {
    until(cast, day, 1)?;
    wait("a reminder", || {
        let letter = find_letter(&cast.letters, her.email, "Your appointment is near");
        std::future::ready(Ok(letter))
    })
    .await?;
    invite(&cast.cx, MARRIAGE_REGISTRY, REGISTRAR.email, StaffRole::Registrar).await?;
    let desk = at_the_desk(cast, &REGISTRAR).await?.caller;
    let path = format!("/v1/marriage/agencies/{MARRIAGE_REGISTRY}");
    let list = desk.get(&format!("{path}/days/{day}")).await?;
    expect("the list of the day", list.status, 200, &list)?;
    let names = [0, 1].map(|n| list.text_at(&format!("/items/0/parties/{n}/name"))).join(" and ");
    step("registrar", "opens the list of the day", &names);
    for (side, sex) in [("a", "female"), ("b", "male")] {
        let body = json!({"side": side, "document_sex": sex});
        let seen = desk.put(&format!("{path}/cases/{case}/presence"), &body).await?;
        expect("somebody in person", seen.status, 200, &seen)?;
    }
    let body = Value::Null;
    let done =
        desk.post_once(&format!("{path}/cases/{case}/registration"), "married", &body).await?;
    expect("the registration", done.status, 201, &done)?;
    let number = done.text_at("/certificate_number");
    step("registrar", "sees both in person and registers", &format!("certificate {number}"));
    fresh_sign_in(cast, her).await?;
    verified(cast, her, &done.text_at("/certificate_id")).await
}

/// She reads the certificate, and anybody to whom she gives number and code verifies it.
async fn verified(cast: &Cast, her: &Party, id: &str) -> Result<(), CommandError> {
    let certificate = her.app.caller.get(&format!("/v1/certificates/{id}")).await?;
    expect("the certificate", certificate.status, 200, &certificate)?;
    let shown =
        json!({"number": certificate.text_at("/number"), "code": certificate.text_at("/code")});
    let anybody = Caller::new(&cast.url)?;
    let verified = anybody.post("/v1/certificate-verifications", &shown).await?;
    expect("the verification", verified.status, 200, &verified)?;
    let said = format!(
        "{}: {} {}; no names",
        verified.text_at("/status"),
        verified.text_at("/title"),
        verified.text_at("/statements/0/value")
    );
    step("anybody", "verifies it by number and code", &said);
    Ok(())
}

async fn party(cast: &Cast, which: usize, sex: &'static str) -> Result<Party, CommandError> {
    let (email, _, number) = *DEMO_CITIZENS.get(which).ok_or("no such demo citizen")?;
    Ok(Party { app: sign_in(cast, email).await?, email, number, sex })
}

/// A fresh proof for the case.
async fn prove(cast: &Cast, party: &Party, case: &str) -> Result<Caller, CommandError> {
    // A code may be asked for once a minute.
    cast.clock.advance(TimeDelta::seconds(61));
    let newest = || find_letter(&cast.letters, party.email, "to sign a statement");
    let before = newest();
    let mut wanted = json!({"purpose": "marriage.sign", "object": case});
    let sent = party.app.caller.post("/v1/step-ups/codes", &wanted).await?;
    expect("a code for it", sent.status, 202, &sent)?;
    let letter = wait("a letter with a code", || {
        std::future::ready(Ok(newest().filter(|letter| before.as_ref() != Some(letter))))
    })
    .await?;
    if let Some(members) = wanted.as_object_mut() {
        members.insert("code".to_owned(), code_in(&letter).ok_or("no code")?.into());
        let document = json!({"type": "resident_id", "number": party.number});
        members.insert("document".to_owned(), document);
    }
    let proven = party.app.caller.post("/v1/step-ups", &wanted).await?;
    expect("the proof", proven.status, 201, &proven)?;
    Ok(party.app.caller.with_token(proven.text_at("/access_token")))
}

/// The app stays signed in.
async fn fresh(party: &mut Party) -> Result<(), CommandError> {
    let refreshed = party.app.refresh().await?;
    expect("the app stays signed in", refreshed.status, 200, &refreshed)
}

async fn fresh_sign_in(cast: &Cast, party: &mut Party) -> Result<(), CommandError> {
    party.app = sign_in(cast, party.email).await?;
    Ok(())
}

/// Moves time to an hour of UTC on a day.
fn until(cast: &Cast, day: NaiveDate, hour: u32) -> Result<(), CommandError> {
    let at = day.and_hms_opt(hour, 0, 0).ok_or("no such hour")?.and_utc();
    cast.clock.advance(at - cast.clock.now());
    Ok(())
}

/// The next one that is some days away, by the calendar of Shanghai.
fn next_20_may(today: DateTime<Utc>) -> Result<NaiveDate, CommandError> {
    let today = today.date_naive();
    let of = |year| NaiveDate::from_ymd_opt(year, 5, 20);
    let next = of(today.year()).filter(|day| *day > today + Days::new(7));
    Ok(next.or_else(|| of(today.year() + 1)).ok_or("no such day")?)
}
