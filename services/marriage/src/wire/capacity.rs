//! Days of offices and their windows.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use citygate_booking::{SessionId, Slot, SlotId};
use citygate_catalogue::{AgencyId, OfficeId, OfficeWord};
use citygate_kernel::{Locale, Words, wire};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::{IntoParams, ToSchema};

use crate::model::{OfficeDay, OfficeDays, Surge, Window};

/// A time of the day on the city's clocks, to the minute.
const CLOCK: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

/// Which day of which office.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfficeDayPath {
    /// The office's agency.
    #[serde(rename = "agency_id")]
    _agency_id: AgencyId,
    /// The office.
    pub office_id: OfficeId,
    /// The day in the city.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2026-12-01")]
    pub on: NaiveDate,
}

/// When the office receives couples on the day, and how many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenOfficeDayRequest, example = json!({"windows": [
    {"from": "09:00", "to": "11:30", "places": 10, "walk_in": 2},
    {"from": "13:30", "to": "16:30", "places": 10, "walk_in": 2}
]}))]
pub(crate) struct OpenDayBody {
    /// In the order of their hours, without overlaps.
    #[schema(min_items = 1, max_items = 48)]
    windows: Vec<NewWindowBody>,
}

/// A window of a plain day. On a day that many couples choose there are more places, by rule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOfficeWindow)]
struct NewWindowBody {
    /// From when, on the city's clocks.
    #[serde(deserialize_with = "clock")]
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: NaiveTime,
    /// Until when.
    #[serde(deserialize_with = "clock")]
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    to: NaiveTime,
    /// How many couples with an appointment.
    #[serde(deserialize_with = "places")]
    #[schema(minimum = 0, maximum = 500)]
    places: u16,
    /// How many couples without one.
    #[serde(default, deserialize_with = "places")]
    #[schema(minimum = 0, maximum = 500, default = 0)]
    walk_in: u16,
}

fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || D::Error::custom(format!("a time like 09:00 is expected ({CLOCK})"));
    // chrono reads a single digit as well.
    let time = (text.len() == 5).then(|| NaiveTime::parse_from_str(&text, "%H:%M").ok());
    time.flatten().ok_or_else(wrong)
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = wire::integer(deserializer)?;
    let places = u16::try_from(number).ok().filter(|places| *places <= 500);
    places.ok_or_else(|| D::Error::custom("a whole number from 0 to 500 is expected"))
}

impl OpenDayBody {
    pub(crate) fn windows(&self) -> Vec<Window> {
        let window = |body: &NewWindowBody| {
            let NewWindowBody { from, to, places, walk_in } = *body;
            Window { from, to, places, walk_in }
        };
        self.windows.iter().map(window).collect()
    }
}

/// Why the office stops the day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StopOfficeDayRequest, example = json!({"reason": "The building has no power."}))]
pub(crate) struct StopDayBody {
    /// Told to everybody who has booked.
    pub reason: Words<200>,
}

/// From and to which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WindowsQuery {
    /// From this day on.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2026-12-01")]
    pub from: NaiveDate,
    /// To this day, 62 days at most in all.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2026-12-31")]
    pub to: NaiveDate,
}

/// Days of an office.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageOfficeDays)]
pub(crate) struct OfficeDaysBody {
    office_id: OfficeId,
    /// In the language of the answer.
    name: String,
    /// In the language of the answer.
    address: String,
    /// What the office is designated for: `foreign`, `hk_mo_tw`.
    capabilities: Vec<OfficeWord>,
    /// In their order; days that the office has not opened are absent.
    items: Vec<OfficeDayBody>,
}

/// A day of an office.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageOfficeDay)]
struct OfficeDayBody {
    on: NaiveDate,
    /// What a booking names.
    session_id: SessionId,
    /// From when on the day can be booked.
    bookable_from: DateTime<Utc>,
    /// Until when: the notice that the office wants.
    bookable_until: DateTime<Utc>,
    /// Whether it can be booked now, free windows or not.
    bookable: bool,
    /// Whether the office has stopped the day.
    stopped: bool,
    /// When it can be booked and why, in plain words in the language of the answer.
    explanation: String,
    /// Present on a day with more places than others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SurgeBody)]
    surge: Option<SurgeBody>,
    windows: Vec<WindowBody>,
}

/// Why there are more places than on other days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageSurge)]
struct SurgeBody {
    /// What day it is, in the language of the answer.
    #[schema(example = "20 May")]
    name: String,
    /// Places for each hundred of a plain day.
    app_percent: u16,
    /// Places without an appointment for each hundred of a plain day.
    walk_in_percent: u16,
    /// Where it is written, in the language of the answer.
    citation: String,
}

/// A window of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageWindow)]
struct WindowBody {
    slot_id: SlotId,
    /// What a booking names.
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Places in all.
    capacity: i16,
    /// Places that can be had now.
    free: i16,
}

impl OfficeDaysBody {
    pub(crate) fn new(found: OfficeDays, now: DateTime<Utc>, locale: Locale) -> Self {
        let OfficeDays { office, days, release, close, time_zone } = found;
        let explained = Explained { release: release.get(locale), close: close.get(locale) };
        let day = |day: OfficeDay| OfficeDayBody::new(day, now, locale, (&explained, time_zone));
        Self {
            office_id: office.id,
            name: office.name.get(locale).to_owned(),
            address: office.address.get(locale).to_owned(),
            items: days.into_iter().map(day).collect(),
            capabilities: office.capabilities,
        }
    }
}

/// Where it is written when a day can be booked.
struct Explained<'c> {
    release: &'c str,
    close: &'c str,
}

impl OfficeDayBody {
    fn new(
        day: OfficeDay,
        now: DateTime<Utc>,
        locale: Locale,
        (why, zone): (&Explained<'_>, chrono_tz::Tz),
    ) -> Self {
        let session = day.view.session;
        let (from, until) = (session.releases_at, session.closes_at);
        let bookable = session.stopped.is_none() && (from..until).contains(&now);
        let window = |slot: Slot| WindowBody {
            slot_id: slot.id,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            capacity: slot.capacity,
            free: if bookable && now < slot.starts_at { slot.free } else { 0 },
        };
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        let explanation = match locale {
            Locale::En => format!(
                "Can be booked from {} until {}, because of: {}; {}.",
                local(from),
                local(until),
                why.release,
                why.close
            ),
            Locale::ZhCn => format!(
                "可预约时间为{}至{}，依据：{}；{}。",
                local(from),
                local(until),
                why.release,
                why.close
            ),
        };
        Self {
            on: day.on,
            session_id: session.id,
            bookable_from: from,
            bookable_until: until,
            bookable,
            stopped: session.stopped.is_some(),
            explanation,
            surge: day.surge.map(|surge| SurgeBody::new(&surge, locale)),
            windows: day.view.slots.into_iter().map(window).collect(),
        }
    }
}

impl SurgeBody {
    fn new(surge: &Surge, locale: Locale) -> Self {
        Self {
            name: surge.name.get(locale).to_owned(),
            app_percent: surge.app_percent,
            walk_in_percent: surge.walk_in_percent,
            citation: surge.citation.get(locale).to_owned(),
        }
    }
}
