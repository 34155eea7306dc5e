//! What a transfer does to balances, decided in memory.

use std::collections::BTreeMap;

use citygate_kernel::{Currency, Money};

use crate::{
    error::Error,
    model::{AccountId, Transfer},
};

/// An account as it was locked, and as the fold leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub currency: Currency,
    pub no_debit_excess: bool,
    pub debits_posted: i64,
    pub credits_posted: i64,
    pub version: i64,
}

impl State {
    /// Credits less debits.
    pub(crate) fn balance(&self) -> i64 {
        self.credits_posted.saturating_sub(self.debits_posted)
    }
}

/// What a transfer did to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub account: AccountId,
    pub version: i64,
    /// Credits positive, debits negative.
    pub amount_minor: i64,
    pub balance_after: i64,
}

/// Applies one transfer to the locked accounts, all or nothing, and says what to write.
pub(crate) fn apply(
    states: &mut BTreeMap<AccountId, State>,
    transfer: &Transfer,
) -> Result<[Entry; 2], Error> {
    let minor = transfer.amount.minor();
    if minor <= 0 {
        return Err(Error::AmountNotPositive);
    }
    if transfer.debit == transfer.credit {
        return Err(Error::SameAccount);
    }
    let find = |id| states.get(&id).copied().ok_or(Error::AccountUnknown(id));
    let (mut debit, mut credit) = (find(transfer.debit)?, find(transfer.credit)?);
    let currency = transfer.amount.currency();
    if debit.currency != currency || credit.currency != currency {
        return Err(Error::CurrencyMismatch);
    }
    if debit.no_debit_excess && debit.balance() < minor {
        return Err(Error::ExceedsCredits { available: Money::new(debit.balance(), currency) });
    }
    debit.debits_posted = debit.debits_posted.checked_add(minor).ok_or(Error::Overflow)?;
    credit.credits_posted = credit.credits_posted.checked_add(minor).ok_or(Error::Overflow)?;
    debit.version += 1;
    credit.version += 1;
    states.insert(transfer.debit, debit);
    states.insert(transfer.credit, credit);
    let entry = |account, state: State, amount_minor| Entry {
        account,
        version: state.version,
        amount_minor,
        balance_after: state.balance(),
    };
    Ok([entry(transfer.debit, debit, -minor), entry(transfer.credit, credit, minor)])
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{CityCode, Clock};
    use proptest::prelude::*;

    use super::*;
    use crate::model::TransferId;

    fn state(no_debit_excess: bool, credits_posted: i64) -> State {
        State {
            currency: Currency::Cny,
            no_debit_excess,
            debits_posted: 0,
            credits_posted,
            version: 0,
        }
    }

    fn accounts(n: u128) -> Vec<AccountId> {
        (1..=n)
            .map(|i| AccountId::from_parts(CityCode::HANGZHOU, uuid::Uuid::from_u128(i)))
            .collect()
    }

    fn transfer(debit: AccountId, credit: AccountId, minor: i64) -> Transfer {
        Transfer {
            id: TransferId::new(CityCode::HANGZHOU, &Clock::system()),
            debit,
            credit,
            amount: Money::new(minor, Currency::Cny),
            code: "test",
        }
    }

    #[test]
    fn a_wallet_gives_what_it_holds_and_not_a_fen_more() {
        let [wallet, payable] = accounts(2)[..] else { panic!() };
        let start = BTreeMap::from([(wallet, state(true, 100)), (payable, state(false, 0))]);
        let mut all = start.clone();
        assert!(apply(&mut all, &transfer(wallet, payable, 100)).is_ok());
        assert_eq!((all[&wallet].balance(), all[&payable].balance()), (0, 100));
        let mut more = start.clone();
        let refused = apply(&mut more, &transfer(wallet, payable, 101));
        assert!(
            matches!(refused, Err(Error::ExceedsCredits { available }) if available.minor() == 100)
        );
        assert_eq!(more, start, "a refused transfer changes nothing");
    }

    #[test]
    fn impossible_transfers_are_named() {
        let [a, b] = accounts(2)[..] else { panic!() };
        let mut states = BTreeMap::from([(a, state(false, 0))]);
        assert!(
            matches!(apply(&mut states, &transfer(a, b, 1)), Err(Error::AccountUnknown(id)) if id == b)
        );
        assert!(matches!(apply(&mut states, &transfer(a, a, 1)), Err(Error::SameAccount)));
        assert!(matches!(apply(&mut states, &transfer(a, b, 0)), Err(Error::AmountNotPositive)));
        states.insert(b, State { currency: Currency::Usd, ..state(false, 0) });
        assert!(matches!(apply(&mut states, &transfer(a, b, 1)), Err(Error::CurrencyMismatch)));
        states.insert(b, state(false, i64::MAX));
        assert!(matches!(apply(&mut states, &transfer(a, b, 1)), Err(Error::Overflow)));
    }

    proptest! {
        #[test]
        fn debits_equal_credits_and_entries_explain_balances(
            moves in proptest::collection::vec((0_usize..4, 0_usize..4, -5_i64..50), 0..60),
        ) {
            let ids = accounts(4);
            let mut states: BTreeMap<_, _> =
                ids.iter().enumerate().map(|(i, id)| (*id, state(i < 2, 0))).collect();
            let mut entries: BTreeMap<AccountId, Vec<Entry>> = BTreeMap::new();
            for (from, to, minor) in moves {
                if let Ok(pair) = apply(&mut states, &transfer(ids[from], ids[to], minor)) {
                    for entry in pair {
                        entries.entry(entry.account).or_default().push(entry);
                    }
                }
            }
            let debits: i64 = states.values().map(|s| s.debits_posted).sum();
            let credits: i64 = states.values().map(|s| s.credits_posted).sum();
            prop_assert_eq!(debits, credits);
            for (id, state) in &states {
                prop_assert!(!state.no_debit_excess || state.balance() >= 0);
                let own = entries.remove(id).unwrap_or_default();
                prop_assert_eq!(own.iter().map(|e| e.amount_minor).sum::<i64>(), state.balance());
                for (i, entry) in own.iter().enumerate() {
                    prop_assert_eq!(entry.version, i64::try_from(i).unwrap() + 1);
                }
                prop_assert_eq!(own.last().map_or(0, |e| e.balance_after), state.balance());
            }
        }
    }
}
