//! Sessions, as hospitals open them and as everybody sees them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{
    Allocation, AppointmentId, AppointmentState, Channel, DayPart, NewSlot, Origin, Session,
    SessionId, SlotId,
};
use citygate_kernel::{Locale, Money, Words, wire};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

use super::directory::given;
use crate::{
    actions::{Booked, ClinicView, Days},
    model::{ClinicKind, DepartmentId, NewClinic, OwnNo, PractitionerId, Title},
};

/// Slots that a session can have in a request; the rule allows fewer.
const SLOTS: usize = 100;

/// The places of a slot by channel.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSlotPlaces, example = json!({"app": 3, "onsite": 1, "partner": 1}))]
struct PlacesBody {
    /// For the city's app.
    #[serde(default, deserialize_with = "places")]
    #[schema(required = false, minimum = 0, maximum = 1_000, default = 0)]
    app: u16,
    /// For the hospital's own counters and machines.
    #[serde(default, deserialize_with = "places")]
    #[schema(required = false, minimum = 0, maximum = 1_000, default = 0)]
    onsite: u16,
    /// For family doctors and other hospitals.
    #[serde(default, deserialize_with = "places")]
    #[schema(required = false, minimum = 0, maximum = 1_000, default = 0)]
    partner: u16,
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::try_from(wire::integer(deserializer)?) {
        Ok(places) if places <= 1_000 => Ok(places),
        _ => Err(de::Error::custom("0 to 1000 places are expected")),
    }
}

/// A window of a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSessionSlot)]
struct SlotBody {
    #[serde(deserialize_with = "wire::instant")]
    #[schema(example = "2026-11-30T00:00:00Z")]
    starts_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::instant")]
    #[schema(example = "2026-11-30T00:30:00Z")]
    ends_at: DateTime<Utc>,
    places: PlacesBody,
}

impl SlotBody {
    fn slot(self) -> NewSlot {
        let PlacesBody { app, onsite, partner } = self.places;
        let places = [(Channel::App, app), (Channel::Onsite, onsite), (Channel::Partner, partner)];
        let places = places.into_iter().filter(|(_, places)| *places > 0).collect();
        NewSlot { starts_at: self.starts_at, ends_at: self.ends_at, places }
    }
}

const fn first_come() -> Allocation {
    Allocation::FirstCome
}

/// A session to be opened: a stretch of time in which a doctor, or whoever is on duty, receives
/// people.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalSession)]
pub(crate) struct PutSessionBody {
    department_no: OwnNo,
    /// The doctor; only a general clinic needs none.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    practitioner_no: Option<OwnNo>,
    clinic_kind: ClinicKind,
    /// The day, in the time zone of the city.
    #[serde(deserialize_with = "wire::date")]
    #[schema(example = "2026-11-30")]
    on: NaiveDate,
    part: DayPart,
    /// In the order of their hours, without overlaps.
    #[serde(deserialize_with = "slots")]
    #[schema(min_items = 1, max_items = 100)]
    slots: Vec<SlotBody>,
    /// How places are given when they are released.
    #[serde(default = "first_come")]
    #[schema(required = false)]
    allocation: Allocation,
}

fn slots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SlotBody>, D::Error> {
    let slots = Vec::deserialize(deserializer)?;
    if (1..=SLOTS).contains(&slots.len()) {
        Ok(slots)
    } else {
        Err(de::Error::custom(format!("1 to {SLOTS} slots are expected")))
    }
}

impl PutSessionBody {
    pub(crate) fn clinic(self, number: OwnNo) -> NewClinic {
        NewClinic {
            number,
            department: self.department_no,
            practitioner: self.practitioner_no,
            clinic_kind: self.clinic_kind,
            on: self.on,
            part: self.part,
            slots: self.slots.into_iter().map(SlotBody::slot).collect(),
            allocation: self.allocation,
        }
    }
}

/// Why a session does not take place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StopHospitalSession, example = json!({"reason": "医师停诊"}))]
pub(crate) struct StopSessionBody {
    /// What those who have booked are told.
    pub reason: Words<200>,
}

/// Whether a session takes place.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HospitalSessionState)]
enum SessionStateBody {
    Open,
    Stopped,
}

impl SessionStateBody {
    fn of(session: &Session) -> Self {
        if session.stopped.is_some() { Self::Stopped } else { Self::Open }
    }
}

/// A session as the hospital that opened it sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalSession)]
pub(crate) struct OwnSessionBody {
    id: SessionId,
    session_no: String,
    /// As letters and bills name it, in the language of the answer.
    title: String,
    /// Where it is, in the language of the answer.
    place: String,
    on: NaiveDate,
    part: DayPart,
    /// What an appointment costs.
    fee: Money,
    state: SessionStateBody,
    /// From when on places can be had.
    releases_at: DateTime<Utc>,
    /// Until when.
    closes_at: DateTime<Utc>,
    /// With a push: whether it was open already with the same content, and nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    unchanged: Option<bool>,
}

impl OwnSessionBody {
    pub(crate) fn new(session: &Session, unchanged: Option<bool>, locale: Locale) -> Self {
        Self {
            id: session.id,
            session_no: session.external_no.clone(),
            title: session.title.get(locale).to_owned(),
            place: session.place.get(locale).to_owned(),
            on: session.on,
            part: session.part,
            fee: session.fee,
            state: SessionStateBody::of(session),
            releases_at: session.releases_at,
            closes_at: session.closes_at,
            unchanged,
        }
    }
}

/// From and to which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// From this day on; today, when it is not given.
    #[serde(default, deserialize_with = "day")]
    #[param(value_type = Option<NaiveDate>, example = "2026-11-23")]
    pub from: Option<NaiveDate>,
    /// To this day.
    #[serde(default, deserialize_with = "day")]
    #[param(value_type = Option<NaiveDate>, example = "2026-11-29")]
    pub to: Option<NaiveDate>,
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    wire::date(deserializer).map(Some)
}

impl DaysQuery {
    pub(crate) fn days(&self) -> Days {
        Days { from: self.from, to: self.to }
    }
}

/// The doctor of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionPractitioner)]
struct SessionDoctorBody {
    id: PractitionerId,
    /// In the language of the answer.
    name: String,
    title: Title,
    /// In the language of the answer.
    title_name: String,
}

/// A window of a session, as the app sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClinicSlot)]
struct FreeSlotBody {
    id: SlotId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Places for the app.
    capacity: i16,
    /// Places that can be had now.
    free: i16,
}

/// A session as everybody sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClinicSession)]
pub(crate) struct ClinicSessionBody {
    /// Book a place in it by this.
    id: SessionId,
    department_id: DepartmentId,
    /// Absent where whoever is on duty receives people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SessionDoctorBody)]
    practitioner: Option<SessionDoctorBody>,
    clinic_kind: ClinicKind,
    /// In the language of the answer.
    title: String,
    /// In the language of the answer.
    place: String,
    on: NaiveDate,
    part: DayPart,
    fee: Money,
    state: SessionStateBody,
    allocation: Allocation,
    /// From when on places can be had.
    releases_at: DateTime<Utc>,
    /// Until when.
    closes_at: DateTime<Utc>,
    /// When the lots are drawn; absent where whoever comes first gets a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    draws_at: Option<DateTime<Utc>>,
    slots: Vec<FreeSlotBody>,
}

/// Sessions of some days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClinicSessionList)]
pub(crate) struct ClinicSessionListBody {
    /// In the order of their hours, 500 at most.
    items: Vec<ClinicSessionBody>,
}

impl ClinicSessionListBody {
    pub(crate) fn new(found: Vec<ClinicView>, locale: Locale) -> Self {
        Self { items: found.into_iter().map(|one| clinic_session(one, locale)).collect() }
    }
}

fn clinic_session(found: ClinicView, locale: Locale) -> ClinicSessionBody {
    let ClinicView { view, schedule, doctor } = found;
    let session = view.session;
    let slots = view.slots.into_iter().map(|slot| FreeSlotBody {
        id: slot.id,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        capacity: slot.capacity,
        free: slot.free,
    });
    ClinicSessionBody {
        id: session.id,
        department_id: schedule.department,
        practitioner: doctor.map(|doctor| SessionDoctorBody {
            id: doctor.id,
            name: doctor.name.get(locale).to_owned(),
            title: doctor.title,
            title_name: doctor.title.name().get(locale).to_owned(),
        }),
        clinic_kind: schedule.clinic_kind,
        title: session.title.get(locale).to_owned(),
        place: session.place.get(locale).to_owned(),
        on: session.on,
        part: session.part,
        fee: session.fee,
        state: SessionStateBody::of(&session),
        allocation: session.allocation,
        releases_at: session.releases_at,
        closes_at: session.closes_at,
        draws_at: session.draws_at,
        slots: slots.collect(),
    }
}

/// An appointment as the hospital sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionAppointment)]
pub(crate) struct SessionAppointmentBody {
    id: AppointmentId,
    /// Whose, partly hidden.
    #[schema(example = "王*")]
    name: String,
    slot_id: SlotId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    channel: Channel,
    origin: Origin,
    state: AppointmentState,
}

impl SessionAppointmentBody {
    pub(crate) fn new(booked: Booked) -> Self {
        let Booked { appointment, name } = booked;
        Self {
            id: appointment.id,
            name,
            slot_id: appointment.slot,
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            channel: appointment.channel,
            origin: appointment.origin,
            state: appointment.state,
        }
    }
}
