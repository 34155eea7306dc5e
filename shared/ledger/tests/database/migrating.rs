//! Books and the migrations before and after this program.

use std::fs;

use citygate_testkit::workspace;

use super::*;

const MIGRATION: &str = "migrations/ledger/2026-11-22-000800_holds_and_blocks";

fn migration(file: &str) -> String {
    fs::read_to_string(workspace().join(MIGRATION).join(file)).unwrap()
}

/// What the migration does to what was posted before it.
fn sealing() -> String {
    let up = migration("up.sql");
    let (_, seals) = up.split_once("-- Seals what was posted before there were blocks").unwrap();
    let (seals, _) = seals.split_once("REVOKE").unwrap();
    format!("--{seals}")
}

async fn books_of_two_cities() -> Ground {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    ground.clock.advance(TimeDelta::microseconds(1_234_567));
    let there = TransferId::new(other_city(), &ground.clock);
    ground.post(&[Transfer { id: there, ..single(wallet(1), agency(), 40) }]).await.unwrap();
    ground.post(&[single(wallet(1), agency(), 2), single(agency(), wallet(1), 1)]).await.unwrap();
    ground
}

#[tokio::test]
async fn what_was_posted_before_there_were_blocks_is_sealed_in_one_for_each_city() {
    let ground = books_of_two_cities().await;
    let hold = pending(wallet(1), agency(), 30, Some(minutes(1)));
    ground.post(&[hold]).await.unwrap();
    ground.post(&[resolution(Movement::Void { hold: hold.id })]).await.unwrap();
    ground.seize().await;
    ground.run("DELETE FROM ledger.blocks; DELETE FROM ledger.chains").await.unwrap();
    let unsealed = verify(&ground.platform.db, |_| {}).await.unwrap_err().to_string();
    assert!(unsealed.starts_with("a transfer that is in no block"), "{unsealed}");
    ground.run(&sealing()).await.unwrap();
    let verified = ground.sound().await;
    assert_eq!((verified.blocks, verified.transfers), (2, 6));
    let heads: Vec<_> =
        verified.heads.iter().map(|head| (head.city, head.chain, head.seq)).collect();
    assert_eq!(heads, [(330_100, 0, 1), (440_100, 0, 1)]);
    let next = Transfer { id: nth(1), ..single(processor(), wallet(1), 5) };
    ground.post(&[next]).await.unwrap();
    assert_eq!(ground.sound().await.heads[0].seq, 2, "and the chain goes on from there");
}

#[tokio::test]
async fn books_are_sound_after_the_migration_though_clocks_disagreed_before_it() {
    let ground = books_of_two_cities().await;
    ground.run(&migration("down.sql")).await.unwrap();
    let back = "GRANT UPDATE ON ledger.transfers, ledger.entries TO CURRENT_USER; \
        UPDATE ledger.transfers SET created_at = created_at - interval '1 h' \
        WHERE amount_minor = 2; \
        UPDATE ledger.entries SET created_at = created_at - interval '1 h' \
        WHERE @ amount_minor = 2; \
        REVOKE UPDATE ON ledger.transfers, ledger.entries FROM CURRENT_USER";
    ground.run(back).await.unwrap();
    ground.run(&migration("up.sql")).await.unwrap();
    let verified = ground.sound().await;
    assert_eq!((verified.blocks, verified.transfers, verified.accounts), (2, 4, 3));
    ground.post(&[single(wallet(1), agency(), 1)]).await.unwrap();
    assert_eq!(ground.sound().await.transfers, 5);
}

#[tokio::test]
async fn columns_that_a_later_release_adds_do_not_disturb_this_one() {
    let ground = Ground::new().await;
    let everything = async || {
        let hold = pending(wallet(1), agency(), 30, Some(minutes(1)));
        ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
        ground.post(&[hold]).await.unwrap();
        ground.post(&[resolution(Movement::Void { hold: hold.id })]).await.unwrap();
        ground.sound().await.transfers
    };
    assert_eq!(everything().await, 3);
    // What is prepared now was prepared for fewer columns.
    for table in ["accounts", "balances", "blocks", "chains", "entries", "holds", "transfers"] {
        ground.run(&format!("ALTER TABLE ledger.{table} ADD later text")).await.unwrap();
    }
    assert_eq!(everything().await, 6);
}
