//! Every rule at its boundary.

mod properties;

use chrono::TimeDelta;
use citygate_kernel::{CityCode, Currency};
use uuid::Uuid;

use super::*;
use crate::model::AccountCode;

const CITY: CityCode = CityCode::HANGZHOU;
const MAX: i64 = i64::MAX;

fn elsewhere() -> CityCode {
    "330200".parse().unwrap()
}

fn noon() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn seconds(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

fn account(code: AccountCode, owner: Option<u128>) -> Account {
    let owner = owner.map(Uuid::from_u128);
    Account { city: CITY, code, currency: Currency::Cny, owner }
}

fn wallet() -> Account {
    account(AccountCode::Wallet, Some(1))
}

fn agency() -> Account {
    account(AccountCode::AgencyPayable, Some(2))
}

fn processor() -> Account {
    account(AccountCode::ProcessorReceivable, None)
}

fn id(n: u128) -> TransferId {
    TransferId::from_parts(CITY, Uuid::from_u128(n))
}

fn transfer(n: u128, movement: Movement) -> Transfer {
    Transfer { id: id(n), code: "test", movement }
}

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

fn single(n: u128, debit: Account, credit: Account, minor: i64) -> Transfer {
    Transfer::single(id(n), "test", debit, credit, cny(minor))
}

fn pending(n: u128, debit: Account, credit: Account, minor: i64) -> Transfer {
    transfer(n, Movement::Pending { debit, credit, amount: cny(minor), expires_at: None })
}

/// A hold that ends ten seconds after noon.
fn ending(n: u128, minor: i64) -> Transfer {
    let (debit, credit, expires_at) = (wallet(), agency(), Some(seconds(10)));
    transfer(n, Movement::Pending { debit, credit, amount: cny(minor), expires_at })
}

fn post(n: u128, hold: u128, minor: impl Into<Option<i64>>) -> Transfer {
    transfer(n, Movement::Post { hold: id(hold), amount: minor.into().map(cny) })
}

fn void(n: u128, hold: u128) -> Transfer {
    transfer(n, Movement::Void { hold: id(hold) })
}

fn expire(n: u128, hold: u128) -> Transfer {
    transfer(n, Movement::Expire { hold: id(hold) })
}

/// Accounts that nothing has reached yet.
fn empty(accounts: &[Account]) -> Fold {
    let states = accounts.iter().map(|account| (*account, State::new(account))).collect();
    Fold { now: noon(), states, holds: BTreeMap::new(), posted: Vec::new() }
}

/// A wallet that was filled, by transfer 0.
fn filled(minor: i64) -> Fold {
    let mut fold = empty(&[wallet(), agency(), processor()]);
    fold.apply(&[single(0, processor(), wallet(), minor)]).unwrap();
    fold
}

/// Why linked transfers are refused; a refusal leaves everything as it was.
#[track_caller]
fn refused(fold: &mut Fold, linked: &[Transfer]) -> String {
    let before = fold.clone();
    let fact = fold.apply(linked).unwrap_err();
    assert_eq!(*fold, before, "after: {fact}");
    format!("{fact:?}")
}

#[track_caller]
fn counters(fold: &Fold, account: Account) -> [i64; 4] {
    let Balance { debits_pending, debits_posted, credits_pending, credits_posted, .. } =
        fold.states[&account].balance;
    [debits_pending, debits_posted, credits_pending, credits_posted]
}

fn exceeds_credits(available: i64) -> String {
    format!("{:?}", Error::ExceedsCredits { available: cny(available) })
}

fn exceeds_debits(available: i64) -> String {
    format!("{:?}", Error::ExceedsDebits { available: cny(available) })
}

#[test]
fn a_wallet_gives_what_it_holds_and_not_a_fen_more() {
    let mut fold = filled(500);
    assert_eq!(refused(&mut fold, &[single(1, wallet(), agency(), 501)]), exceeds_credits(500));
    assert_eq!(refused(&mut fold, &[pending(1, wallet(), agency(), 501)]), exceeds_credits(500));
    fold.apply(&[single(1, wallet(), agency(), 500)]).unwrap();
    assert_eq!(refused(&mut fold, &[single(2, wallet(), agency(), 1)]), exceeds_credits(0));
    assert_eq!(counters(&fold, wallet()), [0, 500, 0, 500]);
    assert_eq!(counters(&fold, agency()), [0, 0, 0, 500]);
}

#[test]
fn an_overdraft_is_given_to_its_last_fen() {
    let mut fold = filled(500);
    fold.states.get_mut(&wallet()).unwrap().balance.overdraft = 20;
    assert_eq!(refused(&mut fold, &[single(1, wallet(), agency(), 521)]), exceeds_credits(520));
    fold.apply(&[single(1, wallet(), agency(), 520)]).unwrap();
    assert_eq!(fold.states[&wallet()].balance.posted(), -20);
}

#[test]
fn what_is_set_aside_counts_as_spent_until_it_is_released() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
    assert_eq!(counters(&fold, wallet()), [300, 0, 0, 500]);
    assert_eq!(counters(&fold, agency()), [0, 0, 300, 0]);
    assert_eq!(refused(&mut fold, &[single(2, wallet(), agency(), 201)]), exceeds_credits(200));
    assert_eq!(refused(&mut fold, &[pending(2, wallet(), agency(), 201)]), exceeds_credits(200));
    fold.apply(&[pending(2, wallet(), agency(), 200)]).unwrap();
    fold.apply(&[void(3, 1)]).unwrap();
    fold.apply(&[single(4, wallet(), agency(), 300)]).unwrap();
    assert_eq!(counters(&fold, wallet()), [200, 300, 0, 500]);
}

#[test]
fn what_is_to_come_in_cannot_be_spent() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, processor(), wallet(), 300)]).unwrap();
    assert_eq!(refused(&mut fold, &[single(2, wallet(), agency(), 501)]), exceeds_credits(500));
    fold.apply(&[post(2, 1, None)]).unwrap();
    fold.apply(&[single(3, wallet(), agency(), 800)]).unwrap();
}

#[test]
fn an_account_without_credit_excess_takes_what_it_lacks_and_not_a_fen_more() {
    let mut fold = filled(500);
    let state = fold.states.get_mut(&processor()).unwrap();
    (state.no_credit_excess, state.balance.overdraft) = (true, 20);
    assert_eq!(refused(&mut fold, &[single(1, agency(), processor(), 521)]), exceeds_debits(520));
    fold.apply(&[pending(1, agency(), processor(), 300)]).unwrap();
    assert_eq!(refused(&mut fold, &[single(2, agency(), processor(), 221)]), exceeds_debits(220));
    fold.apply(&[single(2, agency(), processor(), 220)]).unwrap();
    assert_eq!(refused(&mut fold, &[pending(3, agency(), processor(), 1)]), exceeds_debits(0));
    fold.apply(&[post(3, 1, None)]).unwrap();
    assert_eq!(counters(&fold, processor()), [0, 500, 0, 520]);
}

#[test]
fn what_is_no_transfer_is_refused() {
    let dollars = Account { currency: Currency::Usd, ..agency() };
    let stranger = account(AccountCode::Wallet, Some(3));
    let mut fold = empty(&[wallet(), agency(), processor(), dollars]);
    let usd = |debit, credit| {
        Transfer::single(id(1), "test", debit, credit, Money::new(5, Currency::Usd))
    };
    for (transfer, fact) in [
        (single(1, processor(), agency(), 0), Error::AmountNotPositive),
        (single(1, processor(), agency(), -1), Error::AmountNotPositive),
        (pending(1, processor(), agency(), i64::MIN), Error::AmountNotPositive),
        (single(1, agency(), agency(), 5), Error::SameAccount),
        (single(1, processor(), dollars, 5), Error::CurrencyMismatch),
        (single(1, dollars, processor(), 5), Error::CurrencyMismatch),
        (usd(processor(), agency()), Error::CurrencyMismatch),
        (usd(processor(), dollars), Error::CurrencyMismatch),
        (single(1, processor(), stranger, 5), Error::NotLocked),
        (single(1, stranger, processor(), 5), Error::NotLocked),
        (void(1, 9), Error::HoldUnknown),
    ] {
        assert_eq!(refused(&mut fold, &[transfer]), format!("{fact:?}"), "{transfer:?}");
    }
    fold.apply(&[single(1, processor(), agency(), 1)]).unwrap();
}

#[test]
fn counters_and_what_limits_add_up_end_at_64_bits() {
    for pending_first in [false, true] {
        let mut fold = empty(&[wallet(), agency(), processor()]);
        let first = if pending_first { pending } else { single };
        fold.apply(&[first(1, processor(), agency(), MAX - 1)]).unwrap();
        for next in [single, pending] {
            assert_eq!(refused(&mut fold, &[next(2, processor(), wallet(), 2)]), "Overflow");
            assert_eq!(refused(&mut fold, &[next(2, wallet(), agency(), 2)]), "Overflow");
            fold.clone().apply(&[next(2, processor(), wallet(), 1)]).unwrap();
        }
        if pending_first {
            fold.apply(&[post(3, 1, None)]).unwrap();
        }
        assert_eq!(counters(&fold, agency()), [0, 0, 0, MAX - 1]);
    }
    let mut fold = filled(500);
    fold.states.get_mut(&wallet()).unwrap().balance.overdraft = MAX - 501;
    assert_eq!(refused(&mut fold, &[single(1, processor(), wallet(), 2)]), "Overflow");
    fold.apply(&[single(1, processor(), wallet(), 1)]).unwrap();
}

#[test]
fn a_hold_is_posted_whole_or_in_part_and_the_rest_is_released() {
    for (minor, moved) in [(None, 300), (Some(300), 300), (Some(299), 299), (Some(1), 1)] {
        let mut fold = filled(500);
        fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
        fold.apply(&[post(2, 1, minor)]).unwrap();
        assert_eq!(counters(&fold, wallet()), [0, moved, 0, 500], "{minor:?}");
        assert_eq!(counters(&fold, agency()), [0, 0, 0, moved], "{minor:?}");
        assert_eq!(fold.posted.last().unwrap().amount, cny(moved));
        assert!(fold.holds.is_empty());
    }
}

#[test]
fn a_hold_is_not_posted_for_more_nothing_or_in_another_currency() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
    let exceeds = format!("{:?}", Error::ExceedsHold { held: cny(300) });
    assert_eq!(refused(&mut fold, &[post(2, 1, 301)]), exceeds);
    assert_eq!(refused(&mut fold, &[post(2, 1, 0)]), "AmountNotPositive");
    assert_eq!(refused(&mut fold, &[post(2, 1, -300)]), "AmountNotPositive");
    for minor in [300, 301] {
        let amount = Some(Money::new(minor, Currency::Usd));
        let foreign = transfer(2, Movement::Post { hold: id(1), amount });
        assert_eq!(refused(&mut fold, &[foreign]), "CurrencyMismatch");
    }
}

#[test]
fn a_hold_is_posted_before_its_end_and_expires_from_then_on() {
    let mut fold = filled(500);
    fold.apply(&[ending(1, 300)]).unwrap();
    fold.now = seconds(10) - TimeDelta::microseconds(1);
    assert_eq!(refused(&mut fold, &[expire(2, 1)]), "HoldNotExpired");
    fold.clone().apply(&[post(2, 1, None)]).unwrap();
    for late in [10, 11] {
        fold.now = seconds(late);
        assert_eq!(refused(&mut fold, &[post(2, 1, None)]), "HoldExpired");
        for release in [expire(2, 1), void(2, 1)] {
            let mut fold = fold.clone();
            fold.apply(&[release]).unwrap();
            assert_eq!(counters(&fold, wallet()), [0, 0, 0, 500]);
            assert_eq!(counters(&fold, agency()), [0, 0, 0, 0]);
            assert_eq!(fold.posted.last().unwrap().legs, None);
        }
    }
}

#[test]
fn a_hold_without_an_end_does_not_expire() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
    fold.now = seconds(1_000_000_000);
    assert_eq!(refused(&mut fold, &[expire(2, 1)]), "HoldNotExpired");
    fold.apply(&[post(2, 1, None)]).unwrap();
}

#[test]
fn a_hold_is_resolved_once() {
    let ways: [fn(u128) -> Transfer; 3] = [|n| post(n, 1, None), |n| void(n, 1), |n| expire(n, 1)];
    let mut made = filled(500);
    made.apply(&[ending(1, 300)]).unwrap();
    for (first, now) in ways.into_iter().zip([0, 0, 10]) {
        let mut fold = Fold { now: seconds(now), ..made.clone() };
        fold.apply(&[first(2)]).unwrap();
        for second in ways {
            assert_eq!(refused(&mut fold, &[second(3)]), "HoldUnknown");
        }
        let mut fold = Fold { now: seconds(now), ..made.clone() };
        assert_eq!(refused(&mut fold, &[first(2), first(3)]), "HoldUnknown", "linked");
    }
}

#[test]
fn a_hold_is_unknown_to_other_cities() {
    let mut fold = filled(500);
    fold.apply(&[ending(1, 300)]).unwrap();
    fold.now = seconds(10);
    for own in [void(2, 1), expire(2, 1)] {
        let foreign = TransferId::from_parts(elsewhere(), own.id.uuid());
        let foreign = Transfer { id: foreign, ..own };
        assert_eq!(refused(&mut fold, &[foreign]), "HoldUnknown");
        fold.clone().apply(&[own]).unwrap();
    }
}

#[test]
fn linked_transfers_may_make_a_hold_and_resolve_it() {
    let mut fold = filled(500);
    let linked = [pending(1, wallet(), agency(), 500), post(2, 1, 400), void(4, 1)];
    assert_eq!(refused(&mut fold, &linked), "HoldUnknown");
    fold.apply(&linked[..2]).unwrap();
    assert!(fold.holds.is_empty());
    assert_eq!(counters(&fold, wallet()), [0, 400, 0, 500]);
    let groups: Vec<_> = fold.posted.iter().map(|posted| posted.group).collect();
    assert_eq!(groups, [None, Some(id(1)), Some(id(1))], "named by the first; none for one alone");
}

#[test]
fn one_refusal_takes_back_all_that_it_is_linked_with() {
    let mut fold = filled(500);
    fold.apply(&[ending(1, 300)]).unwrap();
    let good = [
        post(2, 1, 100),
        pending(3, wallet(), agency(), 50),
        single(4, agency(), processor(), 7),
        void(5, 3),
        single(6, processor(), wallet(), 1),
    ];
    fold.clone().apply(&good).unwrap();
    for place in 0..=good.len() {
        let mut linked = good.to_vec();
        linked.insert(place, single(7, wallet(), agency(), 1_000));
        assert!(refused(&mut fold, &linked).starts_with("ExceedsCredits"), "at {place}");
    }
}

#[test]
fn a_refusal_does_not_lose_the_hold_whose_name_was_used_again() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
    let bad = single(2, wallet(), agency(), 1_000);
    for again in [pending(1, wallet(), agency(), 7), post(1, 1, 5), void(1, 1)] {
        refused(&mut fold, &[again, bad]);
    }
}

#[test]
fn entries_are_numbered_and_say_what_stands_after_them() {
    let mut fold = filled(500);
    fold.apply(&[pending(1, wallet(), agency(), 300)]).unwrap();
    fold.apply(&[post(2, 1, 200)]).unwrap();
    fold.apply(&[single(3, agency(), wallet(), 20)]).unwrap();
    let entries = |account| -> Vec<(i64, i64, i64)> {
        let legs = fold.posted.iter().flat_map(|posted| posted.legs.into_iter().flatten());
        legs.filter(|leg| leg.account == account)
            .map(|leg| (leg.version, leg.amount_minor, leg.balance_after))
            .collect()
    };
    assert_eq!(entries(wallet()), [(1, 500, 500), (2, -200, 300), (3, 20, 320)]);
    assert_eq!(entries(agency()), [(1, 200, 200), (2, -20, 180)]);
    assert_eq!(entries(processor()), [(1, -500, -500)]);
}

#[test]
fn a_clock_that_goes_back_does_not_take_entries_with_it() {
    let mut fold = filled(500);
    fold.now = seconds(-5);
    fold.apply(&[single(1, wallet(), agency(), 1)]).unwrap();
    fold.now = seconds(3);
    fold.apply(&[single(2, wallet(), agency(), 1)]).unwrap();
    let times: Vec<_> =
        fold.posted.iter().map(|posted| posted.legs.unwrap().map(|l| l.at)).collect();
    assert_eq!(times[1], [noon(), seconds(-5)], "each account has its own last entry");
    assert_eq!(times[2], [seconds(3), seconds(3)]);
    assert_eq!(fold.states[&wallet()].changed_at, Some(seconds(3)));
}
