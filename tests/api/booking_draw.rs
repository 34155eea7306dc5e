//! A draw, over HTTP: entered, drawn, and checked by whoever wants to.

use chrono::TimeDelta;
use citygate::demo::actors::{CitizenApp, Reply};
use citygate_booking::{
    Allocation, Channel, Claims, DayPart, NewSession, NewSlot, Session, SessionView, open_session,
    sessions,
};
use citygate_catalogue::AgencyId;
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{CityCode, Currency, Money, Text};
use serde_json::{Value, json};

use crate::support::{TestApp, refused};

/// A morning so many days from now, with one slot for so many.
pub fn morning(app: &TestApp, agency: AgencyId, days: i64, places: u16) -> NewSession {
    let on = app.today() + TimeDelta::days(days);
    let starts_at = on.and_hms_opt(0, 0, 0).unwrap().and_utc();
    NewSession {
        agency,
        service: "hospital",
        external_no: format!("{on}"),
        // Its one department.
        unit: agency.uuid(),
        provider: None,
        grade: "general".to_owned(),
        title: Text::new("Cardiology", "心内科"),
        place: Text::new("Building 2, floor 3", "2号楼3层"),
        on,
        part: DayPart::Morning,
        slots: vec![NewSlot {
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(30),
            places: vec![(Channel::App, places)],
        }],
        fee: Money::new(0, Currency::Cny),
        allocation: Allocation::FirstCome,
        claims: Claims::Open,
    }
}

/// Opens a session, as the agency's service does.
pub async fn open(app: &TestApp, new: &NewSession) -> Session {
    let cx = app.city().cx();
    let opened = cx.db.tx("test.open", async |tx| open_session(&cx, tx, new).await);
    opened.await.unwrap().0
}

/// The first slot of a session.
pub async fn first_slot(app: &TestApp, session: &Session) -> String {
    let filter = citygate_booking::SessionFilter {
        city: CityCode::HANGZHOU,
        service: "hospital",
        units: vec![session.unit],
        providers: Vec::new(),
        from: session.on,
        to: session.on,
    };
    let db = &app.city().platform.db;
    let found = db.tx("test.sessions", async |tx| sessions(tx, &filter).await).await.unwrap();
    let SessionView { slots, .. } =
        found.into_iter().find(|view| view.session.id == session.id).unwrap();
    slots[0].id.to_string()
}

/// Somebody with a real name, the `n`th.
pub async fn patient(app: &TestApp, n: usize) -> CitizenApp {
    let number = "0123456789X"
        .chars()
        .map(|check| format!("33010619910408{n:03}{check}"))
        .find(|number| number.parse::<ResidentIdNumber>().is_ok())
        .unwrap();
    app.real_name(&format!("patient-{n}@citygate.example"), "某人", &number).await
}

/// Claims a place.
pub async fn claim(citizen: &CitizenApp, key: &str, slot: &str) -> Reply {
    citizen.caller.post_once("/v1/appointments", key, &json!({"slot_id": slot})).await.unwrap()
}

async fn enter(citizen: &CitizenApp, key: &str, session: &Session) -> Reply {
    let path = format!("/v1/sessions/{}/draw-entries", session.id);
    let request = citizen.caller.request(reqwest::Method::POST, &path);
    citizen.caller.send(request.header("Idempotency-Key", key)).await.unwrap()
}

async fn entry(citizen: &CitizenApp) -> Value {
    let listed = citizen.caller.get("/v1/me/draw-entries").await.unwrap();
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.body["items"][0].clone()
}

#[tokio::test]
async fn a_draw_is_committed_to_entered_drawn_and_published() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let new = NewSession {
        allocation: Allocation::Draw,
        fee: Money::new(2_500, Currency::Cny),
        ..morning(&app, agency, 3, 2)
    };
    let session = open(&app, &new).await;
    let (path, anybody) = (format!("/v1/sessions/{}/draw", session.id), app.anybody());
    let before = anybody.get(&path).await.unwrap();
    assert_eq!(before.status, 200, "{}", before.text);
    assert_eq!((&before.body["entries"], before.body.get("drawn")), (&json!(0), None));
    let mut people = Vec::new();
    for n in 0..4 {
        people.push(patient(&app, n).await);
    }
    for (n, person) in people.iter().enumerate() {
        let entered = enter(person, "one", &session).await;
        assert_eq!(entered.status, 201, "{}", entered.text);
        let again = enter(person, "one", &session).await;
        assert_eq!((again.replayed, &again.text), (true, &entered.text));
        let other_device = enter(person, "two", &session).await;
        assert_eq!((other_device.status, &other_device.text), (200, &entered.text));
        assert_eq!(anybody.get(&path).await.unwrap().body["entries"], n + 1);
    }
    let slot = first_slot(&app, &session).await;
    refused(&claim(&people[0], "early", &slot).await, 409, "booking.drawn_later");

    app.later(session.draws_at.unwrap() - app.clock.now());
    app.work().await;
    let after = anybody.get(&path).await.unwrap();
    assert_eq!(after.body["commitment"], before.body["commitment"]);
    let tickets = after.body["drawn"]["tickets"].as_array().unwrap().clone();
    assert_eq!(tickets.len(), 4);
    for person in &mut people {
        assert_eq!(person.refresh().await.unwrap().status, 200);
        let entry = entry(person).await;
        let place = tickets.iter().position(|ticket| *ticket == entry["ticket"]).unwrap();
        assert_eq!(entry["position"], place + 1);
        assert_eq!(entry["outcome"], if place < 2 { "place" } else { "waiting" });
        let booked = person.caller.get("/v1/appointments").await.unwrap();
        let booked = booked.body["items"].as_array().unwrap().clone();
        let waiting = person.caller.get("/v1/waitlist-entries").await.unwrap();
        if place < 2 {
            assert_eq!(
                (&booked[0]["state"], &booked[0]["origin"]),
                (&json!("held"), &json!("draw"))
            );
            assert_eq!(app.letters(&person.email, "A place is held for you"), 1);
        } else {
            assert!(booked.is_empty());
            assert_eq!(waiting.body["items"][0]["before"], place - 2);
        }
    }
    let late = patient(&app, 9).await;
    refused(&enter(&late, "late", &session).await, 409, "booking.draw_closed");
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_entered_is_refused() {
    let app = TestApp::start().await;
    let agency = app.other_agency().await;
    let plain = open(&app, &morning(&app, agency, 3, 2)).await;
    let far = NewSession { allocation: Allocation::Draw, ..morning(&app, agency, 20, 2) };
    let far = open(&app, &far).await;
    let person = patient(&app, 1).await;
    refused(&enter(&person, "a", &plain).await, 404, "booking.draw_unknown");
    refused(&enter(&person, "b", &far).await, 409, "booking.not_released");
    let draw = app.anybody().get(&format!("/v1/sessions/{}/draw", plain.id)).await.unwrap();
    refused(&draw, 404, "booking.draw_unknown");
    let nothing = "sesn_330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f";
    let draw = app.anybody().get(&format!("/v1/sessions/{nothing}/draw")).await.unwrap();
    refused(&draw, 404, "booking.session_unknown");
    let path = format!("/v1/sessions/{}/draw-entries", far.id);
    let without_key = person.caller.post(&path, &json!({})).await.unwrap();
    refused(&without_key, 400, "request.idempotency_key_required");
    let nobody = app.anybody().post_once(&path, "k", &json!({})).await.unwrap();
    refused(&nobody, 401, "identity.token_required");
    let nameless = app.citizen("nameless@citygate.example").await;
    refused(&enter(&nameless, "k", &far).await, 403, "identity.real_name_required");
    app.finish().await;
}
