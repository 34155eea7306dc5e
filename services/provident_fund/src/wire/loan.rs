//! Loans as people read them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Currency, Locale, Money, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::balance::masked;
use crate::{
    actions::people::LoanView,
    model::{LoanId, LoanState, RepaymentMethod},
    rules::{
        capacity::{Capacity, CapacityRule, Counted},
        loan::{Home, Instalment, LoanRate},
    },
};

/// An amount of a fund: all of them are in yuan.
pub(super) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

/// An instalment of a loan.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstalmentBody {
    /// Which one, from 1.
    pub number: u32,
    /// When it is due.
    pub due_on: NaiveDate,
    /// What is paid: principal and interest.
    pub amount: Money,
    /// Of it, what is paid back.
    pub principal: Money,
    /// Of it, what the loan costs.
    pub interest: Money,
    /// What is owed of the principal after it.
    pub remaining: Money,
}

impl From<&Instalment> for InstalmentBody {
    fn from(one: &Instalment) -> Self {
        Self {
            number: one.number,
            due_on: one.due_on,
            amount: yuan(one.amount_minor()),
            principal: yuan(one.principal_minor),
            interest: yuan(one.interest_minor),
            remaining: yuan(one.remaining_minor),
        }
    }
}

/// A loan of the fund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundLoanBody)]
pub struct LoanBody {
    /// Which one.
    pub id: LoanId,
    /// The centre's number, but for its last four characters hidden.
    pub loan_no_masked: String,
    /// What was lent.
    pub principal: Money,
    /// What is left of it, as the centre says.
    pub balance: Money,
    /// The rate of a year.
    #[schema(example = "2.6 %")]
    pub annual_rate: String,
    /// How it is paid back.
    pub method: RepaymentMethod,
    /// The same in words.
    pub method_text: String,
    /// In how many instalments.
    pub months: u16,
    /// Where it stands.
    pub state: LoanState,
    /// The same in words.
    pub state_text: String,
    /// When the centre told of it last.
    pub as_of: DateTime<Utc>,
    /// The next instalment as agreed; absent when nothing is owed or to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub next: Option<InstalmentBody>,
    /// Whether what is left is what the schedule says. If not, something was paid ahead of time, or is
    /// late, and the centre's schedule is another one.
    pub on_schedule: bool,
}

impl LoanBody {
    pub(crate) fn new(view: &LoanView, locale: Locale) -> Self {
        let loan = &view.loan;
        Self {
            id: loan.id,
            loan_no_masked: masked(&loan.number),
            principal: yuan(loan.principal_minor),
            balance: yuan(loan.balance_minor),
            annual_rate: percent(loan.annual_rate_ppm),
            method: loan.method,
            method_text: loan.method.name().get(locale).to_owned(),
            months: loan.months,
            state: loan.state,
            state_text: loan.state.name().get(locale).to_owned(),
            as_of: loan.as_of,
            next: view.next.as_ref().map(InstalmentBody::from),
            on_schedule: view.on_schedule,
        }
    }
}

/// A loan and all its instalments as agreed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundScheduleBody)]
pub struct ScheduleBody {
    /// The loan.
    pub loan: LoanBody,
    /// In the order in which they are due.
    pub instalments: Vec<InstalmentBody>,
    /// What all of them cost.
    pub interest: Money,
}

impl ScheduleBody {
    pub(crate) fn new(view: &LoanView, locale: Locale) -> Self {
        Self {
            loan: LoanBody::new(view, locale),
            instalments: view.schedule.iter().map(InstalmentBody::from).collect(),
            interest: yuan(view.schedule.iter().map(|one| one.interest_minor).sum()),
        }
    }
}

/// What a loan costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundLoanRateBody)]
pub struct LoanRateBody {
    /// For which home.
    pub home: Home,
    /// The same in words.
    pub home_text: String,
    /// The longest loan that it is for; absent for any length.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub up_to_months: Option<u32>,
    /// The rate of a year.
    #[schema(example = "2.6 %")]
    pub annual_rate: String,
}

impl LoanRateBody {
    pub(crate) fn new(rate: &LoanRate, locale: Locale) -> Self {
        Self {
            home: rate.home,
            home_text: rate.home.name().get(locale).to_owned(),
            up_to_months: rate.up_to_months,
            annual_rate: percent(rate.annual_rate_ppm),
        }
    }
}

/// What could be borrowed at most. The centre weighs income, the price of the home and other loans.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundCapacityBody)]
pub struct CapacityBody {
    /// For a first home.
    pub first_home: Money,
    /// For a second one.
    pub second_home: Money,
    /// Months in a row that have to be paid before anything can be borrowed.
    pub months_missing: u32,
    /// How it is counted.
    pub explanation: String,
    /// Where that is written.
    pub citation: String,
}

impl CapacityBody {
    pub(crate) fn new(
        (rule, citation): (&CapacityRule, &Text),
        capacity: Capacity,
        balance: Money,
        locale: Locale,
    ) -> Self {
        Self {
            first_home: yuan(capacity.first_minor),
            second_home: yuan(capacity.second_minor),
            months_missing: capacity.months_missing,
            explanation: explained(rule, capacity, balance).get(locale).to_owned(),
            citation: citation.get(locale).to_owned(),
        }
    }
}

fn explained(rule: &CapacityRule, capacity: Capacity, balance: Money) -> Text {
    let (first, second) = (yuan(rule.first_cap_minor), yuan(rule.second_cap_minor));
    if capacity.months_missing > 0 {
        let (in_a_row, missing) = (rule.months_in_a_row, capacity.months_missing);
        return Text::new(
            format!("{in_a_row} months in a row have to be paid; {missing} are missing"),
            format!("须连续足额缴存{in_a_row}个月，还差{missing}个月"),
        );
    }
    let (en, zh) = match rule.counted {
        Counted::Years { each_minor } => {
            let (years, each) = (capacity.years.unwrap_or_default(), yuan(each_minor));
            (
                format!("{years} years of contributions at {each} each"),
                format!("缴存{years}年，每年{each}"),
            )
        }
        Counted::Balance { times } => (
            format!("{times} times the balance of {balance}"),
            format!("账户余额{balance}的{times}倍"),
        ),
    };
    Text::new(
        format!("{en}; at most {first} for a first home and {second} for a second one"),
        format!("{zh}；首套最高{first}，第二套最高{second}"),
    )
}

/// Millionths as percent, without needless zeros: `2.525 %`.
fn percent(ppm: u32) -> String {
    let digits = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_in_percent() {
        for (ppm, text) in [
            (26_000, "2.6 %"),
            (25_250, "2.525 %"),
            (20_000, "2 %"),
            (0, "0 %"),
            (100_000, "10 %"),
            (1, "0.0001 %"),
        ] {
            assert_eq!(percent(ppm), text);
        }
    }
}
