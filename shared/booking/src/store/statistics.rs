//! Counts without persons.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    model::{AppointmentState, Origin},
    schema::appointments,
};

/// How many appointments of an agency's days came about in which way and stand where.
pub(crate) async fn allocation_counts(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    service: &str,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(Origin, AppointmentState, i64)>, Error> {
    let rows: Vec<(String, String, i64)> = appointments::table
        .filter(appointments::city.eq(agency.city().number()))
        .filter(appointments::agency_id.eq(agency.uuid()))
        .filter(appointments::service.eq(service))
        .filter(appointments::on_day.between(from, to))
        .group_by((appointments::origin, appointments::state))
        .order((appointments::origin, appointments::state))
        .select((appointments::origin, appointments::state, count_star()))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(origin, state, count)| {
            let origin = Origin::parse(&origin).ok_or(Error::Damaged("origin"))?;
            let state = AppointmentState::parse(&state).ok_or(Error::Damaged("state"))?;
            Ok((origin, state, count))
        })
        .collect()
}
