//! Steps of a case, each with its line in the history.

use chrono::{DateTime, TimeZone, Utc};
use citygate_calendar::{Deadline, Period};
use citygate_identity::StaffId;
use citygate_kernel::{CityCode, Clock, Id};
use citygate_listings::Published;
use citygate_platform::{Cx, db::Tx};
use citygate_usage::{Measure, Service, count};
use uuid::Uuid;

use super::{letters, view};
use crate::{
    error::{CaseError, Error},
    jobs::{Asked, CLOSE_LINKED, Ended, LAPSE, News, TELL_FOLLOWERS},
    mail::Letter,
    model::{Case, CaseAnswer, CaseOutcome, CaseStanding, CaseTurn, Said},
    rules::{clock::ReplyClock, state},
    sealed::AnswerIdKind,
    store,
};

/// Lets something happen to a locked case, and writes it down with what was said. Whoever closes a
/// case has set its outcome.
pub(super) async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    case: &mut Case,
    by: (CaseTurn, Option<StaffId>),
    said: Option<&Said>,
) -> Result<(), Error> {
    let now = tx.now();
    case.state = state::next(case.state, by.0).map_err(CaseError::from)?;
    case.changed_at = now;
    if case.state != CaseStanding::DispatchDisputed {
        case.dispute = None;
    }
    if case.state == CaseStanding::Closed {
        case.closed_at.get_or_insert(now);
    } else {
        (case.outcome, case.closed_at) = (None, None);
    }
    store::cases::save(tx, case).await?;
    store::events::insert(&cx.keys, tx, case, by, said).await
}

/// The end of a period that begins today in a city.
pub(super) async fn end_of(
    tx: &mut Tx<'_>,
    city: CityCode,
    period: Period,
) -> Result<(Deadline, DateTime<Utc>), Error> {
    let city = citygate_catalogue::city(tx, city).await?;
    let calendar = citygate_catalogue::holiday_calendar(tx).await?;
    let deadline = Deadline::count(city.date(tx.now()), period, &[], &calendar)?;
    let ends_at = deadline.ends_at(city.time_zone);
    Ok((deadline, ends_at))
}

/// Gives a case to a desk, which may dispute it for a while.
pub(super) async fn give_to(
    tx: &mut Tx<'_>,
    case: &mut Case,
    (desk, published): (&str, &Published),
) -> Result<(), Error> {
    let within = view::spec(published)?.dispute_within;
    case.desk = desk.to_owned();
    case.dispute_until = end_of(tx, case.id.city(), within).await?.1;
    Ok(())
}

/// Counts until when a case is answered.
pub(super) async fn set_due(
    tx: &mut Tx<'_>,
    case: &mut Case,
    published: &Published,
) -> Result<(), Error> {
    let city = citygate_catalogue::city(tx, case.id.city()).await?;
    let calendar = citygate_catalogue::holiday_calendar(tx).await?;
    let period = view::category(published, &case.category)?.period;
    let extension = case.extended.then_some(view::spec(published)?.extension);
    let clock = ReplyClock::count(case.trigger_on, period, extension, &calendar)?;
    case.due_on = clock.running().due_on();
    case.due_at = clock.running().ends_at(city.time_zone);
    case.provisional = clock.running().provisional();
    Ok(())
}

/// Writes that the agency has answered, and whether that was in time. Where the person is asked
/// whether it helped, the case waits for them.
pub(super) async fn answer(
    cx: &Cx,
    tx: &mut Tx<'_>,
    case: &mut Case,
    (outcome, published): (CaseOutcome, &Published),
    ask_until: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let now = tx.now();
    let in_time = now < case.due_at;
    case.answered_at.get_or_insert(now);
    let id = Id::<AnswerIdKind>::new(&Clock::manual(now)).uuid();
    let answer = CaseAnswer { id, outcome, answered_at: now, in_time, ask_until, rating: None };
    store::answers::insert(tx, (case.id, case.agency), &answer).await?;
    let service = Service { agency: case.agency, item: published.content.item.as_str() };
    let measure = if in_time { Measure::InTime } else { Measure::Late };
    count(cx, tx, service, measure).await?;
    if let Some(until) = ask_until {
        LAPSE.enqueue_at(tx, &Asked { case: case.id, answer: id }, until).await?;
    }
    Ok(())
}

/// Tells those who follow a case that there is news.
pub(super) async fn tell_followers(tx: &mut Tx<'_>, case: &Case) -> Result<(), Error> {
    Ok(TELL_FOLLOWERS.enqueue(tx, &News { case: case.id, after: Uuid::nil() }).await?)
}

/// What follows when a case is over: letters, and those that repeat it. What a person takes back is
/// not over for others.
pub(super) async fn ended(cx: &Cx, tx: &mut Tx<'_>, case: &Case) -> Result<(), Error> {
    letters::tell(cx, tx, case, Letter::Closed).await?;
    tell_followers(tx, case).await?;
    let others = case.outcome != Some(CaseOutcome::Withdrawn);
    if others && store::cases::is_parent(tx, case.id).await? {
        CLOSE_LINKED.enqueue(tx, &Ended { parent: case.id }).await?;
    }
    Ok(())
}

/// The beginning of a day on the clocks of a city; where clocks skip it, as if they did not.
pub(super) fn begin_of(city: &citygate_catalogue::City, on: chrono::NaiveDate) -> DateTime<Utc> {
    let midnight = on.and_time(chrono::NaiveTime::MIN);
    let local = city.time_zone.from_local_datetime(&midnight).earliest();
    local.map_or(midnight.and_utc(), |local| local.to_utc())
}
