//! Parts of accounts, loans and terms. Of each kind a centre's parts are taken one after the other.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
};

use citygate_identity::{Access, Named, PersonId, Reason, persons};
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::{Centre, intake::Outcome};
use crate::{
    error::Error,
    model::{
        AccountFacts, AccountId, Batch, Conditions, EmployerId, FaultCode, LoanFacts, LoanId,
        LoanState, NewAccount, NewLoan, NewTerms, TermsKey,
    },
    rules::{
        account::can_become,
        batch::{News, Told, weigh},
        posting::Taken,
    },
    store::{accounts, batches, employers, loans},
    wire::batch::line::Line,
};

/// Why a centre names people: it keeps an account for each.
const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.records", legal_basis: "hpfr-11" };

/// What is on record by its key, and what the part changes of it.
struct Book<K, T> {
    kept: HashMap<K, Told<T>>,
    changed: BTreeMap<K, Told<T>>,
}

impl<K: Clone + Eq + Hash + Ord, T: Clone + PartialEq> Book<K, T> {
    fn new(kept: HashMap<K, Told<T>>) -> Self {
        Self { kept, changed: BTreeMap::new() }
    }

    /// Takes what a line says of `key`. `fits` compares it with what is there.
    fn take(
        &mut self,
        batch: &Batch,
        key: K,
        content: T,
        fits: impl FnOnce(&T, &T) -> Result<(), FaultCode>,
    ) -> Result<Taken, FaultCode> {
        let said = Told { content, as_of: batch.declared.as_of, batch: batch.id.uuid() };
        let kept = self.kept.get(&key);
        let news = weigh(kept, &said)?;
        if let (Some(kept), News::Newer) = (kept, news) {
            fits(&kept.content, &said.content)?;
        }
        match news {
            News::Newer => {
                self.kept.insert(key.clone(), said.clone());
                self.changed.insert(key, said);
                Ok(Taken::Accepted)
            }
            News::Older => Ok(Taken::Accepted),
            News::Repeated => Ok(Taken::Repeated),
        }
    }
}

/// Reads lines, and lets `take` decide on those that can be read, in their order.
fn each<L: Line>(
    lines: &[Result<L, FaultCode>],
    mut take: impl FnMut(&L) -> Result<(Taken, i64), FaultCode>,
) -> Vec<Outcome> {
    lines.iter().map(|line| line.as_ref().map_err(|code| *code).and_then(&mut take)).collect()
}

fn read<L: Line>(lines: &[&[u8]]) -> Vec<Result<L, FaultCode>> {
    lines.iter().map(|line| L::read(line)).collect()
}

/// Takes lines of accounts: their holders are named to the city, and their employers noted.
pub(super) async fn accounts(
    cx: &Cx,
    tx: &mut Tx<'_>,
    centre: Centre,
    batch: &Batch,
    lines: &[&[u8]],
) -> Result<Vec<Outcome>, Error> {
    batches::lock_centre(tx, batch.agency, batch.declared.kind).await?;
    let read = read::<NewAccount>(lines);
    let told: Vec<&NewAccount> = read.iter().flatten().collect();
    let mut holders = holders(cx, tx, centre, &told).await?.into_iter();
    let paying = employers_of(cx, tx, batch, &told).await?;
    let numbers = distinct(told.iter().map(|account| account.number.as_str()));
    let mut book = Book::new(accounts::facts_by_numbers(tx, batch.agency, &numbers).await?);
    let outcomes = each(&read, |new| {
        let person = holders.next().ok_or(FaultCode::Malformed)?;
        let employer = new.employer.as_ref().map(|(number, _)| number.as_str());
        let facts = AccountFacts {
            person,
            state: new.state,
            opened_on: new.opened_on,
            employer: employer.and_then(|number| paying.get(number).copied()),
            base_minor: new.base_minor,
            own_rate_bp: new.own_rate_bp,
            employer_rate_bp: new.employer_rate_bp,
        };
        let taken = book.take(batch, new.number.as_str().to_owned(), facts, follows)?;
        Ok((taken, new.base_minor))
    });
    let changed: Vec<_> =
        book.changed.iter().map(|(no, told)| (no.as_str(), told.clone())).collect();
    let fresh = |_: &_| AccountId::new(batch.agency.city(), &cx.clock).uuid();
    let ids: Vec<Uuid> = changed.iter().map(fresh).collect();
    accounts::put_facts(tx, batch.agency, &ids, &changed).await?;
    Ok(outcomes)
}

/// Whether an account may come to stand so.
fn follows(kept: &AccountFacts, said: &AccountFacts) -> Result<(), FaultCode> {
    if kept.person != said.person {
        return Err(FaultCode::AccountOfAnother);
    }
    if can_become(kept.state, said.state) { Ok(()) } else { Err(FaultCode::AccountState) }
}

async fn holders(
    cx: &Cx,
    tx: &mut Tx<'_>,
    centre: Centre,
    told: &[&NewAccount],
) -> Result<Vec<PersonId>, Error> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let named = told.iter().map(|account| Named {
        id_number: &account.id_number,
        name: Some(account.name.expose()),
        case: Some(account.number.as_str()),
    });
    let named: Vec<Named<'_>> = named.collect();
    Ok(persons(&cx.keys, tx, &Access::new(cx, centre.by, REASON), &named).await?)
}

async fn employers_of(
    cx: &Cx,
    tx: &mut Tx<'_>,
    batch: &Batch,
    told: &[&NewAccount],
) -> Result<HashMap<String, Uuid>, Error> {
    let mut named: BTreeMap<&str, (Uuid, &str)> = BTreeMap::new();
    for (number, name) in told.iter().filter_map(|account| account.employer.as_ref()) {
        let id = EmployerId::new(batch.agency.city(), &cx.clock).uuid();
        let (_, greatest) = named.entry(number.as_str()).or_insert((id, name));
        *greatest = (*greatest).max(name);
    }
    let numbers: Vec<&str> = named.keys().copied().collect();
    if !named.is_empty() {
        employers::put(tx, batch.agency, batch.declared.as_of, &named).await?;
    }
    employers::ids_by_numbers(tx, batch.agency, &numbers).await
}

/// Takes lines of loans.
pub(super) async fn loans(
    cx: &Cx,
    tx: &mut Tx<'_>,
    batch: &Batch,
    lines: &[&[u8]],
) -> Result<Vec<Outcome>, Error> {
    batches::lock_centre(tx, batch.agency, batch.declared.kind).await?;
    let read = read::<NewLoan>(lines);
    let told: Vec<&NewLoan> = read.iter().flatten().collect();
    let numbers = distinct(told.iter().map(|loan| loan.account.as_str()));
    let known = accounts::ids_by_numbers(tx, batch.agency, &numbers).await?;
    let numbers = distinct(told.iter().map(|loan| loan.number.as_str()));
    let mut book = Book::new(loans::by_numbers(tx, batch.agency, &numbers).await?);
    let outcomes = each(&read, |new| {
        let account = known.get(new.account.as_str()).ok_or(FaultCode::AccountUnknown)?;
        let facts = loan_facts(*account, new)?;
        let taken = book.take(batch, new.number.as_str().to_owned(), facts, |_, _| Ok(()))?;
        Ok((taken, new.balance_minor))
    });
    let changed: Vec<_> =
        book.changed.iter().map(|(no, told)| (no.as_str(), told.clone())).collect();
    let fresh = |_: &_| LoanId::new(batch.agency.city(), &cx.clock).uuid();
    let ids: Vec<Uuid> = changed.iter().map(fresh).collect();
    loans::put(tx, batch.agency, &ids, &changed).await?;
    Ok(outcomes)
}

fn loan_facts(account: Uuid, new: &NewLoan) -> Result<LoanFacts, FaultCode> {
    let settled = new.state == LoanState::Settled;
    let fits = (1..).contains(&new.principal_minor)
        && new.balance_minor <= new.principal_minor
        && settled == (new.balance_minor == 0);
    let facts = LoanFacts {
        account,
        principal_minor: new.principal_minor,
        annual_rate_ppm: new.annual_rate_ppm,
        method: new.method,
        months: new.months,
        first_due_on: new.first_due_on,
        balance_minor: new.balance_minor,
        state: new.state,
    };
    if fits { Ok(facts) } else { Err(FaultCode::LoanUnfit) }
}

/// Takes lines of terms.
pub(super) async fn terms(
    tx: &mut Tx<'_>,
    batch: &Batch,
    lines: &[&[u8]],
) -> Result<Vec<Outcome>, Error> {
    batches::lock_centre(tx, batch.agency, batch.declared.kind).await?;
    let city = batch.agency.city();
    let read = read::<NewTerms>(lines);
    let told: Vec<&NewTerms> = read.iter().flatten().collect();
    let numbers = distinct(told.iter().map(|terms| terms.account.as_str()));
    let known = accounts::ids_by_numbers(tx, batch.agency, &numbers).await?;
    let numbers = distinct(told.iter().filter_map(|terms| Some(terms.employer.as_ref()?.as_str())));
    let paying = employers::ids_by_numbers(tx, batch.agency, &numbers).await?;
    let key = |terms: &NewTerms| Some((*known.get(terms.account.as_str())?, terms.from_month));
    let keys: BTreeSet<TermsKey> = told.iter().filter_map(|terms| key(terms)).collect();
    let keys: Vec<TermsKey> = keys.into_iter().collect();
    let mut book = Book::new(accounts::terms_by_keys(tx, city, &keys).await?);
    let outcomes = each(&read, |new| {
        let key = key(new).ok_or(FaultCode::AccountUnknown)?;
        let employer = match &new.employer {
            Some(number) => Some(*paying.get(number.as_str()).ok_or(FaultCode::EmployerUnknown)?),
            None => None,
        };
        let conditions = Conditions {
            employer,
            base_minor: new.base_minor,
            own_rate_bp: new.own_rate_bp,
            employer_rate_bp: new.employer_rate_bp,
        };
        let taken = book.take(batch, key, conditions, |_, _| Ok(()))?;
        Ok((taken, new.base_minor))
    });
    let changed: Vec<_> = book.changed.into_iter().collect();
    accounts::put_terms(tx, city, &changed).await?;
    Ok(outcomes)
}

fn distinct<'a>(numbers: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    numbers.collect::<BTreeSet<_>>().into_iter().collect()
}
