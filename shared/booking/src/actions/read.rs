//! Reading sessions and appointments.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, City, RuleBook};
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_payments::{BillId, bills};
use citygate_platform::{Cx, db::Tx, http::PageQuery};
use uuid::Uuid;

use super::{cancel::comes_to, desk::Conditions, outcome::by_bill};
use crate::{
    error::Error,
    model::{
        Appointment, AppointmentFilter, AppointmentId, AppointmentState, Channel, Claims, NextFree,
        Origin, Session, SessionFilter, SessionId, SessionView, SlotFilter, SlotPlaces,
    },
    store,
};

/// A session.
pub async fn session(tx: &mut Tx<'_>, id: SessionId) -> Result<Session, Error> {
    store::session(tx, id).await?.ok_or(Error::SessionUnknown)
}

/// Some sessions of a city, in no order.
pub async fn sessions_by_id(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Session>, Error> {
    store::sessions_by_id(tx, city, ids).await
}

/// Slots of an agency with the places of every channel, in the order of their ids.
pub async fn slots_of_agency(
    tx: &mut Tx<'_>,
    filter: &SlotFilter,
) -> Result<Vec<SlotPlaces>, Error> {
    store::slots_of_agency(tx, filter).await
}

/// Appointments with an agency as they are written down, see [`Appointment::state`], in the order of
/// their ids, and when each changed last.
pub async fn appointments_of_agency(
    tx: &mut Tx<'_>,
    filter: &AppointmentFilter,
) -> Result<Vec<(Appointment, DateTime<Utc>)>, Error> {
    store::appointments_of_agency(tx, filter).await
}

/// Sessions with their slots as the app sees them, in the order of their days; 500 at most.
pub async fn sessions(tx: &mut Tx<'_>, filter: &SessionFilter) -> Result<Vec<SessionView>, Error> {
    let found = store::sessions_of(tx, filter).await?;
    views(tx, filter.city, found).await
}

/// A session with its slots as the app sees them, if anybody claims its places.
pub(crate) async fn session_view(cx: &Cx, id: SessionId) -> Result<(SessionView, City), Error> {
    cx.db
        .tx("booking.get_session", async |tx| {
            let found = session(tx, id).await?;
            if found.claims != Claims::Open {
                return Err(Error::SessionUnknown);
            }
            let view = views(tx, id.city(), vec![found]).await?.pop();
            let city = citygate_catalogue::city(tx, id.city()).await?;
            Ok((view.ok_or(Error::SessionUnknown)?, city))
        })
        .await
}

async fn views(
    tx: &mut Tx<'_>,
    city: CityCode,
    found: Vec<Session>,
) -> Result<Vec<SessionView>, Error> {
    let ids: Vec<_> = found.iter().map(|session| session.id.uuid()).collect();
    let mut slots = store::slots_of(tx, city, &ids, Channel::App).await?;
    let views = found.into_iter().map(|session| {
        let slots = slots.remove(&session.id).unwrap_or_default();
        SessionView { session, slots }
    });
    Ok(views.collect())
}

/// The earliest place that the app can have, for each unit and provider of a service.
pub async fn next_free(
    tx: &mut Tx<'_>,
    city: CityCode,
    service: &str,
    after: DateTime<Utc>,
) -> Result<Vec<NextFree>, Error> {
    store::next_free(tx, city, service, Channel::App, after).await
}

/// How many appointments of an agency's days came about in which way, and where they stand.
pub async fn allocation_counts(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    service: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(Origin, AppointmentState, i64)>, Error> {
    store::allocation_counts(tx, agency, service, (from, to)).await
}

/// An appointment as it is written down; see [`Appointment::state`].
pub async fn appointment(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Appointment, Error> {
    store::appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)
}

/// The appointments of a session, whatever became of them; a thousand at most.
pub async fn appointments_of_session(
    tx: &mut Tx<'_>,
    id: SessionId,
) -> Result<Vec<Appointment>, Error> {
    store::appointments_of_session(tx, id).await
}

/// An appointment with everything its owner wants to know of it.
pub(crate) struct AppointmentView {
    pub appointment: Appointment,
    pub conditions: Conditions,
    pub city: City,
}

/// An appointment that the person comes to.
pub(crate) async fn appointment_of(
    cx: &Cx,
    book: &RuleBook,
    person: PersonId,
    id: AppointmentId,
) -> Result<AppointmentView, Error> {
    cx.db
        .tx("booking.get_appointment", async |tx| {
            let found = store::appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)?;
            if !comes_to(tx, person, &found).await? {
                return Err(Error::AppointmentUnknown);
            }
            let view = appointment_views(tx, book, vec![found]).await?.pop();
            view.ok_or(Error::AppointmentUnknown)
        })
        .await
}

/// The appointments that a person comes to, newest first; one more than the page holds.
pub(crate) async fn appointments_of(
    cx: &Cx,
    book: &RuleBook,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<AppointmentView>, Error> {
    cx.db
        .tx("booking.list_appointments", async |tx| {
            let (cursor, limit) = (page.cursor, page.limit() + 1);
            let mut found = store::appointments_of_person(tx, person, cursor, limit).await?;
            found.extend(store::appointments_beside(tx, person, cursor, limit).await?);
            found.sort_by_key(|one| std::cmp::Reverse(one.id.uuid()));
            found.truncate(usize::try_from(limit).unwrap_or_default());
            appointment_views(tx, book, found).await
        })
        .await
}

/// Adds sessions, rules and what bills have decided, by as many statements for a page as for one.
pub(crate) async fn appointment_views(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    found: Vec<Appointment>,
) -> Result<Vec<AppointmentView>, Error> {
    let (mut sessions, mut cities) = (BTreeMap::new(), BTreeMap::new());
    for (code, ids) in SessionId::by_city(found.iter().map(|one| one.session)) {
        for session in store::sessions_by_id(tx, code, &ids).await? {
            sessions.insert(session.id, Conditions::read(tx, book, session).await?);
        }
        cities.insert(code, citygate_catalogue::city(tx, code).await?);
    }
    let held = found.iter().filter(|one| one.state == AppointmentState::Held);
    let mut decided = BTreeMap::new();
    for (code, ids) in BillId::by_city(held.filter_map(|one| one.bill)) {
        let ids: Vec<_> = ids.into_iter().map(|id| BillId::from_parts(code, id)).collect();
        decided.extend(bills(tx, code, &ids).await?.into_iter().map(|(id, view)| (id, view.state)));
    }
    found
        .into_iter()
        .map(|mut appointment| {
            let conditions = sessions.get(&appointment.session).cloned();
            let city = cities.get(&appointment.id.city()).cloned();
            if let (AppointmentState::Held, Some(bill)) = (appointment.state, appointment.bill) {
                appointment.state = by_bill(decided.get(&bill).copied());
            }
            Ok(AppointmentView {
                appointment,
                conditions: conditions.ok_or(Error::Damaged("session"))?,
                city: city.ok_or(Error::Damaged("city"))?,
            })
        })
        .collect()
}
