//! The appointment of a case as an event in a calendar.

use citygate_booking::{Appointment, AppointmentState, last_reservation};
use citygate_catalogue::{OfficeId, office};
use citygate_identity::RealName;
use citygate_kernel::Locale;
use citygate_platform::{Cx, db::Tx};

use super::SERVICE;
use crate::{
    error::{CapacityError, CaseError, Error},
    model::{Case, CaseEvent, CaseId, Couple},
    rules::calendar::CalendarEvent,
    store,
};

/// The event of a case, for either of the two. Once there was an appointment there is one for ever:
/// of what was given up it says so.
pub(crate) async fn event(cx: &Cx, caller: &RealName, id: CaseId) -> Result<CalendarEvent, Error> {
    cx.db
        .read("marriage.get_calendar", async |tx| {
            let case = store::cases::by_id(tx, id).await?.ok_or(CaseError::CaseUnknown)?;
            let couple = store::parties::of_case(&cx.keys, tx, id).await?;
            couple.side_of(caller.person).ok_or(CaseError::CaseUnknown)?;
            let appointment = appointment(tx, &case, &couple).await?;
            let appointment = appointment.ok_or(CapacityError::NoAppointment)?;
            written(tx, &case, &appointment, cx.locale).await
        })
        .await
}

/// The appointment that is, or the last one that was.
async fn appointment(
    tx: &mut Tx<'_>,
    case: &Case,
    couple: &Couple,
) -> Result<Option<Appointment>, Error> {
    if let Some(venue) = case.venue {
        return Ok(Some(citygate_booking::appointment(tx, venue.appointment).await?));
    }
    let between = (case.created_at, case.changed_at);
    let of = (case.id.city(), SERVICE);
    Ok(last_reservation(tx, of, couple.a.person, between).await?)
}

async fn written(
    tx: &mut Tx<'_>,
    case: &Case,
    appointment: &Appointment,
    locale: Locale,
) -> Result<CalendarEvent, Error> {
    let mut sequence = -1;
    for event in [CaseEvent::Book, CaseEvent::Move, CaseEvent::Release] {
        sequence += store::events::count(tx, case.id, event).await?;
    }
    let cancelled =
        matches!(appointment.state, AppointmentState::Cancelled | AppointmentState::Expired);
    // Taken back by the office a moment ago: the case has not followed yet.
    if cancelled && case.venue.is_some() {
        sequence += 1;
    }
    let at = office(tx, OfficeId::from_parts(case.id.city(), appointment.unit)).await?;
    let (name, address) = (at.name.get(locale), at.address.get(locale));
    let (summary, bring) = match locale {
        Locale::En => (
            "Marriage registration",
            "Both of you come in person, with your own identity documents. Appointment",
        ),
        Locale::ZhCn => ("婚姻登记", "请双方携带本人身份证件亲自到场。预约号"),
    };
    Ok(CalendarEvent {
        uid: format!("{}@citygate", case.id),
        sequence,
        changed_at: case.changed_at,
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
        summary: summary.to_owned(),
        location: format!("{name}, {address}"),
        description: format!("{bring} {}", appointment.id),
        cancelled,
    })
}
