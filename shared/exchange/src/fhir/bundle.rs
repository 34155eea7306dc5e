//! Transactions and batches (FHIR R4, 3.1.0.11).

use std::collections::BTreeSet;

use actix_web::{HttpResponse, http::StatusCode};
use citygate_fhir::{
    Answer, AnswerEntry, AnswerKind, Bundle, BundleKind, Entry, EntryResponse, Identifier,
    InvalidBundle, Method, OperationOutcome, Resource,
};
use citygate_kernel::{FieldError, Problem};
use citygate_platform::{db::Tx, http::Failure};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{
    FhirError, Outcome,
    again::{Manner, Refused},
    answer::{all_is_well, code, of_body, of_received, status, status_line},
    call::{Call, Ground},
    look::{Seen, etag},
    message::Message,
    negotiation::Return,
    plan::{Interaction, Planned, interaction},
    write::{Done, write},
};
use crate::{
    Fault,
    inbox::{self, Incoming, Received, Reply},
};

/// Carries a Bundle out.
pub(crate) async fn carry_out(call: &Call, message: &Message) -> Result<HttpResponse, Failure> {
    let bundle = Bundle::parse(message.json()?).map_err(FhirError::from)?;
    let number = match (&call.message_no, &bundle.identifier) {
        (Some(number), _) => Some(number.clone()),
        (None, Some(identifier)) => numbered(identifier)?,
        (None, None) => None,
    };
    match bundle.kind {
        BundleKind::Transaction => transaction(call, message, number, bundle.entries).await,
        BundleKind::Batch => batch(call, message, number, bundle.entries).await,
    }
}

/// Carries a transaction out again, or one entry of a batch.
pub(super) async fn carry_out_again(
    ground: &Ground,
    tx: &mut Tx<'_>,
    body: &str,
    number: Option<usize>,
) -> Result<Reply, Fault> {
    let Bundle { mut entries, .. } = Bundle::parse(body).map_err(FhirError::from)?;
    let Some(number) = number else {
        let interactions = understood(ground, entries).map_err(Refused::from)?;
        return carried_out(ground, tx, &interactions).await;
    };
    if number >= entries.len() {
        return Err(FhirError::Unknown.into());
    }
    let entry = entries.swap_remove(number);
    match interaction(ground, Some(number), entry).map_err(Refused::from)? {
        Interaction::Write(planned) => written(ground, tx, &planned).await,
        Interaction::Look(_) => Err(FhirError::Unknown.into()),
    }
}

impl From<InvalidBundle> for FhirError {
    fn from(error: InvalidBundle) -> Self {
        let (pointer, detail) = (error.expression(), error.to_string());
        Self::Invalid(vec![FieldError { pointer, detail }])
    }
}

/// The most characters of a Bundle's identifier, with its system.
const NUMBER_MAX: usize = 400;

/// The number of a message, by the identifier of its Bundle.
fn numbered(identifier: &Identifier) -> Result<Option<String>, FhirError> {
    let Some(value) = identifier.value.as_deref().filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let number = format!("{}|{value}", identifier.system.as_deref().unwrap_or_default());
    if number.chars().count() <= NUMBER_MAX {
        return Ok(Some(number));
    }
    let pointer = "Bundle.identifier".to_owned();
    let detail = format!("system and value together have {NUMBER_MAX} characters at most");
    Err(FhirError::Invalid(vec![FieldError { pointer, detail }]))
}

async fn transaction(
    call: &Call,
    message: &Message,
    number: Option<String>,
    entries: Vec<Entry>,
) -> Result<HttpResponse, Failure> {
    let ground = &call.ground;
    let interactions = understood(ground, entries)?;
    let act = async |tx: &mut Tx<'_>| carried_out(ground, tx, &interactions).await;
    let writes = interactions.iter().any(|one| matches!(one, Interaction::Write(_)));
    let received = if writes {
        let incoming = call.incoming(("POST /fhir/r4", ""), number.as_deref(), message);
        inbox::receive(&ground.cx, &incoming, act).await?
    } else {
        let reply = ground.look("exchange.fhir_transaction", act).await?;
        Received::Answered { reply, replayed: false }
    };
    Ok(of_received(ground, received))
}

/// What all entries ask for; or every fault of every entry.
fn understood(ground: &Ground, entries: Vec<Entry>) -> Result<Vec<Interaction>, Failure> {
    full_urls(&entries)?;
    let (mut all, mut faults) = (Vec::with_capacity(entries.len()), Vec::new());
    for (number, entry) in entries.into_iter().enumerate() {
        match interaction(ground, Some(number), entry) {
            Ok(interaction) => all.push(interaction),
            // Whoever may not do one thing is told so, and not what else was wrong.
            Err(Failure(problem)) if problem.kind.status == 403 => return Err(Failure(problem)),
            Err(Failure(problem)) => faults.extend(at_entry(number, problem)),
        }
    }
    if faults.is_empty() { Ok(all) } else { Err(FhirError::Invalid(faults).into()) }
}

/// Faults of a resource, told from the Bundle around it.
fn at_entry(number: usize, problem: Problem) -> Vec<FieldError> {
    let entry = format!("Bundle.entry[{number}]");
    if problem.errors.is_empty() {
        let detail = problem.detail.unwrap_or_else(|| problem.kind.en.to_owned());
        return vec![FieldError { pointer: entry, detail }];
    }
    let moved = |error: FieldError| {
        let inner = error.pointer.split_once('.').map(|(_, inner)| inner);
        let pointer = match inner {
            Some(inner) => format!("{entry}.resource.{inner}"),
            None => format!("{entry}.request"),
        };
        FieldError { pointer, detail: error.detail }
    };
    problem.errors.into_iter().map(moved).collect()
}

/// No two entries have the same name.
fn full_urls(entries: &[Entry]) -> Result<(), FhirError> {
    let mut seen = BTreeSet::new();
    let named = entries.iter().enumerate().filter_map(|(n, e)| Some((n, e.full_url.as_deref()?)));
    for (number, full_url) in named {
        if !seen.insert(full_url) {
            let pointer = format!("Bundle.entry[{number}].fullUrl");
            let detail = "another entry has the same fullUrl".to_owned();
            return Err(FhirError::Invalid(vec![FieldError { pointer, detail }]));
        }
    }
    Ok(())
}

/// Writes, then looks, and answers in the order of the entries.
async fn carried_out(
    ground: &Ground,
    tx: &mut Tx<'_>,
    interactions: &[Interaction],
) -> Result<Reply, Fault> {
    let planned = interactions.iter().filter_map(|interaction| match interaction {
        Interaction::Write(planned) => Some(planned),
        Interaction::Look(_) => None,
    });
    let planned: Vec<&Planned> = planned.collect();
    let mut done = write(ground, tx, &planned).await?.into_iter();
    let mut entries = Vec::with_capacity(interactions.len());
    for interaction in interactions {
        let entry = match interaction {
            Interaction::Write(_) => done.next().map(|done| of_done(ground, &done)),
            Interaction::Look(look) => Some(of_seen(&look.see(ground, tx).await?)),
        };
        entries.extend(entry.transpose()?);
    }
    let answer = Answer::new(AnswerKind::TransactionResponse, entries);
    let body = serde_json::to_string(&answer).map_err(FhirError::from)?;
    Ok(of_body(ground.format, body))
}

/// A resource that was written, without its content unless that is asked for.
fn of_done(ground: &Ground, done: &Done) -> Result<AnswerEntry, FhirError> {
    let stored = done.written.as_ref().map(|(stored, _)| stored);
    let outcome: Option<Outcome> = done.written.as_ref().map(|(_, outcome)| *outcome);
    let address = format!("{}/{}", done.kind, done.id);
    let location = match stored {
        Some(stored) => format!("{address}/_history/{}", stored.version),
        None => address,
    };
    let wanted = ground.prefer.answer;
    let said =
        (wanted == Some(Return::OperationOutcome)).then(|| all_is_well(outcome, ground.cx.locale));
    let response = EntryResponse {
        status: status_line(status(done)),
        location: Some(location),
        etag: stored.map(|stored| etag(stored.version)),
        last_modified: stored.map(|stored| stored.updated),
        outcome: said,
    };
    let shown = stored.filter(|_| wanted == Some(Return::Representation));
    Ok(AnswerEntry::done(None, shown.map(|stored| &stored.resource), response)?)
}

/// What was looked at.
fn of_seen(seen: &Seen) -> Result<AnswerEntry, FhirError> {
    let (resource, version, updated): (Box<RawValue>, _, _) = match seen {
        Seen::Resource(stored) => {
            (to_raw_value(&stored.resource)?, Some(stored.version), Some(stored.updated))
        }
        Seen::Bundle(bundle) => (to_raw_value(bundle)?, None, None),
    };
    let response = EntryResponse {
        status: status_line(StatusCode::OK),
        etag: version.map(etag),
        last_modified: updated,
        ..EntryResponse::default()
    };
    Ok(AnswerEntry::done(None, Some(&resource), response)?)
}

/// The answer to a batch, in whose entries replayed answers stand as they were given.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    resource_type: &'static str,
    #[serde(rename = "type")]
    kind: AnswerKind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entry: Vec<Box<RawValue>>,
}

/// What the entries of a batch are called in the inbox.
const BATCH: &str = "POST /fhir/r4 (batch)";

async fn batch(
    call: &Call,
    message: &Message,
    number: Option<String>,
    entries: Vec<Entry>,
) -> Result<HttpResponse, Failure> {
    let ground = &call.ground;
    if entries.iter().any(|entry| entry.request.method != Method::Get) {
        let incoming = call.incoming((BATCH, ""), None, message);
        inbox::receive_parts(&ground.cx, &incoming).await?;
    }
    let mut entry = Vec::with_capacity(entries.len());
    for (n, one) in entries.into_iter().enumerate() {
        // Each entry is a message of its own: what is replayed is answered as before, one by one.
        let message_no = number.as_ref().map(|number| format!("{number}#{n}"));
        let answer = match one_by_itself(call, message, (n, message_no.as_deref()), one).await {
            Ok(answer) => answer,
            Err(Failure(problem)) => refused(ground, &problem)?,
        };
        entry.push(answer);
    }
    let answer = BatchAnswer { resource_type: "Bundle", kind: AnswerKind::BatchResponse, entry };
    let reply = of_body(ground.format, serde_json::to_string(&answer).map_err(FhirError::from)?);
    Ok(of_received(ground, Received::Answered { reply, replayed: false }))
}

fn refused(ground: &Ground, problem: &Problem) -> Result<Box<RawValue>, FhirError> {
    let response = EntryResponse {
        status: status_line(code(problem.kind.status)),
        outcome: Some(OperationOutcome::of(problem, ground.cx.locale)),
        ..EntryResponse::default()
    };
    Ok(to_raw_value(&AnswerEntry::done(None, None::<&Resource>, response)?)?)
}

async fn one_by_itself(
    call: &Call,
    message: &Message,
    (number, message_no): (usize, Option<&str>),
    entry: Entry,
) -> Result<Box<RawValue>, Failure> {
    let ground = &call.ground;
    let planned = match interaction(ground, Some(number), entry)? {
        Interaction::Write(planned) => planned,
        Interaction::Look(look) => {
            let see = async |tx: &mut Tx<'_>| look.see(ground, tx).await;
            let seen = of_seen(&ground.look("exchange.fhir_batch", see).await?)?;
            return Ok(to_raw_value(&seen).map_err(FhirError::from)?);
        }
    };
    let act = async |tx: &mut Tx<'_>| written(ground, tx, &planned).await;
    let conditions = Manner::entry(number).text()?;
    let incoming = call.incoming((BATCH, &conditions), message_no, message);
    let incoming = Incoming { part: Some(number), ..incoming };
    match inbox::receive(&ground.cx, &incoming, act).await? {
        Received::Held { id, hold, .. } => Ok(refused(ground, &hold.problem(id))?),
        Received::Answered { reply, .. } => {
            Ok(RawValue::from_string(reply.body).map_err(FhirError::from)?)
        }
    }
}

/// Writes one resource, and answers with an entry.
async fn written(ground: &Ground, tx: &mut Tx<'_>, planned: &Planned) -> Result<Reply, Fault> {
    let done = write(ground, tx, &[planned]).await?;
    let entry = done.first().map(|done| of_done(ground, done)).transpose()?;
    Ok(of_body(ground.format, serde_json::to_string(&entry).map_err(FhirError::from)?))
}
