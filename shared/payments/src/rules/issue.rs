//! Which bills are issued, and which are the same.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::Money;

use crate::{
    error::Error,
    model::{Bill, Line, NewBill, Share, Terms},
};

/// The most lines, shares and instalments that a bill has.
const PARTS_MAX: usize = 100;
/// The most that a bill comes to, and its surcharge once more: 10^12 minor units. Every sum and
/// product that is made of them then fits 64 bits, however late they are paid.
pub(crate) const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// The highest rate of a surcharge, in basis points for each day: the whole amount.
pub(crate) const RATE_MAX: i64 = 10_000;
/// The most parts of a share.
pub(crate) const SHARE_MAX: i64 = 1_000_000;

/// Whether the parts of a new bill agree with each other.
pub(crate) fn check_bill<P>(bill: &NewBill<P>) -> Result<(), Error> {
    let Terms { lines, shares, instalments, .. } = &bill.terms;
    let most = lines.len().max(shares.len()).max(instalments.len());
    let agencies: BTreeSet<AgencyId> = shares.iter().map(|share| share.agency).collect();
    let whole = bill.amount;
    for (fits, what) in [
        ((1..=AMOUNT_MAX).contains(&whole.minor()), "its amount is 1 to 10^12 minor units"),
        (
            bill.surcharge.is_none_or(|terms| {
                let rate = i64::from(terms.per_day.in_basis_points());
                (1..=RATE_MAX).contains(&rate) && (1..=AMOUNT_MAX).contains(&terms.cap.minor())
            }),
            "its surcharge is 1 to 10,000 basis points a day, up to a cap of 1 to 10^12 minor units",
        ),
        (
            bill.surcharge.is_none_or(|terms| terms.cap.currency() == whole.currency()),
            "its surcharge is of its own currency",
        ),
        (most <= PARTS_MAX, "it has at most 100 lines, shares and instalments each"),
        (
            lines.is_empty() || comes_to(whole, lines.iter().map(|line| line.amount)),
            "its lines come to its amount",
        ),
        (
            instalments.is_empty() || comes_to(whole, instalments.iter().map(|one| one.amount)),
            "its instalments come to its amount",
        ),
        (
            instalments.is_sorted_by(|one, next| one.due_on < next.due_on),
            "each of its instalments is due after the one before",
        ),
        (
            instalments.first().is_none_or(|first| first.due_on == bill.due_on),
            "it is due when its first instalment is",
        ),
        (
            shares.iter().all(|share| (1..=SHARE_MAX).contains(&i64::from(share.parts))),
            "each of its shares has 1 to 1,000,000 parts",
        ),
        (agencies.len() == shares.len(), "each agency has one share of it"),
        (
            agencies.iter().all(|agency| agency.city() == bill.id.city()),
            "its shares go to agencies of its city",
        ),
    ] {
        if !fits {
            return Err(Error::BillUnsound(what));
        }
    }
    Ok(())
}

/// Whether there is time to pay a bill at all.
pub(crate) fn check_end<P>(bill: &NewBill<P>, now: DateTime<Utc>) -> Result<(), Error> {
    match bill.terms.expires_at {
        Some(end) if end <= now => Err(Error::BillUnsound("it expires in the future")),
        _ => Ok(()),
    }
}

/// Whether amounts, each more than zero, come to a whole.
fn comes_to(whole: Money, mut amounts: impl Iterator<Item = Money>) -> bool {
    let sum = amounts.try_fold(Money::zero(whole.currency()), |sum, amount| {
        if amount.minor() > 0 { sum.checked_add(amount).ok() } else { None }
    });
    sum == Some(whole)
}

/// Whether a bill says what a new one of its number would: everything that its agency decides, and
/// nothing of what has become of it since.
pub(crate) fn same_content(bill: &Bill, lines: &[Line], shares: &[Share], new: &NewBill) -> bool {
    let Terms { payer, expires_at, allows_partial, .. } = &new.terms;
    bill.agency == new.agency
        && bill.issuer == new.issuer
        && bill.external_no == new.external_no
        && bill.debtor == new.debtor
        && bill.payer == *payer
        && bill.subject == new.subject
        && bill.amount == new.amount
        && bill.due_on == new.due_on
        && bill.surcharge == new.surcharge
        && bill.expires_at == *expires_at
        && bill.allows_partial == *allows_partial
        && bill.instalments == new.terms.instalments
        && same(lines, &new.terms.lines, |line| (&line.text, line.amount))
        && same(shares, &new.terms.shares, |share| (share.agency, share.parts))
}

/// Whether two lists agree in what `said` takes of each member.
fn same<'a, T, S: PartialEq>(a: &'a [T], b: &'a [T], said: impl Fn(&'a T) -> S) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(one, other)| said(one) == said(other))
}
