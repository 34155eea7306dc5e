//! Stories of citizens and systems, told over HTTP against a city of their own.

#![cfg(test)]

mod document;
mod support;

mod access_ledger;
mod accounts;
mod bad_tokens;
mod bill_batches;
mod bill_terms;
mod booking;
mod booking_draw;
mod booking_strikes;
mod canary;
mod exchange_holds;
mod exchange_onboarding;
mod fhir_engine;
mod fhir_hospital;
mod hl7;
mod hospital_counter;
mod hospital_directory;
mod hospital_fees;
mod hospital_things;
mod hospital_visits;
mod hostile;
mod http;
mod identity;
mod issued_bills;
mod matrix;
mod matrix_table;
mod oidc;
mod own_sessions;
mod passkeys;
mod payments;
mod payments_races;
mod rate_limits;
mod real_names;
mod refunds;
mod results_of_visits;
mod results_people;
mod results_pushes;
mod retention;
mod sessions;
mod sign_in_methods;
mod slow;
mod smoke;
mod staff;
mod step_up;
mod systems;
mod top_ups;
mod traffic;
