//! A card processor: charges a card that it knows by its token, once for each reference.
//!
//! JSON over HTTP, amounts in minor units. Every request carries `Authorization: Bearer <api key>`
//! and gets 401 without it, except on the simulator's own knob under `/sandbox`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /charges` `{"reference", "amount", "card_token"}` | 201 and the new [`Charge`] |
//! | the same again | 200 and the stored [`Charge`] |
//! | the same reference, another amount or card | 409 `reference_reused` |
//! | a card that is not in [`CARDS`] | 422 `unknown_token` |
//! | a body of another form | 400 `invalid_request` |
//! | `GET /charges/{reference}` | 200 and the [`Charge`], or 404 `no_such_charge` |
//! | `GET /charges` | 200 and every [`Charge`] in the order of booking: the statement |
//! | `PUT /sandbox/behaviour` `{"next": [...]}` | 200; [`Behaviour`]s instead of those left |
//! | `GET /sandbox/behaviour` | 200 and the [`Behaviour`]s that are left |
//!
//! A refusal is `{"error": "<code>"}`. A reference is 1 to 64 characters, an amount is positive.
//! How a card behaves is written in [`CARDS`].
//!
//! The next behaviour is taken by each authorised `POST /charges` and `GET /charges/{reference}`,
//! also by one that is then refused. A behaviour that books does so only where a well-behaved
//! processor would have: a bad request stays without effect. The statement never misbehaves.

mod behaviour;
mod book;
mod cards;
mod charge;
mod failure;
mod processor;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use cards::CARDS;
pub use charge::{Charge, ChargeId, ChargeKind, ChargeStatus, DeclineReason};
pub use server::CardProcessorSandbox;
