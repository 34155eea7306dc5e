//! Draws: everybody has the same chance, and anybody can check it.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use citygate_platform::idempotency::Answer;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::clinic::{AGENCY, CITY, Clinic, citizen, claim, day, morning, paid};
use crate::{
    actions::{draw_entries_of, draw_lots, draw_of, enter_draw, stop_session},
    model::{
        Allocation, AppointmentState, DrawOutcome, NewSession, Origin, Session, SessionId, SlotId,
    },
    store,
    wire::DrawBody,
};

/// The same with lots.
fn drawn(session: NewSession) -> NewSession {
    NewSession { allocation: Allocation::Draw, ..session }
}

/// Status, and the ticket or the problem's code.
fn said(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let said = body["code"].as_str().or(body["ticket"].as_str()).unwrap();
    (answer.status, said.to_owned())
}

impl Clinic {
    pub(super) async fn enter(&self, key: u128, n: u128, session: SessionId) -> (u16, String) {
        let (cx, request) = (self.cx(), claim(key, n, SlotId::from_parts(CITY, session.uuid())));
        let claim = request.request.claim;
        said(&enter_draw(&cx, &self.book, &claim, &citizen(n), session).await.unwrap())
    }

    async fn draw(&self, session: SessionId) {
        draw_lots(&self.cx(), &self.book, session).await.unwrap();
    }

    /// What came of somebody's newest entry.
    async fn outcome(&self, n: u128) -> Option<(i32, DrawOutcome)> {
        let entries = draw_entries_of(&self.cx(), citizen(n).person).await.unwrap();
        entries.first().unwrap().drawn
    }

    async fn published(&self, session: SessionId) -> Value {
        json!(DrawBody::from(draw_of(&self.cx(), session).await.unwrap()))
    }

    /// The day on which its lots are drawn, a moment later.
    fn until_drawn(&self, session: &Session) {
        self.set(session.draws_at.unwrap() + TimeDelta::seconds(1));
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|two| u8::try_from(two[0] * 16 + two[1]).unwrap()).collect()
}

/// What anybody can do with what is published, written without a look at how it was made.
fn check(before: &Value, after: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sha256 = |parts: &[&[u8]]| digest(&SHA256, &parts.concat()).as_ref().to_vec();
    let seed = bytes(&text(&after["drawn"]["seed"]));
    assert_eq!(bytes(&text(&before["commitment"])), sha256(&[&seed]));
    let tickets: Vec<String> =
        after["drawn"]["tickets"].as_array().unwrap().iter().map(text).collect();
    let number = |ticket: &String| bytes(ticket.strip_prefix("tckt_").unwrap());
    let mut sorted: Vec<_> = tickets.iter().map(number).collect();
    sorted.sort();
    let entries = sha256(&[&sorted.concat()]);
    assert_eq!(bytes(&text(&after["drawn"]["entries_digest"])), entries);
    let mut order = tickets.clone();
    order.sort_by_key(|ticket| sha256(&[&seed, &entries, &number(ticket)]));
    assert_eq!(order, tickets);
    tickets
}

#[tokio::test]
async fn places_go_out_in_the_order_that_anybody_can_compute() {
    let clinic = Clinic::new(8).await;
    let (session, slots) = clinic.open(&drawn(morning("1", day(1), 1, &[1, 2]))).await;
    assert_eq!(session.draws_at, Some(clinic.at(TimeDelta::hours(12))));
    assert_eq!(clinic.places(session.id).await, (0, 3, 0));
    let before = clinic.published(session.id).await;
    assert_eq!(before["entries"], 0);
    assert_eq!(before.get("drawn"), None);
    let mut tickets = Vec::new();
    for n in 0..8 {
        let (status, ticket) = clinic.enter(n, n, session.id).await;
        assert_eq!(status, 201);
        tickets.push(ticket);
    }
    assert_eq!(clinic.claim(&[claim(50, 0, slots[0])]).await, ["booking.drawn_later"]);
    clinic.until_drawn(&session);
    // Until they are drawn, nobody is faster.
    assert_eq!(clinic.claim(&[claim(51, 0, slots[0])]).await, ["booking.sold_out"]);
    clinic.draw(session.id).await;
    let after = clinic.published(session.id).await;
    clinic.draw(session.id).await;
    assert_eq!(clinic.published(session.id).await, after, "a job may run twice");
    let order = check(&before, &after);
    assert_eq!(after["entries"], 8);
    assert_eq!(clinic.places(session.id).await, (3, 0, 0));
    for (n, ticket) in (0..).zip(&tickets) {
        let place = order.iter().position(|one| one == ticket).unwrap();
        let wanted = if place < 3 { DrawOutcome::Place } else { DrawOutcome::Waiting };
        assert_eq!(clinic.outcome(n).await, Some((i32::try_from(place).unwrap() + 1, wanted)));
        let person = citizen(n).person;
        let mut own =
            clinic.tx(async |tx| store::appointments_of_person(tx, person, None, 9).await).await;
        if place < 3 {
            let own = own.pop().unwrap();
            // The first is seen first.
            assert_eq!(own.slot, slots[place.min(1)]);
            assert_eq!((own.origin, own.state), (Origin::Draw, AppointmentState::Booked));
        } else {
            assert!(own.is_empty());
            let turns =
                clinic.tx(async |tx| store::entries_of_person(tx, person, None, 9).await).await;
            assert_eq!(turns[0].rank, Some(i32::try_from(place).unwrap() + 1));
        }
    }
    let text = after.to_string();
    for n in 0..8 {
        assert!(!text.contains(&citizen(n).person.uuid().simple().to_string()));
    }
}

#[tokio::test]
async fn a_place_that_was_drawn_is_held_for_as_long_as_an_offer() {
    let clinic = Clinic::new(1).await;
    let (session, _) = clinic.open(&drawn(paid(morning("1", day(3), 1, &[1])))).await;
    assert_eq!(clinic.enter(1, 0, session.id).await.0, 201);
    clinic.until_drawn(&session);
    clinic.draw(session.id).await;
    let person = citizen(0).person;
    let own = clinic
        .tx(async |tx| store::appointments_of_person(tx, person, None, 9).await)
        .await
        .remove(0);
    assert_eq!(own.state, AppointmentState::Held);
    assert_eq!(own.held_until, Some(clinic.at(TimeDelta::days(1))));
}

#[tokio::test]
async fn whoever_may_not_have_it_is_passed_over() {
    let clinic = Clinic::new(3).await;
    let (other, other_slots) = clinic.open(&morning("1", day(1), 1, &[5])).await;
    let (session, _) = clinic.open(&drawn(morning("2", day(1), 1, &[3]))).await;
    for n in 0..3 {
        assert_eq!(clinic.enter(n, n, session.id).await.0, 201);
    }
    // There is a place for each, so everybody is reached, whatever the order.
    // After entering, one books the same department on the same day.
    assert_eq!(clinic.claim(&[claim(9, 1, other_slots[0])]).await, ["ok"]);
    assert_eq!(clinic.enter(10, 1, session.id).await.0, 200, "entered before");
    clinic.until_drawn(&session);
    clinic.draw(session.id).await;
    assert_eq!(clinic.outcome(1).await.unwrap().1, DrawOutcome::Refused);
    assert_eq!(clinic.outcome(0).await.unwrap().1, DrawOutcome::Place);
    assert_eq!(clinic.outcome(2).await.unwrap().1, DrawOutcome::Place);
    assert_eq!(clinic.places(session.id).await, (2, 0, 1));
    assert_eq!(clinic.places(other.id).await.0, 1);
    assert_eq!(clinic.count("booking.waitlist_entries").await, 0);
}

#[tokio::test]
async fn what_nobody_has_drawn_is_for_whoever_comes() {
    let clinic = Clinic::new(2).await;
    let (session, slots) = clinic.open(&drawn(morning("1", day(1), 1, &[2]))).await;
    assert_eq!(clinic.enter(1, 0, session.id).await.0, 201);
    clinic.until_drawn(&session);
    clinic.draw(session.id).await;
    assert_eq!(clinic.places(session.id).await, (1, 0, 1));
    assert_eq!(clinic.claim(&[claim(2, 1, slots[0])]).await, ["ok"]);
}

#[tokio::test]
async fn nobody_enters_too_early_too_late_or_where_nothing_is_drawn() {
    let clinic = Clinic::new(2).await;
    let (far, _) = clinic.open(&drawn(morning("1", day(20), 1, &[1]))).await;
    let (plain, slots) = clinic.open(&morning("2", day(1), 2, &[2])).await;
    let (stopped, _) = clinic.open(&drawn(morning("3", day(1), 3, &[1]))).await;
    let (session, _) = clinic.open(&drawn(morning("4", day(1), 2, &[1]))).await;
    clinic.tx(async |tx| stop_session(tx, AGENCY, stopped.id, "ill").await).await;
    let unknown = SessionId::new(CITY, &clinic.clock);
    assert_eq!(clinic.claim(&[claim(1, 1, slots[0])]).await, ["ok"]);
    for (key, n, id, status, code) in [
        (11, 0, far.id, 409, "booking.not_released"),
        (12, 0, plain.id, 404, "booking.draw_unknown"),
        (13, 0, unknown, 404, "booking.session_unknown"),
        (14, 0, stopped.id, 409, "booking.session_stopped"),
        // Has been to that department on that day.
        (15, 1, session.id, 422, "booking.quota_reached"),
    ] {
        assert_eq!(clinic.enter(key, n, id).await, (status, code.to_owned()));
    }
    clinic.set(session.draws_at.unwrap());
    let closed = (409, "booking.draw_closed".to_owned());
    assert_eq!(clinic.enter(16, 0, session.id).await, closed);
    clinic.draw(stopped.id).await;
    assert_eq!(clinic.places(stopped.id).await.0, 0);
    assert_eq!(clinic.count("booking.draw_entries").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_slips_in_while_the_lots_are_drawn() {
    let clinic = Clinic::new(40).await;
    let (session, _) = clinic.open(&drawn(morning("1", day(1), 1, &[5]))).await;
    let before = clinic.published(session.id).await;
    for n in 0..10 {
        assert_eq!(clinic.enter(n, n, session.id).await.0, 201);
    }
    // The clock still says that one may enter: only the lock decides.
    let enter = |n| clinic.enter(n, n, session.id);
    let (draw, entered) = tokio::join!(clinic.draw(session.id), join_all((10..40).map(enter)));
    let () = draw;
    let after = clinic.published(session.id).await;
    let order: BTreeSet<_> = check(&before, &after).into_iter().collect();
    for (status, said) in entered {
        match status {
            201 => assert!(order.contains(&said), "{said} was drawn"),
            _ => assert_eq!((status, said.as_str()), (409, "booking.draw_closed")),
        }
    }
    let drawn = i64::try_from(order.len()).unwrap();
    assert_eq!(clinic.count("booking.draw_entries").await, drawn);
    assert_eq!(clinic.count("booking.draw_entries WHERE position IS NULL").await, 0);
    assert_eq!(clinic.places(session.id).await, (5, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_devices_of_one_person_are_one_entry() {
    let clinic = Clinic::new(1).await;
    let (session, _) = clinic.open(&drawn(morning("1", day(1), 1, &[1]))).await;
    let said = join_all((0..12).map(|key| clinic.enter(key, 0, session.id))).await;
    let tickets: BTreeSet<_> = said.iter().map(|(_, ticket)| ticket).collect();
    assert_eq!(tickets.len(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|(status, _)| *status == 201).count(), 1, "{said:?}");
    assert_eq!(clinic.count("booking.draw_entries").await, 1);
}
