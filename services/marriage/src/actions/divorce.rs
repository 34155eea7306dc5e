//! Divorce by agreement: entered by a registrar, signed by both on the day, withdrawn by either while
//! the law allows, and certified when both come again in time.
//!
//! The clock is asked whenever somebody acts or looks, so nothing depends on how punctual a job is.

mod certify;
mod letters;
mod read;

use chrono::NaiveDate;
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::{City, Rule, RuleId, holiday_calendar, rule, rule_by_id};
use citygate_identity::{RealName, StaffId, StepUp, require_session};
use citygate_kernel::{Clock, Id};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{invite::CaseSign, office::Registrar, register::note};
use crate::{
    error::{CaseError, DivorceError, Error},
    jobs::divorce::{CLOCK, Tick},
    model::{CaseId, CaseState, Couple, Divorce, DivorceEvent, DivorceState, Party, Side},
    rules::divorce::{self as rules, DIVORCE, DivorceClock, DivorceRule},
    sealed::PartyIdKind,
    store,
    wire::EnteredDivorceBody,
};

pub(crate) use self::{
    certify::certify,
    read::{DivorceView, divorce, divorces, opened},
};

/// Enters what two people apply for who are there, once for each claim. Each of them has to sign it on
/// the same day.
pub(crate) async fn enter(
    cx: &Cx,
    claim: &Claim,
    registrar: Registrar,
    (marriage, present): (CaseId, &[Side]),
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.enter_divorce", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                both_present(present)?;
                let (one, couple) = entered(cx, tx, registrar, marriage).await?;
                Ok::<_, Error>(EnteredDivorceBody::new(&one, &couple))
            })
            .await
        })
        .await
}

/// Nobody is represented (Civil Code, article 1076).
fn both_present(present: &[Side]) -> Result<(), Error> {
    if Side::ALL.iter().all(|side| present.contains(side)) {
        Ok(())
    } else {
        Err(CaseError::PartyUnseen.into())
    }
}

async fn entered(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    marriage: CaseId,
) -> Result<(Divorce, Couple), Error> {
    // Locked, so that of two registrars one is first.
    let found = store::cases::lock(tx, marriage).await?;
    let found = found.filter(|case| case.state == CaseState::Registered);
    let found = found.ok_or(DivorceError::MarriageUnknown)?;
    let married = store::parties::of_case(&cx.keys, tx, found.id).await?;
    not_own(&married, registrar)?;
    if store::divorces::is_open_of(tx, marriage).await? {
        return Err(DivorceError::Open.into());
    }
    let city = citygate_catalogue::city(tx, registrar.agency.city()).await?;
    let today = city.date(tx.now());
    let rule: Rule<DivorceRule> = rule(tx, DIVORCE, city.code, today).await?;
    let one = Divorce {
        id: CaseId::new(city.code, &Clock::manual(tx.now())),
        state: DivorceState::Applied,
        agency: registrar.agency,
        marriage,
        rule: rule.id,
        entered_by: registrar.staff,
        signed_a_at: None,
        signed_b_at: None,
        received_on: None,
        withdrawn_by: None,
        certified_by: None,
        registered_on: None,
        certificate: None,
        created_at: tx.now(),
        changed_at: tx.now(),
    };
    store::divorces::insert(tx, &one).await?;
    for side in Side::ALL {
        let party = married.on(*side).ok_or(Error::Damaged("couple"))?;
        let id = Id::<PartyIdKind>::new(&Clock::manual(tx.now())).uuid();
        let party = Party { id, seen: None, ..party.clone() };
        store::parties::insert(&cx.keys, tx, one.id, &party).await?;
    }
    let couple = store::parties::of_case(&cx.keys, tx, one.id).await?;
    note(cx, tx, registrar, (one.id, &couple)).await?;
    let end = end_of(today, &city)?;
    CLOCK.enqueue_at(tx, &Tick { case: one.id }, end).await?;
    letters::entered(cx, tx, &couple).await?;
    Ok((one, couple))
}

/// Nobody acts in a case of their own.
fn not_own(couple: &Couple, registrar: Registrar) -> Result<(), Error> {
    let own = couple.both().into_iter().flatten().any(|one| one.account == registrar.account);
    if own { Err(CaseError::OwnCase.into()) } else { Ok(()) }
}

/// When a day of a city is over.
fn end_of(day: NaiveDate, city: &City) -> Result<chrono::DateTime<chrono::Utc>, Error> {
    let period = citygate_calendar::Period {
        length_days: 0,
        day_kind: citygate_calendar::DayKind::Calendar,
        roll: citygate_calendar::Roll::None,
    };
    let plain = HolidayCalendar::new([], day);
    let end = citygate_calendar::Deadline::count(day, period, &[], &plain)?;
    Ok(end.ends_at(city.time_zone))
}

/// Signs the application under the version that it was entered with. With the second signature the
/// registry has received it, and the clock runs.
pub(crate) async fn sign(
    cx: &Cx,
    proof: &StepUp<CaseSign>,
    (id, version): (CaseId, RuleId),
) -> Result<DivorceView, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("marriage.sign_divorce", async |tx| {
            let (mut one, couple, side) = lock_own(cx, tx, &caller, id).await?;
            rules::next(one.state, DivorceEvent::Receive).map_err(DivorceError::from)?;
            if one.rule != version {
                return Err(CaseError::StatementChanged.into());
            }
            proof.consume(tx, Some(&id.to_string()), None).await?;
            if one.has_signed(side) {
                return Err(CaseError::SignedAlready.into());
            }
            let now = tx.now();
            match side {
                Side::A => one.signed_a_at = Some(now),
                Side::B => one.signed_b_at = Some(now),
            }
            one.changed_at = now;
            if one.has_signed(side.other()) {
                received(cx, tx, &mut one, &couple).await?;
            } else {
                store::divorces::save(tx, &one).await?;
            }
            read::view(cx, tx, caller.person, one).await
        })
        .await
}

async fn received(
    cx: &Cx,
    tx: &mut Tx<'_>,
    one: &mut Divorce,
    couple: &Couple,
) -> Result<(), Error> {
    let city = citygate_catalogue::city(tx, one.id.city()).await?;
    one.received_on = Some(city.date(tx.now()));
    step(tx, one, DivorceEvent::Receive, None).await?;
    wind(tx, one).await?;
    letters::received(cx, tx, couple).await
}

/// Takes the application back. It takes no proof: nobody is kept to a will that they no longer have.
/// Doing it again changes nothing.
pub(crate) async fn withdraw(cx: &Cx, caller: &RealName, id: CaseId) -> Result<DivorceView, Error> {
    cx.db
        .tx("marriage.withdraw_divorce", async |tx| {
            require_session(tx, caller).await?;
            let (mut one, couple, side) = lock_own(cx, tx, caller, id).await?;
            if one.state != DivorceState::Withdrawn {
                one.withdrawn_by = Some(side);
                step(tx, &mut one, DivorceEvent::Withdraw, None).await?;
                letters::withdrawn(cx, tx, &couple).await?;
            }
            read::view(cx, tx, caller.person, one).await
        })
        .await
}

/// A divorce of the caller's, as the clock has left it, which nobody else changes until the transaction
/// ends.
async fn lock_own(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    id: CaseId,
) -> Result<(Divorce, Couple, Side), Error> {
    let mut one = store::divorces::lock(tx, id).await?.ok_or(DivorceError::Unknown)?;
    let couple = store::parties::of_case(&cx.keys, tx, id).await?;
    let side = couple.side_of(caller.person).ok_or(DivorceError::Unknown)?;
    settle(cx, tx, &mut one, &couple).await?;
    Ok((one, couple, side))
}

/// Lets something happen to a locked divorce, and writes it down.
async fn step(
    tx: &mut Tx<'_>,
    one: &mut Divorce,
    event: DivorceEvent,
    staff: Option<StaffId>,
) -> Result<(), Error> {
    one.state = rules::next(one.state, event).map_err(DivorceError::from)?;
    one.changed_at = tx.now();
    store::divorces::save(tx, one).await?;
    store::divorces::insert_event(tx, one, event, staff).await
}

/// The periods of a divorce, once both have applied.
async fn clock_of(tx: &mut Tx<'_>, one: &Divorce) -> Result<Option<DivorceClock>, Error> {
    let Some(received_on) = one.received_on else { return Ok(None) };
    let rule: Rule<DivorceRule> = rule_by_id(tx, one.rule).await?;
    let calendar = holiday_calendar(tx).await?;
    Ok(Some(rule.params.clock(received_on, &calendar)?))
}

/// What has happened to a divorce by itself up to now, in order.
async fn passed(tx: &mut Tx<'_>, one: &Divorce) -> Result<&'static [DivorceEvent], Error> {
    let city = citygate_catalogue::city(tx, one.id.city()).await?;
    let now = tx.now();
    if one.state == DivorceState::Applied {
        let over = city.date(now) > city.date(one.created_at);
        return Ok(if over { &[DivorceEvent::Lapse] } else { &[] });
    }
    let clock = clock_of(tx, one).await?;
    Ok(clock.map_or(&[], |clock| clock.passed(one.state, now, city.time_zone)))
}

/// Writes down what has happened to a locked divorce by itself.
async fn settle(cx: &Cx, tx: &mut Tx<'_>, one: &mut Divorce, couple: &Couple) -> Result<(), Error> {
    for event in passed(tx, one).await? {
        step(tx, one, *event, None).await?;
        match event {
            DivorceEvent::Cool => letters::certifiable(cx, tx, couple).await?,
            DivorceEvent::Lapse => letters::lapsed(cx, tx, couple).await?,
            DivorceEvent::Receive | DivorceEvent::Withdraw | DivorceEvent::Certify => {}
        }
    }
    Ok(())
}

/// Has the clock looked at when the next thing happens by itself.
async fn wind(tx: &mut Tx<'_>, one: &Divorce) -> Result<(), Error> {
    let city = citygate_catalogue::city(tx, one.id.city()).await?;
    let clock = clock_of(tx, one).await?;
    let next = clock.and_then(|clock| clock.next_at(one.state, city.time_zone));
    if let Some(at) = next {
        CLOCK.enqueue_at(tx, &Tick { case: one.id }, at).await?;
    }
    Ok(())
}

/// Looks at the clock of a divorce. A holiday that was announced meanwhile may have moved an end: then
/// it is looked at again.
pub(crate) async fn tick(cx: &Cx, id: CaseId) -> Result<(), Error> {
    cx.db
        .tx("marriage.tick_divorce", async |tx| {
            let Some(mut one) = store::divorces::lock(tx, id).await? else { return Ok(()) };
            let couple = store::parties::of_case(&cx.keys, tx, id).await?;
            settle(cx, tx, &mut one, &couple).await?;
            wind(tx, &one).await
        })
        .await
}
