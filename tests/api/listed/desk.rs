//! What those see and do who receive people: offices, hours, the day.

use citygate_catalogue::{Office, OfficeId, put_office};
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::{CityCode, Text};
use serde_json::{Value, json};

use super::{
    PERMIT, at,
    booking::{Hall, local},
    entries, publish,
};
use crate::{
    staff::Agency,
    support::{TestApp, refused},
};

#[tokio::test]
async fn offices_belong_to_their_agency_and_to_the_kind_that_the_listing_names() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    let clerk = &hall.staff.clerk.caller;
    let mut body = json!({
        "listing_id": hall.listing, "name_en": "New name", "name_zh": "新名称",
        "address_en": "2 Lake Road", "address_zh": "湖滨路2号", "capabilities": [], "open": true,
    });
    let path = hall.path(&format!("offices/{}", hall.office));
    let changed = clerk.put(&path, &body).await.unwrap();
    assert_eq!((changed.status, changed.text_at("/name").as_str()), (200, "New name"));
    // It cannot do any more what the listing wants.
    let found = app.anybody().get(&at(&hall.listing, "offices")).await.unwrap();
    assert_eq!(found.body["items"], json!([]));
    let hours = hall.open_at(&hall.office, "2026-11-25", "09:00", 1).await;
    refused(&hours, 404, "catalogue.office_unknown");

    let registry = Office {
        id: OfficeId::new(CityCode::HANGZHOU, &app.clock),
        agency: hall.staff.id,
        kind: "marriage_registry".parse().unwrap(),
        name: Text::new("Registry", "婚姻登记处"),
        address: Text::new("1 Lake Road", "湖滨路1号"),
        capabilities: Vec::new(),
        open: true,
    };
    let db = &app.city().platform.db;
    db.tx("test.put_office", async |tx| put_office(tx, &registry).await).await.unwrap();
    let path = hall.path(&format!("offices/{}", registry.id));
    refused(&clerk.put(&path, &body).await.unwrap(), 409, "listed.office_other_kind");

    let other = app.other_agency().await;
    let theirs = publish(&app, other, PERMIT).await;
    body["listing_id"] = json!(theirs);
    let path = hall.path(&format!("offices/{}", hall.office));
    refused(&clerk.put(&path, &body).await.unwrap(), 404, "listings.unknown");
    let there = format!("/v1/listed/agencies/{other}/offices/{}", hall.office);
    refused(&clerk.put(&there, &body).await.unwrap(), 404, "request.not_found");
    let admin = hall.staff.admin.caller.put(&path, &body).await.unwrap();
    assert_eq!(admin.status, 403, "{}", admin.text);
    for (member, wrong) in [
        ("capabilities", json!(["Not a word"])),
        ("capabilities", json!(vec!["a"; 21])),
        ("name_en", json!("a\u{0}")),
        ("open", json!("yes")),
        ("more", json!(1)),
    ] {
        let mut body = body.clone();
        body[member] = wrong;
        let put = clerk.put(&path, &body).await.unwrap();
        assert_eq!(put.status, 400, "{member} {}", put.text);
    }
    app.finish().await;
}

#[tokio::test]
async fn hours_are_opened_once_and_never_overlap() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    let opened = hall.open("2026-11-25", "09:00", 2).await;
    assert_eq!(opened.body["windows"].as_array().unwrap().len(), 2);
    let again = hall.open_at(&hall.office, "2026-11-25", "09:00", 2).await;
    assert_eq!((again.status, again.text_at("/id")), (200, opened.text_at("/id")));
    let more = hall.open_at(&hall.office, "2026-11-25", "09:00", 3).await;
    refused(&more, 409, "booking.session_differs");
    let over = hall.open_at(&hall.office, "2026-11-25", "09:30", 2).await;
    refused(&over, 409, "listed.hours_overlap");
    assert_eq!(hall.open_at(&hall.office, "2026-11-25", "10:00", 2).await.status, 201);
    let past = hall.open_at(&hall.office, "2026-11-22", "10:00", 2).await;
    refused(&past, 422, "listed.hours_unsound");
    let clerk = &hall.staff.clerk.caller;
    let body = |member: &str, value: Value| {
        let mut body = json!({
            "listing_id": hall.listing, "office_id": hall.office, "on": "2026-11-26",
            "from": "09:00", "to": "10:00", "slot_minutes": 30.0, "places": 1,
        });
        body[member] = value;
        body
    };
    for (member, wrong, status) in [
        ("from", json!("9:00"), 400),
        ("to", json!("24:00"), 400),
        ("slot_minutes", json!(4), 400),
        ("places", json!(0), 400),
        ("places", json!(1e300), 400),
        ("on", json!("12026-11-26"), 400),
        ("slot_minutes", json!(40), 422),
        ("to", json!("08:00"), 422),
        ("on", json!("9999-12-31"), 422),
    ] {
        let asked = clerk.post(&hall.path("sessions"), &body(member, wrong)).await.unwrap();
        assert_eq!(asked.status, status, "{member} {}", asked.text);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_day_is_shown_with_masked_names_and_each_reads_that_they_were_shown() {
    let app = TestApp::start().await;
    let mut hall = Hall::new(&app).await;
    hall.open("2026-11-25", "09:00", 2).await;
    let mut citizen = app.demo_citizen(0).await;
    let mut missing = app.demo_citizen(1).await;
    let id = hall.book(&citizen, "a", "2026-11-25T09:00").await.text_at("/id");
    let absent = hall.book(&missing, "a", "2026-11-25T09:00").await.text_at("/id");
    let day = hall.path(&format!("offices/{}/days/2026-11-25", hall.office));
    let shown = hall.staff.clerk.caller.get(&day).await.unwrap();
    assert_eq!(shown.status, 200, "{}", shown.text);
    let items = shown.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["listing_id"] == hall.listing.as_str()));
    assert!(items.iter().any(|item| item["name"].as_str().unwrap().contains('*')), "{items:?}");
    assert!(DEMO_CITIZENS.iter().all(|(_, name, _)| !shown.text.contains(name)));
    let mut sql = app.sql().await;
    assert_eq!(entries(&mut sql, "shown").await, 2);
    let empty = hall.path(&format!("offices/{}/days/2026-11-26", hall.office));
    assert_eq!(hall.staff.clerk.caller.get(&empty).await.unwrap().body["items"], json!([]));

    let path = |id: &str, what: &str| hall.path(&format!("appointments/{id}/{what}"));
    let (arrive, miss) = (path(&id, "arrive"), path(&absent, "no-show"));
    let (fulfil, nobody) = (path(&id, "fulfil"), json!({}));
    let clerk = &hall.staff.clerk.caller;
    refused(&clerk.post(&arrive, &nobody).await.unwrap(), 409, "listed.not_today");
    refused(&clerk.post(&miss, &nobody).await.unwrap(), 409, "listed.too_early");
    refused(&clerk.post(&fulfil, &nobody).await.unwrap(), 409, "booking.wrong_state");
    for one in [&mut citizen, &mut missing] {
        let now = app.clock.now();
        app.later_with(one, (local("2026-11-25T09:05") - now).max(chrono::TimeDelta::zero())).await;
        assert_eq!(one.refresh().await.unwrap().status, 200);
    }
    hall.refresh(&app).await;
    let clerk = &hall.staff.clerk.caller;
    for (path, state) in [(&arrive, "arrived"), (&fulfil, "fulfilled"), (&miss, "no_show")] {
        for _ in 0..2 {
            let noted = clerk.post(path, &nobody).await.unwrap();
            assert_eq!(noted.text_at("/state"), state, "{}", noted.text);
            assert!(noted.body["name"].is_null());
        }
    }
    assert_eq!(entries(&mut sql, "listed_filed").await, 3);
    assert_eq!(sql.count("booking.strikes WHERE kind = 'no_show'").await, 1);
    // Both may come again.
    hall.open("2026-11-26", "09:00", 2).await;
    for one in [&citizen, &missing] {
        assert_eq!(hall.book(one, "b", "2026-11-26T09:00").await.status, 201);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_stopped_ends_appointments_and_holds_nothing_against_anybody() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    let session = hall.open("2026-11-25", "09:00", 2).await.text_at("/id");
    hall.open("2026-11-25", "14:00", 2).await;
    let citizen = app.demo_citizen(0).await;
    let id = hall.book(&citizen, "a", "2026-11-25T09:00").await.text_at("/id");
    let other = Agency::new(&app, app.other_agency().await, "other.example").await;
    let reason = json!({"reason": "The building has no power."});
    let theirs = format!("/v1/listed/agencies/{}/sessions/{session}/stop", other.id);
    let tried = other.clerk.caller.put(&theirs, &reason).await.unwrap();
    refused(&tried, 404, "booking.session_unknown");
    let theirs = format!("/v1/listed/agencies/{}/appointments/{id}/arrive", other.id);
    let tried = other.clerk.caller.post(&theirs, &json!({})).await.unwrap();
    refused(&tried, 404, "booking.appointment_unknown");
    let theirs =
        format!("/v1/listed/agencies/{}/offices/{}/days/2026-11-25", other.id, hall.office);
    refused(&other.clerk.caller.get(&theirs).await.unwrap(), 404, "catalogue.office_unknown");

    let path = hall.path(&format!("sessions/{session}/stop"));
    for _ in 0..2 {
        let stopped = hall.staff.clerk.caller.put(&path, &reason).await.unwrap();
        assert_eq!(stopped.body["stopped"], json!(true), "{}", stopped.text);
    }
    app.work().await;
    let mine = citizen.caller.get(&format!("/v1/listed/appointments/{id}")).await.unwrap();
    assert_eq!(mine.text_at("/state"), "cancelled");
    assert_eq!(mine.text_at("/cancel_reason"), "The building has no power.");
    assert!(app.letter(&citizen.email, "no power").contains("First hall"));
    let gone = hall.book(&citizen, "b", "2026-11-25T09:30").await;
    refused(&gone, 409, "booking.session_stopped");
    assert_eq!(hall.book(&citizen, "c", "2026-11-25T14:00").await.status, 201);
    assert_eq!(app.sql().await.count("booking.strikes").await, 0);
    app.finish().await;
}
