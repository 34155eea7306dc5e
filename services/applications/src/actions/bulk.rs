//! One thing with many applications.

use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::decide::{Clerk, Deed, act_in};
use crate::{
    error::Error,
    model::{Application, ApplicationId},
    wire::BulkBody,
};

/// What came of one of them.
pub(crate) type Done = (ApplicationId, Result<Application, Problem>);

/// Does one thing with each of some applications, once for each claim. Whichever it cannot be done
/// with says why; the others are done.
pub(crate) async fn bulk(
    cx: &Cx,
    clerk: Clerk,
    claim: &Claim,
    (deed, ids): (&Deed, &[ApplicationId]),
) -> Result<Answer, Error> {
    // In the order of all writers: of two who do the same, one waits for the other, not crosswise.
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    cx.db
        .tx("applications.bulk", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                let mut done = Vec::with_capacity(ids.len());
                for id in &ids {
                    done.push((*id, one(cx, tx, clerk, (*id, deed)).await?));
                }
                Ok::<_, Error>(BulkBody::new(done, cx.locale))
            })
            .await
        })
        .await
}

/// One of them. A fact is its own; trouble, and a fault of ours, is everybody's.
async fn one(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (id, deed): (ApplicationId, &Deed),
) -> Result<Result<Application, Problem>, Error> {
    match act_in(cx, tx, clerk, id, deed).await {
        Ok((application, _)) => Ok(Ok(application)),
        Err(error @ Error::Application(_)) => Ok(Err(error.into())),
        Err(error) => Err(error),
    }
}
