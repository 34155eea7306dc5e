//! Withdrawals.

use chrono::{DateTime, Utc};
use citygate_catalogue::{Rule, RuleId};
use citygate_kernel::{Currency, Locale, Money, Words};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};
use uuid::Uuid;

use super::application::{DeadlineBody, Law, PaperBody, StepBody, papers, steps};
use crate::{
    actions::withdrawal::{Decision, NewWithdrawal, Outcome, WithdrawalView},
    model::{
        AccountId, Said, Withdrawal, WithdrawalGround, WithdrawalId, WithdrawalPaper,
        WithdrawalState,
    },
    rules::withdrawal::{AmountRule, Bar, GroundRule, WithdrawalRule},
};

/// The most that one withdrawal can be: ten thousand million yuan less a fen.
const MOST: i64 = 999_999_999_999;

fn amount_schema() -> RefOr<Schema> {
    Money::schema_within(1..=MOST, Currency::Cny)
}

fn amount<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    let amount = Money::deserialize(deserializer)?;
    if amount.currency() == Currency::Cny && (1..=MOST).contains(&amount.minor()) {
        Ok(amount)
    } else {
        Err(serde::de::Error::custom("an amount of CNY above zero is expected"))
    }
}

fn some_amount<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Money>, D::Error> {
    amount(deserializer).map(Some)
}

/// The grounds on which something can be taken out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawalGrounds)]
pub(crate) struct GroundsBody {
    items: Vec<GroundBody>,
    /// The law.
    citation: String,
    /// The version of the rule.
    rule_id: RuleId,
}

/// A ground, and what it takes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawalGround)]
struct GroundBody {
    ground: WithdrawalGround,
    name: String,
    papers: Vec<GroundPaperBody>,
    /// Whether the account is closed with it.
    closes_account: bool,
    /// Whether it is for the counter of the centre.
    at_counter: bool,
    /// Whether `cost` has to be said: what it costs, or costs a month.
    asks_for_cost: bool,
    /// How much can be taken out.
    limit: String,
    /// The law.
    citation: String,
}

/// A paper that has to be shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawalPaperNeeded)]
struct GroundPaperBody {
    paper: WithdrawalPaper,
    name: String,
}

impl GroundsBody {
    pub(crate) fn new(rule: &Rule<WithdrawalRule>, locale: Locale) -> Self {
        let items = rule.params.grounds.iter();
        Self {
            items: items.map(|(ground, rule)| GroundBody::new(*ground, rule, locale)).collect(),
            citation: rule.citation.get(locale).to_owned(),
            rule_id: rule.id,
        }
    }
}

impl GroundBody {
    fn new(ground: WithdrawalGround, rule: &GroundRule, locale: Locale) -> Self {
        let paper = |paper: &WithdrawalPaper| GroundPaperBody {
            paper: *paper,
            name: paper.name().get(locale).to_owned(),
        };
        Self {
            ground,
            name: ground.name().get(locale).to_owned(),
            papers: rule.papers.iter().map(paper).collect(),
            closes_account: rule.closes,
            at_counter: rule.at_counter,
            asks_for_cost: rule.amount.asks_for_cost(),
            limit: limit(rule.amount, locale),
            citation: rule.citation.get(locale).to_owned(),
        }
    }
}

/// How much can be taken out, in a sentence.
fn limit(rule: AmountRule, locale: Locale) -> String {
    let cap = |minor| Money::new(minor, Currency::Cny);
    match (rule, locale) {
        (AmountRule::Whole, Locale::En) => "All of the balance.".to_owned(),
        (AmountRule::Whole, Locale::ZhCn) => "全部账户余额。".to_owned(),
        (AmountRule::Balance, Locale::En) => "Up to the balance.".to_owned(),
        (AmountRule::Balance, Locale::ZhCn) => "不超过账户余额。".to_owned(),
        (AmountRule::Cost, Locale::En) => "Up to what it costs.".to_owned(),
        (AmountRule::Cost, Locale::ZhCn) => "不超过实际费用。".to_owned(),
        (AmountRule::Monthly { months, cap_minor: None }, Locale::En) => {
            format!("Up to what the months since the last time have cost, {months} at most.")
        }
        (AmountRule::Monthly { months, cap_minor: None }, Locale::ZhCn) => {
            format!("不超过自上次提取以来各月费用之和，最多{months}个月。")
        }
        (AmountRule::Monthly { months, cap_minor: Some(minor) }, Locale::En) => format!(
            "Up to what the months since the last time have cost, {months} at most, and {} of each.",
            cap(minor)
        ),
        (AmountRule::Monthly { months, cap_minor: Some(minor) }, Locale::ZhCn) => format!(
            "不超过自上次提取以来各月费用之和，每月不超过{}，最多{months}个月。",
            cap(minor)
        ),
    }
}

/// What somebody thinks of applying for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundWithdrawalPrecheck, example = json!({
    "ground": "rent", "amount": {"amount_minor": 600_000, "currency": "CNY"},
    "cost": {"amount_minor": 250_000, "currency": "CNY"}, "papers": ["no_home_proof", "lease"],
}))]
pub(crate) struct PrecheckBody {
    pub ground: WithdrawalGround,
    #[serde(deserialize_with = "amount")]
    #[schema(schema_with = amount_schema)]
    pub amount: Money,
    /// What it costs, or costs a month.
    #[serde(default, deserialize_with = "some_amount")]
    #[schema(required = false, schema_with = amount_schema)]
    pub cost: Option<Money>,
    /// What could be shown.
    #[serde(default, deserialize_with = "few")]
    #[schema(required = false, max_items = 20)]
    pub papers: Vec<WithdrawalPaper>,
}

fn few<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<WithdrawalPaper>, D::Error> {
    let papers = Vec::<WithdrawalPaper>::deserialize(deserializer)?;
    if papers.len() > super::application::PAPERS {
        return Err(serde::de::Error::custom("at most 20 papers are taken"));
    }
    Ok(papers)
}

/// What stands in the way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawalVerdict)]
pub(crate) struct VerdictBody {
    /// Whether nothing does, apart from the balance.
    possible: bool,
    bars: Vec<BarBody>,
}

/// Something that stands in the way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawalBar)]
struct BarBody {
    /// For programs.
    code: &'static str,
    /// For people.
    text: String,
}

impl VerdictBody {
    pub(crate) fn new(bars: &[Bar], locale: Locale) -> Self {
        let bar = |bar: &Bar| BarBody { code: bar.code(), text: bar.text().get(locale).to_owned() };
        Self { possible: bars.is_empty(), bars: bars.iter().map(bar).collect() }
    }
}

/// An application for a withdrawal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFundWithdrawal, example = json!({
    "ground": "buy", "amount": {"amount_minor": 5_000_000, "currency": "CNY"},
    "cost": {"amount_minor": 300_000_000, "currency": "CNY"},
    "papers": [
        {"paper": "purchase_contract", "reference": "2026-HZ-0012345"},
        {"paper": "payment_receipt", "reference": "Invoice 24122000000012345678"},
    ],
}))]
pub(crate) struct ApplyBody {
    pub ground: WithdrawalGround,
    #[serde(deserialize_with = "amount")]
    #[schema(schema_with = amount_schema)]
    pub amount: Money,
    /// What it costs, or costs a month.
    #[serde(default, deserialize_with = "some_amount")]
    #[schema(required = false, schema_with = amount_schema)]
    pub cost: Option<Money>,
    /// What shows it.
    #[serde(default, deserialize_with = "papers")]
    #[schema(required = false, max_items = 20)]
    pub papers: Vec<PaperBody>,
    /// What else there is to say.
    pub words: Option<Words<2000>>,
}

impl ApplyBody {
    /// The application for an account.
    pub(crate) fn on(self, account: AccountId) -> NewWithdrawal {
        NewWithdrawal {
            account,
            ground: self.ground,
            amount: self.amount,
            cost: self.cost,
            papers: self.papers.into_iter().map(Into::into).collect(),
            words: self.words.map(Words::into_string),
        }
    }
}

/// What was asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundWithdrawalSupplement, example = json!({
    "papers": [{"paper": "payment_receipt", "reference": "Invoice 24122000000012345678"}],
    "words": "The invoice that was asked for.",
}))]
pub(crate) struct SupplementBody {
    #[serde(default, deserialize_with = "papers")]
    #[schema(required = false, max_items = 20)]
    papers: Vec<PaperBody>,
    words: Words<2000>,
}

impl From<SupplementBody> for Said {
    fn from(body: SupplementBody) -> Self {
        Self {
            words: Some(body.words.into_string()),
            papers: body.papers.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

/// A withdrawal in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedFundWithdrawal)]
pub(crate) struct ListedWithdrawalBody {
    id: WithdrawalId,
    account_id: AccountId,
    ground: WithdrawalGround,
    amount: Money,
    state: WithdrawalState,
    lodged_at: DateTime<Utc>,
    /// Until when somebody has to act; absent when nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    act_by: Option<DateTime<Utc>>,
    /// Whether the centre has let its time pass.
    overdue: bool,
}

impl ListedWithdrawalBody {
    pub(crate) fn new(withdrawal: &Withdrawal, now: DateTime<Utc>) -> Self {
        Self {
            id: withdrawal.id,
            account_id: withdrawal.account,
            ground: withdrawal.ground,
            amount: withdrawal.amount,
            state: withdrawal.state,
            lodged_at: withdrawal.lodged_at,
            act_by: withdrawal.act_by,
            overdue: withdrawal.is_overdue(now),
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// A withdrawal, what was said, and until when somebody has to act.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundWithdrawal)]
pub(crate) struct WithdrawalBody {
    id: WithdrawalId,
    account_id: AccountId,
    /// The centre.
    agency_name: String,
    ground: WithdrawalGround,
    ground_name: String,
    /// The law that allows it.
    ground_citation: String,
    amount: Money,
    /// What it costs, or costs a month, as the applicant says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    cost: Option<Money>,
    state: WithdrawalState,
    /// Whether the account is closed with it.
    closes_account: bool,
    /// Of the centre's decision, or of what the applicant has to bring; absent when nobody has to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DeadlineBody)]
    deadline: Option<DeadlineBody>,
    /// The posting by which it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    posting_no: Option<String>,
    lodged_at: DateTime<Utc>,
    /// What happened, oldest first.
    history: Vec<StepBody>,
}

impl WithdrawalBody {
    pub(crate) fn new(view: WithdrawalView, locale: Locale) -> Self {
        let WithdrawalView { withdrawal, agency, rule, deadline, overdue, today, history } = view;
        let ground = rule.params.grounds.get(&withdrawal.ground);
        let citation = ground.map_or(&rule.citation, |ground| &ground.citation).get(locale);
        let law = Law { rule: rule.id, citation: &rule.citation };
        let runs = deadline.as_ref().zip(withdrawal.act_by);
        Self {
            id: withdrawal.id,
            account_id: withdrawal.account,
            agency_name: agency.name.get(locale).to_owned(),
            ground: withdrawal.ground,
            ground_name: withdrawal.ground.name().get(locale).to_owned(),
            ground_citation: citation.to_owned(),
            amount: withdrawal.amount,
            cost: withdrawal.stated,
            state: withdrawal.state,
            closes_account: ground.is_some_and(|ground| ground.closes),
            deadline: runs.map(|runs| DeadlineBody::new(runs, (today, overdue), &law, locale)),
            posting_no: withdrawal.posting_no,
            lodged_at: withdrawal.lodged_at,
            history: steps(history, locale),
        }
    }
}

/// A withdrawal as the centre reads it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadFundWithdrawal)]
pub(crate) struct ReadWithdrawalBody {
    withdrawal: WithdrawalBody,
    /// The applicant's name, partly hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    applicant: Option<String>,
    /// What can still be taken out of the account.
    available: Money,
}

impl ReadWithdrawalBody {
    pub(crate) fn new(
        (view, applicant, available): (WithdrawalView, Option<String>, Money),
        locale: Locale,
    ) -> Self {
        Self { withdrawal: WithdrawalBody::new(view, locale), applicant, available }
    }
}

/// What the centre decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundWithdrawalDecision, example = json!({
    "outcome": "approved", "reason": "The contract and the invoice agree.",
}))]
pub(crate) struct DecideWithdrawalBody {
    outcome: Outcome,
    /// For the applicant: why, or what is missing.
    reason: Words<2000>,
}

impl From<DecideWithdrawalBody> for Decision {
    fn from(body: DecideWithdrawalBody) -> Self {
        Self { outcome: body.outcome, reason: body.reason.into_string() }
    }
}
