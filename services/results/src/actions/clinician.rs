//! What people at a hospital do about results.

use citygate_catalogue::AgencyId;
use citygate_identity::{
    Access, Accessor, Reason, Record, ResultsAcknowledge, Staff, StaffId, note_read,
};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{
    read::{self, Reading},
    release::{locked, step},
};
use crate::{
    error::{Error, ReleaseError},
    model::{Release, ReleaseEvent, ReleaseStep, Report, ReportId, Viewer},
    store,
};

/// Why they read a result: it is theirs to answer for.
const CARE: Reason<'static> = Reason { purpose: "results.care", legal_basis: "physicians-25" };

/// How often something is noted of one version, at most.
const SAID_MOST: usize = 20;

/// A report as those who answer for it see it.
pub(crate) struct Chart {
    pub reading: Reading,
    pub history: Vec<ReleaseEvent>,
    pub viewers: Vec<(u32, Viewer, chrono::DateTime<chrono::Utc>)>,
}

/// What waits for somebody at a hospital, newest first; one more than the page has. Nothing of what
/// was found is in it.
pub(crate) async fn waiting(
    cx: &Cx,
    agency: AgencyId,
    page: &PageQuery,
) -> Result<Vec<(Report, Release)>, Error> {
    cx.db
        .read("results.waiting", async |tx| {
            let releases =
                store::releases::waiting(tx, agency, page.cursor, page.limit() + 1).await?;
            let mut waiting = Vec::with_capacity(releases.len());
            for release in releases {
                let report = store::reports::by_id(tx, release.report).await?;
                waiting
                    .push((report.ok_or(Error::Damaged("a release without a report"))?, release));
            }
            Ok(waiting)
        })
        .await
}

/// A report of the hospital with its history. Each reading is in the patient's ledger.
pub(crate) async fn chart(
    cx: &Cx,
    staff: &Staff<ResultsAcknowledge>,
    id: ReportId,
) -> Result<Chart, Error> {
    cx.db
        .tx("results.chart", async |tx| {
            let (report, release) = of_agency(tx, staff, id).await?;
            let access = Access::new(cx, Accessor::staff(staff.id, staff.agency), CARE);
            note_read(
                tx,
                &access,
                Record::HealthResult,
                &[(report.person, report.report_no.as_str())],
            )
            .await?;
            let viewer = (Viewer::Staff(staff.id), report.person);
            store::releases::note_view(tx, id, release.version, viewer).await?;
            let version = release.version;
            Ok(Chart {
                reading: read::reading(cx, tx, report, release, version).await?,
                history: store::releases::history(tx, &cx.keys, id).await?,
                viewers: store::releases::viewers(tx, id).await?,
            })
        })
        .await
}

/// Takes note of something critical; `read_back` is what the clinician repeated. May be late: what
/// the rule has released meanwhile stays released.
pub(crate) async fn acknowledge(
    cx: &Cx,
    staff: &Staff<ResultsAcknowledge>,
    on: (ReportId, u32),
    read_back: &str,
) -> Result<Release, Error> {
    cx.db
        .tx("results.acknowledge", async |tx| {
            let release = standing(tx, staff, on).await?;
            let said = (ReleaseStep::Acknowledged, staff.id, read_back);
            if has_said(cx, tx, &release, said).await? {
                return Ok(release);
            }
            if !release.alarms() {
                return Err(ReleaseError::NothingToAcknowledge.into());
            }
            step(cx, tx, &release, ReleaseStep::Acknowledged, Some((staff.id, read_back))).await
        })
        .await
}

/// Explains a version.
pub(crate) async fn explain(
    cx: &Cx,
    staff: &Staff<ResultsAcknowledge>,
    on: (ReportId, u32),
    words: &str,
) -> Result<Release, Error> {
    take(cx, staff, on, ReleaseStep::Noted, words).await
}

/// Notes that the person, or the guardian, was told in person.
pub(crate) async fn told(
    cx: &Cx,
    staff: &Staff<ResultsAcknowledge>,
    on: (ReportId, u32),
    whom: &str,
) -> Result<Release, Error> {
    take(cx, staff, on, ReleaseStep::Told, whom).await
}

async fn take(
    cx: &Cx,
    staff: &Staff<ResultsAcknowledge>,
    on: (ReportId, u32),
    what: ReleaseStep,
    words: &str,
) -> Result<Release, Error> {
    cx.db
        .tx("results.take_step", async |tx| {
            let release = standing(tx, staff, on).await?;
            if has_said(cx, tx, &release, (what, staff.id, words)).await? {
                return Ok(release);
            }
            step(cx, tx, &release, what, Some((staff.id, words))).await
        })
        .await
}

/// Whether somebody has said this of the version before: it is said once. There is an end to what can
/// be said of one version.
async fn has_said(
    cx: &Cx,
    tx: &mut Tx<'_>,
    release: &Release,
    (what, staff, words): (ReleaseStep, StaffId, &str),
) -> Result<bool, Error> {
    let history = store::releases::history(tx, &cx.keys, release.report).await?;
    let of_version = |event: &&ReleaseEvent| event.version == release.version && event.step == what;
    let said: Vec<_> = history.iter().filter(of_version).collect();
    let same =
        |event: &&ReleaseEvent| event.staff == Some(staff) && event.words.as_deref() == Some(words);
    if said.iter().any(same) {
        return Ok(true);
    }
    if said.len() >= SAID_MOST { Err(ReleaseError::StepRefused.into()) } else { Ok(false) }
}

/// The release of the version that somebody means, if it still stands.
async fn standing(
    tx: &mut Tx<'_>,
    staff: &Staff<ResultsAcknowledge>,
    (id, version): (ReportId, u32),
) -> Result<Release, Error> {
    let (_, release) = of_agency(tx, staff, id).await?;
    if release.version != version {
        return Err(ReleaseError::VersionChanged { current: release.version }.into());
    }
    Ok(release)
}

async fn of_agency(
    tx: &mut Tx<'_>,
    staff: &Staff<ResultsAcknowledge>,
    id: ReportId,
) -> Result<(Report, Release), Error> {
    let found = locked(tx, id).await?.filter(|(report, _)| report.agency == staff.agency);
    Ok(found.ok_or(ReleaseError::ReportUnknown)?)
}
