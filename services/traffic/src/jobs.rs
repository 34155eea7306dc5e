//! What the service hears, and whom it tells.

use citygate_catalogue::HOLIDAYS_LOADED;
use citygate_notify::{Owner, send_webhook};
use citygate_payments::BILL_PAID;
use citygate_platform::{
    Cx,
    jobs::{JobError, Listener, Retries},
};
use serde_json::json;

use crate::{actions, error::Error};

/// Tells the agency that a decision is paid. It may be told twice: the message says the same.
pub(crate) fn tell_agency() -> Listener {
    BILL_PAID.heard_by("traffic.tell_agency", Retries::DELIVERY, |cx, news| async move {
        if news.issuer != actions::ISSUER {
            return Ok(());
        }
        tell(&cx, news.bill).await.map_err(JobError::from)
    })
}

/// Moves deadlines that an announcement has moved.
pub(crate) fn recount_deadlines() -> Listener {
    HOLIDAYS_LOADED.heard_by("traffic.recount_deadlines", Retries::DELIVERY, |cx, _| async move {
        let moved = actions::recount_deadlines(&cx).await?;
        tracing::info!(moved, "deadlines were counted anew");
        Ok(())
    })
}

async fn tell(cx: &Cx, bill: citygate_payments::BillId) -> Result<(), Error> {
    cx.db
        .tx("traffic.tell_agency", async |tx| {
            let Some(view) = actions::decision_of_bill(tx, bill).await? else { return Ok(()) };
            let Some(payment) = view.bill.payment else { return Ok(()) };
            let agency = view.decision.agency;
            let owner = Owner { city: agency.city(), id: agency.uuid() };
            let data = json!({
                "decision_no": view.decision.number,
                "payment_id": payment.id,
                "principal": payment.principal,
                "surcharge": payment.surcharge,
                "paid_at": payment.paid_at,
            });
            Ok(send_webhook(tx, owner, "traffic.decision.paid", data).await?)
        })
        .await
}
