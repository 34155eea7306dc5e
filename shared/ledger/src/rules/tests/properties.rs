//! The fold against a ledger that only remembers what happened, on random sequences.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Books that keep a list of facts and add it up whenever they are asked.
#[derive(Clone, Default)]
struct Reference {
    facts: Vec<Fact>,
    limits: BTreeMap<Account, Limits>,
}

#[derive(Clone, Copy)]
enum Fact {
    Moved { debit: Account, credit: Account, minor: i64 },
    SetAside(Hold),
    Resolved(TransferId),
}

/// What an account was opened with.
#[derive(Clone, Copy)]
struct Limits {
    overdraft: i64,
    no_debit_excess: bool,
    no_credit_excess: bool,
}

/// What stands on an account: the four counters, as wide as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    debits_pending: i128,
    debits: i128,
    credits_pending: i128,
    credits: i128,
}

impl Reference {
    fn holds(&self) -> Vec<Hold> {
        let resolved = |hold: &Hold| {
            self.facts.iter().any(|fact| matches!(fact, Fact::Resolved(id) if *id == hold.id))
        };
        let set_aside = self.facts.iter().filter_map(|fact| match fact {
            Fact::SetAside(hold) => Some(*hold),
            Fact::Moved { .. } | Fact::Resolved(_) => None,
        });
        set_aside.filter(|hold| !resolved(hold)).collect()
    }

    fn standing(&self, account: Account) -> Standing {
        let moved = |of: fn(Account, Account) -> Account| -> i128 {
            let amounts = self.facts.iter().map(|fact| match fact {
                Fact::Moved { debit, credit, minor } if of(*debit, *credit) == account => {
                    i128::from(*minor)
                }
                Fact::Moved { .. } | Fact::SetAside(_) | Fact::Resolved(_) => 0,
            });
            amounts.sum()
        };
        let held = |of: fn(&Hold) -> Account| -> i128 {
            let holds = self.holds().into_iter().filter(|hold| of(hold) == account);
            holds.map(|hold| i128::from(hold.amount.minor())).sum()
        };
        Standing {
            debits_pending: held(|hold| hold.debit),
            debits: moved(|debit, _| debit),
            credits_pending: held(|hold| hold.credit),
            credits: moved(|_, credit| credit),
        }
    }

    /// All, or nothing.
    fn post(&mut self, linked: &[Transfer], now: DateTime<Utc>) -> Result<(), Error> {
        let mut after = self.clone();
        for transfer in linked {
            after.post_one(transfer, now)?;
        }
        *self = after;
        Ok(())
    }

    fn post_one(&mut self, transfer: &Transfer, now: DateTime<Utc>) -> Result<(), Error> {
        let over = |hold: &Hold| hold.expires_at.is_some_and(|end| now >= end);
        match transfer.movement {
            Movement::Single { debit, credit, amount } => {
                self.check(debit, credit, amount)?;
                self.facts.push(Fact::Moved { debit, credit, minor: amount.minor() });
                self.check_limits(debit, credit, amount)
            }
            Movement::Pending { debit, credit, amount, expires_at } => {
                self.check(debit, credit, amount)?;
                let hold = Hold { id: transfer.id, debit, credit, amount, expires_at };
                self.facts.push(Fact::SetAside(hold));
                self.check_limits(debit, credit, amount)
            }
            Movement::Post { hold, amount } => {
                let hold = self.hold(transfer, hold)?;
                let Hold { debit, credit, .. } = hold;
                let amount = amount.unwrap_or(hold.amount);
                if over(&hold) {
                    return Err(Error::HoldExpired);
                }
                if amount.currency() == debit.currency && amount.minor() > hold.amount.minor() {
                    return Err(Error::ExceedsHold { held: hold.amount });
                }
                self.check(debit, credit, amount)?;
                let moved = Fact::Moved { debit, credit, minor: amount.minor() };
                self.facts.extend([Fact::Resolved(hold.id), moved]);
                Ok(())
            }
            Movement::Void { hold } => {
                let hold = self.hold(transfer, hold)?;
                self.facts.push(Fact::Resolved(hold.id));
                Ok(())
            }
            Movement::Expire { hold } => {
                let hold = self.hold(transfer, hold)?;
                self.facts.push(Fact::Resolved(hold.id));
                if over(&hold) { Ok(()) } else { Err(Error::HoldNotExpired) }
            }
        }
    }

    fn hold(&self, transfer: &Transfer, id: TransferId) -> Result<Hold, Error> {
        let own = transfer.id.city() == id.city();
        let found = self.holds().into_iter().find(|hold| own && hold.id == id);
        found.ok_or(Error::HoldUnknown)
    }

    fn check(&self, debit: Account, credit: Account, amount: Money) -> Result<(), Error> {
        if amount.minor() < 1 {
            return Err(Error::AmountNotPositive);
        }
        if debit == credit {
            return Err(Error::SameAccount);
        }
        if [debit.currency, credit.currency] != [amount.currency(); 2] {
            return Err(Error::CurrencyMismatch);
        }
        let known = |account| self.limits.contains_key(&account);
        if known(debit) && known(credit) { Ok(()) } else { Err(Error::NotLocked) }
    }

    /// Looks at accounts after an amount was moved or set aside.
    fn check_limits(&self, debit: Account, credit: Account, amount: Money) -> Result<(), Error> {
        let [from, to] = [debit, credit].map(|account| self.standing(account));
        let [from_limits, to_limits] = [debit, credit].map(|account| self.limits[&account]);
        for (standing, limits) in [(from, from_limits), (to, to_limits)] {
            let debits = standing.debits + standing.debits_pending;
            let credits = standing.credits + standing.credits_pending;
            if debits.max(credits) + i128::from(limits.overdraft) > i128::from(MAX) {
                return Err(Error::Overflow);
            }
        }
        let before = |after: i128| {
            Money::new(i64::try_from(after).unwrap() + amount.minor(), amount.currency())
        };
        let left =
            from.credits + i128::from(from_limits.overdraft) - (from.debits + from.debits_pending);
        if from_limits.no_debit_excess && left < 0 {
            return Err(Error::ExceedsCredits { available: before(left) });
        }
        let room = to.debits + i128::from(to_limits.overdraft) - (to.credits + to.credits_pending);
        if to_limits.no_credit_excess && room < 0 {
            return Err(Error::ExceedsDebits { available: before(room) });
        }
        Ok(())
    }
}

/// Two wallets, one with an overdraft; an agency, one of another city that takes hardly more than
/// it gave, a processor; and two accounts in dollars. The last account of all is not locked.
fn accounts() -> Vec<Account> {
    let abroad = Account { city: elsewhere(), ..agency() };
    let dollars = |account| Account { currency: Currency::Usd, ..account };
    let second = account(AccountCode::Wallet, Some(4));
    let stranger = account(AccountCode::Wallet, Some(5));
    let (from, to) = (dollars(processor()), dollars(wallet()));
    vec![wallet(), second, agency(), abroad, processor(), from, to, stranger]
}

/// The same accounts in both books.
fn opened() -> (Fold, Reference) {
    let accounts = accounts();
    let (mut fold, mut reference) = (empty(&accounts[..7]), Reference::default());
    fold.states.get_mut(&accounts[1]).unwrap().balance.overdraft = 15;
    let abroad = fold.states.get_mut(&accounts[3]).unwrap();
    (abroad.no_credit_excess, abroad.balance.overdraft) = (true, 10);
    for (account, state) in &fold.states {
        let limits = Limits {
            overdraft: state.balance.overdraft,
            no_debit_excess: account.code == AccountCode::Wallet,
            no_credit_excess: *account == accounts[3],
        };
        reference.limits.insert(*account, limits);
    }
    (fold, reference)
}

/// A transfer before it has a name; holds by how many were asked for after them.
#[derive(Debug, Clone)]
enum Command {
    Single { debit: Account, credit: Account, amount: Money },
    Pending { debit: Account, credit: Account, amount: Money, lasts: Option<i64> },
    Post { hold: usize, amount: Option<Money> },
    Void { hold: usize },
    Expire { hold: usize },
}

fn amounts() -> impl Strategy<Value = Money> {
    let minor = prop_oneof![
        60 => 1_i64..40,
        2 => select(vec![0, -1, i64::MIN]),
        1 => select(vec![MAX, MAX - 20, MAX / 2]),
    ];
    let currency = prop_oneof![8 => Just(Currency::Cny), 1 => Just(Currency::Usd)];
    (minor, currency).prop_map(|(minor, currency)| Money::new(minor, currency))
}

fn sides() -> impl Strategy<Value = (Account, Account)> {
    let any = || prop_oneof![30 => 0_usize..7, 1 => Just(7)].prop_map(|place| accounts()[place]);
    prop_oneof![1 => Just((processor(), wallet())), 4 => (any(), any())]
}

fn commands() -> impl Strategy<Value = Command> {
    let lasts = || proptest::option::of((0_i64..12).prop_map(|steps| steps * 5));
    let hold = || prop_oneof![5 => 0_usize..3, 1 => 0_usize..20];
    prop_oneof![
        4 => (sides(), amounts())
            .prop_map(|((debit, credit), amount)| Command::Single { debit, credit, amount }),
        3 => (sides(), amounts(), lasts()).prop_map(|((debit, credit), amount, lasts)| {
            Command::Pending { debit, credit, amount, lasts }
        }),
        2 => (hold(), proptest::option::of(amounts()))
            .prop_map(|(hold, amount)| Command::Post { hold, amount }),
        1 => hold().prop_map(|hold| Command::Void { hold }),
        1 => hold().prop_map(|hold| Command::Expire { hold }),
    ]
}

/// Gives the commands of a group their names. Every tenth is of another city.
fn named(
    group: &[Command],
    now: DateTime<Utc>,
    names: &mut u128,
    holds: &mut Vec<TransferId>,
) -> Vec<Transfer> {
    let mut name = |command: &Command| {
        *names += 1;
        let city = if names.is_multiple_of(10) { elsewhere() } else { CITY };
        let id = TransferId::from_parts(city, Uuid::from_u128(*names));
        let nth = |back: usize| {
            let known = holds.len().checked_sub(back + 1).and_then(|place| holds.get(place));
            known.copied().unwrap_or(TransferId::from_parts(CITY, Uuid::nil()))
        };
        let movement = match *command {
            Command::Single { debit, credit, amount } => Movement::Single { debit, credit, amount },
            Command::Pending { debit, credit, amount, lasts } => {
                let expires_at = lasts.map(|lasts| now + TimeDelta::seconds(lasts));
                Movement::Pending { debit, credit, amount, expires_at }
            }
            Command::Post { hold, amount } => Movement::Post { hold: nth(hold), amount },
            Command::Void { hold } => Movement::Void { hold: nth(hold) },
            Command::Expire { hold } => Movement::Expire { hold: nth(hold) },
        };
        if matches!(movement, Movement::Pending { .. }) {
            holds.push(id);
        }
        Transfer { id, code: "test", movement }
    };
    group.iter().map(&mut name).collect()
}

/// Both books say the same, and each by itself makes sense.
fn check(fold: &Fold, reference: &Reference) -> Result<(), TestCaseError> {
    let mut totals: BTreeMap<Currency, [i128; 4]> = BTreeMap::new();
    for (account, state) in &fold.states {
        let counters = counters(fold, *account).map(i128::from);
        let [debits_pending, debits, credits_pending, credits] = counters;
        let ours = Standing { debits_pending, debits, credits_pending, credits };
        prop_assert_eq!(ours, reference.standing(*account), "{:?}", account);
        prop_assert!(!state.no_debit_excess || state.balance.available() >= 0);
        let total = totals.entry(account.currency).or_default();
        total.iter_mut().zip(counters).for_each(|(total, counter)| *total += counter);
        check_entries(fold, *account, state)?;
    }
    for (currency, [debits_pending, debits, credits_pending, credits]) in totals {
        prop_assert_eq!(debits, credits, "{}", currency);
        prop_assert_eq!(debits_pending, credits_pending, "{}", currency);
    }
    let holds: BTreeMap<_, _> = reference.holds().into_iter().map(|hold| (hold.id, hold)).collect();
    prop_assert_eq!(&fold.holds, &holds);
    Ok(())
}

/// The versions of an account's entries have no gap, their times never fall, and each balance
/// follows from the one before.
fn check_entries(fold: &Fold, account: Account, state: &State) -> Result<(), TestCaseError> {
    let legs = fold.posted.iter().flat_map(|posted| posted.legs.into_iter().flatten());
    let (mut version, mut balance, mut at) = (0, 0, None);
    for leg in legs.filter(|leg| leg.account == account) {
        version += 1;
        balance += leg.amount_minor;
        prop_assert_eq!((leg.version, leg.balance_after), (version, balance));
        prop_assert!(Some(leg.at) >= at);
        at = Some(leg.at);
    }
    prop_assert_eq!((state.version, state.changed_at), (version, at));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_fold_decides_like_books_that_only_remember(
        groups in vec((-3_i64..5, vec(commands(), 1..5)), 1..40),
    ) {
        let (mut fold, mut reference) = opened();
        let (mut names, mut holds) = (0, Vec::new());
        for (step, group) in groups {
            fold.now += TimeDelta::seconds(step * 5);
            let linked = named(&group, fold.now, &mut names, &mut holds);
            let (before, now) = (fold.clone(), fold.now);
            let (ours, theirs) = (fold.apply(&linked), reference.post(&linked, now));
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{:?}", linked);
            if ours.is_err() {
                prop_assert_eq!(&fold, &before);
            }
            check(&fold, &reference)?;
        }
    }
}
