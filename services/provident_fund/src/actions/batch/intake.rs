//! Parts of batches.

use citygate_platform::{Cx, db::Tx, keys::Keys};

use super::{Centre, known, postings, records};
use crate::{
    error::{BatchError, Error},
    model::{Batch, BatchKind, BatchNo, Fault, FaultCode, Totals},
    rules::{
        batch::{Event, next},
        posting::Taken,
    },
    store::batches::{self, Hold},
};

/// How many lines a part has at most: few enough to be taken well within a transaction's time.
const LINES_MAX: usize = 5_000;

/// A part as it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// Its number in the batch.
    pub number: u32,
    /// Lines of JSON.
    pub bytes: &'a [u8],
}

/// What became of a line: whether it counts, and with which amount.
pub(super) type Outcome = Result<(Taken, i64), FaultCode>;

/// Takes a part. Returns what became of its lines, and whether it was new.
pub(crate) async fn receive(
    cx: &Cx,
    centre: Centre,
    number: &BatchNo,
    part: Part<'_>,
) -> Result<(Totals, bool), Error> {
    let lines = lines_of(part.bytes)?;
    let digest = digest(&cx.keys, part.bytes);
    cx.db
        .tx("provident_fund.receive_part", async |tx| {
            let batch = known(tx, centre.agency, number, Hold::Shared).await?;
            let claimed = match batches::part(tx, batch.id, part.number).await? {
                Some(_) => false,
                None => {
                    let state = next(batch.state, Event::Receive).map_err(BatchError::from)?;
                    if state != batch.state {
                        batches::set_state(tx, batch.id, state).await?;
                    }
                    batches::claim_part(tx, batch.id, part.number, &digest).await?
                }
            };
            if !claimed {
                return repeated(tx, &batch, part, &digest).await;
            }
            batches::plan_anew(tx).await?;
            let outcomes = take(cx, tx, centre, &batch, &lines).await?;
            let (totals, refused) = count(part, &outcomes);
            batches::finish_part(tx, batch.id, part.number, totals, &refused).await?;
            Ok((totals, true))
        })
        .await
}

async fn take(
    cx: &Cx,
    tx: &mut Tx<'_>,
    centre: Centre,
    batch: &Batch,
    lines: &[&[u8]],
) -> Result<Vec<Outcome>, Error> {
    match batch.declared.kind {
        BatchKind::Postings => postings::take(cx, tx, batch, lines).await,
        BatchKind::Accounts => records::accounts(cx, tx, centre, batch, lines).await,
        BatchKind::Loans => records::loans(cx, tx, batch, lines).await,
        BatchKind::Terms => records::terms(tx, batch, lines).await,
    }
}

/// The answer to a part that is there.
async fn repeated(
    tx: &mut Tx<'_>,
    batch: &Batch,
    part: Part<'_>,
    digest: &[u8],
) -> Result<(Totals, bool), Error> {
    let kept = batches::part(tx, batch.id, part.number).await?;
    let kept = kept.ok_or(Error::Damaged("a part that is there"))?;
    if kept.digest != digest {
        return Err(BatchError::PartDiffers.into());
    }
    Ok((kept.totals, false))
}

/// The lines of a part. The last may end without a line feed.
fn lines_of(bytes: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').take(LINES_MAX + 1).collect();
    if body.is_empty() || lines.len() > LINES_MAX {
        return Err(BatchError::PartSize { most: LINES_MAX }.into());
    }
    Ok(lines)
}

/// Keyed, because people could be guessed from a plain digest of a short part.
fn digest(keys: &Keys, bytes: &[u8]) -> Vec<u8> {
    keys.blind_index("provident_fund.batch_parts", &String::from_utf8_lossy(bytes))
}

fn count(part: Part<'_>, outcomes: &[Outcome]) -> (Totals, Vec<Fault>) {
    let (mut totals, mut refused) = (Totals::default(), Vec::new());
    for (line, outcome) in (1_u32..).zip(outcomes) {
        totals.lines += 1;
        match outcome {
            Ok((Taken::Accepted, minor)) => {
                totals.accepted += 1;
                totals.sum_minor = totals.sum_minor.saturating_add(*minor);
            }
            Ok((Taken::Repeated, _)) => totals.repeated += 1,
            Err(code) => refused.push(Fault { part_no: part.number, line, code: *code }),
        }
    }
    (totals, refused)
}
