//! What only the crate itself can see: how many statements a batch takes, and that a batch is what
//! its commands would have been one by one.

mod budget;
mod one_by_one;
mod town;
