//! What is left to pay of a bill, what may be paid, and who receives it.

mod issue;
mod month;
mod refund;
mod split;

use chrono::NaiveDate;
use citygate_kernel::{Currency, Money, MoneyError};

pub(crate) use self::{
    issue::{AMOUNT_MAX, RATE_MAX, SHARE_MAX, check_bill, check_end, same_content},
    month::span,
    refund::refund,
    split::split,
};
use crate::{
    error::Error,
    model::{AmountDue, Bill, Instalment, Progress, Surcharge},
};

#[cfg(test)]
pub(crate) mod tests;

/// The most that one top-up brings, in minor units: CNY 50,000.00.
pub(crate) const TOP_UP_MAX: i64 = 5_000_000;

/// What lateness of so many days costs: `min(amount × rate × days, cap)`.
pub fn surcharge(amount: Money, terms: &Surcharge, days_late: u32) -> Result<Money, MoneyError> {
    let grown = terms.per_day.of_times(amount, days_late)?;
    Ok(if grown.minor() > terms.cap.minor() { terms.cap } else { grown })
}

/// The parts of a bill with what is unpaid of each: payments fill them in the order of their days.
fn unpaid_parts(bill: &Bill) -> Vec<Instalment> {
    let whole = [Instalment { amount: bill.amount, due_on: bill.due_on }];
    let parts = if bill.instalments.is_empty() { &whole } else { bill.instalments.as_slice() };
    let mut paid = bill.progress.principal;
    let left = parts.iter().map(|part| {
        let covered = paid.min(part.amount.minor());
        paid -= covered;
        let amount = Money::new(part.amount.minor() - covered, part.amount.currency());
        Instalment { amount, due_on: part.due_on }
    });
    left.filter(|part| part.amount.minor() > 0).collect()
}

fn days(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days()).unwrap_or(0)
}

/// The surcharge that has grown until a day: what had grown at the last payment, and since then on
/// each part that is late and unpaid; never more than the cap.
fn accrued(bill: &Bill, unpaid: &[Instalment], today: NaiveDate) -> Result<Money, MoneyError> {
    let currency = bill.amount.currency();
    let mut grown = Money::new(bill.progress.accrued, currency);
    let Some(terms) = &bill.surcharge else { return Ok(grown) };
    for part in unpaid {
        let from = bill.progress.accrued_on.map_or(part.due_on, |last| last.max(part.due_on));
        grown = grown.checked_add(terms.per_day.of_times(part.amount, days(from, today))?)?;
    }
    Ok(if grown.minor() > terms.cap.minor() { terms.cap } else { grown })
}

/// What is left to pay of a bill on a day of its city.
pub fn amount_due(bill: &Bill, today: NaiveDate) -> Result<AmountDue, MoneyError> {
    let currency = bill.amount.currency();
    let unpaid = unpaid_parts(bill);
    let principal = bill.amount.checked_sub(Money::new(bill.progress.principal, currency))?;
    let surcharge = accrued(bill, &unpaid, today)?
        .checked_sub(Money::new(bill.progress.surcharge, currency))?;
    let oldest = unpaid.first().map_or(bill.due_on, |part| part.due_on);
    // Whatever is late is due at once; what is not, one part after the other.
    let late = unpaid.iter().filter(|part| part.due_on < today).map(|part| part.amount.minor());
    let late: i64 = late.sum();
    let next = unpaid.iter().find(|part| part.due_on >= today);
    let (minor, due_on) = match next {
        Some(next) if late == 0 => (next.amount.minor(), next.due_on),
        _ => (late, oldest),
    };
    let least = Money::new(minor, currency).checked_add(surcharge)?;
    Ok(AmountDue {
        principal,
        surcharge,
        total: principal.checked_add(surcharge)?,
        days_late: days(oldest, today),
        next: Instalment { amount: least, due_on },
    })
}

/// A payment of a bill: how much of it goes where, and how the bill stands after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub principal: Money,
    pub surcharge: Money,
    pub total: Money,
    pub progress: Progress,
    /// Whether nothing is left to pay.
    pub settles: bool,
}

/// Takes an amount for a bill: all that is due when none is named. What lateness added is paid
/// before the amount itself (Civil Code, article 561).
pub(crate) fn pay(bill: &Bill, amount: Option<Money>, today: NaiveDate) -> Result<Part, Error> {
    let due = amount_due(bill, today)?;
    let total = amount.unwrap_or(due.total);
    if total.currency() != due.total.currency() || !payable(bill, &due, total.minor()) {
        return Err(Error::AmountNotPayable { least: due.next.amount, most: due.total });
    }
    let currency = total.currency();
    let surcharge = total.minor().min(due.surcharge.minor());
    let principal = total.minor() - surcharge;
    let progress = Progress {
        principal: bill.progress.principal + principal,
        surcharge: bill.progress.surcharge + surcharge,
        accrued: bill.progress.surcharge + due.surcharge.minor(),
        accrued_on: Some(today),
        payments: bill.progress.payments + 1,
    };
    Ok(Part {
        principal: Money::new(principal, currency),
        surcharge: Money::new(surcharge, currency),
        total,
        progress,
        settles: total == due.total,
    })
}

/// All that is due always is; less only where the bill says so: any amount, or as many instalments
/// as are due, or more of them in their order.
fn payable(bill: &Bill, due: &AmountDue, minor: i64) -> bool {
    if minor == due.total.minor() {
        return true;
    }
    if minor < 1 || minor > due.total.minor() {
        return false;
    }
    if bill.allows_partial {
        return true;
    }
    let mut sum = due.surcharge.minor();
    let mut sums = unpaid_parts(bill).into_iter().map(|part| {
        sum += part.amount.minor();
        sum
    });
    minor >= due.next.amount.minor() && sums.any(|sum| sum == minor)
}

/// Whether an amount may be topped up. Wallets are kept in the currency of the country.
pub(crate) fn check_top_up(amount: Money) -> Result<(), Error> {
    if amount.currency() != Currency::Cny {
        return Err(Error::CurrencyNotSupported);
    }
    if !(1..=TOP_UP_MAX).contains(&amount.minor()) {
        return Err(Error::AmountOutOfRange);
    }
    Ok(())
}
