//! Bodies of requests and answers.

mod appointment;
mod draw;
mod objections;
mod session;
mod strike;
mod waitlist;

pub(crate) use appointment::{AppointmentBody, ClaimBody, RescheduleBody};
pub(crate) use draw::{DrawBody, DrawEntriesBody, DrawEntryBody};
pub(crate) use objections::{
    DecideBody, ListedObjectionBody, ObjectBody, ObjectionBody, ReadObjectionBody,
};
pub(crate) use session::SessionBody;
pub(crate) use strike::StrikesBody;
pub(crate) use waitlist::WaitlistEntryBody;
