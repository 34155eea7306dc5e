//! Results of examinations, as a hospital's laboratory pushes them: one out of the usual, one that is
//! critical, and one that is corrected.

use std::{fs, path::PathBuf};

use chrono::TimeDelta;
use citygate_hospital::HOSPITAL;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Cast, EMAIL, ID_NUMBER, NAME, chapter, expect, expect_text, hospital::later, note, step, wait,
};
use crate::{
    commands::CommandError,
    demo::{
        actors::{CitizenApp, Reply, code_in, find_letter, invitation_in},
        laboratory::{
            BLOOD_COUNT, ELECTROLYTES, Examination, FHIR_JSON, Item, Named, Report, created, order,
            report, sign, transaction,
        },
    },
};

/// A doctor of the demo hospital.
pub(in crate::demo) const CLINICIAN: &str = "lin.yan@hospital.example";
const PASSWORD: &str = "correct horse battery staple";
const PHONE: &str = "+8613800138000";

const HEMOGLOBIN_LOW: Item = Item {
    code: ("718-7", "血红蛋白"),
    value: "108",
    unit: "g/L",
    range: ("115", "150"),
    flag: "L",
};
const POTASSIUM_CRITICAL: Item = Item {
    code: ("2823-3", "钾"),
    value: "6.8",
    unit: "mmol/L",
    range: ("3.5", "5.3"),
    flag: "HH",
};
pub(super) const HEMOGLOBIN_RIGHT: Item = Item { value: "128", flag: "N", ..HEMOGLOBIN_LOW };

const PATIENT: Named<'static> = Named { id_number: ID_NUMBER, name: NAME };

/// What a version of a report is about.
struct Pushed {
    number: &'static str,
    code: Examination,
    status: &'static str,
    item: Item,
}

/// From the laboratory to the phone, three times.
pub(super) async fn three_results(
    cast: &mut Cast,
    people: &mut [CitizenApp],
) -> Result<(), CommandError> {
    chapter("10. Results: one out of the usual, one critical, one corrected");
    later(cast, people, TimeDelta::hours(1)).await?;
    let (first, others) = people.split_first_mut().ok_or("nobody is there")?;
    abnormal(cast, first).await?;
    critical(cast, first).await?;
    corrected(cast, first).await?;
    other_people_see_nothing(first, others).await
}

async fn abnormal(cast: &Cast, patient: &CitizenApp) -> Result<(), CommandError> {
    let early = push(cast, &blood_count("final", HEMOGLOBIN_LOW), "early").await?;
    expect("a result before its order", early.status, 202, &early)?;
    step("hospital", "pushes a blood count (FHIR R4) before its order", &outcome(&early));
    place_order(cast, "BC-1", BLOOD_COUNT).await?;
    let listed = wait("the result", async || {
        let list = patient.caller.get("/v1/results").await?;
        Ok((list.text_at("/items/0/state") == "released").then_some(list))
    })
    .await?;
    step("hospital", "pushes the order", "the result that waited is filed");
    let id = listed.text_at("/items/0/id");
    let refused = patient.caller.get(&format!("/v1/results/{id}")).await?;
    expect("a result without a proof", refused.status, 401, &refused)?;
    let shown = read(cast, patient, &id).await?;
    let item = |member: &str| shown.text_at(&format!("/items/0/{member}"));
    let what = format!("{} {} {}", item("name"), item("value"), item("unit"));
    step("patient", "proves herself anew and reads", &what);
    note(&format!("{}, usual {}", item("flag/text"), item("range")));
    note(&shown.text_at("/advice"));
    let picture = patient.caller.get(&format!("/v1/results/{id}/trend.svg?item=1")).await?;
    expect("the trend", picture.status, 200, &picture)?;
    let path = format!("/v1/results/{id}/document.pdf");
    let document = patient.caller.request(Method::GET, &path).send().await?.bytes().await?;
    if !document.starts_with(b"%PDF-") {
        return Err("the document is no PDF".into());
    }
    let sizes = format!("a trend of {} bytes, a PDF of {}", picture.text.len(), document.len());
    step("patient", "has five minutes to take it along", &sizes);
    Ok(())
}

async fn critical(cast: &Cast, patient: &CitizenApp) -> Result<(), CommandError> {
    let clinician = at_the_desk(cast, &DOCTOR).await?;
    place_order(cast, "EL-1", ELECTROLYTES).await?;
    let pushed =
        Pushed { number: "EL-1", code: ELECTROLYTES, status: "final", item: POTASSIUM_CRITICAL };
    let reply = push(cast, &pushed, "critical").await?;
    expect("a critical result", reply.status, 200, &reply)?;
    let before = patient.caller.get("/v1/results").await?;
    expect_text("the patient waits", &before.text_at("/items/0/state"), "clinician_first")?;
    step("hospital", "pushes a potassium of 6.8", "a doctor has to look first");
    note(&before.text_at("/items/0/notice"));
    let path = format!("/v1/results/agencies/{HOSPITAL}");
    let waiting = clinician.caller.get(&format!("{path}/waiting")).await?;
    expect("what waits", waiting.status, 200, &waiting)?;
    let id = waiting.text_at("/items/0/report_id");
    let by = waiting.text_at("/items/0/release/acknowledge_by");
    let body = json!({"version": 1, "read_back": "钾 6.8 mmol/L"});
    let path = format!("{path}/reports/{id}/acknowledgements");
    let taken = clinician.caller.post_once(&path, "read-back", &body).await?;
    expect("the acknowledgement", taken.status, 200, &taken)?;
    step("doctor", "reads it back", &format!("it was to be done by {by}"));
    let after = patient.caller.get("/v1/results").await?;
    expect_text("the patient may read", &after.text_at("/items/0/state"), "released")?;
    step("patient", "may read it now", &after.text_at("/items/0/title"));
    Ok(())
}

async fn corrected(cast: &Cast, patient: &CitizenApp) -> Result<(), CommandError> {
    cast.clock.advance(TimeDelta::minutes(2));
    let reply = push(cast, &blood_count("corrected", HEMOGLOBIN_RIGHT), "right").await?;
    expect("a correction", reply.status, 200, &reply)?;
    let again = push(cast, &blood_count("corrected", HEMOGLOBIN_RIGHT), "right").await?;
    expect("the same again", again.status, 401, &again)?;
    step("hospital", "corrects the blood count", "and cannot use a signature twice");
    wait("a letter", || {
        std::future::ready(Ok(find_letter(&cast.letters, EMAIL, "that you have read has changed")))
    })
    .await?;
    let list = patient.caller.get("/v1/results").await?;
    let id = list.text_at("/items/1/id");
    let shown = read(cast, patient, &id).await?;
    expect_text("the value", &shown.text_at("/items/0/value"), "128")?;
    step("patient", "is told by letter, and reads", &shown.text_at("/items/0/value"));
    let ledger = patient.caller.get("/v1/me/accesses").await?;
    expect("the ledger of accesses", ledger.status, 200, &ledger)?;
    step("patient", "sees who has read her results", &ledger.text_at("/items/0/action/text"));
    Ok(())
}

async fn other_people_see_nothing(
    patient: &CitizenApp,
    others: &[CitizenApp],
) -> Result<(), CommandError> {
    let list = patient.caller.get("/v1/results").await?;
    let id = list.text_at("/items/0/id");
    for other in others {
        let path = format!("/v1/results/{id}/trend?item=1");
        let refused = other.caller.get(&path).await?;
        expect("somebody else's result", refused.status, 404, &refused)?;
    }
    step("others", "try the address of her result", "there is no such thing");
    Ok(())
}

fn blood_count(status: &'static str, item: Item) -> Pushed {
    Pushed { number: "BC-1", code: BLOOD_COUNT, status, item }
}

async fn place_order(cast: &Cast, number: &str, code: Examination) -> Result<(), CommandError> {
    let name = "urn:uuid:00000000-0000-4000-8000-000000000001";
    let entry = created(name, "ServiceRequest", order(number, PATIENT, code));
    let placed = send(cast, &transaction(vec![entry]), &format!("order-{number}")).await?;
    expect("an order", placed.status, 200, &placed)
}

/// Pushes a version, signed. A nonce works once.
async fn push(cast: &Cast, pushed: &Pushed, nonce: &str) -> Result<Reply, CommandError> {
    let version = Report {
        order_no: pushed.number,
        report_no: pushed.number,
        patient: PATIENT,
        status: pushed.status,
        issued: cast.clock.now(),
        code: pushed.code,
        items: &[pushed.item],
    };
    send(cast, &transaction(report(&version)), nonce).await
}

/// The hospital's systems send a Bundle, signed.
pub(super) async fn send(cast: &Cast, bundle: &Value, nonce: &str) -> Result<Reply, CommandError> {
    let body = serde_json::to_vec(bundle)?;
    let proof = sign(&cast.hospital, "/fhir/r4", &body, nonce, &cast.clock)?;
    let caller = &cast.hospital.caller;
    let request = caller
        .request(Method::POST, "/fhir/r4")
        .header("Content-Type", FHIR_JSON)
        .header("Content-Digest", proof.content_digest)
        .header("Signature-Input", proof.input)
        .header("Signature", proof.signature);
    caller.send(request.body(body)).await
}

/// What an OperationOutcome says.
fn outcome(reply: &Reply) -> String {
    reply.text_at("/issue/0/details/text")
}

/// Reads a result with a fresh proof for it.
async fn read(cast: &Cast, patient: &CitizenApp, id: &str) -> Result<Reply, CommandError> {
    // A code may be asked for once a minute.
    cast.clock.advance(TimeDelta::seconds(61));
    let newest = || find_letter(&cast.letters, EMAIL, "to show a result");
    let before = newest();
    let purpose = json!({"purpose": "health_result.read", "object": id});
    let sent = patient.caller.post("/v1/step-ups/codes", &purpose).await?;
    expect("a code for it", sent.status, 202, &sent)?;
    let letter = wait("a letter with a code", || {
        std::future::ready(Ok(newest().filter(|letter| before.as_ref() != Some(letter))))
    })
    .await?;
    let proof = json!({
        "purpose": "health_result.read", "object": id,
        "code": code_in(&letter).ok_or("the letter has no code")?,
        "document": {"type": "resident_id", "number": ID_NUMBER},
    });
    let proven = patient.caller.post("/v1/step-ups", &proof).await?;
    expect("the proof", proven.status, 201, &proven)?;
    let raised = patient.caller.with_token(proven.text_at("/access_token"));
    let shown = raised.get(&format!("/v1/results/{id}")).await?;
    expect("the result", shown.status, 200, &shown)?;
    Ok(shown)
}

/// Somebody who acts for an agency.
pub(super) struct Duty {
    /// As the story calls them.
    pub who: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
}

const DOCTOR: Duty = Duty { who: "doctor", email: CLINICIAN, phone: PHONE };

/// Somebody who was invited takes on a role and signs in with two factors.
pub(super) async fn at_the_desk(cast: &Cast, duty: &Duty) -> Result<CitizenApp, CommandError> {
    let Duty { who, email, phone } = *duty;
    let before = short_messages(cast).len();
    let mut person = CitizenApp::new(&cast.url, email)?;
    let asked = person.ask_for_code().await?;
    expect("a code by mail", asked.status, 202, &asked)?;
    let letter = letter(cast, email, "Your code to sign in").await?;
    let signed_in = person.sign_in(&code_in(&letter).ok_or("no code")?).await?;
    expect("the sign-in", signed_in.status, 200, &signed_in)?;
    let invitation = self::letter(cast, email, "invites you to act").await?;
    let body = json!({"code": invitation_in(&invitation).ok_or("no code")?});
    let office = person.caller.post("/v1/staff-invitations/acceptances", &body).await?;
    expect("the invitation", office.status, 200, &office)?;
    let sent = person.caller.post("/v1/me/phone/codes", &json!({"phone": phone})).await?;
    expect("a code for the phone", sent.status, 202, &sent)?;
    let code = sms(cast, before + 1).await?;
    let body = json!({"challenge": sent.text_at("/challenge"), "code": code});
    let proven = person.caller.put("/v1/me/phone", &body).await?;
    expect("the phone", proven.status, 200, &proven)?;
    let set = person.caller.put("/v1/me/password", &json!({"password": PASSWORD})).await?;
    expect("a password", set.status, 200, &set)?;
    cast.clock.advance(TimeDelta::seconds(61));
    let mut desk = CitizenApp::new(&cast.url, phone)?;
    let asked = desk.ask_for_code().await?;
    expect("a code by short message", asked.status, 202, &asked)?;
    let code = sms(cast, before + 2).await?;
    let body = json!({"challenge": desk.challenge, "code": code, "password": PASSWORD});
    let signed_in = desk.caller.post("/v1/sign-in", &body).await?;
    expect("two factors", signed_in.status, 200, &signed_in)?;
    desk.caller.token = Some(signed_in.text_at("/access_token"));
    step(who, "takes on the role and signs in with two factors", &office.text_at("/role"));
    Ok(desk)
}

async fn letter(cast: &Cast, to: &str, containing: &str) -> Result<String, CommandError> {
    wait("a letter", || std::future::ready(Ok(find_letter(&cast.letters, to, containing)))).await
}

/// The code in the newest of so many short messages.
async fn sms(cast: &Cast, wanted: usize) -> Result<String, CommandError> {
    let file = wait("a short message", || {
        let files = short_messages(cast);
        let newest = files.last().filter(|_| files.len() >= wanted);
        std::future::ready(Ok(newest.and_then(|path| fs::read_to_string(path).ok())))
    })
    .await?;
    // Of the file, the text alone: numbers and instants have digits of their own.
    let message: Value = serde_json::from_str(&file)?;
    let code = message.get("text").and_then(Value::as_str).and_then(code_in);
    code.ok_or_else(|| "the message has no code".into())
}

/// The short messages that were sent, oldest first.
fn short_messages(cast: &Cast) -> Vec<PathBuf> {
    let files = fs::read_dir(&cast.messages).into_iter().flatten().flatten();
    let mut files: Vec<_> = files.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
