//! News of the gateway.

use citygate_platform::jobs::Event;
use serde::{Deserialize, Serialize};

use crate::model::{BillId, PaymentId};

/// A bill was paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BillPaid {
    /// Which one.
    pub bill: BillId,
    /// The service that issued it; others need not look.
    pub issuer: String,
    /// By what.
    pub payment: PaymentId,
}

/// Told once a bill is settled.
pub const BILL_PAID: Event<BillPaid> = Event::new("payments.bill_paid");
