//! What a hospital's counter books and gives up for people, and what family doctors and other
//! hospitals book there for those whom they refer.

use chrono::{DateTime, Utc};
use citygate_booking::{
    Appointment, AppointmentId, BookFor, CounterChannel, SessionId, book_for, cancel_for,
};
use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Accessor, Named, ResidentIdNumber, masked_names, person};
use citygate_kernel::Masked;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    SERVICE,
    schedule::{Booked, REASON},
};
use crate::{
    error::{DirectoryError, Error},
    model::OwnNo,
    store,
    wire::SessionAppointmentBody,
};

/// Who wants a place of a session, and when.
pub(crate) struct AtCounter {
    /// The hospital's own number of the session.
    pub session: OwnNo,
    pub starts_at: DateTime<Utc>,
    pub channel: CounterChannel,
    pub id_number: ResidentIdNumber,
    pub name: Masked<String>,
}

/// Books a place of the hospital's for somebody, once for each claim.
pub(crate) async fn book_at_counter(
    cx: &Cx,
    claim: &Claim,
    by: Accessor,
    hospital: AgencyId,
    new: &AtCounter,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.book_at_counter", async |tx| {
            let known = store::schedule_by_no(tx, hospital, &new.session).await?;
            let known = known.ok_or(DirectoryError::SessionUnknown)?;
            let named = Named {
                id_number: &new.id_number,
                name: Some(new.name.expose()),
                case: Some(new.session.as_str()),
            };
            // Noted whatever is answered: that somebody cannot book tells of them, too.
            let who = person(&cx.keys, tx, &Access::new(cx, by, REASON), named).await?;
            once(cx, tx, claim, 201, async |tx| {
                let place = BookFor {
                    session: known.session,
                    starts_at: new.starts_at,
                    channel: new.channel,
                    person: who,
                };
                let appointment = book_for(tx, &place).await?;
                shown(cx, tx, by, &new.session, appointment).await
            })
            .await
        })
        .await
}

/// Gives up an appointment that was booked with the hospital's counter, once for each claim.
pub(crate) async fn cancel_at_counter(
    cx: &Cx,
    claim: &Claim,
    by: Accessor,
    hospital: AgencyId,
    id: AppointmentId,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.cancel_at_counter", async |tx| {
            once(cx, tx, claim, 200, async |tx| {
                let appointment = cancel_for(tx, (hospital, SERVICE), id).await?;
                let number = number_of(tx, appointment.session).await?;
                shown(cx, tx, by, &number, appointment).await
            })
            .await
        })
        .await
}

async fn number_of(tx: &mut Tx<'_>, session: SessionId) -> Result<OwnNo, Error> {
    let found = store::schedules_of_sessions(tx, session.city(), &[session.uuid()]).await?;
    Ok(found.into_iter().next().ok_or(Error::Damaged("schedule"))?.number)
}

/// The appointment as the list of its session shows it; the ledger of accesses notes that.
async fn shown(
    cx: &Cx,
    tx: &mut Tx<'_>,
    by: Accessor,
    session: &OwnNo,
    appointment: Appointment,
) -> Result<SessionAppointmentBody, Error> {
    let (access, whose) = (Access::new(cx, by, REASON), [appointment.person]);
    let names = masked_names(&cx.keys, tx, &access, &whose, session.as_str()).await?;
    let name = names.get(&appointment.person).cloned().unwrap_or_default();
    Ok(SessionAppointmentBody::new(Booked { appointment, name }))
}
