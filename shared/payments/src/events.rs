//! News of the gateway.

use citygate_platform::jobs::Event;
use serde::{Deserialize, Serialize};

use crate::model::{BillId, PaymentId, RefundId};

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

/// Told once a bill is settled, whatever number of payments that took.
pub const BILL_PAID: Event<BillPaid> = Event::new("payments.bill_paid");

/// Money was paid, for a bill or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentMade {
    /// Which one.
    pub payment: PaymentId,
}

/// Told for every payment.
pub const PAYMENT_MADE: Event<PaymentMade> = Event::new("payments.payment_made");

/// A bill was not paid in time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BillExpired {
    /// Which one.
    pub bill: BillId,
    /// The service that issued it; others need not look.
    pub issuer: String,
}

/// Told once the time of an open bill is over.
pub const BILL_EXPIRED: Event<BillExpired> = Event::new("payments.bill_expired");

/// Money of a payment went back to the wallet it came from. The bill stays paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundMade {
    /// Which one.
    pub refund: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// What had been paid.
    pub bill: BillId,
    /// The service that issued the bill; others need not look.
    pub issuer: String,
}

/// Told for every refund.
pub const REFUND_MADE: Event<RefundMade> = Event::new("payments.refund_made");
