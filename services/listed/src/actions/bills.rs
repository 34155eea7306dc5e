//! What somebody owes is fetched, and becomes bills of the gateway.

use std::collections::BTreeMap;

use citygate_identity::{PersonId, Reason, StepUp};
use citygate_inquiry::{Freshness, Registers};
use citygate_kernel::{Clock, Currency, Money, Text};
use citygate_listings::{BillSpec, ListingId, Published};
use citygate_payments::{
    BillId, BillView, NewBill, Terms, bills, cancel_bill, issue_bills, reschedule_bill,
};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{
    SERVICE,
    inquiry::{Reading, ask},
    terms::{ListedRead, bill, listed_now},
};
use crate::{
    error::Error,
    model::{BillsRecord, ListedBill, ListedBillId, ListedBillView, SaidBill, SaidBillView},
    rules::bills::{Change, Standing, change, is_believed},
    store,
};

/// Why somebody's debts are asked for.
const OWED: Reason<'static> = Reason { purpose: "listed.bill", legal_basis: "pipl-45" };

/// What a register says that somebody owes.
pub(crate) struct Fetched {
    pub reading: Reading<BillsRecord>,
    /// In the order of the register.
    pub bills: Vec<SaidBillView>,
}

/// Fetches what the caller owes, with a fresh proof. What the register says now becomes bills; what it
/// said earlier is shown, and issues nothing.
pub(crate) async fn fetch(
    cx: &Cx,
    registers: &Registers,
    proof: &StepUp<ListedRead>,
    id: ListingId,
) -> Result<Fetched, Error> {
    let listing = listed_now(cx, id).await?;
    let spec = bill(&listing)?.clone();
    let reading = ask::<BillsRecord>(cx, registers, proof, (listing, &spec.subject, OWED)).await?;
    let said = &reading.answer.record;
    if !is_believed(&spec, said) {
        tracing::warn!(listing = %id, "a register asks for more than its listing allows");
        return Err(Error::RecordUnreadable);
    }
    let person = proof.caller().person;
    let live = reading.answer.freshness == Freshness::Live;
    let bills = cx.db.tx("listed.fetch_bills", async |tx| {
        if live {
            let debt = Debt { listing: &reading.listing, spec: &spec, person };
            debt.settle(tx, said).await?;
        }
        said_views(tx, (id, person), &spec, said).await
    });
    let bills = bills.await?;
    Ok(Fetched { reading, bills })
}

/// What somebody owes under a listing.
struct Debt<'a> {
    listing: &'a Published,
    spec: &'a BillSpec,
    person: PersonId,
}

impl Debt<'_> {
    /// Brings the bills to where the register has them.
    async fn settle(&self, tx: &mut Tx<'_>, said: &BillsRecord) -> Result<(), Error> {
        let known = store::bills::lock_of(tx, self.listing.listing, self.person).await?;
        let ids: Vec<BillId> = known.iter().map(|one| one.bill).collect();
        let mut stand = bills(tx, self.listing.agency.city(), &ids).await?;
        let mut owed: BTreeMap<&str, &SaidBill> =
            said.bills.iter().map(|one| (one.no.as_str(), one)).collect();
        let mut issued = Vec::new();
        for one in &known {
            let view = stand.remove(&one.bill).ok_or(Error::Damaged("bill"))?;
            let wanted = owed.remove(one.external_no.as_str());
            issued.extend(self.follow(tx, (one, &view), wanted).await?);
        }
        issued.extend(self.note_new(tx, owed.into_values()).await?);
        for result in issue_bills(tx, &issued).await? {
            result?;
        }
        Ok(())
    }

    /// A bill that is known follows the register. Returns what is to be issued in its place.
    async fn follow(
        &self,
        tx: &mut Tx<'_>,
        (one, view): (&ListedBill, &BillView),
        said: Option<&SaidBill>,
    ) -> Result<Option<NewBill>, Error> {
        let standing = Standing {
            state: view.state,
            amount_minor: view.bill.amount.minor(),
            due_on: view.bill.due_on,
        };
        match (change(standing, said), said) {
            (Change::Keep, _) | (Change::Move | Change::Reissue, None) => Ok(None),
            (Change::Move, Some(said)) => {
                reschedule_bill(tx, one.bill, said.due_on).await?;
                Ok(None)
            }
            (Change::Withdraw, _) => {
                self.withdraw(tx, one, "the register has it no more").await?;
                Ok(None)
            }
            (Change::Reissue, Some(said)) => {
                if !self.withdraw(tx, one, "the register has changed it").await? {
                    return Ok(None);
                }
                let bill = self.new_bill(tx, said);
                store::bills::set_bill(tx, one.id, bill.id).await?;
                Ok(Some(bill))
            }
        }
    }

    /// Takes a bill back, unless something was paid of it. Returns whether it is taken back.
    async fn withdraw(
        &self,
        tx: &mut Tx<'_>,
        one: &ListedBill,
        reason: &str,
    ) -> Result<bool, Error> {
        match cancel_bill(tx, one.agency, one.bill, reason).await {
            Ok(_) => Ok(true),
            Err(citygate_payments::Error::BillHasPayments) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes down what is new. A number that somebody else has fetched stays theirs.
    async fn note_new(
        &self,
        tx: &mut Tx<'_>,
        said: impl Iterator<Item = &SaidBill>,
    ) -> Result<Vec<NewBill>, Error> {
        let (city, now) = (self.listing.agency.city(), tx.now());
        let clock = Clock::manual(now);
        let (mut rows, mut bills) = (Vec::new(), Vec::new());
        for said in said {
            let bill = self.new_bill(tx, said);
            rows.push(ListedBill {
                id: ListedBillId::new(city, &clock),
                listing: self.listing.listing,
                version: self.listing.version,
                agency: self.listing.agency,
                external_no: said.no.clone(),
                person: self.person,
                bill: bill.id,
                fetched_at: now,
            });
            bills.push(bill);
        }
        let written = store::bills::insert(tx, &rows).await?;
        let new = rows.iter().zip(bills).filter(|(row, _)| written.contains(&row.id));
        Ok(new.map(|(_, bill)| bill).collect())
    }

    /// The number of a bill of the gateway is its own: two listings of an agency may use the same.
    fn new_bill(&self, tx: &Tx<'_>, said: &SaidBill) -> NewBill {
        let id = BillId::new(self.listing.agency.city(), &Clock::manual(tx.now()));
        NewBill {
            id,
            agency: self.listing.agency,
            issuer: SERVICE,
            external_no: id.to_string(),
            debtor: self.person,
            subject: subject_of(self.spec, said),
            amount: Money::new(said.amount_minor, Currency::Cny),
            due_on: said.due_on,
            surcharge: None,
            terms: Terms::default(),
        }
    }
}

/// What a bill is for, with its number.
fn subject_of(spec: &BillSpec, said: &SaidBill) -> Text {
    let Text { en, zh } = said.subject.as_ref().unwrap_or(&spec.charge);
    Text::new(format!("{en} ({})", said.no), format!("{zh}（{}）", said.no))
}

async fn said_views(
    tx: &mut Tx<'_>,
    (listing, person): (ListingId, PersonId),
    spec: &BillSpec,
    said: &BillsRecord,
) -> Result<Vec<SaidBillView>, Error> {
    let numbers: Vec<&str> = said.bills.iter().map(|one| one.no.as_str()).collect();
    let known = store::bills::of_numbers(tx, listing, person, &numbers).await?;
    let mut found: BTreeMap<String, ListedBillView> = views(tx, known)
        .await?
        .into_iter()
        .map(|view| (view.listed.external_no.clone(), view))
        .collect();
    let view = |said: &SaidBill| SaidBillView {
        said: said.clone(),
        subject: subject_of(spec, said),
        view: found.remove(&said.no),
    };
    Ok(said.bills.iter().map(view).collect())
}

/// Adds their bills.
async fn views(tx: &mut Tx<'_>, found: Vec<ListedBill>) -> Result<Vec<ListedBillView>, Error> {
    let mut stand = BTreeMap::new();
    for (city, ids) in BillId::by_city(found.iter().map(|one| one.bill)) {
        let ids: Vec<BillId> = ids.into_iter().map(|id| BillId::from_parts(city, id)).collect();
        stand.extend(bills(tx, city, &ids).await?);
    }
    found
        .into_iter()
        .map(|listed| {
            let bill = stand.remove(&listed.bill).ok_or(Error::Damaged("bill"))?;
            Ok(ListedBillView { listed, bill })
        })
        .collect()
}

/// What somebody has fetched, newest first; one more than the page has.
pub(crate) async fn list(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<ListedBillView>, Error> {
    cx.db
        .read("listed.list_bills", async |tx| {
            let found = store::bills::of_person(tx, person, page.cursor, page.limit() + 1).await?;
            views(tx, found).await
        })
        .await
}

/// A bill that somebody has fetched.
pub(crate) async fn get(
    cx: &Cx,
    person: PersonId,
    id: ListedBillId,
) -> Result<ListedBillView, Error> {
    cx.db
        .read("listed.get_bill", async |tx| {
            let found = store::bills::by_id(tx, id).await?.filter(|one| one.person == person);
            let found = found.ok_or(Error::BillUnknown)?;
            views(tx, vec![found]).await?.pop().ok_or(Error::BillUnknown)
        })
        .await
}
