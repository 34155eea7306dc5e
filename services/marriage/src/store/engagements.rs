//! Who has a case that is open.

use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{error::Error, model::CaseId, schema::engagements};

/// Notes that somebody of a city has an open case. False when they have another; of two that try at
/// once, one waits.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    (city, person): (CityCode, PersonId),
    case: CaseId,
) -> Result<bool, Error> {
    let inserted = diesel::insert_into(engagements::table)
        .values((
            engagements::city.eq(city.number()),
            engagements::person_id.eq(person.uuid()),
            engagements::case_city.eq(case.city().number()),
            engagements::case_id.eq(case.uuid()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Lets the people of a case begin another.
pub(crate) async fn release(tx: &mut Tx<'_>, case: CaseId) -> Result<(), Error> {
    diesel::delete(engagements::table)
        .filter(engagements::case_city.eq(case.city().number()))
        .filter(engagements::case_id.eq(case.uuid()))
        .execute(tx.conn())
        .await?;
    Ok(())
}
