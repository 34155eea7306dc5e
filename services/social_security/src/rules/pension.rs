//! What pension somebody can expect: a forecast, by the law of today.
//!
//! Amounts are whole fen and every division is the last step of its part, rounded down.

use citygate_kernel::Month;
use serde::Deserialize;

use super::history;
use crate::model::{InsuranceKind, Record, RetirementGroup};

/// Key of the rule for how long somebody has to have paid.
pub(crate) const MINIMUM: &str = "social_security.pension.minimum";
/// Key of the rule for the age of retirement.
pub(crate) const AGE: &str = "social_security.pension.age";
/// Key of the rule for what a pension is made up of.
pub(crate) const FORMULA: &str = "social_security.pension.formula";
/// Key of the rule for the wage that pensions are computed from; each city has its own.
pub(crate) const REFERENCE: &str = "social_security.pension.reference";

/// Parameters of [`MINIMUM`], in months.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MinimumRule {
    pub months: u32,
    /// From the first of January of this year on it rises, every year.
    pub rises_from_year: i32,
    pub step_months: u32,
    pub months_max: u32,
}

/// Parameters of [`AGE`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgeRule {
    pub groups: Vec<AgeOfGroup>,
}

/// How the age of a group rises.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgeOfGroup {
    pub group: RetirementGroup,
    /// What it was.
    pub age_months: i32,
    /// The first month of birth with a delay.
    pub first_birth: Month,
    /// Another month of delay for each so many months of birth.
    pub step_months: i32,
    pub delay_max: i32,
}

/// Parameters of [`FORMULA`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormulaRule {
    /// What each full year is worth: 100 is 1 %.
    pub per_year_bp: u32,
    /// How much of the base goes to the personal account.
    pub account_rate_bp: u32,
    pub divisors_from_age: u32,
    /// What the account is divided by, by age in full years.
    pub divisors: Vec<u32>,
}

/// Parameters of [`REFERENCE`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferenceRule {
    /// A month's, in fen.
    pub wage_minor: i64,
    /// Of which year.
    pub of_year: u16,
}

/// What a forecast is computed by.
pub(crate) struct PensionRules<'a> {
    pub minimum: &'a MinimumRule,
    pub age: &'a AgeRule,
    pub formula: &'a FormulaRule,
    pub reference: &'a ReferenceRule,
}

/// What somebody can expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// When they reach the age of retirement.
    pub retires: Month,
    /// At which age, in months.
    pub age_months: u32,
    /// Months that are paid so far, and those that would be.
    pub months_paid: u32,
    pub months_to_come: u32,
    /// How many it takes in the year of retirement.
    pub months_needed: u32,
    /// The average of base by wage until then: 10000 is as much as the average.
    pub index_bp: u32,
    /// What the personal account would hold, in fen.
    pub account_minor: i64,
    /// What the account is divided by.
    pub divisor: u32,
    /// A month's pension from the pool and from the account, in fen. None where too few months are
    /// paid by then.
    pub pension: Option<Pension>,
}

/// A month's pension, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pension {
    pub pooled_minor: i64,
    pub account_minor: i64,
}

impl Forecast {
    /// How many months are missing.
    pub(crate) fn months_missing(&self) -> u32 {
        self.months_needed.saturating_sub(self.months_paid.saturating_add(self.months_to_come))
    }
}

impl MinimumRule {
    /// How many months it takes of somebody who reaches the age of retirement in a year.
    pub(crate) fn in_year(&self, year: i32) -> u32 {
        let steps = u32::try_from(year - self.rises_from_year + 1).unwrap_or_default();
        self.months.saturating_add(steps.saturating_mul(self.step_months)).min(self.months_max)
    }
}

impl AgeRule {
    /// The age of retirement of somebody, in months; none where the rule knows no such group.
    pub(crate) fn of(&self, group: RetirementGroup, birth: Month) -> Option<i32> {
        let of = self.groups.iter().find(|of| of.group == group)?;
        let born_after = birth.since(of.first_birth);
        let delay = if born_after < 0 {
            0
        } else {
            born_after.checked_div(of.step_months)?.saturating_add(1).min(of.delay_max)
        };
        of.age_months.checked_add(delay)
    }
}

/// What somebody can expect who pays on, or does not, from the month after the register's books until
/// the age of retirement. None where the rules have no answer: a group that they do not know, an age
/// without a divisor, amounts beyond all bounds.
pub(crate) fn forecast(
    record: &Record,
    rules: &PensionRules<'_>,
    books_end: Month,
    pays_on: bool,
) -> Option<Forecast> {
    let age = rules.age.of(record.retirement, record.birth_month)?;
    let retires = record.birth_month.plus(age);
    let paid = history::paid(record, InsuranceKind::Pension);
    // The month of retirement itself is not paid for.
    let ahead = retires.since(books_end) - 1;
    let months_to_come = if pays_on { u32::try_from(ahead).unwrap_or_default() } else { 0 };
    let months_paid = u32::try_from(paid.len()).ok()?;
    let base = paid.last().map(|last| history::base_of(record, InsuranceKind::Pension, *last));
    let base = i128::from(base.unwrap_or_default());
    let age_months = u32::try_from(age).ok()?;
    let months = months_paid.checked_add(months_to_come)?;
    let index_bp = index(record, rules.reference, (months_paid, months_to_come), base)?;
    let added = base * i128::from(rules.formula.account_rate_bp) * i128::from(months_to_come);
    let account = i128::from(record.account_minor) + added / 10_000;
    let divisor = rules.formula.divisor(age_months / 12)?;
    let months_needed = rules.minimum.in_year(retires.year());
    let pension = if months >= months_needed {
        let pooled = rules.formula.pooled(rules.reference.wage_minor, index_bp, months / 12)?;
        let account = i64::try_from(account / i128::from(divisor)).ok()?;
        Some(Pension { pooled_minor: pooled, account_minor: account })
    } else {
        None
    };
    Some(Forecast {
        retires,
        age_months,
        months_paid,
        months_to_come,
        months_needed,
        index_bp,
        account_minor: i64::try_from(account).ok()?,
        divisor,
        pension,
    })
}

/// The average of what was and what would be, weighed by months.
fn index(
    record: &Record,
    reference: &ReferenceRule,
    (paid, to_come): (u32, u32),
    base: i128,
) -> Option<u32> {
    let months = i128::from(paid) + i128::from(to_come);
    if months == 0 {
        return Some(0);
    }
    let later = (base * 10_000).checked_div(i128::from(reference.wage_minor))?;
    let sum = i128::from(record.average_index_bp) * i128::from(paid) + later * i128::from(to_come);
    u32::try_from(sum / months).ok()
}

impl FormulaRule {
    /// What the account is divided by at an age in full years.
    fn divisor(&self, age: u32) -> Option<u32> {
        let place = usize::try_from(age.checked_sub(self.divisors_from_age)?).ok()?;
        self.divisors.get(place).copied().filter(|divisor| *divisor > 0)
    }

    /// `(wage + wage × index) ÷ 2 × years × 1 %`.
    fn pooled(&self, wage_minor: i64, index_bp: u32, years: u32) -> Option<i64> {
        let product = i128::from(wage_minor)
            .checked_mul(10_000 + i128::from(index_bp))?
            .checked_mul(i128::from(years))?
            .checked_mul(i128::from(self.per_year_bp))?;
        i64::try_from(product / (2 * 10_000 * 10_000)).ok()
    }
}

#[cfg(test)]
mod tests;
