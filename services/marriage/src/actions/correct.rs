//! What is put right after a registration: by two registrars, or by a court.

use chrono::NaiveDate;
use citygate_certificates::{Revocation, revoke};
use citygate_identity::{Record, note_read};
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};

use super::{
    letters,
    office::{REGISTRATION, Registrar, lock_at},
    register::{certify, note},
    step::step,
};
use crate::{
    error::{CaseError, Error},
    model::{
        Annulment, AnnulmentGround, Case, CaseEvent, CaseId, CaseState, Correction, CorrectionId,
        CorrectionKind, CorrectionState, Couple,
    },
    rules::state,
    store,
};

/// What a registrar wants corrected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub kind: CorrectionKind,
    /// The right day, where it is about that.
    pub registered_on: Option<NaiveDate>,
    pub grounds: &'a str,
}

/// Proposes a correction. Another registrar decides.
pub(crate) async fn propose(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
    wanted: Wanted<'_>,
) -> Result<Correction, Error> {
    cx.db
        .tx("marriage.propose_correction", async |tx| {
            let (case, _) = lock_at(cx, tx, registrar, id).await?;
            state::next(case.state, CaseEvent::Correct).map_err(CaseError::from)?;
            let today = citygate_catalogue::city(tx, id.city()).await?.date(tx.now());
            let names_a_day = wanted.kind == CorrectionKind::RegisteredOn;
            let sound = wanted.registered_on.is_some() == names_a_day
                && wanted.registered_on.is_none_or(|day| day <= today);
            if !sound {
                let expected = "a day until today, if and only if the day is to be corrected";
                return Err(CaseError::DayUnsound { field: "/registered_on", expected }.into());
            }
            let correction = Correction {
                id: CorrectionId::new(id.city(), &Clock::manual(tx.now())),
                case: id,
                kind: wanted.kind,
                registered_on: wanted.registered_on,
                state: CorrectionState::Proposed,
                proposed_by: registrar.staff,
                proposed_account: registrar.account,
                proposed_at: tx.now(),
                decided: None,
            };
            if !store::corrections::insert(&cx.keys, tx, &correction, wanted.grounds).await? {
                return Err(CaseError::CorrectionOpen.into());
            }
            Ok(correction)
        })
        .await
}

/// A correction with its grounds. Each of the two reads that a record of theirs was read.
pub(crate) async fn read(
    cx: &Cx,
    registrar: Registrar,
    id: CorrectionId,
) -> Result<(Correction, String), Error> {
    cx.db
        .tx("marriage.read_correction", async |tx| {
            let (correction, grounds) = found(cx, tx, registrar, id).await?;
            let (_, couple) = lock_at(cx, tx, registrar, correction.case).await?;
            let (people, no) = (couple.people(), correction.case.to_string());
            let of: Vec<_> = people.iter().map(|person| (*person, no.as_str())).collect();
            let access = registrar.access(cx, REGISTRATION);
            note_read(tx, &access, Record::Marriage, &of).await?;
            Ok((correction, grounds))
        })
        .await
}

async fn found(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    id: CorrectionId,
) -> Result<(Correction, String), Error> {
    let found = store::corrections::by_id(&cx.keys, tx, registrar.agency, id).await?;
    Ok(found.ok_or(CaseError::CorrectionUnknown)?)
}

/// Decides a correction that another registrar has proposed. Approved, a new certificate takes the
/// place of the old one. Deciding it again in the same way changes nothing.
pub(crate) async fn decide(
    cx: &Cx,
    registrar: Registrar,
    id: CorrectionId,
    approved: bool,
) -> Result<Correction, Error> {
    let state = if approved { CorrectionState::Approved } else { CorrectionState::Rejected };
    cx.db
        .tx("marriage.decide_correction", async |tx| {
            let (correction, _) = found(cx, tx, registrar, id).await?;
            let (mut case, couple) = lock_at(cx, tx, registrar, correction.case).await?;
            // Read again: of two who decide at once, the second finds it decided.
            let (mut correction, _) = found(cx, tx, registrar, id).await?;
            let own = correction.proposed_by == registrar.staff
                || correction.proposed_account == registrar.account;
            if own {
                return Err(CaseError::OwnCorrection.into());
            }
            if correction.state != CorrectionState::Proposed {
                let same = correction.state == state;
                return if same {
                    Ok(correction)
                } else {
                    Err(CaseError::CorrectionDecided.into())
                };
            }
            if approved {
                corrected(cx, tx, registrar, (&mut case, &couple), &correction).await?;
            }
            correction.state = state;
            correction.decided = Some((registrar.staff, tx.now()));
            store::corrections::save(tx, &correction).await?;
            Ok(correction)
        })
        .await
}

async fn corrected(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    (case, couple): (&mut Case, &Couple),
    correction: &Correction,
) -> Result<(), Error> {
    state::next(case.state, CaseEvent::Correct).map_err(CaseError::from)?;
    let day = correction.registered_on.or(case.registered_on);
    let day = day.ok_or(Error::Damaged("a registration without a day"))?;
    let old = case.certificate.ok_or(Error::Damaged("certificate"))?;
    let issued = certify(cx, tx, registrar, (&*case, couple), day).await?;
    revoke(cx, tx, old, Revocation::Corrected(issued.id)).await?;
    case.registered_on = Some(day);
    case.certificate = Some(issued.id);
    step(tx, case, CaseEvent::Correct, Some(registrar.staff)).await?;
    note(cx, tx, registrar, (case.id, couple)).await?;
    for person in couple.people() {
        letters::changed(cx, tx, false, person).await?;
    }
    Ok(())
}

/// A court's judgment, as a registrar enters it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judgment<'a> {
    pub ground: AnnulmentGround,
    /// The number of the court's case.
    pub number: &'a str,
    pub judged_on: NaiveDate,
}

/// Enters the judgment of a court that there never was a marriage (Civil Code, articles 1051 to
/// 1054). Entering one again changes nothing.
pub(crate) async fn annul(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
    judgment: Judgment<'_>,
) -> Result<(Case, Couple), Error> {
    cx.db
        .tx("marriage.annul", async |tx| {
            let (mut case, couple) = lock_at(cx, tx, registrar, id).await?;
            if case.state == CaseState::Annulled {
                return Ok((case, couple));
            }
            state::next(case.state, CaseEvent::Annul).map_err(CaseError::from)?;
            let today = citygate_catalogue::city(tx, id.city()).await?.date(tx.now());
            let registered_on = case.registered_on.ok_or(Error::Damaged("registered on"))?;
            if judgment.judged_on < registered_on || judgment.judged_on > today {
                let expected = "a day from the registration to today";
                return Err(CaseError::DayUnsound { field: "/judged_on", expected }.into());
            }
            let Judgment { ground, number, judged_on } = judgment;
            let annulment = Annulment { case: id, ground, judged_on, entered_by: registrar.staff };
            store::annulments::insert(&cx.keys, tx, &annulment, number).await?;
            let certificate = case.certificate.ok_or(Error::Damaged("certificate"))?;
            revoke(cx, tx, certificate, Revocation::Annulled).await?;
            step(tx, &mut case, CaseEvent::Annul, Some(registrar.staff)).await?;
            note(cx, tx, registrar, (id, &couple)).await?;
            for person in couple.people() {
                letters::changed(cx, tx, true, person).await?;
            }
            Ok((case, couple))
        })
        .await
}
