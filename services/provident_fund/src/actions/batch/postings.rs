//! Parts of postings.

use std::collections::{BTreeSet, HashMap};

use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::intake::Outcome;
use crate::{
    actions::payout::{self, Payout},
    error::Error,
    model::{Batch, FaultCode, NewPosting},
    rules::posting::{AccountKept, Changes, Ledger, PostingKey, Taken, settle},
    store::{accounts, employers, postings},
    wire::batch::line::Line,
};

/// Takes lines of postings: each account's balance moves with what is posted to it.
pub(super) async fn take(
    cx: &Cx,
    tx: &mut Tx<'_>,
    batch: &Batch,
    lines: &[&[u8]],
) -> Result<Vec<Outcome>, Error> {
    let read: Vec<Result<NewPosting, FaultCode>> =
        lines.iter().map(|line| NewPosting::read(line)).collect();
    let told: Vec<&NewPosting> = read.iter().flatten().collect();
    let mut ledger = page(tx, batch, &told).await?;
    let checked = payout::check(tx, batch.agency, &told).await?;
    let fitting = told.iter().zip(&checked).filter(|(_, checked)| checked.is_ok());
    let fitting: Vec<&NewPosting> = fitting.map(|(posting, _)| *posting).collect();
    let taken = settle(&mut ledger, &fitting);
    write(tx, batch, ledger.changes()).await?;
    let settled = carry_out(cx, tx, told.iter().copied().zip(checked), taken).await?;
    let amounts = told.iter().map(|posting| posting.amount_minor());
    let mut settled = settled.into_iter().zip(amounts);
    let outcomes = read.iter().map(|line| match line {
        Ok(_) => {
            let (taken, minor) = settled.next().ok_or(Error::Damaged("a line that was read"))?;
            Ok(taken.map(|taken| (taken, minor)))
        }
        Err(code) => Ok(Err(*code)),
    });
    outcomes.collect()
}

/// Books what postings that were taken carry out. Returns what became of each line.
async fn carry_out<'a>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    checked: impl Iterator<Item = (&'a NewPosting, Result<Option<Payout>, FaultCode>)>,
    taken: Vec<Result<Taken, FaultCode>>,
) -> Result<Vec<Result<Taken, FaultCode>>, Error> {
    let (mut taken, mut settled) = (taken.into_iter(), Vec::new());
    for (posting, checked) in checked {
        let outcome = match checked {
            Ok(payout) => {
                let taken = taken.next().ok_or(Error::Damaged("a line that was read"))?;
                if let (Ok(_), Some(payout)) = (&taken, payout) {
                    payout::book(cx, tx, payout, posting).await?;
                }
                taken
            }
            Err(code) => Err(code),
        };
        settled.push(outcome);
    }
    Ok(settled)
}

/// What is on record of whatever the lines name. The accounts are held until the transaction ends.
async fn page(tx: &mut Tx<'_>, batch: &Batch, told: &[&NewPosting]) -> Result<Ledger, Error> {
    let numbers: BTreeSet<&str> = told.iter().map(|posting| posting.account.as_str()).collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let accounts = accounts::lock_by_numbers(tx, batch.agency, &numbers).await?;
    let paying = told.iter().filter_map(|posting| posting.employer.as_ref());
    let paying: BTreeSet<&str> = paying.map(|number| number.as_str()).collect();
    let paying: Vec<&str> = paying.into_iter().collect();
    let employers = employers::ids_by_numbers(tx, batch.agency, &paying).await?;
    let keys = keys(&accounts, told);
    let postings = postings::by_keys(tx, batch.agency.city(), &keys).await?;
    Ok(Ledger::new(batch.id.uuid(), accounts, employers, postings))
}

/// The postings that lines name, as their own and as what they correct.
fn keys(accounts: &HashMap<String, AccountKept>, told: &[&NewPosting]) -> Vec<PostingKey> {
    let mut keys: BTreeSet<(Uuid, &str)> = BTreeSet::new();
    for posting in told {
        let Some(account) = accounts.get(posting.account.as_str()) else { continue };
        let named = [Some(&posting.number), posting.corrects.as_ref()];
        keys.extend(named.into_iter().flatten().map(|number| (account.id, number.as_str())));
    }
    keys.into_iter().map(|(account, number)| (account, number.to_owned())).collect()
}

async fn write(tx: &mut Tx<'_>, batch: &Batch, changes: Changes) -> Result<(), Error> {
    let city = batch.agency.city();
    let Changes { accounts, added, changed } = changes;
    if !added.is_empty() {
        postings::insert(tx, city, &added).await?;
    }
    if !changed.is_empty() {
        postings::update(tx, city, &changed).await?;
    }
    if !accounts.is_empty() {
        accounts::set_balances(tx, city, &accounts).await?;
    }
    Ok(())
}
