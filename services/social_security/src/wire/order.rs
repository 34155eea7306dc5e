//! Orders of contributions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::FullName;
use citygate_kernel::{Currency, Locale, Money, Month, wire};
use citygate_payments::{BillId, PaymentId};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use super::record::yuan;
use crate::{
    actions::record::Terms,
    model::{InsuranceKind, NewOrder, OrderId, OrderLine, OrderState, OrderView},
};

/// What may be ordered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionTerms)]
pub(crate) struct TermsBody {
    rates: Vec<RateBody>,
    base_min: Money,
    base_max: Money,
    /// A base is a multiple of it.
    base_step: Money,
    /// The months that can be ordered: those of this calendar year.
    first_month: Month,
    last_month: Month,
    /// How many at a time.
    months_max: u8,
    pay_within_hours: u16,
    /// Where it is written.
    citation: String,
}

/// What an insurance costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionRate)]
struct RateBody {
    kind: InsuranceKind,
    /// In the language of the answer.
    name: String,
    /// Of the base: 2000 is 20 %.
    rate_basis_points: u32,
}

impl TermsBody {
    pub(crate) fn new(terms: Terms, locale: Locale) -> Self {
        let Terms { rule, today } = terms;
        let year = Month::of(today).year();
        let month = |month| Month::new(year, month).unwrap_or(Month::of(today));
        let rates = rule.params.rates.iter().map(|rate| RateBody {
            kind: rate.kind,
            name: rate.kind.name().get(locale).to_owned(),
            rate_basis_points: rate.rate_bp,
        });
        Self {
            rates: rates.collect(),
            base_min: yuan(rule.params.base_min_minor),
            base_max: yuan(rule.params.base_max_minor),
            base_step: yuan(rule.params.base_step_minor),
            first_month: month(1),
            last_month: month(12),
            months_max: rule.params.months_max,
            pay_within_hours: rule.params.pay_within_hours,
            citation: rule.citation.get(locale).to_owned(),
        }
    }
}

/// What somebody without an employer wants to pay in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContributionOrder)]
pub(crate) struct PostOrderBody {
    agency_id: AgencyId,
    /// Against what; each once.
    #[serde(deserialize_with = "kinds")]
    #[schema(value_type = BTreeSet<InsuranceKind>, min_items = 1, max_items = 5)]
    kinds: Vec<InsuranceKind>,
    /// What contributions are computed from, a month.
    #[schema(schema_with = base_schema)]
    base: Money,
    first_month: Month,
    /// In a row.
    #[serde(deserialize_with = "months")]
    #[schema(minimum = 1, maximum = 12)]
    months: u8,
}

/// Whatever city; the rule of the day decides.
fn base_schema() -> RefOr<Schema> {
    Money::schema_within(1..=100_000_000, Currency::Cny)
}

fn kinds<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Vec<InsuranceKind>, D::Error> {
    let kinds = Vec::<InsuranceKind>::deserialize(d)?;
    let different: BTreeSet<InsuranceKind> = kinds.iter().copied().collect();
    if kinds.is_empty() || different.len() < kinds.len() {
        return Err(serde::de::Error::custom("one to five insurances, each once, are expected"));
    }
    Ok(different.into_iter().collect())
}

fn months<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::try_from(wire::integer(deserializer)?) {
        Ok(months @ 1..=12) => Ok(months),
        _ => Err(serde::de::Error::custom("1 to 12 months are expected")),
    }
}

impl From<PostOrderBody> for NewOrder {
    fn from(body: PostOrderBody) -> Self {
        let PostOrderBody { agency_id, kinds, base, first_month, months } = body;
        Self { agency: agency_id, kinds, base, first_month, months }
    }
}

/// An order of contributions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionOrder)]
pub(crate) struct OrderBody {
    id: OrderId,
    agency_id: AgencyId,
    state: OrderState,
    /// The same in the language of the answer.
    state_name: String,
    base: Money,
    first_month: Month,
    months: u8,
    lines: Vec<LineBody>,
    /// What all of it comes to.
    amount: Money,
    /// Pay this bill.
    bill_id: BillId,
    /// From then on it cannot be paid any more.
    pay_by: DateTime<Utc>,
    ordered_at: DateTime<Utc>,
    /// Present once it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

/// What an insurance costs, each month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionLine)]
struct LineBody {
    kind: InsuranceKind,
    /// In the language of the answer.
    name: String,
    /// Of the base: 2000 is 20 %.
    rate_basis_points: u32,
    monthly: Money,
}

impl From<(OrderLine, Locale)> for LineBody {
    fn from((line, locale): (OrderLine, Locale)) -> Self {
        Self {
            kind: line.kind,
            name: line.kind.name().get(locale).to_owned(),
            rate_basis_points: line.rate_bp,
            monthly: line.monthly,
        }
    }
}

impl OrderBody {
    pub(crate) fn new(view: OrderView, locale: Locale) -> Self {
        let OrderView { order, bill } = view;
        Self {
            id: order.id,
            agency_id: order.agency,
            state: order.state,
            state_name: order.state.name().get(locale).to_owned(),
            base: order.base,
            first_month: order.first_month,
            months: order.months,
            lines: order.lines.into_iter().map(|line| (line, locale).into()).collect(),
            amount: order.amount,
            bill_id: order.bill,
            pay_by: order.pay_by,
            ordered_at: order.ordered_at,
            payment_id: bill.payment.map(|payment| payment.id),
        }
    }
}

/// A paid order, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaidContributionOrder)]
pub(crate) struct PaidOrderBody {
    order: OrderBody,
    /// The number of social security: that of the document (Social Insurance Law, article 58).
    insured_number: String,
    insured_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    paid_at: Option<DateTime<Utc>>,
}

impl PaidOrderBody {
    pub(crate) fn new((view, insured): (OrderView, FullName), locale: Locale) -> Self {
        let paid_at = view.bill.payment.as_ref().map(|payment| payment.paid_at);
        Self {
            order: OrderBody::new(view, locale),
            insured_number: insured.document.expose().to_owned(),
            insured_name: insured.name.expose().clone(),
            paid_at,
        }
    }
}
