//! Money that is set aside, and what ends it.

use citygate_platform::worker::Worker;

use super::*;

impl Ground {
    /// A wallet that holds 500, and 300 of it set aside until ten minutes after the beginning.
    async fn with_hold() -> (Self, TransferId) {
        let ground = Self::new().await;
        ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
        let hold = pending(wallet(1), agency(), 300, Some(minutes(10)));
        ground.post(&[hold]).await.unwrap();
        assert_eq!(ground.counters(wallet(1)).await, [300, 0, 0, 500]);
        assert_eq!(ground.counters(agency()).await, [0, 0, 300, 0]);
        (ground, hold.id)
    }

    fn worker(&self) -> Worker {
        Worker::new(self.platform.clone(), &[citygate_ledger::service()])
    }

    /// The kinds of all transfers but the first, in their order, and how many holds are open.
    async fn history(&self) -> (Vec<String>, usize) {
        let kinds = "SELECT kind FROM ledger.transfers ORDER BY created_at, id OFFSET 1";
        let holds = self.rows("SELECT id FROM ledger.holds").await.len();
        let kinds = self.rows(kinds).await.into_iter();
        (kinds.map(|row| row.replace(r#"{"kind":""#, "").replace(r#""}"#, "")).collect(), holds)
    }
}

#[tokio::test]
async fn a_hold_counts_as_spent_until_it_is_resolved() {
    for (movement, kind, moved) in [
        (post_part as fn(TransferId) -> Movement, "post", 120),
        (post_all, "post", 300),
        (|hold| Movement::Void { hold }, "void", 0),
    ] {
        let (ground, hold) = Ground::with_hold().await;
        let refused = ground.post(&[single(wallet(1), agency(), 201)]).await.unwrap_err();
        assert!(matches!(refused, Error::ExceedsCredits { available } if available == cny(200)));
        ground.sound().await;
        ground.post(&[resolution(movement(hold))]).await.unwrap();
        assert_eq!(ground.counters(wallet(1)).await, [0, moved, 0, 500], "{kind}");
        assert_eq!(ground.counters(agency()).await, [0, 0, 0, moved], "{kind}");
        assert_eq!(ground.history().await, (vec!["pending".to_owned(), kind.to_owned()], 0));
        ground.sound().await;
    }
}

fn post_part(hold: TransferId) -> Movement {
    Movement::Post { hold, amount: Some(cny(120)) }
}

fn post_all(hold: TransferId) -> Movement {
    Movement::Post { hold, amount: None }
}

#[tokio::test]
async fn the_worker_releases_a_hold_when_its_time_is_over() {
    let (ground, hold) = Ground::with_hold().await;
    let worker = ground.worker();
    ground.clock.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    assert_eq!(worker.run_due().await.unwrap(), 0, "not a moment too early");
    ground.clock.advance(TimeDelta::microseconds(1));
    let late = ground.post(&[resolution(post_all(hold))]).await.unwrap_err();
    assert!(matches!(late, Error::HoldExpired), "whether the worker was there or not");
    assert_eq!(worker.run_due().await.unwrap(), 1);
    assert_eq!(ground.counters(wallet(1)).await, [0, 0, 0, 500]);
    assert_eq!(ground.counters(agency()).await, [0; 4]);
    assert_eq!(ground.history().await, (vec!["pending".to_owned(), "expire".to_owned()], 0));
    assert!(worker.is_idle().await.unwrap());
    ground.sound().await;
}

#[tokio::test]
async fn the_worker_leaves_alone_what_was_resolved_in_time() {
    let (ground, hold) = Ground::with_hold().await;
    ground.post(&[resolution(post_part(hold))]).await.unwrap();
    ground.clock.advance(TimeDelta::minutes(10));
    let worker = ground.worker();
    assert_eq!(worker.run_due().await.unwrap(), 1);
    assert!(worker.is_idle().await.unwrap(), "it did not fail");
    assert_eq!(ground.counters(wallet(1)).await, [0, 120, 0, 500]);
    assert_eq!(ground.history().await, (vec!["pending".to_owned(), "post".to_owned()], 0));
}

#[tokio::test]
async fn a_hold_without_an_end_or_without_a_life_leaves_nothing_to_do() {
    let (ground, _) = Ground::with_hold().await;
    let brief = pending(wallet(1), agency(), 5, Some(minutes(5)));
    let linked = [brief, resolution(post_all(brief.id))];
    ground.post(&linked).await.unwrap();
    ground.post(&[pending(wallet(1), agency(), 5, None)]).await.unwrap();
    let waiting =
        ground.rows("SELECT kind, run_at = '2026-11-23T01:10Z' AS on_time FROM platform.jobs");
    assert_eq!(waiting.await, [r#"{"kind":"ledger.expire_hold","on_time":true}"#], "of the first");
    assert_eq!(ground.counters(wallet(1)).await, [305, 5, 0, 500]);
    ground.sound().await;
}

#[tokio::test]
async fn the_database_takes_no_second_resolution() {
    let (ground, hold) = Ground::with_hold().await;
    let copy = "CREATE TABLE ledger.kept AS TABLE ledger.holds";
    ground.run(copy).await.unwrap();
    ground.post(&[resolution(post_part(hold))]).await.unwrap();
    let unknown = ground.post(&[resolution(Movement::Void { hold })]).await.unwrap_err();
    assert!(matches!(unknown, Error::HoldUnknown));
    // As if the program had forgotten that it was resolved.
    ground.run("INSERT INTO ledger.holds TABLE ledger.kept").await.unwrap();
    ground
        .run("UPDATE ledger.balances SET debits_pending = 300 WHERE debits_posted = 120")
        .await
        .unwrap();
    ground
        .run("UPDATE ledger.balances SET credits_pending = 300 WHERE credits_posted = 120")
        .await
        .unwrap();
    let again = ground.post(&[resolution(Movement::Void { hold })]).await.unwrap_err();
    let Error::Db(again) = again else { panic!("{again}") };
    assert_eq!(again.unique_violation(), Some("transfers_resolution"));
}
