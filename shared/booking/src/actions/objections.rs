//! Objections to strikes: somebody says why a strike is wrong, and somebody else decides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, Rule, agency, rule_by_id};
use citygate_identity::{
    Access, Accessor, AccountId, PersonId, RealName, Reason, StaffId, contact, note_statement_read,
    require_session,
};
use citygate_kernel::{CityCode, Clock};
use citygate_notify::send_mail;
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
    keys::SealedColumn,
};
use uuid::Uuid;

use super::strikes::objection_until;
use crate::{
    error::{Error, StrikeError},
    mail,
    model::{Annulment, Decision, Objection, ObjectionId, ObjectionState, Strike, StrikeId},
    rules::strike::StrikeRule,
    sealed::{ANSWER, GROUNDS},
    store,
    wire::ObjectionBody,
};

/// Why staff read what somebody says against a strike.
const REASON: Reason<'static> = Reason { purpose: "booking.objection", legal_basis: "pipl-13-3" };

/// An objection as whoever made it sees it.
#[derive(Debug)]
pub(crate) struct ObjectionView {
    pub id: ObjectionId,
    pub strike: StrikeId,
    pub grounds: String,
    pub state: ObjectionState,
    /// What was answered, and when.
    pub answer: Option<(String, DateTime<Utc>)>,
    pub made_at: DateTime<Utc>,
}

/// Objects to a strike of one's own, once for each claim.
pub(crate) async fn object(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    id: StrikeId,
    grounds: &str,
) -> Result<Answer, Error> {
    cx.db
        .tx("booking.object", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let objection = object_to(cx, tx, caller.person, id, grounds).await?;
                Ok::<_, Error>(ObjectionBody::from(opened(cx, tx, objection).await?))
            })
            .await
        })
        .await
}

async fn object_to(
    cx: &Cx,
    tx: &mut Tx<'_>,
    person: PersonId,
    id: StrikeId,
    grounds: &str,
) -> Result<Objection, Error> {
    let strike = store::strike(tx, id).await?.filter(|strike| strike.person == person);
    let strike = strike.ok_or(StrikeError::Unknown)?;
    if strike.annulled_for.is_some() {
        return Err(StrikeError::Annulled.into());
    }
    let rule: Rule<StrikeRule> = rule_by_id(tx, strike.rule).await?;
    let city = citygate_catalogue::city(tx, id.city()).await?;
    let until = objection_until(&strike, &rule.params, &city);
    if city.date(tx.now()) > until {
        return Err(StrikeError::TooLate { until }.into());
    }
    let objection = ObjectionId::new(id.city(), &Clock::manual(tx.now()));
    let objection = Objection {
        id: objection,
        strike: id,
        agency: strike.agency,
        grounds_sealed: cx.keys.seal(tx, &GROUNDS, objection.uuid(), grounds.as_bytes()).await?,
        state: ObjectionState::Open,
        decision: None,
        created_at: tx.now(),
    };
    match store::insert_objection(tx, &objection).await? {
        true => Ok(objection),
        false => Err(StrikeError::ObjectedTo.into()),
    }
}

/// The objections to some of a person's own strikes, by strike.
pub(super) async fn own_objections(
    cx: &Cx,
    tx: &mut Tx<'_>,
    city: CityCode,
    strikes: &[Uuid],
) -> Result<BTreeMap<StrikeId, ObjectionView>, Error> {
    let mut found = BTreeMap::new();
    for objection in store::objections_to(tx, city, strikes).await? {
        found.insert(objection.strike, opened(cx, tx, objection).await?);
    }
    Ok(found)
}

async fn opened(cx: &Cx, tx: &mut Tx<'_>, objection: Objection) -> Result<ObjectionView, Error> {
    let id = objection.id.uuid();
    let answer = match objection.decision {
        Some(decision) => {
            let answer = text(cx, tx, &ANSWER, id, &decision.answer_sealed).await?;
            Some((answer, decision.at))
        }
        None => None,
    };
    Ok(ObjectionView {
        id: objection.id,
        strike: objection.strike,
        grounds: text(cx, tx, &GROUNDS, id, &objection.grounds_sealed).await?,
        state: objection.state,
        answer,
        made_at: objection.created_at,
    })
}

async fn text(
    cx: &Cx,
    tx: &mut Tx<'_>,
    column: &SealedColumn,
    row: Uuid,
    sealed: &[u8],
) -> Result<String, Error> {
    let opened = cx.keys.open_sealed(tx, column, row, sealed).await?;
    String::from_utf8(opened).map_err(|_| Error::Damaged("objection"))
}

/// An objection that waits, as the agency's list has it: without what it says.
pub(crate) struct OpenObjection {
    pub objection: Objection,
    pub strike: Strike,
}

/// The objections that an agency has to decide, newest first; one more than the page holds.
pub(crate) async fn objections_of_agency(
    cx: &Cx,
    agency: AgencyId,
    page: &PageQuery,
) -> Result<Vec<OpenObjection>, Error> {
    cx.db
        .tx("booking.list_objections", async |tx| {
            let open = store::open_objections(tx, agency, page.cursor, page.limit() + 1).await?;
            let ids: Vec<_> = open.iter().map(|objection| objection.strike.uuid()).collect();
            let strikes = store::strikes_by_id(tx, agency.city(), &ids).await?;
            let mut strikes: BTreeMap<_, _> =
                strikes.into_iter().map(|strike| (strike.id, strike)).collect();
            open.into_iter()
                .map(|objection| {
                    let strike = strikes.remove(&objection.strike);
                    Ok(OpenObjection { strike: strike.ok_or(Error::Damaged("strike"))?, objection })
                })
                .collect()
        })
        .await
}

/// Whoever decides objections for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

/// An objection with what it says. That it was read stands in the ledger of accesses of whom it is
/// about.
pub(crate) async fn read_objection(
    cx: &Cx,
    judge: Judge,
    id: ObjectionId,
) -> Result<(ObjectionView, Strike), Error> {
    cx.db
        .tx("booking.read_objection", async |tx| {
            let (objection, strike) = of_agency(tx, judge.agency, id).await?;
            let access = Access::new(cx, Accessor::staff(judge.staff, judge.agency), REASON);
            note_statement_read(tx, &access, strike.person, &id.to_string()).await?;
            Ok((opened(cx, tx, objection).await?, strike))
        })
        .await
}

/// Decides an objection: upheld, the strike is annulled. Deciding it again in the same way changes
/// nothing. Nobody decides about a strike of their own.
pub(crate) async fn decide(
    cx: &Cx,
    judge: Judge,
    id: ObjectionId,
    (upheld, answer): (bool, &str),
) -> Result<OpenObjection, Error> {
    let state = if upheld { ObjectionState::Upheld } else { ObjectionState::Rejected };
    cx.db
        .tx("booking.decide_objection", async |tx| {
            let (mut objection, strike) = of_agency(tx, judge.agency, id).await?;
            if strike.account == Some(judge.account) {
                return Err(StrikeError::OwnStrike.into());
            }
            if let Some(decision) = &objection.decision {
                let known = text(cx, tx, &ANSWER, id.uuid(), &decision.answer_sealed).await?;
                return match objection.state == state && known == answer {
                    true => Ok(OpenObjection { objection, strike }),
                    false => Err(StrikeError::Decided.into()),
                };
            }
            let answer_sealed = cx.keys.seal(tx, &ANSWER, id.uuid(), answer.as_bytes()).await?;
            let decision = Decision { answer_sealed, by: judge.staff, at: tx.now() };
            store::save_decision(tx, id, state, &decision).await?;
            if upheld {
                store::annul_strike(tx, strike.id, Annulment::Objection).await?;
            }
            tell(cx, tx, &strike, upheld, answer).await?;
            (objection.state, objection.decision) = (state, Some(decision));
            Ok(OpenObjection { objection, strike })
        })
        .await
}

async fn of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: ObjectionId,
) -> Result<(Objection, Strike), Error> {
    let objection = store::lock_objection(tx, agency, id).await?;
    let objection = objection.ok_or(StrikeError::ObjectionUnknown)?;
    let strike = store::strike(tx, objection.strike).await?;
    Ok((objection, strike.ok_or(Error::Damaged("strike"))?))
}

async fn tell(
    cx: &Cx,
    tx: &mut Tx<'_>,
    strike: &Strike,
    upheld: bool,
    answer: &str,
) -> Result<(), Error> {
    let Some(to) = contact(&cx.keys, tx, strike.person).await? else { return Ok(()) };
    let agency = agency(tx, strike.agency).await?;
    let letter = mail::decision(strike, &agency.name, upheld, answer, to.locale);
    Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
}
