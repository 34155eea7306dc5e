//! The history of cases.

use chrono::{DateTime, Utc};
use citygate_identity::StaffId;
use citygate_platform::db::Tx;
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    model::{Case, CaseEvent, CaseId},
    schema::case_events as events,
};

/// Writes a line about a locked case, as it stands after what has happened.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    case: &Case,
    event: CaseEvent,
    staff: Option<StaffId>,
) -> Result<(), Error> {
    let now = tx.now();
    let (city, id) = (case.id.city().number(), case.id.uuid());
    let last: Option<i32> = events::table
        .filter(events::city.eq(city))
        .filter(events::case_id.eq(id))
        .select(max(events::n))
        .first(tx.conn())
        .await?;
    diesel::insert_into(events::table)
        .values((
            events::city.eq(city),
            events::case_id.eq(id),
            events::n.eq(last.unwrap_or(0) + 1),
            events::event.eq(event.code()),
            events::state.eq(case.state.code()),
            events::happened_at.eq(now),
            events::staff_id.eq(staff.map(|staff| staff.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How often something has happened to a case.
pub(crate) async fn count(tx: &mut Tx<'_>, case: CaseId, event: CaseEvent) -> Result<i64, Error> {
    Ok(events::table
        .filter(events::city.eq(case.city().number()))
        .filter(events::case_id.eq(case.uuid()))
        .filter(events::event.eq(event.code()))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// The history of a case, oldest first: what happened, and when. It is short by its rules.
pub(crate) async fn of_case(
    tx: &mut Tx<'_>,
    case: CaseId,
) -> Result<Vec<(CaseEvent, DateTime<Utc>)>, Error> {
    let rows: Vec<(String, DateTime<Utc>)> = events::table
        .filter(events::city.eq(case.city().number()))
        .filter(events::case_id.eq(case.uuid()))
        .order(events::n)
        .select((events::event, events::happened_at))
        .load(tx.conn())
        .await?;
    let read = |(event, at): (String, _)| {
        Ok((CaseEvent::parse(&event).ok_or(Error::Damaged("event"))?, at))
    };
    rows.into_iter().map(read).collect()
}
