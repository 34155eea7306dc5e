//! An agency lists a service by a file, and somebody applies, pays and has the answer the same hour:
//! the commands that it takes, with what comes back.

use chrono::{Days, TimeDelta};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{DEMO_CITIZENS, StaffRole};
use citygate_kernel::{CityCode, Text};
use serde_json::{Value, json};

use super::{
    Cast, chapter, expect, expect_text,
    hospital::sign_in,
    money, note,
    results::{Duty, at_the_desk},
    step, wait,
};
use crate::{
    commands::CommandError,
    demo::{
        actors::{Caller, CitizenApp, Reply},
        invite,
    },
};

/// What the agency lists.
const FILE: &str = include_str!("../listings/stall_permit.toml");

const AUTHOR: Duty = Duty { who: "editor", email: "wu.min@xihu.example", phone: "+8613700137001" };
const REVIEWER: Duty =
    Duty { who: "editor", email: "he.qing@xihu.example", phone: "+8613700137002" };
const DECIDER: Duty = Duty { who: "clerk", email: "tang.bo@xihu.example", phone: "+8613700137003" };

/// Commands, counted.
struct Commands(usize);

impl Commands {
    fn show(&mut self, line: &str, answer: &str) {
        self.0 += 1;
        println!("  {:<8} $ {line}", self.0);
        println!("           → {answer}");
    }
}

/// Who acts for the agency.
struct Desks {
    agency: AgencyId,
    author: Caller,
    reviewer: Caller,
    clerk: Caller,
}

/// From a file to a permit.
pub(super) async fn a_service_is_listed(cast: &Cast) -> Result<(), CommandError> {
    chapter("14. An agency lists a service, and somebody uses it the same hour");
    let desks = desks(cast).await?;
    let mut commands = Commands(0);
    commands.show("make run", &format!("this city, at {}", cast.url));
    faults_are_told(&desks).await?;
    let listing = listed(&desks, &mut commands).await?;
    let (email, _, _) = *DEMO_CITIZENS.first().ok_or("no such demo citizen")?;
    let citizen = sign_in(cast, email).await?;
    may_i(&citizen, &listing).await?;
    let application = lodged(cast, (&citizen, &listing), &mut commands).await?;
    decided(&desks, &application, &mut commands).await?;
    outcome(&citizen, &application, &mut commands).await?;
    let needed = commands.0;
    if needed >= 10 {
        return Err(format!("{needed} commands are not under ten").into());
    }
    note(&format!("{needed} commands, from an empty machine to a decided application"));
    Ok(())
}

/// The agency, as `citygate agency add` lists it, and its people, as `citygate staff invite` asks
/// them in.
async fn desks(cast: &Cast) -> Result<Desks, CommandError> {
    let agency = AgencyId::new(CityCode::HANGZHOU, &cast.clock);
    let name = Text::new("Xihu District Urban Management", "杭州市西湖区城市管理局");
    let new = Agency { id: agency, name };
    let added = cast.cx.db.tx("demo.add_agency", async |tx| add_agency(tx, &new).await).await;
    added?;
    let mut callers = Vec::new();
    for (duty, role) in
        [(&AUTHOR, StaffRole::Editor), (&REVIEWER, StaffRole::Editor), (&DECIDER, StaffRole::Clerk)]
    {
        invite(&cast.cx, agency, duty.email, role).await?;
        callers.push(at_the_desk(cast, duty).await?.caller);
    }
    let mut callers = callers.into_iter();
    let mut next = || callers.next().ok_or("nobody is there");
    Ok(Desks { agency, author: next()?, reviewer: next()?, clerk: next()? })
}

/// A file with a mistake is told where.
async fn faults_are_told(desks: &Desks) -> Result<(), CommandError> {
    let broken = FILE.replacen("amount_minor = 6_000", "amount_minor = \"sixty\"", 1);
    let path = format!("/v1/agencies/{}/listings/check", desks.agency);
    let checked = desks.author.post(&path, &json!({"file": broken})).await?;
    expect("the check", checked.status, 200, &checked)?;
    let fault = |member: &str| checked.text_at(&format!("/faults/0/{member}"));
    let said = format!("line {}, {}: {}", fault("line"), fault("pointer"), fault("text"));
    if checked.body.pointer("/faults/0").is_none() {
        return Err("an amount in words is a fault".into());
    }
    step("editor", "has a draft with an amount in words checked (citygate listing check)", &said);
    let checked = desks.author.post(&path, &json!({"file": FILE})).await?;
    expect_text("the file", &checked.text_at("/faults"), "[]")?;
    Ok(())
}

/// One writes it, another publishes it.
async fn listed(desks: &Desks, commands: &mut Commands) -> Result<String, CommandError> {
    let path = format!("/v1/agencies/{}/listings", desks.agency);
    let submitted = desks.author.post_once(&path, "story-listing", &json!({"file": FILE})).await?;
    expect("the file", submitted.status, 201, &submitted)?;
    let listing = submitted.text_at("/listing_id");
    let what = format!(
        "{listing}, version {}, {}",
        submitted.text_at("/version"),
        submitted.text_at("/state")
    );
    let Desks { agency, author, .. } = desks;
    let to = format!("--url {} --agency {agency}", author.url);
    commands.show(&format!("citygate listing submit stall_permit.toml {to}"), &what);
    let publish = format!("{path}/{listing}/versions/1/publish");
    let own = desks.author.post(&publish, &Value::Null).await?;
    expect("publishing one's own", own.status, 409, &own)?;
    note(&format!("its author cannot publish it: {}", own.text_at("/title")));
    let published = desks.reviewer.post(&publish, &Value::Null).await?;
    expect("the publication", published.status, 200, &published)?;
    commands.show(&format!("curl -X POST …{}", tail(&publish)), &published.text_at("/state"));
    Ok(listing)
}

/// What stands behind the agency in a path.
fn tail(path: &str) -> String {
    path.split_once("/listings/").map_or_else(
        || path.to_owned(),
        |(_, tail)| {
            let (id, rest) = tail.split_once('/').unwrap_or((tail, ""));
            let id: String = id.chars().take(9).collect();
            format!("/listings/{id}…/{rest}")
        },
    )
}

/// What the citizen is told before anything is begun.
async fn may_i(citizen: &CitizenApp, listing: &str) -> Result<(), CommandError> {
    let path = format!("/v1/listings/{listing}/precheck");
    let asked = citizen.caller.get(&path).await?;
    expect("the question", asked.status, 200, &asked)?;
    expect_text("one thing is open", &asked.text_at("/may"), "open")?;
    step("citizen", "asks whether she may", &asked.text_at("/questions/0/question"));
    let said = json!({
        "facts": {"age": 36, "document_type": "resident_id", "runs_it_alone": true},
        "form": {"goods": "flowers", "power": true},
    });
    let told = citizen.caller.post(&path, &said).await?;
    expect("the answer", told.status, 200, &told)?;
    expect_text("she may", &told.text_at("/may"), "yes")?;
    let answer = format!(
        "she may, for {}, and is answered by {}",
        money(&told, "/fee_total"),
        told.text_at("/deadline/on")
    );
    step("citizen", "says that she will run it herself", &answer);
    note(&told.text_at("/deadline/explanation"));
    Ok(())
}

/// She applies and pays.
async fn lodged(
    cast: &Cast,
    (citizen, listing): (&CitizenApp, &str),
    commands: &mut Commands,
) -> Result<String, CommandError> {
    let begins = (cast.clock.now() + TimeDelta::hours(8)).date_naive() + Days::new(14);
    let body = json!({
        "listing_id": listing,
        "form": {
            "street": "古墩路", "goods": "flowers", "begins_on": begins, "square_metres": 2,
            "power": true,
        },
        "facts": {"runs_it_alone": true},
        "documents": [{
            "code": "stall_photo", "reference": "摊位照片", "sha256": "5e".repeat(32),
        }],
        "delivery": "electronic",
    });
    let path = "/v1/applications";
    let lodged = citizen.caller.post_once(path, "story-stall", &body).await?;
    expect("the application", lodged.status, 201, &lodged)?;
    let owed = lodged.body.pointer("/fee/amount").ok_or("no fee")?;
    let what = format!("{}, {}", lodged.text_at("/state_name"), money(&lodged, "/fee/amount"));
    commands.show("curl -X POST …/v1/applications -d @application.json", &what);
    let bill = lodged.text_at("/fee/bill_id");
    let path = format!("/v1/bills/{bill}/payments");
    let paid =
        citizen.caller.post_once(&path, "story-stall-fee", &json!({"expected": owed})).await?;
    expect("the payment", paid.status, 201, &paid)?;
    let receipt = format!("{}, receipt {}", money(&paid, "/total"), paid.text_at("/id"));
    commands.show("curl -X POST …/v1/bills/…/payments", &receipt);
    Ok(lodged.text_at("/id"))
}

/// The clerk does both steps and grants it.
async fn decided(
    desks: &Desks,
    application: &str,
    commands: &mut Commands,
) -> Result<(), CommandError> {
    let path = format!("/v1/applications/agencies/{}/applications/{application}", desks.agency);
    for code in ["inspection", "notice"] {
        let finish = format!("{path}/finish-step");
        let body = json!({"step": code});
        // The agency has it a moment after the fee was paid.
        let done = wait("the fee", async || {
            let done = desks.clerk.post(&finish, &body).await?;
            Ok((done.status != 409).then_some(done))
        })
        .await?;
        expect("a step", done.status, 200, &done)?;
        let line = format!("curl -X POST …/finish-step -d '{}'", body);
        commands.show(&line, &done.text_at("/state_name"));
    }
    let granted = desks.clerk.post(&format!("{path}/approve"), &Value::Null).await?;
    expect("the decision", granted.status, 200, &granted)?;
    commands.show("curl -X POST …/approve", &granted.text_at("/state_name"));
    Ok(())
}

/// She reads what came of it.
async fn outcome(
    citizen: &CitizenApp,
    application: &str,
    commands: &mut Commands,
) -> Result<(), CommandError> {
    let read: Reply = citizen.caller.get(&format!("/v1/applications/{application}")).await?;
    expect("the application", read.status, 200, &read)?;
    expect_text("it is granted", &read.text_at("/outcome/granted"), "true")?;
    let permit = format!(
        "{}, permit {}, valid until {}",
        read.text_at("/state_name"),
        read.text_at("/outcome/number"),
        read.text_at("/outcome/valid_until")
    );
    commands.show("curl …/v1/applications/…", &permit);
    Ok(())
}
