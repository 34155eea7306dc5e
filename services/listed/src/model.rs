//! Nouns of listed services.

mod bill;
mod booking;

pub use self::bill::{ListedBillId, ListedBillKind};
pub(crate) use self::{
    bill::{BillsRecord, ListedBill, ListedBillView, SaidBill, SaidBillView},
    booking::{
        Booked, BookedView, DeskAppointment, NewOffice, OfficeNext, OfficeWindows, OpenHours,
        OpenedSession, Wanted,
    },
};
