//! What the service hears.

use citygate_payments::BILL_PAID;
use citygate_platform::jobs::{JobError, Listener, Retries};

use crate::actions::{SERVICE, paid};

/// Tells agencies what is paid.
pub(crate) fn tell_agency() -> Listener {
    BILL_PAID.heard_by("listed.tell_agency", Retries::DELIVERY, |cx, news| async move {
        if news.issuer != SERVICE {
            return Ok(());
        }
        paid::tell(&cx, news.bill).await.map_err(JobError::from)
    })
}
