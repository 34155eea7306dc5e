//! What can go wrong with bookings.

mod draw;
mod strike;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use citygate_kernel::{Problem, ProblemType, Text};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

use crate::rules::{quota::Refusal, state::WrongState};

pub use self::{draw::DrawError, strike::StrikeError};
use self::{draw::*, strike::*};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such session.
    #[error("there is no such session")]
    SessionUnknown,
    /// No such appointment, or not the caller's.
    #[error("there is no such appointment")]
    AppointmentUnknown,
    /// No such slot, or none for the caller's channel.
    #[error("there is no such slot")]
    SlotUnknown,
    /// No such turn in a waitlist, or not the caller's.
    #[error("there is no such turn in a waitlist")]
    WaitlistEntryUnknown,
    /// The number stands for a session of other content.
    #[error("the number stands for another session")]
    SessionDiffers,
    /// Slots that no session can have.
    #[error("the slots are not sound: {0}")]
    SlotsUnsound(&'static str),
    /// Nothing is free.
    #[error("nothing is free")]
    SoldOut,
    /// Places cannot be had yet.
    #[error("places are released at {at}")]
    NotReleased {
        /// From when on they can.
        at: DateTime<Utc>,
    },
    /// Places are given by lot.
    #[error("lots are drawn at {at}")]
    DrawnLater {
        /// When.
        at: DateTime<Utc>,
    },
    /// Places cannot be had any more.
    #[error("the session is closed")]
    SessionClosed,
    /// The agency has stopped the session.
    #[error("the session was stopped")]
    SessionStopped,
    /// The person has as much as a rule allows.
    #[error("a quota is reached: {refusal:?}")]
    QuotaReached {
        /// Which one, or what is in the way.
        refusal: Refusal,
        /// Where it is written.
        citation: Text,
    },
    /// The person cannot book for a while.
    #[error("no booking until {until}")]
    Blocked {
        /// The last day.
        until: NaiveDate,
        /// Where it is written.
        citation: Text,
    },
    /// It cannot be given up or moved any more.
    #[error("it was possible until {until}")]
    TooLate {
        /// Until when it was.
        until: DateTime<Utc>,
        /// Where it is written.
        citation: Text,
    },
    /// The service that has claimed the place gives it up or moves it.
    #[error("the appointment was made through its service")]
    ThroughService,
    /// It is over: given up, lost, or used.
    #[error("the appointment is over")]
    NotLive,
    /// Somebody else moved it at the same time.
    #[error("the appointment has just moved")]
    Moved,
    /// The slot is of another department, grade or fee.
    #[error("the slot is not of the same worth")]
    NotOfTheSameWorth,
    /// Nobody waits while something is free.
    #[error("something is free")]
    StillFree,
    /// The caller has a turn.
    #[error("the caller waits already")]
    WaitsAlready,
    /// No more can wait.
    #[error("the waitlist is full")]
    WaitlistFull {
        /// Where its length is written.
        citation: Text,
    },
    /// Nothing will be offered any more.
    #[error("the waitlist is closed")]
    WaitlistClosed,
    /// Facts of draws.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// Facts of strikes and objections.
    #[error(transparent)]
    Strike(#[from] StrikeError),
    /// It cannot happen to the appointment as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongState),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The gateway's facts.
    #[error(transparent)]
    Payments(#[from] citygate_payments::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// What keeps seeds and objections from being sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Error {
    /// The database's trouble, for whoever knows nothing else; what is none is a fault of ours.
    pub(crate) fn into_trouble(self) -> DbError {
        match self {
            Self::Db(error)
            | Self::Catalogue(citygate_catalogue::Error::Db(error))
            | Self::Payments(citygate_payments::Error::Db(error))
            | Self::Identity(citygate_identity::Error::Db(error)) => error,
            other => DbError::Faulty(other.to_string()),
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Sealing(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &SESSION_UNKNOWN,
    &APPOINTMENT_UNKNOWN,
    &WRONG_STATE,
    &SLOT_UNKNOWN,
    &WAITLIST_ENTRY_UNKNOWN,
    &SESSION_DIFFERS,
    &SLOTS_UNSOUND,
    &SOLD_OUT,
    &NOT_RELEASED,
    &DRAWN_LATER,
    &SESSION_CLOSED,
    &SESSION_STOPPED,
    &HAS_ONE,
    &OVERLAPS,
    &QUOTA_REACHED,
    &BLOCKED,
    &TOO_LATE,
    &THROUGH_SERVICE,
    &NOT_LIVE,
    &MOVED,
    &NOT_OF_THE_SAME_WORTH,
    &STILL_FREE,
    &WAITS_ALREADY,
    &WAITLIST_FULL,
    &WAITLIST_CLOSED,
    &DRAW_UNKNOWN,
    &DRAW_CLOSED,
    &DRAW_FULL,
    &STRIKE_UNKNOWN,
    &STRIKE_ANNULLED,
    &OBJECTION_TOO_LATE,
    &OBJECTED_TO,
    &OBJECTION_UNKNOWN,
    &OWN_STRIKE,
    &OBJECTION_DECIDED,
];

const SESSION_UNKNOWN: ProblemType =
    ProblemType::new("booking.session_unknown", 404, "There is no such session", "出诊场次不存在");
const APPOINTMENT_UNKNOWN: ProblemType = ProblemType::new(
    "booking.appointment_unknown",
    404,
    "There is no such appointment",
    "预约不存在",
);
const SLOT_UNKNOWN: ProblemType =
    ProblemType::new("booking.slot_unknown", 404, "There is no such slot", "号源不存在");
const WAITLIST_ENTRY_UNKNOWN: ProblemType = ProblemType::new(
    "booking.waitlist_entry_unknown",
    404,
    "There is no such turn in a waitlist",
    "候补记录不存在",
);
const SESSION_DIFFERS: ProblemType = ProblemType::new(
    "booking.session_differs",
    409,
    "The number stands for a session of other content",
    "该编号已对应内容不同的场次",
);
const SLOTS_UNSOUND: ProblemType =
    ProblemType::new("booking.slots_unsound", 422, "The slots are not sound", "时段设置不合理");
const SOLD_OUT: ProblemType =
    ProblemType::new("booking.sold_out", 409, "Nothing is free", "号源已约满");
const NOT_RELEASED: ProblemType =
    ProblemType::new("booking.not_released", 409, "Places cannot be had yet", "号源尚未放出");
const DRAWN_LATER: ProblemType =
    ProblemType::new("booking.drawn_later", 409, "Places are given by lot", "号源以摇号方式分配");
const SESSION_CLOSED: ProblemType = ProblemType::new(
    "booking.session_closed",
    409,
    "Places cannot be had any more",
    "该时段已停止预约",
);
const SESSION_STOPPED: ProblemType = ProblemType::new(
    "booking.session_stopped",
    409,
    "The session does not take place",
    "该场次已停诊",
);
const HAS_ONE: ProblemType = ProblemType::new(
    "booking.has_one",
    409,
    "You have an appointment of this session",
    "您已预约该场次",
);
const OVERLAPS: ProblemType = ProblemType::new(
    "booking.overlaps",
    409,
    "You have an appointment at the same time",
    "您在同一时间已有预约",
);
const QUOTA_REACHED: ProblemType = ProblemType::new(
    "booking.quota_reached",
    422,
    "You have as many appointments as the rule allows",
    "已达到规定的预约次数上限",
);
const BLOCKED: ProblemType =
    ProblemType::new("booking.blocked", 422, "You cannot book for a while", "您暂时不能预约");
const TOO_LATE: ProblemType =
    ProblemType::new("booking.too_late", 422, "It is too late for that", "已超过可办理的时间");
const THROUGH_SERVICE: ProblemType = ProblemType::new(
    "booking.through_service",
    409,
    "Give it up or move it where you booked it",
    "请在原办理事项中取消或改期",
);
const NOT_LIVE: ProblemType =
    ProblemType::new("booking.not_live", 409, "The appointment is over", "该预约已结束");
const MOVED: ProblemType = ProblemType::new(
    "booking.moved",
    409,
    "The appointment has just been moved; look again",
    "该预约刚刚被改期，请刷新后重试",
);
const NOT_OF_THE_SAME_WORTH: ProblemType = ProblemType::new(
    "booking.not_of_the_same_worth",
    422,
    "The slot is of another department, grade or fee",
    "只能改约到同科室、同级别、同费用的时段",
);
const STILL_FREE: ProblemType = ProblemType::new(
    "booking.still_free",
    409,
    "Something is free; claim it",
    "仍有号源，请直接预约",
);
const WAITS_ALREADY: ProblemType = ProblemType::new(
    "booking.waits_already",
    409,
    "You wait for this session already",
    "您已在该场次候补",
);
const WAITLIST_FULL: ProblemType =
    ProblemType::new("booking.waitlist_full", 422, "No more people can wait", "候补人数已满");
const WAITLIST_CLOSED: ProblemType = ProblemType::new(
    "booking.waitlist_closed",
    409,
    "Nothing will be offered any more",
    "候补已截止",
);
const WRONG_STATE: ProblemType = ProblemType::new(
    "booking.wrong_state",
    409,
    "That cannot be done with the appointment as it stands",
    "预约当前状态不允许此操作",
);

/// An instant as a detail says it (RFC 3339).
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A citation in both languages: who answers for it may read either.
fn both(citation: &Text) -> String {
    format!("{} / {}", citation.zh, citation.en)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::SessionUnknown => Self::new(&SESSION_UNKNOWN),
            Error::AppointmentUnknown => Self::new(&APPOINTMENT_UNKNOWN),
            Error::WrongState(_) => Self::new(&WRONG_STATE),
            Error::SlotUnknown => Self::new(&SLOT_UNKNOWN),
            Error::WaitlistEntryUnknown => Self::new(&WAITLIST_ENTRY_UNKNOWN),
            Error::SessionDiffers => Self::new(&SESSION_DIFFERS),
            Error::SlotsUnsound(why) => Self::new(&SLOTS_UNSOUND).field("/slots", why),
            Error::SoldOut => Self::new(&SOLD_OUT),
            Error::NotReleased { at } => Self::new(&NOT_RELEASED).detail(instant(at)),
            Error::DrawnLater { at } => Self::new(&DRAWN_LATER).detail(instant(at)),
            Error::SessionClosed => Self::new(&SESSION_CLOSED),
            Error::SessionStopped => Self::new(&SESSION_STOPPED),
            Error::QuotaReached { refusal: Refusal::SameSession, .. } => Self::new(&HAS_ONE),
            Error::QuotaReached { refusal: Refusal::Overlap, .. } => Self::new(&OVERLAPS),
            Error::QuotaReached { refusal: Refusal::Quota(_), citation } => {
                Self::new(&QUOTA_REACHED).detail(both(&citation))
            }
            Error::Blocked { until, citation } => {
                Self::new(&BLOCKED).detail(format!("{until}: {}", both(&citation)))
            }
            Error::TooLate { until, citation } => {
                Self::new(&TOO_LATE).detail(format!("{}: {}", instant(until), both(&citation)))
            }
            Error::ThroughService => Self::new(&THROUGH_SERVICE),
            Error::NotLive => Self::new(&NOT_LIVE),
            Error::Moved => Self::new(&MOVED),
            Error::NotOfTheSameWorth => Self::new(&NOT_OF_THE_SAME_WORTH),
            Error::StillFree => Self::new(&STILL_FREE),
            Error::WaitsAlready => Self::new(&WAITS_ALREADY),
            Error::WaitlistFull { citation } => Self::new(&WAITLIST_FULL).detail(both(&citation)),
            Error::WaitlistClosed => Self::new(&WAITLIST_CLOSED),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Draw(fact) => fact.into(),
            Error::Strike(fact) => fact.into(),
            Error::Sealing(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}
