//! What happened to applications.

use chrono::{DateTime, Utc};
use citygate_identity::StaffId;
use citygate_kernel::{CityCode, Clock, Id, Kind};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::Step, schema::application_steps as steps, sealed::SAID};

/// Rows of the history have ids that nobody is shown.
enum StepKind {}
impl Kind for StepKind {
    const PREFIX: &'static str = "fstp";
}

/// How much of a history is read.
const MOST: i64 = 200;

/// Adds to the history of an application of a city. Whoever does holds its account.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    (city, application): (CityCode, Uuid),
    step: &Step,
) -> Result<(), Error> {
    let id = Id::<StepKind>::new(&Clock::manual(step.happened_at)).uuid();
    let said_sealed = match &step.said {
        Some(said) => Some(keys.seal_json(tx, &SAID, id, said).await?),
        None => None,
    };
    let before: Option<i32> = steps::table
        .filter(steps::city.eq(city.number()))
        .filter(steps::application_id.eq(application))
        .select(max(steps::step_no))
        .first(tx.conn())
        .await?;
    diesel::insert_into(steps::table)
        .values((
            steps::city.eq(city.number()),
            steps::id.eq(id),
            steps::application_id.eq(application),
            steps::step_no.eq(before.unwrap_or(0).saturating_add(1)),
            steps::event.eq(&step.event),
            steps::state.eq(&step.state),
            steps::staff_id.eq(step.staff.map(StaffId::uuid)),
            steps::said_sealed.eq(said_sealed),
            steps::happened_at.eq(step.happened_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = steps)]
struct StepRow {
    id: Uuid,
    event: String,
    state: String,
    staff_id: Option<Uuid>,
    said_sealed: Option<Vec<u8>>,
    happened_at: DateTime<Utc>,
}

/// The history of an application, oldest first.
pub(crate) async fn of(
    keys: &Keys,
    tx: &mut Tx<'_>,
    (city, application): (CityCode, Uuid),
) -> Result<Vec<Step>, Error> {
    let rows: Vec<StepRow> = steps::table
        .filter(steps::city.eq(city.number()))
        .filter(steps::application_id.eq(application))
        .order(steps::step_no)
        .limit(MOST)
        .select(StepRow::as_select())
        .load(tx.conn())
        .await?;
    let mut history = Vec::with_capacity(rows.len());
    for row in rows {
        let said = match row.said_sealed {
            Some(sealed) => Some(keys.open_json(tx, &SAID, row.id, &sealed).await?),
            None => None,
        };
        history.push(Step {
            event: row.event,
            state: row.state,
            happened_at: row.happened_at,
            staff: row.staff_id.map(|id| StaffId::from_parts(city, id)),
            said,
        });
    }
    Ok(history)
}
