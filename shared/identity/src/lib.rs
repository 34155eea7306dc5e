//! Who somebody is, and how they prove it.
//!
//! | noun | what it is |
//! |---|---|
//! | [`AccountId`] account | somebody who can sign in; found by an e-mail address |
//! | [`PersonId`] person | a natural person known by a resident identity number, with or without an account |
//! | session | one sign-in of an account; a chain of refresh tokens |
//! | [`ClientId`] client | a system of an agency or hospital, with a key pair of its own |
//! | [`Citizen`], [`RealName`], [`Partner`] | the caller, as a handler's signature asks for it |
//!
//! An account begins without a name (level L1: a mailbox). Giving a name and a resident identity
//! number binds it to the person of that number (L2); from then on it has a wallet and sees what
//! agencies have addressed to that person. One person has one account.
//!
//! Invariants: identity numbers, names and addresses are stored encrypted and found by a keyed
//! digest; they never leave this crate unmasked except to the notifier; one-time codes, refresh
//! tokens and client assertions work once; the count of wrong guesses commits with the guess; a
//! refresh token that comes back a second time ends its session.

mod actions;
mod caller;
mod demo;
mod error;
mod id_number;
mod mail;
mod model;
mod oauth;
mod routes;
mod rules;
mod schema;
mod store;
mod tokens;
mod wire;

pub use actions::{
    Contact, NewClient, contact, demo_token, person, persons, register_client, require_session,
    running_sessions, session_ended,
};
pub use caller::{Citizen, Partner, RealName, Scope};
pub use demo::DEMO_CITIZENS;
pub use error::Error;
pub use id_number::{InvalidIdNumber, ResidentIdNumber};
pub use model::{
    AccountId, AccountKind, ClientId, ClientKind, PersonId, PersonKind, SessionId, SessionKind,
};
pub use routes::service;
pub use tokens::{KeyPair, Tokens};
