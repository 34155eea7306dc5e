//! Double entry: the only crate that moves balances.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Account`] | a place where money of one currency stands, in one city | |
//! | [`Transfer`] | what happens between two accounts; immutable | single, pending, post, void, expire |
//! | [`Hold`] | an amount that a pending transfer has set aside | open → posted, voided, expired |
//! | [`Entry`] | what a transfer did to one account: signed amount, balance after, version | |
//! | [`Balance`] | the four counters of an account: pending and posted, debit and credit | |
//! | [`Books`] | accounts and holds of one batch: locked, moved in memory, written at once | |
//! | block | the transfers of one batch, sealed by a hash over them and over the block before | |
//!
//! Invariants:
//! - every transfer that moves something has exactly two entries, equal and opposite, in one
//!   currency; linked transfers are written all or none;
//! - the sum of all debits equals the sum of all credits, per currency, pending and posted;
//! - a balance is the sum of its entries, whose versions run 1, 2, 3 … without a gap and whose
//!   times never fall;
//! - what is set aside counts as spent; a wallet is never debited below its overdraft, holds
//!   included: by rule here, and by a CHECK in the database;
//! - a hold is resolved once, and never for more than was set aside;
//! - transfers, entries and blocks are never changed or deleted: the database refuses it to our own
//!   role, and whoever does it otherwise breaks a chain that [`verify`] recomputes.
//!
//! The ledger does not know what a transfer is for.

mod actions;
mod books;
mod chain;
mod error;
mod jobs;
mod model;
mod read;
mod rules;
mod schema;
mod store;
mod verify;

pub use actions::{
    Span, balance, balance_at, entries, post, set_overdraft, statement, transfer, trial_balance,
};
pub use books::Books;
pub use error::Error;
pub use jobs::service;
pub use model::{
    Account, AccountCode, AccountId, AccountKind, Balance, Entry, Hold, Movement, Statement,
    Transfer, TransferId, TransferKind, TrialBalance,
};
pub use verify::{
    ChainHead, Fault, InvalidChainHead, Progress, Verified, VerifyError, verify, verify_anchors,
};
