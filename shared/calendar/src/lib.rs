//! The legal clock: which days count, when a period ends, and why.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Holiday`] | one day that a holiday notice makes a rest day or a make-up working day |
//! | [`HolidayCalendar`] | all such days, and the last day that the notices cover |
//! | [`DayStatus`] | what the calendar says about one day |
//! | [`Period`] | how many days, of which [`DayKind`], and the [`Roll`] of a rest day at the end |
//! | [`Pause`] | days on which a count stands still |
//! | [`Deadline`] | a period counted from a trigger: end, day number, lateness, explanation |
//! | [`china`] | the mainland notices that are known, as rows to load |
//!
//! Law: Civil Code articles 201 (the first day is not counted) and 203 (a rest day at the end,
//! 24:00); Administrative Penalty Law articles 72, 73 and 85 (surcharge, its pauses, short periods
//! are working days). The day kind of a period comes from the row of its rule, not from its length.
//!
//! Invariants: a date is a local date of the office, without a time zone; no deadline ends before
//! its last counted day; a pause never makes a deadline earlier or a person later; two pauses over
//! one day are one; a deadline that rests on days no notice covers yet says so; nothing here panics
//! on any input, and nothing asks what day it is.

pub mod china;
mod days;
mod deadline;
mod holidays;
mod pause;
mod period;
#[cfg(test)]
mod properties;

pub use days::DateOutOfRange;
pub use deadline::Deadline;
pub use holidays::{DayStatus, Holiday, HolidayCalendar};
pub use pause::Pause;
pub use period::{DayKind, Period, Roll};
