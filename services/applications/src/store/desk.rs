//! What an agency has before it.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::applications::ApplicationRow;
use crate::{
    error::Error,
    model::{Application, ApplicationState},
    schema::applications,
};

/// Which applications of an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    pub state: Option<ApplicationState>,
    /// Only those with which the agency is late, or only the others.
    pub overdue: Option<bool>,
}

/// The applications of an agency, the most urgent first.
pub(crate) async fn of_agency(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    filter: Filter,
    (after, limit): (Option<Cursor>, i64),
) -> Result<Vec<Application>, Error> {
    let now = tx.now();
    let (city, running) = (agency.city().number(), ApplicationState::InProgress.code());
    let mut query = applications::table
        .filter(applications::city.eq(city))
        .filter(applications::agency_id.eq(agency.uuid()))
        .order((applications::act_by, applications::id))
        .limit(limit)
        .select(ApplicationRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        let Some((act_by, id)) = place(tx, agency, after).await? else { return Ok(Vec::new()) };
        let later = applications::act_by.gt(act_by);
        let same = applications::act_by.eq(act_by).and(applications::id.gt(id));
        query = query.filter(applications::act_by.ge(act_by)).filter(later.or(same));
    }
    if let Some(state) = filter.state {
        query = query.filter(applications::state.eq(state.code()));
    }
    query = match filter.overdue {
        Some(true) => {
            query.filter(applications::state.eq(running)).filter(applications::act_by.le(now))
        }
        Some(false) => {
            query.filter(applications::state.ne(running).or(applications::act_by.gt(now)))
        }
        None => query,
    };
    let rows: Vec<ApplicationRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Application::try_from).collect()
}

/// Where a row stands in the order of an agency's list.
async fn place(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    after: Cursor,
) -> Result<Option<(DateTime<Utc>, Uuid)>, Error> {
    Ok(applications::table
        .find((agency.city().number(), after.0))
        .filter(applications::agency_id.eq(agency.uuid()))
        .select((applications::act_by, applications::id))
        .first(tx.conn())
        .await
        .optional()?)
}

/// How many applications of an agency stand in a state.
pub(crate) async fn in_state(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    state: ApplicationState,
) -> Result<i64, Error> {
    Ok(applications::table
        .filter(applications::city.eq(agency.city().number()))
        .filter(applications::agency_id.eq(agency.uuid()))
        .filter(applications::state.eq(state.code()))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// With how many an agency is late.
pub(crate) async fn overdue(tx: &mut Tx<'_>, agency: AgencyId) -> Result<i64, Error> {
    let now = tx.now();
    Ok(applications::table
        .filter(applications::city.eq(agency.city().number()))
        .filter(applications::agency_id.eq(agency.uuid()))
        .filter(applications::state.eq(ApplicationState::InProgress.code()))
        .filter(applications::act_by.le(now))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// Which decisions are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decided {
    /// All of them.
    All,
    /// Those within the agency's time.
    InTime,
    /// Those that refused.
    Refused,
}

/// How many decisions an agency has made since an instant.
pub(crate) async fn decided_since(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    since: DateTime<Utc>,
    which: Decided,
) -> Result<i64, Error> {
    let query = applications::table
        .filter(applications::city.eq(agency.city().number()))
        .filter(applications::agency_id.eq(agency.uuid()))
        .filter(applications::decided_at.ge(since))
        .count()
        .into_boxed();
    let query = match which {
        Decided::All => query,
        Decided::InTime => query.filter(applications::in_time.eq(true)),
        Decided::Refused => query.filter(applications::refusal.is_not_null()),
    };
    Ok(query.get_result(tx.conn()).await?)
}
