//! Short messages: written with their cause, sent by a job.

use citygate_kernel::{Clock, Id, Kind};
use citygate_platform::{
    Cx,
    db::Tx,
    jobs::{Job, JobError, Retries, Task},
    keys::Keys,
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, PhoneNumber, SmsGateway,
    mail::{CONTENT, content},
    store,
};

/// Prefix of identifiers of short messages.
pub(crate) enum SmsKind {}
impl Kind for SmsKind {
    const PREFIX: &'static str = "sms";
}
pub(crate) type SmsId = Id<SmsKind>;

/// Within the five minutes that a code works; afterwards nobody waits for it.
const RETRIES: Retries = Retries::after(&[2, 5, 15, 60, 120]);

const SEND: Task<SendSms> = Task::new("notify.send_sms");

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    to: PhoneNumber,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct SendSms {
    message_id: SmsId,
}

/// Writes a short message, to be sent after COMMIT, at least once.
pub async fn send_sms(
    keys: &Keys,
    tx: &mut Tx<'_>,
    to: &PhoneNumber,
    text: &str,
) -> Result<(), Error> {
    let message_id = SmsId::new(&Clock::manual(tx.now()));
    let content = serde_json::to_vec(&Content { to: to.clone(), text: text.to_owned() })?;
    let sealed = keys.seal(tx, &CONTENT, message_id.uuid(), &content).await?;
    store::insert_message(tx, message_id.uuid(), &sealed).await?;
    SEND.enqueue(tx, &SendSms { message_id }).await?;
    Ok(())
}

/// How a short message is sent.
pub(crate) fn job(gateway: SmsGateway) -> Job {
    SEND.done_by(RETRIES, move |cx, job| send(gateway.clone(), cx, job))
}

async fn send(gateway: SmsGateway, cx: Cx, job: SendSms) -> Result<(), JobError> {
    let id = job.message_id;
    let message =
        cx.db.tx("notify.read_sms", async |tx| content(&cx.keys, tx, id.uuid()).await).await;
    let Some((content, written_at)) = message.map_err(Error::of_job)? else { return Ok(()) };
    let Content { to, text } = serde_json::from_slice(&content).map_err(JobError::permanent)?;
    gateway.send(id, written_at, &to, &text).await.map_err(|error| {
        if error.is_permanent() { JobError::permanent(error) } else { JobError::passing(error) }
    })?;
    cx.db.tx("notify.sms_sent", async |tx| store::mark_sent(tx, id.uuid()).await).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
