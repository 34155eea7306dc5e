//! Beginning a case, and ending it.

use chrono::TimeDelta;
use citygate_identity::{RealName, own_masked_name, require_session};
use citygate_kernel::{CityCode, Clock, Id, Masked};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    letters,
    read::{self, CaseView},
    step::{limits, lock_own, step, wait_until},
};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseEvent, CaseId, CaseState, Party, Side},
    sealed::PartyIdKind,
    store,
    wire::CaseBody,
};

/// Begins a case in the city where the two want to be registered, once for each claim.
pub(crate) async fn begin(
    cx: &Cx,
    claim: &Claim,
    caller: &RealName,
    city: CityCode,
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.begin", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let case = begun(cx, tx, caller, city).await?;
                Ok::<_, Error>(CaseBody::kept(read::view(cx, tx, caller, case).await?, cx.locale))
            })
            .await
        })
        .await
}

async fn begun(cx: &Cx, tx: &mut Tx<'_>, caller: &RealName, city: CityCode) -> Result<Case, Error> {
    let now = tx.now();
    let rule = limits(tx, city).await?;
    let begun = store::cases::begun_since(tx, caller.person, now - TimeDelta::days(1)).await?;
    if begun >= i64::from(rule.params.cases_per_day) {
        return Err(CaseError::TooManyCases { citation: rule.citation }.into());
    }
    let id = CaseId::new(city, &Clock::manual(now));
    if !store::engagements::insert(tx, (caller.city, caller.person), id).await? {
        return Err(CaseError::CaseOpen.into());
    }
    let mut case = Case {
        id,
        state: CaseState::Draft,
        venue: None,
        lapses_at: None,
        refusal: None,
        registered_on: None,
        certificate: None,
        created_at: now,
        changed_at: now,
    };
    wait_until(tx, &mut case, rule.params.answer_by(now)).await?;
    store::cases::insert(tx, &case).await?;
    join(cx, tx, caller, (id, Side::A)).await?;
    Ok(case)
}

/// Writes the caller into a case, with the name as the other will see it.
pub(super) async fn join(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    (case, side): (CaseId, Side),
) -> Result<(), Error> {
    let name = own_masked_name(&cx.keys, tx, caller.person).await?;
    let party = Party {
        id: Id::<PartyIdKind>::new(&Clock::manual(tx.now())).uuid(),
        side,
        person: caller.person,
        account: caller.account,
        name: Masked::new(name.ok_or(Error::Damaged("a real name without a name"))?),
        seen: None,
    };
    store::parties::insert(&cx.keys, tx, case, &party).await
}

/// Ends a case that has no appointment. The other is told, if there is one.
pub(crate) async fn cancel(cx: &Cx, caller: &RealName, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .tx("marriage.cancel", async |tx| {
            require_session(tx, caller).await?;
            let (mut case, couple, side) = lock_own(cx, tx, caller, id).await?;
            if case.state != CaseState::Cancelled {
                step(tx, &mut case, CaseEvent::Cancel, None).await?;
                if let Some(other) = couple.on(side.other()) {
                    letters::ended(cx, tx, other.person).await?;
                }
            }
            read::view(cx, tx, caller, case).await
        })
        .await
}
