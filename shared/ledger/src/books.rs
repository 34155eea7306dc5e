//! Books: accounts and holds of one batch, locked, moved in memory, and written in a few
//! statements however many transfers there are.
//!
//! ```text
//! let mut books = Books::open(tx, accounts, holds).await?;   // lock
//! books.post(&[linked, transfers])?;                         // each group: all or nothing
//! books.write(tx).await?;                                    // write
//! ```
//!
//! Open once in a transaction, after everything else is locked: balances are the last locks in the
//! order of all writers.

use std::collections::{BTreeMap, BTreeSet};

use citygate_kernel::Money;
use citygate_platform::db::Tx;
use futures_util::future::try_join4;

use crate::{
    chain,
    error::Error,
    jobs,
    model::{Account, AccountId, Balance, Hold, Transfer, TransferId},
    rules::{Fold, Posted, State, fits},
    store,
};

/// Locked accounts and holds, and what was posted on them.
pub struct Books {
    fold: Fold,
    /// The accounts that exist.
    ids: BTreeMap<Account, AccountId>,
    /// The holds as they were locked.
    held: BTreeMap<TransferId, Hold>,
}

impl Books {
    /// Locks accounts, and holds with their accounts. Accounts that do not exist yet are opened
    /// when something reaches them.
    pub async fn open(
        tx: &Tx<'_>,
        accounts: impl IntoIterator<Item = Account>,
        holds: &[TransferId],
    ) -> Result<Self, Error> {
        let held = store::lock_holds(tx, holds).await?;
        let mut wanted: BTreeSet<Account> = accounts.into_iter().collect();
        wanted.extend(held.values().flat_map(|hold| [hold.debit, hold.credit]));
        let locked = store::lock(tx, &wanted).await?;
        let ids = locked.iter().map(|(account, (id, _))| (*account, *id)).collect();
        let states = wanted
            .iter()
            .map(|account| {
                let known = locked.get(account).map(|(_, state)| *state);
                (*account, known.unwrap_or_else(|| State::new(account)))
            })
            .collect();
        let fold = Fold { now: tx.now(), states, holds: held.clone(), posted: Vec::new() };
        Ok(Self { fold, ids, held })
    }

    /// Posts linked transfers: all of them, or none.
    pub fn post(&mut self, linked: &[Transfer]) -> Result<(), Error> {
        self.fold.apply(linked)
    }

    /// The counters of a locked account as they are by now.
    pub fn balance(&self, account: &Account) -> Balance {
        self.fold.states.get(account).map(|state| state.balance).unwrap_or_default()
    }

    /// Lets a locked account go below zero by so much.
    pub(crate) async fn set_overdraft(
        mut self,
        tx: &mut Tx<'_>,
        account: &Account,
        overdraft: Money,
    ) -> Result<(), Error> {
        if overdraft.currency() != account.currency {
            return Err(Error::CurrencyMismatch);
        }
        if overdraft.minor() < 0 {
            return Err(Error::AmountNotPositive);
        }
        let state = self.fold.states.get(account).ok_or(Error::NotLocked)?;
        fits(&Balance { overdraft: overdraft.minor(), ..state.balance })?;
        if !self.ids.contains_key(account) {
            self.ids.extend(store::open(tx, &[*account]).await?);
        }
        let id = *self.ids.get(account).ok_or(Error::NotLocked)?;
        store::set_overdraft(tx, id, overdraft.minor()).await
    }

    /// Writes what was posted.
    pub async fn write(self, tx: &Tx<'_>) -> Result<(), Error> {
        self.ready(tx).await?.write(tx).await
    }

    /// Opens the accounts that are reached for the first time, and exchanges holds: what has to
    /// be there before the rest is written.
    pub async fn ready(mut self, tx: &Tx<'_>) -> Result<ReadyBooks, Error> {
        let touched: BTreeSet<Account> =
            self.fold.posted.iter().flat_map(|posted| [posted.debit, posted.credit]).collect();
        let unopened: Vec<Account> =
            touched.iter().filter(|account| !self.ids.contains_key(account)).copied().collect();
        if !unopened.is_empty() {
            self.ids.extend(store::open(tx, &unopened).await?);
        }
        let changed: BTreeMap<Account, (AccountId, State)> = touched
            .into_iter()
            .filter_map(|a| Some((a, (*self.ids.get(&a)?, *self.fold.states.get(&a)?))))
            .collect();
        self.exchange_holds(tx).await?;
        Ok(ReadyBooks { posted: self.fold.posted, ids: self.ids, changed })
    }

    /// Writes the holds that were made, deletes those that were resolved, and sees to it that the
    /// new ones end.
    async fn exchange_holds(&self, tx: &Tx<'_>) -> Result<(), Error> {
        let (before, after) = (&self.held, &self.fold.holds);
        let gone: Vec<TransferId> =
            before.keys().filter(|id| !after.contains_key(id)).copied().collect();
        let made: Vec<&Hold> =
            after.values().filter(|hold| !before.contains_key(&hold.id)).collect();
        if !gone.is_empty() {
            store::delete_holds(tx, &gone).await?;
        }
        if made.is_empty() {
            return Ok(());
        }
        store::insert_holds(tx, &made, &self.ids).await?;
        let ends = made.iter().filter_map(|hold| Some((hold.id, hold.expires_at?))).collect();
        jobs::schedule(tx, ends).await
    }
}

/// Books of which only what was posted is still to be written.
pub struct ReadyBooks {
    posted: Vec<Posted>,
    ids: BTreeMap<Account, AccountId>,
    changed: BTreeMap<Account, (AccountId, State)>,
}

impl ReadyBooks {
    /// Writes it in one go, which others may join.
    pub async fn write(&self, tx: &Tx<'_>) -> Result<(), Error> {
        if self.posted.is_empty() {
            return Ok(());
        }
        // In this order.
        let written = try_join4(
            store::insert_transfers(tx, &self.posted, &self.ids),
            store::insert_entries(tx, &self.posted, &self.ids),
            store::update_balances(tx, &self.changed),
            chain::seal(tx, &self.posted, &self.ids),
        );
        written.await.map(|_| ())
    }
}
