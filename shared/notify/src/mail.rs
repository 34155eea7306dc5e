//! Mails: written with their cause, sent by a job.

use chrono::{DateTime, Utc};
use citygate_kernel::{Clock, Id, Kind};
use citygate_platform::{
    Cx,
    db::Tx,
    jobs::{Job, JobError, Retries, Task},
    keys::{DataClass, Keys, SealedColumn},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{EmailAddress, Error, Mailer, store};

/// Prefix of mail identifiers.
pub(crate) enum MailKind {}
impl Kind for MailKind {
    const PREFIX: &'static str = "mail";
}
pub(crate) type MailId = Id<MailKind>;

/// Address and words, until they are sent.
pub(crate) const CONTENT: SealedColumn =
    SealedColumn::new("notify.messages", "id", "content_sealed", DataClass::Letter);

/// Close together at first, because somebody may wait for a code; over a day in all, because mail
/// servers have bad days.
const RETRIES: Retries = Retries::after(&[2, 5, 15, 60, 300, 1_800, 7_200, 21_600, 57_600]);

const SEND: Task<SendMail> = Task::new("notify.send_mail");

/// A mail in plain text.
#[derive(Clone, Serialize, Deserialize)]
pub struct Mail {
    /// The subject, on one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    to: EmailAddress,
    mail: Mail,
}

#[derive(Serialize, Deserialize)]
struct SendMail {
    message_id: MailId,
}

/// Writes a mail, to be sent after COMMIT, at least once.
pub async fn send_mail(
    keys: &Keys,
    tx: &mut Tx<'_>,
    to: &EmailAddress,
    mail: &Mail,
) -> Result<(), Error> {
    let message_id = MailId::new(&Clock::manual(tx.now()));
    let content = serde_json::to_vec(&Content { to: to.clone(), mail: mail.clone() })?;
    let sealed = keys.seal(tx, &CONTENT, message_id.uuid(), &content).await?;
    store::insert_message(tx, message_id.uuid(), &sealed).await?;
    SEND.enqueue(tx, &SendMail { message_id }).await?;
    Ok(())
}

/// How a mail is sent.
pub(crate) fn job(mailer: Mailer) -> Job {
    SEND.done_by(RETRIES, move |cx, job| send(mailer.clone(), cx, job))
}

async fn send(mailer: Mailer, cx: Cx, job: SendMail) -> Result<(), JobError> {
    let id = job.message_id;
    let message =
        cx.db.tx("notify.read_mail", async |tx| content(&cx.keys, tx, id.uuid()).await).await;
    let Some((content, written_at)) = message.map_err(Error::of_job)? else { return Ok(()) };
    let Content { to, mail } = serde_json::from_slice(&content).map_err(JobError::permanent)?;
    mailer.send(id, written_at, &to, &mail).await.map_err(|error| {
        if error.is_permanent() { JobError::permanent(error) } else { JobError::passing(error) }
    })?;
    cx.db.tx("notify.mail_sent", async |tx| store::mark_sent(tx, id.uuid()).await).await?;
    Ok(())
}

/// What a message says and since when. None when it was sent, and only the end of that job was not
/// recorded.
pub(crate) async fn content(
    keys: &Keys,
    tx: &mut Tx<'_>,
    id: Uuid,
) -> Result<Option<(Vec<u8>, DateTime<Utc>)>, Error> {
    let Some(message) = store::message(tx, id).await? else { return Ok(None) };
    let Some(sealed) = message.content_sealed else { return Ok(None) };
    Ok(Some((keys.open_sealed(tx, &CONTENT, id, &sealed).await?, message.created_at)))
}

#[cfg(test)]
mod tests;
