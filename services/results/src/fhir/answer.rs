//! What the sender of a report is answered.

use citygate_exchange::fhir::{Outcome, Target, Written};
use citygate_fhir::Resource;
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::report::{self, stamped};
use crate::{
    actions::intake::{Filed, FilingOutcome},
    error::Error,
    store,
};

/// The answer to a report that has yet to be filed.
pub(super) struct Pending {
    /// Its place in the request.
    pub n: usize,
    pub patient: Uuid,
    /// As it is kept.
    pub resource: Resource,
    pub items: Vec<PendingItem>,
}

/// The answer to an item of it.
pub(super) struct PendingItem {
    /// Its place in the request.
    pub n: usize,
    pub target: Target,
    /// As it is kept.
    pub resource: Resource,
}

impl Pending {
    /// The report and its items, with their places in the request.
    pub async fn answer(
        self,
        cx: &Cx,
        tx: &mut Tx<'_>,
        filed: &Filed,
    ) -> Result<Vec<(usize, Written)>, Error> {
        let Self { n, patient, resource, items } = self;
        let report = report_written(cx, tx, filed, (patient, resource)).await?;
        let mut written = vec![(n, report)];
        written.extend(items_written(cx, tx, filed, (patient, items)).await?);
        Ok(written)
    }
}

/// As it stands now: what was sent, if that stands.
async fn report_written(
    cx: &Cx,
    tx: &mut Tx<'_>,
    filed: &Filed,
    (patient, sent): (Uuid, Resource),
) -> Result<Written, Error> {
    let (keys, outcome) = (&cx.keys, outcome(filed.outcome));
    let (id, number) = (filed.report.id, filed.report.current_version);
    if filed.outcome != FilingOutcome::Unchanged && filed.version == number {
        let stored = stamped(sent, id.uuid(), filed.version, filed.received_at)?;
        return Ok(Written { stored, outcome });
    }
    let version = store::versions::version(tx, keys, id, number).await?;
    let version = version.ok_or(Error::Damaged("version"))?;
    let items = store::observations::of_version(tx, keys, id, number).await?;
    let stored = report::stored(&filed.report, &version, patient, &items)?;
    Ok(Written { stored, outcome })
}

async fn items_written(
    cx: &Cx,
    tx: &mut Tx<'_>,
    filed: &Filed,
    (patient, sent): (Uuid, Vec<PendingItem>),
) -> Result<Vec<(usize, Written)>, Error> {
    if filed.outcome == FilingOutcome::Unchanged {
        let (report, version) = (filed.report.id, filed.version);
        let known = store::observations::of_version(tx, &cx.keys, report, version).await?;
        let written = known.iter().zip(sent).map(|(item, PendingItem { n, .. })| {
            let stored = report::stored_observation(item, patient, filed.received_at)?;
            Ok((n, Written { stored, outcome: Outcome::Unchanged }))
        });
        return written.collect();
    }
    let written = sent.into_iter().zip(&filed.observations);
    let written = written.map(|(PendingItem { n, target, resource }, id)| {
        let stored = stamped(resource, *id, filed.version, filed.received_at)?;
        let outcome = match (filed.outcome, target) {
            (FilingOutcome::Superseded, _) => Outcome::Superseded,
            (_, Target::Create { .. }) => Outcome::Created,
            (_, Target::Update { .. }) => Outcome::Updated,
        };
        Ok((n, Written { stored, outcome }))
    });
    written.collect()
}

fn outcome(of: FilingOutcome) -> Outcome {
    match of {
        FilingOutcome::Created => Outcome::Created,
        FilingOutcome::Updated => Outcome::Updated,
        FilingOutcome::Unchanged => Outcome::Unchanged,
        FilingOutcome::Superseded => Outcome::Superseded,
    }
}
