//! Statements about participants and sandboxes.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, ClientId};
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Abilities, By, Participant, ParticipantState, Sandbox};
use crate::{
    error::Error,
    schema::{conformance_evidence, participants, sandboxes},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = participants)]
struct ParticipantRow {
    city: i32,
    agency_id: Uuid,
    state: String,
    software: String,
    signs: bool,
    speaks_hl7: bool,
    applied_at: DateTime<Utc>,
    certified_at: Option<DateTime<Utc>>,
    live_asked_by: Option<Uuid>,
    live_asked_at: Option<DateTime<Utc>>,
    live_approved_by: Option<Uuid>,
    live_approved_at: Option<DateTime<Utc>>,
    live_at: Option<DateTime<Utc>>,
    suspended_at: Option<DateTime<Utc>>,
}

impl TryFrom<ParticipantRow> for Participant {
    type Error = Error;

    fn try_from(row: ParticipantRow) -> Result<Self, Error> {
        Ok(Self {
            agency: AgencyId::from_parts(city(row.city)?, row.agency_id),
            state: state(&row.state)?,
            software: row.software,
            abilities: Abilities { signs: row.signs, speaks_hl7: row.speaks_hl7 },
            applied_at: row.applied_at,
            certified_at: row.certified_at,
            live_asked: by(row.live_asked_by, row.live_asked_at),
            live_approved: by(row.live_approved_by, row.live_approved_at),
            live_at: row.live_at,
            suspended_at: row.suspended_at,
        })
    }
}

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("the city of a participant"))
}

fn state(name: &str) -> Result<ParticipantState, Error> {
    ParticipantState::parse(name).ok_or(Error::Damaged("the state of a participant"))
}

fn by(account: Option<Uuid>, at: Option<DateTime<Utc>>) -> Option<By> {
    Some(By { account: AccountId::from_uuid(account?), at: at? })
}

/// State of a participant, and whether it signs; the least that has to be read with each message.
pub(crate) async fn standing(
    tx: &Tx<'_>,
    agency: AgencyId,
) -> Result<Option<(ParticipantState, bool)>, Error> {
    let row: Option<(String, bool)> = participants::table
        .find((agency.city().number(), agency.uuid()))
        .select((participants::state, participants::signs))
        .first(&mut tx.pipeline())
        .await
        .optional()?;
    row.map(|(name, signs)| Ok((state(&name)?, signs))).transpose()
}

pub(crate) async fn participant(
    tx: &mut Tx<'_>,
    agency: AgencyId,
) -> Result<Option<Participant>, Error> {
    let row: Option<ParticipantRow> = participants::table
        .find((agency.city().number(), agency.uuid()))
        .select(ParticipantRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Participant::try_from).transpose()
}

/// The same, locked for a change.
pub(crate) async fn lock_participant(
    tx: &mut Tx<'_>,
    agency: AgencyId,
) -> Result<Option<Participant>, Error> {
    let row: Option<ParticipantRow> = participants::table
        .find((agency.city().number(), agency.uuid()))
        .select(ParticipantRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Participant::try_from).transpose()
}

/// All participants of all cities, with their sealed contacts, by city and hospital.
pub(crate) async fn participants(
    tx: &mut Tx<'_>,
) -> Result<Vec<(Participant, Option<Vec<u8>>)>, Error> {
    let rows: Vec<(ParticipantRow, Option<Vec<u8>>)> = participants::table
        .order((participants::city, participants::agency_id))
        .select((ParticipantRow::as_select(), participants::contact_sealed))
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|(row, contact)| Ok((row.try_into()?, contact))).collect()
}

/// What an application says.
pub(crate) struct NewParticipant<'a> {
    pub agency: AgencyId,
    pub contact_sealed: Vec<u8>,
    pub software: &'a str,
    pub abilities: Abilities,
    pub sandbox_jwk: &'a serde_json::Value,
    pub applied_by: AccountId,
}

/// Writes an application. What a hospital has said before gives way to it.
pub(crate) async fn put_application(
    tx: &mut Tx<'_>,
    new: &NewParticipant<'_>,
) -> Result<(), Error> {
    let now = tx.now();
    let said = (
        participants::state.eq(ParticipantState::Applied.code()),
        participants::contact_sealed.eq(&new.contact_sealed),
        participants::software.eq(new.software),
        participants::signs.eq(new.abilities.signs),
        participants::speaks_hl7.eq(new.abilities.speaks_hl7),
        participants::sandbox_jwk.eq(new.sandbox_jwk),
        participants::applied_by.eq(new.applied_by.uuid()),
        participants::applied_at.eq(now),
    );
    let nobody = None::<Uuid>;
    let never = None::<DateTime<Utc>>;
    diesel::insert_into(participants::table)
        .values((
            participants::city.eq(new.agency.city().number()),
            participants::agency_id.eq(new.agency.uuid()),
            said,
        ))
        .on_conflict((participants::city, participants::agency_id))
        .do_update()
        .set((
            said,
            participants::certified_at.eq(never),
            participants::live_asked_by.eq(nobody),
            participants::live_asked_at.eq(never),
            participants::live_approved_by.eq(nobody),
            participants::live_approved_at.eq(never),
            participants::live_at.eq(never),
            participants::suspended_at.eq(never),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes a participant that is live from the beginning. One that is known stays as it is.
pub(crate) async fn insert_live(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    software: &str,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(participants::table)
        .values((
            participants::city.eq(agency.city().number()),
            participants::agency_id.eq(agency.uuid()),
            participants::state.eq(ParticipantState::Live.code()),
            participants::software.eq(software),
            participants::signs.eq(false),
            participants::speaks_hl7.eq(true),
            participants::applied_at.eq(now),
            participants::certified_at.eq(now),
            participants::live_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes where a participant is now, and since when.
pub(crate) async fn set_state(tx: &mut Tx<'_>, participant: &Participant) -> Result<(), Error> {
    let of = |by: Option<By>| (by.map(|by| by.account.uuid()), by.map(|by| by.at));
    let (asked_by, asked_at) = of(participant.live_asked);
    let (approved_by, approved_at) = of(participant.live_approved);
    let (city, id) = (participant.agency.city().number(), participant.agency.uuid());
    diesel::update(participants::table.find((city, id)))
        .set((
            participants::state.eq(participant.state.code()),
            participants::certified_at.eq(participant.certified_at),
            participants::live_asked_by.eq(asked_by),
            participants::live_asked_at.eq(asked_at),
            participants::live_approved_by.eq(approved_by),
            participants::live_approved_at.eq(approved_at),
            participants::live_at.eq(participant.live_at),
            participants::suspended_at.eq(participant.suspended_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The key that the hospital's system has in the sandbox.
pub(crate) async fn sandbox_jwk(
    tx: &mut Tx<'_>,
    agency: AgencyId,
) -> Result<Option<serde_json::Value>, Error> {
    let jwk: Option<Option<serde_json::Value>> = participants::table
        .find((agency.city().number(), agency.uuid()))
        .select(participants::sandbox_jwk)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(jwk.flatten())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sandboxes)]
struct SandboxRow {
    city: i32,
    agency_id: Uuid,
    twin_of_city: i32,
    client_id: Uuid,
    signs: bool,
    speaks_hl7: bool,
    opened_at: DateTime<Utc>,
    drop_answers: i16,
}

impl TryFrom<SandboxRow> for Sandbox {
    type Error = Error;

    fn try_from(row: SandboxRow) -> Result<Self, Error> {
        Ok(Self {
            agency: AgencyId::from_parts(city(row.city)?, row.agency_id),
            twin_of: AgencyId::from_parts(city(row.twin_of_city)?, row.agency_id),
            client: ClientId::from_uuid(row.client_id),
            abilities: Abilities { signs: row.signs, speaks_hl7: row.speaks_hl7 },
            opened_at: row.opened_at,
            drop_answers: row.drop_answers.try_into().unwrap_or(0),
        })
    }
}

/// The sandbox of a twin, while it is open.
pub(crate) async fn sandbox(tx: &Tx<'_>, twin: AgencyId) -> Result<Option<Sandbox>, Error> {
    let row: Option<SandboxRow> = sandboxes::table
        .find((twin.city().number(), twin.uuid()))
        .filter(sandboxes::closed_at.is_null())
        .select(SandboxRow::as_select())
        .first(&mut tx.pipeline())
        .await
        .optional()?;
    row.map(Sandbox::try_from).transpose()
}

/// Opens a sandbox, or opens it anew: evidence of before counts no more.
pub(crate) async fn open_sandbox(tx: &mut Tx<'_>, sandbox: &Sandbox) -> Result<(), Error> {
    let (city, id) = (sandbox.agency.city().number(), sandbox.agency.uuid());
    let evidence = conformance_evidence::table
        .filter(conformance_evidence::city.eq(city))
        .filter(conformance_evidence::agency_id.eq(id));
    diesel::delete(evidence).execute(tx.conn()).await?;
    let fresh = (
        sandboxes::client_id.eq(sandbox.client.uuid()),
        sandboxes::signs.eq(sandbox.abilities.signs),
        sandboxes::speaks_hl7.eq(sandbox.abilities.speaks_hl7),
        sandboxes::opened_at.eq(sandbox.opened_at),
        sandboxes::drop_answers.eq(0),
    );
    diesel::insert_into(sandboxes::table)
        .values((
            sandboxes::city.eq(city),
            sandboxes::agency_id.eq(id),
            sandboxes::twin_of_city.eq(sandbox.twin_of.city().number()),
            fresh,
        ))
        .on_conflict((sandboxes::city, sandboxes::agency_id))
        .do_update()
        .set((fresh, sandboxes::closed_at.eq(None::<DateTime<Utc>>)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Closes a sandbox, if there is one that is open.
pub(crate) async fn close_sandbox(tx: &mut Tx<'_>, twin: AgencyId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sandboxes::table.find((twin.city().number(), twin.uuid())))
        .filter(sandboxes::closed_at.is_null())
        .set(sandboxes::closed_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Sets how many answers are not given. False when there is no open sandbox.
pub(crate) async fn set_drop_answers(
    tx: &mut Tx<'_>,
    twin: AgencyId,
    answers: u8,
) -> Result<bool, Error> {
    let set = diesel::update(sandboxes::table.find((twin.city().number(), twin.uuid())))
        .filter(sandboxes::closed_at.is_null())
        .set(sandboxes::drop_answers.eq(i16::from(answers)))
        .execute(tx.conn())
        .await?;
    Ok(set == 1)
}

/// Uses up one of the answers that are not given. False when there is none left.
pub(crate) async fn drop_answer(tx: &mut Tx<'_>, twin: AgencyId) -> Result<bool, Error> {
    let dropped = diesel::update(sandboxes::table.find((twin.city().number(), twin.uuid())))
        .filter(sandboxes::closed_at.is_null())
        .filter(sandboxes::drop_answers.gt(0))
        .set(sandboxes::drop_answers.eq(sandboxes::drop_answers - 1))
        .execute(tx.conn())
        .await?;
    Ok(dropped == 1)
}

/// Notes what a system has shown. What it has shown before is not noted again.
pub(crate) async fn insert_evidence(
    tx: &mut Tx<'_>,
    twin: AgencyId,
    facts: &[(&str, &str)],
) -> Result<(), Error> {
    let now = tx.now();
    let rows: Vec<_> = facts
        .iter()
        .map(|(fact, message_no)| {
            (
                conformance_evidence::city.eq(twin.city().number()),
                conformance_evidence::agency_id.eq(twin.uuid()),
                conformance_evidence::fact.eq(*fact),
                conformance_evidence::message_no.eq(*message_no),
                conformance_evidence::seen_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(conformance_evidence::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a system has shown something with a message.
pub(crate) async fn has_shown(
    tx: &mut Tx<'_>,
    twin: AgencyId,
    fact: &str,
    message_no: &str,
) -> Result<bool, Error> {
    let key = (twin.city().number(), twin.uuid(), fact, message_no);
    let found = diesel::select(diesel::dsl::exists(conformance_evidence::table.find(key)));
    Ok(found.get_result(tx.conn()).await?)
}

/// What a system has shown, each with when it did so first.
pub(crate) async fn evidence(
    tx: &mut Tx<'_>,
    twin: AgencyId,
) -> Result<Vec<(String, DateTime<Utc>)>, Error> {
    let rows: Vec<(String, Option<DateTime<Utc>>)> = conformance_evidence::table
        .filter(conformance_evidence::city.eq(twin.city().number()))
        .filter(conformance_evidence::agency_id.eq(twin.uuid()))
        .group_by(conformance_evidence::fact)
        .select((conformance_evidence::fact, diesel::dsl::min(conformance_evidence::seen_at)))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(fact, at)| Some((fact, at?))).collect())
}
