//! Offices open their days, and everybody sees what is free.

use chrono::NaiveDate;
use citygate_booking::{
    Allocation, Claims, DayPart, NewSession, SessionFilter, SessionId, SessionView, open_session,
    sessions, stop_session,
};
use citygate_catalogue::{AgencyId, Office, OfficeId, Rule, city, office, rule_of};
use citygate_kernel::{Currency, Money, Text};
use citygate_platform::{Cx, db::Tx};
use serde_json::Value;

use super::SERVICE;
use crate::{
    error::{CapacityError, Error},
    model::{OfficeDay, OfficeDays, Window},
    rules::capacity::{REGISTRY, SURGE, SurgeRule, slots, surge},
};

/// What every appointment is worth: it may move to any other of its office.
const GRADE: &str = "registration";

/// Opens a day of an agency's office. Opening it again with the same windows changes nothing; a day
/// is opened once.
pub(crate) async fn open_day(
    cx: &Cx,
    agency: AgencyId,
    (id, on): (OfficeId, NaiveDate),
    windows: &[Window],
) -> Result<(OfficeDays, bool), Error> {
    cx.db
        .tx("marriage.open_day", async |tx| {
            let office = own_office(tx, agency, id).await?;
            let new = session_of(tx, &office, on, windows).await?;
            let (_, is_new) = open_session(cx, tx, &new).await?;
            Ok((days_of(tx, office, (on, on)).await?, is_new))
        })
        .await
}

/// Stops a day of an agency's office: whoever has booked it is told, and it is held against nobody.
/// Doing it again changes nothing.
pub(crate) async fn stop_day(
    cx: &Cx,
    agency: AgencyId,
    (id, on): (OfficeId, NaiveDate),
    reason: &str,
) -> Result<OfficeDays, Error> {
    cx.db
        .tx("marriage.stop_day", async |tx| {
            let office = own_office(tx, agency, id).await?;
            let session = session_on(tx, id, on).await?.ok_or(CapacityError::DayUnknown)?;
            stop_session(tx, agency, session, reason).await?;
            days_of(tx, office, (on, on)).await
        })
        .await
}

/// The days of an office between two, with their windows as the app sees them.
pub(crate) async fn windows(
    cx: &Cx,
    id: OfficeId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<OfficeDays, Error> {
    cx.db
        .read("marriage.list_windows", async |tx| {
            let office = registry(tx, id).await?;
            days_of(tx, office, (from, to)).await
        })
        .await
}

/// An office that registers marriages.
async fn registry(tx: &mut Tx<'_>, id: OfficeId) -> Result<Office, Error> {
    let found = office(tx, id).await?;
    if found.kind.as_str() == REGISTRY {
        Ok(found)
    } else {
        Err(citygate_catalogue::Error::OfficeUnknown.into())
    }
}

async fn own_office(tx: &mut Tx<'_>, agency: AgencyId, id: OfficeId) -> Result<Office, Error> {
    let found = registry(tx, id).await?;
    if found.agency == agency && found.open {
        Ok(found)
    } else {
        Err(citygate_catalogue::Error::OfficeUnknown.into())
    }
}

async fn session_of(
    tx: &mut Tx<'_>,
    office: &Office,
    on: NaiveDate,
    windows: &[Window],
) -> Result<NewSession, Error> {
    let city = city(tx, office.id.city()).await?;
    let rule: Rule<SurgeRule> = rule_of(tx, SURGE, office.agency, on).await?;
    let surge = surge(&rule, office.id, on);
    let today = city.date(tx.now());
    let slots = slots(windows, (on, today), surge.as_ref(), &city);
    let Text { en, zh } = &office.name;
    Ok(NewSession {
        agency: office.agency,
        service: SERVICE,
        external_no: format!("{}/{on}", office.id),
        unit: office.id.uuid(),
        provider: None,
        grade: GRADE.to_owned(),
        title: Text::new(format!("Marriage registration, {en}"), format!("婚姻登记（{zh}）")),
        place: office.address.clone(),
        on,
        part: DayPart::Day,
        slots: slots.map_err(CapacityError::from)?,
        // Registration is free (Regulations on Marriage Registration, Order 804).
        fee: Money::new(0, Currency::Cny),
        allocation: Allocation::FirstCome,
        claims: Claims::Service,
    })
}

async fn session_on(
    tx: &mut Tx<'_>,
    id: OfficeId,
    on: NaiveDate,
) -> Result<Option<SessionId>, Error> {
    let found = sessions_of(tx, id, (on, on)).await?;
    Ok(found.first().map(|view| view.session.id))
}

async fn sessions_of(
    tx: &mut Tx<'_>,
    id: OfficeId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<SessionView>, Error> {
    let units = vec![id.uuid()];
    let providers = Vec::new();
    let filter = SessionFilter { city: id.city(), service: SERVICE, units, providers, from, to };
    Ok(sessions(tx, &filter).await?)
}

async fn days_of(
    tx: &mut Tx<'_>,
    office: Office,
    days: (NaiveDate, NaiveDate),
) -> Result<OfficeDays, Error> {
    let city = city(tx, office.id.city()).await?;
    let today = city.date(tx.now());
    let found = sessions_of(tx, office.id, days).await?;
    let rule: Rule<SurgeRule> = rule_of(tx, SURGE, office.agency, today).await?;
    let day = |view: SessionView| {
        let on = view.session.on;
        OfficeDay { on, surge: surge(&rule, office.id, on), view }
    };
    let days = found.into_iter().map(day).collect();
    let release = citation(tx, &office, "marriage.booking.release", today).await?;
    let close = citation(tx, &office, "marriage.booking.close", today).await?;
    Ok(OfficeDays { days, release, close, time_zone: city.time_zone, office })
}

/// Where a rule of booking is written that the office's agency is under.
async fn citation(
    tx: &mut Tx<'_>,
    office: &Office,
    key: &str,
    today: NaiveDate,
) -> Result<Text, Error> {
    let rule: Rule<Value> = rule_of(tx, key, office.agency, today).await?;
    Ok(rule.citation)
}
