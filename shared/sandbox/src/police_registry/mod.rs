//! The register of the police: knows who holds which document.
//!
//! JSON over HTTP. Every request carries `Authorization: Bearer <api key>` and gets 401 without it,
//! except on the simulator's own knobs under `/sandbox`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /checks` `{"reference", "name", "document"}` | 201 and the new [`Check`] |
//! | the same again | 200 and the stored [`Check`] |
//! | the same reference, another name or document | 409 `reference_reused` |
//! | a body of another form | 400 `invalid_request` |
//! | `GET /checks/{reference}` | 200 and the [`Check`], or 404 `no_such_check` |
//! | `PUT /sandbox/persons` a [`TestPerson`] | 200; the register knows the holder of the document |
//! | `PUT /sandbox/behaviour` `{"next": [...]}` | 200; [`Behaviour`]s instead of those left |
//!
//! A document is a [`DocumentHeld`]. A refusal is `{"error": "<code>"}`. A reference is 1 to 64
//! characters. Names are compared as they stand on the document: letter by letter, in capitals. Who
//! is there from the beginning is written in [`PERSONS`].
//!
//! The next behaviour is taken by each authorised request for or about a check, also by one that is
//! then refused.

mod behaviour;
mod failure;
mod register;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use register::{Check, CheckResult, DocumentHeld, PERSONS, TestPerson};
pub use server::PoliceRegistrySandbox;
