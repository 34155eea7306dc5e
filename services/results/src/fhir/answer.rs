//! What the sender of a report is answered.

use chrono::{DateTime, Utc};
use citygate_exchange::fhir::{Outcome, Stored, Target, Written};
use citygate_fhir::Resource;
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::report::{self, stamped};
use crate::{
    actions::intake::{Filed, FilingOutcome},
    error::Error,
    model::{NewObservation, NewReport},
    store,
};

/// The answer to a report that has yet to be filed.
pub(super) struct Pending {
    /// Its place in the request.
    n: usize,
    patient: Uuid,
    text: Option<String>,
    items: Vec<PendingItem>,
}

struct PendingItem {
    n: usize,
    target: Target,
    text: Option<String>,
}

impl Pending {
    /// Of the report and of the items at these places.
    pub fn new(n: usize, patient: Uuid, places: Vec<(usize, Target)>, new: &NewReport) -> Self {
        let item = |((n, target), item): ((usize, Target), &NewObservation)| PendingItem {
            n,
            target,
            text: item.resource.clone(),
        };
        let items = places.into_iter().zip(&new.observations).map(item).collect();
        Self { n, patient, text: new.resource.clone(), items }
    }

    /// The report and its items, with their places in the request.
    pub async fn answer(
        self,
        cx: &Cx,
        tx: &mut Tx<'_>,
        filed: &Filed,
    ) -> Result<Vec<(usize, Written)>, Error> {
        let mut written = vec![(self.n, self.report(cx, tx, filed).await?)];
        written.extend(self.items(cx, tx, filed).await?);
        Ok(written)
    }

    /// As it stands now: what was sent, if that stands.
    async fn report(&self, cx: &Cx, tx: &mut Tx<'_>, filed: &Filed) -> Result<Written, Error> {
        let (keys, outcome) = (&cx.keys, outcome(filed.outcome));
        let (id, number) = (filed.report.id, filed.report.current_version);
        let stands = filed.outcome != FilingOutcome::Unchanged && filed.version == number;
        if let (true, Some(text)) = (stands, &self.text) {
            let stored = sent(text, id.uuid(), filed.version, filed.received_at)?;
            return Ok(Written { stored, outcome });
        }
        let version = store::versions::version(tx, keys, id, number).await?;
        let version = version.ok_or(Error::Damaged("version"))?;
        let items = store::observations::of_version(tx, keys, id, number).await?;
        let stored = report::stored(&filed.report, &version, self.patient, &items)?;
        Ok(Written { stored, outcome })
    }

    async fn items(
        self,
        cx: &Cx,
        tx: &mut Tx<'_>,
        filed: &Filed,
    ) -> Result<Vec<(usize, Written)>, Error> {
        if filed.outcome == FilingOutcome::Unchanged {
            let (report, version) = (filed.report.id, filed.version);
            let known = store::observations::of_version(tx, &cx.keys, report, version).await?;
            let written = known.iter().zip(self.items).map(|(item, PendingItem { n, .. })| {
                let stored = report::stored_observation(item, self.patient, filed.received_at)?;
                Ok((n, Written { stored, outcome: Outcome::Unchanged }))
            });
            return written.collect();
        }
        let written = self.items.into_iter().zip(&filed.observations);
        let written = written.map(|(PendingItem { n, target, text }, id)| {
            let text = text.ok_or(Error::Damaged("resource"))?;
            let stored = sent(&text, *id, filed.version, filed.received_at)?;
            let outcome = match (filed.outcome, target) {
                (FilingOutcome::Superseded, _) => Outcome::Superseded,
                (_, Target::Create { .. }) => Outcome::Created,
                (_, Target::Update { .. }) => Outcome::Updated,
            };
            Ok((n, Written { stored, outcome }))
        });
        written.collect()
    }
}

fn outcome(of: FilingOutcome) -> Outcome {
    match of {
        FilingOutcome::Created => Outcome::Created,
        FilingOutcome::Updated => Outcome::Updated,
        FilingOutcome::Unchanged => Outcome::Unchanged,
        FilingOutcome::Superseded => Outcome::Superseded,
    }
}

fn sent(text: &str, id: Uuid, version: u32, at: DateTime<Utc>) -> Result<Stored, Error> {
    let resource = Resource::parse(text).map_err(|_| Error::Damaged("resource"))?;
    stamped(resource, id, version, at)
}
