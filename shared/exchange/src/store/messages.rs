//! Statements about messages, and the only way to what is sealed of them.

use citygate_identity::ClientId;
use citygate_platform::{
    db::{DbError, Tx},
    keys::Keys,
    sql::sql,
};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    inbox::{Content, Incoming, Kept, Reply},
    model::{HoldId, Protocol, new_id},
    schema::{holds, messages},
    sealed::{ANSWER, BODY, CONDITIONS, PROOF},
    sender::Sender,
};

/// What is known of a message that came in before.
#[derive(Debug)]
pub(crate) struct KnownMessage {
    pub id: Uuid,
    pub what: String,
    pub content: Vec<u8>,
    pub answer: Option<Vec<u8>>,
    pub hold: Option<(String, Option<String>)>,
}

/// The message that a sender calls by a number. Sent together with other statements.
pub(crate) async fn known_message(
    tx: &Tx<'_>,
    sender: Sender,
    protocol: Protocol,
    message_no: &str,
) -> Result<Option<KnownMessage>, Error> {
    type Row = (Uuid, String, Vec<u8>, Option<Vec<u8>>, Option<String>, Option<String>);
    let row: Option<Row> = messages::table
        .left_join(holds::table.on(holds::city.eq(messages::city).and(holds::id.eq(messages::id))))
        .filter(messages::city.eq(sender.agency.city().number()))
        .filter(messages::client_id.eq(sender.client.uuid()))
        .filter(messages::protocol.eq(protocol.code()))
        .filter(messages::message_no.eq(message_no))
        .select((
            messages::id,
            messages::what,
            messages::content_sha256,
            messages::answer_sealed,
            holds::reason.nullable(),
            holds::waits_for.nullable(),
        ))
        .first(&mut tx.pipeline())
        .await
        .optional()?;
    Ok(row.map(|(id, what, content, answer, reason, waits_for)| KnownMessage {
        id,
        what,
        content,
        answer,
        hold: reason.map(|reason| (reason, waits_for)),
    }))
}

/// Keeps a message with its answer, if it has one yet. Fails as overtaken when another of the same
/// number was kept meanwhile.
pub(crate) async fn insert_message(
    keys: &Keys,
    tx: &Tx<'_>,
    incoming: &Incoming<'_>,
    content: &Content,
    reply: Option<&Reply>,
) -> Result<HoldId, Error> {
    let (now, Sender { agency, client }) = (tx.now(), incoming.sender);
    let id = new_id(now);
    let conditions = match incoming.conditions {
        "" => None,
        conditions => Some(keys.seal(tx, &CONDITIONS, id, conditions.as_bytes()).await?),
    };
    let body = keys.seal(tx, &BODY, id, incoming.body).await?;
    let proof = match incoming.proof {
        Some(proof) => Some(keys.seal_json(tx, &PROOF, id, proof).await?),
        None => None,
    };
    let answer = match reply {
        Some(reply) => Some(keys.seal_json(tx, &ANSWER, id, reply).await?),
        None => None,
    };
    let inserted = sql("INSERT INTO exchange.messages (city, id, agency_id, client_id, protocol, \
         message_no, what, content_sha256, conditions_sealed, body_sealed, proof_sealed, status, \
         answer_sealed, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<SqlUuid, _>(client.uuid())
    .bind::<Text, _>(incoming.protocol.code())
    .bind::<Nullable<Text>, _>(incoming.message_no)
    .bind::<Text, _>(incoming.what)
    .bind::<Binary, _>(content.sha256())
    .bind::<Nullable<Binary>, _>(conditions)
    .bind::<Binary, _>(body)
    .bind::<Nullable<Binary>, _>(proof)
    .bind::<Nullable<SmallInt>, _>(reply.map(Reply::status))
    .bind::<Nullable<Binary>, _>(answer)
    .bind::<Timestamptz, _>(now)
    .execute(&mut tx.pipeline())
    .await;
    match inserted {
        Ok(_) => Ok(HoldId::from_parts(agency.city(), id)),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(DbError::Overtaken("a message of the same number was kept meanwhile").into())
        }
        Err(error) => Err(error.into()),
    }
}

/// A message that is held, to be carried out again.
pub(crate) async fn kept_message(keys: &Keys, tx: &mut Tx<'_>, id: HoldId) -> Result<Kept, Error> {
    type Row = (Uuid, Uuid, String, Option<Vec<u8>>, Vec<u8>);
    let (agency, client, protocol, conditions, body): Row = messages::table
        .find((id.city().number(), id.uuid()))
        .select((
            messages::agency_id,
            messages::client_id,
            messages::protocol,
            messages::conditions_sealed,
            messages::body_sealed,
        ))
        .first(tx.conn())
        .await?;
    let conditions = match conditions {
        Some(sealed) => keys.open_sealed(tx, &CONDITIONS, id.uuid(), &sealed).await?,
        None => Vec::new(),
    };
    let agency = citygate_catalogue::AgencyId::from_parts(id.city(), agency);
    Ok(Kept {
        sender: Sender { client: ClientId::from_uuid(client), agency },
        protocol: Protocol::from_code(&protocol).ok_or(Error::Damaged("protocol"))?,
        conditions: String::from_utf8(conditions).map_err(|_| Error::Damaged("conditions"))?,
        body: keys.open_sealed(tx, &BODY, id.uuid(), &body).await?,
    })
}

/// Keeps the answer to a message that was held.
pub(crate) async fn set_answer(
    keys: &Keys,
    tx: &mut Tx<'_>,
    id: HoldId,
    reply: &Reply,
) -> Result<(), Error> {
    let answer = keys.seal_json(tx, &ANSWER, id.uuid(), reply).await?;
    diesel::update(messages::table.find((id.city().number(), id.uuid())))
        .set((messages::status.eq(reply.status()), messages::answer_sealed.eq(answer)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a message was answered.
pub(crate) async fn open_answer(
    keys: &Keys,
    tx: &Tx<'_>,
    id: Uuid,
    sealed: &[u8],
) -> Result<Reply, Error> {
    Ok(keys.open_json(tx, &ANSWER, id, sealed).await?)
}

/// Uses a nonce. False when it was used before; of two that try at once, one waits.
pub(crate) async fn use_nonce(tx: &Tx<'_>, sender: Sender, nonce: &str) -> Result<bool, Error> {
    let used = sql("INSERT INTO exchange.nonces (city, client_id, nonce, used_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
    .bind::<Integer, _>(sender.agency.city().number())
    .bind::<SqlUuid, _>(sender.client.uuid())
    .bind::<Text, _>(nonce)
    .bind::<Timestamptz, _>(tx.now())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(used == 1)
}

/// Notes what was not accepted.
pub(crate) async fn insert_refusal(
    tx: &mut Tx<'_>,
    (sender, protocol, what): (Sender, Protocol, &str),
    content: &Content,
    problem: &str,
) -> Result<(), Error> {
    use crate::schema::refusals::dsl;
    let now = tx.now();
    diesel::insert_into(dsl::refusals)
        .values((
            dsl::city.eq(sender.agency.city().number()),
            dsl::id.eq(new_id(now)),
            dsl::agency_id.eq(sender.agency.uuid()),
            dsl::client_id.eq(sender.client.uuid()),
            dsl::protocol.eq(protocol.code()),
            dsl::what.eq(what),
            dsl::content_sha256.eq(content.sha256()),
            dsl::problem.eq(problem),
            dsl::refused_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
