//! The medical insurance agency of a pooling region: says who pays how much of a hospital's charge,
//! and pays its part once that is confirmed.
//!
//! JSON over HTTP, amounts in fen. Every request carries `Authorization: Bearer <api key>` and gets
//! 401 without it, except on the simulator's own knob under `/sandbox`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /settlements` with all of it | 201 and the new [`Settlement`], pre-settled |
//! | the same again | 200 and the stored [`Settlement`] |
//! | the same reference, another content | 409 `reference_reused` |
//! | a credential that is not in [`INSURED`] | 422 `not_insured` |
//! | one whose time is over | 422 `credential_expired` |
//! | `POST /settlements/{reference}/confirmation` `{}` | 200, confirmed; also when it was before |
//! | of one that was reversed, or never pre-settled | 409 `not_pre_settled`, 404 `no_such_settlement` |
//! | `POST /settlements/{reference}/reversal` `{}` | 200, reversed, whatever it was |
//! | of one that nobody has asked for | the same: a request that is on its way comes to nothing |
//! | `POST /settlements/{reference}/returns` `{"reference", "lines"}` | 201, taken back; 200 when they were |
//! | `GET /settlements/{reference}` | 200 and the [`Settlement`], or 404 `no_such_settlement` |
//! | `PUT /sandbox/behaviour` `{"next": [...]}` | 200; [`Behaviour`]s instead of those left |
//!
//! A settlement is `{"reference", "hospital", "credential", "lines"}`.
//! A line is `{"n", "class", "amount"}`; its class in the catalogue of the insurance is `a`, `b` or
//! `c`, and a [`Share`] of it says who pays what. A refusal is `{"error": "<code>"}`. A reference is
//! 1 to 64 characters, a settlement has 1 to 100 lines. What somebody is entitled to is set aside
//! when it is pre-settled, and given back by a reversal.
//!
//! The next behaviour is taken by each authorised request about a settlement, also by one that is
//! then refused.

mod behaviour;
mod book;
mod failure;
mod routes;
mod server;
mod split;
#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use book::{Settlement, SettlementState};
pub use server::InsurerSandbox;
pub use split::{INSURED, Insured, Share};
