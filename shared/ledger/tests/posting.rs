//! The ledger on a real database.

#![cfg(test)]

use citygate_kernel::{CityCode, Clock, Currency, Money};
use citygate_ledger::{
    Account, AccountCode, AccountId, Error, Transfer, TransferId, balance, open_account, post,
    trial_balance, verify,
};
use citygate_platform::{Platform, db::TxError};
use citygate_testkit::{TestDb, monday_morning};
use diesel_async::SimpleAsyncConnection;

const CITY: CityCode = CityCode::HANGZHOU;

fn account(code: AccountCode) -> Account {
    Account { city: CITY, code, owner: None, currency: Currency::Cny }
}

async fn open(platform: &Platform, code: AccountCode) -> AccountId {
    platform.db.tx("test.open", async |tx| open_account(tx, &account(code)).await).await.unwrap()
}

async fn pay(
    platform: &Platform,
    debit: AccountId,
    credit: AccountId,
    minor: i64,
) -> Result<(), Error> {
    let transfer = Transfer {
        id: TransferId::new(CITY, &Clock::system()),
        debit,
        credit,
        amount: Money::new(minor, Currency::Cny),
        code: "test",
    };
    platform.db.tx("test.pay", async |tx| post(tx, &[transfer]).await).await
}

#[tokio::test]
async fn transfers_move_balances_and_the_books_balance() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let receivable = open(&platform, AccountCode::ProcessorReceivable).await;
    let wallet = open(&platform, AccountCode::Wallet).await;
    assert_eq!(open(&platform, AccountCode::Wallet).await, wallet, "there is one of each");
    pay(&platform, receivable, wallet, 500).await.unwrap();
    let refused = pay(&platform, wallet, receivable, 501).await.unwrap_err();
    assert!(matches!(refused, Error::ExceedsCredits { available } if available.minor() == 500));
    pay(&platform, wallet, receivable, 200).await.unwrap();
    platform
        .db
        .tx("test.check", async |tx| {
            let wallet = balance(tx, wallet).await?;
            assert_eq!((wallet.debits_posted, wallet.credits_posted), (200, 500));
            assert!(trial_balance(tx, Some(CITY)).await?.iter().all(|row| row.balanced()));
            assert_eq!(verify(tx).await?, []);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_hundred_payers_of_one_wallet_take_what_is_there_and_no_more() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::system());
    let receivable = open(&platform, AccountCode::ProcessorReceivable).await;
    let wallet = open(&platform, AccountCode::Wallet).await;
    pay(&platform, receivable, wallet, 1_000).await.unwrap();
    let tries = (0..100).map(|_| pay(&platform, wallet, receivable, 30));
    let done = futures_util::future::join_all(tries).await;
    assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 33);
    let only_refusals = done
        .iter()
        .filter_map(|result| result.as_ref().err())
        .all(|error| matches!(error, Error::ExceedsCredits { .. }));
    assert!(only_refusals, "{done:?}");
    let faults = platform.db.tx("test.verify", async |tx| verify(tx).await).await.unwrap();
    assert_eq!(faults, []);
}

#[tokio::test]
async fn history_cannot_be_rewritten_and_a_broken_book_is_noticed() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::system());
    let receivable = open(&platform, AccountCode::ProcessorReceivable).await;
    let wallet = open(&platform, AccountCode::Wallet).await;
    pay(&platform, receivable, wallet, 1_000).await.unwrap();
    for statement in [
        "UPDATE ledger.transfers SET amount_minor = 1",
        "DELETE FROM ledger.entries",
        "TRUNCATE ledger.transfers",
    ] {
        let refused = platform
            .db
            .tx("test.rewrite", async |tx| {
                Ok::<_, Error>(tx.conn().batch_execute(statement).await?)
            })
            .await
            .unwrap_err();
        assert!(refused.as_db().unwrap().to_string().contains("permission denied"), "{statement}");
    }
    let faults = platform
        .db
        .tx("test.break", async |tx| {
            let lost = "UPDATE ledger.balances SET credits_posted = credits_posted - 1 \
                        WHERE credits_posted > 0";
            tx.conn().batch_execute(lost).await?;
            verify(tx).await
        })
        .await
        .unwrap();
    let names: Vec<_> = faults.iter().map(|fault| fault.what).collect();
    assert_eq!(
        names,
        [
            "a balance that is not the sum of its entries",
            "a currency whose debits and credits differ"
        ]
    );
}
