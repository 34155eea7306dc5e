//! Messages as they come in: carried out once, kept for later proof, answered after COMMIT.
//!
//! | case | answer |
//! |---|---|
//! | not connected, suspended, not signed where that is demanded, a nonce that was used | refused |
//! | known number, same content | the stored answer, or that the message is held |
//! | known number, other content | `exchange.message_differs` |
//! | carried out | message, signature and answer are kept in the same transaction |
//! | held | undone; then kept in a transaction of its own, with what it waits for |
//! | refused | undone; then noted in a transaction of its own, without its content |
//! | trouble with the database, or a fault of ours | undone, and no trace of it: it may be sent again |
//!
//! A message is looked up before it is carried out, in one round trip with the other questions of
//! admission, and kept afterwards: three statements, and one more for a nonce. Of two copies that come
//! in at the same time the second finds its number taken when it is kept; everything it did is undone,
//! and the next look finds the answer of the first.

mod quarantine;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{Context, Digest, SHA256};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};
use futures_util::future::join;
use serde::{Deserialize, Serialize};

pub use self::quarantine::retry_held;
pub(crate) use self::quarantine::{Kept, carry_out, discard, hold, holds, retry, retry_waiting};
pub(crate) use crate::model::Protocol;
use crate::{
    error::Error,
    fault::{Fault, Hold, HoldReason, Refusal},
    jobs,
    model::HoldId,
    participants::{self, Heard},
    sender::Sender,
    signature::Proof,
    store::{self, KnownMessage},
};

/// A message on its way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub sender: Sender,
    pub protocol: Protocol,
    /// What the sender calls it: MSH-10, Bundle.identifier, or the Idempotency-Key; 1 to 512
    /// characters. The same number with the same content is given the same answer; with other
    /// content it is refused.
    pub message_no: Option<&'a str>,
    /// What it is, without what may name people: `POST /fhir/r4`, `ORU^R01`; 1 to 255 characters.
    pub what: &'a str,
    /// What else the sender says of how it is to be carried out: If-Match, If-None-Exist. Empty, or
    /// in a form that whoever carries it out again understands.
    pub conditions: &'a str,
    /// As it was received, byte for byte.
    pub body: &'a [u8],
    /// Its signature, verified.
    pub proof: Option<&'a Proof>,
    /// Which part of the request it is, from 0, where that has several that are messages of their
    /// own: under one signature, whose nonce [`receive_parts`] has used for all of them.
    pub part: Option<usize>,
}

impl Incoming<'_> {
    /// The nonce that it uses up.
    fn nonce(&self) -> Option<&str> {
        self.proof.filter(|_| self.part.is_none()).map(|proof| proof.nonce.as_str())
    }
}

/// The digest by which a message is the same: SHA-256 over its conditions and its body. Of a message
/// without conditions it is the digest of the body alone, which its sender can compute.
#[derive(Debug)]
pub(crate) struct Content(Digest);

impl Content {
    pub(crate) fn new(conditions: &str, body: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(conditions.as_bytes());
        context.update(body);
        Self(context.finish())
    }

    pub(crate) fn sha256(&self) -> &[u8] {
        self.0.as_ref()
    }
}

/// What the sender is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub status: u16,
    pub content_type: String,
    /// Location and ETag, where there are such.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    /// As a table stores it.
    pub(crate) fn status(&self) -> i16 {
        i16::try_from(self.status).unwrap_or(i16::MAX)
    }
}

/// What became of a message.
#[derive(Debug)]
pub(crate) enum Received {
    Answered {
        reply: Reply,
        /// Whether it had been answered before.
        replayed: bool,
    },
    Held {
        /// For whoever looks after it.
        id: HoldId,
        hold: Hold,
        /// Whether it had been answered before.
        replayed: bool,
    },
}

/// A refusal that was noted.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Noted(Problem);

impl Refusal for Noted {
    fn as_db(&self) -> Option<&DbError> {
        None
    }

    fn problem(self: Box<Self>) -> Problem {
        self.0
    }
}

/// Carries a message out: once, in a transaction that also keeps it.
///
/// `act` may run more than once. What it wrote is undone when it ends in a [`Fault`].
pub(crate) async fn receive(
    cx: &Cx,
    incoming: &Incoming<'_>,
    mut act: impl AsyncFnMut(&mut Tx<'_>) -> Result<Reply, Fault>,
) -> Result<Received, Fault> {
    let content = Content::new(incoming.conditions, incoming.body);
    let (mut admitted, mut dropped) = (false, false);
    let carried = cx
        .db
        .tx("exchange.receive", async |tx| {
            (admitted, dropped) = (false, false);
            if let Some(known) = admit(cx, tx, incoming, &content).await? {
                participants::heard(tx, incoming, Heard::Again).await?;
                return Ok(known);
            }
            admitted = true;
            let reply = act(tx).await?;
            store::insert_message(&cx.keys, tx, incoming, &content, Some(&reply)).await?;
            dropped = participants::heard(tx, incoming, Heard::CarriedOut).await?;
            Ok(Received::Answered { reply, replayed: false })
        })
        .await;
    let outcome = match carried {
        Ok(_) if dropped => return Err(Error::AnswerDropped.into()),
        Err(Fault::Held(hold)) => keep_held(cx, incoming, &content, &hold).await,
        other => other,
    };
    match outcome {
        Err(Fault::Refused(error)) => refuse(cx, incoming, &content, error, admitted).await,
        other => other,
    }
}

/// Whether a message may come in, and what it was answered if it was here before. Its nonce is used
/// from now on.
async fn admit(
    cx: &Cx,
    tx: &Tx<'_>,
    incoming: &Incoming<'_>,
    content: &Content,
) -> Result<Option<Received>, Error> {
    let known = async {
        match incoming.message_no {
            Some(no) => store::known_message(tx, incoming.sender, incoming.protocol, no).await,
            None => Ok(None),
        }
    };
    let (vouched, known) = join(vouch(tx, incoming), known).await;
    vouched?;
    match known? {
        Some(known) => answer_again(cx, tx, incoming, content, known).await.map(Some),
        None => Ok(None),
    }
}

/// Whether a sender is connected, and has signed where it has to, with a nonce that is new: used from
/// now on.
async fn vouch(tx: &Tx<'_>, incoming: &Incoming<'_>) -> Result<(), Error> {
    let fresh = async {
        match incoming.nonce() {
            Some(nonce) => store::use_nonce(tx, incoming.sender, nonce).await,
            None => Ok(true),
        }
    };
    let (admission, fresh) = join(participants::admit(tx, incoming.sender.agency), fresh).await;
    if admission?.signatures_required && incoming.proof.is_none() {
        return Err(Error::SignatureRequired);
    }
    if fresh? { Ok(()) } else { Err(Error::SignatureReplayed) }
}

/// Lets a request in whose parts are messages of their own: its nonce is used once, for all of them.
/// Each is then received with its number, [`Incoming::part`].
pub(crate) async fn receive_parts(cx: &Cx, request: &Incoming<'_>) -> Result<(), Fault> {
    let vouched = cx.db.tx("exchange.receive_parts", async |tx| vouch(tx, request).await);
    let Err(error) = vouched.await else { return Ok(()) };
    let content = Content::new(request.conditions, request.body);
    refuse(cx, request, &content, Box::new(error), false).await.map(drop)
}

/// What a message was answered before, if it is the same.
async fn answer_again(
    cx: &Cx,
    tx: &Tx<'_>,
    incoming: &Incoming<'_>,
    content: &Content,
    known: KnownMessage,
) -> Result<Received, Error> {
    if known.content != content.sha256() || known.what != incoming.what {
        return Err(Error::MessageDiffers);
    }
    if let Some(sealed) = &known.answer {
        let reply = store::open_answer(&cx.keys, tx, known.id, sealed).await?;
        return Ok(Received::Answered { reply, replayed: true });
    }
    let (reason, waits_for) = known.hold.ok_or(Error::Damaged("hold"))?;
    let reason = HoldReason::from_code(&reason).ok_or(Error::Damaged("reason"))?;
    Ok(Received::Held {
        id: HoldId::from_parts(incoming.sender.agency.city(), known.id),
        hold: Hold { reason, waits_for },
        replayed: true,
    })
}

/// Keeps a message that could not be carried out yet, and tells the hospital.
async fn keep_held(
    cx: &Cx,
    incoming: &Incoming<'_>,
    content: &Content,
    hold: &Hold,
) -> Result<Received, Fault> {
    let held = cx.db.tx("exchange.hold", async |tx| {
        if let Some(known) = admit(cx, tx, incoming, content).await? {
            return Ok(known);
        }
        let id = store::insert_message(&cx.keys, tx, incoming, content, None).await?;
        let agency = incoming.sender.agency;
        store::insert_hold(tx, agency, id, hold).await?;
        participants::heard(tx, incoming, Heard::Held(hold.reason)).await?;
        jobs::look_after(tx, agency, id, hold).await?;
        Ok::<_, Error>(Received::Held { id, hold: hold.clone(), replayed: false })
    });
    Ok(held.await?)
}

/// Notes a refusal. A copy that was carried out at the same time may be why this one was refused:
/// then its answer is this one's, too.
async fn refuse(
    cx: &Cx,
    incoming: &Incoming<'_>,
    content: &Content,
    error: Box<dyn Refusal>,
    admitted: bool,
) -> Result<Received, Fault> {
    if error.as_db().is_some() {
        return Err(Fault::Refused(error));
    }
    let problem = error.problem();
    if is_trouble(&problem) {
        return Err(Noted(problem).into());
    }
    let Incoming { sender, protocol, what, .. } = *incoming;
    let answered = cx.db.tx("exchange.refuse", async |tx| {
        if let Some(no) = incoming.message_no.filter(|_| admitted)
            && let Some(known) = store::known_message(tx, sender, protocol, no).await?
        {
            return answer_again(cx, tx, incoming, content, known).await.map(Some);
        }
        if let Some(nonce) = incoming.nonce() {
            store::use_nonce(tx, sender, nonce).await?;
        }
        let code = problem.kind.code;
        store::insert_refusal(tx, (sender, protocol, what), content, code).await?;
        Ok::<_, Error>(None)
    });
    answered.await?.ok_or_else(|| Noted(problem).into())
}

/// Whether a problem is no fact of the message: the same message may be carried out later.
fn is_trouble(problem: &Problem) -> bool {
    problem.kind.status >= 500 || problem.kind.retryable
}

/// Notes a message that was refused before it could be received: one whose signature does not hold.
pub(crate) async fn note_refusal(
    cx: &Cx,
    what: (Sender, Protocol, &str),
    body: &[u8],
    code: &str,
) -> Result<(), Error> {
    let content = Content::new("", body);
    let noted = cx
        .db
        .tx("exchange.refuse", async |tx| store::insert_refusal(tx, what, &content, code).await);
    noted.await
}
