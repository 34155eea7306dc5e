//! What other crates ask of the ledger. All of it happens in the caller's transaction.

use citygate_kernel::{CityCode, Clock};
use citygate_platform::db::Tx;

use crate::{
    error::Error,
    model::{Account, AccountId, Balance, Transfer, TrialBalance},
    rules, store,
};

/// An account, where it exists.
pub async fn find_account(tx: &mut Tx<'_>, account: &Account) -> Result<Option<AccountId>, Error> {
    store::find_account(tx, account).await
}

/// An account, opened where it does not exist yet.
pub async fn open_account(tx: &mut Tx<'_>, account: &Account) -> Result<AccountId, Error> {
    if let Some(id) = store::find_account(tx, account).await? {
        return Ok(id);
    }
    let id = AccountId::new(account.city, &Clock::manual(tx.now()));
    if store::insert_account(tx, id, account).await? {
        return Ok(id);
    }
    // Somebody else has just opened it.
    store::find_account(tx, account).await?.ok_or(Error::AccountUnknown(id))
}

/// Posts transfers, all or none, in the order given.
pub async fn post(tx: &mut Tx<'_>, transfers: &[Transfer]) -> Result<(), Error> {
    let ids: Vec<_> =
        transfers.iter().flat_map(|transfer| [transfer.debit, transfer.credit]).collect();
    let mut states = store::lock(tx, &ids).await?;
    let mut done = Vec::with_capacity(transfers.len());
    for transfer in transfers {
        done.push((*transfer, rules::apply(&mut states, transfer)?));
    }
    store::write(tx, &done, &states).await
}

/// The counters of an account.
pub async fn balance(tx: &mut Tx<'_>, id: AccountId) -> Result<Balance, Error> {
    store::balance(tx, id).await?.ok_or(Error::AccountUnknown(id))
}

/// Debits and credits of a city's accounts, per currency. A transfer between two cities has one
/// side in each, so a single city need not balance; all of them together do.
pub async fn trial_balance(
    tx: &mut Tx<'_>,
    city: Option<CityCode>,
) -> Result<Vec<TrialBalance>, Error> {
    store::trial_balance(tx, city).await
}

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was found.
    pub what: &'static str,
    /// How often.
    pub count: i64,
}

/// Recomputes all books from their entries and names every invariant that does not hold.
pub async fn verify(tx: &mut Tx<'_>) -> Result<Vec<Fault>, Error> {
    let faults = store::faults(tx).await?;
    Ok(faults.into_iter().map(|(what, count)| Fault { what, count }).collect())
}
