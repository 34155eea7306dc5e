//! Who somebody is, and how they prove it.
//!
//! | noun | what it is |
//! |---|---|
//! | [`AccountId`] account | somebody who can sign in; found by a mail address, and by a proven number |
//! | [`PersonId`] person | a natural person known by an identity document, with or without an account |
//! | verification | a claim of an account to be a person, and what the register of the police says |
//! | session | one sign-in of an account; a chain of refresh tokens |
//! | [`StaffId`] staff | an account in a role at an agency, for ninety days at a time |
//! | [`ClientId`] client | a system of an agency, with keys of its own; or an app that people sign in to |
//! | [`Citizen`], [`RealName`], [`Partner`] | the caller, as a handler's signature asks for it |
//! | [`StepUp`] step-up | a caller's fresh proof for one thing, which serves once |
//!
//! An account begins without a name. Claiming a name and a document that belong together, as the
//! register confirms, binds it to the person of that document; from then on it has a wallet and sees
//! what agencies have addressed to that person. One person has one account. How far a *sign-in* can
//! be relied on, the claim `acr`, is another matter: level 1 after one factor, 2 after two, whether
//! the name is known or not. Only a fresh proof by somebody whose name is verified is level 3.
//!
//! Invariants: identity numbers, names and addresses are stored encrypted and found by a keyed
//! digest; they never leave this crate unmasked, except to the notifier and, an address, to a client
//! that its owner allows it; one-time codes, authorization codes, refresh tokens and client
//! assertions work once; the count of wrong guesses commits with the guess; a refresh token that
//! comes back ends its session, unless the answer with its successor was just lost.
//!
//! # For whom a token is
//!
//! A system's access token names in `aud` the services that its scopes belong to: a token for
//! `traffic.decisions:write` is for `urn:citygate:service:traffic`, and every other service answers
//! 401 to it, as if it were no token at all (RFC 9068, 4). With `resource` (RFC 8707) a system asks
//! for a token for one service, to be given to whatever talks to that service only. What people have
//! is for all of the city: the scope `citizen` is for apps that may do all that a citizen can, and
//! such an app would only ask for every audience there is.
//!
//! # Ways in, and how they are kept open
//!
//! | method | alone | beside another | `amr` |
//! |---|---|---|---|
//! | code by mail | yes | never a second factor | `otp` |
//! | code by short message | yes | yes | `otp sms` |
//! | password | from 15 characters | from 8 | `pwd` |
//! | passkey, with verification of its user | yes, two factors in one | | `hwk user` |
//!
//! What is guessed at is limited, and a limit is a way to lock somebody out. So:
//!
//! - A code belongs to the *flow* that asked for it. Only who holds the flow's random `challenge` can
//!   guess at it: five times, and ten times an hour for all that one client has asked for an address.
//!   What strangers guess uses up nothing of anybody else's.
//! - Codes to one address are limited, because each costs money or patience. A client from which an
//!   address has signed in within 90 days is *known* to it, and has a share of its own: what
//!   strangers ask for uses up theirs. Whoever asks from a new place while strangers use up that
//!   share has to wait an hour, or to use another way in; this is the price of a limit on messages
//!   that holds against many machines, too.
//! - Wrong passwords slow down the client that gives them, up to a quarter of an hour, and nobody
//!   else.
//! - A passkey is never limited: it cannot be guessed at.
//!
//! All of this is counted in the database, in the transaction of the check or, where a hash is
//! computed, in one before it: no restart, race or client that hangs up forgets an attempt. An
//! address that is known and one that is not are answered alike, in the same time: the same rows are
//! written, the same hash is computed, and a short message is sent by a job.
//!
//! Short messages cost money that somebody else may earn. They go to numbers that were proven, or
//! that a citizen who is signed in wants to prove; to countries on a list; up to a number a day; and
//! not to a range of numbers whose codes nobody enters.

mod access;
mod actions;
mod caller;
mod demo;
mod documents;
mod error;
mod hasher;
mod jobs;
mod mail;
mod methods;
mod model;
mod oauth;
mod pages;
mod registry;
mod retention;
mod routes;
mod rules;
mod schema;
mod scopes;
mod sealed;
mod settings;
mod staff;
mod step_up;
mod store;
mod tokens;
mod visitor;
mod wire;

pub use access::{Access, AccessId, AccessKind, Accessor, Named, Reason, Record};
pub use actions::{
    Contact, NewClient, NewStaff, OwnRead, Profiles, RegisteredClient, age_on, contact, demo_token,
    disable_clients_of, document_type, es256_key, full_names, invite_staff, is_minor, masked_names,
    named_before, note_filed, note_own_reads, note_read, note_statement_read, own_masked_name,
    person, persons, register_client, registered_clients, require_session, running_sessions,
    session_ended, set_redirect_uris, staff_contact, staff_contacts, verifying_key,
};
pub use caller::{Backend, Citizen, Partner, RealName, Scope};
pub use demo::DEMO_CITIZENS;
pub use documents::{Document, DocumentType, InvalidDocument, InvalidIdNumber, ResidentIdNumber};
pub use error::{Error, ProofError, StaffError};
pub use methods::{SignInError, SignInMethods};
pub use model::{
    AccountId, AccountKind, ClientId, ClientKind, ClientRequestId, ClientRequestKind, FullName,
    PersonId, PersonKind, SessionId, SessionKind, StaffId, StaffInvitationId, StaffInvitationKind,
    StaffKind, StaffRole, StepUpPurpose,
};
pub use registry::{PoliceRegistry, RegistryError};
pub use routes::service;
pub use scopes::OF_PEOPLE as SCOPES_OF_PEOPLE;
pub use settings::SignInSettings;
pub use staff::{
    ApplicationsDecide, AppointmentsReceive, CasesHandle, ClientsWrite, Duty, HoldsDecide,
    ListingsWrite, MarriagesRegister, PeopleRead, ResultsAcknowledge, Staff, StrikesDecide,
};
pub use step_up::{Proof, Sensitive, StepUp, consume_step_ups};
pub use tokens::{KeyPair, Tokens, TokensError, rotate_signing_keys};
