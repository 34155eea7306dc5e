//! The plumbing on a real database.

mod background;
mod transactions;
