//! What hospitals and whoever runs the city do about connections.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency, agency};
use citygate_identity::{
    AccountId, ClientId, NewClient, disable_clients_of, es256_key, register_client,
};
use citygate_kernel::{CityCode, Clock, Text};
use citygate_notify::EmailAddress;
use citygate_platform::{Cx, db::Tx};
use serde_json::{Map, Value};

use super::{
    conformance::{Fact, Finding, is_conformant, judge},
    evidence::{Heard, facts},
    model::{
        Abilities, By, Participant,
        ParticipantEvent::{self, Apply, Certify, GoLive, OpenSandbox, Withdraw},
        ParticipantState, Sandbox, twin,
    },
    rules::{Approval, approval, next},
    store::{self, NewParticipant},
};
use crate::{error::Error, fault::HoldReason, inbox::Incoming, sealed::CONTACT};

/// What a system may do in the sandbox.
const SANDBOX_SCOPES: &[&str] =
    &["system/*.read", "system/*.write", "exchange.conformance:read", "exchange.sandbox:write"];

/// What a hospital says when it applies.
pub(crate) struct Application {
    pub agency: AgencyId,
    pub contact: EmailAddress,
    pub software: String,
    pub abilities: Abilities,
    /// The public key of its system in the sandbox.
    pub key: Map<String, Value>,
}

/// Applies to be connected. As long as nobody has answered, another application takes the place of
/// the first.
pub(crate) async fn apply(
    cx: &Cx,
    application: &Application,
    by: AccountId,
) -> Result<Participant, Error> {
    let key = es256_key(&application.key).map_err(citygate_identity::Error::from)?;
    let jwk = serde_json::to_value(&key)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    cx.db
        .tx("exchange.apply", async |tx| {
            let of = application.agency;
            let known = store::lock_participant(tx, of).await?.map(|known| known.state);
            if let Some(state) = known.filter(|state| *state != ParticipantState::Applied) {
                next(state, Apply).ok_or(Error::ParticipationState(state))?;
            }
            let contact = application.contact.as_str().as_bytes();
            let new = NewParticipant {
                agency: of,
                contact_sealed: cx.keys.seal(tx, &CONTACT, of.uuid(), contact).await?,
                software: &application.software,
                abilities: application.abilities,
                sandbox_jwk: &jwk,
                applied_by: by,
            };
            store::put_application(tx, &new).await?;
            store::participant(tx, of).await?.ok_or(Error::ParticipantUnknown)
        })
        .await
}

/// How a connection stands, with its sandbox while that is open.
pub(crate) async fn participation(
    cx: &Cx,
    agency: AgencyId,
) -> Result<(Participant, Option<Sandbox>), Error> {
    cx.db
        .read("exchange.participation", async |tx| {
            let participant = store::participant(tx, agency).await?;
            let participant = participant.ok_or(Error::ParticipantUnknown)?;
            Ok((participant, store::sandbox(tx, twin(agency)).await?))
        })
        .await
}

/// Asks to go live. Asking again takes the place of the first request, and of its approval.
pub(crate) async fn ask_live(
    cx: &Cx,
    agency: AgencyId,
    by: AccountId,
) -> Result<Participant, Error> {
    cx.db
        .tx("exchange.ask_live", async |tx| {
            let participant = lock(tx, agency).await?;
            next(participant.state, GoLive).ok_or(Error::ParticipationState(participant.state))?;
            let live_asked = Some(By { account: by, at: tx.now() });
            let asked = Participant { live_asked, live_approved: None, ..participant };
            store::set_state(tx, &asked).await?;
            Ok(asked)
        })
        .await
}

/// Agrees to go live, as somebody else than who asked for it. Agreeing again changes nothing.
pub(crate) async fn approve_live(
    cx: &Cx,
    agency: AgencyId,
    by: AccountId,
) -> Result<Participant, Error> {
    cx.db
        .tx("exchange.approve_live", async |tx| {
            let participant = lock(tx, agency).await?;
            next(participant.state, GoLive).ok_or(Error::ParticipationState(participant.state))?;
            match approval(participant.live_asked, by, tx.now()) {
                Approval::NotAsked => return Err(Error::LiveNotApproved),
                Approval::OwnRequest => return Err(Error::OwnLiveRequest),
                Approval::Given if participant.live_approved.is_some() => return Ok(participant),
                Approval::Given => {}
            }
            let live_approved = Some(By { account: by, at: tx.now() });
            let approved = Participant { live_approved, ..participant };
            store::set_state(tx, &approved).await?;
            Ok(approved)
        })
        .await
}

/// Ends a connection, as the hospital. Its sandbox is closed.
pub(crate) async fn withdraw(cx: &Cx, agency: AgencyId) -> Result<Participant, Error> {
    cx.db.tx("exchange.withdraw", async |tx| happen(tx, agency, Withdraw).await).await
}

/// Lets something happen to a participant that whoever runs the city decides about: suspend,
/// resume, refuse, go live. What is live was asked for by one person of the hospital and approved by
/// another.
///
/// # Errors
///
/// [`Error::ParticipantUnknown`], [`Error::ParticipationState`], [`Error::LiveNotApproved`].
pub async fn happen(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    event: ParticipantEvent,
) -> Result<Participant, Error> {
    let participant = lock(tx, agency).await?;
    let state =
        next(participant.state, event).ok_or(Error::ParticipationState(participant.state))?;
    if event == GoLive && !participant.is_live_approved() {
        return Err(Error::LiveNotApproved);
    }
    let now = tx.now();
    let since = |wanted: ParticipantState, before: Option<DateTime<Utc>>| match state {
        state if state == wanted => Some(before.unwrap_or(now)),
        _ => before,
    };
    let moved = Participant {
        state,
        certified_at: since(ParticipantState::Certified, participant.certified_at),
        live_at: since(ParticipantState::Live, participant.live_at),
        suspended_at: (state == ParticipantState::Suspended).then_some(now),
        ..participant
    };
    store::set_state(tx, &moved).await?;
    if matches!(state, ParticipantState::Refused | ParticipantState::Withdrawn) {
        close(tx, agency).await?;
    }
    Ok(moved)
}

async fn close(tx: &mut Tx<'_>, agency: AgencyId) -> Result<(), Error> {
    store::close_sandbox(tx, twin(agency)).await?;
    Ok(disable_clients_of(tx, twin(agency)).await?)
}

async fn lock(tx: &mut Tx<'_>, agency: AgencyId) -> Result<Participant, Error> {
    store::lock_participant(tx, agency).await?.ok_or(Error::ParticipantUnknown)
}

/// Opens the sandbox of a hospital that has applied: its twin is listed in the city of the sandbox,
/// and its system is registered there with the key of the application. Returns its client id.
///
/// # Errors
///
/// [`Error::ParticipantUnknown`], [`Error::ParticipationState`].
pub async fn open_sandbox(tx: &mut Tx<'_>, of: AgencyId) -> Result<ClientId, Error> {
    let participant = happen(tx, of, OpenSandbox).await?;
    let name = agency(tx, of).await?.name;
    let name = Text::new(format!("{} (sandbox)", name.en), format!("{}（沙盒）", name.zh));
    let id = twin(of);
    add_agency(tx, &Agency { id, name }).await?;
    let jwk = store::sandbox_jwk(tx, of).await?;
    let Some(Value::Object(jwk)) = jwk else { return Err(Error::Damaged("the key of a sandbox")) };
    let key = es256_key(&jwk).map_err(citygate_identity::Error::from)?;
    // Those of an application before.
    disable_clients_of(tx, id).await?;
    let client = ClientId::new(&Clock::manual(tx.now()));
    let software = &participant.software;
    let new = NewClient::system(client, id, software, &key, SANDBOX_SCOPES);
    register_client(tx, &new).await?;
    let sandbox = Sandbox {
        agency: id,
        twin_of: of,
        client,
        abilities: participant.abilities,
        opened_at: tx.now(),
        drop_answers: 0,
    };
    store::open_sandbox(tx, &sandbox).await?;
    Ok(client)
}

/// All participants, with whom the city writes to.
pub async fn participants(cx: &Cx) -> Result<Vec<(Participant, Option<String>)>, Error> {
    cx.db
        .read("exchange.participants", async |tx| {
            let mut all = Vec::new();
            for (participant, sealed) in store::participants(tx).await? {
                let contact = match sealed {
                    Some(sealed) => Some(contact(cx, tx, &participant, &sealed).await?),
                    None => None,
                };
                all.push((participant, contact));
            }
            Ok(all)
        })
        .await
}

async fn contact(cx: &Cx, tx: &Tx<'_>, of: &Participant, sealed: &[u8]) -> Result<String, Error> {
    let bytes = cx.keys.open_sealed(tx, &CONTACT, of.agency.uuid(), sealed).await?;
    String::from_utf8(bytes).map_err(|_| Error::Damaged("a contact"))
}

/// Lets the sandbox of a twin drop its next answers.
pub(crate) async fn set_drop_answers(cx: &Cx, twin: AgencyId, answers: u8) -> Result<(), Error> {
    cx.db
        .tx("exchange.set_drop_answers", async |tx| {
            let set = store::set_drop_answers(tx, twin, answers).await?;
            if set { Ok(()) } else { Err(Error::ParticipantUnknown) }
        })
        .await
}

/// Notes what a message shows, in the transaction in which it was answered, if it came to the
/// sandbox. True when its answer is to be dropped.
pub(crate) async fn heard(
    tx: &mut Tx<'_>,
    incoming: &Incoming<'_>,
    heard: Heard,
) -> Result<bool, Error> {
    let twin = incoming.sender.agency;
    if twin.city() != CityCode::SANDBOX {
        return Ok(false);
    }
    let number = incoming.message_no.unwrap_or_default();
    let mut shown = vec![Fact::Authenticated];
    match heard {
        Heard::CarriedOut => shown.extend(carried_out(tx, incoming).await?),
        Heard::Again => {
            if store::has_shown(tx, twin, Fact::AnswerDropped.name(), number).await? {
                shown.push(Fact::Retried);
            }
        }
        Heard::Held(HoldReason::OrderUnknown) => shown.push(Fact::HeldForOrder),
        Heard::Held(HoldReason::PatientMismatch) => shown.push(Fact::HeldMismatch),
        Heard::Held(_) => {}
    }
    let dropped = heard == Heard::CarriedOut
        && incoming.message_no.is_some()
        && store::drop_answer(tx, twin).await?;
    if dropped {
        shown.push(Fact::AnswerDropped);
    }
    note(tx, twin, &shown, number).await?;
    Ok(dropped)
}

async fn carried_out(tx: &mut Tx<'_>, incoming: &Incoming<'_>) -> Result<Vec<Fact>, Error> {
    let mut shown = facts(incoming);
    if incoming.proof.is_some() {
        shown.push(Fact::Signed);
    }
    let reported = shown.iter().any(|fact| matches!(fact, Fact::FinalFiled | Fact::Corrected));
    if reported {
        let known = shown_by(tx, incoming.sender.agency).await?;
        if known.contains_key(&Fact::HeldMismatch) {
            shown.push(Fact::MismatchMended);
        }
    }
    Ok(shown)
}

/// Each fact is kept once, but for the messages that were not answered, which are told apart.
async fn note(tx: &mut Tx<'_>, twin: AgencyId, shown: &[Fact], number: &str) -> Result<(), Error> {
    let rows: Vec<_> = shown
        .iter()
        .map(|fact| match fact {
            Fact::AnswerDropped => (fact.name(), number),
            _ => (fact.name(), ""),
        })
        .collect();
    store::insert_evidence(tx, twin, &rows).await
}

/// Notes that a system has read something, if it did so in the sandbox.
pub(crate) async fn has_read(tx: &mut Tx<'_>, twin: AgencyId) -> Result<(), Error> {
    if twin.city() != CityCode::SANDBOX {
        return Ok(());
    }
    note(tx, twin, &[Fact::Authenticated, Fact::Read], "").await
}

async fn shown_by(tx: &mut Tx<'_>, twin: AgencyId) -> Result<BTreeMap<Fact, DateTime<Utc>>, Error> {
    let rows = store::evidence(tx, twin).await?;
    let known = |(name, at): (String, _)| Some((Fact::from_name(&name)?, at));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// What is found of a system.
pub(crate) struct Judgement {
    pub state: ParticipantState,
    pub sandbox: Sandbox,
    pub findings: Vec<Finding>,
}

/// Judges what a system has shown in the sandbox. A hospital whose system has shown all that it has
/// to is certified from now on.
pub(crate) async fn conformance(cx: &Cx, twin: AgencyId) -> Result<Judgement, Error> {
    cx.db
        .tx("exchange.conformance", async |tx| {
            let sandbox = store::sandbox(tx, twin).await?.ok_or(Error::ParticipantUnknown)?;
            note(tx, twin, &[Fact::Authenticated], "").await?;
            let findings = judge(sandbox.abilities, &shown_by(tx, twin).await?);
            let participant = lock(tx, sandbox.twin_of).await?;
            let certified = next(participant.state, Certify).filter(|_| is_conformant(&findings));
            let state = match certified {
                Some(_) => happen(tx, sandbox.twin_of, Certify).await?.state,
                None => participant.state,
            };
            Ok(Judgement { state, sandbox, findings })
        })
        .await
}
