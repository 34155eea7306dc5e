//! Work of settlements that happens after COMMIT: asking the insurer, and hearing what was paid.

use citygate_payments::{BILL_EXPIRED, BILL_PAID};
use citygate_platform::{
    Cx,
    jobs::{Job, JobError, Listener, Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{self, ISSUER, Question},
    error::ChargeError,
    insurer::{Claim, Insurer},
    model::{ChargeRefundId, SettlementId},
};

/// A settlement that waits for the insurer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Settle {
    pub settlement: SettlementId,
}

pub(crate) const SETTLE: Task<Settle> = Task::new("hospital.settle");

/// Asks the insurer what a settlement waits for, until it is known.
pub(crate) fn settle(insurer: Option<Insurer>) -> Job {
    SETTLE.done_by(Retries::INQUIRY, move |cx, job| {
        let insurer = insurer.clone();
        async move { ask(cx, insurer, job.settlement).await }
    })
}

async fn ask(cx: Cx, insurer: Option<Insurer>, id: SettlementId) -> Result<(), JobError> {
    let Some(question) = actions::question(&cx, id).await? else { return Ok(()) };
    let insurer = insurer.ok_or(ChargeError::InsurerMissing)?;
    let reference = id.to_string();
    match question {
        Question::PreSettle { hospital, credential, lines } => {
            let (hospital, credential) = (hospital.as_str(), credential.as_str());
            let claim = Claim { reference: &reference, hospital, credential, lines: &lines };
            let outcome = insurer.pre_settle(&claim).await?;
            actions::pre_settled(&cx, id, &outcome).await?;
        }
        Question::Confirm => {
            let outcome = insurer.confirm(&reference).await?;
            actions::confirmed(&cx, id, &outcome).await?;
        }
        Question::Reverse => {
            insurer.reverse(&reference).await?;
            actions::taken_back(&cx, id).await?;
        }
    }
    Ok(())
}

/// Lines that the insurer is to take back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReturnLines {
    pub refund: ChargeRefundId,
}

pub(crate) const RETURN_LINES: Task<ReturnLines> = Task::new("hospital.return_lines");

/// Tells the insurer of lines that were taken back, until it is known that it knows.
pub(crate) fn return_lines(insurer: Option<Insurer>) -> Job {
    RETURN_LINES.done_by(Retries::INQUIRY, move |cx, job| {
        let insurer = insurer.clone();
        async move { give_back(cx, insurer, job.refund).await }
    })
}

async fn give_back(cx: Cx, insurer: Option<Insurer>, id: ChargeRefundId) -> Result<(), JobError> {
    let Some(returning) = actions::returning(&cx, id).await? else { return Ok(()) };
    let insurer = insurer.ok_or(ChargeError::InsurerMissing)?;
    let (reference, own) = (returning.settlement.to_string(), id.to_string());
    insurer.return_lines(&reference, &own, &returning.lines).await?;
    Ok(actions::returned(&cx, id).await?)
}

/// Hears that the patient's part was paid.
pub(crate) fn hear_paid() -> Listener {
    BILL_PAID.heard_by("hospital.cash_paid", Retries::INQUIRY, |cx, news| async move {
        if news.issuer == ISSUER {
            actions::cash_paid(&cx, news.bill).await?;
        }
        Ok(())
    })
}

/// Hears that the time to pay the patient's part is over.
pub(crate) fn hear_expired() -> Listener {
    BILL_EXPIRED.heard_by("hospital.not_paid", Retries::INQUIRY, |cx, news| async move {
        if news.issuer == ISSUER {
            actions::not_paid(&cx, news.bill).await?;
        }
        Ok(())
    })
}
