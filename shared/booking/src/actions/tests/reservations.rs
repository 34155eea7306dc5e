//! Places that a service claims: one place for several people, under the rules of each of them.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::RuleBook;
use citygate_kernel::Problem;
use citygate_platform::db::DbError;
use diesel::sql_query;
use diesel_async::RunQueryDsl;
use futures_util::future::join_all;
use serde_json::json;

use super::clinic::{AGENCY, CITY, Clinic, citizen, claim, day, morning};
use crate::{
    actions::{
        appointment_of, appointments_of, cancel, cancel_reservation, move_reservation, no_show,
        post_letter, read_objection, reschedule, reserve_for, retract_reservation, session_view,
        stop_session, strikes_of, wait,
    },
    error::Error,
    events::AppointmentChanged,
    model::{
        Appointment, AppointmentState, Attendee, Claims, NewSession, Reservation, Session, SlotId,
        StrikeKind,
    },
};

const SERVICE: &str = "hospital";

/// What a platform for marriage registration has, for the service of these tests.
const LADDER: &str = r#"INSERT INTO public.rules (id, key, city, valid_from, params, citation_en,
     citation_zh, verified_on) VALUES (gen_random_uuid(), 'hospital.booking.strike', 330100,
     '2026-01-01', '{"kinds": ["no_show", "cancel"], "expires_days": 365, "objection_days": 30,
     "steps": [{"strikes": {"no_show": 1, "cancel": 2}, "within": {"days": 180},
     "blocked": {"days": 180}}]}', 'Own rule', '自定规则', '2026-01-01')"#;

fn of_service(session: NewSession) -> NewSession {
    NewSession { claims: Claims::Service, ..session }
}

fn both(a: u128, b: u128) -> [Attendee; 2] {
    [a, b].map(|n| Attendee { person: citizen(n).person, account: citizen(n).account })
}

fn code(error: Error) -> String {
    Problem::from(error).kind.code.to_owned()
}

impl Clinic {
    async fn ladder(&self) {
        self.tx(async |tx| {
            sql_query(LADDER).execute(tx.conn()).await.map_err(DbError::from)?;
            Ok(())
        })
        .await;
    }

    /// What becomes of a reservation for two: the appointment, or the code of the refusal.
    async fn reserve(
        &self,
        session: &Session,
        starts_at: DateTime<Utc>,
        persons: &[Attendee],
    ) -> Result<Appointment, String> {
        let wanted = Reservation { service: SERVICE, session: session.id, starts_at, persons };
        let reserved =
            self.platform.db.tx("test.reserve", async |tx| reserve_for(tx, &wanted).await);
        reserved.await.map_err(code)
    }

    async fn couple(&self, session: &Session, couple: [u128; 2]) -> Result<Appointment, String> {
        self.reserve(session, session.starts_at, &both(couple[0], couple[1])).await
    }

    async fn cancelled(&self, appointment: &Appointment) -> Result<Appointment, String> {
        let (id, db) = (appointment.id, &self.platform.db);
        let done = db.tx("test.cancel", async |tx| cancel_reservation(tx, SERVICE, id).await);
        done.await.map_err(code)
    }

    async fn moved(&self, id: &Appointment, to: (&Session, i64)) -> Result<Appointment, String> {
        let to = (to.0.id, to.0.starts_at + TimeDelta::minutes(to.1));
        let db = &self.platform.db;
        let done = db.tx("test.move", async |tx| move_reservation(tx, SERVICE, id.id, to).await);
        done.await.map_err(code)
    }

    /// The kinds of somebody's strikes, newest first, and how many blocks they come to.
    async fn record(&self, n: u128) -> (Vec<StrikeKind>, usize) {
        let (strikes, blocks) = strikes_of(&self.cx(), citizen(n).person).await.unwrap();
        (strikes.iter().map(|view| view.strike.kind).collect(), blocks.len())
    }

    async fn office(&self, no: u128, on: i64, slots: &[u16]) -> (Session, Vec<SlotId>) {
        self.open(&of_service(morning(&no.to_string(), day(on), no, slots))).await
    }
}

#[tokio::test]
async fn two_come_to_one_place_and_both_have_the_appointment() {
    let clinic = Clinic::new(3).await;
    let (session, _) = clinic.office(1, 1, &[2]).await;
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    assert_eq!((made.state, made.origin.code()), (AppointmentState::Booked, "service"));
    assert_eq!(clinic.places(session.id).await, (1, 0, 1));
    let (cx, book) = (clinic.cx(), RuleBook::default());
    let page = serde_json::from_value(json!({})).unwrap();
    for n in [0, 1] {
        let list = appointments_of(&cx, &book, citizen(n).person, &page).await.unwrap();
        assert_eq!(list.iter().map(|one| one.appointment.id).collect::<Vec<_>>(), [made.id]);
        assert!(appointment_of(&cx, &book, citizen(n).person, made.id).await.is_ok());
    }
    let third = appointment_of(&cx, &book, citizen(2).person, made.id).await;
    assert!(matches!(third.err(), Some(Error::AppointmentUnknown)));
    assert!(appointments_of(&cx, &book, citizen(2).person, &page).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_service_claims_nobody_else_finds_claims_or_waits_for() {
    let clinic = Clinic::new(4).await;
    let (session, slots) = clinic.office(1, 1, &[1]).await;
    let (open, own) = clinic.open(&morning("2", day(1), 2, &[1, 1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["booking.slot_unknown"]);
    assert!(matches!(
        session_view(&clinic.cx(), session.id).await.err(),
        Some(Error::SessionUnknown)
    ));
    // Nor does a service claim what is for anybody, or what is another's.
    assert_eq!(clinic.couple(&open, [0, 1]).await.unwrap_err(), "booking.slot_unknown");
    let wanted = Reservation {
        service: "marriage",
        session: session.id,
        starts_at: session.starts_at,
        persons: &both(0, 1),
    };
    let db = &clinic.platform.db;
    let refused = db.tx("test.reserve", async |tx| reserve_for(tx, &wanted).await).await;
    assert_eq!(code(refused.unwrap_err()), "booking.slot_unknown");
    let at_no_hour = session.starts_at + TimeDelta::minutes(1);
    let refused = clinic.reserve(&session, at_no_hour, &both(0, 1)).await;
    assert_eq!(refused.unwrap_err(), "booking.slot_unknown");
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    let request = claim(9, 3, slots[0]).request.claim;
    let waits = wait(&clinic.cx(), &clinic.book, &request, &citizen(3), session.id).await.unwrap();
    assert!(waits.body.contains("booking.session_unknown"), "{}", waits.body);
    // Neither of them gives it up or moves it past the service, nor moves another one to it.
    for n in [0, 1] {
        let (cx, caller) = (clinic.cx(), citizen(n));
        let request = claim(10 + n, n, slots[0]).request.claim;
        let answer = cancel(&cx, &clinic.book, &request, &caller, made.id).await.unwrap();
        assert!(answer.body.contains("booking.through_service"), "{}", answer.body);
        let request = claim(20 + n, n, slots[0]).request.claim;
        let to = (made.id, own[0]);
        let answer = reschedule(&cx, &clinic.book, &request, &caller, to).await.unwrap();
        assert!(answer.body.contains("booking.through_service"), "{}", answer.body);
    }
    let (later, _) = clinic.open(&morning("3", day(2), 2, &[1])).await;
    assert_eq!(clinic.claim(&[claim(30, 2, own[1])]).await, ["ok"]);
    assert_eq!(later.unit, open.unit);
    assert_eq!(clinic.places(session.id).await, (1, 0, 0));
}

#[tokio::test]
async fn the_hours_of_release_and_close_hold_for_services() {
    let clinic = Clinic::new(2).await;
    let (session, _) = clinic.office(1, 20, &[1]).await;
    let instants = [
        (session.releases_at - TimeDelta::seconds(1), Err("booking.not_released")),
        (session.closes_at, Err("booking.session_closed")),
        (session.releases_at, Ok(())),
    ];
    for (at, expected) in instants {
        clinic.set(at);
        let made = clinic.couple(&session, [0, 1]).await.map(|_| ());
        assert_eq!(made, expected.map_err(str::to_owned), "{at}");
    }
}

#[tokio::test]
async fn quotas_and_hours_of_each_are_counted() {
    let clinic = Clinic::new(5).await;
    let (session, _) = clinic.office(1, 1, &[5]).await;
    let (other, slots) = clinic.open(&morning("2", day(1), 2, &[5])).await;
    // The second has an appointment at that hour, in their own name.
    assert_eq!(clinic.claim(&[claim(1, 1, slots[0])]).await, ["ok"]);
    assert_eq!(clinic.couple(&session, [0, 1]).await.unwrap_err(), "booking.overlaps");
    assert_eq!(clinic.couple(&session, [1, 0]).await.unwrap_err(), "booking.overlaps");
    // The other way round: what somebody comes to beside another is counted as well.
    clinic.couple(&session, [2, 3]).await.unwrap();
    assert_eq!(clinic.claim(&[claim(2, 3, slots[0])]).await, ["booking.overlaps"]);
    assert_eq!(clinic.couple(&session, [4, 3]).await.unwrap_err(), "booking.has_one");
    assert_eq!(clinic.places(session.id).await, (1, 0, 4));
    assert_eq!(clinic.places(other.id).await, (1, 0, 4));
    assert_eq!(clinic.count("booking.companions").await, 1, "a refusal leaves nothing");
}

#[tokio::test]
async fn nobody_comes_alone_twice_and_nobody_at_all_is_no_reservation() {
    let clinic = Clinic::new(1).await;
    let (session, _) = clinic.office(1, 1, &[1]).await;
    for persons in [&both(0, 0)[..], &[]] {
        let refused = clinic.reserve(&session, session.starts_at, persons).await;
        assert_eq!(refused.unwrap_err(), "service.internal");
    }
    clinic.reserve(&session, session.starts_at, &both(0, 0)[..1]).await.unwrap();
}

#[tokio::test]
async fn a_no_show_and_every_cancel_are_on_the_record_of_each_until_both_are_blocked() {
    let clinic = Clinic::new(4).await;
    clinic.ladder().await;
    let (missed, _) = clinic.office(1, 1, &[2]).await;
    let made = clinic.couple(&missed, [0, 1]).await.unwrap();
    clinic.set(missed.ends_at);
    for _ in 0..2 {
        clinic.tx(async |tx| no_show(tx, made.id, &json!({"called_at": []})).await).await;
    }
    for n in [0, 1] {
        assert_eq!(clinic.record(n).await, (vec![StrikeKind::NoShow], 0));
    }
    for (no, on) in [(2, 3), (3, 4)] {
        let (session, _) = clinic.office(no, on, &[2]).await;
        let made = clinic.couple(&session, [1, 0]).await.unwrap();
        clinic.cancelled(&made).await.unwrap();
        assert_eq!(clinic.cancelled(&made).await.unwrap_err(), "booking.wrong_state");
    }
    let (session, _) = clinic.office(4, 6, &[2]).await;
    for n in [0, 1] {
        let (kinds, blocks) = clinic.record(n).await;
        let count = |kind| kinds.iter().filter(|one| **one == kind).count();
        assert_eq!((count(StrikeKind::NoShow), count(StrikeKind::Cancel)), (1, 2));
        assert_eq!(blocks, 1);
        // With somebody else it is no better, on either side.
        assert_eq!(clinic.couple(&session, [n, 2]).await.unwrap_err(), "booking.blocked");
        assert_eq!(clinic.couple(&session, [3, n]).await.unwrap_err(), "booking.blocked");
    }
    clinic.couple(&session, [2, 3]).await.unwrap();
    let named = "booking.strikes s JOIN booking.companions c USING (city, appointment_id) \
         WHERE s.evidence::text LIKE '%' || c.person_id || '%'";
    assert_eq!(clinic.count(named).await, 0);
}

/// One of the two can show that they were there; that does not speak for the other.
#[tokio::test]
async fn an_objection_annuls_the_strike_of_whoever_made_it() {
    let clinic = Clinic::new(2).await;
    clinic.ladder().await;
    clinic.reachable(1).await;
    let (session, _) = clinic.office(1, 1, &[1]).await;
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    clinic.set(session.ends_at);
    clinic.tx(async |tx| no_show(tx, made.id, &json!({})).await).await;
    let cx = clinic.cx();
    let (strikes, _) = strikes_of(&cx, citizen(1).person).await.unwrap();
    let request = claim(1, 1, SlotId::from_parts(CITY, uuid::Uuid::nil())).request.claim;
    let id = strikes[0].strike.id;
    crate::actions::object(&cx, &request, &citizen(1), id, "I was there.").await.unwrap();
    let page = serde_json::from_value(json!({})).unwrap();
    let open = crate::actions::objections_of_agency(&cx, AGENCY, &page).await.unwrap();
    let judge = |account| crate::actions::Judge {
        staff: citygate_identity::StaffId::from_parts(CITY, uuid::Uuid::from_u128(77)),
        account,
        agency: AGENCY,
    };
    let objection = open[0].objection.id;
    let other = citizen(0).account;
    let (_, strike) = read_objection(&cx, judge(other), objection).await.unwrap();
    assert_eq!(strike.person, citizen(1).person);
    let own = judge(citizen(1).account);
    assert!(crate::actions::decide(&cx, own, objection, (true, "ok")).await.is_err());
    crate::actions::decide(&cx, judge(other), objection, (true, "Seen.")).await.unwrap();
    let standing = "booking.strikes WHERE state = 'standing'";
    assert_eq!(clinic.count(standing).await, 1);
    assert!(strikes_of(&cx, citizen(0).person).await.unwrap().0[0].stands());
}

#[tokio::test]
async fn a_reservation_moves_within_its_office_and_keeps_its_number() {
    let clinic = Clinic::new(4).await;
    let (session, _) = clinic.office(1, 1, &[1, 1]).await;
    let (elsewhere, _) = clinic.office(2, 1, &[1]).await;
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    let there = session.starts_at + TimeDelta::minutes(30);
    clinic.reserve(&session, there, &both(2, 3)).await.unwrap();
    assert_eq!(clinic.moved(&made, (&session, 30)).await.unwrap_err(), "booking.sold_out");
    let worth = "booking.not_of_the_same_worth";
    assert_eq!(clinic.moved(&made, (&elsewhere, 0)).await.unwrap_err(), worth);
    assert_eq!(clinic.moved(&made, (&session, 0)).await.unwrap_err(), "booking.sold_out");
    let (later, _) = clinic.open(&of_service(morning("3", day(2), 1, &[1]))).await;
    let moved = clinic.moved(&made, (&later, 0)).await.unwrap();
    assert_eq!((moved.id, moved.session), (made.id, later.id));
    assert_eq!(clinic.places(later.id).await, (1, 0, 0));
    assert_eq!(clinic.places(session.id).await.0, 1);
    // What the second has meanwhile is in the way, too.
    let (third, slots) = clinic.open(&morning("4", day(3), 9, &[1])).await;
    let (free, _) = clinic.open(&of_service(morning("5", day(3), 1, &[1]))).await;
    assert_eq!(clinic.claim(&[claim(1, 1, slots[0])]).await, ["ok"]);
    assert_eq!(third.on, free.on);
    assert_eq!(clinic.moved(&made, (&free, 0)).await.unwrap_err(), "booking.overlaps");
    // Not once it is too late to give it up.
    clinic.set(later.starts_at - TimeDelta::minutes(30));
    assert_eq!(clinic.cancelled(&made).await.unwrap_err(), "booking.too_late");
    assert_eq!(clinic.record(0).await, (vec![], 0));
}

#[tokio::test]
async fn what_the_agency_takes_back_is_held_against_neither() {
    let clinic = Clinic::new(4).await;
    clinic.ladder().await;
    let (session, _) = clinic.office(1, 1, &[3]).await;
    let (spare, _) = clinic.open(&of_service(morning("2", day(2), 1, &[3]))).await;
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    let other = clinic.couple(&session, [2, 3]).await.unwrap();
    let back =
        clinic.tx(async |tx| retract_reservation(tx, SERVICE, made.id, "withdrawn").await).await;
    assert_eq!(back.state, AppointmentState::Cancelled);
    clinic.tx(async |tx| stop_session(tx, AGENCY, session.id, "closed").await).await;
    crate::actions::clear(&clinic.cx(), &clinic.book, session.id).await.unwrap();
    let ended = clinic.tx(async |tx| crate::actions::appointment(tx, other.id).await).await;
    assert_eq!(ended.state, AppointmentState::Cancelled);
    // The service asks them where they want to go; nothing is held for one of them alone.
    assert_eq!(clinic.places(spare.id).await, (0, 0, 3));
    for n in 0..4 {
        assert_eq!(clinic.record(n).await, (vec![], 0));
    }
}

#[tokio::test]
async fn a_letter_goes_to_each_once() {
    let clinic = Clinic::new(2).await;
    for n in [0, 1] {
        clinic.reachable(n).await;
    }
    let (session, _) = clinic.office(1, 1, &[1]).await;
    let made = clinic.couple(&session, [0, 1]).await.unwrap();
    for _ in 0..2 {
        let news = AppointmentChanged::of(&made);
        post_letter(&clinic.cx(), &clinic.book, &news).await.unwrap();
    }
    assert_eq!(clinic.count("platform.jobs WHERE kind = 'notify.send_mail'").await, 2);
}

#[tokio::test]
async fn of_many_couples_at_once_exactly_one_has_the_last_window() {
    let clinic = Clinic::new(20).await;
    let (session, _) = clinic.office(1, 1, &[1]).await;
    let tries = (0..10).map(|n| clinic.couple(&session, [2 * n, 2 * n + 1]));
    let outcomes: Vec<_> = join_all(tries).await.into_iter().map(|made| made.map(|_| ())).collect();
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1, "{outcomes:?}");
    let sold_out = Err("booking.sold_out".to_owned());
    assert_eq!(outcomes.iter().filter(|one| **one == sold_out).count(), 9, "{outcomes:?}");
    assert_eq!(clinic.places(session.id).await, (1, 0, 0));
}

/// Somebody who is in ten couples at once, here first and there second, marries once.
#[tokio::test]
async fn whoever_is_in_many_couples_at_once_gets_one_place_of_a_session() {
    let clinic = Clinic::new(11).await;
    let (session, _) = clinic.office(1, 1, &[10]).await;
    let tries = (1..11).map(|n| {
        let couple = if n % 2 == 0 { [0, n] } else { [n, 0] };
        clinic.couple(&session, couple)
    });
    let outcomes: Vec<_> = join_all(tries).await.into_iter().map(|made| made.map(|_| ())).collect();
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(clinic.places(session.id).await, (1, 0, 9));
    assert_eq!(clinic.count("booking.companions").await, 1);
}
