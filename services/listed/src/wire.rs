//! Bodies of listed services.

mod appointment;
mod bill;
mod office;
mod record;

pub(crate) use self::{
    appointment::{
        DayAppointmentsPath, DeskAppointmentPath, ListedAppointmentBody, ListedDeskAppointmentBody,
        MoveListedAppointmentBody, PostListedAppointmentBody,
    },
    bill::{FetchedBillsBody, ListedBillBody, PaidListedBillBody},
    office::{
        ListedOfficeBody, ListedOfficesBody, ListedSessionBody, ListedWindowsBody,
        ListedWindowsQuery, OpenListedSessionBody, PutListedOfficeBody, StopListedSessionBody,
    },
    record::ListedRecordBody,
};
