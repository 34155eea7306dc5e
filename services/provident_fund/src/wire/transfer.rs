//! Transfers.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Money, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::application::{DeadlineBody, Law, StepBody, steps};
use crate::{
    actions::transfer::{Decision, NewTransfer, Outcome, TransferOutView, TransferView},
    model::{
        AccountId, TransferIn, TransferInId, TransferInState, TransferOut, TransferOutId,
        TransferOutState,
    },
};

/// From which of the caller's accounts to which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFundTransfer)]
pub(crate) struct NewTransferBody {
    /// At the centre that gives the account away.
    from_account_id: AccountId,
    /// At the centre that takes it over.
    to_account_id: AccountId,
}

impl From<NewTransferBody> for NewTransfer {
    fn from(body: NewTransferBody) -> Self {
        Self { from: body.from_account_id, to: body.to_account_id }
    }
}

/// A transfer in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedFundTransfer)]
pub(crate) struct ListedTransferBody {
    id: TransferInId,
    from_account_id: AccountId,
    to_account_id: AccountId,
    state: TransferInState,
    lodged_at: DateTime<Utc>,
}

impl From<TransferIn> for ListedTransferBody {
    fn from(transfer: TransferIn) -> Self {
        Self {
            id: transfer.id,
            from_account_id: transfer.from_account,
            to_account_id: transfer.account,
            state: transfer.state,
            lodged_at: transfer.lodged_at,
        }
    }
}

impl ListedTransferBody {
    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// A transfer, and what both centres have done so far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundTransfer)]
pub(crate) struct TransferBody {
    id: TransferInId,
    from_account_id: AccountId,
    /// The centre that gives the account away.
    from_agency_name: String,
    to_account_id: AccountId,
    /// The centre that takes it over.
    to_agency_name: String,
    state: TransferInState,
    /// What has left the one account; it arrives on the other to the fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    moved: Option<Money>,
    /// When it was heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    moved_on: Option<NaiveDate>,
    /// The posting by which it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    posting_no: Option<String>,
    lodged_at: DateTime<Utc>,
    /// What happened, oldest first: `deliver`, `accept`, `refuse` and `leave` are the other centre's,
    /// `arrive` is this one's.
    history: Vec<StepBody>,
}

impl TransferBody {
    pub(crate) fn new(view: TransferView, locale: Locale) -> Self {
        let TransferView { transfer, to, from, history } = view;
        let (moved, moved_on) = transfer.moved.unzip();
        Self {
            id: transfer.id,
            from_account_id: transfer.from_account,
            from_agency_name: from.name.get(locale).to_owned(),
            to_account_id: transfer.account,
            to_agency_name: to.name.get(locale).to_owned(),
            state: transfer.state,
            moved,
            moved_on,
            posting_no: transfer.posting_no,
            lodged_at: transfer.lodged_at,
            history: steps(history, locale),
        }
    }
}

/// A transfer in the list of the centre that gives the account away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedFundTransferOut)]
pub(crate) struct ListedTransferOutBody {
    id: TransferOutId,
    account_id: AccountId,
    state: TransferOutState,
    received_at: DateTime<Utc>,
    /// Until when the centre has to decide; absent when it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    act_by: Option<DateTime<Utc>>,
    overdue: bool,
}

impl ListedTransferOutBody {
    pub(crate) fn new(transfer: &TransferOut, now: DateTime<Utc>) -> Self {
        Self {
            id: transfer.id,
            account_id: transfer.account,
            state: transfer.state,
            received_at: transfer.received_at,
            act_by: transfer.act_by,
            overdue: transfer.is_overdue(now),
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// A transfer as the centre that gives the account away sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundTransferOut)]
pub(crate) struct TransferOutBody {
    id: TransferOutId,
    account_id: AccountId,
    /// The centre that takes it over.
    to_agency_name: String,
    state: TransferOutState,
    /// Of the centre's decision; absent when it has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DeadlineBody)]
    deadline: Option<DeadlineBody>,
    /// What has left the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    moved: Option<Money>,
    /// The posting by which it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    posting_no: Option<String>,
    received_at: DateTime<Utc>,
    /// What happened, oldest first.
    history: Vec<StepBody>,
    /// Whose account it is, partly hidden; only where it is read by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    applicant: Option<String>,
}

impl TransferOutBody {
    pub(crate) fn new(
        (view, applicant): (TransferOutView, Option<String>),
        locale: Locale,
    ) -> Self {
        let TransferOutView { transfer, to, rule, deadline, overdue, today, history } = view;
        let law = Law { rule: rule.id, citation: &rule.citation };
        let runs = deadline.as_ref().zip(transfer.act_by);
        let (posting_no, moved) = transfer.left.unzip();
        Self {
            id: transfer.id,
            account_id: transfer.account,
            to_agency_name: to.name.get(locale).to_owned(),
            state: transfer.state,
            deadline: runs.map(|runs| DeadlineBody::new(runs, (today, overdue), &law, locale)),
            moved,
            posting_no,
            received_at: transfer.received_at,
            history: steps(history, locale),
            applicant,
        }
    }
}

/// What the centre decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundTransferDecision, example = json!({
    "outcome": "accepted", "reason": "No loan is open; it is booked out tomorrow.",
}))]
pub(crate) struct DecideTransferBody {
    outcome: Outcome,
    /// For the person.
    reason: Words<2000>,
}

impl From<DecideTransferBody> for Decision {
    fn from(body: DecideTransferBody) -> Self {
        Self { outcome: body.outcome, reason: body.reason.into_string() }
    }
}
