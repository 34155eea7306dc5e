//! How much of a payment goes back.

use std::collections::BTreeSet;

use citygate_kernel::Money;

use crate::{
    error::Error,
    model::{Line, NewRefund},
};

/// How much a refund takes of what is left of a payment: never more than that, nor more of a line
/// than is left of the line. `lines` are those of the bill, in their order.
pub(crate) fn refund(left: Money, lines: &[Line], asked: &NewRefund) -> Result<Money, Error> {
    if asked.available != left {
        return Err(Error::RefundAvailableChanged { now: left });
    }
    let amount = match (asked.amount, asked.lines.is_empty()) {
        (None, true) => left,
        (Some(amount), true) => amount,
        (amount, false) => {
            let sum = sum_of_lines(lines, asked)?;
            if amount.is_some_and(|amount| amount != sum) {
                return Err(Error::RefundUnsound("its lines come to its amount"));
            }
            sum
        }
    };
    if amount.currency() != left.currency() {
        return Err(Error::RefundUnsound("it is of the currency of the payment"));
    }
    if !(1..=left.minor()).contains(&amount.minor()) {
        return Err(Error::RefundTooLarge { most: left });
    }
    Ok(amount)
}

fn sum_of_lines(lines: &[Line], asked: &NewRefund) -> Result<Money, Error> {
    let mut named = BTreeSet::new();
    let mut sum = Money::zero(asked.available.currency());
    for part in &asked.lines {
        let at = usize::try_from(part.n).ok().and_then(|n| n.checked_sub(1));
        let line = at.and_then(|at| lines.get(at)).ok_or(Error::LineUnknown(part.n))?;
        if !named.insert(part.n) {
            return Err(Error::RefundUnsound("it names each line once"));
        }
        let left = Money::new(line.amount.minor() - line.refunded, line.amount.currency());
        if part.amount.minor() > left.minor() {
            return Err(Error::RefundTooLarge { most: left });
        }
        if part.amount.minor() < 1 {
            return Err(Error::RefundUnsound("it takes something of each line that it names"));
        }
        sum = sum.checked_add(part.amount)?;
    }
    Ok(sum)
}
