//! Applications as applicants see them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::{AgencyId, City};
use citygate_kernel::{Locale, Money, Text};
use citygate_listings::{ApplicationSpec, Code, Delivery, Engine, ListingId, Published};
use citygate_payments::{BillId, BillView, PaymentId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::read::{ApplicationLine, ApplicationView},
    model::{
        Application, ApplicationEvent, ApplicationId, ApplicationState, Decision, Line, Outcome,
    },
};

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationLine)]
pub(crate) struct ApplicationLineBody {
    pub(super) id: ApplicationId,
    pub(super) listing_id: ListingId,
    /// What was applied for, in the language of the answer.
    pub(super) name: String,
    pub(super) state: ApplicationState,
    /// The same in the language of the answer.
    pub(super) state_name: String,
    /// Until when somebody has to act: the applicant in `lodged` and `supplement_asked`, the agency
    /// in `in_progress`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    pub(super) act_by: Option<DateTime<Utc>>,
    /// Whether the agency is late.
    pub(super) overdue: bool,
    pub(super) lodged_at: DateTime<Utc>,
}

impl ApplicationLineBody {
    pub(crate) fn new(line: ApplicationLine, locale: Locale) -> Self {
        let ApplicationLine { application, listing, overdue } = line;
        Self {
            id: application.id,
            listing_id: application.listing,
            name: listing.content.name.get(locale).to_owned(),
            state: application.state,
            state_name: application.state.name().get(locale).to_owned(),
            act_by: application.state.is_open().then_some(application.act_by),
            overdue,
            lodged_at: application.lodged_at,
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// Until when somebody has to act, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDeadline)]
struct ApplicationDeadlineBody {
    /// The last day; it ends at 24:00.
    on: NaiveDate,
    /// The instant at which it is over.
    ends_at: DateTime<Utc>,
    /// Which day of the period today is.
    day: u32,
    /// How many days the period has.
    of: u32,
    /// Whether the date may still move because the holidays of that time are not announced.
    provisional: bool,
    /// How the date was counted.
    explanation: String,
}

impl ApplicationDeadlineBody {
    fn new(
        deadline: &Deadline,
        (city, today): (&City, NaiveDate),
        citation: Option<&Text>,
        locale: Locale,
    ) -> Self {
        Self {
            on: deadline.due_on(),
            ends_at: deadline.ends_at(city.time_zone),
            day: deadline.day_number(today),
            of: deadline.period().length_days,
            provisional: deadline.provisional(),
            explanation: deadline.explain(locale, today, citation),
        }
    }
}

/// What it costs, and whether that is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationFee)]
struct FeeBody {
    /// Pay this bill.
    bill_id: BillId,
    amount: Money,
    /// `open`, `paid`, `cancelled` or `expired`.
    state: &'static str,
    /// From then on it cannot be paid any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    pay_by: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

impl From<&BillView> for FeeBody {
    fn from(view: &BillView) -> Self {
        Self {
            bill_id: view.bill.id,
            amount: view.bill.amount,
            state: view.state.code(),
            pay_by: view.bill.expires_at,
            payment_id: view.payment.as_ref().map(|payment| payment.id),
        }
    }
}

/// A step of the agency's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStep)]
struct StepBody {
    code: Code,
    /// In the language of the answer.
    name: String,
    finished: bool,
    /// Of the step that comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ApplicationDeadlineBody)]
    deadline: Option<ApplicationDeadlineBody>,
}

/// Something by its code and name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationNamed)]
struct NamedBody {
    code: Code,
    /// In the language of the answer.
    name: String,
}

/// What the agency needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AskedSupplement)]
struct AskedBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    text: Option<String>,
    documents: Vec<NamedBody>,
    fields: Vec<NamedBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ApplicationDeadlineBody)]
    deadline: Option<ApplicationDeadlineBody>,
}

/// What the agency has decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationOutcome)]
struct OutcomeBody {
    granted: bool,
    decided_at: DateTime<Utc>,
    /// Whether that was within the agency's time.
    in_time: bool,
    /// Of what is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    number: Option<String>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    valid_until: Option<NaiveDate>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = RefusedBody)]
    refusal: Option<RefusedBody>,
}

/// Why it is refused, and what can be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationRefusal)]
struct RefusedBody {
    reason: Code,
    text: String,
    remedy: String,
    citation: String,
    /// What the agency says besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    note: Option<String>,
    appeal: AppealBody,
}

/// What can be done against it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationAppeal)]
struct AppealBody {
    route: String,
    /// Who decides.
    body: String,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    until: Option<NaiveDate>,
    citation: String,
}

/// How the outcome reached the applicant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDelivered)]
struct DeliveredBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Delivery)]
    how: Option<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    tracking: Option<String>,
    at: DateTime<Utc>,
}

/// A document that was handed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDocument)]
struct DocumentBody {
    code: Code,
    reference: String,
    sha256: String,
}

/// A line of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationHistoryLine)]
struct HistoryLineBody {
    event: ApplicationEvent,
    /// The same in the language of the answer.
    name: String,
    /// Where it stood afterwards.
    state: ApplicationState,
    /// Which step, where one was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Code)]
    step: Option<Code>,
    at: DateTime<Utc>,
    by_agency: bool,
}

/// An application with everything that its applicant wants to know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub(crate) struct ApplicationBody {
    #[serde(flatten)]
    line: ApplicationLineBody,
    /// The version of the listing under which it goes on.
    version: i32,
    agency_id: AgencyId,
    agency_name: String,
    /// How the outcome shall come.
    delivery: Delivery,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = FeeBody)]
    fee: Option<FeeBody>,
    /// The agency's time for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ApplicationDeadlineBody)]
    deadline: Option<ApplicationDeadlineBody>,
    steps: Vec<StepBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AskedBody)]
    asked: Option<AskedBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = OutcomeBody)]
    outcome: Option<OutcomeBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DeliveredBody)]
    delivered: Option<DeliveredBody>,
    /// As it was handed in last; absent where it was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Object)]
    form: Option<Map<String, Value>>,
    documents: Vec<DocumentBody>,
    /// What the applicant said with the last supplement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    note: Option<String>,
    /// Oldest first.
    history: Vec<HistoryLineBody>,
}

/// How the listing works; none of ours works in another way.
fn spec(listing: &Published) -> Option<&ApplicationSpec> {
    match listing.content.engine() {
        Some(Engine::Application(spec)) => Some(spec),
        Some(Engine::Inquiry(_) | Engine::Bill(_) | Engine::Booking(_) | Engine::Case(_))
        | None => None,
    }
}

fn last(history: &[Line], event: ApplicationEvent) -> Option<&Line> {
    history.iter().rev().find(|line| line.event == event)
}

fn steps(view: &ApplicationView, locale: Locale) -> Vec<StepBody> {
    let next = view.clocks.as_ref().and_then(|clocks| clocks.step.as_ref());
    let next = next.filter(|_| view.application.state.is_open());
    let done = view.application.steps_done;
    let deadline = |n: usize| {
        let today = (&view.city, view.today);
        let next = next.filter(|_| n == done)?;
        Some(ApplicationDeadlineBody::new(next, today, None, locale))
    };
    let steps = spec(&view.listing).map(|spec| spec.steps.as_slice()).unwrap_or_default();
    let body = |(n, step): (usize, &citygate_listings::Step)| StepBody {
        code: step.code.clone(),
        name: step.name.get(locale).to_owned(),
        finished: n < done,
        deadline: deadline(n),
    };
    steps.iter().enumerate().map(body).collect()
}

fn asked(view: &ApplicationView, locale: Locale) -> Option<AskedBody> {
    let deadline = view.supplement.as_ref()?;
    let said = last(&view.history, ApplicationEvent::Ask)?.said.clone().unwrap_or_default();
    let content = &view.listing.content;
    let named = |code: Code, name: Option<&Text>| NamedBody {
        name: name.map_or_else(|| code.to_string(), |name| name.get(locale).to_owned()),
        code,
    };
    let document = |code: Code| {
        let known = content.documents.iter().find(|one| one.code == code);
        let name = known.map(|one| &one.name);
        named(code, name)
    };
    let labels = spec(&view.listing).map(|spec| &spec.labels);
    let field = |code: Code| {
        let name = labels.and_then(|labels| labels.get(&code));
        named(code, name)
    };
    let today = (&view.city, view.today);
    Some(AskedBody {
        text: said.words,
        documents: said.documents.into_iter().map(document).collect(),
        fields: said.fields.into_iter().map(field).collect(),
        deadline: Some(ApplicationDeadlineBody::new(deadline, today, None, locale)),
    })
}

fn outcome(view: &ApplicationView, locale: Locale) -> Option<OutcomeBody> {
    let Decision { at, in_time, outcome } = view.application.decision.as_ref()?;
    let (number, valid_until, refusal) = match outcome {
        Outcome::Granted { number, valid_until } => (Some(number.clone()), *valid_until, None),
        Outcome::Refused(reason) => (None, None, refused(view, reason, locale)),
    };
    let granted = number.is_some();
    Some(OutcomeBody { granted, decided_at: *at, in_time: *in_time, number, valid_until, refusal })
}

fn refused(view: &ApplicationView, reason: &Code, locale: Locale) -> Option<RefusedBody> {
    let known = spec(&view.listing)?.refusals.iter().find(|one| one.code == *reason)?;
    let said = last(&view.history, ApplicationEvent::Refuse).and_then(|line| line.said.as_ref());
    let appeal = &view.listing.content.appeal;
    Some(RefusedBody {
        reason: reason.clone(),
        text: known.text.get(locale).to_owned(),
        remedy: known.remedy.get(locale).to_owned(),
        citation: known.citation.title.get(locale).to_owned(),
        note: said.and_then(|said| said.words.clone()),
        appeal: AppealBody {
            route: appeal.route.get(locale).to_owned(),
            body: appeal.body.get(locale).to_owned(),
            until: view.appeal_until,
            citation: appeal.citation.title.get(locale).to_owned(),
        },
    })
}

fn delivered(view: &ApplicationView) -> Option<DeliveredBody> {
    let line = last(&view.history, ApplicationEvent::Deliver)?;
    let said = line.said.clone().unwrap_or_default();
    Some(DeliveredBody { how: said.how, tracking: said.tracking, at: line.at })
}

impl HistoryLineBody {
    fn new(line: Line, locale: Locale) -> Self {
        Self {
            event: line.event,
            name: line.event.name().get(locale).to_owned(),
            state: line.state,
            step: line.step,
            at: line.at,
            by_agency: line.staff.is_some(),
        }
    }
}

impl ApplicationBody {
    pub(crate) fn new(view: ApplicationView, locale: Locale) -> Self {
        let limit = view.listing.content.time_limit.as_ref().map(|limit| &limit.citation.title);
        let overall = view.clocks.as_ref().and_then(|clocks| clocks.overall.as_ref());
        let overall = overall.filter(|_| view.application.state.is_open());
        let deadline = overall.map(|deadline| {
            ApplicationDeadlineBody::new(deadline, (&view.city, view.today), limit, locale)
        });
        let (steps, asked) = (steps(&view, locale), asked(&view, locale));
        let (outcome, delivered) = (outcome(&view, locale), delivered(&view));
        let Application { version, agency, delivery, .. } = view.application;
        let documents = view.content.documents.into_iter().map(|document| DocumentBody {
            code: document.code,
            reference: document.reference,
            sha256: document.sha256,
        });
        let documents = documents.collect();
        let history = view.history.into_iter().map(|line| HistoryLineBody::new(line, locale));
        let history = history.collect();
        let (application, listing, overdue) = (view.application, view.listing, view.overdue);
        Self {
            line: ApplicationLineBody::new(
                ApplicationLine { application, listing, overdue },
                locale,
            ),
            version,
            agency_id: agency,
            agency_name: view.agency.name.get(locale).to_owned(),
            delivery,
            fee: view.bill.as_ref().map(FeeBody::from),
            deadline,
            steps,
            asked,
            outcome,
            delivered,
            form: view.content.form,
            documents,
            note: view.content.note,
            history,
        }
    }
}
