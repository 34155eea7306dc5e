//! Sessions on a real database.

#![cfg(test)]

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::{
    AccountId, Error, PersonId, RealName, SessionId, require_session, running_sessions,
    session_ended,
};
use citygate_kernel::{CityCode, Clock, Problem};
use citygate_platform::{
    Platform,
    db::{DbError, Tx},
};
use citygate_testkit::{TestDb, monday_morning};
use diesel_async::SimpleAsyncConnection;

fn caller(account: AccountId, session: SessionId) -> RealName {
    let person = PersonId::new(&Clock::system());
    RealName { account, session, city: CityCode::HANGZHOU, person }
}

async fn add_account(platform: &Platform) -> AccountId {
    let id = AccountId::new(&platform.clock);
    let account = format!(
        "INSERT INTO identity.accounts VALUES \
         ('{0}', 330100, '{0}', 'x', 'en', NULL, NULL, now())",
        id.uuid()
    );
    run(platform, &account).await;
    id
}

async fn add_session(
    platform: &Platform,
    account: AccountId,
    expires_at: DateTime<Utc>,
    revoked: bool,
) -> SessionId {
    let id = SessionId::new(&platform.clock);
    let revoked_at = if revoked { "now()" } else { "NULL" };
    let session = format!(
        "INSERT INTO identity.sessions VALUES \
         ('{}', '{}', now(), '{expires_at}', {revoked_at})",
        account.uuid(),
        id.uuid()
    );
    run(platform, &session).await;
    id
}

async fn run(platform: &Platform, statement: &str) {
    let done: Result<(), DbError> =
        platform.db.tx("test.run", async |tx| Ok(tx.conn().batch_execute(statement).await?)).await;
    done.unwrap();
}

async fn one_by_one(tx: &mut Tx<'_>, callers: &[RealName]) -> Result<Vec<bool>, Error> {
    let mut running = Vec::new();
    for caller in callers {
        match require_session(tx, caller).await {
            Ok(()) => running.push(true),
            Err(Error::TokenInvalid(_)) => running.push(false),
            Err(other) => return Err(other),
        }
    }
    Ok(running)
}

#[tokio::test]
async fn a_batch_hears_of_each_session_what_it_would_hear_alone() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let (soon, now) = (monday_morning() + TimeDelta::microseconds(1), monday_morning());
    let (wang, li) = (add_account(&platform).await, add_account(&platform).await);
    let running = add_session(&platform, wang, soon, false).await;
    let other = add_session(&platform, li, soon, false).await;
    let revoked = add_session(&platform, wang, soon, true).await;
    let over = add_session(&platform, wang, now, false).await;
    let unknown = SessionId::new(&platform.clock);
    let callers = [
        caller(wang, running),
        caller(wang, revoked),
        caller(li, other),
        caller(wang, over),
        caller(wang, other),
        caller(wang, unknown),
        caller(wang, running),
    ];
    let (batch, alone, statements) = platform
        .db
        .tx("test.sessions", async |tx| {
            let before = tx.statements();
            let batch = running_sessions(tx, &callers).await?;
            let statements = tx.statements() - before;
            Ok::<_, Error>((batch, one_by_one(tx, &callers).await?, statements))
        })
        .await
        .unwrap();
    assert_eq!(batch, [true, false, true, false, false, false, true]);
    assert_eq!(batch, alone);
    assert_eq!(statements, 1);
}

#[tokio::test]
async fn an_empty_batch_has_no_sessions() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let none = platform.db.tx("test.none", async |tx| running_sessions(tx, &[]).await).await;
    assert!(none.unwrap().is_empty());
}

#[tokio::test]
async fn an_ended_session_is_the_same_problem_in_a_batch_and_alone() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let gone = caller(AccountId::new(&platform.clock), SessionId::new(&platform.clock));
    let alone = platform.db.tx("test.gone", async |tx| require_session(tx, &gone).await).await;
    let (alone, batch) = (Problem::from(alone.unwrap_err()), Problem::from(session_ended()));
    assert_eq!(alone.kind.code, "identity.token_invalid");
    assert_eq!((alone.kind.code, alone.detail), (batch.kind.code, batch.detail));
}
