//! The ground that every service stands on, and the only place with plumbing.
//!
//! | room | what it knows |
//! |---|---|
//! | [`cluster`] | a private PostgreSQL in a folder, for whoever brings none |
//! | [`db`] | the pools, the one place where a transaction begins, and reads without one |
//! | [`migrate`] | one timeline of migrations over all owners |
//! | [`sql`] | statements over whole batches |
//! | [`idempotency`] | one key, one effect, one answer |
//! | [`gather`] | what many read at the same time is read by one statement |
//! | [`lane`] | group commit: what waits while one transaction commits is the next one |
//! | [`jobs`], [`worker`] | work and news after COMMIT, with retries and dead letters |
//! | [`keys`] | encryption of personal data and blind indexes |
//! | [`retention`] | what is deleted when its time is over |
//! | [`party`] | parties outside, and what their silence means |
//! | [`http`] | limits, extractors, problems, paging, OpenAPI, health, drain |
//! | [`telemetry`] | logs |
//! | [`Service`] | what a crate adds to the city |
//!
//! Invariants: a transaction is opened by [`db::Db::tx`] and nowhere else; an effect outside the
//! database is a job, never a call between statements; a handler cannot be cancelled by its
//! client; nothing here knows what is being paid, booked or looked up.

pub mod cluster;
mod cx;
pub mod db;
pub mod gather;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod lane;
pub mod migrate;
pub mod party;
pub mod problems;
pub mod retention;
mod schema;
mod service;
pub mod sql;
pub mod telemetry;
pub mod worker;

pub use cx::{Cx, Platform};
pub use http::Routes;
pub use service::Service;
