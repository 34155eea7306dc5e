//! Statements about those who come to an appointment beside the one in whose name it is.

use citygate_identity::{AccountId, PersonId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::appointments::{AppointmentRow, all};
use crate::{
    error::Error,
    model::{Appointment, AppointmentId, Attendee},
    schema::{appointments, companions},
};

/// Notes who comes beside the first.
pub(crate) async fn insert_companions(
    tx: &mut Tx<'_>,
    id: AppointmentId,
    beside: &[Attendee],
) -> Result<(), Error> {
    let rows: Vec<_> = beside
        .iter()
        .map(|one| {
            (
                companions::city.eq(id.city().number()),
                companions::appointment_id.eq(id.uuid()),
                companions::person_id.eq(one.person.uuid()),
                companions::account_id.eq(one.account.uuid()),
            )
        })
        .collect();
    diesel::insert_into(companions::table).values(rows).execute(tx.conn()).await?;
    Ok(())
}

/// Who comes beside the first, in the order of their ids.
pub(crate) async fn companions(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Vec<Attendee>, Error> {
    let rows: Vec<(Uuid, Uuid)> = companions::table
        .filter(companions::city.eq(id.city().number()))
        .filter(companions::appointment_id.eq(id.uuid()))
        .order(companions::person_id)
        .select((companions::person_id, companions::account_id))
        .load(tx.conn())
        .await?;
    let read = |(person, account)| Attendee {
        person: PersonId::from_uuid(person),
        account: AccountId::from_uuid(account),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The appointments that a person comes to beside another, newest first.
pub(crate) async fn appointments_beside(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Appointment>, Error> {
    let of = appointments::city
        .eq(companions::city)
        .and(appointments::id.eq(companions::appointment_id));
    let mut query = companions::table
        .inner_join(appointments::table.on(of))
        .filter(companions::person_id.eq(person.uuid()))
        .order(companions::appointment_id.desc())
        .limit(limit)
        .select(AppointmentRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(companions::appointment_id.lt(before));
    }
    all(query.load(tx.conn()).await?)
}
