//! The history of applications.

use chrono::{DateTime, Utc};
use citygate_identity::StaffId;
use citygate_kernel::{Clock, Id, Kind};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{ApplicationEvent, ApplicationId, ApplicationState, Line},
    schema::events,
    sealed::SAID,
};

/// Lines of the history have ids that nobody is shown.
enum LineKind {}
impl Kind for LineKind {
    const PREFIX: &'static str = "aevt";
}

/// How much of a history is read: more than anybody would write.
const MOST: i64 = 500;

/// Adds a line to the history of a locked application.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    application: ApplicationId,
    line: &Line,
) -> Result<(), Error> {
    let id = Id::<LineKind>::new(&Clock::manual(line.at)).uuid();
    let said_sealed = match &line.said {
        Some(said) => Some(keys.seal_json(tx, &SAID, id, said).await?),
        None => None,
    };
    let (city, of) = (application.city().number(), application.uuid());
    let last: Option<i32> = events::table
        .filter(events::city.eq(city))
        .filter(events::application_id.eq(of))
        .select(max(events::n))
        .first(tx.conn())
        .await?;
    diesel::insert_into(events::table)
        .values((
            events::city.eq(city),
            events::id.eq(id),
            events::application_id.eq(of),
            events::n.eq(last.unwrap_or(0).saturating_add(1)),
            events::event.eq(line.event.code()),
            events::state.eq(line.state.code()),
            events::step.eq(line.step.as_ref().map(|step| step.as_str().to_owned())),
            events::said_sealed.eq(said_sealed),
            events::happened_at.eq(line.at),
            events::staff_id.eq(line.staff.map(|staff| staff.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    id: Uuid,
    event: String,
    state: String,
    step: Option<String>,
    said_sealed: Option<Vec<u8>>,
    happened_at: DateTime<Utc>,
    staff_id: Option<Uuid>,
}

/// The history of an application, oldest first.
pub(crate) async fn of(
    keys: &Keys,
    tx: &mut Tx<'_>,
    application: ApplicationId,
) -> Result<Vec<Line>, Error> {
    let rows: Vec<EventRow> = events::table
        .filter(events::city.eq(application.city().number()))
        .filter(events::application_id.eq(application.uuid()))
        .order(events::n)
        .limit(MOST)
        .select(EventRow::as_select())
        .load(tx.conn())
        .await?;
    let mut history = Vec::with_capacity(rows.len());
    for row in rows {
        let said = match row.said_sealed {
            Some(sealed) => Some(keys.open_json(tx, &SAID, row.id, &sealed).await?),
            None => None,
        };
        let step = row.step.map(|step| step.parse()).transpose();
        history.push(Line {
            event: ApplicationEvent::parse(&row.event).ok_or(Error::Damaged("event"))?,
            state: ApplicationState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            step: step.map_err(|_| Error::Damaged("step"))?,
            said,
            at: row.happened_at,
            staff: row.staff_id.map(|id| StaffId::from_parts(application.city(), id)),
        });
    }
    Ok(history)
}
