//! What people read of their own.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use citygate_catalogue::{Agency, AgencyId, City};
use citygate_identity::{
    Access, Accessor, ProofError, RealName, Reason, Record, Sensitive, StepUp, StepUpPurpose,
    note_read, own_masked_name, require_session,
};
use citygate_kernel::Text;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::release::{locked, step};
use crate::{
    error::{Error, ReleaseError},
    model::{
        NewObservation, Release, ReleaseClass, ReleaseEvent, ReleaseState, ReleaseStep, Report,
        ReportId, ReportVersion, StoredObservation, VersionKey, Viewer,
    },
    rules::release::{self, Examined, ReleaseRule},
    store,
};

/// A result of an examination is read after a fresh proof for it.
#[derive(Debug)]
pub(crate) struct ResultRead;
impl Sensitive for ResultRead {
    const PURPOSE: StepUpPurpose = StepUpPurpose::HealthResultRead;
}

/// For how long the same sign-in goes on without another proof: its document, its trends, its
/// earlier versions.
const VIEWING: TimeDelta = TimeDelta::minutes(5);
/// Why people read their own.
const OWN: Reason<'static> = Reason { purpose: "results.own", legal_basis: "mdr-16" };

/// A report on a person's list.
pub(crate) struct Listed {
    pub report: Report,
    pub release: Release,
    pub agency: Agency,
    /// What was examined; only of what is released.
    pub title: Option<String>,
}

/// A version, and what goes with it.
pub(crate) struct Reading {
    pub report: Report,
    pub release: Release,
    pub agency: Agency,
    pub city: City,
    pub version: ReportVersion,
    pub observations: Vec<StoredObservation>,
    /// All versions, in the order of their arrival.
    pub versions: Vec<VersionKey>,
    /// What the rule says beside findings out of the usual.
    pub advice: Option<Text>,
    /// What clinicians have noted to this version, oldest first.
    pub notes: Vec<ReleaseEvent>,
}

/// The person's reports, newest first; one more than the page has. What is not released has neither
/// title nor content, and so nothing is noted in the ledger: the list says that there is something.
pub(crate) async fn list(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<Listed>, Error> {
    cx.db
        .read("results.list", async |tx| {
            let reports =
                store::reports::of_person(tx, caller.person, page.cursor, page.limit() + 1).await?;
            listed(cx, tx, reports).await
        })
        .await
}

async fn listed(cx: &Cx, tx: &mut Tx<'_>, reports: Vec<Report>) -> Result<Vec<Listed>, Error> {
    let ids: Vec<ReportId> = reports.iter().map(|report| report.id).collect();
    let releases = store::releases::of_reports(tx, &ids).await?;
    let mut releases: BTreeMap<ReportId, Release> =
        releases.into_iter().map(|release| (release.report, release)).collect();
    let agencies: Vec<AgencyId> = reports.iter().map(|report| report.agency).collect();
    let agencies = citygate_catalogue::agencies(tx, &agencies).await?;
    let mut list = Vec::with_capacity(reports.len());
    for report in reports {
        let release = releases.remove(&report.id).ok_or(Error::Damaged("release"))?;
        let agency = agencies.get(&report.agency).cloned().ok_or(Error::Damaged("agency"))?;
        let title = match release.state.is_open() {
            true => {
                let version =
                    store::versions::version(tx, &cx.keys, report.id, report.current_version);
                version.await?.map(|version| version.content.code.display)
            }
            false => None,
        };
        list.push(Listed { report, release, agency, title });
    }
    Ok(list)
}

/// Reads the version that stands, with a fresh proof for this report, and lets the sign-in look at it
/// for five minutes more.
pub(crate) async fn read(
    cx: &Cx,
    proof: &StepUp<ResultRead>,
    id: ReportId,
) -> Result<Reading, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("results.read", async |tx| {
            let (report, release) = own(tx, &caller, id).await?;
            proof.consume(tx, Some(&id.to_string()), None).await?;
            let ends_at = tx.now() + VIEWING;
            store::releases::open_viewing(tx, caller.session, (id, caller.person), ends_at).await?;
            let version = release.version;
            seen(cx, tx, &caller, (&report, &release), version).await
        })
        .await
}

/// Reads a version again while the five minutes last.
/// Earlier ones are shown to whoever has seen them, and where the rule shows such at once.
pub(crate) async fn read_again(
    cx: &Cx,
    caller: &RealName,
    id: ReportId,
    version: u32,
) -> Result<Reading, Error> {
    cx.db
        .tx("results.read_again", async |tx| {
            let (report, release) = viewing(tx, caller, id).await?;
            seen(cx, tx, caller, (&report, &release), version).await
        })
        .await
}

/// The same with the person's name, partly hidden, for a document.
pub(crate) async fn read_for_document(
    cx: &Cx,
    caller: &RealName,
    id: ReportId,
) -> Result<(Reading, String), Error> {
    cx.db
        .tx("results.read_document", async |tx| {
            let (report, release) = viewing(tx, caller, id).await?;
            let version = release.version;
            let reading = seen(cx, tx, caller, (&report, &release), version).await?;
            let name = own_masked_name(&cx.keys, tx, caller.person).await?;
            Ok((reading, name.unwrap_or_default()))
        })
        .await
}

/// The caller's own report as it is released.
async fn own(tx: &mut Tx<'_>, caller: &RealName, id: ReportId) -> Result<(Report, Release), Error> {
    let found = locked(tx, id).await?.filter(|(report, _)| report.person == caller.person);
    let (report, release) = found.ok_or(ReleaseError::ReportUnknown)?;
    match release.state {
        ReleaseState::Released | ReleaseState::Viewed => Ok((report, release)),
        ReleaseState::Withdrawn => Err(ReleaseError::Withdrawn.into()),
        ReleaseState::NotFinal
        | ReleaseState::InPerson
        | ReleaseState::Acknowledgement
        | ReleaseState::Note => Err(ReleaseError::Withheld.into()),
    }
}

/// The caller's own report, within five minutes of a fresh proof for it.
pub(super) async fn viewing(
    tx: &mut Tx<'_>,
    caller: &RealName,
    id: ReportId,
) -> Result<(Report, Release), Error> {
    require_session(tx, caller).await?;
    let found = own(tx, caller, id).await?;
    if !store::releases::is_viewing(tx, caller.session, (id, caller.person)).await? {
        return Err(citygate_identity::Error::from(ProofError::StepUpRequired(
            StepUpPurpose::HealthResultRead,
        ))
        .into());
    }
    Ok(found)
}

/// Notes that the person reads their own reports.
pub(super) async fn note_own(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    reports: &[ReportId],
) -> Result<(), Error> {
    let access = Access::new(cx, Accessor::person(caller.account, caller.city), OWN);
    let cases: Vec<String> = reports.iter().map(ToString::to_string).collect();
    let read: Vec<_> = cases.iter().map(|case| (caller.person, case.as_str())).collect();
    Ok(note_read(tx, &access, Record::HealthResult, &read).await?)
}

async fn seen(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    (report, release): (&Report, &Release),
    version: u32,
) -> Result<Reading, Error> {
    let reading = reading(cx, tx, report.clone(), release.clone(), version).await?;
    if version != release.version && !may_show(tx, &reading).await? {
        return Err(ReleaseError::VersionUnknown.into());
    }
    note_own(cx, tx, caller, &[report.id]).await?;
    store::releases::note_view(tx, report.id, version, (Viewer::Person, caller.person)).await?;
    if version == release.version && release.state == ReleaseState::Released {
        let release = step(cx, tx, release, ReleaseStep::Viewed, None).await?;
        return Ok(Reading { release, ..reading });
    }
    Ok(reading)
}

/// Whether an earlier version may be shown: the person has seen it, or the rule shows such at once.
async fn may_show(tx: &mut Tx<'_>, reading: &Reading) -> Result<bool, Error> {
    let number = reading.version.number;
    let viewers = store::releases::viewers(tx, reading.report.id).await?;
    if viewers.iter().any(|(version, by, _)| (*version, *by) == (number, Viewer::Person)) {
        return Ok(true);
    }
    let rule = citygate_catalogue::rule_by_id::<ReleaseRule>(tx, reading.release.rule).await?;
    let items: Vec<NewObservation> =
        reading.observations.iter().map(|item| item.said.clone()).collect();
    let examined = Examined {
        status: reading.version.status,
        category: reading.version.content.category,
        code: &reading.version.content.code,
        observations: &items,
    };
    Ok(release::classify(&rule.params, examined, None).state.is_open())
}

/// A version with all that goes with it.
pub(super) async fn reading(
    cx: &Cx,
    tx: &mut Tx<'_>,
    report: Report,
    release: Release,
    number: u32,
) -> Result<Reading, Error> {
    let version = store::versions::version(tx, &cx.keys, report.id, number).await?;
    let version = version.ok_or(ReleaseError::VersionUnknown)?;
    let observations = store::observations::of_version(tx, &cx.keys, report.id, number).await?;
    let advised = matches!(release.class, ReleaseClass::Abnormal | ReleaseClass::Critical);
    let advice = match advised {
        true => {
            let rule = citygate_catalogue::rule_by_id::<ReleaseRule>(tx, release.rule).await?;
            Some(rule.params.advice.text())
        }
        false => None,
    };
    let mut notes = store::releases::history(tx, &cx.keys, report.id).await?;
    notes.retain(|event| event.step == ReleaseStep::Noted && event.version == number);
    Ok(Reading {
        notes,
        agency: citygate_catalogue::agency(tx, report.agency).await?,
        city: citygate_catalogue::city(tx, report.id.city()).await?,
        versions: store::versions::keys_of(tx, report.id).await?,
        report,
        release,
        version,
        observations,
        advice,
    })
}
