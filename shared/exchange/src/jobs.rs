//! What is done about messages that are held, and what the hospital's systems are told.

use chrono::TimeDelta;
use citygate_catalogue::AgencyId;
use citygate_notify::{Owner, send_webhook};
use citygate_platform::{
    Cx,
    db::Tx,
    jobs::{Job, JobError, Retries, Task},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    error::Error,
    fault::Hold,
    fhir::Server,
    inbox,
    model::{Held, HoldId, HoldState},
    store,
};

/// A message is held.
pub(crate) const HELD: &str = "exchange.message.held";
/// A message has been held for some days, and nobody has decided.
pub(crate) const WAITING: &str = "exchange.message.waiting";
/// A message that was held was carried out.
pub(crate) const RELEASED: &str = "exchange.message.released";

/// How long after a message was held it is tried again, whatever has happened: an order that was
/// being recorded at the same time has not seen it wait. Longer than a transaction can last.
const SECOND_LOOK: TimeDelta = TimeDelta::seconds(15);
/// How often a hospital is reminded of a message that is held.
const REMINDER: TimeDelta = TimeDelta::days(3);

/// The messages that wait for an order.
#[derive(Serialize, Deserialize)]
struct Waiting {
    agency: AgencyId,
    order_no: String,
}

/// A message of which the hospital is to be reminded.
#[derive(Serialize, Deserialize)]
struct Reminder {
    agency: AgencyId,
    hold: HoldId,
}

const RETRY: Task<Waiting> = Task::new("exchange.retry_waiting");
const REMIND: Task<Reminder> = Task::new("exchange.remind_of_hold");

/// The work of this crate after COMMIT.
pub(crate) fn all(server: &Server) -> Vec<Job> {
    let server = server.clone();
    let retry = RETRY.done_by(Retries::DELIVERY, move |cx, waiting: Waiting| {
        let server = server.clone();
        async move { retry_waiting(&cx, &server, &waiting).await }
    });
    let remind = REMIND.done_by(Retries::DELIVERY, |cx, reminder| async move {
        remind(&cx, &reminder).await.map_err(JobError::from)
    });
    vec![retry, remind]
}

async fn retry_waiting(cx: &Cx, server: &Server, waiting: &Waiting) -> Result<(), JobError> {
    let Waiting { agency, order_no } = waiting;
    let released = inbox::retry_waiting(cx, *agency, order_no, async |tx, kept| {
        inbox::carry_out(cx, server, tx, kept).await
    });
    let released = released.await.map_err(JobError::passing)?;
    if released > 0 {
        tracing::info!(released, "messages were released by their order");
    }
    Ok(())
}

/// Lets the messages that wait for an order be tried again.
pub(crate) async fn try_again(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    order_no: &str,
) -> Result<(), Error> {
    Ok(RETRY.enqueue(tx, &Waiting { agency, order_no: order_no.to_owned() }).await?)
}

/// Sees to it that a message which is held now is not forgotten, and tells the hospital.
pub(crate) async fn look_after(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    hold: HoldId,
    why: &Hold,
) -> Result<(), Error> {
    let now = tx.now();
    if let Some(order_no) = why.waits_for.clone() {
        RETRY.enqueue_at(tx, &Waiting { agency, order_no }, now + SECOND_LOOK).await?;
    }
    REMIND.enqueue_at(tx, &Reminder { agency, hold }, now + REMINDER).await?;
    let held = store::hold(tx, agency, hold).await?.ok_or(Error::HoldUnknown)?;
    tell(tx, HELD, &held).await
}

/// Reminds a hospital of a message, now and then, until somebody decides.
async fn remind(cx: &Cx, reminder: &Reminder) -> Result<(), Error> {
    let reminded = cx.db.tx("exchange.remind_of_hold", async |tx| {
        let held = store::hold(tx, reminder.agency, reminder.hold).await?;
        let Some(held) = held.filter(|held| held.state == HoldState::Held) else { return Ok(()) };
        let now = tx.now();
        REMIND.enqueue_at(tx, reminder, now + REMINDER).await?;
        tell(tx, WAITING, &held).await
    });
    reminded.await
}

/// Tells a hospital's system about a message of its own, and nothing about anybody.
pub(crate) async fn tell(tx: &mut Tx<'_>, kind: &str, held: &Held) -> Result<(), Error> {
    let owner = Owner { city: held.agency.city(), id: held.agency.uuid() };
    let data = json!({
        "hold_id": held.id,
        "protocol": held.protocol.code(),
        "what": held.what,
        "message_no": held.message_no,
        "reason": held.hold.reason.code(),
        "held_at": held.held_at,
    });
    Ok(send_webhook(tx, owner, kind, data).await?)
}
