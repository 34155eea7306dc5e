//! Statements about appointments that a hospital reports under its own numbers.

use citygate_booking::AppointmentId;
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{error::Error, model::OwnNo, schema::reported_appointments};

/// The appointment that a hospital reported under a number.
pub(crate) async fn reported_appointment(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    number: &OwnNo,
) -> Result<Option<AppointmentId>, Error> {
    let city = hospital.city();
    let id: Option<Uuid> = reported_appointments::table
        .filter(reported_appointments::city.eq(city.number()))
        .filter(reported_appointments::agency_id.eq(hospital.uuid()))
        .filter(reported_appointments::appointment_no.eq(number.as_str()))
        .select(reported_appointments::appointment_id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(|id| AppointmentId::from_parts(city, id)))
}

/// Notes which appointment a number stands for, from now on, or for the first time. Returns whether
/// it was noted: of two who do so for the first time at once, one does.
pub(crate) async fn note_reported_appointment(
    tx: &mut Tx<'_>,
    (hospital, number): (AgencyId, &OwnNo),
    id: AppointmentId,
    known: bool,
) -> Result<bool, Error> {
    use reported_appointments as columns;
    let now = tx.now();
    let new = (
        columns::city.eq(hospital.city().number()),
        columns::agency_id.eq(hospital.uuid()),
        columns::appointment_no.eq(number.as_str()),
        columns::appointment_id.eq(id.uuid()),
        columns::reported_at.eq(now),
    );
    let insert = diesel::insert_into(columns::table).values(new);
    let noted = if known {
        let key = (columns::city, columns::agency_id, columns::appointment_no);
        let to = (columns::appointment_id.eq(id.uuid()), columns::reported_at.eq(now));
        insert.on_conflict(key).do_update().set(to).execute(tx.conn()).await?
    } else {
        insert.on_conflict_do_nothing().execute(tx.conn()).await?
    };
    Ok(noted > 0)
}
