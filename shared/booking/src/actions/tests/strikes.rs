//! Strikes: what they lead to, how they end, and when there is none.

use chrono::{NaiveDate, TimeDelta};
use citygate_identity::{AccountId, StaffId};
use citygate_platform::{
    db::DbError,
    idempotency::Answer,
    keys::{DataClass, SealedColumn},
};
use diesel::{
    sql_query,
    sql_types::{Binary, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clinic::{AGENCY, CITY, Clinic, citizen, claim, day, morning};
use crate::{
    actions::{
        Judge, annul_for, decide, no_show, object, objections_of_agency, read_objection,
        stop_session, strikes::strike, strikes_of,
    },
    error::{Error, StrikeError},
    model::{
        Allocation, Annulment, AppointmentId, NewSession, ObjectionId, ObjectionState, SessionId,
        SlotId, StrikeId, StrikeKind,
    },
    store,
};

const EMAIL: SealedColumn =
    SealedColumn::new("identity.accounts", "id", "email_sealed", DataClass::Contact);

fn judge(account: u128) -> Judge {
    Judge {
        staff: StaffId::from_parts(CITY, Uuid::from_u128(77)),
        account: AccountId::from_uuid(Uuid::from_u128(account)),
        agency: AGENCY,
    }
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["code"].as_str().or(body["state"].as_str()).unwrap().to_owned()
}

impl Clinic {
    /// Somebody books for a day and does not come. Returns the session and the strike.
    async fn missed(&self, n: u128, on: i64) -> (SessionId, StrikeId) {
        let key = 1_000 * n + u128::try_from(on).unwrap();
        let (session, slots) = self.open(&morning(&key.to_string(), day(on), key, &[1])).await;
        assert_eq!(self.claim(&[claim(key, n, slots[0])]).await, ["ok"]);
        self.set(session.ends_at);
        let id = self.latest(n).await;
        let evidence = json!({"arrived_at": null, "called_at": [session.starts_at]});
        for _ in 0..2 {
            self.tx(async |tx| no_show(tx, id, &evidence).await).await;
        }
        let (strikes, _) = strikes_of(&self.cx(), citizen(n).person).await.unwrap();
        assert_eq!(strikes[0].strike.appointment, id);
        assert_eq!(strikes[0].strike.evidence, evidence);
        (session.id, strikes[0].strike.id)
    }

    async fn latest(&self, n: u128) -> AppointmentId {
        let person = citizen(n).person;
        let all = self.tx(async |tx| store::appointments_of_person(tx, person, None, 1).await);
        all.await.remove(0).id
    }

    async fn blocks(&self, n: u128) -> Vec<NaiveDate> {
        let (_, blocks) = strikes_of(&self.cx(), citizen(n).person).await.unwrap();
        blocks.iter().map(|block| block.until).collect()
    }

    /// Whether somebody gets a place in a week.
    async fn books(&self, key: u128, n: u128) -> String {
        let days = (self.clock.now() - citygate_testkit::monday_morning()).num_days();
        let new = morning(&key.to_string(), day(days + 5), key, &[1]);
        let (_, slots) = self.open(&new).await;
        self.claim(&[claim(key, n, slots[0])]).await.remove(0)
    }

    async fn object(&self, key: u128, n: u128, id: StrikeId, grounds: &str) -> String {
        let request = claim(500 + key, n, SlotId::from_parts(CITY, Uuid::nil()));
        let claim = request.request.claim;
        code(&object(&self.cx(), &claim, &citizen(n), id, grounds).await.unwrap())
    }

    /// Gives somebody an address that letters can be sent to.
    pub(super) async fn reachable(&self, n: u128) {
        let account = citizen(n).account.uuid();
        self.tx(async |tx| {
            let sealed = self.platform.keys.seal(tx, &EMAIL, account, b"a@example.com").await?;
            sql_query("UPDATE identity.accounts SET email_sealed = $1 WHERE id = $2")
                .bind::<Binary, _>(sealed)
                .bind::<SqlUuid, _>(account)
                .execute(tx.conn())
                .await
                .map_err(DbError::from)?;
            Ok(())
        })
        .await;
    }
}

#[tokio::test]
async fn three_strikes_are_in_the_way_of_booking_and_entering_until_they_are_over() {
    let clinic = Clinic::new(2).await;
    for on in 1..=3 {
        clinic.missed(0, on).await;
    }
    let until = day(3) + TimeDelta::days(90);
    assert_eq!(clinic.blocks(0).await, [until]);
    assert_eq!(clinic.books(201, 0).await, "booking.blocked");
    assert_eq!(clinic.books(202, 1).await, "ok");
}

#[tokio::test]
async fn a_draw_is_closed_to_whoever_is_blocked() {
    let clinic = Clinic::new(1).await;
    for on in 1..=3 {
        clinic.missed(0, on).await;
    }
    let new = NewSession { allocation: Allocation::Draw, ..morning("x", day(5), 50, &[1]) };
    let (session, _) = clinic.open(&new).await;
    let blocked = (422, "booking.blocked".to_owned());
    assert_eq!(clinic.enter(900, 0, session.id).await, blocked);
}

#[tokio::test]
async fn a_block_ends_by_itself_and_a_strike_expires() {
    let clinic = Clinic::new(1).await;
    for on in 1..=3 {
        clinic.missed(0, on).await;
    }
    let last = day(3) + TimeDelta::days(90);
    let noon = last.and_hms_opt(4, 0, 0).unwrap().and_utc();
    clinic.set(noon);
    assert_eq!(clinic.books(201, 0).await, "booking.blocked");
    clinic.set(noon + TimeDelta::days(1));
    assert_eq!(clinic.blocks(0).await, []);
    assert_eq!(clinic.books(202, 0).await, "ok");
    let (strikes, _) = strikes_of(&clinic.cx(), citizen(0).person).await.unwrap();
    assert!(strikes.iter().all(|view| view.stands()));
    clinic.set(noon + TimeDelta::days(280));
    let (strikes, _) = strikes_of(&clinic.cx(), citizen(0).person).await.unwrap();
    assert!(!strikes.iter().any(|view| view.stands()));
}

#[tokio::test]
async fn what_the_agency_has_caused_is_held_against_nobody() {
    let clinic = Clinic::new(1).await;
    let (late, _) = clinic.missed(0, 1).await;
    let (stopped, _) = clinic.missed(0, 2).await;
    clinic.missed(0, 3).await;
    assert_eq!(clinic.books(201, 0).await, "booking.blocked");
    let annul =
        async || clinic.tx(async |tx| annul_for(tx, late, Annulment::AgencyLate).await).await;
    assert_eq!((annul().await, annul().await), (1, 0));
    assert_eq!(clinic.blocks(0).await, []);
    assert_eq!(clinic.books(202, 0).await, "ok");
    clinic.tx(async |tx| stop_session(tx, AGENCY, stopped, "ill").await).await;
    let (strikes, _) = strikes_of(&clinic.cx(), citizen(0).person).await.unwrap();
    let annulled: Vec<_> = strikes.iter().map(|view| view.strike.annulled_for).collect();
    assert_eq!(annulled, [None, Some(Annulment::SessionStopped), Some(Annulment::AgencyLate)]);
    // And once it is stopped, none is written.
    let id = strikes[1].strike.appointment;
    let written = clinic
        .tx(async |tx| {
            let appointment = store::appointment(tx, id).await?.unwrap();
            strike(tx, &appointment, StrikeKind::NoShow, &json!({})).await
        })
        .await;
    assert!(written.is_empty());
}

#[tokio::test]
async fn what_the_rule_does_not_count_is_not_written() {
    let clinic = Clinic::new(1).await;
    let (_, slots) = clinic.open(&morning("1", day(1), 1, &[1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["ok"]);
    let id = clinic.latest(0).await;
    let written = clinic
        .tx(async |tx| {
            let appointment = store::appointment(tx, id).await?.unwrap();
            strike(tx, &appointment, StrikeKind::LateCancel, &json!({})).await
        })
        .await;
    assert!(written.is_empty());
    assert_eq!(clinic.count("booking.strikes").await, 0);
}

/// An agency's own ladder: one strike is enough, only late cancels count, and all is soon forgotten.
const OWN_LADDER: &str = r#"INSERT INTO public.rules (id, key, city, agency_id, valid_from, params,
     citation_en, citation_zh, verified_on) VALUES (gen_random_uuid(), 'hospital.booking.strike',
     330100, $1, '2026-01-01', '{"kinds": ["late_cancel"], "expires_days": 10,
     "objection_days": 5, "steps": [{"strikes": 1, "within": {"days": 1},
     "blocked": {"days": 90}}]}', 'Own rule', '自定规则', '2026-01-01')"#;

#[tokio::test]
async fn an_agency_can_have_a_ladder_of_its_own_and_expired_strikes_count_no_more() {
    let clinic = Clinic::new(1).await;
    clinic
        .tx(async |tx| {
            let row = sql_query(OWN_LADDER).bind::<SqlUuid, _>(AGENCY.uuid());
            row.execute(tx.conn()).await.map_err(DbError::from)?;
            Ok(())
        })
        .await;
    let (_, slots) = clinic.open(&morning("1", day(1), 1, &[1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["ok"]);
    let id = clinic.latest(0).await;
    for kind in [StrikeKind::NoShow, StrikeKind::LateCancel, StrikeKind::LateCancel] {
        clinic
            .tx(async |tx| {
                let appointment = store::appointment(tx, id).await?.unwrap();
                strike(tx, &appointment, kind, &json!({})).await
            })
            .await;
    }
    assert_eq!(clinic.count("booking.strikes WHERE kind = 'late_cancel'").await, 1);
    assert_eq!(clinic.count("booking.strikes").await, 1);
    let noon = |on| day(on).and_hms_opt(4, 0, 0).unwrap().and_utc();
    clinic.set(noon(11));
    assert_eq!(clinic.books(2, 0).await, "booking.blocked");
    assert_eq!(clinic.blocks(0).await, [day(91)]);
    clinic.set(noon(12));
    assert_eq!(clinic.blocks(0).await, []);
    assert_eq!(clinic.books(3, 0).await, "ok");
}

#[tokio::test]
async fn an_objection_is_made_once_in_time_and_by_whom_it_is_about() {
    let clinic = Clinic::new(2).await;
    let (_, first) = clinic.missed(0, 1).await;
    let (_, second) = clinic.missed(0, 2).await;
    assert_eq!(clinic.object(1, 1, first, "not mine").await, "booking.strike_unknown");
    assert_eq!(clinic.object(2, 0, first, "The train stood still.").await, "open");
    assert_eq!(clinic.object(2, 0, first, "The train stood still.").await, "open");
    assert_eq!(clinic.object(3, 0, first, "And it rained.").await, "booking.objected_to");
    assert_eq!(clinic.count("booking.objections").await, 1);
    // Nobody reads it in the database.
    let plain = "booking.objections WHERE position('train'::bytea IN grounds_sealed) > 0";
    assert_eq!(clinic.count(plain).await, 0);
    clinic.set(clinic.at(TimeDelta::days(30)));
    assert_eq!(clinic.object(4, 0, second, "Late.").await, "open");
    let (session, third) = clinic.missed(0, 36).await;
    clinic.set(clinic.at(TimeDelta::days(31)));
    assert_eq!(clinic.object(5, 0, third, "Too late.").await, "booking.objection_too_late");
    clinic.tx(async |tx| annul_for(tx, session, Annulment::AgencyLate).await).await;
    assert_eq!(clinic.object(6, 0, third, "Needless.").await, "booking.strike_annulled");
}

#[tokio::test]
async fn staff_read_and_decide_and_the_person_can_see_that_they_did() {
    let clinic = Clinic::new(1).await;
    clinic.reachable(0).await;
    for on in 1..=3 {
        clinic.missed(0, on).await;
    }
    let (strikes, _) = strikes_of(&clinic.cx(), citizen(0).person).await.unwrap();
    let id = strikes[1].strike.id;
    assert_eq!(clinic.object(1, 0, id, "The train stood still.").await, "open");
    let cx = clinic.cx();
    let page = serde_json::from_value(json!({})).unwrap();
    let open = objections_of_agency(&cx, AGENCY, &page).await.unwrap();
    assert_eq!(open.len(), 1);
    let objection: ObjectionId = open[0].objection.id;
    let read = "identity.access_entries WHERE action = 'statement_read' \
         AND purpose = 'booking.objection' AND accessor = 'staff'";
    assert_eq!(clinic.count(read).await, 0, "the list tells nothing");
    let (view, strike) = read_objection(&cx, judge(9), objection).await.unwrap();
    assert_eq!((view.grounds.as_str(), strike.id), ("The train stood still.", id));
    assert_eq!(clinic.count(read).await, 1);
    // Of another agency, and about a strike of their own.
    let foreign = citygate_catalogue::AgencyId::from_parts(CITY, Uuid::from_u128(99));
    let elsewhere = Judge { agency: foreign, ..judge(9) };
    let refused = decide(&cx, elsewhere, objection, (true, "ok")).await;
    assert!(matches!(refused, Err(Error::Strike(StrikeError::ObjectionUnknown))));
    let own = Judge { account: citizen(0).account, ..judge(9) };
    let refused = decide(&cx, own, objection, (true, "ok")).await;
    assert!(matches!(refused, Err(Error::Strike(StrikeError::OwnStrike))));
    assert_eq!(clinic.books(201, 0).await, "booking.blocked");
    for _ in 0..2 {
        let decided = decide(&cx, judge(9), objection, (true, "The railway confirms it.")).await;
        assert_eq!(decided.unwrap().objection.state, ObjectionState::Upheld);
    }
    let otherwise = decide(&cx, judge(9), objection, (false, "No.")).await;
    assert!(matches!(otherwise, Err(Error::Strike(StrikeError::Decided))));
    assert_eq!(clinic.books(202, 0).await, "ok");
    let (strikes, _) = strikes_of(&cx, citizen(0).person).await.unwrap();
    assert_eq!(strikes[1].strike.annulled_for, Some(Annulment::Objection));
    let answer = strikes[1].objection.as_ref().unwrap().answer.as_ref().unwrap();
    assert_eq!(answer.0, "The railway confirms it.");
    // One letter, however often it was decided.
    assert_eq!(clinic.count("platform.jobs WHERE kind = 'notify.send_mail'").await, 1);
}

#[tokio::test]
async fn a_rejected_objection_leaves_the_strike() {
    let clinic = Clinic::new(1).await;
    clinic.reachable(0).await;
    let (_, id) = clinic.missed(0, 1).await;
    assert_eq!(clinic.object(1, 0, id, "I forgot.").await, "open");
    let (cx, page) = (clinic.cx(), serde_json::from_value(json!({})).unwrap());
    let objection = objections_of_agency(&cx, AGENCY, &page).await.unwrap()[0].objection.id;
    decide(&cx, judge(9), objection, (false, "It was announced.")).await.unwrap();
    let (strikes, _) = strikes_of(&cx, citizen(0).person).await.unwrap();
    assert!(strikes[0].stands());
    assert!(objections_of_agency(&cx, AGENCY, &page).await.unwrap().is_empty());
}
