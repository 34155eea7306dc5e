//! What is held waits, is released once, or is discarded for good.

use citygate_platform::{db::DbError, http::PageQuery};
use diesel::sql_types::{BigInt, Timestamptz};
use futures_util::future::join_all;

use super::*;
use crate::{
    inbox::{discard, hold, holds, retry, retry_held, retry_waiting},
    model::{DiscardReason, Held, HoldId, HoldState},
    store,
};

fn held(received: Result<Received, Fault>) -> (HoldId, Hold, bool) {
    match received {
        Ok(Received::Held { id, hold, replayed }) => (id, hold, replayed),
        other => panic!("{other:?}"),
    }
}

impl Town {
    /// Tries a message again, which is carried out this time.
    async fn release(&self, id: HoldId) -> Result<Held, &'static str> {
        let released = retry(&self.cx, self.sender.agency, id, None, async |tx, kept| {
            effect(tx, &String::from_utf8_lossy(&kept.body)).await
        });
        released.await.map_err(|problem| problem.kind.code)
    }

    async fn jobs(&self, kind: &str) -> i64 {
        self.count(&format!("platform.jobs WHERE kind = '{kind}'")).await
    }
}

#[tokio::test]
async fn what_is_held_is_released_once_and_answered_alike_from_then_on() {
    let town = Town::new().await;
    let sent = message(town.sender, "1", "body");
    let (id, why, replayed) = held(town.send_in_vain(&sent, waits).await);
    assert_eq!((why.reason, replayed), (HoldReason::OrderUnknown, false));
    assert_eq!((town.effects().await, town.messages().await, town.refusals().await), (0, 1, 0));
    // Sent again it does nothing, even if everything fits now.
    let again = held(town.send(&sent).await);
    assert_eq!(again, (id, why, true));
    let differing = message(town.sender, "1", "other");
    assert_eq!(refusal(town.send(&differing).await), "exchange.message_differs");

    let attempts = join_all((0..6).map(|_| town.release(id))).await;
    for attempt in attempts {
        assert_eq!(attempt.unwrap().state, HoldState::Released);
    }
    assert_eq!((town.effects().await, town.messages().await), (1, 1));
    assert_eq!(answer(town.send(&sent).await), (reply("body"), true));
    let decided = discard(&town.cx, town.sender.agency, id, id.uuid(), DiscardReason::Replaced);
    assert!(matches!(decided.await, Err(Error::HoldEnded)));
}

#[tokio::test]
async fn a_try_in_vain_says_why() {
    let town = Town::new().await;
    let agency = town.sender.agency;
    let sent = message(town.sender, "1", "body");
    let (id, ..) = held(town.send_in_vain(&sent, waits).await);
    let refused = retry(&town.cx, agency, id, None, async |tx, _| {
        effect(tx, "1").await?;
        Err(Error::PatientDiffers.into())
    });
    let refused = refused.await.unwrap();
    assert_eq!(refused.refused_with.as_deref(), Some("exchange.patient_differs"));
    assert_eq!((refused.state, refused.tries), (HoldState::Held, 1));
    let mismatch = Hold { reason: HoldReason::PatientMismatch, waits_for: None };
    let other = retry(&town.cx, agency, id, None, async |_, _| Err(mismatch.clone().into()));
    let other = other.await.unwrap();
    assert_eq!((other.hold, other.refused_with, other.tries), (mismatch, None, 2));
    let trouble = retry(&town.cx, agency, id, None, async |_, _| {
        Err(Error::Db(DbError::Faulty("test".to_owned())).into())
    });
    assert_eq!(trouble.await.unwrap_err().kind.code, "service.internal");
    assert_eq!(hold(&town.cx, agency, id).await.unwrap().tries, 2);
    assert_eq!((town.effects().await, town.refusals().await), (0, 0));
}

#[tokio::test]
async fn what_is_discarded_is_never_carried_out() {
    let town = Town::new().await;
    let agency = town.sender.agency;
    let sent = message(town.sender, "1", "body");
    let (id, ..) = held(town.send_in_vain(&sent, waits).await);
    let by = id.uuid();
    for _ in 0..2 {
        let gone = discard(&town.cx, agency, id, by, DiscardReason::SentInError).await.unwrap();
        assert_eq!(gone.state, HoldState::Discarded);
    }
    let otherwise = discard(&town.cx, agency, id, by, DiscardReason::NotOurs).await;
    assert!(matches!(otherwise, Err(Error::HoldEnded)));
    assert_eq!(town.release(id).await.unwrap_err(), "exchange.hold_ended");
    assert!(held(town.send(&sent).await).2, "the answer stays what it was");
    assert_eq!(town.effects().await, 0);
}

#[tokio::test]
async fn another_hospitals_messages_are_not_there() {
    let town = Town::new().await;
    let (id, ..) = held(town.send_in_vain(&message(town.sender, "1", "body"), waits).await);
    let other = hospital(&town.cx).await.agency;
    assert!(matches!(hold(&town.cx, other, id).await, Err(Error::HoldUnknown)));
    let discarded = discard(&town.cx, other, id, id.uuid(), DiscardReason::NotOurs).await;
    assert!(matches!(discarded, Err(Error::HoldUnknown)));
    let tried = retry(&town.cx, other, id, None, async |tx, _| effect(tx, "1").await).await;
    assert_eq!(tried.unwrap_err().kind.code, "exchange.hold_unknown");
    let page: PageQuery = serde_json::from_str("{}").unwrap();
    assert!(holds(&town.cx, other, HoldState::Held, &page).await.unwrap().is_empty());
    let own = holds(&town.cx, town.sender.agency, HoldState::Held, &page).await.unwrap();
    assert_eq!(own.iter().map(|held| held.id).collect::<Vec<_>>(), [id]);
    // An order of the same number is another order.
    let released = retry_waiting(&town.cx, other, "L1", async |tx, _| effect(tx, "1").await).await;
    assert_eq!((released.unwrap(), town.effects().await), (0, 0));
}

#[tokio::test]
async fn an_order_lets_the_messages_that_wait_for_it_be_tried_in_their_order() {
    let town = Town::new().await;
    let agency = town.sender.agency;
    for no in ["1", "2", "3"] {
        held(town.send_in_vain(&message(town.sender, no, no), waits).await);
        town.clock.advance(chrono::TimeDelta::seconds(1));
    }
    // Each is looked at a second time soon, in case its order was being recorded meanwhile.
    assert_eq!(town.jobs("exchange.retry_waiting").await, 3);
    assert_eq!(town.jobs("exchange.remind_of_hold").await, 3);
    for (order, more) in [("L2", 0), ("L1", 1)] {
        let told = town.cx.db.tx("test.order", async |tx| retry_held(tx, agency, order).await);
        told.await.unwrap();
        assert_eq!(town.jobs("exchange.retry_waiting").await, 3 + more, "{order}");
    }
    let mut tried = Vec::new();
    let released = retry_waiting(&town.cx, agency, "L1", async |tx, kept| {
        let body = String::from_utf8_lossy(&kept.body).into_owned();
        tried.push(body.clone());
        if body == "2" { Err(Error::PatientDiffers.into()) } else { effect(tx, &body).await }
    });
    assert_eq!(released.await.unwrap(), 2);
    assert_eq!(tried, ["1", "2", "3"]);
    assert_eq!(town.effects().await, 2);
    let waiting =
        town.cx.db.read("test.waiting", async |tx| store::is_waited_for(tx, agency, "L1").await);
    assert!(waiting.await.unwrap(), "the one that was refused is still held");
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_what_is_held_is_not() {
    let town = Town::new().await;
    let proof = signed("n-1");
    let signed = Incoming { proof: Some(&proof), ..message(town.sender, "1", "1") };
    answer(town.send(&signed).await);
    let (released, ..) = held(town.send_in_vain(&message(town.sender, "2", "2"), waits).await);
    town.release(released).await.unwrap();
    held(town.send_in_vain(&message(town.sender, "3", "3"), waits).await);
    assert_eq!(refusal(town.send(&signed).await), "exchange.signature_replayed");
    for (later, deleted) in [(-1, [0, 0, 0]), (1, [2, 1, 1])] {
        let before = monday_morning() + chrono::TimeDelta::seconds(later);
        for (expiring, deleted) in crate::retention::EXPIRING.iter().zip(deleted) {
            let gone = town.cx.db.tx("test.sweep", async |tx| {
                let delete = sql(expiring.statement).bind::<Timestamptz, _>(before);
                Ok::<_, DbError>(delete.bind::<BigInt, _>(10).execute(tx.conn()).await?)
            });
            assert_eq!(gone.await.unwrap(), deleted, "{}", expiring.table);
        }
    }
    assert_eq!(town.messages().await, 1);
    assert_eq!(town.count("exchange.holds").await, 1);
}
