//! Charges: sent by hospitals, read by patients.

use std::collections::BTreeMap;

use citygate_catalogue::{Agency, AgencyId, Rule, agencies, rule_of};
use citygate_identity::{Access, Accessor, Named, PersonId, Reason, person};
use citygate_kernel::{Clock, Text};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::plan::replan;
use crate::{
    error::{ChargeError, Error},
    model::{
        Charge, ChargeBrief, ChargeId, ChargeLine, ChargeState, Details, LineSplit, NewCharge,
        OwnNo, Settlement, SettlementState, VisitId,
    },
    rules::insurance::{self, OUTPATIENT, OutpatientRule},
    store::{self, CHARGE_DETAILS},
};

/// The most that a charge comes to, in fen.
pub(crate) const TOTAL_MAX: i64 = 10_000_000_000;

/// Why a hospital names a relative of a patient: who may pay a charge.
const REASON: Reason<'static> = Reason { purpose: "hospital.charge", legal_basis: "pipl-13-2" };

/// A charge with everything that its reader wants to know.
pub(crate) struct ChargeView {
    pub charge: Charge,
    pub hospital: Agency,
    pub lines: Vec<ChargeLine>,
    /// What the lines are for.
    pub details: Details,
    /// The settlement that is under way, or done.
    pub settlement: Option<Settlement>,
    /// What is to be expected of the insurance, while the charge is open.
    pub estimate: Option<Estimate>,
}

/// What the insurance will probably pay, and by which rule.
pub(crate) struct Estimate {
    pub split: Vec<LineSplit>,
    pub citation: Text,
}

/// Records a charge. Returns whether it was new.
pub(crate) async fn record_charge(
    cx: &Cx,
    by: Accessor,
    agency: AgencyId,
    new: &NewCharge,
) -> Result<(ChargeView, bool), Error> {
    cx.db
        .tx("hospital.record_charge", async |tx| {
            let parties = store::parties_of_visit(tx, new.visit).await?;
            let (_, patient) =
                parties.filter(|(hospital, _)| *hospital == agency).ok_or(Error::VisitUnknown)?;
            let payer = payer(cx, tx, by, new).await?;
            let known = store::charge_by_no(tx, agency, &new.number).await?;
            let recorded = match known {
                Some(_) => false,
                None => record(cx, tx, agency, patient, payer, new).await?,
            };
            let charge = store::charge_by_no(tx, agency, &new.number).await?;
            let charge = charge.ok_or(ChargeError::ChargeUnknown)?;
            if charge.content_digest != new.content_digest(&cx.keys, payer) {
                return Err(ChargeError::ChargeDiffers.into());
            }
            if recorded {
                changed(tx, &charge).await?;
            }
            Ok((view(cx, tx, charge).await?, recorded))
        })
        .await
}

async fn payer(
    cx: &Cx,
    tx: &mut Tx<'_>,
    by: Accessor,
    new: &NewCharge,
) -> Result<Option<PersonId>, Error> {
    let Some(relative) = &new.payer else { return Ok(None) };
    let named = Named {
        id_number: &relative.id_number,
        name: Some(relative.name.expose()),
        case: Some(new.number.as_str()),
    };
    Ok(Some(person(&cx.keys, tx, &Access::new(cx, by, REASON), named).await?))
}

async fn record(
    cx: &Cx,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    patient: PersonId,
    payer: Option<PersonId>,
    new: &NewCharge,
) -> Result<bool, Error> {
    let total = new.total().ok().filter(|total| total.minor() <= TOTAL_MAX);
    let id = ChargeId::new(agency.city(), &Clock::manual(tx.now()));
    let charge = Charge {
        id,
        agency,
        visit: new.visit,
        number: new.number.clone(),
        person: patient,
        payer: payer.filter(|payer| *payer != patient),
        details_sealed: sealed(cx, tx, id, &new.details).await?,
        total: total.ok_or(ChargeError::ChargeTooLarge)?,
        state: ChargeState::Open,
        settlement: None,
        open_reason: None,
        content_digest: new.content_digest(&cx.keys, payer),
        created_at: tx.now(),
    };
    store::insert_charge(tx, &charge, &new.lines).await
}

/// A charge of the hospital.
pub(crate) async fn charge_of_hospital(cx: &Cx, named: &NamedCharge) -> Result<ChargeView, Error> {
    cx.db
        .tx("hospital.get_hospital_charge", async |tx| {
            let charge = charge_named(tx, named).await?;
            view(cx, tx, charge).await
        })
        .await
}

/// A charge as its hospital names it.
pub(crate) struct NamedCharge {
    pub agency: AgencyId,
    pub visit: VisitId,
    pub number: OwnNo,
}

/// The charge that a hospital names.
pub(super) async fn charge_named(tx: &mut Tx<'_>, named: &NamedCharge) -> Result<Charge, Error> {
    let charge = store::charge_by_no(tx, named.agency, &named.number).await?;
    let charge = charge.filter(|charge| charge.visit == named.visit);
    Ok(charge.ok_or(ChargeError::ChargeUnknown)?)
}

/// The charge that a hospital names, which nobody else changes until this transaction ends.
pub(super) async fn lock_named(tx: &mut Tx<'_>, named: &NamedCharge) -> Result<Charge, Error> {
    let id = charge_named(tx, named).await?.id;
    Ok(store::lock_charge(tx, id).await?.ok_or(ChargeError::ChargeUnknown)?)
}

/// Takes back a charge that nobody settles or has settled. Doing it again changes nothing.
pub(crate) async fn withdraw_charge(cx: &Cx, named: &NamedCharge) -> Result<ChargeView, Error> {
    cx.db
        .tx("hospital.withdraw_charge", async |tx| {
            let charge = lock_named(tx, named).await?;
            let id = charge.id;
            match charge.state {
                ChargeState::Open => {
                    store::leave_settling(tx, id, ChargeState::Withdrawn, None).await?;
                    changed(tx, &charge).await?;
                }
                ChargeState::Withdrawn => {}
                ChargeState::Settling => return Err(ChargeError::SettlementUnderWay.into()),
            }
            let charge = store::charge(tx, id).await?.ok_or(ChargeError::ChargeUnknown)?;
            view(cx, tx, charge).await
        })
        .await
}

/// A charge of the patient.
pub(crate) async fn charge_of(
    cx: &Cx,
    patient: PersonId,
    id: ChargeId,
) -> Result<ChargeView, Error> {
    cx.db
        .tx("hospital.get_charge", async |tx| {
            let charge = store::charge(tx, id).await?.filter(|charge| charge.person == patient);
            view(cx, tx, charge.ok_or(ChargeError::ChargeUnknown)?).await
        })
        .await
}

/// The charges of a patient, newest first; one more than the page holds.
pub(crate) async fn charges_of(
    cx: &Cx,
    patient: PersonId,
    page: &PageQuery,
) -> Result<Vec<ChargeView>, Error> {
    cx.db
        .tx("hospital.list_charges", async |tx| {
            let found =
                store::charges_of_person(tx, patient, page.cursor, page.limit() + 1).await?;
            views(cx, tx, found).await
        })
        .await
}

/// What the charges of a visit ask of the patient.
pub(crate) async fn charges_of_visit(
    tx: &mut Tx<'_>,
    visit: VisitId,
) -> Result<Vec<ChargeBrief>, Error> {
    let charges = store::charges_of_visit(tx, visit).await?;
    let ids: Vec<_> = charges.iter().filter_map(|charge| charge.settlement).collect();
    let settlements = store::settlements(tx, visit.city(), &ids).await?;
    let brief = |charge: Charge| {
        let settlement = charge.settlement.and_then(|id| settlements.get(&id));
        let state = settlement.map(|settlement| settlement.state);
        let due = match settlement {
            Some(split) if split.state != SettlementState::Asked => split.cash,
            Some(_) | None => charge.total,
        };
        ChargeBrief {
            id: charge.id,
            title: charge.name(),
            due,
            open: charge.state != ChargeState::Withdrawn
                && state.is_none_or(SettlementState::waits_for_payment),
        }
    };
    Ok(charges.into_iter().map(brief).collect())
}

/// The plan of the visit waits for what is to be paid. Called after the change is written.
pub(super) async fn changed(tx: &mut Tx<'_>, charge: &Charge) -> Result<(), Error> {
    replan(tx, charge.visit).await
}

/// A charge with everything that its reader wants to know.
pub(super) async fn view(cx: &Cx, tx: &mut Tx<'_>, charge: Charge) -> Result<ChargeView, Error> {
    views(cx, tx, vec![charge]).await?.pop().ok_or_else(|| ChargeError::ChargeUnknown.into())
}

/// The same for a page, by as many statements for each city as for one charge; only those of open
/// charges are counted one by one.
async fn views(cx: &Cx, tx: &mut Tx<'_>, charges: Vec<Charge>) -> Result<Vec<ChargeView>, Error> {
    let hospitals: Vec<AgencyId> = charges.iter().map(|charge| charge.agency).collect();
    let hospitals = agencies(tx, &hospitals).await?;
    let (mut lines, mut settlements) = (BTreeMap::new(), BTreeMap::new());
    for city in ChargeId::by_city(charges.iter().map(|charge| charge.id)).into_keys() {
        let here: Vec<&Charge> = charges.iter().filter(|one| one.id.city() == city).collect();
        let ids: Vec<_> = here.iter().map(|charge| charge.id).collect();
        lines.extend(store::charge_lines(tx, city, &ids).await?);
        let ids: Vec<_> = here.iter().filter_map(|charge| charge.settlement).collect();
        settlements.extend(store::settlements(tx, city, &ids).await?);
    }
    let mut views = Vec::with_capacity(charges.len());
    for charge in charges {
        let hospital = hospitals.get(&charge.agency).ok_or(Error::Damaged("hospital"))?.clone();
        let lines = lines.remove(&charge.id).unwrap_or_default();
        let settlement = charge.settlement.and_then(|id| settlements.remove(&id));
        let estimate = match charge.state {
            ChargeState::Open => Some(estimate(tx, &charge, &lines).await?),
            ChargeState::Settling | ChargeState::Withdrawn => None,
        };
        let details = opened(cx, tx, &charge).await?;
        views.push(ChargeView { charge, hospital, lines, details, settlement, estimate });
    }
    Ok(views)
}

async fn sealed(cx: &Cx, tx: &Tx<'_>, id: ChargeId, details: &Details) -> Result<Vec<u8>, Error> {
    let sealed = cx.keys.seal_json(tx, &CHARGE_DETAILS, id.uuid(), details).await;
    Ok(sealed.map_err(citygate_identity::Error::from)?)
}

async fn opened(cx: &Cx, tx: &Tx<'_>, charge: &Charge) -> Result<Details, Error> {
    let (id, sealed) = (charge.id.uuid(), &charge.details_sealed);
    let details = cx.keys.open_json(tx, &CHARGE_DETAILS, id, sealed).await;
    Ok(details.map_err(citygate_identity::Error::from)?)
}

/// What the insurance will probably pay, by the rule of the region and what was used this year.
async fn estimate(
    tx: &mut Tx<'_>,
    charge: &Charge,
    lines: &[ChargeLine],
) -> Result<Estimate, Error> {
    let city = citygate_catalogue::city(tx, charge.id.city()).await?;
    let today = city.date(tx.now());
    let rule: Rule<OutpatientRule> = rule_of(tx, OUTPATIENT, charge.agency, today).await?;
    let new_year = insurance::new_year(today, &city.time_zone).ok_or(Error::Damaged("year"))?;
    let used = store::used_since(tx, city.code, charge.person, new_year).await?;
    let split = insurance::estimate(&rule.params, used, lines);
    Ok(Estimate { split, citation: rule.citation })
}
