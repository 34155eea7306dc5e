//! A report while versions of it are filed.

use chrono::{DateTime, Utc};
use citygate_platform::Cx;
use uuid::Uuid;

use super::FilingOutcome;
use crate::{
    model::{NewReport, Report, ReportId, VersionKey},
    rules::versions::{self, Arriving, Contradiction, Filing},
};

/// A report with its versions.
pub(super) struct Shelf {
    report: Report,
    versions: Vec<VersionKey>,
    /// Whether it was not on record.
    new: bool,
    changed: bool,
}

/// Where a version went.
#[derive(Debug, Clone)]
pub(super) struct Filed {
    pub key: VersionKey,
    pub outcome: FilingOutcome,
    /// The ids of its observations, where they are written.
    pub observations: Vec<Uuid>,
}

impl Filed {
    /// Whether it has to be written.
    pub fn is_new(&self) -> bool {
        self.outcome != FilingOutcome::Unchanged
    }
}

impl Shelf {
    pub fn of(report: Report, versions: Vec<VersionKey>) -> Self {
        Self { report, versions, new: false, changed: false }
    }

    pub fn empty(report: Report) -> Self {
        Self { report, versions: Vec::new(), new: true, changed: false }
    }

    pub fn report(&self) -> &Report {
        &self.report
    }

    pub fn is_new(&self) -> bool {
        self.new
    }

    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Finds the place of a version, and takes it in.
    pub fn file(
        &mut self,
        cx: &Cx,
        new: &NewReport,
        now: DateTime<Utc>,
    ) -> Result<Filed, Contradiction> {
        let content_digest = new.content_digest(&cx.keys);
        let (status, issued_at) = (new.status, new.issued_at);
        let arriving = Arriving { status, issued_at, content_digest: &content_digest };
        let filing = versions::file(&self.versions, arriving)?;
        let number = self.report.last_version.saturating_add(1);
        let key = VersionKey { number, status, issued_at, received_at: now, content_digest };
        let outcome = match filing {
            Filing::Unchanged(number) => return Ok(self.unchanged(key, number)),
            Filing::Current if self.versions.is_empty() => FilingOutcome::Created,
            Filing::Current => FilingOutcome::Updated,
            Filing::Superseded => FilingOutcome::Superseded,
        };
        if filing == Filing::Current {
            self.stand(cx, new, number);
        }
        self.report.last_version = number;
        self.report.changed_at = now;
        self.changed = true;
        self.versions.push(key.clone());
        let city = self.report.id.city();
        let fresh = || ReportId::new(city, &cx.clock).uuid();
        let observations = new.observations.iter().map(|item| item.id.unwrap_or_else(fresh));
        Ok(Filed { key, outcome, observations: observations.collect() })
    }

    fn unchanged(&self, sent: VersionKey, number: u32) -> Filed {
        let known = self.versions.iter().find(|version| version.number == number);
        let key = known.cloned().unwrap_or(sent);
        Filed { key, outcome: FilingOutcome::Unchanged, observations: Vec::new() }
    }

    /// From now on this version stands.
    fn stand(&mut self, cx: &Cx, new: &NewReport, number: u32) {
        let report = &mut self.report;
        report.current_version = number;
        report.status = new.status;
        report.issued_at = new.issued_at;
        report.effective_at = new.effective_at;
        report.category = new.category;
        report.code_index = new.code.index(&cx.keys);
    }
}
