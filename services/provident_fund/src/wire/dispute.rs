//! Disputes.

use chrono::{DateTime, Utc};
use citygate_kernel::{Locale, Month, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::application::{DeadlineBody, Law, StepBody, steps};
use crate::{
    actions::dispute::{DisputeView, NewAnswer, NewDispute},
    model::{AccountId, Dispute, DisputeId, DisputeOutcome, DisputeState, Disputed, PostingNo},
};

/// What somebody holds to be wrong: a posting, or a month of which there should be one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFundDispute, example = json!({
    "posting_no": "R202611-01", "words": "My base has been 15,000 since July, not 12,000.",
}))]
pub(crate) struct NewDisputeBody {
    /// A posting; or else `month`.
    posting_no: Option<PostingNo>,
    /// A month that has begun; or else `posting_no`.
    #[schema(value_type = Option<Month>)]
    month: Option<Month>,
    /// In the person's own words. It is stored encrypted; staff who read it leave an entry in the
    /// person's ledger of accesses.
    words: Words<2000>,
}

/// Which member of a body is at fault, and why.
pub(crate) const ONE_OF_TWO: (&str, &str) = ("/posting_no", "a posting or a month, and not both");

impl NewDisputeBody {
    /// The dispute of an account; none where it is about two things or about nothing.
    pub(crate) fn on(self, account: AccountId) -> Option<NewDispute> {
        let about = match (self.posting_no, self.month) {
            (Some(posting), None) => Disputed::Posting(posting),
            (None, Some(month)) => Disputed::Month(month.first_day()),
            (Some(_), Some(_)) | (None, None) => return None,
        };
        Some(NewDispute { account, about, words: self.words.into_string() })
    }
}

/// A dispute in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedFundDispute)]
pub(crate) struct ListedDisputeBody {
    id: DisputeId,
    account_id: AccountId,
    /// About which posting, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PostingNo)]
    posting_no: Option<PostingNo>,
    /// About which month, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Month)]
    month: Option<Month>,
    state: DisputeState,
    lodged_at: DateTime<Utc>,
    /// Until when there has to be an answer; absent when nobody has to give one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    act_by: Option<DateTime<Utc>>,
    overdue: bool,
}

fn named(about: Disputed) -> (Option<PostingNo>, Option<Month>) {
    match about {
        Disputed::Posting(number) => (Some(number), None),
        Disputed::Month(first) => (None, Some(Month::of(first))),
    }
}

impl ListedDisputeBody {
    pub(crate) fn new(dispute: Dispute, now: DateTime<Utc>) -> Self {
        let overdue = dispute.is_overdue(now);
        let (posting_no, month) = named(dispute.about);
        Self {
            id: dispute.id,
            account_id: dispute.account,
            posting_no,
            month,
            state: dispute.state,
            lodged_at: dispute.lodged_at,
            act_by: dispute.act_by,
            overdue,
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// A dispute, what was said, and until when there has to be an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundDispute)]
pub(crate) struct DisputeBody {
    id: DisputeId,
    account_id: AccountId,
    /// The centre.
    agency_name: String,
    /// About which posting, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PostingNo)]
    posting_no: Option<PostingNo>,
    /// About which month, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Month)]
    month: Option<Month>,
    state: DisputeState,
    /// Of the answer of bank or centre; absent when nobody has to give one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DeadlineBody)]
    deadline: Option<DeadlineBody>,
    /// Whether something was wrong; absent until there is an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DisputeOutcome)]
    outcome: Option<DisputeOutcome>,
    /// The posting that puts it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PostingNo)]
    corrected_by: Option<PostingNo>,
    lodged_at: DateTime<Utc>,
    /// What happened, oldest first.
    history: Vec<StepBody>,
}

impl DisputeBody {
    pub(crate) fn new(view: DisputeView, locale: Locale) -> Self {
        let DisputeView { dispute, agency, rule, deadline, overdue, today, history } = view;
        let law = Law { rule: rule.id, citation: &rule.citation };
        let runs = deadline.as_ref().zip(dispute.act_by);
        let (posting_no, month) = named(dispute.about);
        Self {
            id: dispute.id,
            account_id: dispute.account,
            agency_name: agency.name.get(locale).to_owned(),
            posting_no,
            month,
            state: dispute.state,
            deadline: runs.map(|runs| DeadlineBody::new(runs, (today, overdue), &law, locale)),
            outcome: dispute.outcome,
            corrected_by: dispute.corrected_by,
            lodged_at: dispute.lodged_at,
            history: steps(history, locale),
        }
    }
}

/// A dispute as the centre reads it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadFundDispute)]
pub(crate) struct ReadDisputeBody {
    dispute: DisputeBody,
    /// Who asks, partly hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    applicant: Option<String>,
}

impl ReadDisputeBody {
    pub(crate) fn new((view, applicant): (DisputeView, Option<String>), locale: Locale) -> Self {
        Self { dispute: DisputeBody::new(view, locale), applicant }
    }
}

/// What bank or centre answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundDisputeAnswer, example = json!({
    "words": "The base was changed from July on; the difference is booked.",
    "corrected_by": "K202611-07",
}))]
pub(crate) struct AnswerDisputeBody {
    /// For whoever asked.
    words: Words<2000>,
    /// The posting that puts it right, which is on the account; absent where nothing was wrong.
    corrected_by: Option<PostingNo>,
}

impl From<AnswerDisputeBody> for NewAnswer {
    fn from(body: AnswerDisputeBody) -> Self {
        Self { words: body.words.into_string(), corrected_by: body.corrected_by }
    }
}
