//! Messages that are held: looked at, tried again, discarded.

use citygate_catalogue::AgencyId;
use citygate_kernel::Problem;
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use uuid::Uuid;

use super::{Reply, is_trouble};
use crate::{
    error::Error,
    fault::{Fault, Hold},
    fhir::{self, Server},
    hl7, jobs,
    model::{DiscardReason, Held, HoldId, HoldState, Protocol},
    participants,
    rules::{HoldEvent, next},
    sender::Sender,
    store,
};

/// A message as it was kept, to be carried out again.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub sender: Sender,
    pub protocol: Protocol,
    pub conditions: String,
    pub body: Vec<u8>,
}

/// Lets the messages that wait for an order be tried again. Whoever records an order calls it in
/// the same transaction.
pub async fn retry_held(tx: &mut Tx<'_>, agency: AgencyId, order_no: &str) -> Result<(), Error> {
    if store::is_waited_for(tx, agency, order_no).await? {
        jobs::try_again(tx, agency, order_no).await?;
    }
    Ok(())
}

/// Carries a message out as it was kept.
pub(crate) async fn carry_out(
    cx: &Cx,
    server: &Server,
    tx: &mut Tx<'_>,
    kept: &Kept,
) -> Result<Reply, Fault> {
    match kept.protocol {
        Protocol::Fhir => fhir::again(cx, server, tx, kept).await,
        Protocol::Hl7v2 => {
            let message = (kept.conditions.as_str(), kept.body.as_slice());
            hl7::redo(cx, tx, &server.registry, kept.sender, message).await
        }
    }
}

/// A hospital's message that is held, or was.
pub(crate) async fn hold(cx: &Cx, agency: AgencyId, id: HoldId) -> Result<Held, Error> {
    let held = cx.db.read("exchange.get_hold", async |tx| store::hold(tx, agency, id).await);
    held.await?.ok_or(Error::HoldUnknown)
}

/// A hospital's messages in a state, oldest first; one more than the page holds.
pub(crate) async fn holds(
    cx: &Cx,
    agency: AgencyId,
    state: HoldState,
    page: &PageQuery,
) -> Result<Vec<Held>, Error> {
    let held = cx.db.read("exchange.list_holds", async |tx| {
        store::holds_of_agency(tx, agency, state, page.cursor, page.limit() + 1).await
    });
    held.await
}

/// Carries a message out again, as its sender, and says how it stands then: one that is still held
/// says what for, and with what it was refused.
///
/// # Errors
///
/// [`Error::HoldUnknown`]; [`Error::HoldEnded`] when it was discarded; trouble.
pub(crate) async fn retry(
    cx: &Cx,
    agency: AgencyId,
    id: HoldId,
    by: Option<Uuid>,
    mut act: impl AsyncFnMut(&mut Tx<'_>, &Kept) -> Result<Reply, Fault>,
) -> Result<Held, Problem> {
    let tried = cx.db.tx("exchange.retry_hold", async |tx| {
        let held = store::lock_hold(tx, agency, id).await?.ok_or(Error::HoldUnknown)?;
        let released = next(held.state, HoldEvent::CarriedOut).ok_or(Error::HoldEnded)?;
        participants::admit(tx, agency).await?;
        let kept = store::kept_message(&cx.keys, tx, id).await?;
        let reply = act(tx, &kept).await?;
        store::set_answer(&cx.keys, tx, id, &reply).await?;
        store::end_hold(tx, id, released, by, None).await?;
        jobs::tell(tx, jobs::RELEASED, &held).await?;
        Ok(Held { state: released, ended_at: Some(tx.now()), ..held })
    });
    match tried.await {
        Ok(held) => Ok(held),
        Err(Fault::Held(hold)) => note_try(cx, agency, id, Some(&hold), None).await,
        Err(Fault::Refused(error)) => match error.problem() {
            trouble if is_trouble(&trouble) => Err(trouble),
            problem => note_try(cx, agency, id, None, Some(problem.kind.code)).await,
        },
    }
}

/// Notes that a message was carried out again in vain. One that was released meanwhile is released.
async fn note_try(
    cx: &Cx,
    agency: AgencyId,
    id: HoldId,
    waits: Option<&Hold>,
    refused_with: Option<&str>,
) -> Result<Held, Problem> {
    let noted = cx.db.tx("exchange.note_try", async |tx| {
        let held = store::lock_hold(tx, agency, id).await?.ok_or(Error::HoldUnknown)?;
        match held.state {
            HoldState::Released => return Ok(held),
            HoldState::Discarded => return Err(Error::HoldEnded),
            HoldState::Held => {}
        }
        store::note_try(tx, id, waits.unwrap_or(&held.hold), refused_with).await?;
        store::hold(tx, agency, id).await?.ok_or(Error::HoldUnknown)
    });
    Ok(noted.await?)
}

/// Decides that a message is never carried out. Deciding it again in the same way changes nothing.
pub(crate) async fn discard(
    cx: &Cx,
    agency: AgencyId,
    id: HoldId,
    by: Uuid,
    reason: DiscardReason,
) -> Result<Held, Error> {
    let discarded = cx.db.tx("exchange.discard_hold", async |tx| {
        let held = store::lock_hold(tx, agency, id).await?.ok_or(Error::HoldUnknown)?;
        if held.discarded == Some(reason) {
            return Ok(held);
        }
        let state = next(held.state, HoldEvent::Discarded).ok_or(Error::HoldEnded)?;
        store::end_hold(tx, id, state, Some(by), Some(reason)).await?;
        let discarded = Some(reason);
        Ok(Held { state, ended_at: Some(tx.now()), discarded, ..held })
    });
    discarded.await
}

/// How many messages are looked up at a time.
const BATCH: i64 = 100;

/// Carries the messages that wait for an order out again, in the order in which they came, each in a
/// transaction of its own. Returns how many were released.
pub(crate) async fn retry_waiting(
    cx: &Cx,
    agency: AgencyId,
    order_no: &str,
    mut act: impl AsyncFnMut(&mut Tx<'_>, &Kept) -> Result<Reply, Fault>,
) -> Result<usize, Problem> {
    let (mut after, mut released) = (Uuid::nil(), 0);
    loop {
        let waiting = cx.db.read("exchange.list_waiting", async |tx| {
            store::waiting_for(tx, agency, order_no, after, BATCH).await
        });
        let waiting = waiting.await?;
        let Some(last) = waiting.last() else { return Ok(released) };
        after = last.uuid();
        for id in waiting {
            match retry(cx, agency, id, None, &mut act).await {
                Ok(held) => released += usize::from(held.state == HoldState::Released),
                // Somebody has discarded it meanwhile.
                Err(problem) if !is_trouble(&problem) => {}
                Err(trouble) => return Err(trouble),
            }
        }
    }
}
