//! Double entry: the only crate that moves balances.
//!
//! | noun | what it is |
//! |---|---|
//! | [`Account`] | a place where money of one currency stands, in one city |
//! | [`Transfer`] | an amount from one account (debit) to another (credit); immutable |
//! | entry | what a transfer did to one account: signed amount, balance after, version |
//! | [`Balance`] | the two counters of an account |
//!
//! Invariants:
//! - every transfer has exactly two entries, equal and opposite, in one currency;
//! - the sum of all debits equals the sum of all credits, per currency;
//! - a balance is the sum of its entries, whose versions run 1, 2, 3 … without a gap;
//! - a wallet is never debited below zero: by rule here, and by a CHECK in the database;
//! - transfers and entries are never changed or deleted: the database refuses it to our own role.
//!
//! The ledger does not know what a transfer is for.

mod actions;
mod error;
mod model;
mod rules;
mod schema;
mod store;

pub use actions::{Fault, balance, find_account, open_account, post, trial_balance, verify};
pub use error::Error;
pub use model::{
    Account, AccountCode, AccountId, AccountKind, Balance, Transfer, TransferId, TransferKind,
    TrialBalance,
};
