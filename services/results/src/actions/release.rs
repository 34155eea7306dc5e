//! What becomes of a version on its way to the person.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_catalogue::{AgencyId, Rule, RuleId};
use citygate_identity::{StaffId, is_minor};
use citygate_platform::{Cx, db::Tx};
use futures_util::future::try_join3;

use crate::{
    error::{Error, ReleaseError},
    jobs::release::{self as jobs, Alert, Due},
    model::{
        NewReport, Release, ReleaseClass, ReleaseEvent, ReleaseState, ReleaseStep, Report, ReportId,
    },
    rules::{
        release::{self, Examined, RELEASE, ReleaseRule, Verdict},
        state,
    },
    store,
};

/// Policies by their versions, each parsed once: a version never changes. Clones share what they
/// know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies(Arc<Mutex<BTreeMap<RuleId, Arc<Rule<ReleaseRule>>>>>);

impl Policies {
    async fn rule(&self, tx: &Tx<'_>, version: RuleId) -> Result<Arc<Rule<ReleaseRule>>, Error> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rule) = known().get(&version) {
            return Ok(Arc::clone(rule));
        }
        let rule = Arc::new(citygate_catalogue::rule_by_id(tx, version).await?);
        known().insert(version, Arc::clone(&rule));
        Ok(rule)
    }
}

/// The rule of a hospital, and the day of its city on which it is asked.
pub(crate) struct Policy {
    rule: Arc<Rule<ReleaseRule>>,
    today: NaiveDate,
}

impl Policy {
    /// As it is today: one for all that a message files. Sent together with other statements.
    pub(crate) async fn read(
        tx: &Tx<'_>,
        policies: &Policies,
        hospital: AgencyId,
    ) -> Result<Self, Error> {
        let today = citygate_catalogue::city(tx, hospital.city()).await?.date(tx.now());
        let version = citygate_catalogue::rule_in_force(tx, RELEASE, hospital, today).await?;
        Ok(Self { rule: policies.rule(tx, version).await?, today })
    }
}

/// Where the way of a version begins.
pub(crate) struct Beginning {
    release: Release,
    rule: Arc<Rule<ReleaseRule>>,
    /// Whether anybody has seen an earlier version.
    seen: bool,
}

/// Asks the hospital's rule about a version that is being filed: the intake does in its own
/// transaction, holding the report. `report` is as the filing leaves it. A version that does not
/// stand changes nothing.
pub(crate) async fn begin(
    cx: &Cx,
    tx: &mut Tx<'_>,
    Policy { rule, today }: &Policy,
    (report, version): (&Report, u32),
    new: &NewReport,
) -> Result<Option<Beginning>, Error> {
    if version != report.current_version {
        return Ok(None);
    }
    let examined = Examined {
        status: new.status,
        category: new.category,
        code: &new.code,
        observations: &new.observations,
    };
    let minor = match release::asks_for_age(&rule.params, examined) {
        true => is_minor(&cx.keys, tx, report.person, *today).await?,
        false => None,
    };
    let verdict = release::classify(&rule.params, examined, minor);
    let release = begun(report, rule, verdict, tx.now());
    let seen =
        report.current_version > 1 && !store::releases::viewers(tx, report.id).await?.is_empty();
    Ok(Some(Beginning { release, rule: Arc::clone(rule), seen }))
}

impl Beginning {
    /// Lets it begin. Sent together with what writes the report, after that: a release is there
    /// before its history.
    pub(crate) async fn write(&self, cx: &Cx, tx: &Tx<'_>) -> Result<(), Error> {
        let Self { release, rule, seen } = self;
        try_join3(
            store::releases::put(tx, release),
            note(cx, tx, release, ReleaseStep::Filed, None),
            enqueue(tx, release, &rule.params, *seen),
        )
        .await?;
        Ok(())
    }
}

/// Where a version begins.
fn begun(
    report: &Report,
    rule: &Rule<ReleaseRule>,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Release {
    let Verdict { class, critical, state } = verdict;
    let alarm = &rule.params.critical;
    let minutes = |minutes: u32| now + TimeDelta::minutes(i64::from(minutes));
    let release_at = match state {
        ReleaseState::Acknowledgement => alarm.release_after_minutes.map(minutes),
        ReleaseState::Note => Some(now + TimeDelta::days(i64::from(rule.params.note.after_days))),
        ReleaseState::NotFinal
        | ReleaseState::InPerson
        | ReleaseState::Released
        | ReleaseState::Viewed
        | ReleaseState::Withdrawn => None,
    };
    Release {
        report: report.id,
        agency: report.agency,
        person: report.person,
        version: report.current_version,
        class,
        state,
        acknowledge_by: critical.then(|| minutes(alarm.acknowledge_minutes)),
        acknowledged_at: None,
        release_at,
        released_at: state.is_open().then_some(now),
        rule: rule.id,
        changed_at: now,
    }
}

async fn enqueue(
    tx: &Tx<'_>,
    release: &Release,
    rule: &ReleaseRule,
    seen: bool,
) -> Result<(), Error> {
    let (now, due) = (tx.now(), Due { report: release.report, version: release.version });
    if seen {
        // Whoever has seen an earlier version is told that there is another, and nothing else.
        jobs::TELL_VIEWERS.enqueue_all(tx, &[(due, now)]).await?;
    } else if release.state == ReleaseState::Released {
        jobs::TELL.enqueue_all(tx, &[(due, now)]).await?;
    }
    if let Some(at) = release.release_at {
        jobs::WAITED.enqueue_all(tx, &[(due, at)]).await?;
    }
    if release.alarms() {
        let alerts = rule.critical.escalation.iter().map(|step| {
            let alert = Alert { report: release.report, version: release.version, to: step.to };
            (alert, now + TimeDelta::minutes(i64::from(step.after_minutes)))
        });
        jobs::ALERT.enqueue_all(tx, &alerts.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// A report and its release, which nobody else changes until the transaction ends.
pub(crate) async fn locked(
    tx: &mut Tx<'_>,
    id: ReportId,
) -> Result<Option<(Report, Release)>, Error> {
    let Some(report) = store::reports::lock(tx, id).await? else { return Ok(None) };
    let release = store::releases::of_report(tx, id).await?;
    Ok(Some((report, release.ok_or(Error::Damaged("a report without a release"))?)))
}

/// Takes a step, and notes it.
pub(crate) async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    release: &Release,
    step: ReleaseStep,
    said: Option<(StaffId, &str)>,
) -> Result<Release, Error> {
    let state = state::next(release.state, step).ok_or(ReleaseError::StepRefused)?;
    let now = tx.now();
    let acknowledges = step == ReleaseStep::Acknowledged;
    let stepped = Release {
        state,
        acknowledged_at: release.acknowledged_at.or(acknowledges.then_some(now)),
        released_at: release.released_at.or(state.is_open().then_some(now)),
        changed_at: now,
        ..release.clone()
    };
    store::releases::put(tx, &stepped).await?;
    note(cx, tx, &stepped, step, said).await?;
    // Who was told in person knows it.
    let opened = !release.state.is_open() && state.is_open();
    if opened && release.class != ReleaseClass::Sensitive {
        jobs::TELL.enqueue(tx, &Due { report: release.report, version: release.version }).await?;
    }
    Ok(stepped)
}

async fn note(
    cx: &Cx,
    tx: &Tx<'_>,
    release: &Release,
    step: ReleaseStep,
    said: Option<(StaffId, &str)>,
) -> Result<(), Error> {
    let event = ReleaseEvent {
        version: release.version,
        step,
        state: release.state,
        happened_at: tx.now(),
        staff: said.map(|(staff, _)| staff),
        words: said.map(|(_, words)| words.to_owned()).filter(|words| !words.is_empty()),
    };
    store::releases::insert_event(tx, &cx.keys, release.report, &event).await
}

/// The rule waits no longer for a clinician. A version that has another after it, or that was
/// released meanwhile, is left alone.
pub(crate) async fn waited(cx: &Cx, due: Due) -> Result<(), Error> {
    cx.db
        .tx("results.waited", async |tx| {
            let Some((_, release)) = locked(tx, due.report).await? else { return Ok(()) };
            let over = release.release_at.is_some_and(|at| at <= tx.now());
            let waits = state::next(release.state, ReleaseStep::TimeOver).is_some();
            if release.version == due.version && over && waits {
                step(cx, tx, &release, ReleaseStep::TimeOver, None).await?;
            }
            Ok(())
        })
        .await
}
