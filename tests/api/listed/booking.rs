//! Appointments at offices: made where it is soonest, moved, given up.

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::actors::{CitizenApp, Reply};
use futures_util::future::join;
use serde_json::{Value, json};

use super::{ID_CARD, at, publish};
use crate::{
    staff::{Agency, at_their_desks},
    support::{TestApp, outcome, refused},
};

const MINE: &str = "/v1/listed/appointments";

/// An agency with a listing, and an office for it.
pub struct Hall {
    pub staff: Agency,
    pub listing: String,
    pub office: String,
}

fn office(listing: &str, name: &str) -> Value {
    json!({
        "listing_id": listing, "name_en": name, "name_zh": "办事大厅", "address_en": "1 Lake Road",
        "address_zh": "湖滨路1号", "capabilities": ["id_card"],
    })
}

impl Hall {
    pub async fn new(app: &TestApp) -> Self {
        Self::with(app, ID_CARD).await
    }

    pub async fn with(app: &TestApp, file: &str) -> Self {
        let id = app.other_agency().await;
        let staff = Agency::new(app, id, "police.example").await;
        let listing = publish(app, id, file).await;
        let mut hall = Self { staff, listing, office: String::new() };
        hall.office = hall.add_office("First hall").await;
        hall
    }

    /// The path of something that its staff do.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/listed/agencies/{}/{rest}", self.staff.id)
    }

    pub async fn add_office(&self, name: &str) -> String {
        let key = name.replace(' ', "-");
        let body = office(&self.listing, name);
        let clerk = &self.staff.clerk.caller;
        let added = clerk.post_once(&self.path("offices"), &key, &body).await.unwrap();
        assert_eq!(added.status, 201, "{}", added.text);
        assert_eq!(added.text_at("/kind"), "police_hall");
        added.text_at("/id")
    }

    /// Two windows of half an hour.
    pub async fn open_at(&self, office: &str, on: &str, from: &str, places: u16) -> Reply {
        let to: DateTime<Utc> = format!("2026-01-01T{from}:00Z").parse().unwrap();
        let to = (to + TimeDelta::hours(1)).format("%H:%M").to_string();
        let body = json!({
            "listing_id": self.listing, "office_id": office, "on": on, "from": from, "to": to,
            "slot_minutes": 30, "places": places,
        });
        self.staff.clerk.caller.post(&self.path("sessions"), &body).await.unwrap()
    }

    pub async fn open(&self, on: &str, from: &str, places: u16) -> Reply {
        let opened = self.open_at(&self.office, on, from, places).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        opened
    }

    pub async fn book(&self, citizen: &CitizenApp, key: &str, starts_at: &str) -> Reply {
        let body = json!({"office_id": self.office, "starts_at": local(starts_at)});
        let path = at(&self.listing, "appointments");
        citizen.caller.post_once(&path, key, &body).await.unwrap()
    }

    async fn shift(&self, citizen: &CitizenApp, id: &str, (key, to): (&str, &str)) -> Reply {
        let body = json!({"starts_at": local(to)});
        citizen.caller.post_once(&format!("{MINE}/{id}/move"), key, &body).await.unwrap()
    }

    /// Staff open their desks again after a while.
    pub async fn refresh(&mut self, app: &TestApp) {
        at_their_desks(app).await;
        assert_eq!(self.staff.clerk.refresh().await.unwrap().status, 200);
        at_their_desks(app).await;
    }
}

/// An instant as the clocks of China show it.
pub fn local(text: &str) -> DateTime<Utc> {
    format!("{text}:00+08:00").parse().unwrap()
}

pub async fn cancel(citizen: &CitizenApp, id: &str) -> Reply {
    citizen.caller.post(&format!("{MINE}/{id}/cancel"), &json!({})).await.unwrap()
}

async fn free(app: &TestApp, hall: &Hall, on: &str) -> Vec<i64> {
    let path = at(&hall.listing, &format!("windows?office={}&on={on}", hall.office));
    let found = app.anybody().get(&path).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    let windows = found.body["items"].as_array().unwrap().clone();
    windows.iter().map(|window| window["free"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn offices_are_shown_by_where_somebody_is_received_soonest() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    let (second, third) =
        (hall.add_office("Second hall").await, hall.add_office("Third hall").await);
    hall.open("2026-11-25", "09:00", 1).await;
    assert_eq!(hall.open_at(&second, "2026-11-24", "14:00", 1).await.status, 201);
    // Too soon, and too far.
    assert_eq!(hall.open_at(&second, "2026-11-23", "10:00", 1).await.status, 201);
    assert_eq!(hall.open_at(&third, "2026-12-24", "10:00", 1).await.status, 201);
    let found = app.anybody().get(&at(&hall.listing, "offices")).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text);
    let shown: Vec<(&Value, &Value)> = found.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["office"]["id"], &item["next_free_at"]))
        .collect();
    let expected = [
        (json!(second), json!(local("2026-11-24T14:00"))),
        (json!(hall.office), json!(local("2026-11-25T09:00"))),
        (json!(third), Value::Null),
    ];
    let expected: Vec<(&Value, &Value)> = expected.iter().map(|(a, b)| (a, b)).collect();
    assert_eq!(shown, expected);
    assert_eq!(free(&app, &hall, "2026-11-25").await, [1, 1]);
    assert_eq!(free(&app, &hall, "2026-11-26").await, [0; 0]);
    for wrong in ["windows", "windows?office=x&on=2026-11-25", "windows?on=2026-11-25"] {
        let asked = app.anybody().get(&at(&hall.listing, wrong)).await.unwrap();
        refused(&asked, 400, "request.invalid_parameter");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_appointment_is_made_once_moved_and_given_up() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    hall.open("2026-11-25", "09:00", 2).await;
    let mut citizen = app.demo_citizen(0).await;
    let made = hall.book(&citizen, "a", "2026-11-25T09:00").await;
    assert_eq!((made.status, made.text_at("/state").as_str()), (201, "booked"), "{}", made.text);
    assert_eq!(made.text_at("/cancel_until"), "2026-11-24T23:00:00Z");
    assert_eq!(made.text_at("/office/id"), hall.office);
    let id = made.text_at("/id");
    let again = hall.book(&citizen, "a", "2026-11-25T09:00").await;
    assert_eq!((again.status, again.text_at("/id")), (201, id.clone()));
    let another = hall.book(&citizen, "b", "2026-11-25T09:30").await;
    refused(&another, 409, "listed.booked_already");
    assert_eq!(free(&app, &hall, "2026-11-25").await, [1, 2]);
    app.work().await;
    let letter = app.letter(&citizen.email, "First hall");
    assert!(letter.contains("2026-11-25 09:00"), "{letter}");

    let moved = hall.shift(&citizen, &id, ("c", "2026-11-25T09:30")).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.text_at("/starts_at"), "2026-11-25T01:30:00Z");
    assert_eq!(free(&app, &hall, "2026-11-25").await[1], 1);
    let nowhere = hall.shift(&citizen, &id, ("d", "2026-11-25T12:00")).await;
    refused(&nowhere, 404, "booking.slot_unknown");
    app.work().await;
    assert!(app.letter(&citizen.email, "2026-11-25 09:30").contains("First hall"));

    let stranger = app.demo_citizen(1).await;
    let path = format!("{MINE}/{id}");
    refused(&stranger.caller.get(&path).await.unwrap(), 404, "booking.appointment_unknown");
    refused(&cancel(&stranger, &id).await, 404, "booking.appointment_unknown");
    let shifted = hall.shift(&stranger, &id, ("e", "2026-11-25T09:00")).await;
    refused(&shifted, 404, "booking.appointment_unknown");

    for _ in 0..2 {
        let given_up = cancel(&citizen, &id).await;
        assert_eq!(given_up.text_at("/state"), "cancelled", "{}", given_up.text);
    }
    let mine = citizen.caller.get(MINE).await.unwrap();
    assert_eq!(mine.body["items"][0]["state"], "cancelled");
    app.later_with(&mut citizen, TimeDelta::hours(3)).await;
    app.work().await;
    assert_eq!(free(&app, &hall, "2026-11-25").await, [2, 2], "the places came back");
    assert_eq!(hall.book(&citizen, "f", "2026-11-25T09:00").await.status, 201);
    assert_eq!(app.sql().await.count("booking.strikes").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn the_last_place_goes_to_one_and_nobody_has_two() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    hall.open("2026-11-25", "09:00", 1).await;
    let (one, other) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let (first, second) =
        join(hall.book(&one, "a", "2026-11-25T09:00"), hall.book(&other, "a", "2026-11-25T09:00"))
            .await;
    let mut came = [outcome(&first).1, outcome(&second).1];
    came.sort();
    assert_eq!(came, ["", "booking.sold_out"], "{} {}", first.text, second.text);

    let hall = Hall::with_other(&app).await;
    hall.open("2026-11-25", "14:00", 5).await;
    hall.open("2026-11-25", "16:00", 5).await;
    let both =
        join(hall.book(&one, "b", "2026-11-25T14:00"), hall.book(&one, "c", "2026-11-25T16:00"));
    let (first, second) = both.await;
    let mut came = [outcome(&first).1, outcome(&second).1];
    came.sort();
    assert_eq!(came, ["", "listed.booked_already"], "{} {}", first.text, second.text);
    app.finish().await;
}

impl Hall {
    /// Another agency's, beside the first.
    async fn with_other(app: &TestApp) -> Self {
        let id = app.other_agency().await;
        let staff = Agency::new(app, id, "other.example").await;
        let listing = publish(app, id, ID_CARD).await;
        let mut hall = Self { staff, listing, office: String::new() };
        hall.office = hall.add_office("Other hall").await;
        hall
    }
}

#[tokio::test]
async fn notice_horizon_and_conditions_of_the_listing_hold() {
    let app = TestApp::start().await;
    let hall = Hall::new(&app).await;
    for (on, from) in [("2026-11-23", "10:00"), ("2026-12-05", "09:00"), ("2026-11-24", "09:00")] {
        hall.open(on, from, 1).await;
    }
    let citizen = app.demo_citizen(0).await;
    for (key, starts_at, status, code) in [
        ("a", "2026-11-23T10:30", 422, "listed.too_soon"),
        ("b", "2026-12-05T09:00", 422, "listed.too_far"),
        ("c", "2026-11-24T11:00", 404, "booking.slot_unknown"),
    ] {
        refused(&hall.book(&citizen, key, starts_at).await, status, code);
    }
    let body = json!({"office_id": hall.office, "starts_at": local("2026-11-24T09:00")});
    let nowhere = hall.listing.replace("list_330100", "list_110000");
    let asked = citizen.caller.post_once(&at(&nowhere, "appointments"), "d", &body).await.unwrap();
    refused(&asked, 404, "listings.unknown");
    let elsewhere = json!({"office_id": hall.office.replace("offc_330100", "offc_110000"),
        "starts_at": local("2026-11-24T09:00")});
    let path = at(&hall.listing, "appointments");
    let asked = citizen.caller.post_once(&path, "e", &elsewhere).await.unwrap();
    refused(&asked, 404, "catalogue.office_unknown");

    let old = ID_CARD.replace("at_least = 16", "at_least = 100");
    assert_eq!(publish(&app, hall.staff.id, &old).await, hall.listing);
    let asked = hall.book(&citizen, "f", "2026-11-24T09:00").await;
    refused(&asked, 422, "listed.not_eligible");
    assert!(asked.text.contains("eligibility.own_card"), "{}", asked.text);
    app.finish().await;
}

#[tokio::test]
async fn what_is_given_up_late_is_a_strike_and_cannot_be_moved() {
    let app = TestApp::start().await;
    let mut hall = Hall::new(&app).await;
    hall.open("2026-11-25", "09:00", 2).await;
    let mut citizen = app.demo_citizen(0).await;
    let id = hall.book(&citizen, "a", "2026-11-25T09:00").await.text_at("/id");
    let until = local("2026-11-25T07:00");
    app.later_with(&mut citizen, until - app.clock.now()).await;
    let moved = hall.shift(&citizen, &id, ("b", "2026-11-25T09:30")).await;
    refused(&moved, 422, "booking.too_late");
    let given_up = cancel(&citizen, &id).await;
    assert_eq!(given_up.text_at("/state"), "cancelled", "{}", given_up.text);
    assert_eq!(app.sql().await.count("booking.strikes WHERE kind = 'late_cancel'").await, 1);

    // What has begun cannot be given up at all.
    hall.refresh(&app).await;
    hall.open("2026-11-26", "09:00", 2).await;
    let id = hall.book(&citizen, "c", "2026-11-26T09:00").await.text_at("/id");
    app.later_with(&mut citizen, local("2026-11-26T09:00") - app.clock.now()).await;
    refused(&cancel(&citizen, &id).await, 422, "booking.too_late");
    app.finish().await;
}
