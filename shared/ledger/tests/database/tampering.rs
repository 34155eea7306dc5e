//! Books that somebody has changed who can change anything.

mod cases;

use citygate_ledger::{ChainHead, Fault, InvalidChainHead, VerifyError, verify_anchors};

use self::cases::{BALANCES, BLOCKS, Case, ENTRIES, HOLDS, TRANSFERS};
use super::*;

/// Everything is of one city and one chain; the block of the n-th batch holds the n-th transfer.
///
/// | n | what | wallet's entries |
/// |---|---|---|
/// | 1 | 1,000 into the wallet | 1 |
/// | 2 | 200 to the agency | 2 |
/// | 3 | 300 to the agency | 3 |
/// | 4 | a hold of 50, open, until minute 9 | |
/// | 5 | a hold of 60 | |
/// | 6 | 40 of it are posted | 4 |
/// | 7 | 10 to the agency | 5 |
async fn books() -> Ground {
    let ground = Ground::new().await;
    let (from, to) = (wallet(1), agency());
    let movements = [
        single(processor(), from, 1_000).movement,
        single(from, to, 200).movement,
        single(from, to, 300).movement,
        pending(from, to, 50, Some(minutes(9))).movement,
        pending(from, to, 60, None).movement,
        Movement::Post { hold: nth(5), amount: Some(cny(40)) },
        single(from, to, 10).movement,
    ];
    for (n, movement) in (1..).zip(movements) {
        ground.post(&[Transfer { id: nth(n), code: "test", movement }]).await.unwrap();
        ground.clock.advance(TimeDelta::minutes(1));
    }
    ground
}

impl Ground {
    /// Puts identifiers in the place of names.
    async fn spelt_out(&self, text: &str) -> String {
        let mut text = text.replace("LINE", LINE);
        for n in 1..=9 {
            text = text.replace(&format!("t{n}"), &nth(n).uuid().to_string());
        }
        for (name, code) in [
            ("wallet", "wallet"),
            ("agency", "agency_payable"),
            ("processor", "processor_receivable"),
        ] {
            let id = format!("SELECT id FROM ledger.accounts WHERE code = '{code}'");
            let id = self.rows(&id).await.concat().replace(r#"{"id":""#, "").replace(r#""}"#, "");
            text = text.replace(name, &id);
        }
        text
    }

    async fn fault(&self) -> Option<Fault> {
        match verify(&self.platform.db, |_| {}).await {
            Ok(_) => None,
            Err(VerifyError::Fault(fault)) => Some(fault),
            Err(VerifyError::Ledger(error)) => panic!("{error}"),
        }
    }
}

/// Does each of them to the same books, which are put back in between.
async fn each_is_named(cases: &[Case]) {
    let ground = books().await;
    ground.seize().await;
    let tables = ["accounts", "balances", "blocks", "chains", "entries", "holds", "transfers"];
    let keep = tables.map(|table| format!("CREATE TABLE kept.{table} AS TABLE ledger.{table};"));
    ground.run(&format!("CREATE SCHEMA kept; {}", keep.concat())).await.unwrap();
    let restore = tables.map(|table| {
        format!("DELETE FROM ledger.{table}; INSERT INTO ledger.{table} TABLE kept.{table};")
    });
    for (statements, what, place) in cases {
        let place = ground.spelt_out(place).await;
        ground.run(&ground.spelt_out(statements).await).await.unwrap();
        let fault = ground.fault().await.expect(statements);
        assert_eq!(fault.what, *what, "{statements}");
        assert!(fault.place.starts_with(&place), "{statements}: {fault} instead of {place}");
        ground.run(&restore.concat()).await.unwrap();
        assert_eq!(ground.fault().await, None, "put back");
    }
}

#[tokio::test]
async fn a_changed_transfer_is_named() {
    each_is_named(&TRANSFERS).await;
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    each_is_named(&ENTRIES).await;
}

#[tokio::test]
async fn a_changed_chain_is_named() {
    each_is_named(&BLOCKS).await;
}

#[tokio::test]
async fn a_changed_balance_is_named() {
    each_is_named(&BALANCES).await;
}

#[tokio::test]
async fn a_changed_hold_is_named() {
    each_is_named(&HOLDS).await;
}

#[tokio::test]
async fn history_that_is_cut_off_everywhere_shows_in_the_head_that_was_kept() {
    let ground = books().await;
    let kept = ground.sound().await.heads;
    let cut = "DELETE FROM ledger.blocks WHERE seq = 7; UPDATE ledger.chains SET (seq, hash) = \
         (SELECT seq, hash FROM ledger.blocks WHERE seq = 6); \
         DELETE FROM ledger.transfers WHERE id = 't7'; \
         DELETE FROM ledger.entries WHERE transfer_id = 't7'; \
         UPDATE ledger.balances SET version = 4, debits_posted = 540, \
         changed_at = changed_at - interval '1 min' WHERE account_id = 'wallet'; \
         UPDATE ledger.balances SET version = 3, credits_posted = 540, \
         changed_at = changed_at - interval '1 min' WHERE account_id = 'agency'";
    ground.seize().await;
    ground.run(&ground.spelt_out(cut).await).await.unwrap();
    let heads = ground.sound().await.heads;
    assert_eq!((kept[0].seq, heads[0].seq), (7, 6));
    let gone = anchored(&ground, &kept).await.unwrap();
    assert_eq!(
        gone,
        Fault { what: "a block that was written down is gone", place: kept[0].to_string() }
    );
    assert_eq!(anchored(&ground, &heads).await, None);
    let again = single(processor(), wallet(1), 1);
    ground.post(&[Transfer { id: nth(7), ..again }]).await.unwrap();
    assert_eq!(ground.sound().await.heads[0].seq, 7, "as long as before");
    let other = anchored(&ground, &kept).await.unwrap();
    assert_eq!(other.what, "a block is not the one that was written down");
    assert_eq!(anchored(&ground, &heads).await, None, "an end may be followed by more");
}

async fn anchored(ground: &Ground, heads: &[ChainHead]) -> Option<Fault> {
    match verify_anchors(&ground.platform.db, heads).await {
        Ok(()) => None,
        Err(VerifyError::Fault(fault)) => Some(fault),
        Err(VerifyError::Ledger(error)) => panic!("{error}"),
    }
}

#[test]
fn the_end_of_a_chain_is_read_as_it_is_written() {
    let hash = (0..32).collect();
    let head = ChainHead { city: 330_100, chain: 7, seq: 1_234, hash };
    let text = head.to_string();
    let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    assert_eq!(text, format!("330100 7 1234 {digits}"));
    assert_eq!(text.parse(), Ok(head));
    for wrong in [
        format!("330100 7 {digits}"),
        format!("{text} 1"),
        format!("{text}2"),
        format!("{text}20"),
        text.replace("1f", ""),
        text.replace("1f", "1g"),
        text.replace("0f", "+f"),
        text.replace("1e1f", "1é1"),
        text.replace(" 7 ", " x "),
    ] {
        assert_eq!(wrong.parse::<ChainHead>(), Err(InvalidChainHead), "{wrong}");
    }
}
