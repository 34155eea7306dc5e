//! Every statement of the exchange.

mod holds;
mod messages;
mod patients;

pub(crate) use holds::{
    end_hold, hold, holds_of_agency, insert_hold, is_waited_for, lock_hold, note_try, waiting_for,
};
pub(crate) use messages::{
    KnownMessage, insert_message, insert_refusal, kept_message, known_message, open_answer,
    set_answer, use_nonce,
};
pub(crate) use patients::{
    PatientRow, link_patients, new_patient, patients_by_id, patients_of, person_of_patient,
};
