//! What happens to applications when time passes, whatever their kind.

use citygate_platform::Cx;
use uuid::Uuid;

use super::{dispute, transfer, withdrawal};
use crate::{
    error::Error,
    jobs::clock::{Application, Due},
    store,
};

/// Somebody's time is over. An application that was acted on meanwhile is left alone.
pub(crate) async fn overtake(cx: &Cx, due: Due) -> Result<(), Error> {
    let Due { application, act_by } = due;
    cx.db
        .tx("provident_fund.overtake", async |tx| match application {
            Application::Withdrawal(id) => withdrawal::overtake(cx, tx, id, act_by).await,
            Application::Dispute(id) => dispute::overtake(cx, tx, id, act_by).await,
            Application::Transfer(id) => transfer::overtake(cx, tx, id, act_by).await,
        })
        .await
}

/// How many applications of a kind are looked through at a time.
const BATCH: i64 = 100;

/// Counts the time to act on open applications anew. Days off that were announced late move it.
/// Doing it again changes nothing. Returns how many moved.
pub(crate) async fn recount(cx: &Cx) -> Result<usize, Error> {
    let mut moved = 0;
    for kind in [Kind::Withdrawals, Kind::Disputes, Kind::Transfers] {
        let mut after = Uuid::nil();
        loop {
            let open = open(cx, kind, after).await?;
            let Some(last) = open.last().map(|one| one.uuid()) else { break };
            after = last;
            for application in open {
                moved += usize::from(recount_one(cx, application).await?);
            }
        }
    }
    Ok(moved)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Withdrawals,
    Disputes,
    Transfers,
}

impl Application {
    fn uuid(self) -> Uuid {
        match self {
            Self::Withdrawal(id) => id.uuid(),
            Self::Dispute(id) => id.uuid(),
            Self::Transfer(id) => id.uuid(),
        }
    }
}

/// Open applications of a kind, in the order of their ids.
async fn open(cx: &Cx, kind: Kind, after: Uuid) -> Result<Vec<Application>, Error> {
    cx.db
        .read("provident_fund.open_applications", async |tx| {
            Ok(match kind {
                Kind::Withdrawals => {
                    let open = store::withdrawal::waiting(tx, after, BATCH).await?;
                    open.into_iter().map(|one| Application::Withdrawal(one.id)).collect()
                }
                Kind::Disputes => {
                    let open = store::dispute::waiting(tx, after, BATCH).await?;
                    open.into_iter().map(|one| Application::Dispute(one.id)).collect()
                }
                Kind::Transfers => {
                    let open = store::transfer::waiting(tx, after, BATCH).await?;
                    open.into_iter().map(|one| Application::Transfer(one.id)).collect()
                }
            })
        })
        .await
}

async fn recount_one(cx: &Cx, application: Application) -> Result<bool, Error> {
    cx.db
        .tx("provident_fund.recount", async |tx| match application {
            Application::Withdrawal(id) => withdrawal::recount(tx, id).await,
            Application::Dispute(id) => dispute::recount(tx, id).await,
            Application::Transfer(id) => transfer::recount(tx, id).await,
        })
        .await
}
