//! What bodies of all applications have in common.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::RuleId;
use citygate_kernel::{Locale, Text, Words, words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{
    PaperReference, Said, Step, TransferOutState, WithdrawalPaper, WithdrawalState,
};

words! {
    /// Which applications of those that a centre decides about.
    #[schema(as = FundDecisionQueue)]
    DecisionQueue {
        /// They wait for the decision.
        Waiting = "waiting",
        /// They wait for it longer than the law allows.
        Overdue = "overdue",
        /// They are granted and wait for the posting that carries them out.
        Granted = "granted",
    }
}

words! {
    /// Which disputes of those that a centre and its bank answer.
    #[schema(as = FundAnswerQueue)]
    AnswerQueue {
        /// They wait for the answer.
        Waiting = "waiting",
        /// They wait for it longer than the law allows.
        Overdue = "overdue",
    }
}

impl From<DecisionQueue> for (WithdrawalState, bool) {
    fn from(queue: DecisionQueue) -> Self {
        match queue {
            DecisionQueue::Waiting => (WithdrawalState::Lodged, false),
            DecisionQueue::Overdue => (WithdrawalState::Lodged, true),
            DecisionQueue::Granted => (WithdrawalState::Approved, false),
        }
    }
}

impl From<DecisionQueue> for (TransferOutState, bool) {
    fn from(queue: DecisionQueue) -> Self {
        match queue {
            DecisionQueue::Waiting => (TransferOutState::Received, false),
            DecisionQueue::Overdue => (TransferOutState::Received, true),
            DecisionQueue::Granted => (TransferOutState::Accepted, false),
        }
    }
}

/// Until when somebody has to act, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundDeadline)]
pub(crate) struct DeadlineBody {
    /// The last day; it ends at 24:00.
    on: NaiveDate,
    /// The instant at which it is over.
    ends_at: DateTime<Utc>,
    /// Whether the date may still move because the holidays of that time are not announced.
    provisional: bool,
    /// Whether it is over, and nobody has acted.
    overdue: bool,
    /// How the date was counted.
    explanation: String,
    /// The law.
    citation: String,
    /// The version of the rule.
    rule_id: RuleId,
}

/// What a deadline is counted by.
pub(crate) struct Law<'a> {
    pub rule: RuleId,
    pub citation: &'a Text,
}

impl DeadlineBody {
    /// A deadline that runs until an instant.
    pub(crate) fn new(
        (deadline, ends_at): (&Deadline, DateTime<Utc>),
        (today, overdue): (NaiveDate, bool),
        law: &Law<'_>,
        locale: Locale,
    ) -> Self {
        Self {
            on: deadline.due_on(),
            ends_at,
            provisional: deadline.provisional(),
            overdue,
            explanation: deadline.explain(locale, today, Some(law.citation)),
            citation: law.citation.get(locale).to_owned(),
            rule_id: law.rule,
        }
    }
}

/// A paper, and where the centre finds it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFundPaper, example = json!({
    "paper": "purchase_contract", "reference": "2026-HZ-0012345, Housing Bureau",
}))]
pub(crate) struct PaperBody {
    /// Which one.
    paper: WithdrawalPaper,
    /// Its number or place, as its issuer gives it.
    reference: Words<200>,
}

impl From<PaperBody> for PaperReference {
    fn from(body: PaperBody) -> Self {
        Self { paper: body.paper, reference: body.reference.into_string() }
    }
}

/// No more papers than this are taken at once.
pub(crate) const PAPERS: usize = 20;

/// Reads papers, up to [`PAPERS`].
pub(crate) fn papers<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<PaperBody>, D::Error> {
    let papers = Vec::<PaperBody>::deserialize(deserializer)?;
    if papers.len() > PAPERS {
        return Err(serde::de::Error::custom(format!("at most {PAPERS} papers are taken")));
    }
    Ok(papers)
}

/// Something that happened to an application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundApplicationStep)]
pub(crate) struct StepBody {
    /// What: `lodge`, `approve`.
    event: String,
    /// Where it stood afterwards.
    state: String,
    happened_at: DateTime<Utc>,
    /// Whether the centre did it.
    by_centre: bool,
    /// What was said, in the words of whoever said it, or in a sentence of the city's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    words: Option<String>,
    papers: Vec<ShownPaperBody>,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    remedy: Option<String>,
}

/// A paper that was named.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundPaper)]
struct ShownPaperBody {
    paper: WithdrawalPaper,
    name: String,
    reference: String,
}

impl StepBody {
    /// What happened, in the reader's language.
    pub(crate) fn new(step: Step, locale: Locale) -> Self {
        let Said { words, because, papers, remedy } = step.said.unwrap_or_default();
        let shown = |text: Text| text.get(locale).to_owned();
        let paper = |named: PaperReference| ShownPaperBody {
            paper: named.paper,
            name: named.paper.name().get(locale).to_owned(),
            reference: named.reference,
        };
        Self {
            event: step.event,
            state: step.state,
            happened_at: step.happened_at,
            by_centre: step.staff.is_some(),
            words: words.or(because.map(shown)),
            papers: papers.into_iter().map(paper).collect(),
            remedy: remedy.map(shown),
        }
    }
}

/// Of the history of an application, oldest first.
pub(crate) fn steps(history: Vec<Step>, locale: Locale) -> Vec<StepBody> {
    history.into_iter().map(|step| StepBody::new(step, locale)).collect()
}

/// Something to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundStatementOfReasons, example = json!({"words": "The bank has not seen the receipt."}))]
pub(crate) struct WordsBody {
    /// In the person's own words. It is stored encrypted; staff who read it leave an entry in the
    /// person's ledger of accesses.
    pub words: Words<2000>,
}
