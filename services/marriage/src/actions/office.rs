//! What registrars see and do on the day.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{arrive, no_show};
use citygate_catalogue::AgencyId;
use citygate_identity::{
    Access, Accessor, AccountId, FullName, PersonId, Reason, Record, StaffId, full_names,
    masked_names, note_read,
};
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use serde_json::json;

use super::step::step;
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseEvent, CaseId, CaseState, Correction, Couple, Sex, Side, SignedStatement},
    rules::state,
    store,
};

/// Why people are shown to those who receive them.
const APPOINTMENT: Reason<'static> =
    Reason { purpose: "marriage.appointment", legal_basis: "mrr-10" };
/// Why their names and statements are opened.
pub(super) const REGISTRATION: Reason<'static> =
    Reason { purpose: "marriage.registration", legal_basis: "mrr-10" };

/// Somebody who registers marriages for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registrar {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

impl Registrar {
    pub(super) fn access<'a>(&self, cx: &'a Cx, reason: Reason<'a>) -> Access<'a> {
        Access::new(cx, Accessor::staff(self.staff, self.agency), reason)
    }
}

/// A case in the list of a day.
pub(crate) struct DayLine {
    pub case: Case,
    pub couple: Couple,
    /// Partly hidden.
    pub names: BTreeMap<PersonId, String>,
}

/// A case as a registrar opens it.
pub(crate) struct OpenedCase {
    pub case: Case,
    pub couple: Couple,
    pub names: BTreeMap<PersonId, FullName>,
    /// The statements that stand.
    pub signed: Vec<SignedStatement>,
    pub history: Vec<(CaseEvent, DateTime<Utc>)>,
    pub corrections: Vec<Correction>,
}

/// The cases of a day; one more than the page has. Each of the two reads that they were shown.
pub(crate) async fn day(
    cx: &Cx,
    registrar: Registrar,
    on: NaiveDate,
    page: &PageQuery,
) -> Result<Vec<DayLine>, Error> {
    cx.db
        .tx("marriage.list_day", async |tx| {
            let limit = page.limit() + 1;
            let found = store::cases::of_day(tx, registrar.agency, on, page.cursor, limit).await?;
            let ids: Vec<CaseId> = found.iter().map(|case| case.id).collect();
            let city = registrar.agency.city();
            let mut couples = store::parties::of_cases(&cx.keys, tx, city, &ids).await?;
            let access = registrar.access(cx, APPOINTMENT);
            let mut lines = Vec::with_capacity(found.len());
            for case in found {
                let couple = couples.remove(&case.id).ok_or(Error::Damaged("couple"))?;
                let (people, no) = (couple.people(), case.id.to_string());
                let names = masked_names(&cx.keys, tx, &access, &people, &no).await?;
                lines.push(DayLine { case, couple, names });
            }
            Ok(lines)
        })
        .await
}

/// A case with the full names of the two, their documents and what they have declared. Each of them
/// reads in the ledger of accesses who has opened it.
pub(crate) async fn open(cx: &Cx, registrar: Registrar, id: CaseId) -> Result<OpenedCase, Error> {
    cx.db
        .tx("marriage.open_case", async |tx| {
            let (case, couple) = lock_at(cx, tx, registrar, id).await?;
            let (people, no) = (couple.people(), id.to_string());
            let access = registrar.access(cx, REGISTRATION);
            let names = full_names(&cx.keys, tx, &access, &people, &no).await?;
            let read: Vec<_> = people.iter().map(|person| (*person, no.as_str())).collect();
            note_read(tx, &access, Record::Marriage, &read).await?;
            Ok(OpenedCase {
                names,
                signed: store::statements::standing(&cx.keys, tx, id).await?,
                history: store::events::of_case(tx, id).await?,
                corrections: store::corrections::of_case(tx, id).await?,
                case,
                couple,
            })
        })
        .await
}

/// Locks a case that has, or had, its appointment with the agency. Nobody acts in a case of their
/// own.
pub(super) async fn lock_at(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    id: CaseId,
) -> Result<(Case, Couple), Error> {
    let case = store::cases::lock(tx, id).await?;
    let at = |case: &Case| case.venue.is_some_and(|venue| venue.agency == registrar.agency);
    let case = case.filter(at).ok_or(CaseError::CaseUnknown)?;
    let couple = store::parties::of_case(&cx.keys, tx, id).await?;
    let own = couple.both().into_iter().flatten().any(|one| one.account == registrar.account);
    if own {
        return Err(CaseError::OwnCase.into());
    }
    Ok((case, couple))
}

/// A registrar has one of the two before them, with the document, and it says the same sex as the
/// statement. When both were seen they have arrived. Seeing somebody again changes nothing.
pub(crate) async fn see(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
    (side, document_sex): (Side, Sex),
) -> Result<(Case, Couple), Error> {
    cx.db
        .tx("marriage.see_party", async |tx| {
            let (mut case, couple) = lock_at(cx, tx, registrar, id).await?;
            let party = couple.on(side).ok_or(Error::Damaged("couple"))?;
            if party.seen.is_some() {
                return Ok((case, couple));
            }
            state::next(case.state, CaseEvent::Arrive).map_err(CaseError::from)?;
            let venue = today_at(tx, &case).await?;
            let signed = store::statements::standing(&cx.keys, tx, id).await?;
            let declared = signed.iter().find(|signed| signed.side == side);
            match declared.map(|signed| signed.declared.sex) {
                None => return Err(CaseError::CannotProceed.into()),
                Some(sex) if sex != document_sex => return Err(CaseError::SexDiffers.into()),
                Some(_) => store::parties::seen(tx, id, party.id, registrar.staff).await?,
            }
            let couple = store::parties::of_case(&cx.keys, tx, id).await?;
            let both = couple.both().into_iter().flatten().all(|one| one.seen.is_some());
            if both {
                arrive(tx, venue).await?;
                step(tx, &mut case, CaseEvent::Arrive, Some(registrar.staff)).await?;
            }
            Ok((case, couple))
        })
        .await
}

/// The appointment of a case, if it is today.
pub(super) async fn today_at(
    tx: &mut Tx<'_>,
    case: &Case,
) -> Result<citygate_booking::AppointmentId, Error> {
    let venue = case.venue.ok_or(Error::Damaged("venue"))?;
    let city = citygate_catalogue::city(tx, case.id.city()).await?;
    if city.date(tx.now()) != venue.on {
        return Err(CaseError::NotToday.into());
    }
    Ok(venue.appointment)
}

/// They have not come. Each of them can object. Noting it again changes nothing.
pub(crate) async fn miss(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
) -> Result<(Case, Couple), Error> {
    cx.db
        .tx("marriage.miss", async |tx| {
            let (mut case, couple) = lock_at(cx, tx, registrar, id).await?;
            if case.state == CaseState::NoShow {
                return Ok((case, couple));
            }
            state::next(case.state, CaseEvent::Miss).map_err(CaseError::from)?;
            let venue = case.venue.ok_or(Error::Damaged("venue"))?;
            let somebody = couple.both().into_iter().flatten().any(|one| one.seen.is_some());
            if tx.now() < venue.starts_at || somebody {
                return Err(CaseError::TooEarly.into());
            }
            let evidence = json!({"awaited_from": venue.starts_at, "noted_at": tx.now()});
            no_show(tx, venue.appointment, &evidence).await?;
            step(tx, &mut case, CaseEvent::Miss, Some(registrar.staff)).await?;
            Ok((case, couple))
        })
        .await
}
