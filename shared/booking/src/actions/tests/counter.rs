//! Counters and referrals: places of their own, and the quotas of everybody.

use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{Problem, Text};
use citygate_platform::db::Db;
use futures_util::future::{join, join_all};
use serde_json::json;
use uuid::Uuid;

use super::{
    claims::codes,
    clinic::{AGENCY, CITY, Clinic, citizen, claim, day, morning, paid},
};
use crate::{
    actions::{
        AppointmentView, appointments_of, book_for, cancel, cancel_for,
        claim::{Door, claim_together},
        confirm_for, hold_for, no_show, post_letter, release_hold, reschedule, strikes_of, wait,
    },
    error::Error,
    events::AppointmentChanged,
    model::{
        Appointment, AppointmentState, BookFor, CancelledBy, Channel, CounterChannel, NewSession,
        Origin, Session,
    },
    wire::AppointmentBody,
};

use AppointmentState::{Booked, Cancelled, Expired, Held};
use CounterChannel::{Onsite, Partner};

const OTHER: AgencyId = AgencyId::from_parts(CITY, Uuid::from_u128(9));

/// The session with a place for referrals in each slot, too.
fn with_partner(mut new: NewSession) -> NewSession {
    for slot in &mut new.slots {
        slot.places.push((Channel::Partner, 1));
    }
    new
}

/// The place of a channel in the first slot of a session, for somebody.
fn place(session: &Session, channel: CounterChannel, n: u128) -> BookFor {
    let (starts_at, person) = (session.starts_at, citizen(n).person);
    BookFor { session: session.id, starts_at, channel, person }
}

async fn book(db: &Db, place: &BookFor) -> Result<Appointment, Error> {
    db.tx("test.book_for", async |tx| book_for(tx, place).await).await
}

/// The problem code of a refusal, and `ok` for none.
fn code<T>(outcome: Result<T, Error>) -> String {
    outcome.map_or_else(|error| Problem::from(error).kind.code.to_owned(), |_| "ok".to_owned())
}

impl Clinic {
    async fn counter(&self, session: &Session, channel: CounterChannel, n: u128) -> String {
        code(book(&self.platform.db, &place(session, channel, n)).await)
    }

    async fn booked(&self, session: &Session, channel: CounterChannel, n: u128) -> Appointment {
        book(&self.platform.db, &place(session, channel, n)).await.unwrap()
    }

    async fn gives_up(&self, of: (AgencyId, &str), one: &Appointment) -> String {
        let db = &self.platform.db;
        code(db.tx("test.cancel_for", async |tx| cancel_for(tx, of, one.id).await).await)
    }

    /// The newest appointment of somebody, as they see it.
    async fn newest(&self, n: u128) -> AppointmentView {
        let page = serde_json::from_value(json!({})).unwrap();
        let (cx, person) = (self.cx(), citizen(n).person);
        appointments_of(&cx, &self.book, person, &page).await.unwrap().remove(0)
    }

    async fn taken(&self, channel: Channel) -> i64 {
        self.count(&format!("booking.places WHERE channel = '{}' AND taken = 1", channel.code()))
            .await
    }
}

#[tokio::test]
async fn each_channel_has_places_of_its_own_and_the_counter_collects_the_fee() {
    let clinic = Clinic::new(4).await;
    // Who books at the counter has no account.
    let (session, slots) = clinic.open(&paid(morning("1", day(1), 1, &[1]))).await;
    let booked = clinic.booked(&session, Onsite, 70).await;
    assert_eq!((booked.state, booked.bill, booked.held_until), (Booked, None, None));
    assert_eq!((booked.origin, booked.account), (Origin::Onsite, None));
    assert_eq!(clinic.counter(&session, Onsite, 71).await, "booking.sold_out");
    assert_eq!(clinic.counter(&session, Partner, 71).await, "booking.slot_unknown");
    let late = BookFor { starts_at: session.ends_at, ..place(&session, Onsite, 71) };
    assert_eq!(code(book(&clinic.platform.db, &late).await), "booking.slot_unknown");
    let claims = [claim(1, 0, slots[0]), claim(2, 1, slots[0])];
    assert_eq!(clinic.claim(&claims).await, ["ok", "booking.sold_out"]);
    // The other way round.
    let (session, slots) = clinic.open(&with_partner(morning("2", day(2), 2, &[1]))).await;
    let claims = [claim(3, 2, slots[0]), claim(4, 3, slots[0])];
    assert_eq!(clinic.claim(&claims).await, ["ok", "booking.sold_out"]);
    assert_eq!(clinic.counter(&session, Onsite, 3).await, "ok");
    assert_eq!(clinic.booked(&session, Partner, 72).await.origin, Origin::Referral);
    assert_eq!(clinic.counter(&session, Partner, 73).await, "booking.sold_out");
    assert_eq!(clinic.places(session.id).await, (1, 0, 0));
    assert_eq!((clinic.taken(Channel::Onsite).await, clinic.taken(Channel::Partner).await), (2, 1));
    assert_eq!(clinic.count("payments.bills").await, 1, "only what was claimed in the app");
    assert_eq!(clinic.count("booking.appointments WHERE state = 'held'").await, 1);
    // Nobody is written to who cannot be reached.
    post_letter(&clinic.cx(), &clinic.book, &AppointmentChanged::of(&booked)).await.unwrap();
    assert_eq!(clinic.count("booking.letters").await, 1);
}

#[tokio::test]
async fn the_ladder_counts_over_all_channels_and_hospitals() {
    let clinic = Clinic::new(1).await;
    let name = Text::new("Second Clinic", "第二诊所");
    clinic
        .tx(async |tx| Ok(add_agency(tx, &Agency { id: OTHER, name: name.clone() }).await?))
        .await;
    let mut sessions = Vec::new();
    for (n, agency) in [AGENCY, AGENCY, OTHER, OTHER, AGENCY].into_iter().enumerate() {
        let mut new = with_partner(morning(&n.to_string(), day(1), n as u128, &[1; 5]));
        new.slots.drain(..n);
        sessions.push(clinic.open(&NewSession { agency, ..new }).await);
    }
    assert_eq!(clinic.claim(&[claim(0, 0, sessions[0].1[0])]).await, ["ok"]);
    assert_eq!(clinic.counter(&sessions[1].0, Onsite, 0).await, "ok");
    assert_eq!(clinic.counter(&sessions[2].0, Partner, 0).await, "ok");
    // Three a day.
    let quota = "booking.quota_reached";
    for channel in [Onsite, Partner] {
        assert_eq!(clinic.counter(&sessions[3].0, channel, 0).await, quota);
    }
    assert_eq!(clinic.claim(&[claim(1, 0, sessions[4].1[0])]).await, [quota]);
    assert_eq!(clinic.counter(&sessions[1].0, Partner, 0).await, "booking.has_one");
    assert_eq!(clinic.count("booking.appointments").await, 3);
}

#[tokio::test]
async fn who_does_not_come_is_blocked_at_the_counter_as_well() {
    let clinic = Clinic::new(1).await;
    for on in 1..=3 {
        let (session, _) = clinic.open(&morning(&on.to_string(), day(on), 1, &[1])).await;
        let booked = clinic.booked(&session, Onsite, 0).await;
        clinic.set(session.ends_at);
        clinic.tx(async |tx| no_show(tx, booked.id, &json!({})).await).await;
    }
    let (strikes, blocks) = strikes_of(&clinic.cx(), citizen(0).person).await.unwrap();
    assert_eq!((strikes.len(), blocks.len()), (3, 1));
    assert!(strikes.iter().all(|view| view.strike.account.is_none()));
    let (session, slots) = clinic.open(&with_partner(morning("4", day(6), 1, &[1]))).await;
    for channel in [Onsite, Partner] {
        assert_eq!(clinic.counter(&session, channel, 0).await, "booking.blocked");
    }
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["booking.blocked"]);
    assert_eq!(clinic.counter(&session, Onsite, 1).await, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_at_the_counter_and_in_the_app_at_once_gets_no_more_than_allowed() {
    let clinic = Clinic::new(1).await;
    let mut sessions = Vec::new();
    for n in 0..6 {
        // A department each, at hours that do not overlap: only the quota is in the way.
        let mut new = with_partner(morning(&n.to_string(), day(1), n as u128, &[1; 7]));
        new.slots.drain(..n);
        sessions.push(clinic.open(&new).await);
    }
    let runs = sessions.iter().zip(0_u128..).map(|((session, slots), key)| {
        let (db, rules) = (clinic.platform.db.apart(3), clinic.book.clone());
        let clinic = &clinic;
        async move {
            let (claims, door) = ([claim(key, 0, slots[0])], Door::default());
            let claimed = claim_together(&clinic.platform.keys, &db, &rules, &door, &claims);
            let channel = if key % 2 == 0 { Onsite } else { Partner };
            let place = place(session, channel, 0);
            let (claimed, counter) = join(claimed, book(&db, &place)).await;
            [codes(&claimed.unwrap()).remove(0), code(counter)]
        }
    });
    let codes: Vec<String> = join_all(runs).await.into_iter().flatten().collect();
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 3, "{codes:?}");
    let refused = ["ok", "booking.has_one", "booking.quota_reached"];
    assert!(codes.iter().all(|code| refused.contains(&code.as_str())), "{codes:?}");
    assert_eq!(clinic.count("booking.appointments").await, 3);
    assert_eq!(clinic.count("booking.places WHERE taken > 0").await, 3);
}

#[tokio::test]
async fn what_the_counter_gives_up_comes_back_to_it_at_once() {
    let clinic = Clinic::new(3).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[1])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, slots[0])]).await, ["ok"]);
    let request = claim(2, 1, slots[0]).request.claim;
    let cx = clinic.cx();
    assert_eq!(
        wait(&cx, &clinic.book, &request, &citizen(1), session.id).await.unwrap().status,
        201
    );
    let booked = clinic.booked(&session, Onsite, 2).await;
    let unknown = "booking.appointment_unknown";
    assert_eq!(clinic.gives_up((OTHER, "hospital"), &booked).await, unknown);
    assert_eq!(clinic.gives_up((AGENCY, "marriage"), &booked).await, unknown);
    assert_eq!(clinic.gives_up((AGENCY, "hospital"), &booked).await, "ok");
    assert_eq!(clinic.gives_up((AGENCY, "hospital"), &booked).await, "booking.wrong_state");
    assert_eq!(clinic.count("booking.givebacks").await, 0);
    assert_eq!(clinic.count("booking.waitlist_entries WHERE state = 'waiting'").await, 1);
    let again = clinic.booked(&session, Onsite, 2).await;
    let own = clinic.newest(0).await;
    assert_eq!(clinic.gives_up((AGENCY, "hospital"), &own.appointment).await, unknown);
    // As late as in the app, and no later.
    clinic.set(own.conditions.cancel_until(own.appointment.starts_at, &own.city));
    assert_eq!(clinic.gives_up((AGENCY, "hospital"), &again).await, "booking.too_late");
}

#[tokio::test]
async fn whoever_has_an_account_has_what_was_booked_at_the_counter() {
    let clinic = Clinic::new(2).await;
    let (session, slots) = clinic.open(&paid(morning("1", day(1), 1, &[1, 1]))).await;
    let booked = clinic.booked(&session, Onsite, 0).await;
    let (cx, caller) = (clinic.cx(), citizen(0));
    let own = clinic.newest(0).await;
    let body = serde_json::to_value(AppointmentBody::of(&own, cx.locale)).unwrap();
    assert_eq!((&body["origin"], &body["state"]), (&json!("onsite"), &json!("booked")));
    assert!(body.get("bill_id").is_none());
    // It stays with the places of the counter when it moves, and when it is given up.
    let request = |key| claim(key, 0, slots[0]).request.claim;
    let to = (booked.id, slots[1]);
    let moved = reschedule(&cx, &clinic.book, &request(1), &caller, to).await.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.body);
    assert_eq!(clinic.places(session.id).await, (0, 0, 2));
    assert_eq!(clinic.taken(Channel::Onsite).await, 1);
    assert_eq!(clinic.counter(&session, Onsite, 1).await, "ok", "the first slot is free again");
    let gone = cancel(&cx, &clinic.book, &request(2), &caller, booked.id).await.unwrap();
    assert_eq!(gone.status, 200, "{}", gone.body);
    let own = clinic.newest(0).await.appointment;
    assert_eq!((own.state, own.cancelled_by), (Cancelled, Some(CancelledBy::Citizen)));
    assert_eq!((clinic.taken(Channel::Onsite).await, clinic.count("payments.bills").await), (1, 0));
}

impl Clinic {
    async fn holds(&self, place: &BookFor) -> Result<Appointment, Error> {
        self.platform.db.tx("test.hold_for", async |tx| hold_for(tx, place).await).await
    }

    async fn confirms(&self, of: AgencyId, one: &Appointment) -> String {
        let db = &self.platform.db;
        let of = (of, "hospital");
        code(db.tx("test.confirm_for", async |tx| confirm_for(tx, of, one.id).await).await)
    }

    async fn releases(&self, one: &Appointment) {
        self.tx(async |tx| release_hold(tx, &self.book, one.id).await).await;
    }

    async fn state(&self, one: &Appointment) -> AppointmentState {
        self.tx(async |tx| crate::appointment(tx, one.id).await).await.state
    }
}

#[tokio::test]
async fn a_place_is_kept_at_the_counter_until_it_is_confirmed_or_its_time_is_over() {
    let clinic = Clinic::new(3).await;
    let (session, _) = clinic.open(&paid(morning("1", day(1), 1, &[1]))).await;
    let kept = clinic.holds(&place(&session, Onsite, 0)).await.unwrap();
    assert_eq!((kept.state, kept.bill), (Held, None));
    let until = kept.held_until.unwrap();
    assert!(until > clinic.clock.now());
    assert_eq!(clinic.count("payments.bills").await, 0);
    assert_eq!(clinic.count("platform.jobs WHERE kind = 'booking.release_hold'").await, 1);
    // It keeps the place, and counts like any other.
    assert_eq!(clinic.counter(&session, Onsite, 1).await, "booking.sold_out");
    assert_eq!(clinic.confirms(OTHER, &kept).await, "booking.appointment_unknown");
    assert_eq!(clinic.confirms(AGENCY, &kept).await, "ok");
    assert_eq!(clinic.confirms(AGENCY, &kept).await, "ok");
    clinic.set(until);
    clinic.releases(&kept).await;
    assert_eq!(clinic.state(&kept).await, Booked);
    assert_eq!(clinic.gives_up((AGENCY, "hospital"), &kept).await, "ok");
    // Once its time is over it is nobody's, whoever comes first: the job or the counter.
    let kept = clinic.holds(&place(&session, Onsite, 1)).await.unwrap();
    clinic.set(kept.held_until.unwrap());
    assert_eq!(clinic.confirms(AGENCY, &kept).await, "booking.not_live");
    clinic.releases(&kept).await;
    clinic.releases(&kept).await;
    assert_eq!(clinic.state(&kept).await, Expired);
    assert_eq!(
        (clinic.taken(Channel::Onsite).await, clinic.count("booking.givebacks").await),
        (0, 0)
    );
    assert_eq!(clinic.counter(&session, Onsite, 1).await, "ok");
}
