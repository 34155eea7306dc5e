//! Who pays what of a charge: what is to be expected, and whether what the insurer says adds up.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};
use serde::Deserialize;

use crate::model::{CatalogueClass, ChargeLine, LineSplit};

/// The rule of the pooling region for outpatients.
pub(crate) const OUTPATIENT: &str = "hospital.insurance.outpatient";
/// The rule that says how long a split stands.
pub(crate) const PRE_SETTLEMENT: &str = "hospital.insurance.pre_settlement";

const WHOLE: i64 = 10_000;

/// What a pooling region pays for outpatients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutpatientRule {
    /// What the insured pays in a year before the pool pays, in fen.
    pub deductible_minor: i64,
    /// What the pool pays above it, in basis points.
    pub pool_basis_points: i64,
    /// What the pool pays in a year at most, in fen.
    pub cap_minor: i64,
    /// What the insured pays of the B class beforehand, in basis points.
    pub class_b_basis_points: i64,
}

/// How long a split stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreSettlementRule {
    pub valid_minutes: u16,
}

/// What was used in the year so far, in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UsedThisYear {
    pub deductible: i64,
    pub pool: i64,
}

/// When the insurance year began that a day is of: it is the calendar year of the region.
pub(crate) fn new_year(today: NaiveDate, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    let first = today.with_ordinal(1)?.and_hms_opt(0, 0, 0)?;
    Some(first.and_local_timezone(zone.clone()).earliest()?.with_timezone(&Utc))
}

/// Why a split is not one of the charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnsoundSplit {
    #[error("it is not of the lines of the charge")]
    OtherLines,
    #[error("a part is below zero")]
    Negative,
    #[error("a line does not add up")]
    Inexact,
    #[error("the insurance pays for what is not in its catalogue")]
    NotCovered,
}

/// Whether a split is one of the charge: the same lines, nothing below zero, each exact.
pub(crate) fn check(lines: &[ChargeLine], split: &[LineSplit]) -> Result<(), UnsoundSplit> {
    let same = lines.iter().map(|line| line.n).eq(split.iter().map(|part| part.n));
    if !same {
        return Err(UnsoundSplit::OtherLines);
    }
    for (line, part) in lines.iter().zip(split) {
        if part.parts().into_iter().any(|part| part < 0) {
            return Err(UnsoundSplit::Negative);
        }
        if part.total() != Some(line.amount.minor()) {
            return Err(UnsoundSplit::Inexact);
        }
        if line.class == CatalogueClass::C && part.insured() > 0 {
            return Err(UnsoundSplit::NotCovered);
        }
    }
    Ok(())
}

/// What is to be expected of the insurer, by the rule of the region and what is known here of the
/// year. The insurer decides; it knows of other hospitals, personal accounts and assistance.
///
/// Deductible and pool are counted over the whole charge and then shared out over its lines by
/// largest remainders, so that no fen is lost and the same charge is always split alike.
pub(crate) fn estimate(
    rule: &OutpatientRule,
    used: UsedThisYear,
    lines: &[ChargeLine],
) -> Vec<LineSplit> {
    let mut split: Vec<LineSplit> = lines.iter().map(|line| beforehand(rule, line)).collect();
    let covered: Vec<i64> = split.iter().map(|line| line.cash).collect();
    let sum = |amounts: &[i64]| amounts.iter().copied().fold(0, i64::saturating_add);
    let still = rule.deductible_minor.saturating_sub(used.deductible);
    let deductible = apportion(still.clamp(0, sum(&covered)), &covered);
    let above: Vec<i64> = covered.iter().zip(&deductible).map(|(all, part)| all - part).collect();
    let pays = share(sum(&above), rule.pool_basis_points);
    let left = rule.cap_minor.saturating_sub(used.pool).max(0);
    let pool = apportion(pays.min(left), &above);
    for ((line, deductible), pool) in split.iter_mut().zip(deductible).zip(pool) {
        line.deductible_used = deductible;
        line.pool = pool;
        line.cash -= deductible + pool;
    }
    split
}

/// What of a line no insurance pays; the rest stands as cash.
fn beforehand(rule: &OutpatientRule, line: &ChargeLine) -> LineSplit {
    let amount = line.amount.minor();
    let (out_of_catalogue, category_b_self) = match line.class {
        CatalogueClass::A => (0, 0),
        CatalogueClass::B => (0, share(amount, rule.class_b_basis_points)),
        CatalogueClass::C => (amount, 0),
    };
    let cash = amount - out_of_catalogue - category_b_self;
    LineSplit { n: line.n, out_of_catalogue, category_b_self, cash, ..LineSplit::default() }
}

/// So many basis points of an amount, rounded down, and never more than it.
fn share(amount: i64, basis_points: i64) -> i64 {
    let points = i128::from(basis_points.clamp(0, WHOLE));
    let part = i128::from(amount) * points / i128::from(WHOLE);
    i64::try_from(part).unwrap_or(amount)
}

/// Shares a sum out over weights of which it is no more than the sum: each its part rounded down,
/// and the fen that are left to the largest remainders, the first of equal ones first. No part is
/// more than its weight.
fn apportion(sum: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().copied().map(i128::from).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &i64| i128::from(sum) * i128::from(*weight);
    let floor = |weight: &i64| i64::try_from(exact(weight) / all).unwrap_or(*weight);
    let mut parts: Vec<i64> = weights.iter().map(floor).collect();
    let mut order: Vec<(i128, usize)> =
        weights.iter().enumerate().map(|(at, weight)| (-(exact(weight) % all), at)).collect();
    order.sort_unstable();
    let mut left = sum - parts.iter().sum::<i64>();
    for (_, at) in order {
        let Some(part) = parts.get_mut(at).filter(|_| left > 0) else { break };
        *part += 1;
        left -= 1;
    }
    parts
}

#[cfg(test)]
mod tests;
