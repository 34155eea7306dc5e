//! What a transfer leaves behind, and what the database refuses whoever asks.

use std::collections::BTreeSet;

use citygate_ledger::{Books, set_overdraft, transfer, trial_balance};
use citygate_platform::db::{DbError, TxError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::*;

#[tokio::test]
async fn transfers_move_balances_and_the_books_balance() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    let refused = ground.post(&[single(wallet(1), agency(), 501)]).await.unwrap_err();
    assert!(matches!(refused, Error::ExceedsCredits { available } if available == cny(500)));
    let paid = single(wallet(1), agency(), 200);
    ground.post(&[paid]).await.unwrap();
    assert_eq!(ground.counters(wallet(1)).await, [0, 200, 0, 500]);
    assert_eq!(ground.counters(agency()).await, [0, 0, 0, 200]);
    assert_eq!(ground.counters(wallet(2)).await, [0; 4], "nothing has reached it");
    let read = ground.platform.db.tx("test.read", async |tx| {
        let known = transfer(tx, paid.id).await?;
        Ok::<_, Error>((known, transfer(tx, fresh()).await?, trial_balance(tx, None).await?))
    });
    let (known, unknown, trial) = read.await.unwrap();
    assert_eq!((known, unknown), (Some((wallet(1), agency(), cny(200))), None));
    let [trial] = trial.as_slice() else { panic!("{trial:?}") };
    assert!(trial.balanced());
    assert_eq!((trial.debits, trial.accounts), (700, 3));
    ground.sound().await;
}

#[tokio::test]
async fn linked_transfers_are_written_all_or_none() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    let good = single(wallet(1), agency(), 400);
    let linked = [good, single(wallet(1), wallet(2), 101)];
    ground.post(&linked).await.unwrap_err();
    assert_eq!(ground.counters(wallet(1)).await, [0, 0, 0, 500]);
    let batch = ground.platform.db.tx("test.batch", async |tx| {
        let accounts = [wallet(1), wallet(2), agency()];
        let mut books = Books::open(tx, accounts, &[]).await?;
        let refused = books.post(&linked).is_err();
        books.post(&[good, single(wallet(1), agency(), 100)])?;
        books.write(tx).await?;
        Ok::<_, Error>(refused)
    });
    assert!(batch.await.unwrap(), "refused alone; what is linked apart is written");
    assert_eq!(ground.counters(agency()).await, [0, 0, 0, 500]);
    let groups = "SELECT count(*), count(DISTINCT group_id) AS groups FROM ledger.transfers \
                  WHERE group_id IS NOT NULL";
    assert_eq!(ground.rows(groups).await, [r#"{"count":2,"groups":1}"#]);
    let opened = "SELECT count(*) FROM ledger.accounts";
    assert_eq!(ground.rows(opened).await, [r#"{"count":3}"#], "not the refused one's");
    ground.sound().await;
}

#[tokio::test]
async fn a_transfer_between_two_cities_balances_only_both() {
    let ground = Ground::new().await;
    let there = Account { city: other_city(), ..agency() };
    ground.post(&[single(processor(), there, 700)]).await.unwrap();
    let id = TransferId::new(other_city(), &ground.clock);
    let back = Transfer { id, ..single(there, wallet(1), 300) };
    ground.post(&[back]).await.unwrap();
    let read = ground.platform.db.tx("test.read", async |tx| {
        let mut sums = Vec::new();
        for city in [Some(CITY), Some(other_city()), None] {
            let trial = trial_balance(tx, city).await?;
            sums.extend(trial.iter().map(|row| (row.debits, row.credits, row.balanced())));
        }
        Ok::<_, Error>(sums)
    });
    let sums = read.await.unwrap();
    assert_eq!(sums, [(700, 300, false), (300, 700, false), (1_000, 1_000, true)]);
    let heads = ground.sound().await.heads;
    let cities: Vec<_> = heads.iter().map(|head| (head.city, head.seq)).collect();
    assert_eq!(cities, [(330_100, 1), (440_100, 1)], "each business in its city's chain");
}

#[tokio::test]
async fn an_overdraft_is_given_and_not_taken_from_under_who_uses_it() {
    let ground = Ground::new().await;
    let give = async |minor| {
        let give = ground.platform.db.tx("test.overdraft", async |tx| {
            set_overdraft(tx, &wallet(1), Money::new(minor, Currency::Cny)).await
        });
        give.await
    };
    assert!(matches!(give(-1).await, Err(Error::AmountNotPositive)));
    assert!(ground.post(&[single(wallet(1), agency(), 1)]).await.is_err());
    give(100).await.unwrap();
    let refused = ground.post(&[single(wallet(1), agency(), 101)]).await.unwrap_err();
    assert!(matches!(refused, Error::ExceedsCredits { available } if available == cny(100)));
    ground.post(&[single(wallet(1), agency(), 60)]).await.unwrap();
    ground.post(&[pending(wallet(1), agency(), 40, None)]).await.unwrap();
    assert_eq!(broken(&give(99).await.unwrap_err()), Some("no_debit_excess".to_owned()));
    give(100).await.unwrap();
    assert!(matches!(give(i64::MAX).await, Err(Error::Overflow)));
    ground.sound().await;
}

/// The CHECK or unique index that refused a row.
fn broken(error: &Error) -> Option<String> {
    let Some(DbError::Statement(DieselError::DatabaseError(kind, info))) = error.as_db() else {
        return None;
    };
    let checked =
        matches!(kind, DatabaseErrorKind::CheckViolation | DatabaseErrorKind::UniqueViolation);
    info.constraint_name().filter(|_| checked).map(ToOwned::to_owned)
}

/// Table, change, and the constraint that refuses it.
const REFUSED: [(&str, &str, &str); 26] = [
    ("balances", "debits_posted = -1", "balances_debits_posted_check"),
    ("balances", "credits_posted = -1", "balances_credits_posted_check"),
    ("balances", "debits_pending = -1", "balances_debits_pending_check"),
    ("balances", "credits_pending = -1", "balances_credits_pending_check"),
    ("balances", "overdraft_minor = -1", "balances_overdraft_minor_check"),
    ("balances", "debits_posted = credits_posted - debits_pending + 1", "no_debit_excess"),
    ("balances", "debits_pending = credits_posted - debits_posted + 1", "no_debit_excess"),
    ("balances", "no_credit_excess = true", "no_credit_excess"),
    ("transfers", "amount_minor = 0", "transfers_amount_minor_check"),
    ("transfers", "(debit_city, debit_account) = (credit_city, credit_account)", "transfers_check"),
    (
        "transfers",
        "(kind, debit_version, credit_version) = ('gift', NULL, NULL)",
        "transfers_kind_check",
    ),
    ("transfers", "pending_id = id", "transfers_check1"),
    ("transfers", "kind = 'post'", "transfers_check1"),
    ("transfers", "expires_at = created_at", "transfers_check2"),
    ("transfers", "(debit_version, credit_version) = (NULL, NULL)", "transfers_check3"),
    ("transfers", "kind = 'pending'", "transfers_check3"),
    ("transfers", "credit_version = NULL", "transfers_check4"),
    ("entries", "version = 0", "entries_version_check"),
    ("entries", "amount_minor = 0", "entries_amount_minor_check"),
    ("holds", "amount_minor = 0", "holds_amount_minor_check"),
    ("chains", "chain = -1", "chains_chain_check"),
    ("chains", "seq = -1", "chains_seq_check"),
    ("chains", "hash = '\\x00'", "chains_hash_check"),
    ("blocks", "seq = 0", "blocks_seq_check"),
    ("blocks", "transfer_ids = '{}'", "blocks_transfer_ids_check"),
    ("blocks", "hash = '\\x00'", "blocks_hash_check"),
];

#[tokio::test]
async fn the_database_has_the_last_word_on_every_row() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    ground.post(&[pending(wallet(1), agency(), 20, None)]).await.unwrap();
    ground.seize().await;
    for (table, change, constraint) in REFUSED {
        let what = match table {
            "balances" => "no_debit_excess",
            "transfers" => "kind = 'single'",
            _ => "true",
        };
        let change = format!("UPDATE ledger.{table} SET {change} WHERE {what}");
        let refused = ground.run(&change).await.expect_err(&change);
        assert_eq!(broken(&refused).as_deref(), Some(constraint), "{change}");
    }
    let checks = "SELECT conname AS name FROM pg_constraint WHERE contype = 'c' \
                  AND connamespace = 'ledger'::regnamespace";
    let checks: BTreeSet<String> = ground.rows(checks).await.into_iter().collect();
    let code = "accounts_code_check";
    let tried: BTreeSet<String> = REFUSED
        .into_iter()
        .map(|(.., constraint)| constraint)
        .chain([code])
        .map(|constraint| format!(r#"{{"name":"{constraint}"}}"#))
        .collect();
    assert_eq!(checks, tried, "every CHECK was tried");
    let gift = ground.run("UPDATE ledger.accounts SET code = 'gift'").await.unwrap_err();
    assert_eq!(broken(&gift).as_deref(), Some(code));
}

#[tokio::test]
async fn history_cannot_be_rewritten() {
    let ground = Ground::new().await;
    ground.post(&[single(processor(), wallet(1), 500)]).await.unwrap();
    for table in ["transfers", "entries", "blocks"] {
        for statement in [
            format!("UPDATE ledger.{table} SET city = city"),
            format!("DELETE FROM ledger.{table}"),
            format!("TRUNCATE ledger.{table}"),
        ] {
            let refused = ground.run(&statement).await.unwrap_err().to_string();
            assert!(refused.contains("permission denied"), "{statement}: {refused}");
        }
    }
}
