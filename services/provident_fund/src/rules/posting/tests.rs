use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    model::{FaultCode, NewPosting},
    rules::table,
};

const BATCH: Uuid = Uuid::from_u128(9);

#[test]
fn the_documentation_shows_what_becomes_of_a_posting() {
    let states: Vec<_> = PostingState::ALL.iter().map(|one| (*one, one.code())).collect();
    let events = [
        (Event::Declare, "declare"),
        (Event::Receive, "receive"),
        (Event::Post, "post"),
        (Event::Correct, "correct"),
        (Event::Withdraw, "withdraw"),
    ];
    table::holds("# What becomes of a posting", &TABLE, &states, &events, &[]);
}

fn line(account: u128, number: &str, kind: PostingKind, own: i64, employer: i64) -> NewPosting {
    NewPosting {
        account: format!("A{account}").parse().unwrap(),
        number: number.parse().unwrap(),
        kind,
        state: Posted,
        month: "2026-11-01".parse().unwrap(),
        booked_on: "2026-11-10".parse().unwrap(),
        own_minor: own,
        employer_minor: employer,
        corrects: None,
        employer: None,
        application: None,
    }
}

fn paid(number: &str, own: i64) -> NewPosting {
    line(1, number, PostingKind::Remittance, own, own)
}

fn taken_out(number: &str, minor: i64) -> NewPosting {
    line(1, number, PostingKind::Withdrawal, -minor, 0)
}

fn correction(number: &str, of: &str, own: i64) -> NewPosting {
    let corrects = Some(of.parse().unwrap());
    NewPosting { corrects, ..line(1, number, PostingKind::Correction, own, 0) }
}

fn said(state: PostingState, line: NewPosting) -> NewPosting {
    NewPosting { state, ..line }
}

/// What is on record between two parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shelf {
    accounts: BTreeMap<Uuid, AccountKept>,
    postings: BTreeMap<PostingKey, PostingKept>,
}

impl Shelf {
    /// Accounts with nothing on them.
    fn of(accounts: u128) -> Self {
        let account = |n| {
            let id = Uuid::from_u128(n);
            (id, AccountKept { id, balance_minor: 0, last_posted_month: None })
        };
        Self { accounts: (1..=accounts).map(account).collect(), ..Self::default() }
    }

    /// Takes a part in a transaction of its own.
    fn take(&mut self, batch: Uuid, lines: &[NewPosting]) -> Vec<Result<Taken, FaultCode>> {
        let number = |id: &Uuid| format!("A{}", id.as_u128());
        let accounts = self.accounts.iter().map(|(id, kept)| (number(id), kept.clone())).collect();
        let employers = [("91350100M000100Y43".to_owned(), Uuid::from_u128(77))].into();
        let postings = self.postings.clone().into_iter().collect();
        let mut ledger = Ledger::new(batch, accounts, employers, postings);
        let outcomes = settle(&mut ledger, &lines.iter().collect::<Vec<_>>());
        let Changes { accounts, added, changed } = ledger.changes();
        self.accounts.extend(accounts.into_iter().map(|account| (account.id, account)));
        for (key, _) in &added {
            assert!(!self.postings.contains_key(key), "{key:?} is added twice");
        }
        self.postings.extend(added.into_iter().chain(changed));
        self.check();
        outcomes
    }

    /// The invariant of the crate.
    fn check(&self) {
        for (id, account) in &self.accounts {
            let own = self.postings.iter().filter(|((of, _), _)| of == id).map(|(_, one)| one);
            let counted = own.filter(|posting| posting.state.counts());
            let sum: i64 = counted.map(|posting| posting.own_minor + posting.employer_minor).sum();
            assert_eq!((account.balance_minor, sum >= 0), (sum, true));
        }
    }

    fn balance(&self) -> i64 {
        self.accounts[&Uuid::from_u128(1)].balance_minor
    }
}

use FaultCode::{
    AccountUnknown, BelowZero, CorrectedUnknown, EmployerUnknown, PostingDiffers, PostingUnfit,
    TooMuch,
};
use Taken::{Accepted, Repeated};

#[test]
fn what_cannot_be_said_of_a_kind_of_posting_is_refused() {
    use PostingKind::{
        BackPayment, Correction, Interest, Opening, Remittance, TransferIn, TransferOut, Withdrawal,
    };
    let max = 1_000_000_000_000;
    for (kind, own, employer, fits) in [
        (Remittance, 1, 1, true),
        (Remittance, 0, 0, true),
        (Remittance, -1, 1, false),
        (Remittance, 1, -1, false),
        (Remittance, max, max, true),
        (Remittance, max + 1, 0, false),
        (BackPayment, 0, 5, true),
        (Interest, 5, -1, false),
        (TransferIn, 5, 5, true),
        (Opening, 0, -1, false),
        (Withdrawal, -5, -5, true),
        (Withdrawal, 0, 1, false),
        (Withdrawal, -max, 0, true),
        (Withdrawal, -max - 1, 0, false),
        (TransferOut, 1, 0, false),
    ] {
        assert_eq!(is_fit(&line(1, "1", kind, own, employer)), fits, "{kind:?} {own} {employer}");
    }
    for (line, fits) in [
        (correction("2", "1", -5), true),
        (correction("1", "1", -5), false),
        (line(1, "2", Correction, 5, 0), false),
        (NewPosting { corrects: Some("1".parse().unwrap()), ..paid("2", 1) }, false),
        (said(Corrected, paid("1", 1)), false),
        (said(Withdrawn, taken_out("1", 1)), false),
        (said(Declared, line(1, "1", Interest, 1, 0)), false),
        (said(Received, line(1, "1", BackPayment, 1, 0)), true),
    ] {
        assert_eq!(is_fit(&line), fits, "{line:?}");
    }
}

#[test]
fn each_line_has_one_outcome_and_a_refused_one_changes_nothing() {
    let mut shelf = Shelf::of(1);
    let employed =
        NewPosting { employer: Some("91350100M000100Y43".parse().unwrap()), ..paid("e", 0) };
    let elsewhere =
        NewPosting { employer: Some("91110000600037341L".parse().unwrap()), ..paid("f", 0) };
    for (line, expected, balance) in [
        (paid("1", 50), Ok(Accepted), 100),
        (paid("1", 50), Ok(Repeated), 100),
        (paid("1", 51), Err(PostingDiffers), 100),
        (line(2, "1", PostingKind::Remittance, 1, 1), Err(AccountUnknown), 100),
        (taken_out("2", 101), Err(BelowZero), 100),
        (taken_out("2", 100), Ok(Accepted), 0),
        (taken_out("3", 1), Err(BelowZero), 0),
        (correction("4", "9", 5), Err(CorrectedUnknown), 0),
        (correction("4", "1", -5), Err(BelowZero), 0),
        (correction("4", "1", 5), Ok(Accepted), 5),
        (correction("5", "4", -5), Ok(Accepted), 0),
        (correction("4", "1", 5), Ok(Repeated), 0),
        (said(Declared, paid("6", 10)), Ok(Accepted), 0),
        (correction("7", "6", 10), Err(CorrectedUnknown), 0),
        (said(Received, paid("6", 10)), Ok(Repeated), 0),
        (paid("6", 10), Ok(Repeated), 20),
        (said(Declared, paid("6", 10)), Ok(Repeated), 20),
        (said(Withdrawn, paid("6", 10)), Err(FaultCode::PostingState), 20),
        (said(Declared, paid("8", 10)), Ok(Accepted), 20),
        (said(Withdrawn, paid("8", 10)), Ok(Repeated), 20),
        (paid("8", 10), Err(FaultCode::PostingState), 20),
        (taken_out("1", 1), Err(PostingDiffers), 20),
        (paid("9", -1), Err(PostingUnfit), 20),
        (employed.clone(), Ok(Accepted), 20),
        (NewPosting { employer: None, ..employed }, Err(PostingDiffers), 20),
        (elsewhere, Err(EmployerUnknown), 20),
    ] {
        let before = shelf.clone();
        assert_eq!(shelf.take(BATCH, std::slice::from_ref(&line)), [expected], "{line:?}");
        assert_eq!(shelf.balance(), balance, "{line:?}");
        assert!(expected.is_ok() || shelf == before, "{line:?} was refused and changed something");
    }
    let states: Vec<_> = ["1", "4", "6", "8"]
        .map(|number| shelf.postings[&(Uuid::from_u128(1), number.to_owned())].state)
        .into();
    assert_eq!(states, [Corrected, Corrected, Posted, Withdrawn]);
}

#[test]
fn lines_that_fit_together_alone_are_taken_together() {
    let mut shelf = Shelf::of(2);
    let mended = [taken_out("wrong", 80), correction("c", "wrong", 80), taken_out("right", 60)];
    assert_eq!(shelf.take(BATCH, &[paid("1", 50)]), [Ok(Accepted)]);
    // The right one came first, and the wrong one fits no more.
    assert_eq!(shelf.take(BATCH, &mended[2..]), [Ok(Accepted)]);
    assert_eq!(shelf.take(BATCH, &mended[..1]), [Err(BelowZero)]);
    assert_eq!(shelf.take(BATCH, &mended[1..2]), [Err(CorrectedUnknown)]);
    let elsewhere = line(2, "1", PostingKind::Withdrawal, -1, 0);
    let both = [mended[1].clone(), elsewhere, mended[0].clone()];
    assert_eq!(shelf.take(BATCH, &both), [Ok(Accepted), Err(BelowZero), Ok(Accepted)]);
    assert_eq!(shelf.balance(), 40);
    // Together they do not help where the account is overdrawn in the end.
    let over = [taken_out("x", 90), correction("y", "x", 49)];
    assert_eq!(shelf.take(BATCH, &over), [Err(BelowZero), Err(CorrectedUnknown)]);
    assert_eq!(shelf.balance(), 40);
}

#[test]
fn an_account_does_not_hold_more_than_can_be_counted() {
    let mut shelf = Shelf::of(1);
    let many: Vec<_> = (0..501).map(|n| paid(&n.to_string(), 1_000_000_000_000)).collect();
    let outcomes = shelf.take(BATCH, &many);
    assert_eq!(outcomes[..500], vec![Ok(Accepted); 500]);
    assert_eq!(outcomes[500], Err(TooMuch));
}

#[test]
fn another_batch_that_says_the_same_counts_it_once_for_itself() {
    let (mut shelf, other) = (Shelf::of(1), Uuid::from_u128(10));
    assert_eq!(shelf.take(BATCH, &[paid("1", 50), paid("1", 50)]), [Ok(Accepted), Ok(Repeated)]);
    assert_eq!(shelf.take(other, &[paid("1", 50), paid("1", 50)]), [Ok(Accepted), Ok(Repeated)]);
    assert_eq!(shelf.balance(), 100);
}

#[test]
fn the_last_month_paid_for_is_the_latest_that_counts() {
    let mut shelf = Shelf::of(1);
    let of = |month: &str, line: NewPosting| NewPosting { month: month.parse().unwrap(), ..line };
    let lines = [
        of("2026-09-01", paid("1", 1)),
        of("2026-08-01", line(1, "2", PostingKind::BackPayment, 1, 1)),
        of("2026-12-01", said(Declared, paid("3", 1))),
        of("2026-11-01", line(1, "4", PostingKind::Interest, 1, 0)),
    ];
    assert_eq!(shelf.take(BATCH, &lines), [Ok(Accepted); 4]);
    let last = shelf.accounts[&Uuid::from_u128(1)].last_posted_month;
    assert_eq!(last, Some("2026-09-01".parse().unwrap()));
}

/// What a centre keeps of an account, in its own order: each line is right after those before it.
fn history() -> impl Strategy<Value = Vec<NewPosting>> {
    let step = (1u128..4, 0u8..5, 1i64..1_000);
    prop::collection::vec(step, 1..60).prop_map(|steps| {
        let (mut lines, mut held) = (Vec::new(), [0_i64; 4]);
        for (n, (account, what, minor)) in steps.into_iter().enumerate() {
            let own = &mut held[usize::try_from(account).unwrap()];
            let number = n.to_string();
            let last = lines.iter().rfind(|line: &&NewPosting| {
                line.account.as_str() == format!("A{account}") && line.state == Posted
            });
            let posted = line(account, &number, PostingKind::Remittance, minor, minor);
            let next = match (what, last) {
                (0, _) if *own >= minor => {
                    line(account, &number, PostingKind::Withdrawal, -minor, 0)
                }
                (1, Some(of)) => NewPosting {
                    corrects: Some(of.number.clone()),
                    ..line(account, &number, PostingKind::Correction, minor, 0)
                },
                (2, _) => said(Declared, posted),
                _ => posted,
            };
            if next.state == Posted {
                *own += next.amount_minor();
            }
            lines.push(next);
        }
        lines
    })
}

/// Sends parts, and what was refused for the time being as further parts, as a centre does.
fn arrive(parts: &[Vec<NewPosting>]) -> (Shelf, usize) {
    let (mut shelf, mut accepted) = (Shelf::of(3), 0);
    let mut waiting = Vec::new();
    let mut send = |lines: &[NewPosting], waiting: &mut Vec<NewPosting>| {
        let outcomes = shelf.take(BATCH, lines);
        accepted += outcomes.iter().filter(|outcome| **outcome == Ok(Accepted)).count();
        let refused = outcomes.iter().zip(lines).filter(|(outcome, _)| outcome.is_err());
        waiting.extend(refused.map(|(outcome, line)| {
            assert!(outcome.unwrap_err().is_passing(), "{outcome:?} {line:?}");
            line.clone()
        }));
    };
    for part in parts {
        send(part, &mut waiting);
    }
    while !waiting.is_empty() {
        let again = std::mem::take(&mut waiting);
        send(&again, &mut waiting);
        assert!(waiting.len() < again.len(), "{waiting:?} never fit");
    }
    (shelf, accepted)
}

proptest! {
    #[test]
    fn parts_in_any_order_and_any_of_them_again_come_to_the_same(
        lines in history(),
        size in 1usize..9,
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        seed in any::<u64>(),
    ) {
        let parts: Vec<Vec<NewPosting>> = lines.chunks(size).map(<[_]>::to_vec).collect();
        let (expected, counted) = arrive(&parts);
        prop_assert_eq!(counted, lines.len(), "what is in order is taken as it is");
        let mut shuffled: Vec<_> = order.iter().map(|index| index.get(&parts).clone()).collect();
        let mut rest = parts.clone();
        rest.rotate_left(usize::try_from(seed % 7).unwrap() % parts.len());
        rest.reverse();
        shuffled.extend(rest);
        let (found, again) = arrive(&shuffled);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(again, counted, "each line counts once");
    }
}
