//! Thousands of results, pushed at least once, in any order, some of them wrong: what is on record at
//! the end is exactly what it should be.
//!
//! A short form runs with the other tests. The long one, of thirty thousand pushes:
//! `CITYGATE_PUSHES=30000 cargo test --test api results_pushes`

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::{
    self,
    actors::{Reply, System},
    laboratory::{self, BLOOD_COUNT, FHIR_JSON, Item, Named, Report, created, transaction},
};
use citygate_hospital::HOSPITAL;
use citygate_kernel::Clock;
use futures_util::{StreamExt, stream};
use reqwest::Method;

use crate::support::TestApp;

/// How many pushes are under way at the same time.
const AT_ONCE: usize = 24;
/// People whom the reports are about.
const PEOPLE: usize = 50;
/// Each version is pushed so often.
const COPIES: usize = 3;

/// What a push says and how it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    BadSignature,
    Stale,
    OtherPatient,
}

/// A version of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    report: usize,
    /// In the order in which they were issued.
    number: usize,
}

#[derive(Debug, Clone, Copy)]
struct Push {
    version: Version,
    copy: usize,
    fault: Fault,
}

/// Numbers without a pattern that are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// A report has one to three versions: preliminary, final, corrected.
fn versions_of(report: usize) -> usize {
    1 + report % 3
}

const STATUSES: [&str; 3] = ["preliminary", "final", "corrected"];
const VALUES: [&str; 3] = ["4.8", "5.1", "5.9"];

/// All pushes, shuffled. The first copy of a version is right; of the others, one in five or so of
/// each kind of fault makes five of a hundred pushes.
fn pushes(wanted: usize, dice: &mut Dice) -> Vec<Push> {
    let mut all = Vec::new();
    let mut report = 0;
    while all.len() + COPIES <= wanted {
        for number in 0..versions_of(report) {
            for copy in 0..COPIES {
                let fault = match (copy, dice.roll(40)) {
                    (0, _) | (_, 9..) => Fault::None,
                    (_, 0..3) => Fault::BadSignature,
                    (_, 3..6) => Fault::Stale,
                    (_, 6..9) => Fault::OtherPatient,
                };
                all.push(Push { version: Version { report, number }, copy, fault });
            }
        }
        report += 1;
    }
    for at in (1..all.len()).rev() {
        all.swap(at, dice.roll(at + 1));
    }
    all
}

/// The resident number of somebody: GB 11643 with its check character.
fn id_number(n: usize) -> String {
    let digits = format!("33010619700101{n:03}");
    let weigh = |(at, digit): (usize, char)| {
        digit.to_digit(10).unwrap() * (2_u32.pow(17 - u32::try_from(at).unwrap()) % 11)
    };
    let sum: u32 = digits.chars().enumerate().map(weigh).sum();
    format!("{digits}{}", &"10X98765432"[usize::try_from(sum % 11).unwrap()..][..1])
}

fn order_no(report: usize) -> String {
    format!("PUSH-O-{report}")
}

fn report_no(report: usize) -> String {
    format!("PUSH-R-{report}")
}

/// The body of a push. Each version has its instant and its value.
fn body(push: &Push, began: DateTime<Utc>) -> Vec<u8> {
    let Version { report, number } = push.version;
    let whose = if push.fault == Fault::OtherPatient { report + 1 } else { report };
    let items = [Item {
        code: ("718-7", "血红蛋白"),
        value: VALUES[number],
        unit: "mmol/L",
        range: ("3.5", "5.5"),
        flag: "N",
    }];
    let version = Report {
        order_no: &order_no(report),
        report_no: &report_no(report),
        patient: Named { id_number: &id_number(whose % PEOPLE), name: "某人" },
        status: STATUSES[number],
        issued: began + TimeDelta::minutes(i64::try_from(number).unwrap()),
        code: BLOOD_COUNT,
        items: &items,
    };
    serde_json::to_vec(&transaction(laboratory::report(&version))).unwrap()
}

async fn send(system: &System, push: &Push, clock: &Clock, began: DateTime<Utc>) -> Reply {
    let body = body(push, began);
    let Push { version: Version { report, number }, copy, fault } = push;
    let nonce = format!("{report}-{number}-{copy}");
    let signed = if *fault == Fault::BadSignature { b"{}".as_slice() } else { &body };
    let then = match fault {
        Fault::Stale => Clock::manual(clock.now() - TimeDelta::seconds(301)),
        Fault::None | Fault::BadSignature | Fault::OtherPatient => clock.clone(),
    };
    push_signed(system, &body, signed, &nonce, &then).await
}

async fn push_signed(
    system: &System,
    body: &[u8],
    signed: &[u8],
    nonce: &str,
    clock: &Clock,
) -> Reply {
    let proof = laboratory::sign(system, "/fhir/r4", signed, nonce, clock).unwrap();
    // The digest is that of the body: what is wrong is the signature alone.
    let right = laboratory::sign(system, "/fhir/r4", body, nonce, clock).unwrap();
    let request = system
        .caller
        .request(Method::POST, "/fhir/r4")
        .header("Content-Type", FHIR_JSON)
        .header("Content-Digest", right.content_digest)
        .header("Signature-Input", proof.input)
        .header("Signature", proof.signature)
        .body(body.to_vec());
    system.caller.send(request).await.unwrap()
}

/// What the hospital ordered, a hundred at a time.
async fn place_orders(system: &System, reports: usize, clock: &Clock) {
    for (n, hundred) in (0..reports).collect::<Vec<_>>().chunks(100).enumerate() {
        let order = |report: &usize| {
            let number = id_number(report % PEOPLE);
            let patient = Named { id_number: &number, name: "某人" };
            let order = laboratory::order(&order_no(*report), patient, BLOOD_COUNT);
            created(
                &format!("urn:uuid:00000000-0000-4000-8000-{report:012x}"),
                "ServiceRequest",
                order,
            )
        };
        let body = serde_json::to_vec(&transaction(hundred.iter().map(order).collect())).unwrap();
        let reply = push_signed(system, &body, &body, &format!("orders-{n}"), clock).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_order_and_the_faults_the_final_set_is_exactly_what_was_issued() {
    let wanted = std::env::var("CITYGATE_PUSHES").map_or(900, |text| text.parse().unwrap());
    let seed = std::env::var("CITYGATE_SEED").map_or(7, |text| text.parse().unwrap());
    println!("SEED={seed}");
    let app = TestApp::start().await;
    let system = app.system_of(HOSPITAL, demo::HOSPITAL_SCOPES).await;
    let mut sql = app.sql().await;
    sql.run("UPDATE exchange.participants SET signs = true").await;
    let pushes = pushes(wanted, &mut Dice(seed));
    let reports = 1 + pushes.iter().map(|push| push.version.report).max().unwrap();
    place_orders(&system, reports, &app.clock).await;

    let (clock, began) = (app.clock.clone(), app.clock.now());
    let answers: Vec<(Push, u16)> = stream::iter(pushes)
        .map(|push| {
            let (system, clock) = (system.clone(), clock.clone());
            async move { (push, send(&system, &push, &clock, began).await) }
        })
        .map(|sent| async {
            let (push, reply) = sent.await;
            let right = match push.fault {
                Fault::None => reply.status == 200,
                Fault::BadSignature | Fault::Stale => reply.status == 401,
                Fault::OtherPatient => reply.status == 422,
            };
            assert!(right, "{push:?}: {} {}", reply.status, reply.text);
            (push, reply.status)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;

    let of = |fault: Fault| answers.iter().filter(|(push, _)| push.fault == fault).count();
    let (bad, stale, other) = (of(Fault::BadSignature), of(Fault::Stale), of(Fault::OtherPatient));
    println!("{} pushes: {bad} badly signed, {stale} stale, {other} of others", answers.len());
    assert_eq!(sql.count("exchange.refusals").await, bad + stale);
    assert_eq!(sql.count("exchange.holds WHERE state = 'held'").await, other);
    assert_eq!(sql.count("results.reports").await, reports);
    let versions: BTreeSet<Version> = answers.iter().map(|(push, _)| push.version).collect();
    assert_eq!(sql.count("results.report_versions").await, versions.len());

    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for Version { report, number } in versions {
        last.insert(report, number);
    }
    for (report, number) in last {
        let path = format!("/fhir/r4/DiagnosticReport?identifier={}", report_no(report));
        let found = system.caller.get(&path).await.unwrap();
        assert_eq!(found.text_at("/entry/0/resource/status"), STATUSES[number], "{}", found.text);
        assert_eq!(found.text_at("/entry/1/resource"), "", "one report of a number");
        let id = found.text_at("/entry/0/resource/result/0/reference");
        let item = system.caller.get(&format!("/fhir/r4/{id}")).await.unwrap();
        assert_eq!(item.text_at("/valueQuantity/value"), VALUES[number], "{}", item.text);
    }
    app.finish().await;
}
