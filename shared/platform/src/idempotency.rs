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

use aws_lc_rs::digest;
use citygate_kernel::{CityCode, Problem};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Cx,
    db::{DbError, Tx, TxError},
    http, problems,
    schema::idempotency_keys as table,
};

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
    if !insert(tx, claim).await? {
        return Ok(repeat(cx, stored(tx, claim).await?, claim));
    }
    let answer = match tx.part(action).await {
        Ok(value) => Answer {
            status,
            content_type: "application/json".to_owned(),
            body: serde_json::to_string(&value).map_err(|error| {
                DbError::from(diesel::result::Error::SerializationError(error.into()))
            })?,
            replayed: false,
        },
        Err(error) if error.as_db().is_some() => return Err(error),
        Err(fact) => {
            let problem: Problem = fact.into();
            if problem.kind.status >= 500 {
                // A fault of ours is no answer to keep: nothing was done, and once it is mended
                // the same request may succeed. All is undone, the claim too.
                let cause = problem.cause.map(|cause| cause.to_string());
                return Err(DbError::Faulty(cause.unwrap_or_default()).into());
            }
            declined(cx, &problem)
        }
    };
    store(tx, claim, &answer).await?;
    Ok(answer)
}

fn declined(cx: &Cx, problem: &Problem) -> Answer {
    Answer {
        status: problem.kind.status,
        content_type: http::PROBLEM_JSON.to_owned(),
        body: http::render_problem(problem, cx.locale, &cx.request_id),
        replayed: false,
    }
}

fn repeat(cx: &Cx, stored: Stored, claim: &Claim) -> Answer {
    if stored.request_hash != claim.request_hash {
        return declined(cx, &Problem::new(&problems::IDEMPOTENCY_KEY_REUSED));
    }
    match (stored.status.and_then(|status| u16::try_from(status).ok()), stored.body) {
        (Some(status), Some(body)) => Answer {
            status,
            content_type: stored.content_type.unwrap_or_default(),
            body,
            replayed: true,
        },
        // Never seen: claim and outcome commit together.
        _ => declined(cx, &Problem::new(&problems::REQUEST_IN_PROGRESS)),
    }
}

/// Whether the claim is new. Waits for another transaction that is making the same one.
async fn insert(tx: &mut Tx<'_>, claim: &Claim) -> Result<bool, DbError> {
    let now = tx.now();
    let inserted = diesel::insert_into(table::table)
        .values((
            table::city.eq(claim.city.number()),
            table::subject_id.eq(claim.subject_id),
            table::key.eq(&claim.key),
            table::request_hash.eq(&claim.request_hash),
            table::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await
        .map_err(|error| match DbError::from(error) {
            waited if waited.is_lock_timeout() => DbError::ClaimInProgress,
            other => other,
        })?;
    Ok(inserted == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Stored {
    request_hash: Vec<u8>,
    status: Option<i16>,
    content_type: Option<String>,
    body: Option<String>,
}

async fn stored(tx: &mut Tx<'_>, claim: &Claim) -> Result<Stored, DbError> {
    Ok(table::table
        .find((claim.city.number(), claim.subject_id, &claim.key))
        .select(Stored::as_select())
        .first(tx.conn())
        .await?)
}

async fn store(tx: &mut Tx<'_>, claim: &Claim, answer: &Answer) -> Result<(), DbError> {
    diesel::update(table::table.find((claim.city.number(), claim.subject_id, &claim.key)))
        .set((
            table::status.eq(i16::try_from(answer.status).unwrap_or(500)),
            table::content_type.eq(&answer.content_type),
            table::body.eq(&answer.body),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
