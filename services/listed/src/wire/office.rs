//! Offices, their hours and windows.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use citygate_booking::{SessionId, Slot};
use citygate_catalogue::{AgencyId, Office, OfficeId, OfficeWord};
use citygate_kernel::{Locale, Text, Words, wire};
use citygate_listings::ListingId;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::{IntoParams, ToSchema};

use crate::model::{NewOffice, OfficeNext, OfficeWindows, OpenHours, OpenedSession};

/// What an agency says of an office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListedOfficeRequest)]
pub(crate) struct PutListedOfficeBody {
    /// A listing of the agency: the office is of the kind that it names.
    listing_id: ListingId,
    name_en: Words<100>,
    name_zh: Words<100>,
    address_en: Words<200>,
    address_zh: Words<200>,
    /// What it is able to do beyond what every office of its kind does.
    #[serde(default, deserialize_with = "capabilities")]
    #[schema(max_items = 20)]
    capabilities: Vec<OfficeWord>,
    /// Whether it receives people.
    #[serde(default = "yes")]
    #[schema(default = true)]
    open: bool,
}

fn yes() -> bool {
    true
}

fn capabilities<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<OfficeWord>, D::Error> {
    let mut words = Vec::<OfficeWord>::deserialize(d)?;
    if words.len() > 20 {
        return Err(D::Error::custom("20 words at most are expected"));
    }
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

impl From<PutListedOfficeBody> for NewOffice {
    fn from(body: PutListedOfficeBody) -> Self {
        Self {
            listing: body.listing_id,
            name: Text::new(body.name_en.into_string(), body.name_zh.into_string()),
            address: Text::new(body.address_en.into_string(), body.address_zh.into_string()),
            capabilities: body.capabilities,
            open: body.open,
        }
    }
}

/// An office of a listed service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedOffice)]
pub(crate) struct ListedOfficeBody {
    id: OfficeId,
    agency_id: AgencyId,
    kind: OfficeWord,
    /// In the language of the answer.
    name: String,
    /// In the language of the answer.
    address: String,
    capabilities: Vec<OfficeWord>,
    open: bool,
}

impl ListedOfficeBody {
    pub(crate) fn new(office: Office, locale: Locale) -> Self {
        Self {
            id: office.id,
            agency_id: office.agency,
            kind: office.kind,
            name: office.name.get(locale).to_owned(),
            address: office.address.get(locale).to_owned(),
            capabilities: office.capabilities,
            open: office.open,
        }
    }
}

/// Where somebody is received soonest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedOffices)]
pub(crate) struct ListedOfficesBody {
    /// The soonest at the top; those where nothing is free come last.
    items: Vec<ListedOfficeNextBody>,
}

/// An office, and when somebody is received there at the earliest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedOfficeNext)]
struct ListedOfficeNextBody {
    office: ListedOfficeBody,
    /// Absent where nothing is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    next_free_at: Option<DateTime<Utc>>,
}

impl ListedOfficesBody {
    pub(crate) fn new(found: Vec<OfficeNext>, locale: Locale) -> Self {
        let body = |one: OfficeNext| ListedOfficeNextBody {
            office: ListedOfficeBody::new(one.office, locale),
            next_free_at: one.next_free,
        };
        Self { items: found.into_iter().map(body).collect() }
    }
}

/// Which office and which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListedWindowsQuery {
    /// The office.
    pub office: OfficeId,
    /// The day in the city.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2026-12-01")]
    pub on: NaiveDate,
}

/// The windows of an office on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedWindows)]
pub(crate) struct ListedWindowsBody {
    office_id: OfficeId,
    on: NaiveDate,
    /// In the order of their hours.
    items: Vec<ListedWindowBody>,
}

/// A window.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedWindow)]
struct ListedWindowBody {
    /// What an appointment names.
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Places in all.
    capacity: i16,
    /// Places that can be had now.
    free: i16,
}

impl From<Slot> for ListedWindowBody {
    fn from(slot: Slot) -> Self {
        let Slot { starts_at, ends_at, capacity, free, .. } = slot;
        Self { starts_at, ends_at, capacity, free }
    }
}

impl From<OfficeWindows> for ListedWindowsBody {
    fn from(found: OfficeWindows) -> Self {
        let items = found.windows.into_iter().map(ListedWindowBody::from).collect();
        Self { office_id: found.office.id, on: found.on, items }
    }
}

/// When an office receives people for a listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenListedSessionRequest)]
pub(crate) struct OpenListedSessionBody {
    listing_id: ListingId,
    office_id: OfficeId,
    /// The day in the city.
    #[serde(deserialize_with = "wire::date")]
    #[schema(example = "2026-12-01")]
    on: NaiveDate,
    /// From when, on the city's clocks.
    #[serde(deserialize_with = "clock")]
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: NaiveTime,
    /// Until when, on the same day.
    #[serde(deserialize_with = "clock")]
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    to: NaiveTime,
    /// How long a window is; they fill the hours without a rest.
    #[serde(deserialize_with = "slot_minutes")]
    #[schema(minimum = 5, maximum = 480)]
    slot_minutes: u16,
    /// How many people in each window.
    #[serde(deserialize_with = "places")]
    #[schema(minimum = 1, maximum = 500)]
    places: u16,
}

fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    // chrono reads a single digit as well.
    let time = (text.len() == 5).then(|| NaiveTime::parse_from_str(&text, "%H:%M").ok());
    time.flatten().ok_or_else(|| D::Error::custom("a time like 09:00 is expected"))
}

fn slot_minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::try_from(wire::integer(deserializer)?) {
        Ok(minutes @ 5..=480) => Ok(minutes),
        _ => Err(D::Error::custom("5 to 480 minutes are expected")),
    }
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::try_from(wire::integer(deserializer)?) {
        Ok(places @ 1..=500) => Ok(places),
        _ => Err(D::Error::custom("1 to 500 places are expected")),
    }
}

impl From<OpenListedSessionBody> for OpenHours {
    fn from(body: OpenListedSessionBody) -> Self {
        let OpenListedSessionBody { listing_id, office_id, on, from, to, slot_minutes, places } =
            body;
        Self { listing: listing_id, office: office_id, on, from, to, slot_minutes, places }
    }
}

/// Why a session is stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StopListedSessionRequest, example = json!({"reason": "The building has no power."}))]
pub(crate) struct StopListedSessionBody {
    /// Told to everybody who has an appointment.
    pub reason: Words<200>,
}

/// Hours of an office for a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedSession)]
pub(crate) struct ListedSessionBody {
    id: SessionId,
    listing_id: ListingId,
    office_id: OfficeId,
    on: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    stopped: bool,
    /// In the order of their hours.
    windows: Vec<ListedWindowBody>,
}

impl From<OpenedSession> for ListedSessionBody {
    fn from(opened: OpenedSession) -> Self {
        let OpenedSession { listing, view } = opened;
        let session = view.session;
        Self {
            id: session.id,
            listing_id: listing,
            office_id: OfficeId::from_parts(session.id.city(), session.unit),
            on: session.on,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            stopped: session.stopped.is_some(),
            windows: view.slots.into_iter().map(ListedWindowBody::from).collect(),
        }
    }
}
