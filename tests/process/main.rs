//! The binary as whoever runs it sees it: starts, refusals, signals and sudden deaths.

#![cfg(test)]

mod chaos;
mod crash;
mod guesses;
mod keys;
mod listings;
mod onboarding;
mod program;
mod provident_fund_load;
mod refusals;
mod registers;
mod registration;
mod stories;
