//! Applications as whoever decides about them sees them.

use chrono::{DateTime, Utc};
use citygate_identity::DocumentType;
use citygate_kernel::{Locale, Problem};
use citygate_platform::http::{Cursor, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::application::{ApplicationBody, ApplicationLineBody};
use crate::{
    actions::{
        bulk::Done,
        desk::{DeskLine, Opened, Statistics},
        read::ApplicationLine,
    },
    model::{Application, ApplicationId, ApplicationState, Outcome},
    store::desk::Filter,
};

/// Which applications of an agency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeskQuery {
    /// Only those that stand there.
    state: Option<ApplicationState>,
    /// Only those with which the agency is late, or only the others.
    overdue: Option<bool>,
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<DeskPageSize>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
struct DeskPageSize(i64);

impl TryFrom<i64> for DeskPageSize {
    type Error = &'static str;

    fn try_from(size: i64) -> Result<Self, &'static str> {
        if (1..=100).contains(&size) { Ok(Self(size)) } else { Err("limit is between 1 and 100") }
    }
}

impl DeskQuery {
    /// Rows on a page.
    pub(crate) fn limit(&self) -> i64 {
        self.limit.map_or(20, |size| size.0)
    }

    pub(crate) fn filter(&self) -> Filter {
        Filter { state: self.state, overdue: self.overdue }
    }

    /// Cuts what was read, one row more than the limit, into the page and its next cursor.
    pub(crate) fn page(&self, mut rows: Vec<DeskLineBody>) -> Page<DeskLineBody> {
        let limit = usize::try_from(self.limit()).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| Cursor(row.line.uuid()));
        Page { items: rows, next_cursor }
    }
}

/// An application in an agency's list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDeskLine)]
pub(crate) struct DeskLineBody {
    #[serde(flatten)]
    line: ApplicationLineBody,
    /// Whose, partly hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    applicant: Option<String>,
    /// How many of its steps are finished.
    steps_finished: usize,
}

impl DeskLineBody {
    pub(crate) fn new(shown: DeskLine, locale: Locale) -> Self {
        let DeskLine { line, name } = shown;
        let steps_finished = line.application.steps_done;
        Self { line: ApplicationLineBody::new(line, locale), applicant: name, steps_finished }
    }
}

/// How an application stands after something was done with it, without whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStanding)]
pub(crate) struct StandingBody {
    #[serde(flatten)]
    line: ApplicationLineBody,
    steps_finished: usize,
    /// Of what is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    outcome_no: Option<String>,
}

/// The number of an outcome.
fn number(application: &Application) -> Option<String> {
    match &application.decision.as_ref()?.outcome {
        Outcome::Granted { number, .. } => Some(number.clone()),
        Outcome::Refused(_) => None,
    }
}

impl StandingBody {
    pub(crate) fn new(line: ApplicationLine, locale: Locale) -> Self {
        let (steps_finished, outcome_no) = (line.application.steps_done, number(&line.application));
        Self { line: ApplicationLineBody::new(line, locale), steps_finished, outcome_no }
    }
}

/// An application as it is opened for a decision.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedApplication)]
pub(crate) struct OpenedApplicationBody {
    application: ApplicationBody,
    /// Absent where the register knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    applicant_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DocumentType)]
    document_type: Option<DocumentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    document_number: Option<String>,
}

impl OpenedApplicationBody {
    pub(crate) fn new(opened: Opened, locale: Locale) -> Self {
        let Opened { view, applicant } = opened;
        let full = applicant.as_ref();
        Self {
            application: ApplicationBody::new(view, locale),
            applicant_name: full.map(|full| full.name.expose().clone()),
            document_type: full.map(|full| full.document.kind()),
            document_number: full.map(|full| full.document.expose().to_owned()),
        }
    }
}

/// How an agency stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStatistics)]
pub(crate) struct StatisticsBody {
    at: DateTime<Utc>,
    /// Wait for their fee.
    lodged: i64,
    in_progress: i64,
    supplement_asked: i64,
    /// Are granted, and have not reached the applicant.
    to_be_delivered: i64,
    /// Of those in progress: the agency is late.
    overdue: i64,
    /// Since when the following are counted: the first of this month.
    month_from: DateTime<Utc>,
    decided: i64,
    decided_in_time: i64,
    refused: i64,
}

impl From<Statistics> for StatisticsBody {
    fn from(found: Statistics) -> Self {
        Self {
            at: found.at,
            lodged: found.lodged,
            in_progress: found.in_progress,
            supplement_asked: found.supplement_asked,
            to_be_delivered: found.to_be_delivered,
            overdue: found.overdue,
            month_from: found.month_from,
            decided: found.decided,
            decided_in_time: found.decided_in_time,
            refused: found.refused,
        }
    }
}

/// What came of each of many.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkApplicationResult)]
pub(crate) struct BulkBody {
    /// In the order of their ids.
    items: Vec<BulkItemBody>,
    /// How many it was done with, or had been before.
    done: usize,
}

/// What came of one of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkApplicationItem)]
struct BulkItemBody {
    id: ApplicationId,
    done: bool,
    /// Where it stands now; only where it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ApplicationState)]
    state: Option<ApplicationState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    outcome_no: Option<String>,
    /// Why it was not done: the code of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    code: Option<&'static str>,
    /// The same in the language of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    title: Option<&'static str>,
}

impl BulkBody {
    pub(crate) fn new(done: Vec<Done>, locale: Locale) -> Self {
        let item = |(id, came): Done| {
            let problem = came.as_ref().err().map(|problem: &Problem| problem.kind);
            let application = came.as_ref().ok();
            BulkItemBody {
                id,
                done: application.is_some(),
                state: application.map(|application| application.state),
                outcome_no: application.and_then(number),
                code: problem.map(|kind| kind.code),
                title: problem.map(|kind| kind.title(locale)),
            }
        };
        let items: Vec<BulkItemBody> = done.into_iter().map(item).collect();
        let done = items.iter().filter(|item| item.done).count();
        Self { items, done }
    }
}
