//! The plumbing on a real database.

#![cfg(test)]

mod background;
mod transactions;
