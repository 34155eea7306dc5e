//! What a centre does with its batches.
//!
//! A batch is declared with the number of its lines and what they come to, arrives in parts, in any
//! order and any of them more than once, and is closed: then what is on record is compared with what
//! was declared. A batch that balances moves the as-of of the centre. One that does not stays open to
//! further parts, which say what was refused; or another batch says all of it again and replaces it.
//! A part that is sent again changes nothing; of a line that was accepted before, in whatever part,
//! nothing is counted or moved twice.

mod intake;
mod postings;
mod records;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::Accessor;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

pub(crate) use intake::{Part, receive};

use super::{interest, statement};
use crate::{
    error::{BatchError, Error},
    model::{Batch, BatchId, BatchKind, BatchNo, BatchState, Declaration, Fault, Totals},
    rules::batch::{Event, Run, compare, next, runs},
    store::batches::{self, Hold},
};

/// Faults in one table: what does not fit is shown in pages.
const FAULTS_MAX: i64 = 100_000;

/// A centre, and its system that speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Centre {
    pub agency: AgencyId,
    pub by: Accessor,
}

/// A batch, and what has arrived of it.
pub(crate) struct BatchView {
    pub batch: Batch,
    pub arrived: Totals,
    pub parts: Vec<Run>,
    /// The centre's, of this kind of records.
    pub as_of: Option<DateTime<Utc>>,
}

/// Declares a batch. Returns whether it is new.
pub(crate) async fn declare(
    cx: &Cx,
    agency: AgencyId,
    number: &BatchNo,
    declared: Declaration,
    replaces: Option<&BatchNo>,
) -> Result<(BatchView, bool), Error> {
    cx.db
        .tx("provident_fund.declare_batch", async |tx| {
            let known_already = batches::by_number(tx, agency, number, Hold::No).await?.is_some();
            let replaced = match replaces {
                Some(other) => batches::by_number(tx, agency, other, Hold::No).await?,
                None => None,
            };
            let new = !known_already && {
                check(tx, declared, replaces, replaced.as_ref())?;
                batches::add_centre(tx, agency, declared.kind).await?;
                let batch = Batch {
                    id: BatchId::new(agency.city(), &cx.clock),
                    agency,
                    number: number.clone(),
                    declared,
                    replaces: replaced.as_ref().map(|batch| batch.id),
                    state: BatchState::Open,
                    created_at: tx.now(),
                };
                batches::insert(tx, &batch).await?
            };
            let batch = known(tx, agency, number, Hold::No).await?;
            let same = batch.replaces == replaced.map(|batch| batch.id);
            if batch.declared != declared || !same {
                return Err(BatchError::DeclaredOtherwise.into());
            }
            Ok((view(tx, batch).await?, new))
        })
        .await
}

/// Whether a batch may be declared so. It replaces one of the same kind that is no later and not
/// finished.
fn check(
    tx: &Tx<'_>,
    declared: Declaration,
    replaces: Option<&BatchNo>,
    replaced: Option<&Batch>,
) -> Result<(), BatchError> {
    if declared.as_of > tx.now() {
        return Err(BatchError::AsOfAhead);
    }
    let fits = replaced.is_some_and(|batch| {
        let before = batch.declared.as_of <= declared.as_of;
        batch.declared.kind == declared.kind && before && next(batch.state, Event::Replace).is_ok()
    });
    if fits || replaces.is_none() { Ok(()) } else { Err(BatchError::NothingToReplace) }
}

/// A batch of the centre.
pub(crate) async fn batch(cx: &Cx, agency: AgencyId, number: &BatchNo) -> Result<BatchView, Error> {
    cx.db
        .read("provident_fund.get_batch", async |tx| {
            let batch = known(tx, agency, number, Hold::No).await?;
            view(tx, batch).await
        })
        .await
}

/// The batches of the centre, newest first; one more than the page holds.
pub(crate) async fn list(cx: &Cx, agency: AgencyId, page: &PageQuery) -> Result<Vec<Batch>, Error> {
    cx.db
        .read("provident_fund.list_batches", async |tx| {
            batches::of_centre(tx, agency, page.cursor, page.limit() + 1).await
        })
        .await
}

/// Compares what is on record with what was declared. Closing again compares again, until it
/// balances.
pub(crate) async fn close(cx: &Cx, agency: AgencyId, number: &BatchNo) -> Result<BatchView, Error> {
    cx.db
        .tx("provident_fund.close_batch", async |tx| {
            // Waits for the parts that are on their way.
            let mut batch = known(tx, agency, number, Hold::Alone).await?;
            let arrived = batches::totals(tx, batch.id).await?;
            let event = compare(batch.declared, arrived);
            let state = next(batch.state, event).map_err(BatchError::from)?;
            if state != batch.state {
                batches::set_state(tx, batch.id, state).await?;
                batch.state = state;
            }
            if event == Event::Balance {
                settle(tx, &batch).await?;
            }
            view(tx, batch).await
        })
        .await
}

/// What a balanced batch means for others.
async fn settle(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), Error> {
    let (agency, kind) = (batch.agency, batch.declared.kind);
    batches::lock_centre(tx, agency, kind).await?;
    if let Some(id) = batch.replaces
        && let Some(replaced) = batches::lock(tx, id).await?
        && let Ok(state) = next(replaced.state, Event::Replace)
    {
        batches::set_state(tx, id, state).await?;
    }
    let before = batches::as_of(tx, agency, kind).await?;
    batches::move_as_of(tx, agency, kind).await?;
    if kind == BatchKind::Postings {
        let until = batches::as_of(tx, agency, kind).await?;
        interest::books_closed(tx, agency, before, until).await?;
        if let Some(until) = until {
            statement::on_closed(tx, agency, until).await?;
        }
    }
    Ok(())
}

/// Lines of a batch that were refused, the last first; one more than the page holds.
pub(crate) async fn faults(
    cx: &Cx,
    agency: AgencyId,
    number: &BatchNo,
    page: &PageQuery,
) -> Result<Vec<Fault>, Error> {
    let before = page.cursor.map(Fault::before);
    cx.db
        .read("provident_fund.list_faults", async |tx| {
            let batch = known(tx, agency, number, Hold::No).await?;
            batches::faults(tx, batch.id, before, page.limit() + 1).await
        })
        .await
}

/// All lines of a batch that were refused, the last first, as long as a table can hold them.
pub(crate) async fn all_faults(
    cx: &Cx,
    agency: AgencyId,
    number: &BatchNo,
) -> Result<Vec<Fault>, Error> {
    cx.db
        .read("provident_fund.all_faults", async |tx| {
            let batch = known(tx, agency, number, Hold::No).await?;
            batches::faults(tx, batch.id, None, FAULTS_MAX).await
        })
        .await
}

async fn known(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    number: &BatchNo,
    hold: Hold,
) -> Result<Batch, Error> {
    let found = batches::by_number(tx, agency, number, hold).await?;
    found.ok_or_else(|| BatchError::Unknown.into())
}

async fn view(tx: &mut Tx<'_>, batch: Batch) -> Result<BatchView, Error> {
    let arrived = batches::totals(tx, batch.id).await?;
    let parts = runs(batches::part_numbers(tx, batch.id).await?);
    let as_of = batches::as_of(tx, batch.agency, batch.declared.kind).await?;
    Ok(BatchView { batch, arrived, parts, as_of })
}
