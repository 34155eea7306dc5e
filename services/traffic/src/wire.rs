//! Bodies of traffic fines.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::RuleId;
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Currency, Locale, Masked, Money, MoneyError, Text, Words, wire};
use citygate_payments::{BillId, PaymentId};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    actions::{DecisionView, FineView},
    explain,
    model::{DecisionId, DecisionNo, NewDecision, Plate, Violation},
    rules,
};

/// What somebody did.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewViolation, example = json!({
    "code": "1625", "name_en": "Driving through a red light",
    "name_zh": "驾驶机动车违反道路交通信号灯通行", "place": "文三路学院路口",
    "at": "2026-11-01T08:30:00Z", "points": 6,
}))]
pub(crate) struct NewViolationBody {
    /// The national code of the violation.
    #[schema(value_type = String, pattern = "^[0-9]{4,6}$")]
    code: ViolationCode,
    /// In English.
    name_en: Words<200>,
    /// In Chinese.
    name_zh: Words<200>,
    place: Words<200>,
    #[serde(deserialize_with = "wire::instant")]
    at: DateTime<Utc>,
    /// Penalty points.
    #[serde(deserialize_with = "points")]
    #[schema(minimum = 0, maximum = 12)]
    points: u8,
}

#[derive(Debug)]
struct ViolationCode(String);

impl FromStr for ViolationCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && (4..=6).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a violation code has four to six digits")
        }
    }
}

impl<'de> Deserialize<'de> for ViolationCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

fn points<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::try_from(wire::integer(deserializer)?) {
        Ok(points) if points <= 12 => Ok(points),
        _ => Err(serde::de::Error::custom("penalty points are 0 to 12")),
    }
}

/// Against whom a decision is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecisionParty, example = json!({
    "name": "王芳", "id_number": "11010519491231002X",
}))]
pub(crate) struct PartyBody {
    /// As in the decision.
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
}

/// A penalty decision, as served.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDecision)]
pub(crate) struct PutDecisionBody {
    plate: Plate,
    violation: NewViolationBody,
    party: PartyBody,
    #[schema(schema_with = fine_schema)]
    fine: Money,
    /// The day on which the decision was served, in the time zone of the city.
    #[serde(deserialize_with = "wire::date")]
    #[schema(example = "2026-11-03")]
    served_on: NaiveDate,
}

/// What the law allows today; the rule of the day decides.
fn fine_schema() -> RefOr<Schema> {
    Money::schema_within(2_000..=200_000, Currency::Cny)
}

impl PutDecisionBody {
    /// The decision of a number.
    pub(crate) fn decision(self, number: DecisionNo) -> NewDecision {
        NewDecision {
            number,
            plate: self.plate,
            violation: Violation {
                code: self.violation.code.0,
                name: Text::new(
                    self.violation.name_en.into_string(),
                    self.violation.name_zh.into_string(),
                ),
                place: self.violation.place.into_string(),
                at: self.violation.at,
                points: self.violation.points,
            },
            id_number: self.party.id_number,
            name: Masked::new(self.party.name.into_exposed().into_string()),
            fine: self.fine,
            served_on: self.served_on,
        }
    }
}

/// Whether a fine is paid.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FineState)]
enum FineStateBody {
    Open,
    Paid,
}

/// A decision as recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
pub(crate) struct DecisionBody {
    decision_no: DecisionNo,
    plate: Plate,
    bill_id: BillId,
    fine: Money,
    due_on: NaiveDate,
    state: FineStateBody,
    /// With a push: whether the decision was on record already and nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    unchanged: Option<bool>,
    /// Present once the fine is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DecisionPaymentBody)]
    payment: Option<DecisionPaymentBody>,
}

/// How a decision was paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionPayment)]
pub(crate) struct DecisionPaymentBody {
    id: PaymentId,
    principal: Money,
    surcharge: Money,
    paid_at: DateTime<Utc>,
}

impl DecisionBody {
    pub(crate) fn new(view: DecisionView, unchanged: Option<bool>) -> Self {
        let DecisionView { decision, bill } = view;
        Self {
            decision_no: decision.number,
            plate: decision.plate,
            bill_id: decision.bill,
            fine: bill.bill.amount,
            due_on: bill.bill.due_on,
            state: if bill.bill.is_paid() { FineStateBody::Paid } else { FineStateBody::Open },
            unchanged,
            payment: bill.payment.map(|payment| DecisionPaymentBody {
                id: payment.id,
                principal: payment.principal,
                surcharge: payment.surcharge,
                paid_at: payment.paid_at,
            }),
        }
    }
}

/// A fine as its addressee sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fine)]
pub(crate) struct FineBody {
    id: DecisionId,
    decision_no: DecisionNo,
    plate: Plate,
    violation: ViolationBody,
    served_on: NaiveDate,
    fine: Money,
    state: FineStateBody,
    due: DueBody,
    surcharge: SurchargeBody,
    /// Pay this bill.
    bill_id: BillId,
    /// Fine and surcharge as of today; present while the fine is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    amount_due: Option<Money>,
    /// Present once the fine is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

/// What somebody did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Violation)]
struct ViolationBody {
    code: String,
    /// In the language of the answer.
    name: String,
    place: String,
    at: DateTime<Utc>,
    points: u8,
}

/// Until when a fine is to be paid, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FineDue)]
struct DueBody {
    on: NaiveDate,
    /// Whether the date may still move because the holidays of that time are not announced.
    provisional: bool,
    /// How the date was counted.
    explanation: String,
    /// The law.
    citation: String,
    /// The version of the rule.
    rule_id: RuleId,
}

/// What lateness costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FineSurcharge)]
struct SurchargeBody {
    /// As of today, or as paid.
    amount: Money,
    days_late: u32,
    /// The most that it can come to.
    cap: Money,
    /// What it will be on some days to come, while the fine is open.
    forecast: Vec<ForecastBody>,
    explanation: String,
    citation: String,
    rule_id: RuleId,
}

/// A day to come and what the surcharge will be on it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SurchargeForecast)]
struct ForecastBody {
    on: NaiveDate,
    surcharge: Money,
}

impl FineBody {
    pub(crate) fn new(view: FineView, locale: Locale) -> Result<Self, MoneyError> {
        let FineView { decision, bill, today, deadline, payment_rule, surcharge_rule } = view;
        let fine = bill.bill.amount;
        let terms = surcharge_rule.params.terms(fine)?;
        let due_on = bill.bill.due_on;
        let forecast = if bill.bill.is_paid() {
            Vec::new()
        } else {
            rules::forecast(fine, &terms, due_on, today)?
        };
        let paid = bill.payment.as_ref();
        let amount = bill.due.map(|due| due.surcharge).or(paid.map(|paid| paid.surcharge));
        let violation = decision.violation;
        Ok(Self {
            id: decision.id,
            decision_no: decision.number,
            plate: decision.plate,
            violation: ViolationBody {
                code: violation.code,
                name: violation.name.get(locale).to_owned(),
                place: violation.place,
                at: violation.at,
                points: violation.points,
            },
            served_on: decision.served_on,
            fine,
            state: if bill.bill.is_paid() { FineStateBody::Paid } else { FineStateBody::Open },
            due: DueBody {
                on: due_on,
                provisional: deadline.provisional(),
                explanation: deadline.explain(locale, today, Some(&payment_rule.citation)),
                citation: payment_rule.citation.get(locale).to_owned(),
                rule_id: payment_rule.id,
            },
            surcharge: SurchargeBody {
                amount: amount.unwrap_or(Money::zero(fine.currency())),
                days_late: bill.due.map_or(0, |due| due.days_late),
                cap: terms.cap,
                forecast: forecast
                    .into_iter()
                    .map(|(on, surcharge)| ForecastBody { on, surcharge })
                    .collect(),
                explanation: explain::surcharge(
                    &surcharge_rule.params,
                    bill.due.as_ref(),
                    &surcharge_rule.citation,
                    locale,
                ),
                citation: surcharge_rule.citation.get(locale).to_owned(),
                rule_id: surcharge_rule.id,
            },
            bill_id: decision.bill,
            amount_due: bill.due.map(|due| due.total),
            payment_id: paid.map(|paid| paid.id),
        })
    }

    pub(crate) fn id(&self) -> DecisionId {
        self.id
    }
}
