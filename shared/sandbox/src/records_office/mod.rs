//! A records office: the register of an agency, which tells what it has on somebody.
//!
//! JSON over HTTP. Every request carries `Authorization: Bearer <api key>` and gets 401 without it,
//! except on the simulator's own knobs under `/sandbox`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /records` `{"subject", "id_type", "id_number", "request_id"}` | 200 and a [`Told`] |
//! | about somebody whom it does not know | 404 `no_such_record` |
//! | a body of another form | 400 `invalid_request` |
//! | `PUT /sandbox/records` a [`Filed`] | 200; in place of what was on file |
//! | `PUT /sandbox/behaviour` `{"next": [...]}` | 200; [`Behaviour`]s instead of those left |
//!
//! A refusal is `{"error": "<code>"}`. Nobody is on file in the beginning. One office can keep the
//! registers of several subjects.
//!
//! The next behaviour is taken by each authorised request for a record, also by one that is then
//! refused.

mod behaviour;
mod failure;
mod office;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use office::{Filed, Told};
pub use server::RecordsOfficeSandbox;
