//! Certificates: what an agency says of people, signed, and verified by anybody.
//!
//! | noun | what it is |
//! |---|---|
//! | [`CertificateId`] certificate | a title and [`Statement`]s about one or two holders |
//! | number | what a certificate is called by, on paper and by telephone |
//! | code | the secret beside the number: whoever has both may verify it |
//! | credential | the same as a W3C Verifiable Credential 2.0, a JWT signed with ES256 |
//! | signing key | what credentials are signed with; its public part stays published |
//!
//! Services [`issue`] certificates in their own transactions, and [`revoke`] them. Holders list,
//! read and print them. Anybody verifies one, in two ways: by number and code, which says whether it
//! still stands and shows the statements that are public; or without asking anybody, by the
//! credential's signature and the published keys, which says only that it was issued so.
//!
//! # States
//!
//! A certificate that has ended stays so. That it has expired is not stored: it follows from the day.
//!
//! | | corrected | annulled | withdrawn |
//! |---|---|---|---|
//! | valid | replaced | revoked | revoked |
//! | revoked | | | |
//! | replaced | | | |
//!
//! Invariants: a certificate says for ever what it said when it was issued; a wrong code and an
//! unknown number are one and the same, looked for by one digest; nobody but a holder reads what is
//! not public; issuing, ending and reading are noted in the holders' ledger of accesses; a public
//! key that was published once is never withdrawn.

mod actions;
mod credential;
mod demo;
mod error;
mod model;
mod routes;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;
mod wire;

pub use actions::{Issued, NextKey, issue, revoke, rotate_signing_key};
pub use error::Error;
pub use model::{CertificateId, CertificateKind, NewCertificate, Revocation, Statement};
pub use service::service;
