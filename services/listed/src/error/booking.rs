//! Facts of offices, sessions and appointments.

use citygate_kernel::{Problem, ProblemType};

use crate::rules::hours::{OutOfTime, UnsoundHours};

/// Why something cannot be done with an office, a session or an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookingError {
    /// The office is of a kind that belongs to another service.
    #[error("the office is of another kind than the listing names")]
    OfficeOtherKind,
    /// No office can have such hours.
    #[error(transparent)]
    Unsound(#[from] UnsoundHours),
    /// The office receives people for the listing then already.
    #[error("the hours overlap with others of the listing")]
    Overlap,
    /// The office wants more notice.
    #[error("{0} hours of notice are expected")]
    TooSoon(u16),
    /// It is too far ahead.
    #[error("{0} days ahead at most are expected")]
    TooFar(u16),
    /// The person has an appointment for the listing.
    #[error("the person has an open appointment for the listing")]
    BookedAlready,
    /// The appointment is on another day.
    #[error("the appointment is not today")]
    NotToday,
    /// The appointment has not begun.
    #[error("the appointment has not begun")]
    TooEarly,
    /// It is the appointment of whoever receives people.
    #[error("it is an appointment of the caller's own")]
    OwnAppointment,
}

impl From<OutOfTime> for BookingError {
    fn from(fact: OutOfTime) -> Self {
        match fact {
            OutOfTime::TooSoon(hours) => Self::TooSoon(hours),
            OutOfTime::TooFar(days) => Self::TooFar(days),
        }
    }
}

pub(super) const OFFICE_OTHER_KIND: ProblemType = ProblemType::new(
    "listed.office_other_kind",
    409,
    "The office belongs to another service",
    "该办事地点属于其他服务",
);
pub(super) const HOURS_UNSOUND: ProblemType = ProblemType::new(
    "listed.hours_unsound",
    422,
    "No office can have such hours",
    "开放日期或时段设置不合理",
);
pub(super) const HOURS_OVERLAP: ProblemType = ProblemType::new(
    "listed.hours_overlap",
    409,
    "The office receives people for the service then already",
    "该时段与已开放的时段重叠",
);
pub(super) const TOO_SOON: ProblemType = ProblemType::new(
    "listed.too_soon",
    422,
    "The office wants more notice",
    "未满足提前预约的时间要求",
);
pub(super) const TOO_FAR: ProblemType = ProblemType::new(
    "listed.too_far",
    422,
    "Appointments cannot be made so far ahead",
    "超出可预约的日期范围",
);
pub(super) const BOOKED_ALREADY: ProblemType = ProblemType::new(
    "listed.booked_already",
    409,
    "You have an appointment for this service",
    "您已有该事项的预约",
);
pub(super) const NOT_TODAY: ProblemType = ProblemType::new(
    "listed.not_today",
    409,
    "The appointment is on another day",
    "该预约不在今日",
);
pub(super) const TOO_EARLY: ProblemType =
    ProblemType::new("listed.too_early", 409, "The appointment has not begun", "尚未到预约时间");
pub(super) const OWN_APPOINTMENT: ProblemType = ProblemType::new(
    "listed.own_appointment",
    409,
    "Somebody else has to receive you",
    "本人的预约须由其他工作人员接待",
);

impl From<BookingError> for Problem {
    fn from(fact: BookingError) -> Self {
        let kind = match fact {
            BookingError::OfficeOtherKind => &OFFICE_OTHER_KIND,
            BookingError::Unsound(_) => &HOURS_UNSOUND,
            BookingError::Overlap => &HOURS_OVERLAP,
            BookingError::TooSoon(_) => &TOO_SOON,
            BookingError::TooFar(_) => &TOO_FAR,
            BookingError::BookedAlready => &BOOKED_ALREADY,
            BookingError::NotToday => &NOT_TODAY,
            BookingError::TooEarly => &TOO_EARLY,
            BookingError::OwnAppointment => &OWN_APPOINTMENT,
        };
        match fact {
            BookingError::Unsound(UnsoundHours::Day) => {
                Self::new(kind).field("/on", fact.to_string())
            }
            BookingError::Unsound(_) => Self::new(kind).field("/from", fact.to_string()),
            BookingError::TooSoon(_) | BookingError::TooFar(_) => {
                Self::new(kind).field("/starts_at", fact.to_string())
            }
            BookingError::OfficeOtherKind
            | BookingError::Overlap
            | BookingError::BookedAlready
            | BookingError::NotToday
            | BookingError::TooEarly
            | BookingError::OwnAppointment => Self::new(kind),
        }
    }
}
