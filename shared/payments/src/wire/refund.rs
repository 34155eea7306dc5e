//! Refunds, and payments as the agencies see them that received them.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Money, MoneyError, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Amount, given, list, whole};
use crate::{
    actions::ReceivedPayment,
    model::{BillId, NewRefund, PaymentId, PaymentShare, Refund, RefundId, RefundedLine},
    rules::AMOUNT_MAX,
};

/// The most that a payment comes to: a bill, and its surcharge once more.
const PAYMENT_MAX: i64 = 2 * AMOUNT_MAX;

type Available = Amount<0, PAYMENT_MAX>;
type Refunded = Amount<1, PAYMENT_MAX>;
type OfLine = Amount<1, AMOUNT_MAX>;

/// What is to be paid back of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRefund)]
pub(crate) struct NewRefundBody {
    /// What the agency believes can still be paid back, as `available` of the payment says. When it
    /// is something else, because somebody was faster, nothing is paid back.
    #[schema(schema_with = Available::schema)]
    available: Available,
    /// How much. Without it what the lines come to, and without those all that is available.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, schema_with = Refunded::schema)]
    amount: Option<Refunded>,
    /// Which lines of the bill it takes back, each once; their sum is the amount.
    #[serde(default, deserialize_with = "list::<_, _, 1, 100>")]
    #[schema(required = false, min_items = 1, max_items = 100)]
    lines: Vec<NewRefundLineBody>,
    /// Why; the payer reads it.
    reason: Words<500>,
}

/// A line of the bill that is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRefundLine)]
struct NewRefundLineBody {
    /// Its place among the lines of the bill, from 1.
    #[serde(deserialize_with = "whole::<_, 1, 100>")]
    #[schema(minimum = 1, maximum = 100)]
    n: i64,
    /// Not more than is left of the line.
    #[schema(schema_with = OfLine::schema)]
    amount: OfLine,
}

impl NewRefundBody {
    pub(crate) fn refund(&self) -> NewRefund {
        let line = |line: &NewRefundLineBody| RefundedLine {
            n: i16::try_from(line.n).unwrap_or(i16::MAX),
            amount: line.amount.money(),
        };
        NewRefund {
            available: self.available.money(),
            amount: self.amount.map(Amount::money),
            lines: self.lines.iter().map(line).collect(),
            reason: self.reason.as_str().to_owned(),
        }
    }
}

/// Money of a payment that went back into the wallet it came from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundBody {
    id: RefundId,
    payment_id: PaymentId,
    amount: Money,
    /// Which lines of the bill it took back; empty where it named none.
    lines: Vec<RefundLineBody>,
    /// In the agency's words.
    reason: String,
    refunded_at: DateTime<Utc>,
}

/// A line of the bill that was taken back, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundLine)]
struct RefundLineBody {
    /// Its place among the lines of the bill, from 1.
    n: i16,
    amount: Money,
}

impl From<Refund> for RefundBody {
    fn from(refund: Refund) -> Self {
        let line = |line: RefundedLine| RefundLineBody { n: line.n, amount: line.amount };
        Self {
            id: refund.id,
            payment_id: refund.payment,
            amount: refund.amount,
            lines: refund.lines.into_iter().map(line).collect(),
            reason: refund.reason,
            refunded_at: refund.refunded_at,
        }
    }
}

/// What an agency received of a payment that was shared out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentShare)]
struct PaymentShareBody {
    agency_id: AgencyId,
    amount: Money,
    /// What has gone back of it.
    refunded: Money,
}

/// A payment of one of the agency's bills. Who paid is not the agency's business.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceivedPayment)]
pub(crate) struct ReceivedPaymentBody {
    id: PaymentId,
    bill_id: BillId,
    /// The agency's own number of the bill.
    external_no: String,
    principal: Money,
    surcharge: Money,
    total: Money,
    paid_at: DateTime<Utc>,
    /// How it was shared out; empty where the agency received all of it.
    shares: Vec<PaymentShareBody>,
    /// What can still be paid back.
    available: Money,
    /// What has gone back.
    refunded: Money,
    /// The latest hundred refunds, newest first.
    refunds: Vec<RefundBody>,
}

impl ReceivedPaymentBody {
    pub(crate) fn new(view: ReceivedPayment) -> Result<Self, MoneyError> {
        let ReceivedPayment { payment, bill, shares, available, refunds } = view;
        let total = payment.total()?;
        let share = |share: PaymentShare| PaymentShareBody {
            agency_id: share.agency,
            amount: Money::new(share.amount, total.currency()),
            refunded: Money::new(share.refunded, total.currency()),
        };
        Ok(Self {
            id: payment.id,
            bill_id: payment.bill,
            external_no: bill.external_no,
            principal: payment.principal,
            surcharge: payment.surcharge,
            total,
            paid_at: payment.paid_at,
            shares: shares.into_iter().map(share).collect(),
            available,
            refunded: total.checked_sub(available)?,
            refunds: refunds.into_iter().map(Into::into).collect(),
        })
    }
}
