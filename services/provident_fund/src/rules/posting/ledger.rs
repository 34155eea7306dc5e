//! A page of the ledger: the accounts that a part touches, and the postings of them that it names.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Event, event, is_fit, next};
use crate::model::{FaultCode, NewPosting, PostingKind, PostingState};

/// The most that an account holds, in minor units: well below what a column can count.
const BALANCE_MAX: i64 = 1_000_000_000_000_000;

/// An account as far as postings change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountKept {
    pub id: Uuid,
    pub balance_minor: i64,
    pub last_posted_month: Option<NaiveDate>,
}

/// A posting as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostingKept {
    pub kind: PostingKind,
    pub state: PostingState,
    pub month: NaiveDate,
    pub booked_on: NaiveDate,
    pub own_minor: i64,
    pub employer_minor: i64,
    pub corrects: Option<String>,
    pub employer: Option<Uuid>,
    /// The batch that named it last; none where it was in no batch.
    pub batch: Option<Uuid>,
}

impl PostingKept {
    fn says_the_same(&self, other: &Self) -> bool {
        let content = |one: &Self| {
            let amounts = (one.own_minor, one.employer_minor);
            (one.kind, one.month, one.booked_on, amounts, one.corrects.clone(), one.employer)
        };
        content(self) == content(other)
    }

    fn amount_minor(&self) -> i64 {
        self.own_minor.saturating_add(self.employer_minor)
    }
}

/// The account of a posting, and its number.
pub(crate) type PostingKey = (Uuid, String);

/// A row as it is now, and as it was on record, if it was.
#[derive(Debug, Clone)]
struct Page<T> {
    now: T,
    before: Option<T>,
}

impl<T: Clone> Page<T> {
    fn kept(row: T) -> Self {
        Self { before: Some(row.clone()), now: row }
    }
}

/// What is on record of the accounts that a part names, and what the part changes of it.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// The batch whose lines are taken.
    batch: Uuid,
    /// By the centre's numbers.
    accounts: HashMap<String, Page<AccountKept>>,
    /// By their national numbers.
    employers: HashMap<String, Uuid>,
    postings: HashMap<PostingKey, Page<PostingKept>>,
    /// What no balance falls below from one line to the next.
    floor_minor: i64,
}

/// What became of a line that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// On record, and the batch had not said so before.
    Accepted,
    /// The batch had named the posting already.
    Repeated,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Accounts that hold something else now.
    pub accounts: Vec<AccountKept>,
    /// Postings that were not there.
    pub added: Vec<(PostingKey, PostingKept)>,
    /// Postings that stand otherwise, or were named by another batch.
    pub changed: Vec<(PostingKey, PostingKept)>,
}

impl Ledger {
    /// What is on record for a batch: accounts by their numbers, employers by theirs, postings.
    pub(crate) fn new(
        batch: Uuid,
        accounts: HashMap<String, AccountKept>,
        employers: HashMap<String, Uuid>,
        postings: HashMap<PostingKey, PostingKept>,
    ) -> Self {
        Self {
            batch,
            accounts: accounts.into_iter().map(|(no, row)| (no, Page::kept(row))).collect(),
            employers,
            postings: postings.into_iter().map(|(key, row)| (key, Page::kept(row))).collect(),
            floor_minor: 0,
        }
    }

    /// Takes a line, or refuses it and changes nothing.
    fn take(&mut self, new: &NewPosting) -> Result<Taken, FaultCode> {
        if !is_fit(new) {
            return Err(FaultCode::PostingUnfit);
        }
        let account = self.accounts.get(new.account.as_str()).ok_or(FaultCode::AccountUnknown)?;
        let key = (account.now.id, new.number.as_str().to_owned());
        let said = self.said(new)?;
        match self.postings.get(&key).map(|page| page.now.clone()) {
            Some(kept) => self.say_again(new, key, &kept, &said),
            None => self.add(new, key, said),
        }
    }

    fn said(&self, new: &NewPosting) -> Result<PostingKept, FaultCode> {
        let employer = match &new.employer {
            Some(number) => {
                let known = self.employers.get(number.as_str());
                Some(*known.ok_or(FaultCode::EmployerUnknown)?)
            }
            None => None,
        };
        Ok(PostingKept {
            kind: new.kind,
            state: new.state,
            month: new.month,
            booked_on: new.booked_on,
            own_minor: new.own_minor,
            employer_minor: new.employer_minor,
            corrects: new.corrects.as_ref().map(|number| number.as_str().to_owned()),
            employer,
            batch: Some(self.batch),
        })
    }

    fn add(
        &mut self,
        new: &NewPosting,
        key: PostingKey,
        said: PostingKept,
    ) -> Result<Taken, FaultCode> {
        let corrected = said.corrects.as_ref().map(|number| (key.0, number.clone()));
        let corrected = match corrected {
            Some(other) => {
                let state = self.postings.get(&other).map(|page| page.now.state);
                let state = state.and_then(|state| next(state, Event::Correct));
                Some((other, state.ok_or(FaultCode::CorrectedUnknown)?))
            }
            None => None,
        };
        self.count(new, &said, said.state.counts())?;
        if let Some((other, state)) = corrected
            && let Some(page) = self.postings.get_mut(&other)
        {
            page.now.state = state;
        }
        self.postings.insert(key, Page { now: said, before: None });
        Ok(Taken::Accepted)
    }

    fn say_again(
        &mut self,
        new: &NewPosting,
        key: PostingKey,
        kept: &PostingKept,
        said: &PostingKept,
    ) -> Result<Taken, FaultCode> {
        if !kept.says_the_same(said) {
            return Err(FaultCode::PostingDiffers);
        }
        let state = next(kept.state, event(said.state)).ok_or(FaultCode::PostingState)?;
        self.count(new, said, state.counts() && !kept.state.counts())?;
        if let Some(page) = self.postings.get_mut(&key) {
            page.now.state = state;
            page.now.batch = Some(self.batch);
        }
        Ok(if kept.batch == Some(self.batch) { Taken::Repeated } else { Taken::Accepted })
    }

    /// Moves the balance, where the posting begins to count.
    fn count(
        &mut self,
        new: &NewPosting,
        posting: &PostingKept,
        begins: bool,
    ) -> Result<(), FaultCode> {
        if !begins {
            return Ok(());
        }
        let account = self.accounts.get_mut(new.account.as_str());
        let account = &mut account.ok_or(FaultCode::AccountUnknown)?.now;
        let balance = account.balance_minor.saturating_add(posting.amount_minor());
        if balance < self.floor_minor {
            return Err(FaultCode::BelowZero);
        }
        if balance > BALANCE_MAX {
            return Err(FaultCode::TooMuch);
        }
        account.balance_minor = balance;
        if matches!(posting.kind, PostingKind::Remittance | PostingKind::BackPayment) {
            account.last_posted_month = account.last_posted_month.max(Some(posting.month));
        }
        Ok(())
    }

    /// The numbers of the accounts whose balance is not below zero.
    fn above_zero(&self) -> HashSet<String> {
        let sound = self.accounts.iter().filter(|(_, page)| page.now.balance_minor >= 0);
        sound.map(|(number, _)| number.clone()).collect()
    }

    /// Takes over what a trial came to, of some accounts.
    fn adopt(&mut self, trial: Self, sound: &HashSet<String>) {
        let accounts = trial.accounts.into_iter().filter(|(number, _)| sound.contains(number));
        let accounts: Vec<_> = accounts.collect();
        let ids: HashSet<Uuid> = accounts.iter().map(|(_, page)| page.now.id).collect();
        self.accounts.extend(accounts);
        let postings = trial.postings.into_iter();
        self.postings.extend(postings.filter(|((account, _), _)| ids.contains(account)));
    }

    /// What is to be written, in the order of the keys.
    pub(crate) fn changes(self) -> Changes {
        let mut changes = Changes::default();
        let accounts = self.accounts.into_values();
        let moved = accounts.filter(|page| page.before.as_ref() != Some(&page.now));
        changes.accounts = moved.map(|page| page.now).collect();
        for (key, Page { now, before }) in self.postings {
            match before {
                None => changes.added.push((key, now)),
                Some(before) if before != now => changes.changed.push((key, now)),
                Some(_) => {}
            }
        }
        changes.accounts.sort_by_key(|account| account.id);
        changes.added.sort_by(|(one, _), (other, _)| one.cmp(other));
        changes.changed.sort_by(|(one, _), (other, _)| one.cmp(other));
        changes
    }
}

/// What became of each line.
pub(crate) type Outcomes = Vec<Result<Taken, FaultCode>>;

/// Takes the lines of a part in whatever order they need. The outcome of each, in the order of the
/// lines.
///
/// What lacks something that another line brings is tried again after it. What is left of an account
/// then is tried together: a withdrawal that was wrong, its correction and the right one fit into a
/// balance that none of them fits into alone. At the end of the part no balance is below zero.
pub(crate) fn settle(ledger: &mut Ledger, lines: &[&NewPosting]) -> Outcomes {
    let mut outcomes = lines.iter().map(|line| ledger.take(line)).collect();
    try_again(ledger, lines, &mut outcomes);
    if outcomes.iter().any(is_waiting) {
        let mut trial = Ledger { floor_minor: i64::MIN, ..ledger.clone() };
        let mut together = outcomes.clone();
        try_again(&mut trial, lines, &mut together);
        let sound = trial.above_zero();
        for ((outcome, together), line) in outcomes.iter_mut().zip(together).zip(lines) {
            if sound.contains(line.account.as_str()) {
                *outcome = together;
            }
        }
        ledger.adopt(trial, &sound);
    }
    outcomes
}

fn is_waiting(outcome: &Result<Taken, FaultCode>) -> bool {
    matches!(outcome, Err(code) if code.is_passing())
}

/// Takes what waits, until none of it can be taken any more.
fn try_again(ledger: &mut Ledger, lines: &[&NewPosting], outcomes: &mut Outcomes) {
    let mut progress = true;
    while progress {
        progress = false;
        for (outcome, line) in outcomes.iter_mut().zip(lines) {
            if is_waiting(outcome) {
                *outcome = ledger.take(line);
                progress |= outcome.is_ok();
            }
        }
    }
}
