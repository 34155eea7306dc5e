//! The plumbing on a real database.

#![cfg(test)]

mod background;
mod batches;
mod keys;
mod lanes;
mod news;
mod reads;
mod statements;
mod transactions;
