//! Places that come back, and what becomes of those who had them.

use chrono::TimeDelta;
use citygate_platform::idempotency::{Answer, Claim};
use diesel::{QueryableByName, sql_query, sql_types::Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;
use uuid::Uuid;

use super::clinic::{CITY, Clinic, citizen, claim, day, morning, paid};
use crate::{
    actions::{cancel, clear, confirm, expire, offer_again, reschedule, stop_session, wait},
    error::Error,
    model::{AppointmentId, AppointmentState, CancelledBy, Channel, Origin, SessionId, SlotId},
    store,
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    slot_id: Uuid,
}

fn request(key: u128, n: u128) -> Claim {
    claim(key, n, SlotId::from_parts(CITY, Uuid::nil())).request.claim
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["code"].as_str().or(body["state"].as_str()).unwrap().to_owned()
}

impl Clinic {
    /// The appointments of somebody, newest first.
    async fn of(&self, n: u128) -> Vec<crate::model::Appointment> {
        let person = citizen(n).person;
        self.tx(async |tx| store::appointments_of_person(tx, person, None, 50).await).await
    }

    async fn state_of(&self, n: u128) -> Option<AppointmentState> {
        self.of(n).await.as_slice().first().map(|one| one.state)
    }

    /// Sets the bill of somebody's latest appointment, and lets the news of it be heard.
    async fn bill(&self, n: u128, state: &str) {
        let bill = self.of(n).await.as_slice().first().unwrap().bill.unwrap();
        let id = bill.uuid();
        let paid = "principal_paid_minor = amount_minor, payment_count = 1";
        let sums = if state == "paid" { paid } else { "payment_count = 0" };
        let update =
            format!("UPDATE payments.bills SET state = '{state}', {sums} WHERE id = '{id}'");
        self.tx(async |tx| {
            Ok(tx
                .conn()
                .batch_execute(&update)
                .await
                .map_err(citygate_platform::db::DbError::from)?)
        })
        .await;
        let cx = self.cx();
        match state {
            "paid" => confirm(&cx, bill).await.unwrap(),
            _ => expire(&cx, &self.book, bill).await.unwrap(),
        }
    }

    /// Offers what has cooled; the same twice, as a job may.
    async fn warm(&self) {
        let rows: Vec<Row> = self
            .tx(async |tx| {
                Ok(sql_query("SELECT id, slot_id FROM booking.givebacks").load(tx.conn()).await?)
            })
            .await;
        for Row { id, slot_id } in rows.iter().chain(&rows) {
            let slot = SlotId::from_parts(CITY, *slot_id);
            self.tx(async |tx| offer_again(tx, &self.book, (*id, slot, Channel::App)).await).await;
        }
    }

    /// Turns of one millisecond have no order.
    async fn wait(&self, key: u128, n: u128, session: SessionId) -> String {
        self.clock.advance(TimeDelta::seconds(1));
        let (cx, who) = (self.cx(), citizen(n));
        code(&wait(&cx, &self.book, &request(key, n), &who, session).await.unwrap())
    }

    async fn cancel(&self, key: u128, n: u128, id: AppointmentId) -> String {
        let (cx, who) = (self.cx(), citizen(n));
        code(&cancel(&cx, &self.book, &request(key, n), &who, id).await.unwrap())
    }
}

#[tokio::test]
async fn a_place_that_is_not_paid_cools_and_is_offered_again() {
    let clinic = Clinic::new(2).await;
    let (session, slots) = clinic.open(&paid(morning("1", day(1), 1, &[1]))).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["ok"]);
    let held = clinic.of(0).await.remove(0);
    assert_eq!(held.state, AppointmentState::Held);
    assert_eq!(held.held_until, Some(clinic.at(TimeDelta::minutes(15))));
    clinic.bill(0, "expired").await;
    clinic.bill(0, "expired").await;
    assert_eq!(clinic.state_of(0).await, Some(AppointmentState::Expired));
    assert_eq!(clinic.places(session.id).await, (0, 1, 0));
    assert_eq!(clinic.claim(&[claim(2, 1, slots[0])]).await, ["booking.sold_out"]);
    assert_eq!(clinic.count("platform.jobs WHERE kind = 'booking.offer_again'").await, 1);
    clinic.warm().await;
    assert_eq!(clinic.places(session.id).await, (0, 0, 1));
    assert_eq!(clinic.claim(&[claim(3, 1, slots[0])]).await, ["ok"]);
}

#[tokio::test]
async fn a_place_that_comes_back_goes_to_whoever_waits_first() {
    let clinic = Clinic::new(5).await;
    let (session, slots) = clinic.open(&paid(morning("1", day(1), 1, &[1]))).await;
    assert_eq!(clinic.wait(1, 1, session.id).await, "booking.still_free");
    assert_eq!(clinic.claim(&[claim(2, 0, slots[0])]).await, ["ok"]);
    clinic.bill(0, "paid").await;
    assert_eq!(clinic.state_of(0).await, Some(AppointmentState::Booked));
    assert_eq!(clinic.wait(3, 1, session.id).await, "waiting");
    assert_eq!(clinic.wait(4, 1, session.id).await, "booking.waits_already");
    assert_eq!(clinic.wait(5, 2, session.id).await, "waiting");
    assert_eq!(clinic.wait(6, 3, session.id).await, "waiting");
    // The first of them has found a place elsewhere, at the same time, and loses the turn.
    let (_, other) = clinic.open(&morning("2", day(1), 2, &[1])).await;
    assert_eq!(clinic.claim(&[claim(7, 1, other[0])]).await, ["ok"]);
    let mine = clinic.of(0).await.remove(0).id;
    assert_eq!(clinic.cancel(8, 0, mine).await, "cancelled");
    let offered = clinic.of(2).await.remove(0);
    assert_eq!((offered.state, offered.origin), (AppointmentState::Held, Origin::Waitlist));
    assert_eq!(clinic.places(session.id).await, (1, 0, 0));
    // Not taken in time: the next.
    clinic.bill(2, "expired").await;
    assert_eq!(clinic.state_of(3).await, Some(AppointmentState::Held));
    clinic.bill(3, "paid").await;
    assert_eq!(clinic.state_of(3).await, Some(AppointmentState::Booked));
    let states = "booking.waitlist_entries WHERE state = ";
    assert_eq!(clinic.count(&format!("{states}'lapsed'")).await, 2);
    assert_eq!(clinic.count(&format!("{states}'taken'")).await, 1);
}

#[tokio::test]
async fn what_is_given_up_comes_back_once_and_only_in_time() {
    let clinic = Clinic::new(2).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["ok"]);
    let id = clinic.of(0).await.remove(0).id;
    let (cx, other) = (clinic.cx(), citizen(1));
    let answer = cancel(&cx, &clinic.book, &request(2, 1), &other, id).await.unwrap();
    assert_eq!(code(&answer), "booking.appointment_unknown");
    assert_eq!(clinic.cancel(3, 0, id).await, "cancelled");
    assert_eq!(clinic.cancel(3, 0, id).await, "cancelled");
    assert_eq!(clinic.cancel(4, 0, id).await, "booking.wrong_state");
    assert_eq!(clinic.places(session.id).await, (0, 1, 0));
    clinic.warm().await;
    assert_eq!(clinic.claim(&[claim(5, 1, slots[0])]).await, ["ok"]);
    let id = clinic.of(1).await.remove(0).id;
    let until = session.starts_at - TimeDelta::minutes(30);
    clinic.set(until);
    assert_eq!(clinic.cancel(6, 1, id).await, "booking.too_late");
    clinic.set(until - TimeDelta::seconds(1));
    assert_eq!(clinic.cancel(7, 1, id).await, "cancelled");
}

#[tokio::test]
async fn an_appointment_moves_within_its_worth() {
    let clinic = Clinic::new(3).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[1, 1])).await;
    let (_, dear) = clinic.open(&paid(morning("2", day(2), 1, &[1]))).await;
    let (next, later) = clinic.open(&morning("3", day(2), 1, &[1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0]), claim(2, 1, slots[1])]).await, ["ok", "ok"]);
    let id = clinic.of(0).await.remove(0).id;
    let (cx, who) = (clinic.cx(), citizen(0));
    let to = async |key, slot| {
        let request = request(key, 0);
        code(&reschedule(&cx, &clinic.book, &request, &who, (id, slot)).await.unwrap())
    };
    assert_eq!(to(3, slots[1]).await, "booking.sold_out");
    assert_eq!(to(4, dear[0]).await, "booking.not_of_the_same_worth");
    assert_eq!(to(5, later[0]).await, "booked");
    assert_eq!(to(5, later[0]).await, "booked");
    let moved = clinic.of(0).await.remove(0);
    assert_eq!((moved.id, moved.session, moved.on), (id, next.id, day(2)));
    assert_eq!(clinic.places(session.id).await, (1, 1, 0));
    assert_eq!(clinic.places(next.id).await, (1, 0, 0));
}

#[tokio::test]
async fn two_who_move_to_each_other_do_not_wait_crosswise() {
    let clinic = Clinic::new(2).await;
    let (one, a) = clinic.open(&morning("1", day(1), 1, &[2])).await;
    let (two, b) = clinic.open(&morning("2", day(2), 1, &[2])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, a[0]), claim(2, 1, b[0])]).await, ["ok", "ok"]);
    let (cx, book) = (clinic.cx(), &clinic.book);
    let (mine, theirs) = (clinic.of(0).await.remove(0).id, clinic.of(1).await.remove(0).id);
    let (first, second) = (request(3, 0), request(4, 1));
    let (you, me) = (citizen(1), citizen(0));
    let (x, y) = tokio::join!(
        reschedule(&cx, book, &first, &me, (mine, b[0])),
        reschedule(&cx, book, &second, &you, (theirs, a[0])),
    );
    assert_eq!((code(&x.unwrap()), code(&y.unwrap())), ("booked".into(), "booked".into()));
    let total = |(taken, cooling, free): (i16, i16, i16)| (taken, cooling + free);
    assert_eq!(total(clinic.places(one.id).await), (1, 1));
    assert_eq!(total(clinic.places(two.id).await), (1, 1));
}

#[tokio::test]
async fn whoever_loses_a_place_to_the_agency_is_offered_another() {
    let clinic = Clinic::new(3).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[3])).await;
    let (other, _) = clinic.open(&morning("2", day(2), 1, &[2])).await;
    let batch: Vec<_> = (0..3).map(|n| claim(n, n, slots[0])).collect();
    assert_eq!(clinic.claim(&batch).await, ["ok", "ok", "ok"]);
    let foreign = citygate_catalogue::AgencyId::from_parts(CITY, Uuid::from_u128(99));
    let refused = clinic
        .platform
        .db
        .tx("test.stop", async |tx| stop_session(tx, foreign, session.id, "ill").await);
    assert!(matches!(refused.await, Err(Error::SessionUnknown)));
    for _ in 0..2 {
        clinic.tx(async |tx| stop_session(tx, session.agency, session.id, "ill").await).await;
    }
    let cx = clinic.cx();
    clinic.clock.advance(TimeDelta::seconds(1));
    for _ in 0..2 {
        clear(&cx, &clinic.book, session.id).await.unwrap();
    }
    assert_eq!(clinic.places(session.id).await.0, 0);
    assert_eq!(clinic.places(other.id).await, (2, 0, 0));
    let mut offered = 0;
    for n in 0..3 {
        let mut all = clinic.of(n).await;
        let lost = all.pop().unwrap();
        assert_eq!(lost.cancelled_by, Some(CancelledBy::Agency));
        assert_eq!(lost.cancel_reason.as_deref(), Some("ill"));
        offered += all.iter().filter(|one| one.origin == Origin::Offer).count();
    }
    assert_eq!(offered, 2);
    assert_eq!(clinic.count("booking.strikes").await, 0);
}

impl Clinic {
    /// A rule of the city's own, in force from a day on.
    async fn rule(&self, id: u128, subject: &str, from: &str, params: &str) {
        let insert = format!(
            "INSERT INTO public.rules (id, key, city, valid_from, params, citation_en, \
             citation_zh, verified_on) VALUES ('{}', 'hospital.booking.{subject}', {}, '{from}', \
             '{params}', 'x', 'x', '{from}')",
            Uuid::from_u128(id),
            CITY.number(),
        );
        self.tx(async |tx| {
            let inserted = tx.conn().batch_execute(&insert).await;
            Ok(inserted.map_err(citygate_platform::db::DbError::from)?)
        })
        .await;
    }
}

#[tokio::test]
async fn a_window_that_has_begun_is_offered_to_nobody() {
    let clinic = Clinic::new(2).await;
    let (session, slots) = clinic.open(&paid(morning("1", day(1), 1, &[1, 1, 1, 1]))).await;
    for n in [0, 1] {
        assert_eq!(clinic.claim(&[claim(n, n, slots[n as usize])]).await, ["ok"]);
    }
    clinic.set(session.starts_at + TimeDelta::minutes(1));
    clinic.bill(0, "expired").await;
    assert_eq!(clinic.state_of(0).await, Some(AppointmentState::Expired));
    assert_eq!(clinic.count("booking.givebacks").await, 0, "the first window has begun");
    clinic.bill(1, "expired").await;
    assert_eq!(clinic.count("booking.givebacks").await, 1, "the second has not");
}

#[tokio::test]
async fn a_session_is_opened_under_the_rules_of_the_citys_day() {
    let clinic = Clinic::new(1).await;
    clinic.rule(2, "hold", "2026-11-24", r#"{"minutes": 5}"#).await;
    // Half an hour after midnight in Hangzhou it is still the day before in Greenwich.
    clinic.set("2026-11-23T16:30:00Z".parse().unwrap());
    let (session, _) = clinic.open(&morning("1", day(2), 1, &[1])).await;
    assert_eq!(session.rules.hold.uuid(), Uuid::from_u128(2));
}
