//! Cases in lists, newest first.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::AccountId;
use citygate_kernel::CityCode;
use citygate_listings::{Intent, ListingId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cases::CaseRow;
use crate::{
    error::Error,
    model::{Case, CaseId, CaseStanding},
    schema::cases,
};

fn read(rows: Vec<CaseRow>) -> Result<Vec<Case>, Error> {
    rows.into_iter().map(Case::try_from).collect()
}

fn end(before: Option<Cursor>) -> Uuid {
    before.map_or(Uuid::max(), |cursor| cursor.0)
}

/// The cases of an account.
pub(crate) async fn of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let rows = cases::table
        .filter(cases::account_id.eq(account.uuid()))
        .filter(cases::id.lt(end(before)))
        .order(cases::id.desc())
        .limit(limit)
        .select(CaseRow::as_select())
        .load(tx.conn())
        .await?;
    read(rows)
}

/// Which cases of an agency.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtDesk<'a> {
    pub state: Option<CaseStanding>,
    pub desk: Option<&'a str>,
    /// Only those that wait for an answer that is late.
    pub overdue: bool,
    pub before: Option<Cursor>,
}

/// The cases of an agency.
pub(crate) async fn at_desk(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    which: AtDesk<'_>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let now = tx.now();
    let mut wanted = cases::table
        .filter(cases::city.eq(agency.city().number()))
        .filter(cases::agency_id.eq(agency.uuid()))
        .filter(cases::id.lt(end(which.before)))
        .order(cases::id.desc())
        .limit(limit)
        .select(CaseRow::as_select())
        .into_boxed();
    if let Some(state) = which.state {
        wanted = wanted.filter(cases::state.eq(state.code()));
    }
    if let Some(desk) = which.desk {
        wanted = wanted.filter(cases::desk.eq(desk));
    }
    if which.overdue {
        wanted = wanted.filter(cases::due_at.le(now)).filter(cases::state.eq_any([
            "dispatched",
            "dispatch_disputed",
            "accepted",
        ]));
    }
    read(wanted.load(tx.conn()).await?)
}

/// The cases of a city that everybody may know of.
pub(crate) async fn public(
    tx: &mut Tx<'_>,
    city: CityCode,
    category: Option<&str>,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let mut wanted = cases::table
        .filter(cases::city.eq(city.number()))
        .filter(cases::intent.ne(Intent::Report.code()))
        .filter(cases::id.lt(end(before)))
        .order(cases::id.desc())
        .limit(limit)
        .select(CaseRow::as_select())
        .into_boxed();
    if let Some(category) = category {
        wanted = wanted.filter(cases::category.eq(category));
    }
    read(wanted.load(tx.conn()).await?)
}

/// Which public cases somebody asks for by Open311.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    pub city: CityCode,
    /// Filed from then on.
    pub from: DateTime<Utc>,
    /// And until then.
    pub to: DateTime<Utc>,
    /// Of these services; of all, where there are none.
    pub services: Vec<(ListingId, String)>,
    /// Only those that are over, or only those that are not.
    pub closed: Option<bool>,
}

/// The public cases of a time.
pub(crate) async fn requests(
    tx: &mut Tx<'_>,
    asked: &Requests,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let mut wanted = cases::table
        .filter(cases::city.eq(asked.city.number()))
        .filter(cases::intent.ne(Intent::Report.code()))
        .filter(cases::created_at.ge(asked.from))
        .filter(cases::created_at.le(asked.to))
        .order(cases::id.desc())
        .limit(limit)
        .select(CaseRow::as_select())
        .into_boxed();
    if !asked.services.is_empty() {
        let listings = asked.services.iter().map(|(listing, _)| listing.uuid());
        let categories = asked.services.iter().map(|(_, category)| category.as_str());
        wanted = wanted
            .filter(cases::listing_id.eq_any(listings.collect::<Vec<_>>()))
            .filter(cases::category.eq_any(categories.collect::<Vec<_>>()));
    }
    match asked.closed {
        Some(true) => wanted = wanted.filter(cases::state.eq(CaseStanding::Closed.code())),
        Some(false) => wanted = wanted.filter(cases::state.ne(CaseStanding::Closed.code())),
        None => {}
    }
    let mut found = read(wanted.load(tx.conn()).await?)?;
    // A category of one listing may be one of another as well.
    let of = |case: &Case| {
        let is = |(listing, category): &(ListingId, String)| {
            *listing == case.listing && *category == case.category
        };
        asked.services.is_empty() || asked.services.iter().any(is)
    };
    found.retain(of);
    Ok(found)
}

/// Public cases by their identifiers, all of one city.
pub(crate) async fn public_by_ids(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Case>, Error> {
    let rows = cases::table
        .filter(cases::city.eq(city.number()))
        .filter(cases::id.eq_any(ids))
        .filter(cases::intent.ne(Intent::Report.code()))
        .order(cases::id.desc())
        .select(CaseRow::as_select())
        .load(tx.conn())
        .await?;
    read(rows)
}

/// Cases that wait for an answer whose time may still move, in any city, from one on; locked.
pub(crate) async fn lock_provisional(
    tx: &mut Tx<'_>,
    after: Option<CaseId>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let (city, id) = after.map_or((0, Uuid::nil()), |id| (id.city().number(), id.uuid()));
    let further = cases::city.gt(city).or(cases::city.eq(city).and(cases::id.gt(id)));
    let rows = cases::table
        .filter(cases::provisional)
        .filter(cases::state.eq_any(["dispatched", "dispatch_disputed", "accepted"]))
        .filter(further)
        .order((cases::city, cases::id))
        .limit(limit)
        .select(CaseRow::as_select())
        .for_no_key_update()
        .load(tx.conn())
        .await?;
    read(rows)
}
