//! Keys and answers as they are kept.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use citygate_kernel::{Locale, Problem, wire};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Array, Binary, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Answer, Claim, Request};
use crate::{
    Cx,
    db::{DbError, Tx},
    keys::{DataClass, Keys, SealError, SealedColumn},
    problems,
    schema::idempotency_keys as table,
    sql::sql,
};

/// For how long a request can be repeated under its key: the promise of the interface.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(90);

/// The body of an answer.
const BODY: SealedColumn =
    SealedColumn::ending("platform.idempotency_keys", "body_sealed", DataClass::Answer, KEPT);
/// Where platform itself keeps sealed values.
pub const SEALED: &[SealedColumn] = &[BODY];

/// What no other claim shares. A key is the last of it, and may hold anything.
fn place(claim: &Claim) -> String {
    let Claim { city, subject_id, key, request_hash: _ } = claim;
    format!("{city}|{subject_id}|{key}")
}

/// What an answer is sealed for: a digest of the claim's place, which has no identifier of its own.
fn row(keys: &Keys, claim: &Claim) -> Uuid {
    let digest = keys.blind_index("platform.idempotency_keys.place", &place(claim));
    digest.first_chunk().map_or(Uuid::nil(), |bytes| Uuid::from_bytes(*bytes))
}

/// What the digest of a request is stored as. Of two who ask for the same they differ: nobody can try
/// what others have asked for by asking for it.
fn keyed(keys: &Keys, claim: &Claim) -> Vec<u8> {
    let request = format!("{}|{}", wire::hex(&claim.request_hash), place(claim));
    keys.blind_index("platform.idempotency_keys.request_hash", &request)
}

async fn seal(
    keys: &Keys,
    tx: &Tx<'_>,
    claim: &Claim,
    answer: &Answer,
) -> Result<Vec<u8>, DbError> {
    let sealed = keys.seal(tx, &BODY, row(keys, claim), answer.body.as_bytes()).await;
    sealed.map_err(trouble)
}

/// A key that is missing and an answer that does not open are faults of ours.
fn trouble(error: SealError) -> DbError {
    match error {
        SealError::Db(error) => error,
        other => DbError::Faulty(other.to_string()),
    }
}

#[derive(Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = table)]
struct Kept {
    city: i32,
    subject_id: Uuid,
    key: String,
    request_hash: Vec<u8>,
    status: Option<i16>,
    content_type: Option<String>,
    /// Of rows from before answers were sealed. The digests of these are not keyed.
    body: Option<String>,
    body_sealed: Option<Vec<u8>>,
}

impl Kept {
    fn is_of(&self, keys: &Keys, claim: &Claim) -> bool {
        match self.body {
            Some(_) => self.request_hash == claim.request_hash,
            None => Keys::same(&self.request_hash, &keyed(keys, claim)),
        }
    }

    async fn open_body(
        self,
        keys: &Keys,
        tx: &Tx<'_>,
        claim: &Claim,
    ) -> Result<Option<String>, DbError> {
        let Some(sealed) = self.body_sealed else { return Ok(self.body) };
        let body = keys.open_sealed(tx, &BODY, row(keys, claim), &sealed).await.map_err(trouble)?;
        String::from_utf8(body).map(Some).map_err(|_| trouble(SealError::Unreadable))
    }

    /// What whoever makes this claim is told.
    async fn repeat(
        self,
        keys: &Keys,
        tx: &Tx<'_>,
        claim: &Claim,
        (locale, request_id): (Locale, &str),
    ) -> Result<Answer, DbError> {
        let refuse = |kind| Answer::refusal(&Problem::new(kind), locale, request_id);
        if !self.is_of(keys, claim) {
            return Ok(refuse(&problems::IDEMPOTENCY_KEY_REUSED));
        }
        let status = self.status.and_then(|status| u16::try_from(status).ok());
        let content_type = self.content_type.clone().unwrap_or_default();
        Ok(match (status, self.open_body(keys, tx, claim).await?) {
            (Some(status), Some(body)) => Answer { status, content_type, body, replayed: true },
            // Never seen: claim and outcome commit together.
            _ => refuse(&problems::REQUEST_IN_PROGRESS),
        })
    }
}

/// Whether the claim is new. Waits for another transaction that is making the same one.
pub(super) async fn insert(keys: &Keys, tx: &mut Tx<'_>, claim: &Claim) -> Result<bool, DbError> {
    let now = tx.now();
    let inserted = diesel::insert_into(table::table)
        .values((
            table::city.eq(claim.city.number()),
            table::subject_id.eq(claim.subject_id),
            table::key.eq(&claim.key),
            table::request_hash.eq(keyed(keys, claim)),
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

/// What was answered to a claim that is not new.
pub(super) async fn repeated(cx: &Cx, tx: &mut Tx<'_>, claim: &Claim) -> Result<Answer, DbError> {
    let kept: Kept = table::table
        .find((claim.city.number(), claim.subject_id, &claim.key))
        .select(Kept::as_select())
        .first(tx.conn())
        .await?;
    kept.repeat(&cx.keys, tx, claim, (cx.locale, &cx.request_id)).await
}

/// Writes the answer to a claim that was inserted.
pub(super) async fn store(
    keys: &Keys,
    tx: &mut Tx<'_>,
    claim: &Claim,
    answer: &Answer,
) -> Result<(), DbError> {
    let sealed = seal(keys, tx, claim, answer).await?;
    diesel::update(table::table.find((claim.city.number(), claim.subject_id, &claim.key)))
        .set((
            table::status.eq(i16::try_from(answer.status).unwrap_or(500)),
            table::content_type.eq(&answer.content_type),
            table::body_sealed.eq(sealed),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The answers that were given before, for each of the requests.
pub async fn answers(
    keys: &Keys,
    tx: &Tx<'_>,
    requests: &[&Request],
) -> Result<Vec<Option<Answer>>, DbError> {
    let claims = || requests.iter().map(|request| &request.claim);
    let found: Vec<Kept> = sql(
        "SELECT k.city, k.subject_id, k.key, k.request_hash, k.status, k.content_type, k.body, \
         k.body_sealed FROM unnest($1, $2, $3) AS asked (city, subject_id, key) \
         CROSS JOIN LATERAL (SELECT * FROM platform.idempotency_keys WHERE city = asked.city \
           AND subject_id = asked.subject_id AND key = asked.key OFFSET 0) k",
    )
    .bind::<Array<Integer>, _>(claims().map(|claim| claim.city.number()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(claims().map(|claim| claim.subject_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(claims().map(|claim| claim.key.as_str()).collect::<Vec<_>>())
    .load(&mut tx.pipeline())
    .await?;
    let known: BTreeMap<(i32, Uuid, String), Kept> = found
        .into_iter()
        .map(|kept| ((kept.city, kept.subject_id, kept.key.clone()), kept))
        .collect();
    let mut answers = Vec::with_capacity(requests.len());
    for Request { claim, locale, request_id } in requests {
        let place = (claim.city.number(), claim.subject_id, claim.key.clone());
        answers.push(match known.get(&place) {
            Some(kept) => Some(kept.clone().repeat(keys, tx, claim, (*locale, request_id)).await?),
            None => None,
        });
    }
    Ok(answers)
}

/// Writes claims and their answers, each once, in the order of all writers.
pub async fn keep(keys: &Keys, tx: &Tx<'_>, given: &[(&Claim, &Answer)]) -> Result<(), DbError> {
    let mut given = given.to_vec();
    given.sort_unstable_by(|(a, _), (b, _)| {
        (a.city, a.subject_id, &a.key).cmp(&(b.city, b.subject_id, &b.key))
    });
    let mut sealed = Vec::with_capacity(given.len());
    for (claim, answer) in &given {
        sealed.push(seal(keys, tx, claim, answer).await?);
    }
    let claims = || given.iter().map(|(claim, _)| *claim);
    let answers = || given.iter().map(|(_, answer)| *answer);
    let now = tx.now();
    let kept = sql("INSERT INTO platform.idempotency_keys \
         (city, subject_id, key, request_hash, status, content_type, body_sealed, created_at) \
         SELECT given.*, $1 FROM unnest($2, $3, $4, $5, $6, $7, $8) AS given");
    let kept = kept
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Integer>, _>(claims().map(|claim| claim.city.number()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(claims().map(|claim| claim.subject_id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(claims().map(|claim| claim.key.as_str()).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(claims().map(|claim| keyed(keys, claim)).collect::<Vec<_>>())
        .bind::<Array<SmallInt>, _>(
            answers().map(|a| i16::try_from(a.status).unwrap_or(500)).collect::<Vec<_>>(),
        )
        .bind::<Array<Text>, _>(answers().map(|a| a.content_type.as_str()).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(sealed)
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
