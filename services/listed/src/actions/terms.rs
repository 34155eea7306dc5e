//! What every listing is asked: how it works, and whether somebody may use it.

use citygate_identity::{
    Access, Accessor, PersonId, RealName, Reason, Record, Sensitive, StepUpPurpose, note_read,
};
use citygate_inquiry::Subject;
use citygate_listings::{
    BillSpec, BookingSpec, Engine, Facts, InquirySpec, ListingId, Published, Verdict, facts_of,
    in_force, judge,
};
use citygate_platform::{Cx, db::Tx};
use citygate_usage::{Measure, Service, count};

use crate::error::Error;

/// What a register has about somebody is read after a fresh proof for the listing.
#[derive(Debug)]
pub(crate) struct ListedRead;
impl Sensitive for ListedRead {
    const PURPOSE: StepUpPurpose = StepUpPurpose::ListedRead;
}

/// A register is asked.
pub(super) fn inquiry(listing: &Published) -> Result<&InquirySpec, Error> {
    match listing.content.engine() {
        Some(Engine::Inquiry(spec)) => Ok(spec),
        _ => Err(Error::OtherKind),
    }
}

/// What somebody owes is fetched.
pub(super) fn bill(listing: &Published) -> Result<&BillSpec, Error> {
    match listing.content.engine() {
        Some(Engine::Bill(spec)) => Ok(spec),
        _ => Err(Error::OtherKind),
    }
}

/// An appointment is made.
pub(super) fn booking(listing: &Published) -> Result<&BookingSpec, Error> {
    match listing.content.engine() {
        Some(Engine::Booking(spec)) => Ok(spec),
        _ => Err(Error::OtherKind),
    }
}

/// What a register is asked about.
pub(super) fn subject(of: &str) -> Result<Subject, Error> {
    of.parse().map_err(|_| Error::Damaged("subject of a listing"))
}

/// A listing under which something can be begun today.
pub(super) async fn listed_now(cx: &Cx, id: ListingId) -> Result<Published, Error> {
    let read =
        cx.db.read("listed.listing", async |tx| Ok::<_, Error>(in_force(tx, id).await?)).await?;
    Ok(read)
}

/// Refuses whom a condition of the listing excludes. What nobody knows here excludes nobody: the
/// register or the counter will ask.
pub(super) async fn require_eligible(
    cx: &Cx,
    tx: &mut Tx<'_>,
    listing: &Published,
    person: PersonId,
) -> Result<(), Error> {
    let facts: Facts = facts_of(cx, tx, listing.agency.city(), person).await?;
    let judgement = judge(&listing.content, &facts)?;
    if judgement.verdict != Verdict::No {
        return Ok(());
    }
    let failed = judgement.eligibility.iter().filter(|(_, verdict)| *verdict == Verdict::No);
    let reasons: Vec<(String, String)> = failed
        .filter(|(condition, _)| condition.disclosed)
        .map(|(condition, _)| {
            (condition.code.to_string(), condition.otherwise.get(cx.locale).to_owned())
        })
        .collect();
    if reasons.is_empty() { Err(Error::AtTheCounter) } else { Err(Error::NotEligible { reasons }) }
}

/// Notes that somebody reads what a register has about them.
pub(super) async fn note_own(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    (listing, reason): (ListingId, Reason<'_>),
) -> Result<(), Error> {
    let access = Access::new(cx, Accessor::person(caller.account, caller.city), reason);
    let case = listing.to_string();
    Ok(note_read(tx, &access, Record::Listed, &[(caller.person, &case)]).await?)
}

/// Counts that a listing is used.
pub(super) async fn count_use(cx: &Cx, tx: &mut Tx<'_>, listing: &Published) -> Result<(), Error> {
    let service = Service { agency: listing.agency, item: listing.content.item.as_str() };
    Ok(count(cx, tx, service, Measure::Used).await?)
}
