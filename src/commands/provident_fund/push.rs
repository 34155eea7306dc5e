//! Pushing: declare, send the parts that are missing, send again what may be right by now, close and
//! compare.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    PushArgs,
    city::{Arrived, Batch, City, Fault, Run, Sums},
    file::{Records, Span},
    progress::{Progress, yuan},
};
use crate::commands::CommandError;

/// How many faulty lines are shown.
const SHOWN: usize = 10;

/// Pushes a file as a batch. Ends well if what is on record is what was declared.
pub(super) async fn push(args: &PushArgs) -> Result<(), CommandError> {
    let lines_max = usize::try_from(args.lines_per_part)?;
    let records = Records::open(&args.file, args.kind, lines_max)?;
    let (counted, sum) = records.sums();
    eprintln!("{counted} lines, {}, in {} parts", yuan(sum), records.spans.len());
    let city = City::connect(args).await?;
    let declared = city.declare(&declaration(args, counted, sum)).await?;
    if declared.state != "closed" {
        send(&city, args, &records, &declared).await?;
        mend(&city, &records, lines_max).await?;
    }
    let closed = city.close().await?;
    report(&city, &records, &closed).await
}

fn declaration(args: &PushArgs, counted: i64, sum: i64) -> serde_json::Value {
    let mut declared = json!({
        "kind": args.kind.code(),
        "as_of": args.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        "lines": args.lines.unwrap_or(counted),
        "sum_minor": args.sum_minor.unwrap_or(sum),
    });
    if let (Some(replaces), Some(object)) = (&args.replaces, declared.as_object_mut()) {
        object.insert("replaces".to_owned(), replaces.as_str().into());
    }
    declared
}

/// Sends the parts that are not there yet.
async fn send(
    city: &City,
    args: &PushArgs,
    records: &Records,
    batch: &Batch,
) -> Result<(), CommandError> {
    let parts = (1_u32..).zip(records.spans.iter().copied());
    let (there, missing): (Vec<_>, Vec<_>) = parts.partition(|(no, _)| holds(&batch.parts, *no));
    let lines = |parts: &[(u32, Span)]| -> i64 {
        let lines: usize = parts.iter().map(|(_, span)| span.lines).sum();
        i64::try_from(lines).unwrap_or(i64::MAX)
    };
    if !there.is_empty() {
        eprintln!("{} parts are there already", there.len());
    }
    let (done, left) = (lines(&there), lines(&missing));
    let mut progress = Progress::begin(done + left, done, batch.arrived.sum_minor);
    let sending = stream::iter(missing).map(|(number, span)| async move {
        let part = city.part(number, &records.lines(span)?).await?;
        Ok::<_, CommandError>((span, part))
    });
    let mut sending = sending.buffer_unordered(usize::from(args.at_once));
    while let Some((span, part)) = sending.try_next().await? {
        let lines = i64::try_from(span.lines).unwrap_or(i64::MAX);
        progress.add(lines, part.arrived.sum_minor);
    }
    progress.end();
    Ok(())
}

fn holds(runs: &[Run], number: u32) -> bool {
    runs.iter().any(|run| (run.first..=run.last).contains(&number))
}

/// A line that was refused for what it lacked at the time.
struct Waiting {
    account: String,
    json: Vec<u8>,
}

/// Sends such lines again, as further parts, until none of them is taken any more. Those of an
/// account go together: together they may fit where none of them does alone.
async fn mend(city: &City, records: &Records, lines_max: usize) -> Result<(), CommandError> {
    let batch = city.batch().await?;
    let Arrived { lines, sum_minor, refused } = batch.arrived;
    if refused == 0 || batch.declared == (Sums { lines, sum_minor }) {
        return Ok(());
    }
    let own = u32::try_from(records.spans.len())?;
    let mut next = batch.parts.last().map_or(own, |run| run.last.max(own)).saturating_add(1);
    let mut faults = city.faults().await?;
    faults.retain(|fault| fault.passing && fault.part_no <= own);
    let mut waiting = waiting(records, &faults)?;
    loop {
        eprintln!("{} lines are sent again", waiting.len());
        let before = waiting.len();
        waiting = again(city, waiting, &mut next, lines_max).await?;
        if waiting.is_empty() || waiting.len() == before {
            return Ok(());
        }
    }
}

/// The lines of some faults, by account.
fn waiting(records: &Records, faults: &[Fault]) -> Result<Vec<Waiting>, CommandError> {
    let (mut waiting, mut part) = (Vec::with_capacity(faults.len()), (0, Vec::new()));
    for fault in faults {
        let other = "the file is not the one that was sent";
        if part.0 != fault.part_no {
            part = (fault.part_no, records.lines(span_of(records, fault).ok_or(other)?)?);
        }
        let line = fault.line.checked_sub(1).and_then(|n| part.1.get(n));
        let json: Vec<u8> = line.ok_or(other)?.clone();
        let account = serde_json::from_slice(&json).map(|Named { account_no }| account_no);
        waiting.push(Waiting { account: account.unwrap_or_default(), json });
    }
    waiting.sort_by(|one, other| one.account.cmp(&other.account));
    Ok(waiting)
}

#[derive(Deserialize)]
struct Named {
    account_no: String,
}

/// Sends lines once more. Returns those that are refused again.
async fn again(
    city: &City,
    mut waiting: Vec<Waiting>,
    next: &mut u32,
    lines_max: usize,
) -> Result<Vec<Waiting>, CommandError> {
    let mut sent = BTreeMap::new();
    while !waiting.is_empty() {
        let rest = waiting.split_off(whole_accounts(&waiting, lines_max));
        let lines: Vec<Vec<u8>> = waiting.iter().map(|one| one.json.clone()).collect();
        city.part(*next, &lines).await?;
        sent.insert(*next, std::mem::replace(&mut waiting, rest));
        *next = next.saturating_add(1);
    }
    let refused: BTreeSet<(u32, usize)> =
        city.faults().await?.into_iter().map(|fault| (fault.part_no, fault.line)).collect();
    let left = sent.into_iter().flat_map(|(part, lines)| {
        (1..).zip(lines).map(move |(line, waiting)| ((part, line), waiting))
    });
    Ok(left.filter(|(place, _)| refused.contains(place)).map(|(_, line)| line).collect())
}

/// How many lines fit into a part without cutting an account in two, where that can be.
fn whole_accounts(waiting: &[Waiting], lines_max: usize) -> usize {
    let Some(after) = waiting.get(lines_max) else { return waiting.len() };
    let whole = waiting.iter().take(lines_max).rposition(|one| one.account != after.account);
    whole.map_or(lines_max, |last| last + 1)
}

fn span_of(records: &Records, fault: &Fault) -> Option<Span> {
    records.spans.get(usize::try_from(fault.part_no).ok()?.checked_sub(1)?).copied()
}

/// Says how the batch came out, and which lines were refused.
async fn report(city: &City, records: &Records, batch: &Batch) -> Result<(), CommandError> {
    let Batch { state, declared, arrived, centre_as_of, .. } = batch;
    println!("declared   {} lines, {}", declared.lines, yuan(declared.sum_minor));
    println!("on record  {} lines, {}", arrived.lines, yuan(arrived.sum_minor));
    let as_of = centre_as_of.as_deref().unwrap_or("nothing yet");
    println!("the batch is {state}; the centre's records are complete as of {as_of}");
    if state == "closed" {
        return Ok(());
    }
    let faults = city.faults().await?;
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in &faults {
        *codes.entry(&fault.code).or_default() += 1;
    }
    for (code, count) in codes {
        println!("{count} times {code}");
    }
    for fault in faults.iter().rev().take(SHOWN) {
        let line = span_of(records, fault).map(|span| span.first + fault.line);
        let line = line.map_or_else(String::new, |line| format!(", line {line} of the file"));
        println!("  part {}, line {}{line}: {}", fault.part_no, fault.line, fault.code);
    }
    let mend =
        "send what is missing as further parts, or all of it as a batch that replaces this one";
    Err(format!("the control sums do not agree: {mend}").into())
}
