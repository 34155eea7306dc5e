//! Cases as desks see them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Month};
use citygate_listings::{Code, Intent};
use citygate_platform::http::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case::{AnswerBody, HistoryLineBody, PlaceBody, ReplyTimeBody};
use crate::{
    actions::{desk::DeskCase, read::OpenedCase, view::CaseView},
    model::{CaseId, CaseOutcome, CaseStanding, MonthFigures},
    store::lists::AtDesk,
};

/// Which cases of an agency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeskQuery {
    /// Of which desk only.
    #[param(value_type = Option<Code>)]
    desk: Option<Code>,
    /// In which state only.
    #[param(value_type = Option<CaseStanding>)]
    state: Option<CaseStanding>,
    /// Only those that wait for an answer that is late.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    overdue: bool,
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    cursor: Option<Cursor>,
}

impl DeskQuery {
    pub(crate) fn which(&self) -> AtDesk<'_> {
        let Self { desk, state, overdue, cursor } = self;
        let desk = desk.as_ref().map(Code::as_str);
        AtDesk { state: *state, desk, overdue: *overdue, before: *cursor }
    }
}

/// A case in the list of a desk. It names nobody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskCaseLine)]
pub(crate) struct DeskLineBody {
    id: CaseId,
    state: CaseStanding,
    category: String,
    category_name: String,
    intent: Intent,
    desk: String,
    /// Whose it is, as the desk says that disputes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    proposed_desk: Option<String>,
    /// Until when the desk may dispute it.
    dispute_until: DateTime<Utc>,
    created_at: DateTime<Utc>,
    due: ReplyTimeBody,
    /// Whether an answer is late.
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseOutcome)]
    outcome: Option<CaseOutcome>,
    /// How often it was opened again.
    #[schema(minimum = 0)]
    reopened: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseId)]
    parent_id: Option<CaseId>,
}

impl DeskLineBody {
    pub(crate) fn new(view: CaseView, now: DateTime<Utc>, locale: Locale) -> Self {
        let due = ReplyTimeBody::new(&view, locale);
        let CaseView { case, category, .. } = view;
        Self {
            id: case.id,
            state: case.state,
            category_name: category.name.get(locale).to_owned(),
            intent: case.intent,
            overdue: case.waits() && case.due_at <= now,
            category: case.category,
            desk: case.desk,
            proposed_desk: case.dispute.map(|dispute| dispute.desk),
            dispute_until: case.dispute_until,
            created_at: case.created_at,
            due,
            outcome: case.outcome,
            reopened: case.reopened,
            parent_id: case.parent,
        }
    }
}

/// A case as a desk opens it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskCase)]
pub(crate) struct DeskCaseBody {
    case: DeskLineBody,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PlaceBody)]
    place: Option<PlaceBody>,
    /// Partly hidden; absent where the desk learns nothing of the person, and where there is no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    name: Option<String>,
    /// Absent where the desk learns nothing of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AnswerBody)]
    answer: Option<AnswerBody>,
    /// Oldest first.
    history: Vec<HistoryLineBody>,
}

impl DeskCaseBody {
    pub(crate) fn new(opened: DeskCase, now: DateTime<Utc>, locale: Locale) -> Self {
        let DeskCase { opened: OpenedCase { view, content, history, answer }, name } = opened;
        let contact = content.contact.filter(|_| !view.case.hidden);
        Self {
            case: DeskLineBody::new(view, now, locale),
            text: content.text,
            place: PlaceBody::new(content.point, content.address),
            name,
            contact,
            answer: answer.map(AnswerBody::from),
            history: history.into_iter().map(HistoryLineBody::from).collect(),
        }
    }
}

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// In the time zone of the agency's city.
    #[param(value_type = String, example = "2026-11",
        pattern = "^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$")]
    month: Month,
}

impl FiguresQuery {
    /// Its first day.
    pub(crate) fn first(&self) -> NaiveDate {
        self.month.first_day()
    }
}

/// What an agency did in a month. Rates are in hundredths of a percent, and absent where nothing was
/// counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseFigures, example = json!({
    "filed": 40, "withdrawn": 2, "responded": 38, "answers": 41, "in_time": 39, "rated": 20,
    "solved": 15, "satisfied": 12, "response_rate": 10000, "on_time_rate": 9512,
    "solution_rate": 7500, "satisfaction_rate": 6000,
}))]
pub(crate) struct FiguresBody {
    /// Cases that were filed in it.
    filed: i64,
    /// Of those, how many were taken back.
    withdrawn: i64,
    /// Of the others, how many have an answer by now.
    responded: i64,
    /// Answers that were given in it.
    answers: i64,
    /// Of those, how many in time.
    in_time: i64,
    /// How many of them people have rated.
    rated: i64,
    /// Of those, how many solved what was wrong.
    solved: i64,
    /// Of those, how many got a 4 or a 5.
    satisfied: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 10_000)]
    response_rate: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 10_000)]
    on_time_rate: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 10_000)]
    solution_rate: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 10_000)]
    satisfaction_rate: Option<i64>,
}

impl From<MonthFigures> for FiguresBody {
    fn from(figures: MonthFigures) -> Self {
        let rate = |part: i64, whole: i64| (part * 10_000).checked_div(whole);
        let MonthFigures {
            filed,
            withdrawn,
            responded,
            answers,
            in_time,
            rated,
            solved,
            satisfied,
        } = figures;
        Self {
            response_rate: rate(responded, filed - withdrawn),
            on_time_rate: rate(in_time, answers),
            solution_rate: rate(solved, rated),
            satisfaction_rate: rate(satisfied, rated),
            filed,
            withdrawn,
            responded,
            answers,
            in_time,
            rated,
            solved,
            satisfied,
        }
    }
}
