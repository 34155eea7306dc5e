//! How a value has moved.

use std::collections::BTreeSet;

use citygate_catalogue::City;
use citygate_identity::RealName;
use citygate_platform::Cx;

use super::read::{note_own, viewing};
use crate::{
    error::{Error, ReleaseError},
    model::{Code, ObservedValue, Release, ReportId, StoredObservation},
    rules::trend::{self, Series},
    store,
};

/// How many values a trend looks back at.
const VALUES: i64 = 100;

/// The values of one item over time, from all hospitals.
pub(crate) struct Trend {
    pub code: Code,
    pub city: City,
    /// That of the item's unit first.
    pub series: Vec<Series>,
}

/// The trend of the `n`-th item of a report, from 1, while the five minutes after its proof last.
/// Values of reports that are not released are left out; each report that it reads is in the ledger.
pub(crate) async fn trend(
    cx: &Cx,
    caller: &RealName,
    id: ReportId,
    n: u32,
) -> Result<Trend, Error> {
    cx.db
        .tx("results.trend", async |tx| {
            let (report, release) = viewing(tx, caller, id).await?;
            let items =
                store::observations::of_version(tx, &cx.keys, report.id, release.version).await?;
            let place = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
            let item = place.and_then(|place| items.get(place));
            let item = item.ok_or(ReleaseError::ItemUnknown)?;
            let ObservedValue::Quantity { unit, .. } = &item.said.value else {
                return Err(ReleaseError::ItemUnknown.into());
            };
            let index = item.said.code.index(&cx.keys);
            let found =
                store::observations::of_code(tx, &cx.keys, caller.person, &index, VALUES).await?;
            let open = open_reports(tx, &found).await?;
            note_own(cx, tx, caller, &open.iter().copied().collect::<Vec<_>>()).await?;
            let shown = found.iter().filter(|item| open.contains(&item.report));
            let shown = shown.map(|item| (item.report, item.effective_at, &item.said));
            Ok(Trend {
                code: item.said.code.clone(),
                city: citygate_catalogue::city(tx, id.city()).await?,
                series: trend::series(shown, unit),
            })
        })
        .await
}

async fn open_reports(
    tx: &mut citygate_platform::db::Tx<'_>,
    items: &[StoredObservation],
) -> Result<BTreeSet<ReportId>, Error> {
    let ids: BTreeSet<ReportId> = items.iter().map(|item| item.report).collect();
    let releases = store::releases::of_reports(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let open = releases.iter().filter(|release: &&Release| release.state.is_open());
    Ok(open.map(|release| release.report).collect())
}
