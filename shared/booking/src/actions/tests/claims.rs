//! Claims: never more than there are, never more than somebody may have.

use std::sync::Arc;

use citygate_platform::{Platform, db::Db, idempotency::Answer};
use futures_util::future::join_all;

use super::clinic::{Clinic, claim, day, morning, paid};
use crate::{
    actions::{
        ClaimPlace,
        claim::{Door, Outcome, claim_all, claim_together},
    },
    model::SlotId,
};

/// The problem codes of what was refused, and `ok` for what was not.
pub(super) fn codes(outcomes: &[Outcome]) -> Vec<String> {
    let code = |outcome: &Outcome| match outcome {
        Ok(Answer { status: 201, .. }) => "ok".to_owned(),
        Ok(answer) => {
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            body["code"].as_str().unwrap().to_owned()
        }
        Err(problem) => problem.kind.code.to_owned(),
    };
    outcomes.iter().map(code).collect()
}

impl Clinic {
    pub(super) async fn claim(&self, batch: &[ClaimPlace]) -> Vec<String> {
        codes(&self.outcomes(batch).await)
    }

    async fn outcomes(&self, batch: &[ClaimPlace]) -> Vec<Outcome> {
        let Platform { db, keys, .. } = &self.platform;
        claim_together(keys, db, &self.book, &Door::default(), batch).await.unwrap()
    }
}

#[tokio::test]
async fn a_rush_costs_as_many_writes_as_there_are_places() {
    let clinic = Clinic::new(60).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[3])).await;
    let batch: Vec<_> = (0..60).map(|n| claim(n, n, slots[0])).collect();
    let codes = clinic.claim(&batch).await;
    // Whoever came first.
    let wanted: Vec<_> = (0..60).map(|n| if n < 3 { "ok" } else { "booking.sold_out" }).collect();
    assert_eq!(codes, wanted);
    assert_eq!(clinic.places(session.id).await, (3, 0, 0));
    assert_eq!(clinic.count("booking.appointments").await, 3);
    assert_eq!(clinic.count("booking.bookers").await, 3);
    assert_eq!(clinic.count("platform.idempotency_keys").await, 3);
    let again = clinic.outcomes(&batch).await;
    assert!(again[..3].iter().all(|outcome| outcome.as_ref().is_ok_and(|answer| answer.replayed)));
    assert_eq!(clinic.count("booking.appointments").await, 3);
}

/// Statements for a batch in which everybody but three is too late: as many for sixty as for six.
#[tokio::test]
async fn a_batch_has_a_budget_of_statements() {
    let clinic = Clinic::new(60).await;
    let mut spent = Vec::new();
    for (n, size) in [6_u128, 60].into_iter().enumerate() {
        let no = n.to_string();
        let (_, slots) = clinic.open(&paid(morning(&no, day(1), n as u128, &[3]))).await;
        let first = 100 * n as u128;
        let batch: Vec<_> =
            (0..size).map(|n| claim(first + n, n + 3 * first / 100, slots[0])).collect();
        // Twice: the first one reads the rules.
        let statements = clinic
            .tx(async |tx| {
                let before = tx.statements();
                claim_all(&clinic.platform.keys, tx, &clinic.book, &batch).await?;
                Ok(tx.statements() - before)
            })
            .await;
        spent.push(statements);
    }
    assert!(spent[1] <= spent[0], "{spent:?}");
    assert!(spent[1] <= 22, "{spent:?}");
}

#[tokio::test]
async fn whoever_may_not_leaves_the_place_to_the_next() {
    let clinic = Clinic::new(5).await;
    let (_, first) = clinic.open(&morning("1", day(1), 1, &[1, 1])).await;
    let (session, second) = clinic.open(&morning("2", day(1), 1, &[2])).await;
    assert_eq!(clinic.claim(&[claim(1, 0, first[0])]).await, ["ok"]);
    // Of the same department on the same day, and twice in one batch.
    let batch = [
        claim(2, 0, second[0]),
        claim(3, 1, second[0]),
        claim(4, 1, second[0]),
        claim(5, 2, second[0]),
        claim(6, 3, second[0]),
    ];
    let wanted = ["booking.overlaps", "ok", "booking.has_one", "ok", "booking.sold_out"];
    assert_eq!(clinic.claim(&batch).await, wanted);
    assert_eq!(clinic.places(session.id).await, (2, 0, 0));
    assert_eq!(clinic.claim(&[claim(7, 0, first[1])]).await, ["booking.has_one"]);
}

#[tokio::test]
async fn the_ladder_counts_over_all_departments() {
    let clinic = Clinic::new(1).await;
    // Three a day, whatever the department.
    let mut codes = Vec::new();
    for (n, on) in [1, 1, 1, 1, 2].into_iter().enumerate() {
        let n = n as u128;
        let mut new = morning(&n.to_string(), day(on), n, &[1; 8]);
        new.slots.drain(..n as usize);
        let (_, slots) = clinic.open(&new).await;
        codes.extend(clinic.claim(&[claim(n, 0, slots[0])]).await);
    }
    let quota = "booking.quota_reached";
    assert_eq!(codes, ["ok", "ok", "ok", quota, "ok"]);
}

#[tokio::test]
async fn what_is_not_on_offer_is_refused_without_a_trace() {
    let clinic = Clinic::new(2).await;
    let (far, far_slots) = clinic.open(&morning("1", day(30), 1, &[1])).await;
    assert!(far.releases_at > clinic.clock.now());
    let (stopped, stopped_slots) = clinic.open(&morning("2", day(1), 2, &[1])).await;
    clinic
        .tx(async |tx| crate::actions::stop_session(tx, stopped.agency, stopped.id, "ill").await)
        .await;
    let (_, over) = clinic.open(&morning("3", day(-1), 3, &[1])).await;
    let nowhere = SlotId::new(super::clinic::CITY, &clinic.clock);
    let batch = [
        claim(1, 0, far_slots[0]),
        claim(2, 0, stopped_slots[0]),
        claim(3, 0, over[0]),
        claim(4, 0, nowhere),
    ];
    let wanted = [
        "booking.not_released",
        "booking.session_stopped",
        "booking.session_closed",
        "booking.slot_unknown",
    ];
    assert_eq!(clinic.claim(&batch).await, wanted);
    for table in ["booking.appointments", "booking.bookers", "platform.idempotency_keys"] {
        assert_eq!(clinic.count(table).await, 0, "{table}");
    }
}

/// Many processes, each with connections of its own.
async fn at_once(clinic: &Clinic, claims: Vec<ClaimPlace>) -> Vec<String> {
    let book = Arc::new(clinic.book.clone());
    let pools: Vec<Db> = (0..4).map(|_| clinic.platform.db.apart(4)).collect();
    let runs = claims.into_iter().enumerate().map(|(n, claim)| {
        let (db, book) = (pools[n % pools.len()].clone(), Arc::clone(&book));
        let keys = &clinic.platform.keys;
        async move {
            claim_together(keys, &db, &book, &Door::default(), std::slice::from_ref(&claim))
                .await
                .unwrap()
        }
    });
    codes(&join_all(runs).await.into_iter().flatten().collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_processes_never_give_more_than_there_is() {
    let clinic = Clinic::new(40).await;
    let (session, slots) = clinic.open(&morning("1", day(1), 1, &[7])).await;
    let codes = at_once(&clinic, (0..40).map(|n| claim(n, n, slots[0])).collect()).await;
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 7, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "booking.sold_out").count(), 33, "{codes:?}");
    assert_eq!(clinic.places(session.id).await, (7, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_person_in_many_places_at_once_gets_no_more_than_allowed() {
    let clinic = Clinic::new(1).await;
    let mut claims = Vec::new();
    for n in 0..8 {
        let mut new = morning(&n.to_string(), day(1), n, &[1; 9]);
        new.slots.drain(..n as usize);
        let (_, slots) = clinic.open(&new).await;
        claims.push(claim(n, 0, slots[0]));
    }
    let codes = at_once(&clinic, claims).await;
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 3, "{codes:?}");
    assert_eq!(clinic.count("booking.appointments").await, 3);
}
