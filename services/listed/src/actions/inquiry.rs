//! A register is asked for somebody's record.

use citygate_catalogue::{Agency, City};
use citygate_identity::{Access, Accessor, Reason, StepUp};
use citygate_inquiry::{Answer, Question, Registers};
use citygate_listings::{ListingId, Published, RecordField};
use citygate_platform::{Cx, db::Tx};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::terms::{
    ListedRead, count_use, inquiry, listed_now, note_own, require_eligible, subject,
};
use crate::{
    error::Error,
    rules::record::{Shown, shown},
};

/// Why people read their own.
const OWN: Reason<'static> = Reason { purpose: "listed.inquiry", legal_basis: "pipl-45" };

/// What a register says about somebody, and for which listing it was asked.
pub(crate) struct Reading<T> {
    pub listing: Published,
    pub agency: Agency,
    pub city: City,
    pub answer: Answer<T>,
}

impl Reading<Map<String, Value>> {
    /// What the listing shows of the record.
    pub(crate) fn shown(&self) -> Result<Vec<(&RecordField, Shown)>, Error> {
        let spec = inquiry(&self.listing)?;
        shown(spec, &self.answer.record).ok_or(Error::RecordUnreadable)
    }
}

/// Reads the caller's record with a fresh proof.
pub(crate) async fn read(
    cx: &Cx,
    registers: &Registers,
    proof: &StepUp<ListedRead>,
    id: ListingId,
) -> Result<Reading<Map<String, Value>>, Error> {
    let listing = listed_now(cx, id).await?;
    let of = inquiry(&listing)?.subject.clone();
    ask(cx, registers, proof, (listing, &of, OWN)).await
}

/// Asks the register of a listing's agency. The number goes there as the city's question. Where
/// anything is in the way, the proof is as good as before.
pub(super) async fn ask<T: DeserializeOwned>(
    cx: &Cx,
    registers: &Registers,
    proof: &StepUp<ListedRead>,
    (listing, of, reason): (Published, &str, Reason<'_>),
) -> Result<Reading<T>, Error> {
    let (agency, subject) = (listing.agency, subject(of)?);
    let caller = *proof.caller();
    let object = listing.listing.to_string();
    let permit = async |tx: &mut Tx<'_>| {
        require_eligible(cx, tx, &listing, caller.person).await?;
        proof.consume(tx, Some(&object), None).await?;
        note_own(cx, tx, &caller, (listing.listing, reason)).await?;
        count_use(cx, tx, &listing).await
    };
    let access = Access::new(cx, Accessor::city(agency.city()), reason);
    let question = Question { agency, subject: &subject, person: caller.person, access };
    let answer = registers.ask(cx, &question, permit).await?;
    let read = cx.db.read("listed.agency", async |tx| {
        let city = citygate_catalogue::city(tx, agency.city()).await?;
        Ok::<_, Error>((citygate_catalogue::agency(tx, agency).await?, city))
    });
    let (agency, city) = read.await?;
    Ok(Reading { listing, agency, city, answer })
}
