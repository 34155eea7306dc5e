//! Stories of citizens and systems, told over HTTP against a city of their own.

#![cfg(test)]

mod document;
mod support;

mod accounts;
mod bill_batches;
mod bill_terms;
mod hostile;
mod http;
mod identity;
mod issued_bills;
mod matrix;
mod payments;
mod payments_races;
mod real_names;
mod refunds;
mod sessions;
mod slow;
mod smoke;
mod systems;
mod top_ups;
mod traffic;
