//! Decisions of the provident fund: pure functions.

pub(crate) mod account;
pub(crate) mod batch;
pub(crate) mod capacity;
pub(crate) mod dispute;
pub(crate) mod gaps;
pub(crate) mod interest;
pub(crate) mod loan;
pub(crate) mod posting;
pub(crate) mod statement;
#[cfg(test)]
mod table;
pub(crate) mod transfer;
pub(crate) mod withdrawal;
