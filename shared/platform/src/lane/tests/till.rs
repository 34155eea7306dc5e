//! A till that plays the database: a transaction is whole or not at all, each key is used once,
//! and there is every kind of trouble.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use citygate_kernel::CityCode;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use uuid::Uuid;

use super::super::Command;
use crate::{
    db::DbError,
    idempotency::{Claim, Place},
};

/// How long a transaction takes.
pub(super) const TIME: Duration = Duration::from_millis(5);
/// How long one takes that is too slow.
pub(super) const SLOW: Duration = Duration::from_secs(1);

/// Something to put into the till.
pub(super) struct Coins {
    /// In the order of arrival.
    pub number: usize,
    pub amount: u32,
    pub kind: Kind,
    pub claim: Claim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Good,
    /// The database refuses the statement in which it is.
    Poison,
    /// Whoever touches it panics.
    Bomb,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Taken { total: u32 },
    Full,
}

impl Command for Coins {
    type Outcome = Said;

    fn claim(&self) -> &Claim {
        &self.claim
    }
}

/// Coins under a key.
pub(super) fn coins(number: usize, key: usize, kind: Kind) -> Coins {
    let claim = Claim {
        city: CityCode::HANGZHOU,
        subject_id: Uuid::nil(),
        key: key.to_string(),
        request_hash: Vec::new(),
    };
    Coins { number, amount: 1, kind, claim }
}

/// What becomes of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Fine,
    /// The connection is lost before COMMIT.
    Lost,
    /// COMMIT happens, its reply is lost.
    Unheard,
    /// Neither happens.
    Undone,
    /// The reply is lost, and COMMIT happens while the next attempt waits for its locks.
    Late,
    Deadlock,
    /// Others hold a row.
    Locked,
    Slow,
    Panic,
}

#[derive(Default)]
pub(super) struct Book {
    pub said: BTreeMap<Place, Said>,
    /// Numbers in the order in which they were written.
    pub written: Vec<usize>,
    pub total: u32,
    /// Numbers of each attempt.
    pub attempts: Vec<Vec<usize>>,
    /// Who was alone in an attempt that panicked.
    pub unlucky: BTreeSet<usize>,
    /// What must not be.
    pub faults: Vec<String>,
    late: Vec<(usize, Place, Said)>,
    /// Attempts without an answer, one after the other.
    silent: usize,
}

pub(super) struct Till {
    cap: u32,
    pub book: RefCell<Book>,
    /// What becomes of the next attempt, after so many without an answer.
    weather: RefCell<Box<dyn FnMut(usize) -> Fate>>,
}

impl Till {
    pub(super) fn new(weather: impl FnMut(usize) -> Fate + 'static) -> Self {
        Self { cap: 1_000, book: RefCell::default(), weather: RefCell::new(Box::new(weather)) }
    }

    pub(super) fn with_cap(self, cap: u32) -> Self {
        Self { cap, ..self }
    }

    /// So many attempts go wrong, then all are fine.
    pub(super) fn troubled(fates: impl IntoIterator<Item = Fate, IntoIter: 'static>) -> Self {
        let mut fates = fates.into_iter();
        Self::new(move |_| fates.next().unwrap_or(Fate::Fine))
    }

    pub(super) fn attempts(&self) -> Vec<Vec<usize>> {
        self.book.borrow().attempts.clone()
    }

    /// What was under way when nobody was asked any more.
    pub(super) fn close(&self) {
        self.book.borrow_mut().land();
    }

    /// A batch in one transaction.
    pub(super) async fn run(&self, batch: &[Coins]) -> Result<Vec<Said>, DbError> {
        let silent = self.book.borrow().silent;
        let fate = (self.weather.borrow_mut())(silent);
        self.book.borrow_mut().begin(batch);
        tokio::time::sleep(if fate == Fate::Slow { SLOW } else { TIME }).await;
        let mut book = self.book.borrow_mut();
        let result = self.attempt(&mut book, batch, fate);
        book.silent = match &result {
            Err(error) if error.is_passing() => silent + 1,
            _ => 0,
        };
        result
    }

    fn attempt(&self, book: &mut Book, batch: &[Coins], fate: Fate) -> Result<Vec<Said>, DbError> {
        match fate {
            Fate::Lost => return Err(statement(DatabaseErrorKind::ClosedConnection, "gone")),
            Fate::Deadlock => return Err(unnamed("deadlock detected")),
            Fate::Locked => return Err(unnamed("canceling statement due to lock timeout")),
            Fate::Slow => return Err(DbError::Deadline("till")),
            Fate::Panic => {
                book.unlucky.extend(batch.first().filter(|_| batch.len() == 1).map(|c| c.number));
                book.silent = 0;
                panic!("bad luck");
            }
            Fate::Fine | Fate::Unheard | Fate::Undone | Fate::Late => {}
        }
        let known: Vec<Option<Said>> =
            batch.iter().map(|coins| book.said.get(&coins.claim.place()).cloned()).collect();
        let fresh = || batch.iter().zip(&known).filter(|(_, known)| known.is_none());
        if fresh().any(|(coins, _)| coins.kind == Kind::Bomb) {
            book.silent = 0;
            panic!("a bomb");
        }
        if fresh().any(|(coins, _)| coins.kind == Kind::Poison) {
            return Err(statement(DatabaseErrorKind::CheckViolation, "poison"));
        }
        // Whoever held the locks has committed by now.
        book.land();
        let (said, writes) = self.decide(book.total, batch, known);
        if writes.iter().any(|(_, place, _)| book.said.contains_key(place)) {
            return Err(DbError::Overtaken("a key was used meanwhile"));
        }
        let unknown = Err(DbError::OutcomeUnknown { name: "till", source: None });
        match fate {
            Fate::Undone => return unknown,
            Fate::Late => book.late = writes,
            _ => book.write(writes),
        }
        if fate == Fate::Fine { Ok(said) } else { unknown }
    }

    /// What is said to each, and what is written.
    fn decide(
        &self,
        mut total: u32,
        batch: &[Coins],
        known: Vec<Option<Said>>,
    ) -> (Vec<Said>, Vec<(usize, Place, Said)>) {
        let mut writes = Vec::new();
        let said = batch.iter().zip(known).map(|(coins, known)| {
            known.unwrap_or_else(|| {
                let fits = total + coins.amount <= self.cap;
                total += if fits { coins.amount } else { 0 };
                let said = if fits { Said::Taken { total } } else { Said::Full };
                writes.push((coins.number, coins.claim.place(), said.clone()));
                said
            })
        });
        (said.collect(), writes)
    }
}

impl Book {
    fn begin(&mut self, batch: &[Coins]) {
        let keys: BTreeSet<_> = batch.iter().map(|coins| coins.claim.place()).collect();
        if keys.len() != batch.len() {
            self.faults.push(format!("a key is in batch {} twice", self.attempts.len()));
        }
        self.attempts.push(batch.iter().map(|coins| coins.number).collect());
    }

    fn land(&mut self) {
        let late = std::mem::take(&mut self.late);
        self.write(late);
    }

    fn write(&mut self, writes: Vec<(usize, Place, Said)>) {
        for (number, place, said) in writes {
            if let Said::Taken { total } = said {
                self.total = total;
            }
            if self.said.insert(place, said).is_some() {
                self.faults.push(format!("{number} is written under a used key"));
            }
            self.written.push(number);
        }
    }
}

fn statement(kind: DatabaseErrorKind, message: &str) -> DbError {
    DbError::Statement(DieselError::DatabaseError(kind, Box::new(message.to_owned())))
}

/// The errors that diesel-async has no kind for.
fn unnamed(message: &str) -> DbError {
    statement(DatabaseErrorKind::Unknown, message)
}
