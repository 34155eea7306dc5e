//! Every statement of hospitals.

mod charge;
mod charge_refund;
mod department;
mod hospital;
mod location;
pub(crate) mod plans;
mod practitioner;
pub(crate) mod queue_entries;
pub(crate) mod queues;
mod reported;
mod schedule;
mod search;
mod settlement;
mod statistics;
pub(crate) mod visits;

use chrono::{DateTime, Utc};
use citygate_kernel::CityCode;
use diesel::{QueryableByName, sql_types::Bool};
use uuid::Uuid;

use crate::error::Error;

pub(crate) use charge::{
    CHARGE_DETAILS, begin_settling, charge, charge_by_no, charge_lines, charges_of_person,
    charges_of_visit, insert_charge, leave_settling, lock_charge, parties_of_visit,
};
pub(crate) use charge_refund::{
    charge_refund, charge_refund_by_no, end_charge_refund, insert_charge_refund,
};
pub(crate) use department::{
    department, department_by_no, departments_of, departments_of_specialty, described_departments,
    put_department, specialties, specialty_is_known,
};
pub(crate) use hospital::{
    described_hospital, hospital, listed, lock_hospital, put_hospital, set_state,
};
pub(crate) use location::{described_locations, locations_of, put_location};
pub(crate) use practitioner::{
    PractitionerFilter, RoleFilter, StoredRole, clinic_kinds_of, practitioner, practitioner_count,
    practitioner_roles_of, practitioners_by_id, practitioners_of, practitioners_of_department,
    put_practitioner, roles_of, set_roles,
};
pub(crate) use reported::{note_reported_appointment, reported_appointment};
pub(crate) use schedule::{
    ScheduleFilter, insert_schedule, known_sessions, schedule_by_no, schedules_of,
    schedules_of_sessions,
};
pub(crate) use search::{Found, FoundKind, search};
pub(crate) use settlement::{
    insert_settlement, insert_split, lock_credit, owed_on_credit, settlement, settlement_of_bill,
    settlement_of_receipt, settlements, update_settlement, used_since,
};
pub(crate) use statistics::waits;

/// Something that a hospital has described.
#[derive(Debug, Clone)]
pub(crate) struct Recorded<T> {
    pub what: T,
    /// As people type its name in Latin letters, where it was said.
    pub pinyin: Option<String>,
    /// When it was described last.
    pub changed_at: DateTime<Utc>,
}

/// A page of a list in the order of ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// Only these.
    pub ids: Option<Vec<Uuid>>,
    /// Only those after it.
    pub after: Option<Uuid>,
    /// How many at most.
    pub limit: i64,
}

/// What became of something that was put under a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// It was new.
    Created,
    /// It had other content.
    Changed,
    /// It was there, with the same content.
    Unchanged,
}

/// Whether a row is new; there is none where nothing was written.
#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Bool)]
    inserted: bool,
}

impl From<Vec<Written>> for Put {
    fn from(rows: Vec<Written>) -> Self {
        match rows.first() {
            Some(Written { inserted: true }) => Self::Created,
            Some(Written { inserted: false }) => Self::Changed,
            None => Self::Unchanged,
        }
    }
}

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}
