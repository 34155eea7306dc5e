//! Withdrawals: on which ground how much may be taken out, and what has to be shown.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use citygate_calendar::Period;
use citygate_kernel::{
    Money, Text,
    states::{self, Row},
};
use serde::Deserialize;

use crate::model::{
    AccountState, WithdrawalEvent, WithdrawalGround, WithdrawalPaper, WithdrawalState,
};

/// Key of the rule for withdrawals.
pub(crate) const WITHDRAWAL: &str = "provident_fund.withdrawal";

use WithdrawalEvent as Event;
use WithdrawalState as State;

/// What becomes of a withdrawal. The documentation of the crate shows it.
pub(crate) const TABLE: &[Row<State, Event>] = &[
    (State::Lodged, Event::Ask, State::Incomplete),
    (State::Lodged, Event::Approve, State::Approved),
    (State::Lodged, Event::Refuse, State::Refused),
    (State::Lodged, Event::Cancel, State::Cancelled),
    (State::Lodged, Event::Overdue, State::Lodged),
    (State::Incomplete, Event::Supplement, State::Lodged),
    (State::Incomplete, Event::Cancel, State::Cancelled),
    (State::Incomplete, Event::Lapse, State::Lapsed),
    (State::Approved, Event::Pay, State::Paid),
    (State::Approved, Event::Revoke, State::Revoked),
];

/// Where an event leads; none where it cannot happen.
pub(crate) fn next(state: State, event: Event) -> Option<State> {
    states::next(TABLE, state, event)
}

/// Parameters of [`WITHDRAWAL`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawalRule {
    /// Within which the centre decides, from the day on which the application is complete.
    pub decision: Period,
    /// Within which the applicant brings what was asked for.
    pub supplement: Period,
    /// What can be done about a refusal.
    pub remedy: Text,
    /// The grounds that there are, each by its law.
    pub grounds: BTreeMap<WithdrawalGround, GroundRule>,
}

/// What holds for one ground.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroundRule {
    /// The law.
    pub citation: Text,
    /// What has to be shown.
    pub papers: Vec<WithdrawalPaper>,
    /// How much may be taken.
    pub amount: AmountRule,
    /// Whether the account is closed with it.
    #[serde(default)]
    pub closes: bool,
    /// Whether it is for the counter: whoever applies is not the owner of the account.
    #[serde(default)]
    pub at_counter: bool,
    /// After how many months it may be used again.
    #[serde(default)]
    pub every_months: Option<u32>,
    /// For how many of the last months contributions have to be paid in without a gap.
    #[serde(default)]
    pub paid_months: Option<u32>,
}

/// How much may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "limit", deny_unknown_fields)]
pub(crate) enum AmountRule {
    /// All that is there, and nothing less.
    Whole,
    /// Up to all that is there.
    Balance,
    /// Up to what it costs.
    Cost,
    /// Up to what the months since the last time have cost, no more of them than `months`, and of
    /// each no more than the cap.
    Monthly { months: u32, cap_minor: Option<i64> },
}

impl AmountRule {
    /// Whether the applicant has to say what it costs.
    pub(crate) fn asks_for_cost(self) -> bool {
        match self {
            Self::Whole | Self::Balance => false,
            Self::Cost | Self::Monthly { .. } => true,
        }
    }
}

/// What somebody wants.
#[derive(Debug, Clone)]
pub(crate) struct Wish<'a> {
    pub ground: WithdrawalGround,
    pub amount: Money,
    /// What it costs, or costs a month.
    pub stated: Option<Money>,
    pub papers: &'a [WithdrawalPaper],
}

/// What is known of the account.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub state: AccountState,
    pub opened_on: NaiveDate,
    /// The day on which the ground was used last.
    pub used_on: Option<NaiveDate>,
    /// Of the last months, how many were paid in for without a gap.
    pub paid_months: u32,
    /// Whether an application for the ground is under way.
    pub pending: bool,
    /// Whether the account is being moved to another city.
    pub moving: bool,
    /// What is there and not set aside; none where the balance must not be told.
    pub available: Option<Money>,
    pub today: NaiveDate,
}

/// What stands in the way of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bar {
    /// The ground is none in this city.
    NoGround,
    /// For the counter.
    AtCounter,
    /// Nothing is taken out of an account that stands so.
    AccountState(AccountState),
    /// The account is being moved.
    Moving,
    /// One is under way.
    Pending,
    /// What has to be shown.
    Papers(Vec<WithdrawalPaper>),
    /// What it costs has to be said.
    CostMissing,
    /// Not before this day.
    TooSoon(NaiveDate),
    /// So many months in a row have to be paid in for.
    PaidMonths { needed: u32, paid: u32 },
    /// More than may be taken.
    OverLimit(Money),
    /// More than is there.
    OverBalance,
    /// All of it has to be taken.
    NotWhole,
}

/// Everything that stands in the way; nothing when the application can be made.
pub(crate) fn bars(rule: &WithdrawalRule, wish: &Wish<'_>, standing: &Standing) -> Vec<Bar> {
    let Some(ground) = rule.grounds.get(&wish.ground) else { return vec![Bar::NoGround] };
    let mut bars = Vec::new();
    if ground.at_counter {
        bars.push(Bar::AtCounter);
    }
    match standing.state {
        AccountState::Open | AccountState::Active | AccountState::Sealed => {}
        AccountState::Transferred | AccountState::Closed => {
            bars.push(Bar::AccountState(standing.state));
        }
    }
    bars.extend(standing.moving.then_some(Bar::Moving));
    bars.extend(standing.pending.then_some(Bar::Pending));
    let missing: Vec<_> =
        ground.papers.iter().filter(|paper| !wish.papers.contains(paper)).copied().collect();
    bars.extend((!missing.is_empty()).then_some(Bar::Papers(missing)));
    bars.extend(earliest(ground, standing).filter(|day| *day > standing.today).map(Bar::TooSoon));
    if let Some(needed) = ground.paid_months.filter(|needed| *needed > standing.paid_months) {
        bars.push(Bar::PaidMonths { needed, paid: standing.paid_months });
    }
    bars.extend(amount_bar(ground.amount, wish, standing));
    bars
}

/// The first day on which the ground may be used again.
fn earliest(ground: &GroundRule, standing: &Standing) -> Option<NaiveDate> {
    standing.used_on?.checked_add_months(Months::new(ground.every_months?))
}

fn amount_bar(rule: AmountRule, wish: &Wish<'_>, standing: &Standing) -> Option<Bar> {
    let over = |most: Money| wish.amount.minor() > most.minor();
    let balance = standing.available.filter(|available| over(*available)).map(|_| Bar::OverBalance);
    match (rule, wish.stated) {
        (AmountRule::Whole, _) => {
            let less = standing.available.is_some_and(|available| available != wish.amount);
            balance.or(less.then_some(Bar::NotWhole))
        }
        (AmountRule::Balance, _) => balance,
        (AmountRule::Cost | AmountRule::Monthly { .. }, None) => Some(Bar::CostMissing),
        (AmountRule::Cost, Some(cost)) => {
            if over(cost) {
                Some(Bar::OverLimit(cost))
            } else {
                balance
            }
        }
        (AmountRule::Monthly { months, cap_minor }, Some(cost)) => {
            let since = standing.used_on.unwrap_or(standing.opened_on);
            let months = full_months(since, standing.today).min(months);
            let month = cap_minor.map_or(cost.minor(), |cap| cap.min(cost.minor()));
            let most = Money::new(month.saturating_mul(i64::from(months)), cost.currency());
            if over(most) { Some(Bar::OverLimit(most)) } else { balance }
        }
    }
}

/// How many whole months lie between two days. One from the 31st is over on the last day of a
/// shorter month.
pub(crate) fn full_months(from: NaiveDate, to: NaiveDate) -> u32 {
    let of = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let months = u32::try_from(of(to) - of(from)).unwrap_or(0);
    let reached =
        |months| from.checked_add_months(Months::new(months)).is_some_and(|day| day <= to);
    if reached(months) { months } else { months.saturating_sub(1) }
}

/// How many months in a row have been paid in for, by the months that were, newest first. The last of
/// them is this month or one of the two before: employers pay in within five days of payday (Regulation,
/// article 19), and the centre books it after that.
pub(crate) fn months_in_a_row(paid: &[NaiveDate], today: NaiveDate) -> u32 {
    let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let Some(last) = paid.first().filter(|last| month(today) - month(**last) <= 2) else {
        return 0;
    };
    let expected = (0_i64..).map(|back| month(*last) - back);
    let row = paid.iter().zip(expected).take_while(|(paid, expected)| month(**paid) == *expected);
    u32::try_from(row.count()).unwrap_or(u32::MAX)
}

impl Bar {
    /// Which member of the application it is about.
    pub(crate) fn pointer(&self) -> &'static str {
        match self {
            Self::NoGround | Self::AtCounter | Self::Pending | Self::TooSoon(_) => "/ground",
            Self::PaidMonths { .. } | Self::AccountState(_) | Self::Moving => "/ground",
            Self::Papers(_) => "/papers",
            Self::CostMissing => "/cost",
            Self::OverLimit(_) | Self::OverBalance | Self::NotWhole => "/amount",
        }
    }

    /// A word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoGround => "no_ground",
            Self::AtCounter => "at_counter",
            Self::AccountState(_) => "account_state",
            Self::Moving => "moving",
            Self::Pending => "pending",
            Self::Papers(_) => "papers_missing",
            Self::CostMissing => "cost_missing",
            Self::TooSoon(_) => "too_soon",
            Self::PaidMonths { .. } => "paid_months",
            Self::OverLimit(_) => "over_limit",
            Self::OverBalance => "over_balance",
            Self::NotWhole => "not_whole",
        }
    }

    /// A sentence for people.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::NoGround => {
                Text::new("This is no ground in this city.", "本市未规定该提取情形。")
            }
            Self::AtCounter => Text::new(
                "Please come to the counter of the centre: who applies is not the owner of the account.",
                "申请人并非账户所有人，请到住房公积金管理中心窗口办理。",
            ),
            Self::AccountState(state) => Text::new(
                format!("The account stands as: {}.", state.name().en),
                format!("账户状态为“{}”，不能提取。", state.name().zh),
            ),
            Self::Moving => Text::new(
                "The account is being moved to another city.",
                "该账户正在办理异地转移，不能提取。",
            ),
            Self::Pending => Text::new(
                "An application for this is under way.",
                "同一提取情形已有正在办理的申请。",
            ),
            Self::Papers(papers) => papers_text(papers),
            Self::CostMissing => Text::new("Please say what it costs.", "请填写费用金额。"),
            Self::TooSoon(day) => Text::new(
                format!("This can be used again from {day} on."),
                format!("该提取情形自{day}起可再次申请。"),
            ),
            Self::PaidMonths { needed, paid } => Text::new(
                format!("{needed} months in a row have to be paid in for; {paid} are."),
                format!("须连续足额缴存满{needed}个月，目前为{paid}个月。"),
            ),
            Self::OverLimit(most) => Text::new(
                format!("No more than {most} can be taken out for it."),
                format!("该情形最多可提取{most}。"),
            ),
            Self::OverBalance => Text::new(
                "This is more than can be taken out of the account.",
                "申请金额超过账户可提取余额。",
            ),
            Self::NotWhole => Text::new(
                "The account is closed with it: all of the balance has to be taken out.",
                "该情形应同时注销账户，须全额提取。",
            ),
        }
    }
}

fn papers_text(papers: &[WithdrawalPaper]) -> Text {
    let names: Vec<_> = papers.iter().map(|paper| paper.name()).collect();
    let en: Vec<_> = names.iter().map(|name| name.en.as_str()).collect();
    let zh: Vec<_> = names.iter().map(|name| name.zh.as_str()).collect();
    Text::new(format!("Still needed: {}.", en.join("; ")), format!("还需提供：{}。", zh.join("、")))
}

#[cfg(test)]
mod tests;
