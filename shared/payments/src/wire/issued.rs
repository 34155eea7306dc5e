//! Bills as the agencies see them that have issued them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Locale, Money, MoneyError, Problem, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::bill::{AmountDueBody, BillStateBody, InstalmentBody, PaidBody};
use crate::{
    actions::{Issued, IssuedBill},
    error::Error,
    model::{BillId, Line, Payment, PaymentId, Share, Surcharge},
};

/// What came of bills, one after the other, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBills)]
pub(crate) struct IssuedBillsBody {
    results: Vec<IssuedResultBody>,
}

/// What came of one bill.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBillResult)]
struct IssuedResultBody {
    /// As the answer to this bill alone: 201 where it was issued, 200 where it was on record with
    /// this content and nothing changed, otherwise that of the problem.
    #[schema(minimum = 200, maximum = 499, example = 201)]
    status: u16,
    external_no: String,
    /// Present where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BillId)]
    bill_id: Option<BillId>,
    /// Present where the bill was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = RefusalBody)]
    problem: Option<RefusalBody>,
}

/// Why one bill of many was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBillProblem)]
struct RefusalBody {
    /// As of the problem of this bill alone.
    #[schema(example = "payments.bill_unsound")]
    code: &'static str,
    /// In the language of the answer.
    title: &'static str,
    /// What would hold of a bill that is not refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    detail: Option<String>,
}

impl IssuedBillsBody {
    pub(crate) fn new(
        results: impl Iterator<Item = (String, Result<Issued, Error>)>,
        locale: Locale,
    ) -> Self {
        let result = |(external_no, result)| match result {
            Ok(Issued { bill, unchanged }) => IssuedResultBody {
                status: if unchanged { 200 } else { 201 },
                external_no,
                bill_id: Some(bill),
                problem: None,
            },
            Err(fact) => {
                let Problem { kind, detail, .. } = Problem::from(fact);
                let problem = RefusalBody { code: kind.code, title: kind.title(locale), detail };
                let (status, problem) = (kind.status, Some(problem));
                IssuedResultBody { status, external_no, bill_id: None, problem }
            }
        };
        Self { results: results.map(result).collect() }
    }
}

/// The same words in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Text)]
struct TextBody {
    en: String,
    zh: String,
}

impl From<Text> for TextBody {
    fn from(Text { en, zh }: Text) -> Self {
        Self { en, zh }
    }
}

/// What lateness costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Surcharge)]
struct SurchargeBody {
    basis_points_per_day: u32,
    cap: Money,
}

/// A part of what a bill is for, and what went back of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBillLine)]
struct IssuedLineBody {
    /// Its place among the lines, from 1.
    n: usize,
    text: TextBody,
    amount: Money,
    /// What refunds that named the line have taken back.
    refunded: Money,
}

/// An agency that shares in what is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBillShare)]
struct IssuedShareBody {
    agency_id: AgencyId,
    parts: u32,
    /// What it has received, whatever went back of it later.
    received: Money,
}

/// What was paid of a bill at a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillPayment)]
struct BillPaymentBody {
    id: PaymentId,
    principal: Money,
    surcharge: Money,
    total: Money,
    paid_at: DateTime<Utc>,
}

/// A bill as the agency sees it that has issued it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedBill)]
pub(crate) struct IssuedBillBody {
    id: BillId,
    external_no: String,
    state: BillStateBody,
    /// In the answer to a bill that was sent: whether it was on record already and nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    unchanged: Option<bool>,
    subject: TextBody,
    amount: Money,
    due_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SurchargeBody)]
    surcharge: Option<SurchargeBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    expires_at: Option<DateTime<Utc>>,
    allows_partial: bool,
    lines: Vec<IssuedLineBody>,
    shares: Vec<IssuedShareBody>,
    instalments: Vec<InstalmentBody>,
    paid: PaidBody,
    /// Present while the bill is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AmountDueBody)]
    amount_due: Option<AmountDueBody>,
    /// The latest hundred, newest first.
    payments: Vec<BillPaymentBody>,
    /// Present where the bill is cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    cancel_reason: Option<String>,
}

impl IssuedBillBody {
    pub(crate) fn new(view: IssuedBill, unchanged: Option<bool>) -> Result<Self, Error> {
        let IssuedBill { bill, state, lines, shares, due, payments } = view;
        let money = |minor| Money::new(minor, bill.amount.currency());
        let line = |(n, line): (usize, Line)| IssuedLineBody {
            n,
            text: line.text.into(),
            amount: line.amount,
            refunded: money(line.refunded),
        };
        let share = |share: Share| IssuedShareBody {
            agency_id: share.agency,
            parts: share.parts,
            received: money(share.received),
        };
        let surcharge = |terms: Surcharge| SurchargeBody {
            basis_points_per_day: terms.per_day.in_basis_points(),
            cap: terms.cap,
        };
        let payments: Result<_, MoneyError> = payments.iter().map(bill_payment).collect();
        Ok(Self {
            id: bill.id,
            state: state.into(),
            unchanged,
            amount: bill.amount,
            due_on: bill.due_on,
            surcharge: bill.surcharge.map(surcharge),
            expires_at: bill.expires_at,
            allows_partial: bill.allows_partial,
            lines: (1..).zip(lines).map(line).collect(),
            shares: shares.into_iter().map(share).collect(),
            instalments: bill.instalments.iter().map(Into::into).collect(),
            paid: PaidBody::new(&bill)?,
            amount_due: due.map(Into::into),
            payments: payments?,
            external_no: bill.external_no,
            subject: bill.subject.into(),
            cancel_reason: bill.cancel_reason,
        })
    }
}

fn bill_payment(payment: &Payment) -> Result<BillPaymentBody, MoneyError> {
    Ok(BillPaymentBody {
        id: payment.id,
        principal: payment.principal,
        surcharge: payment.surcharge,
        total: payment.total()?,
        paid_at: payment.paid_at,
    })
}
