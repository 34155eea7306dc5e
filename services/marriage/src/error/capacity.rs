//! Facts of offices and their days.

use citygate_kernel::{Problem, ProblemType};

use crate::rules::capacity::UnsoundDay;

/// Why something cannot be done with a day of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    /// The office has not opened the day.
    #[error("the office has not opened the day")]
    DayUnknown,
    /// The case has no appointment, and never had one.
    #[error("the case has no appointment")]
    NoAppointment,
    /// No office can have such a day.
    #[error(transparent)]
    Unsound(#[from] UnsoundDay),
    /// More days are asked for than one answer has.
    #[error("from a day to a later one, 62 days at most, is expected")]
    TooManyDays,
}

pub(super) const OFFICE_DAY_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.office_day_unknown",
    404,
    "The office has not opened the day",
    "该办事地点当日未开放预约",
);
pub(super) const NO_APPOINTMENT: ProblemType = ProblemType::new(
    "marriage.no_appointment",
    404,
    "The case has no appointment",
    "该事项没有预约",
);
pub(super) const OFFICE_DAY_UNSOUND: ProblemType = ProblemType::new(
    "marriage.office_day_unsound",
    422,
    "No office can open such a day",
    "开放日期或时段设置不合理",
);
pub(super) const TOO_MANY_DAYS: ProblemType = ProblemType::new(
    "marriage.too_many_days",
    422,
    "Ask for 62 days at most, the first before the last",
    "查询区间应为起止有序且不超过62日",
);

impl From<CapacityError> for Problem {
    fn from(fact: CapacityError) -> Self {
        match fact {
            CapacityError::DayUnknown => Self::new(&OFFICE_DAY_UNKNOWN),
            CapacityError::NoAppointment => Self::new(&NO_APPOINTMENT),
            CapacityError::Unsound(UnsoundDay::Day) => {
                Self::new(&OFFICE_DAY_UNSOUND).detail(fact.to_string())
            }
            CapacityError::Unsound(_) => {
                Self::new(&OFFICE_DAY_UNSOUND).field("/windows", fact.to_string())
            }
            CapacityError::TooManyDays => Self::new(&TOO_MANY_DAYS),
        }
    }
}
