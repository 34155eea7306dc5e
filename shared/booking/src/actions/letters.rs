//! What people are told of their appointments.

use citygate_catalogue::RuleBook;
use citygate_identity::contact;
use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx};

use super::read::{AppointmentView, appointment_views};
use crate::{
    error::Error,
    events::AppointmentChanged,
    mail,
    model::{AppointmentState, CancelledBy, Origin},
    store,
};

/// Writes to everybody who comes to an appointment, once for each thing there is to tell.
pub(crate) async fn post_letter(
    cx: &Cx,
    book: &RuleBook,
    news: &AppointmentChanged,
) -> Result<(), Error> {
    cx.db
        .tx("booking.post_letter", async |tx| {
            let Some(found) = store::appointment(tx, news.appointment).await? else {
                return Ok(());
            };
            let view = appointment_views(tx, book, vec![found]).await?.pop();
            let view = view.ok_or(Error::AppointmentUnknown)?;
            let Some(about) = about(&view) else { return Ok(()) };
            if !store::insert_letter(tx, news.appointment, &about).await? {
                return Ok(());
            }
            send(cx, tx, &view).await
        })
        .await
}

async fn send(cx: &Cx, tx: &mut Tx<'_>, view: &AppointmentView) -> Result<(), Error> {
    let mut people = vec![view.appointment.person];
    if view.appointment.origin == Origin::Service {
        let beside = store::companions(tx, view.appointment.id).await?;
        people.extend(beside.into_iter().map(|one| one.person));
    }
    for person in people {
        let Some(to) = contact(&cx.keys, tx, person).await? else { continue };
        let letter = mail::letter(view, to.locale);
        send_mail(&cx.keys, tx, &to.email, &letter).await?;
    }
    Ok(())
}

/// What there is to tell, if anything: a place that nobody asked for just now, a confirmed one (again
/// when it moves), and one that the agency has taken back.
fn about(view: &AppointmentView) -> Option<String> {
    let appointment = &view.appointment;
    match appointment.state {
        AppointmentState::Held => {
            let offered =
                matches!(appointment.origin, Origin::Waitlist | Origin::Draw | Origin::Offer);
            offered.then(|| "offered".to_owned())
        }
        AppointmentState::Booked => Some(format!("booked {}", appointment.slot)),
        AppointmentState::Cancelled => {
            let by_agency = appointment.cancelled_by == Some(CancelledBy::Agency);
            by_agency.then(|| "cancelled".to_owned())
        }
        AppointmentState::NoShow => Some("no_show".to_owned()),
        AppointmentState::Arrived | AppointmentState::Fulfilled | AppointmentState::Expired => None,
    }
}
