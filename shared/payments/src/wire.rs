//! Bodies of the gateway.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_kernel::{Currency, Locale, Money, wire};
use citygate_ledger::TrialBalance;
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    error::Error,
    model::{AmountDue, Bill, BillId, BillView, Payment, PaymentId, TopUp, TopUpId, TopUpState},
    rules::TOP_UP_MAX,
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
    fn new(agency: &Agency, locale: Locale) -> Self {
        Self { id: agency.id, name: agency.name.get(locale).to_owned() }
    }
}

/// What a bill comes to today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmountDue)]
pub(crate) struct AmountDueBody {
    principal: Money,
    surcharge: Money,
    total: Money,
    /// Calendar days after the due date, in the time zone of the city.
    days_late: u32,
}

impl From<AmountDue> for AmountDueBody {
    fn from(due: AmountDue) -> Self {
        let AmountDue { principal, surcharge, total, days_late } = due;
        Self { principal, surcharge, total, days_late }
    }
}

/// Whether a bill is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BillState)]
pub(crate) enum BillStateBody {
    Open,
    Paid,
}

/// A debt to an agency.
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
    /// The last day without surcharge.
    due_on: NaiveDate,
    state: BillStateBody,
    /// Present while the bill is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AmountDueBody)]
    amount_due: Option<AmountDueBody>,
    /// Present once the bill is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

impl BillBody {
    pub(crate) fn new(view: BillView, locale: Locale) -> Self {
        let BillView { bill, agency, due, payment } = view;
        Self {
            id: bill.id,
            payee: PayeeBody::new(&agency, locale),
            external_no: bill.external_no,
            subject: bill.subject.get(locale).to_owned(),
            amount: bill.amount,
            due_on: bill.due_on,
            state: if bill.paid { BillStateBody::Paid } else { BillStateBody::Open },
            amount_due: due.map(Into::into),
            payment_id: payment.map(|payment| payment.id),
        }
    }

    pub(crate) fn id(&self) -> BillId {
        self.id
    }
}

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
            total: payment.principal.checked_add(payment.surcharge)?,
            paid_at: payment.paid_at,
        })
    }

    pub(crate) fn id(&self) -> PaymentId {
        self.id
    }
}

/// What the city holds for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wallet)]
pub(crate) struct WalletBody {
    pub available: Money,
}

/// Money to be taken from a card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TopUpRequest)]
pub(crate) struct CreateTopUpBody {
    #[schema(schema_with = top_up_schema)]
    pub amount: Money,
    #[schema(
        value_type = String,
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "tok_sandbox_ok"
    )]
    pub card_token: CardToken,
}

fn top_up_schema() -> RefOr<Schema> {
    Money::schema_within(1..=TOP_UP_MAX, Currency::Cny)
}

/// What the card processor's own page gave the app for a card; the city never sees card numbers.
#[derive(Debug)]
pub(crate) struct CardToken(pub String);

/// Not a token.
#[derive(Debug)]
pub(crate) struct InvalidCardToken;

impl fmt::Display for InvalidCardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a card token is 1 to 128 letters, digits, _ or -")
    }
}

impl FromStr for CardToken {
    type Err = InvalidCardToken;

    fn from_str(text: &str) -> Result<Self, InvalidCardToken> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidCardToken) }
    }
}

impl<'de> Deserialize<'de> for CardToken {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// Where a top-up stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TopUpState)]
enum TopUpStateBody {
    Processing,
    Succeeded,
    Declined,
}

/// Money on its way from a card into the caller's wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TopUp)]
pub(crate) struct TopUpBody {
    id: TopUpId,
    amount: Money,
    state: TopUpStateBody,
    /// In the card processor's words; present when it declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "do_not_honour")]
    decline_reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<TopUp> for TopUpBody {
    fn from(top_up: TopUp) -> Self {
        let (state, decline_reason) = match top_up.state {
            TopUpState::Processing => (TopUpStateBody::Processing, None),
            TopUpState::Succeeded => (TopUpStateBody::Succeeded, None),
            TopUpState::Declined { reason } => (TopUpStateBody::Declined, Some(reason)),
        };
        Self {
            id: top_up.id,
            amount: top_up.amount,
            state,
            decline_reason,
            created_at: top_up.created_at,
        }
    }
}

/// The sums of all accounts, per currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrialBalance)]
pub(crate) struct TrialBalanceBody {
    /// Whether debits equal credits in every currency.
    balanced: bool,
    currencies: Vec<CurrencyBalanceBody>,
}

/// The sums of all accounts of one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrencyBalance)]
struct CurrencyBalanceBody {
    #[schema(example = "CNY")]
    currency: &'static str,
    /// Minor units, as text: the sum of many 64-bit numbers may be wider.
    #[schema(example = "100000")]
    debits_minor: String,
    /// Minor units, as text.
    #[schema(example = "100000")]
    credits_minor: String,
    accounts: i64,
}

impl From<Vec<TrialBalance>> for TrialBalanceBody {
    fn from(rows: Vec<TrialBalance>) -> Self {
        Self {
            balanced: rows.iter().all(TrialBalance::balanced),
            currencies: rows
                .into_iter()
                .map(|row| CurrencyBalanceBody {
                    currency: row.currency.code(),
                    debits_minor: row.debits.to_string(),
                    credits_minor: row.credits.to_string(),
                    accounts: row.accounts,
                })
                .collect(),
        }
    }
}
