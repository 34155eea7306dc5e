//! Bills as citizens see them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::PersonId;
use citygate_kernel::{Locale, Money, MoneyError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{
    AmountDue, Bill, BillId, BillState, BillView, Instalment, Line, PaymentId, Progress,
};

/// To whom something is owed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payee)]
pub(crate) struct PayeeBody {
    id: AgencyId,
    /// In the language of the answer.
    #[schema(example = "Hangzhou Traffic Police")]
    name: String,
}

impl PayeeBody {
    pub(super) fn new(agency: &Agency, locale: Locale) -> Self {
        Self { id: agency.id, name: agency.name.get(locale).to_owned() }
    }
}

/// What is left to pay of a bill today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmountDue)]
pub(crate) struct AmountDueBody {
    principal: Money,
    surcharge: Money,
    total: Money,
    /// Calendar days after the day on which the oldest unpaid part was due, in the time zone of the
    /// city.
    days_late: u32,
    next: NextPaymentBody,
}

/// The least that the next payment may be, unless the bill takes any amount.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NextPayment)]
struct NextPaymentBody {
    amount: Money,
    /// The last day for it without surcharge.
    due_on: NaiveDate,
}

impl From<AmountDue> for AmountDueBody {
    fn from(due: AmountDue) -> Self {
        let AmountDue { principal, surcharge, total, days_late, next } = due;
        let next = NextPaymentBody { amount: next.amount, due_on: next.due_on };
        Self { principal, surcharge, total, days_late, next }
    }
}

/// What has been paid of a bill so far, whoever paid it and whatever went back later.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaidSoFar)]
pub(crate) struct PaidBody {
    /// Of the bill's own amount.
    principal: Money,
    /// Of what lateness had added.
    surcharge: Money,
    total: Money,
    /// In how many payments.
    payments: i32,
}

impl PaidBody {
    pub(super) fn new(bill: &Bill) -> Result<Self, MoneyError> {
        let Progress { principal, surcharge, payments, .. } = bill.progress;
        let currency = bill.amount.currency();
        let (principal, surcharge) =
            (Money::new(principal, currency), Money::new(surcharge, currency));
        let total = principal.checked_add(surcharge)?;
        Ok(Self { principal, surcharge, total, payments })
    }
}

/// Where a bill stands. Only an open one can be paid. A refund does not undo a payment: what is
/// `paid` stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BillState)]
pub(crate) enum BillStateBody {
    Open,
    Paid,
    Cancelled,
    Expired,
}

impl From<BillState> for BillStateBody {
    fn from(state: BillState) -> Self {
        match state {
            BillState::Open => Self::Open,
            BillState::Paid => Self::Paid,
            BillState::Cancelled => Self::Cancelled,
            BillState::Expired => Self::Expired,
        }
    }
}

/// A part of what a bill is for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillLine)]
struct LineBody {
    /// In the language of the answer.
    text: String,
    amount: Money,
}

impl LineBody {
    fn new(line: &Line, locale: Locale) -> Self {
        Self { text: line.text.get(locale).to_owned(), amount: line.amount }
    }
}

/// A part of a bill's amount that is due on a day of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Instalment)]
pub(crate) struct InstalmentBody {
    amount: Money,
    /// The last day for it without surcharge.
    due_on: NaiveDate,
}

impl From<&Instalment> for InstalmentBody {
    fn from(instalment: &Instalment) -> Self {
        Self { amount: instalment.amount, due_on: instalment.due_on }
    }
}

/// A debt to an agency: of the caller, or one that the caller is asked to pay for somebody else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bill)]
pub(crate) struct BillBody {
    id: BillId,
    payee: PayeeBody,
    /// The payee's own number.
    external_no: String,
    /// What it is for, in the language of the answer.
    subject: String,
    /// Without surcharge.
    amount: Money,
    /// What it is made up of; empty where the payee does not say.
    lines: Vec<LineBody>,
    /// The last day without surcharge; of the first instalment, where there are any.
    due_on: NaiveDate,
    /// When how much is due; empty where all of it is due at once.
    instalments: Vec<InstalmentBody>,
    /// Whether any amount up to what is due may be paid.
    allows_partial: bool,
    /// From then on it cannot be paid any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    expires_at: Option<DateTime<Utc>>,
    state: BillStateBody,
    paid: PaidBody,
    /// Present while the bill is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AmountDueBody)]
    amount_due: Option<AmountDueBody>,
    /// The payment that settled it; present where the caller made that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

impl BillBody {
    /// A bill for a reader: who else pays it, or owes it, is not the reader's business.
    pub(crate) fn new(
        view: BillView,
        reader: PersonId,
        locale: Locale,
    ) -> Result<Self, MoneyError> {
        let BillView { bill, state, lines, agency, due, payment } = view;
        let payment = payment.filter(|payment| payment.payer == reader);
        Ok(Self {
            id: bill.id,
            payee: PayeeBody::new(&agency, locale),
            subject: bill.subject.get(locale).to_owned(),
            amount: bill.amount,
            lines: lines.iter().map(|line| LineBody::new(line, locale)).collect(),
            due_on: bill.due_on,
            instalments: bill.instalments.iter().map(Into::into).collect(),
            allows_partial: bill.allows_partial,
            expires_at: bill.expires_at,
            state: state.into(),
            paid: PaidBody::new(&bill)?,
            amount_due: due.map(Into::into),
            payment_id: payment.map(|payment| payment.id),
            external_no: bill.external_no,
        })
    }

    pub(crate) fn id(&self) -> BillId {
        self.id
    }
}
