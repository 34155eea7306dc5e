//! Books that are right.

use citygate_ledger::{Books, Progress};
use futures_util::future::{join, join_all};

use super::*;

#[tokio::test]
async fn sound_books_report_what_was_checked_and_where_the_chains_end() {
    let ground = Ground::new().await;
    assert_eq!(ground.sound().await, Verified::default(), "an empty book is a sound one");
    let hold = pending(wallet(1), agency(), 30, Some(minutes(1)));
    let linked = [Transfer { id: nth(1), ..single(processor(), wallet(1), 500) }, hold];
    ground.post(&linked).await.unwrap();
    let post = resolution(Movement::Post { hold: hold.id, amount: Some(cny(20)) });
    ground.post(&[Transfer { id: nth(2), ..post }]).await.unwrap();
    let there = TransferId::from_parts(other_city(), Uuid::from_u128(5));
    ground.post(&[Transfer { id: there, ..single(wallet(1), agency(), 40) }]).await.unwrap();
    let mut seen = Vec::new();
    let verified = verify(&ground.platform.db, |progress| seen.push(progress)).await.unwrap();
    assert_eq!((verified.blocks, verified.transfers, verified.accounts), (3, 4, 3));
    let heads: Vec<_> = verified
        .heads
        .iter()
        .map(|head| {
            let hash: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            format!(
                r#"{{"city":{},"chain":{},"seq":{},"hash":"{hash}"}}"#,
                head.city, head.chain, head.seq
            )
        })
        .collect();
    let chains =
        "SELECT city, chain, seq, encode(hash, 'hex') AS hash FROM ledger.chains ORDER BY 1, 2";
    assert_eq!(heads, ground.rows(chains).await);
    let ends: Vec<_> =
        verified.heads.iter().map(|head| (head.city, head.chain, head.seq)).collect();
    assert_eq!(ends, [(330_100, 0, 2), (440_100, 5, 1)]);
    let last = |of| seen.iter().rfind(|progress| progress.of == of).copied();
    assert_eq!(last("transfers"), Some(Progress { of: "transfers", done: 4, total: 4 }));
    assert_eq!(last("accounts"), Some(Progress { of: "accounts", done: 3, total: 3 }));
}

#[tokio::test]
async fn a_block_is_the_hash_that_anybody_can_recompute() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    let hold = pending(wallet(1), agency(), 30, Some(minutes(1)));
    ground.post(&[Transfer { id: nth(1), ..hold }, single(wallet(1), agency(), 4)]).await.unwrap();
    let recomputed = format!(
        "SELECT b.hash = sha256(decode(repeat('00', 32), 'hex') \
         || convert_to(string_agg({LINE}, '' ORDER BY place), 'UTF8')) AS same \
         FROM ledger.blocks b, unnest(b.transfer_ids) WITH ORDINALITY AS s (id, place) \
         JOIN ledger.transfers t USING (id) WHERE seq = 1 GROUP BY b.city, b.chain, b.seq"
    );
    let same = ground.rows(&recomputed).await;
    assert!(!same.is_empty() && same.iter().all(|row| row == r#"{"same":true}"#), "{same:?}");
}

#[tokio::test]
async fn books_longer_than_a_page_are_read_to_their_end() {
    let ground = Ground::new().await;
    let accounts = || (0..1_010).map(wallet).chain([processor()]);
    for round in 0..3 {
        let batch = ground.platform.db.tx("test.batch", async |tx| {
            let mut books = Books::open(tx, accounts(), &[]).await?;
            for n in 0..2_020 {
                let id = nth(1 + round * 2_020 + n);
                books.post(&[Transfer { id, ..single(processor(), wallet(n % 1_010), 1) }])?;
            }
            books.write(tx).await
        });
        batch.await.unwrap();
    }
    for n in 0..500 {
        let id = nth(7_001 + n);
        ground.post(&[Transfer { id, ..single(processor(), wallet(1), 1) }]).await.unwrap();
    }
    let mut steps = Vec::new();
    let verified = verify(&ground.platform.db, |progress| steps.push(progress.of)).await.unwrap();
    assert_eq!((verified.blocks, verified.transfers, verified.accounts), (503, 6_560, 1_011));
    let pages = |of| steps.iter().filter(|step| **step == of).count();
    assert_eq!((pages("transfers"), pages("accounts")), (3, 2), "{steps:?}");
    ground.seize().await;
    ground
        .run(
            "UPDATE ledger.entries SET created_at = created_at + '1 s' \
                   WHERE balance_after = -6560",
        )
        .await
        .unwrap();
    let fault = verify(&ground.platform.db, |_| {}).await.unwrap_err().to_string();
    assert!(fault.ends_with("entry 6560"), "{fault}");
}

#[tokio::test]
async fn books_may_be_verified_while_they_are_written() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 1_000)]).await.unwrap();
    let writers = join_all((0..8_u128).map(async |n| {
        for minor in 1..=15 {
            let hold = pending(wallet(1), agency(), minor, Some(minutes(1)));
            ground.post(&[single(processor(), wallet(n), 1), hold]).await.unwrap();
            let end = resolution(Movement::Post { hold: hold.id, amount: Some(cny(1)) });
            ground.post(&[end]).await.unwrap();
        }
    }));
    let written = std::cell::Cell::new(false);
    let reader = async {
        let mut seen = vec![ground.sound().await.transfers];
        while !written.get() {
            seen.push(ground.sound().await.transfers);
        }
        seen
    };
    let (_, seen) = join(
        async {
            writers.await;
            written.set(true)
        },
        reader,
    )
    .await;
    assert!(seen.is_sorted() && seen.iter().any(|n| (2..361).contains(n)), "{seen:?}");
    assert_eq!(ground.sound().await.transfers, 361);
}
