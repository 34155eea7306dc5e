//! Statements about who is looking at a record.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::RealName;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{error::Error, schema::viewings};

/// Lets a sign-in look on until an instant.
pub(crate) async fn open(
    tx: &mut Tx<'_>,
    caller: &RealName,
    agency: AgencyId,
    ends_at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(viewings::table)
        .values((
            viewings::city.eq(agency.city().number()),
            viewings::session_id.eq(caller.session.uuid()),
            viewings::agency_id.eq(agency.uuid()),
            viewings::person_id.eq(caller.person.uuid()),
            viewings::ends_at.eq(ends_at),
        ))
        .on_conflict((viewings::city, viewings::session_id, viewings::agency_id))
        .do_update()
        .set((viewings::person_id.eq(caller.person.uuid()), viewings::ends_at.eq(ends_at)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a sign-in is looking at the person's record of an agency.
pub(crate) async fn is_open(
    tx: &mut Tx<'_>,
    caller: &RealName,
    agency: AgencyId,
) -> Result<bool, Error> {
    let now = tx.now();
    let open = viewings::table
        .find((agency.city().number(), caller.session.uuid(), agency.uuid()))
        .filter(viewings::person_id.eq(caller.person.uuid()))
        .filter(viewings::ends_at.gt(now));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(tx.conn()).await?)
}
