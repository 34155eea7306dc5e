//! Payments as those see them who made them.

use chrono::{DateTime, Utc};
use citygate_catalogue::Agency;
use citygate_kernel::{Locale, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{bill::PayeeBody, refund::RefundBody};
use crate::{
    error::Error,
    model::{Bill, BillId, Payment, PaymentId, Refund},
};

/// How a bill is to be paid: out of the caller's wallet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PayBillRequest)]
pub(crate) struct PayBillBody {
    /// What the payer was shown. Another amount is not taken but refused with
    /// `payments.amount_changed`; without it, whatever is due is paid.
    #[serde(default)]
    #[schema(required = false, value_type = Money)]
    pub expected: Option<Money>,
    /// How much to pay. Without it everything that is due; less only where the bill takes it
    /// (`allows_partial`, or as many instalments as are due, or more).
    #[serde(default)]
    #[schema(required = false, value_type = Money)]
    pub amount: Option<Money>,
}

/// A payment, which is its own receipt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentBody {
    id: PaymentId,
    bill_id: BillId,
    payee: PayeeBody,
    /// The payee's own number of the bill.
    external_no: String,
    /// What was paid, in the language of the answer.
    subject: String,
    principal: Money,
    surcharge: Money,
    total: Money,
    paid_at: DateTime<Utc>,
    /// What has gone back of it into the wallet that it came from; present once something has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    refunded: Option<Money>,
    /// The latest hundred refunds, newest first; not in lists, and present once there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refunds: Vec<RefundBody>,
}

impl PaymentBody {
    pub(crate) fn new(
        payment: &Payment,
        bill: &Bill,
        agency: &Agency,
        locale: Locale,
    ) -> Result<Self, Error> {
        Ok(Self {
            id: payment.id,
            bill_id: bill.id,
            payee: PayeeBody::new(agency, locale),
            external_no: bill.external_no.clone(),
            subject: bill.subject.get(locale).to_owned(),
            principal: payment.principal,
            surcharge: payment.surcharge,
            total: payment.total()?,
            paid_at: payment.paid_at,
            refunded: None,
            refunds: Vec::new(),
        })
    }

    /// Adds what has gone back of it.
    pub(crate) fn with_refunds(self, refunded: Option<Money>, refunds: Vec<Refund>) -> Self {
        Self { refunded, refunds: refunds.into_iter().map(Into::into).collect(), ..self }
    }

    pub(crate) fn id(&self) -> PaymentId {
        self.id
    }
}
