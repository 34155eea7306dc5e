//! One key, one effect, one answer.
//!
//! The key is claimed in the transaction of its effect, so there is no moment at which one exists
//! without the other. A decline is an answer like any other and is kept; what fails before the
//! action began (authentication, a malformed body), because of the database, or by a fault of ours
//! leaves no trace.
//!
//! | case | answer |
//! |---|---|
//! | no key | 400 `request.idempotency_key_required` |
//! | same key, same request, done | the stored status and body, `Idempotent-Replayed: true` |
//! | same key, same request, still running after the lock timeout | 409 `request.in_progress` |
//! | same key, another request | 422 `request.idempotency_key_reused` |
//!
//! [`once`] claims the key first and then acts. A batch looks for the answers of all its keys
//! first ([`answers`]), acts for those that have none, and writes keys and answers together at the
//! end ([`keep`]): half the writes. If a key was used in between, the whole batch is undone and
//! repeated, and finds it.
//!
//! An answer tells what a service has told somebody. It is sealed for its claim, and the digest of
//! the request is keyed: whoever reads the database learns neither, nor can try what was asked.

mod kept;

use aws_lc_rs::digest;
use citygate_kernel::{CityCode, Locale, Problem};
use serde::Serialize;
use uuid::Uuid;

pub(crate) use self::kept::KEPT;
pub use self::kept::{SEALED, answers, keep};
use crate::{
    Cx,
    db::{DbError, Tx, TxError},
    http,
};

/// Where a key stands: the caller's city, the caller, the key.
pub type Place = (CityCode, Uuid, String);

/// A caller's claim to one effect.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The caller's own city; it keeps the claim on the node of the caller's other rows.
    pub city: CityCode,
    /// Who calls. Keys of different callers never meet.
    pub subject_id: Uuid,
    /// The key as sent.
    pub key: String,
    /// SHA-256 over method, path and canonical body.
    pub request_hash: Vec<u8>,
}

impl Claim {
    /// What no other effect shares.
    pub fn place(&self) -> Place {
        (self.city, self.subject_id, self.key.clone())
    }
}

/// A claim, and for whom its answer is written.
#[derive(Debug, Clone)]
pub struct Request {
    /// The claim.
    pub claim: Claim,
    /// In which language.
    pub locale: Locale,
    /// Under which id.
    pub request_id: String,
}

impl Request {
    /// A claim in the context of its request.
    pub fn new(cx: &Cx, claim: Claim) -> Self {
        Self { claim, locale: cx.locale, request_id: cx.request_id.clone() }
    }
}

/// SHA-256 over what makes two requests the same.
pub fn request_hash(method: &str, path: &str, body: &serde_json::Value) -> Vec<u8> {
    // serde_json keeps the members of an object sorted, which makes its output canonical.
    let text = format!("{method}\n{path}\n{body}");
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec()
}

/// The answer to give, now or once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: String,
    /// The body, byte for byte what the first caller got.
    pub body: String,
    /// Whether this is a repetition.
    pub replayed: bool,
}

impl Answer {
    /// A success.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, DbError> {
        let body = serde_json::to_string(body)
            .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        let content_type = "application/json".to_owned();
        Ok(Self { status, content_type, body, replayed: false })
    }

    /// A refusal, which is an answer like any other. A fault of ours is none: nothing was done, and
    /// once it is mended the same request may succeed.
    pub fn declined(problem: Problem, locale: Locale, request_id: &str) -> Result<Self, DbError> {
        if problem.kind.status >= 500 {
            let cause = problem.cause.map(|cause| cause.to_string());
            return Err(DbError::Faulty(cause.unwrap_or_default()));
        }
        Ok(Self::refusal(&problem, locale, request_id))
    }

    fn refusal(problem: &Problem, locale: Locale, request_id: &str) -> Self {
        Self {
            status: problem.kind.status,
            content_type: http::PROBLEM_JSON.to_owned(),
            body: http::render_problem(problem, locale, request_id),
            replayed: false,
        }
    }
}

/// Runs `action` at most once for a claim, and answers with `status` and what it returned, with
/// the problem it ended in, or with what was answered the first time. An action that ends in a
/// fact has its writes undone; an action that ends in trouble with the database undoes the claim
/// as well.
pub async fn once<T, E>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    claim: &Claim,
    status: u16,
    action: impl AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<Answer, E>
where
    T: Serialize,
    E: TxError + Into<Problem>,
{
    once_saying(cx, tx, claim, async |tx| Ok((status, action(tx).await?))).await
}

/// [`once`] for an action that says itself with which status it succeeds.
pub async fn once_saying<T, E>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    claim: &Claim,
    action: impl AsyncFnOnce(&mut Tx<'_>) -> Result<(u16, T), E>,
) -> Result<Answer, E>
where
    T: Serialize,
    E: TxError + Into<Problem>,
{
    if !kept::insert(&cx.keys, tx, claim).await? {
        return Ok(kept::repeated(cx, tx, claim).await?);
    }
    let answer = match tx.part(action).await {
        Ok((status, value)) => Answer::json(status, &value)?,
        Err(error) if error.as_db().is_some() => return Err(error),
        Err(fact) => Answer::declined(fact.into(), cx.locale, &cx.request_id)?,
    };
    kept::store(&cx.keys, tx, claim, &answer).await?;
    Ok(answer)
}
