//! What hospitals, their visitors and everybody else do here.

mod announcements;
mod charge_refunds;
mod charges;
mod counter;
mod department;
mod deposits;
#[cfg(test)]
pub(crate) mod directory_tests;
mod hospital;
mod location;
mod orders;
mod plan;
mod practitioner;
mod queues;
mod receipts;
mod reported;
mod schedule;
mod search;
mod settlement_steps;
mod settlements;
mod statistics;
mod visit_absences;
#[cfg(test)]
mod visit_day_tests;
mod visits;

pub(crate) use announcements::{Turn, announce, turn_number};
pub(crate) use charge_refunds::{NewChargeRefund, refund_lines, returned, returning};
pub(crate) use charges::{
    ChargeView, NamedCharge, charge_of, charge_of_hospital, charges_of, charges_of_visit,
    record_charge, withdraw_charge,
};
pub(crate) use counter::{AtCounter, book_at_counter, cancel_at_counter};
pub(crate) use department::{departments, put_department, record_department};
pub(crate) use deposits::{deposit_of_patient, end_deposit, pay_charge_from_deposit, put_deposit};
pub(crate) use hospital::{
    HospitalFilter, ListedHospital, NamedHospital, hospital, hospitals, move_hospital,
    put_hospital, record_hospital, record_listing, specialties,
};
pub(crate) use location::{put_location, record_location};
pub(crate) use orders::{OrderEvent, advance_order, order, put_order};
pub(crate) use plan::{close, replan, replan_day};
pub(crate) use practitioner::{
    Doctor, Doctors, practitioners, put_practitioner, record_practitioner,
};
pub(crate) use queues::{
    CalledEvent, QueueView, advance, call_next, open_queue, queue_for_all, queue_of,
};
pub(crate) use receipts::{ReceiptView, receipt_of, verify_receipt};
pub(crate) use reported::{ReportedAppointment, ReportedEvent, report_appointment};
pub(crate) use schedule::{
    Booked, ClinicView, Days, REASON as APPOINTMENT_REASON, appointments, known_sessions,
    put_session, put_sessions, record_session, sessions_of_department, sessions_of_practitioner,
    stop,
};
pub(crate) use search::search;
pub(crate) use settlement_steps::{
    Question, cash_paid, confirmed, not_paid, pre_settled, question, taken_back,
};
pub(crate) use settlements::{ISSUER, NewSettlement, call_off, pay_later, settle_charge};
pub(crate) use statistics::{Report, statistics};
pub(crate) use visit_absences::{mark_no_show, watch_check_in};
pub(crate) use visits::{
    Arrival, Arriving, StepView, TurnView, VisitView, admit, arrive, check_in, own_visit,
    received_visit, visit, visits,
};

/// As whom this crate opens sessions, and the first word of the rules that they obey.
pub(crate) const SERVICE: &str = "hospital";
