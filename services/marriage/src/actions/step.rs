//! Steps of a case, each with its line in the history.

use chrono::{DateTime, Utc};
use citygate_catalogue::{Rule, rule};
use citygate_identity::{RealName, StaffId};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx};

use crate::{
    error::{CaseError, Error},
    jobs::{Due, LAPSE},
    model::{Case, CaseEvent, CaseId, Couple, Side},
    rules::{registry::INVITATION, registry::InvitationRule, state},
    store,
};

/// A case of the caller's, which nobody else changes until the transaction ends.
pub(super) async fn lock_own(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    id: CaseId,
) -> Result<(Case, Couple, Side), Error> {
    let case = store::cases::lock(tx, id).await?.ok_or(CaseError::CaseUnknown)?;
    let couple = store::parties::of_case(&cx.keys, tx, id).await?;
    let side = couple.side_of(caller.person).ok_or(CaseError::CaseUnknown)?;
    Ok((case, couple, side))
}

/// Lets something happen to a locked case, and writes it down. Who is in a case that is over may
/// begin another; its invitation goes, and it lapses no more.
pub(super) async fn step(
    tx: &mut Tx<'_>,
    case: &mut Case,
    event: CaseEvent,
    staff: Option<StaffId>,
) -> Result<(), Error> {
    case.state = state::next(case.state, event).map_err(CaseError::from)?;
    case.changed_at = tx.now();
    if case.state.is_over() {
        case.lapses_at = None;
        store::engagements::release(tx, case.id).await?;
        store::invitations::delete(tx, case.id).await?;
    }
    store::cases::save(tx, case).await?;
    store::events::insert(tx, case, event, staff).await
}

/// The rule about cases and invitations that is in force in a city today.
pub(super) async fn limits(tx: &mut Tx<'_>, code: CityCode) -> Result<Rule<InvitationRule>, Error> {
    let city = citygate_catalogue::city(tx, code).await?;
    let today = city.date(tx.now());
    Ok(rule(tx, INVITATION, code, today).await?)
}

/// Has a case end by itself at an instant, unless something happens before. It is for the caller to
/// save the case.
pub(super) async fn wait_until(
    tx: &mut Tx<'_>,
    case: &mut Case,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    case.lapses_at = Some(until);
    LAPSE.enqueue_at(tx, &Due { case: case.id }, until).await?;
    Ok(())
}
