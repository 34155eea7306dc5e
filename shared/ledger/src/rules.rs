//! What transfers do to balances, decided in memory on accounts that are locked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_kernel::Money;

use crate::{
    error::Error,
    model::{Account, Balance, Hold, Movement, Transfer, TransferId},
};

#[cfg(test)]
mod tests;

/// An account as it was locked, and as the fold leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub balance: Balance,
    pub no_debit_excess: bool,
    pub no_credit_excess: bool,
    /// How many entries it has.
    pub version: i64,
    /// When the last of them was made.
    pub changed_at: Option<DateTime<Utc>>,
}

impl State {
    /// An account that nothing has reached yet.
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            balance: Balance::default(),
            no_debit_excess: account.code.no_debit_excess(),
            no_credit_excess: false,
            version: 0,
            changed_at: None,
        }
    }
}

/// What a transfer did to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leg {
    pub account: Account,
    pub version: i64,
    /// Credits positive, debits negative.
    pub amount_minor: i64,
    pub balance_after: i64,
    pub at: DateTime<Utc>,
}

/// A transfer that is decided: what to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posted {
    pub transfer: Transfer,
    pub debit: Account,
    pub credit: Account,
    pub amount: Money,
    pub expires_at: Option<DateTime<Utc>>,
    /// The first of the transfers that it is linked with.
    pub group: Option<TransferId>,
    /// Debit and credit; none where it only sets aside or releases.
    pub legs: Option<[Leg; 2]>,
}

/// Locked accounts and holds, and what is decided on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fold {
    pub now: DateTime<Utc>,
    pub states: BTreeMap<Account, State>,
    /// Holds that are open.
    pub holds: BTreeMap<TransferId, Hold>,
    pub posted: Vec<Posted>,
}

/// What linked transfers have changed so far, as it was.
#[derive(Default)]
struct Before {
    states: Vec<(Account, State)>,
    holds: Vec<(TransferId, Option<Hold>)>,
}

impl Fold {
    /// Applies linked transfers in their order: all of them, or none.
    pub(crate) fn apply(&mut self, linked: &[Transfer]) -> Result<(), Error> {
        let group = linked.first().filter(|_| linked.len() > 1).map(|first| first.id);
        let (mut before, begun) = (Before::default(), self.posted.len());
        for transfer in linked {
            match self.decide(transfer, &mut before) {
                Ok(posted) => self.posted.push(Posted { group, ..posted }),
                Err(fact) => {
                    self.posted.truncate(begun);
                    self.take_back(before);
                    return Err(fact);
                }
            }
        }
        Ok(())
    }

    /// Puts everything back as it was, the last change first.
    fn take_back(&mut self, before: Before) {
        self.states.extend(before.states.into_iter().rev());
        for (id, hold) in before.holds.into_iter().rev() {
            match hold {
                Some(hold) => self.holds.insert(id, hold),
                None => self.holds.remove(&id),
            };
        }
    }

    /// Applies one transfer. What it changes, it notes as it was.
    fn decide(&mut self, transfer: &Transfer, before: &mut Before) -> Result<Posted, Error> {
        let (debit, credit, amount, expires_at) = match transfer.movement {
            Movement::Single { debit, credit, amount } => (debit, credit, amount, None),
            Movement::Pending { debit, credit, amount, expires_at } => {
                (debit, credit, amount, expires_at)
            }
            Movement::Post { hold, amount } => {
                let hold = self.open_hold(transfer, hold)?;
                if is_over(&hold, self.now) {
                    return Err(Error::HoldExpired);
                }
                let amount = amount.unwrap_or(hold.amount);
                if amount.currency() == hold.amount.currency()
                    && amount.minor() > hold.amount.minor()
                {
                    return Err(Error::ExceedsHold { held: hold.amount });
                }
                (hold.debit, hold.credit, amount, None)
            }
            Movement::Void { hold } => {
                let hold = self.open_hold(transfer, hold)?;
                (hold.debit, hold.credit, hold.amount, None)
            }
            Movement::Expire { hold } => {
                let hold = self.open_hold(transfer, hold)?;
                if !is_over(&hold, self.now) {
                    return Err(Error::HoldNotExpired);
                }
                (hold.debit, hold.credit, hold.amount, None)
            }
        };
        check(debit, credit, amount)?;
        let (mut from, mut to) = (self.state(debit)?, self.state(credit)?);
        before.states.extend([(debit, from), (credit, to)]);
        let minor = amount.minor();
        if let Some(id) = transfer.movement.hold() {
            let hold = self.open_hold(transfer, id)?;
            from.balance.debits_pending -= hold.amount.minor();
            to.balance.credits_pending -= hold.amount.minor();
            before.holds.push((id, self.holds.remove(&id)));
        }
        let mut legs = None;
        match transfer.movement {
            Movement::Single { .. } | Movement::Post { .. } => {
                add(&mut from.balance.debits_posted, minor)?;
                add(&mut to.balance.credits_posted, minor)?;
                legs = Some([
                    leg(debit, &mut from, -minor, self.now),
                    leg(credit, &mut to, minor, self.now),
                ]);
            }
            Movement::Pending { .. } => {
                add(&mut from.balance.debits_pending, minor)?;
                add(&mut to.balance.credits_pending, minor)?;
                let hold = Hold { id: transfer.id, debit, credit, amount, expires_at };
                before.holds.push((hold.id, self.holds.insert(hold.id, hold)));
            }
            Movement::Void { .. } | Movement::Expire { .. } => {}
        }
        if transfer.movement.hold().is_none() {
            self.check_limits(debit, &from, credit, &to, amount)?;
        }
        self.states.insert(debit, from);
        self.states.insert(credit, to);
        let transfer = *transfer;
        Ok(Posted { transfer, debit, credit, amount, expires_at, group: None, legs })
    }

    /// A hold is resolved by the city whose business it is: others do not know it.
    fn open_hold(&self, transfer: &Transfer, id: TransferId) -> Result<Hold, Error> {
        let own = self.holds.get(&id).filter(|_| id.city() == transfer.id.city());
        own.copied().ok_or(Error::HoldUnknown)
    }

    fn state(&self, account: Account) -> Result<State, Error> {
        self.states.get(&account).copied().ok_or(Error::NotLocked)
    }

    /// What is set aside counts as spent, on both sides, also where a counter ends; so resolving a
    /// hold needs no check.
    fn check_limits(
        &self,
        debit: Account,
        from: &State,
        credit: Account,
        to: &State,
        amount: Money,
    ) -> Result<(), Error> {
        fits(&from.balance).and_then(|()| fits(&to.balance))?;
        let (old_from, old_to) = (self.state(debit)?.balance, self.state(credit)?.balance);
        if from.no_debit_excess && from.balance.available() < 0 {
            let available = Money::new(old_from.available(), amount.currency());
            return Err(Error::ExceedsCredits { available });
        }
        let room = |balance: &Balance| {
            let debits = balance.debits_posted.saturating_add(balance.overdraft);
            debits.saturating_sub(balance.credits_posted).saturating_sub(balance.credits_pending)
        };
        if to.no_credit_excess && room(&to.balance) < 0 {
            let available = Money::new(room(&old_to), amount.currency());
            return Err(Error::ExceedsDebits { available });
        }
        Ok(())
    }
}

fn is_over(hold: &Hold, now: DateTime<Utc>) -> bool {
    hold.expires_at.is_some_and(|end| end <= now)
}

fn check(debit: Account, credit: Account, amount: Money) -> Result<(), Error> {
    if amount.minor() <= 0 {
        return Err(Error::AmountNotPositive);
    }
    if debit == credit {
        return Err(Error::SameAccount);
    }
    if debit.currency != amount.currency() || credit.currency != amount.currency() {
        return Err(Error::CurrencyMismatch);
    }
    Ok(())
}

/// Every sum that a limit is made of stays within 64 bits, here and in the CHECKs.
pub(crate) fn fits(balance: &Balance) -> Result<(), Error> {
    let fits = |pending: i64, posted: i64| {
        pending.checked_add(posted).and_then(|sum| sum.checked_add(balance.overdraft)).is_some()
    };
    let both = fits(balance.debits_pending, balance.debits_posted)
        && fits(balance.credits_pending, balance.credits_posted);
    if both { Ok(()) } else { Err(Error::Overflow) }
}

fn add(counter: &mut i64, minor: i64) -> Result<(), Error> {
    *counter = counter.checked_add(minor).ok_or(Error::Overflow)?;
    Ok(())
}

/// Writes the next entry of an account. Its time is never before that of the last one, however
/// clocks differ, so that a balance at an instant is the last entry not after it.
fn leg(account: Account, state: &mut State, amount_minor: i64, now: DateTime<Utc>) -> Leg {
    state.version += 1;
    let at = state.changed_at.map_or(now, |last| last.max(now));
    state.changed_at = Some(at);
    Leg { account, version: state.version, amount_minor, balance_after: state.balance.posted(), at }
}
