//! Many at once.

use std::sync::atomic::{AtomicU32, Ordering};

use citygate_ledger::Books;
use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn a_hundred_payers_of_one_wallet_take_what_is_there_and_no_more() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 1_000)]).await.unwrap();
    let tries = (0..100).map(async |n| {
        let transfer = if n % 2 == 0 { single } else { |d, c, minor| pending(d, c, minor, None) };
        ground.post(&[transfer(wallet(1), agency(), 30)]).await
    });
    let done = join_all(tries).await;
    assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 33);
    let refusals = done.iter().filter_map(|result| result.as_ref().err());
    for refusal in refusals {
        assert!(matches!(refusal, Error::ExceedsCredits { .. }), "{refusal}");
    }
    assert_eq!(ground.balance(&wallet(1)).await.available(), 10);
    ground.sound().await;
}

#[tokio::test]
async fn of_a_hundred_who_resolve_a_hold_one_wins() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 1_000)]).await.unwrap();
    let made = pending(wallet(1), agency(), 300, Some(minutes(1)));
    ground.post(&[made]).await.unwrap();
    let hold = made.id;
    let tries = (0..100).map(async |n| {
        let movement = match n % 3 {
            0 => Movement::Post { hold, amount: None },
            1 => Movement::Post { hold, amount: Some(cny(n)) },
            _ => Movement::Void { hold },
        };
        ground.post(&[resolution(movement)]).await
    });
    let (won, lost): (Vec<_>, Vec<_>) = join_all(tries).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 99));
    assert!(lost.iter().all(|result| matches!(result, Err(Error::HoldUnknown))), "{lost:?}");
    assert_eq!(ground.balance(&wallet(1)).await.debits_pending, 0);
    ground.sound().await;
}

#[tokio::test]
async fn batches_that_meet_in_opposite_order_wait_and_do_not_collide() {
    let ground = Ground::new().await;
    let there = Account { city: other_city(), ..wallet(1) };
    let another = account(AccountCode::ProcessorReceivable, Some(1));
    let accounts = [wallet(1), wallet(2), wallet(3), processor(), another, there];
    for account in accounts {
        ground.post(&[single(agency(), account, 10_000)]).await.unwrap();
    }
    let begun = AtomicU32::new(0);
    let tries = (0..120).map(async |n: usize| {
        // No account is in all of the batches, nor first in most.
        let mut sides = [n, n + 1, n + 2].map(|place| accounts[place % 6]);
        if n % 4 > 1 {
            sides.reverse();
        }
        let city = if n.is_multiple_of(3) { CITY } else { other_city() };
        let batch = ground.platform.db.tx("test.batch", async |tx| {
            begun.fetch_add(1, Ordering::Relaxed);
            let mut books = Books::open(tx, sides, &[]).await?;
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let id = TransferId::new(city, &ground.clock);
                books.post(&[Transfer { id, ..single(sides[from], sides[to], 1) }])?;
            }
            books.write(tx).await
        });
        batch.await
    });
    for done in join_all(tries).await {
        done.unwrap();
    }
    assert_eq!(begun.into_inner(), 120, "who collides begins again");
    assert_eq!(ground.sound().await.transfers, 6 + 3 * 120);
}

#[tokio::test]
async fn an_account_that_many_reach_first_is_opened_once() {
    let ground = Ground::new().await;
    let tries = (0..30).map(async |_| ground.post(&[single(processor(), wallet(1), 1)]).await);
    for done in join_all(tries).await {
        done.unwrap();
    }
    assert_eq!(ground.counters(wallet(1)).await, [0, 0, 0, 30]);
    assert_eq!(ground.sound().await.accounts, 2);
}
