//! What is read of the past, at its edges.

use citygate_ledger::{Entry, Span, Statement, balance_at, entries, statement};

use super::*;

/// Four entries: 100 at minute 1; 20 and 3 out at minute 2; 7 in at minute 4.
async fn wallet_with_a_past() -> Ground {
    let ground = Ground::new().await;
    ground.clock.advance(TimeDelta::minutes(1));
    ground.post(&[single(processor(), wallet(1), 100)]).await.unwrap();
    ground.clock.advance(TimeDelta::minutes(1));
    ground.post(&[single(wallet(1), agency(), 20)]).await.unwrap();
    ground.post(&[single(wallet(1), agency(), 3)]).await.unwrap();
    ground.clock.advance(TimeDelta::minutes(1));
    ground.post(&[pending(wallet(1), agency(), 50, None)]).await.unwrap();
    ground.clock.advance(TimeDelta::minutes(1));
    ground.post(&[single(processor(), wallet(1), 7)]).await.unwrap();
    ground
}

impl Ground {
    async fn entries(&self, span: Option<Span>, before: Option<i64>, limit: i64) -> Vec<Entry> {
        let read = self.platform.db.tx("test.entries", async |tx| {
            entries(tx, &wallet(1), span.as_ref(), before, limit).await
        });
        read.await.unwrap()
    }

    async fn versions(&self, span: Option<Span>, before: Option<i64>, limit: i64) -> Vec<i64> {
        self.entries(span, before, limit).await.into_iter().map(|entry| entry.version).collect()
    }

    async fn statement(&self, account: Account, span: Span) -> Statement {
        let read =
            self.platform.db.tx("test.statement", async |tx| statement(tx, &account, &span).await);
        read.await.unwrap()
    }
}

#[tokio::test]
async fn a_balance_at_an_instant_is_after_the_last_entry_not_after_it() {
    let ground = wallet_with_a_past().await;
    let nano = TimeDelta::nanoseconds(1);
    for (at, minor) in [
        (DateTime::<Utc>::MIN_UTC, 0),
        (minutes(1) - nano, 0),
        (minutes(1), 100),
        (minutes(2) - nano, 100),
        (minutes(2), 77),
        (minutes(3), 77),
        (minutes(4) - nano, 77),
        (minutes(4), 84),
        (DateTime::<Utc>::MAX_UTC, 84),
    ] {
        let read = ground.platform.db.tx("test.at", async |tx| {
            Ok::<_, Error>([
                balance_at(tx, &wallet(1), at).await?,
                balance_at(tx, &wallet(2), at).await?,
            ])
        });
        assert_eq!(read.await.unwrap(), [cny(minor), cny(0)], "at {at}");
    }
}

#[tokio::test]
async fn a_statement_covers_its_first_instant_and_not_its_last() {
    let ground = wallet_with_a_past().await;
    let micro = TimeDelta::microseconds(1);
    for (from, until, [opening, debits, credits, closing], entries) in [
        (minutes(1), minutes(2), [0, 0, 100, 100], 1),
        (minutes(1), minutes(2) + micro, [0, 23, 100, 77], 3),
        (minutes(2), minutes(4), [100, 23, 0, 77], 2),
        (minutes(2) + micro, minutes(4), [77, 0, 0, 77], 0),
        (minutes(2) + micro, minutes(4) + micro, [77, 0, 7, 84], 1),
        (minutes(0), minutes(1), [0, 0, 0, 0], 0),
        (minutes(4) + micro, minutes(9), [84, 0, 0, 84], 0),
        (minutes(0), minutes(9), [0, 23, 107, 84], 4),
        (minutes(2), minutes(2), [100, 0, 0, 100], 0),
        (minutes(4), minutes(1), [77, 0, 0, 77], 0),
    ] {
        let expected = Statement {
            opening: cny(opening),
            debits: cny(debits),
            credits: cny(credits),
            closing: cny(closing),
            entries,
        };
        assert_eq!(ground.statement(wallet(1), from..until).await, expected, "{from} to {until}");
        let zero = [cny(0); 4];
        let Statement { opening, debits, credits, closing, entries: none } =
            ground.statement(wallet(2), from..until).await;
        assert_eq!(([opening, debits, credits, closing], none), (zero, 0), "nothing reached it");
        let listed = ground.entries(Some(from..until), None, 100).await.len();
        assert_eq!(i64::try_from(listed), Ok(entries), "{from} to {until}");
    }
}

#[tokio::test]
async fn entries_come_newest_first_a_page_at_a_time() {
    let ground = wallet_with_a_past().await;
    let all = ground.entries(None, None, 100).await;
    let seen: Vec<_> = all
        .iter()
        .map(|entry| (entry.version, entry.amount.minor(), entry.balance_after.minor(), entry.at))
        .collect();
    assert_eq!(
        seen,
        [
            (4, 7, 84, minutes(4)),
            (3, -3, 77, minutes(2)),
            (2, -20, 80, minutes(2)),
            (1, 100, 100, minutes(1))
        ]
    );
    assert_eq!(ground.entries(None, None, 3).await, all[..3]);
    assert_eq!(ground.entries(None, Some(2), 3).await, all[3..]);
    assert_eq!(ground.versions(None, Some(4), 2).await, [3, 2]);
    assert_eq!(ground.versions(None, Some(99), 1).await, [4]);
    assert!(ground.entries(None, Some(1), 3).await.is_empty());
    assert!(ground.entries(None, Some(i64::MIN), 3).await.is_empty());
    let minute_two = || Some(minutes(2)..minutes(3));
    assert_eq!(ground.versions(minute_two(), None, 100).await, [3, 2]);
    assert_eq!(ground.versions(minute_two(), Some(3), 100).await, [2]);
    assert!(ground.versions(minute_two(), Some(2), 100).await.is_empty());
    assert_eq!(ground.versions(minute_two(), None, 1).await, [3]);
}
