//! Work of the gateway that happens after COMMIT.

use citygate_platform::{
    Cx,
    jobs::{Job, JobError, Listener, Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions,
    error::Error,
    events::{PAYMENT_MADE, REFUND_MADE},
    model::{BillId, DepositId, TopUpId, TopUpState},
    processor::{CardProcessor, ProcessorError},
    store,
};

/// A top-up to be carried out, or asked about.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResolveTopUp {
    pub top_up: TopUpId,
}

pub(crate) const RESOLVE_TOP_UP: Task<ResolveTopUp> = Task::new("payments.resolve_top_up");

/// Carries top-ups out.
pub(crate) fn resolve_top_ups(processor: Option<CardProcessor>) -> Job {
    RESOLVE_TOP_UP.done_by(Retries::INQUIRY, move |cx, job| {
        let processor = processor.clone();
        async move { resolve(cx, processor, job.top_up).await }
    })
}

async fn resolve(cx: Cx, processor: Option<CardProcessor>, id: TopUpId) -> Result<(), JobError> {
    let top_up = cx.db.tx("payments.read_top_up", async |tx| store::top_up(tx, id).await).await?;
    let top_up = top_up.ok_or_else(|| JobError::permanent(Error::TopUpUnknown))?;
    if top_up.state != TopUpState::Processing {
        return Ok(());
    }
    let processor = processor.ok_or(Error::ProcessorMissing)?;
    let charged =
        processor.charge(&id.to_string(), top_up.amount, top_up.card_token.expose()).await;
    let outcome = charged.map_err(|error| match error {
        // Asking again gives the same answer: people have to look at it.
        ProcessorError::OtherAmount { .. } => JobError::permanent(error),
        ProcessorError::Party(_) => JobError::passing(error),
    })?;
    Ok(actions::resolve_top_up(&cx, id, &outcome).await?)
}

/// Sends a receipt for every payment.
pub(crate) fn post_receipts() -> Listener {
    PAYMENT_MADE.heard_by("payments.post_receipt", Retries::DELIVERY, |cx, news| async move {
        Ok(actions::post_receipt(&cx, news.payment).await?)
    })
}

/// Tells the payer of every refund.
pub(crate) fn post_refund_letters() -> Listener {
    REFUND_MADE.heard_by("payments.post_refund_letter", Retries::DELIVERY, |cx, news| async move {
        Ok(actions::post_refund_letter(&cx, news.refund).await?)
    })
}

/// A bill whose time may be over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExpireBill {
    pub bill: BillId,
}

pub(crate) const EXPIRE_BILL: Task<ExpireBill> = Task::new("payments.expire_bill");

/// Closes bills that were not paid in time.
pub(crate) fn expire_bills() -> Job {
    EXPIRE_BILL.done_by(Retries::INQUIRY, |cx, job| async move {
        Ok(actions::expire_bill(&cx, job.bill).await?)
    })
}

/// A deposit whose time may be over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EndDeposit {
    pub deposit: DepositId,
}

pub(crate) const END_DEPOSIT: Task<EndDeposit> = Task::new("payments.end_deposit");

/// Releases what is left of deposits.
pub(crate) fn end_deposits() -> Job {
    END_DEPOSIT.done_by(Retries::INQUIRY, |cx, job| async move {
        Ok(actions::end_deposit(&cx, job.deposit).await?)
    })
}
