//! A place at an hour: claimed, paid, given up, waited for.

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_booking::{
    Allocation, Channel, Claims, DayPart, NewSession, NewSlot, SessionFilter, open_session,
    sessions,
};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Currency, Locale, Money, Text};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{TestApp, refused};

/// A session of another agency than those of the demo city, for CNY 25.00.
pub struct Clinic {
    pub session: String,
    pub slots: Vec<String>,
}

impl TestApp {
    /// Opens a session of the day after tomorrow.
    pub async fn clinic(&self, places: &[u16]) -> Clinic {
        let agency = self.other_agency().await;
        let on = self.today() + TimeDelta::days(2);
        let eight: DateTime<Utc> = on.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let slot = |(n, places): (i32, &u16)| NewSlot {
            starts_at: eight + TimeDelta::minutes(30) * n,
            ends_at: eight + TimeDelta::minutes(30) * (n + 1),
            places: vec![(Channel::App, *places)],
        };
        let unit = AgencyId::new(CityCode::HANGZHOU, &self.clock).uuid();
        let new = NewSession {
            agency,
            service: "hospital",
            external_no: "C-1".to_owned(),
            unit,
            provider: None,
            grade: "expert".to_owned(),
            title: Text::new("Cardiology, expert clinic", "心内科专家门诊"),
            place: Text::new("Building 2, floor 3", "2号楼3层"),
            on,
            part: DayPart::Morning,
            slots: (0..).zip(places).map(slot).collect(),
            fee: Money::new(2_500, Currency::Cny),
            allocation: Allocation::FirstCome,
            claims: Claims::Open,
        };
        let (units, providers) = (vec![unit], Vec::new());
        let (city, service) = (CityCode::HANGZHOU, "hospital");
        let filter = SessionFilter { city, service, units, providers, from: on, to: on };
        let platform = &self.city().platform;
        let cx = platform.cx(Locale::En, "test");
        let opened = platform.db.tx("test.open_session", async |tx| {
            open_session(&cx, tx, &new).await?;
            sessions(tx, &filter).await
        });
        let view = opened.await.unwrap().remove(0);
        let slots = view.slots.iter().map(|slot| slot.id.to_string()).collect();
        Clinic { session: view.session.id.to_string(), slots }
    }

    async fn claims(&self, who: &CitizenApp, key: &str, slot: &str) -> Reply {
        let body = json!({"slot_id": slot});
        who.caller.post_once("/v1/appointments", key, &body).await.unwrap()
    }
}

async fn balance(who: &CitizenApp) -> String {
    who.caller.get("/v1/wallet").await.unwrap().text_at("/balance/amount_minor")
}

async fn pay(who: &CitizenApp, bill: &str) -> Reply {
    let path = format!("/v1/bills/{bill}/payments");
    who.caller.post_once(&path, bill, &json!({})).await.unwrap()
}

#[tokio::test]
async fn a_place_is_confirmed_by_its_payment_and_what_was_paid_comes_back() {
    let app = TestApp::start().await;
    let clinic = app.clinic(&[2]).await;
    let (first, second) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let before = balance(&first).await;
    let claimed = app.claims(&first, "c-1", &clinic.slots[0]).await;
    assert_eq!((claimed.status, claimed.text_at("/state").as_str()), (201, "held"));
    let again = app.claims(&first, "c-1", &clinic.slots[0]).await;
    assert_eq!(again.text, claimed.text, "one key, one answer");
    refused(&app.claims(&first, "c-2", &clinic.slots[0]).await, 409, "booking.has_one");

    let path = format!("/v1/appointments/{}", claimed.text_at("/id"));
    refused(&second.caller.get(&path).await.unwrap(), 404, "booking.appointment_unknown");
    let paid = pay(&first, &claimed.text_at("/bill_id")).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    // The bill knows before anybody has written it down.
    assert_eq!(first.caller.get(&path).await.unwrap().text_at("/state"), "booked");
    app.work().await;
    assert_eq!(first.caller.get(&path).await.unwrap().text_at("/state"), "booked");
    let letter = app.letter(&first.email, "Building 2");
    assert!(letter.contains("08:00"), "{letter}");

    let cancel = format!("{path}/cancel");
    let reply = second.caller.post_once(&cancel, "x", &json!(null)).await.unwrap();
    refused(&reply, 404, "booking.appointment_unknown");
    for _ in 0..2 {
        let reply = first.caller.post_once(&cancel, "x", &json!(null)).await.unwrap();
        assert_eq!((reply.status, reply.text_at("/state").as_str()), (200, "cancelled"));
    }
    assert_eq!(balance(&first).await, before);
    // The place cools, and is offered again after a while that nobody knows.
    let session = format!("/v1/sessions/{}", clinic.session);
    let free = async || app.anybody().get(&session).await.unwrap().text_at("/slots/0/free");
    assert_eq!(free().await, "1");
    app.later(TimeDelta::minutes(121));
    app.work().await;
    assert_eq!(free().await, "2");
    app.finish().await;
}

#[tokio::test]
async fn a_hold_that_is_not_paid_goes_to_whoever_waits() {
    let app = TestApp::start().await;
    let clinic = app.clinic(&[1]).await;
    let (mut first, mut second) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let held = app.claims(&first, "c-1", &clinic.slots[0]).await;
    assert_eq!(held.status, 201, "{}", held.text);
    refused(&app.claims(&second, "c-1", &clinic.slots[0]).await, 409, "booking.sold_out");
    let wait = format!("/v1/sessions/{}/waitlist-entries", clinic.session);
    let waits = second.caller.post_once(&wait, "w-1", &json!(null)).await.unwrap();
    assert_eq!((waits.status, waits.text_at("/state").as_str()), (201, "waiting"));
    assert_eq!(waits.text_at("/before"), "0");
    app.later(TimeDelta::minutes(15));
    for citizen in [&mut first, &mut second] {
        assert_eq!(citizen.refresh().await.unwrap().status, 200);
    }
    refused(&pay(&first, &held.text_at("/bill_id")).await, 409, "payments.bill_expired");
    let before = app.letters(&second.email, "");
    app.work().await;
    assert_eq!(app.letters(&second.email, ""), before + 1, "the offer");
    let offered = second.caller.get("/v1/appointments").await.unwrap();
    assert_eq!(offered.text_at("/items/0/state"), "held");
    assert_eq!(offered.text_at("/items/0/origin"), "waitlist");
    let paid = pay(&second, &offered.text_at("/items/0/bill_id")).await;
    assert_eq!(paid.status, 201, "{}", paid.text);
    app.work().await;
    let turns = second.caller.get("/v1/waitlist-entries").await.unwrap();
    assert_eq!(turns.text_at("/items/0/state"), "taken");
    app.finish().await;
}

/// The bill is the one arbiter, whoever asks first.
#[tokio::test(flavor = "multi_thread")]
async fn paying_and_giving_up_at_once_ends_in_one_of_both() {
    let app = TestApp::start().await;
    let clinic = app.clinic(&[1]).await;
    let who = app.demo_citizen(0).await;
    let before = balance(&who).await;
    let held = app.claims(&who, "c-1", &clinic.slots[0]).await;
    let cancel = format!("/v1/appointments/{}/cancel", held.text_at("/id"));
    let bill = held.text_at("/bill_id");
    let nothing = json!(null);
    let (paid, cancelled) =
        tokio::join!(pay(&who, &bill), who.caller.post_once(&cancel, "x", &nothing));
    assert_eq!(cancelled.unwrap().status, 200);
    assert!([201, 409].contains(&paid.status), "{}", paid.text);
    app.work().await;
    assert_eq!(balance(&who).await, before, "paid or not, nothing is lost");
    let path = format!("/v1/appointments/{}", held.text_at("/id"));
    assert_eq!(who.caller.get(&path).await.unwrap().text_at("/state"), "cancelled");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_claim_many_times_at_once_is_one_claim() {
    let app = TestApp::start().await;
    let clinic = app.clinic(&[3]).await;
    let who = app.demo_citizen(0).await;
    let claims = (0..20).map(|_| app.claims(&who, "c-1", &clinic.slots[0]));
    let replies = join_all(claims).await;
    let ids: std::collections::BTreeSet<String> = replies
        .iter()
        .filter(|reply| reply.status == 201)
        .map(|reply| reply.text_at("/id"))
        .collect();
    assert_eq!(ids.len(), 1);
    assert!(replies.iter().all(|reply| [201, 409].contains(&reply.status)));
    let mut sql = app.sql().await;
    assert_eq!(sql.count("booking.appointments").await, 1);
    app.finish().await;
}
