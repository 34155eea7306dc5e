//! How requests come in and answers go out.
//!
//! A request passes [`edge`] (limits, rates, request id, language, one log line), is taken apart by
//! extractors ([`Cx`], [`Body`], [`IdempotencyKey`], the caller types of `identity`), handled, and
//! leaves as JSON or as a problem ([`Failure`], RFC 9457).

mod answer;
mod client_address;
mod context;
mod documented;
pub mod edge;
mod extract;
mod failure;
mod health;
mod openapi;
mod page;
mod rate_limit;
mod routes;
mod scopes;
mod sent;
mod server;

pub use answer::Idempotent;
pub use client_address::{ClientAddress, InvalidNetwork, Network, ProxyHeader};
pub use extract::{Body, IdempotencyKey};
pub use failure::{Failure, FailureForm, PROBLEM_JSON, ProblemBody, render_problem};
pub use openapi::operations;
pub use page::{Cursor, Page, PageQuery};
pub use rate_limit::{RateClass, RateLimitSettings, WhoCalls};
pub use routes::Routes;
pub use scopes::SystemScopes;
pub use sent::Sent;
pub use server::{Common, HttpSettings, Server, bind, configure, document};

/// The crate's own handlers and problems.
pub use health::service;
