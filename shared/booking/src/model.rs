//! Nouns of booking.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, CityId, Kind, Money, Text};
use citygate_payments::BillId;
use uuid::Uuid;

mod counter;
mod draw;
mod listing;
mod reservation;
mod strike;

pub use self::{
    counter::{BookFor, CounterChannel},
    draw::{DrawOutcome, TicketId, TicketKind},
    listing::{AppointmentFilter, Places, SlotFilter, SlotPlaces},
    reservation::{Attendee, Claims, Reservation},
    strike::{
        Annulment, ObjectionId, ObjectionKind, ObjectionState, StrikeId, StrikeIdKind, StrikeKind,
    },
};
pub(crate) use self::{
    draw::{Draw, DrawEntry, Revealed},
    strike::{Decision, Objection, Strike},
};

/// Prefix of session identifiers.
pub enum SessionKind {}
impl Kind for SessionKind {
    const PREFIX: &'static str = "sesn";
}
/// Identifies a session.
pub type SessionId = CityId<SessionKind>;

/// Prefix of slot identifiers.
pub enum SlotKind {}
impl Kind for SlotKind {
    const PREFIX: &'static str = "slot";
}
/// Identifies a slot.
pub type SlotId = CityId<SlotKind>;

/// Prefix of appointment identifiers.
pub enum AppointmentKind {}
impl Kind for AppointmentKind {
    const PREFIX: &'static str = "appt";
}
/// Identifies an appointment.
pub type AppointmentId = CityId<AppointmentKind>;

/// Prefix of identifiers of turns in a waitlist.
pub enum WaitlistEntryKind {}
impl Kind for WaitlistEntryKind {
    const PREFIX: &'static str = "wait";
}
/// Identifies a turn in a waitlist.
pub type WaitlistEntryId = CityId<WaitlistEntryKind>;

citygate_kernel::words! {
    /// A part of the day, as hospitals publish their sessions.
    DayPart {
        /// Until noon.
        Morning = "morning",
        /// From noon.
        Afternoon = "afternoon",
        /// After hours.
        Evening = "evening",
        /// All day.
        Day = "day",
    }
}

citygate_kernel::words! {
    /// Through which door somebody comes. Each has places of its own.
    Channel {
        /// The city's app.
        App = "app",
        /// The agency's own counters and machines.
        Onsite = "onsite",
        /// Family doctors and other hospitals, who refer people.
        Partner = "partner",
    }
}

citygate_kernel::words! {
    /// How places are given when they are released.
    Allocation {
        /// Who comes first.
        FirstCome = "first_come",
        /// By lot among all who entered in time.
        Draw = "draw",
    }
}

citygate_kernel::words! {
    /// How somebody came to an appointment.
    Origin {
        /// Claimed a free place.
        Claim = "claim",
        /// Had waited for it.
        Waitlist = "waitlist",
        /// Drew it.
        Draw = "draw",
        /// Was offered it in place of one that the agency had cancelled.
        Offer = "offer",
        /// At the agency's own counter.
        Onsite = "onsite",
        /// A family doctor or another agency referred them.
        Referral = "referral",
        /// The service that opened the session booked it for them.
        Service = "service",
    }
}

citygate_kernel::words! {
    /// Where an appointment stands.
    AppointmentState {
        /// Kept for a while, until its bill is paid.
        Held = "held",
        /// Confirmed.
        Booked = "booked",
        /// The person is there.
        Arrived = "arrived",
        /// The person was seen.
        Fulfilled = "fulfilled",
        /// Given up, or taken back by the agency.
        Cancelled = "cancelled",
        /// Not paid in time.
        Expired = "expired",
        /// The person did not come.
        NoShow = "no_show",
    }
}

citygate_kernel::words! {
    /// Where a turn in a waitlist stands.
    WaitlistState {
        /// For a place.
        Waiting = "waiting",
        /// A place is held for it.
        Offered = "offered",
        /// The place is confirmed.
        Taken = "taken",
        /// The offer was not taken in time, or could not be made.
        Lapsed = "lapsed",
        /// Given up.
        Left = "left",
        /// In vain: the waitlist has ended.
        Closed = "closed",
    }
}

citygate_kernel::words! {
    /// Who cancelled.
    CancelledBy {
        /// Whose appointment it was.
        Citizen = "citizen",
        /// The agency; never held against anybody.
        Agency = "agency",
    }
}

impl AppointmentState {
    /// Whether it keeps its place.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Booked | Self::Arrived)
    }
}

/// A window of a session that is opened, with its places by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSlot {
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// How many places for whom; a channel stands there once.
    pub places: Vec<(Channel, u16)>,
}

/// A session that an agency opens. What quotas call a unit is a department or an office; the
/// service that opens it knows which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose.
    pub agency: AgencyId,
    /// The service that opens it: the crate's name, and the first word of the rules it obeys.
    pub service: &'static str,
    /// The agency's own number, unique with agency and service.
    pub external_no: String,
    /// The department or office.
    pub unit: Uuid,
    /// The doctor or registrar, where it is about one.
    pub provider: Option<Uuid>,
    /// What is of the same worth: another session of the unit with this grade may take its place.
    pub grade: String,
    /// What it is, as letters and bills name it: "Cardiology, Dr Chen, expert clinic".
    pub title: Text,
    /// Where: "Building 2, floor 3".
    pub place: Text,
    /// The day, in the city's own time.
    pub on: NaiveDate,
    /// The part of the day.
    pub part: DayPart,
    /// In the order of their hours, without overlaps.
    pub slots: Vec<NewSlot>,
    /// What one appointment costs; nothing, if zero.
    pub fee: Money,
    /// How places are given when they are released.
    pub allocation: Allocation,
    /// Who claims the places of the app.
    pub claims: Claims,
}

/// A stretch of time in which an agency receives people.
#[derive(Debug, Clone)]
pub struct Session {
    /// Which one.
    pub id: SessionId,
    /// Whose.
    pub agency: AgencyId,
    /// The service that opened it.
    pub service: String,
    /// The agency's own number.
    pub external_no: String,
    /// The department or office.
    pub unit: Uuid,
    /// The doctor or registrar, where it is about one.
    pub provider: Option<Uuid>,
    /// What is of the same worth.
    pub grade: String,
    /// What it is.
    pub title: Text,
    /// Where.
    pub place: Text,
    /// The day.
    pub on: NaiveDate,
    /// The part of the day.
    pub part: DayPart,
    /// When its first slot begins.
    pub starts_at: DateTime<Utc>,
    /// When its last slot ends.
    pub ends_at: DateTime<Utc>,
    /// What one appointment costs.
    pub fee: Money,
    /// How places are given.
    pub allocation: Allocation,
    /// Who claims the places of the app.
    pub claims: Claims,
    /// From when on places can be had.
    pub releases_at: DateTime<Utc>,
    /// Until when.
    pub closes_at: DateTime<Utc>,
    /// When the lots are drawn, where they are.
    pub draws_at: Option<DateTime<Utc>>,
    /// The rules in force when it was opened.
    pub rules: SessionRules,
    /// Why the agency stopped it, if it did.
    pub stopped: Option<String>,
}

/// The versions of the rules that a session was opened under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// How many appointments somebody may have.
    pub quota: RuleId,
    /// How long a place is held for its fee.
    pub hold: RuleId,
    /// Until when it can be given up.
    pub cancel: RuleId,
    /// When a place that came back is offered again.
    pub giveback: RuleId,
    /// How long a waitlist is, and how long an offer stands.
    pub waitlist: RuleId,
    /// What not coming means.
    pub strike: RuleId,
}

/// A window of a session, as somebody at one channel sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which one.
    pub id: SlotId,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// Places in all.
    pub capacity: i16,
    /// Places that can be had now.
    pub free: i16,
}

/// Somebody's place.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// Which one.
    pub id: AppointmentId,
    /// Whose session.
    pub agency: AgencyId,
    /// The service that opened the session.
    pub service: String,
    /// Of which session.
    pub session: SessionId,
    /// In which slot.
    pub slot: SlotId,
    /// Through which channel.
    pub channel: Channel,
    /// The department or office.
    pub unit: Uuid,
    /// Whose.
    pub person: PersonId,
    /// From which account; none when it was made at a counter.
    pub account: Option<AccountId>,
    /// The day.
    pub on: NaiveDate,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// How somebody came to it.
    pub origin: Origin,
    /// Where it stands, as written; a hold whose bill was paid a moment ago is written down soon.
    pub state: AppointmentState,
    /// What is to be paid for it, where there is a fee.
    pub bill: Option<BillId>,
    /// Until when it is held.
    pub held_until: Option<DateTime<Utc>>,
    /// Who cancelled it, if somebody did.
    pub cancelled_by: Option<CancelledBy>,
    /// Why.
    pub cancel_reason: Option<String>,
}

/// A turn of somebody who waits for a place of a session.
#[derive(Debug, Clone)]
pub(crate) struct WaitlistEntry {
    pub id: WaitlistEntryId,
    pub session: SessionId,
    pub person: PersonId,
    pub account: AccountId,
    /// Its place in the draw; whoever came later has none and stands behind.
    pub rank: Option<i32>,
    pub state: WaitlistState,
    pub appointment: Option<AppointmentId>,
}

/// Which sessions.
#[derive(Debug, Clone)]
pub struct SessionFilter {
    /// Of which city.
    pub city: CityCode,
    /// Of which service.
    pub service: &'static str,
    /// Of these departments or offices,
    pub units: Vec<Uuid>,
    /// or of these doctors.
    pub providers: Vec<Uuid>,
    /// From this day,
    pub from: NaiveDate,
    /// to this one.
    pub to: NaiveDate,
}

/// A session with its slots, as one channel sees them.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// In the order of their hours.
    pub slots: Vec<Slot>,
}

/// The earliest place that can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextFree {
    /// At which agency.
    pub agency: AgencyId,
    /// In which department or office.
    pub unit: Uuid,
    /// With which doctor.
    pub provider: Option<Uuid>,
    /// When.
    pub starts_at: DateTime<Utc>,
}
