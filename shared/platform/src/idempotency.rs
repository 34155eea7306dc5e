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

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use citygate_kernel::{CityCode, Locale, Problem};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Array, Binary, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Cx,
    db::{DbError, Tx, TxError},
    http, problems,
    schema::idempotency_keys as table,
    sql::sql,
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
    if !insert(tx, claim).await? {
        return Ok(repeat(stored(tx, claim).await?, claim, cx.locale, &cx.request_id));
    }
    let answer = match tx.part(action).await {
        Ok((status, value)) => Answer::json(status, &value)?,
        Err(error) if error.as_db().is_some() => return Err(error),
        Err(fact) => Answer::declined(fact.into(), cx.locale, &cx.request_id)?,
    };
    store(tx, claim, &answer).await?;
    Ok(answer)
}

fn repeat(stored: Stored, claim: &Claim, locale: Locale, request_id: &str) -> Answer {
    let refuse = |kind| Answer::refusal(&Problem::new(kind), locale, request_id);
    if stored.request_hash != claim.request_hash {
        return refuse(&problems::IDEMPOTENCY_KEY_REUSED);
    }
    match (stored.status.and_then(|status| u16::try_from(status).ok()), stored.body) {
        (Some(status), Some(body)) => Answer {
            status,
            content_type: stored.content_type.unwrap_or_default(),
            body,
            replayed: true,
        },
        // Never seen: claim and outcome commit together.
        _ => refuse(&problems::REQUEST_IN_PROGRESS),
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

#[derive(Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = table)]
struct Stored {
    city: i32,
    subject_id: Uuid,
    key: String,
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

/// The answers that were given before, for each of the requests.
pub async fn answers(tx: &Tx<'_>, requests: &[&Request]) -> Result<Vec<Option<Answer>>, DbError> {
    let claims = || requests.iter().map(|request| &request.claim);
    let found: Vec<Stored> = sql(
        "SELECT k.city, k.subject_id, k.key, k.request_hash, k.status, k.content_type, k.body \
         FROM unnest($1, $2, $3) AS asked (city, subject_id, key) \
         CROSS JOIN LATERAL (SELECT * FROM platform.idempotency_keys WHERE city = asked.city \
           AND subject_id = asked.subject_id AND key = asked.key OFFSET 0) k",
    )
    .bind::<Array<Integer>, _>(claims().map(|claim| claim.city.number()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(claims().map(|claim| claim.subject_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(claims().map(|claim| claim.key.as_str()).collect::<Vec<_>>())
    .load(&mut tx.pipeline())
    .await?;
    let known: BTreeMap<(i32, Uuid, String), Stored> = found
        .into_iter()
        .map(|stored| ((stored.city, stored.subject_id, stored.key.clone()), stored))
        .collect();
    Ok(requests
        .iter()
        .map(|request| {
            let claim = &request.claim;
            let stored = known.get(&(claim.city.number(), claim.subject_id, claim.key.clone()))?;
            Some(repeat(stored.clone(), claim, request.locale, &request.request_id))
        })
        .collect())
}

/// Writes claims and their answers, each once, in the order of all writers.
pub async fn keep(tx: &Tx<'_>, given: &[(&Claim, &Answer)]) -> Result<(), DbError> {
    let mut given = given.to_vec();
    given.sort_unstable_by(|(a, _), (b, _)| {
        (a.city, a.subject_id, &a.key).cmp(&(b.city, b.subject_id, &b.key))
    });
    let claims = || given.iter().map(|(claim, _)| *claim);
    let answers = || given.iter().map(|(_, answer)| *answer);
    let now = tx.now();
    let kept = sql("INSERT INTO platform.idempotency_keys \
         (city, subject_id, key, request_hash, status, content_type, body, created_at) \
         SELECT given.*, $1 FROM unnest($2, $3, $4, $5, $6, $7, $8) AS given");
    let kept = kept
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Integer>, _>(claims().map(|claim| claim.city.number()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(claims().map(|claim| claim.subject_id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(claims().map(|claim| claim.key.as_str()).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(
            claims().map(|claim| claim.request_hash.as_slice()).collect::<Vec<_>>(),
        )
        .bind::<Array<SmallInt>, _>(
            answers().map(|a| i16::try_from(a.status).unwrap_or(500)).collect::<Vec<_>>(),
        )
        .bind::<Array<Text>, _>(answers().map(|a| a.content_type.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(answers().map(|a| a.body.as_str()).collect::<Vec<_>>())
        .execute(&mut tx.pipeline())
        .await;
    match kept {
        Ok(_) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(DbError::Overtaken("an idempotency key was used meanwhile"))
        }
        Err(error) => Err(error.into()),
    }
}
