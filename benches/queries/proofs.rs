//! Proofs, as a step-up would have made them: a row for each, and an access token of the same sign-in
//! with the proof in it.

use std::fs;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::{AccountId, SessionId};
use citygate_kernel::Clock;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jsonwebtoken::{EncodingKey, Header, decode_header, encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::city::{Failure, citizens::Citizen, site::Site};

/// For how long a proof serves here: long enough for a cell that waits for its turn.
const LIFE: TimeDelta = TimeDelta::minutes(15);

/// Rows that are written by one statement.
const ROWS: usize = 5_000;

/// Makes proofs.
pub struct Prover {
    header: Header,
    key: EncodingKey,
    clock: Clock,
}

/// Whose proof it is: what an access token says, and the ids in it.
struct Owner {
    claims: Map<String, Value>,
    account: Uuid,
    session: Uuid,
}

impl Owner {
    fn of(citizen: &Citizen) -> Result<Self, Failure> {
        let payload = citizen.token().split('.').nth(1).ok_or("a token of one part")?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload)?)?;
        let text =
            |name: &str| claims.get(name).and_then(Value::as_str).ok_or("a claim is missing");
        let account = text("sub")?.parse::<AccountId>()?.uuid();
        let session = text("sid")?.parse::<SessionId>()?.uuid();
        Ok(Self { account, session, claims })
    }

    /// The same token, made for a proof, and for as long as that: the session is what runs on.
    fn raised(&self, id: Uuid, now: DateTime<Utc>) -> Value {
        let mut claims = self.claims.clone();
        claims.insert("exp".to_owned(), json!((now + LIFE).timestamp()));
        claims.insert("jti".to_owned(), json!(format!("tokn_{}", id.simple())));
        claims.insert("acr".to_owned(), json!("urn:citygate:loa:3"));
        claims.insert("step_up".to_owned(), json!(format!("stup_{}", id.simple())));
        Value::Object(claims)
    }
}

impl Prover {
    /// Signs as the city does, with its own key and the header of a token of its own.
    pub fn of(site: &Site, like: &Citizen) -> Result<Self, Failure> {
        let key = EncodingKey::from_ed_der(&fs::read(site.folder().join("keys/access.p8"))?);
        Ok(Self { header: decode_header(like.token())?, key, clock: Clock::system() })
    }

    /// So many proofs, the first of the first citizen, and so on in turn. Returns their tokens.
    pub async fn prove(
        &self,
        connection: &mut AsyncPgConnection,
        citizens: &[Citizen],
        count: usize,
    ) -> Result<Vec<String>, Failure> {
        let owners: Vec<Owner> = citizens.iter().map(Owner::of).collect::<Result<_, _>>()?;
        let proof = |owner| (SessionId::new(&self.clock).uuid(), owner);
        let proofs: Vec<(Uuid, &Owner)> = owners.iter().cycle().take(count).map(proof).collect();
        let now = self.clock.now();
        for rows in proofs.chunks(ROWS) {
            write(connection, rows).await?;
        }
        let signed = proofs
            .iter()
            .map(|(id, owner)| Ok(encode(&self.header, &owner.raised(*id, now), &self.key)?));
        signed.collect()
    }
}

async fn write(connection: &mut AsyncPgConnection, rows: &[(Uuid, &Owner)]) -> Result<(), Failure> {
    let column = |of: fn(&(Uuid, &Owner)) -> Uuid| rows.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO identity.step_ups (purpose, created_at, expires_at, id, account_id, session_id) \
         SELECT 'provident_fund.read', now(), now() + interval '15 minutes', new.* \
         FROM unnest($1, $2, $3) AS new",
    )
    .bind::<Array<SqlUuid>, _>(column(|(id, _)| *id))
    .bind::<Array<SqlUuid>, _>(column(|(_, owner)| owner.account))
    .bind::<Array<SqlUuid>, _>(column(|(_, owner)| owner.session))
    .execute(connection)
    .await?;
    Ok(())
}
