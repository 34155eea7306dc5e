//! Bills that agencies' systems issue here themselves, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Accessor, ClientId, Named, Reason, persons};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{self, Answer, Claim, Request, once},
};

use super::{
    bill::{due_today, lines, shares},
    issue::{self, cancel_bill},
};
use crate::{
    error::Error,
    model::{AmountDue, Bill, BillId, BillState, Line, NewBill, Party, Payment, Share},
    rules, store,
    wire::{IssuedBillBody, IssuedBillsBody},
};

/// As whom agencies' systems issue bills.
pub(crate) const ISSUER: &str = "payments";
/// Why agencies name debtors and payers.
const REASON: Reason<'static> = Reason { purpose: "payments.bill", legal_basis: "pipl-13-3" };
/// How many payments are shown with a bill, and refunds with a payment.
pub(super) const SHOWN: i64 = 100;

/// A bill as its agency sees it.
pub(crate) struct IssuedBill {
    pub bill: Bill,
    pub state: BillState,
    pub lines: Vec<Line>,
    pub shares: Vec<Share>,
    pub due: Option<AmountDue>,
    /// The latest, newest first.
    pub payments: Vec<Payment>,
}

/// What came of a bill that an agency has sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issued {
    pub bill: BillId,
    /// Whether it was on record already, as sent.
    pub unchanged: bool,
}

/// Issues a bill, once for each claim: 201, or 200 where it was on record.
pub(crate) async fn issue_one(
    cx: &Cx,
    claim: Claim,
    bill: &NewBill<Party>,
) -> Result<Answer, Error> {
    let request = Request::new(cx, claim);
    cx.db
        .tx("payments.issue_bill", async |tx| {
            let mut answered = idempotency::answers(&cx.keys, tx, &[&request]).await?;
            if let Some(answer) = answered.pop().flatten() {
                return Ok(answer);
            }
            let client = ClientId::from_uuid(request.claim.subject_id);
            let mut issued = issue_all(cx, tx, client, std::slice::from_ref(bill)).await?;
            let answer = match issued.pop().ok_or(Error::Damaged("outcome"))? {
                Ok(issued) => {
                    let view = issued_bill(tx, bill.agency, issued.bill).await?;
                    let status = if issued.unchanged { 200 } else { 201 };
                    Answer::json(status, &IssuedBillBody::new(view, Some(issued.unchanged))?)?
                }
                Err(fact) => Answer::declined(fact.into(), request.locale, &request.request_id)?,
            };
            idempotency::keep(&cx.keys, tx, &[(&request.claim, &answer)]).await?;
            Ok(answer)
        })
        .await
}

/// Issues many bills, once for each claim, and says of each what came of it.
pub(crate) async fn issue_batch(
    cx: &Cx,
    claim: &Claim,
    bills: &[NewBill<Party>],
) -> Result<Answer, Error> {
    cx.db
        .tx("payments.issue_bills", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                let client = ClientId::from_uuid(claim.subject_id);
                let issued = issue_all(cx, tx, client, bills).await?;
                let numbers = bills.iter().map(|bill| bill.external_no.clone());
                Ok::<_, Error>(IssuedBillsBody::new(numbers.zip(issued), cx.locale))
            })
            .await
        })
        .await
}

/// Issues bills of one agency, as its system sent them. Those that are on record with the same
/// content stay as they are, whatever has become of them. However many there are, it takes the same
/// number of statements.
pub(super) async fn issue_all(
    cx: &Cx,
    tx: &mut Tx<'_>,
    client: ClientId,
    bills: &[NewBill<Party>],
) -> Result<Vec<Result<Issued, Error>>, Error> {
    let known = on_record(tx, bills.iter()).await?;
    let is_known = |number: &String| known.contains_key(number);
    let fresh = bills.iter().filter(|bill| !is_known(&bill.external_no)).collect();
    let mut fresh = issue::check(tx, fresh).await?.into_iter();
    let checked = bills.iter().map(|bill| match is_known(&bill.external_no) {
        true => rules::check_bill(bill),
        false => fresh.next().unwrap_or(Err(Error::Damaged("outcome"))),
    });
    let checked: Vec<Result<(), Error>> = checked.collect();
    // Only people of bills that are sound are noted.
    let sound = bills.iter().zip(&checked).filter(|(_, fact)| fact.is_ok()).map(|(bill, _)| bill);
    let named = with_people(cx, tx, client, &sound.collect::<Vec<_>>()).await?;
    let fresh: Vec<&NewBill> = named.iter().filter(|bill| !is_known(&bill.external_no)).collect();
    let issued = issue::write(tx, fresh.clone()).await?;
    // Of others somebody else was faster, or the batch says them twice.
    let taken = fresh.into_iter().filter(|bill| !issued.contains(&bill.id));
    let taken = on_record(tx, taken).await?;
    let mut outcomes = named.iter().map(|new| match issued.contains(&new.id) {
        true => Ok(Issued { bill: new.id, unchanged: false }),
        false => compare(known.get(&new.external_no).or(taken.get(&new.external_no)), new),
    });
    let outcome = |fact: Result<(), Error>| match fact {
        Ok(()) => outcomes.next().ok_or(Error::Damaged("outcome")),
        Err(fact) => Ok(Err(fact)),
    };
    checked.into_iter().map(outcome).collect()
}

/// A bill that is on record.
struct OnRecord {
    bill: Bill,
    lines: Vec<Line>,
    shares: Vec<Share>,
}

fn compare(known: Option<&OnRecord>, new: &NewBill) -> Result<Issued, Error> {
    let same =
        |known: &&OnRecord| rules::same_content(&known.bill, &known.lines, &known.shares, new);
    let known = known.filter(same).ok_or(Error::ExternalNoTaken)?;
    Ok(Issued { bill: known.bill.id, unchanged: true })
}

/// The people that bills name; those whom nobody has named before are noted.
async fn with_people(
    cx: &Cx,
    tx: &mut Tx<'_>,
    client: ClientId,
    bills: &[&NewBill<Party>],
) -> Result<Vec<NewBill>, Error> {
    let Some(agency) = bills.first().map(|bill| bill.agency) else { return Ok(Vec::new()) };
    let access = Access::new(cx, Accessor::system(client, agency), REASON);
    let named: Vec<Named<'_>> = bills.iter().flat_map(|bill| named(bill)).collect();
    let mut people = persons(&cx.keys, tx, &access, &named).await?.into_iter();
    let mut next = || people.next().ok_or(Error::Damaged("people"));
    bills
        .iter()
        .map(|bill| {
            let debtor = next()?;
            let payer = bill.terms.payer.as_ref().map(|_| next()).transpose()?;
            Ok(bill.naming(debtor, payer))
        })
        .collect()
}

/// Whom a bill names, in the order of its parties.
fn named(bill: &NewBill<Party>) -> impl Iterator<Item = Named<'_>> {
    bill.parties().map(|Party { id_number, name }| Named {
        id_number,
        name: Some(name.expose()),
        case: Some(&bill.external_no),
    })
}

/// The bills that have the numbers of some new ones of the same agency and issuer.
async fn on_record<'b, P: 'b>(
    tx: &mut Tx<'_>,
    new: impl Iterator<Item = &'b NewBill<P>>,
) -> Result<BTreeMap<String, OnRecord>, Error> {
    let mut new = new.peekable();
    let Some(first) = new.peek().copied() else { return Ok(BTreeMap::new()) };
    let numbers: BTreeSet<&str> = new.map(|bill| bill.external_no.as_str()).collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let bills = store::bills_by_number(tx, first.agency, first.issuer, &numbers).await?;
    let (mut lines, mut shares) = (lines(tx, &bills).await?, shares(tx, &bills).await?);
    let on_record = |bill: Bill| {
        let lines = lines.remove(&bill.id).unwrap_or_default();
        let shares = shares.remove(&bill.id).unwrap_or_default();
        (bill.external_no.clone(), OnRecord { bill, lines, shares })
    };
    Ok(bills.into_iter().map(on_record).collect())
}

/// A bill that the agency's systems have issued here.
pub(crate) async fn issued_bill_of(
    cx: &Cx,
    agency: AgencyId,
    id: BillId,
) -> Result<IssuedBill, Error> {
    cx.db.tx("payments.get_issued_bill", async |tx| issued_bill(tx, agency, id).await).await
}

async fn issued_bill(tx: &mut Tx<'_>, agency: AgencyId, id: BillId) -> Result<IssuedBill, Error> {
    let own = |bill: &Bill| bill.agency == agency && bill.issuer == ISSUER;
    let bill = store::bill(tx, id).await?.filter(own).ok_or(Error::BillUnknown)?;
    view(tx, bill).await
}

async fn view(tx: &mut Tx<'_>, bill: Bill) -> Result<IssuedBill, Error> {
    let lines = lines(tx, std::slice::from_ref(&bill)).await?.remove(&bill.id);
    let shares = shares(tx, [&bill]).await?.remove(&bill.id);
    let due = due_today(tx, &bill).await?;
    let payments = match bill.progress.payments {
        0 => Vec::new(),
        _ => store::payments_of_bill(tx, bill.id, SHOWN).await?,
    };
    let state = bill.state(tx.now());
    let (lines, shares) = (lines.unwrap_or_default(), shares.unwrap_or_default());
    Ok(IssuedBill { bill, state, lines, shares, due, payments })
}

/// Takes back a bill that the agency's systems have issued here, once for each claim.
pub(crate) async fn cancel_issued(
    cx: &Cx,
    claim: &Claim,
    agency: AgencyId,
    id: BillId,
    reason: &str,
) -> Result<Answer, Error> {
    cx.db
        .tx("payments.cancel_bill", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                // Services take back what they have issued themselves.
                let bill = store::bill(tx, id).await?.filter(|bill| bill.issuer == ISSUER);
                bill.ok_or(Error::BillUnknown)?;
                let bill = cancel_bill(tx, agency, id, reason).await?;
                IssuedBillBody::new(view(tx, bill).await?, None)
            })
            .await
        })
        .await
}
