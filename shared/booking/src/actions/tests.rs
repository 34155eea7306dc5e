//! What is promised of places, against the real database.

mod claims;
mod clinic;
mod comebacks;
mod counter;
mod draw;
mod fairness;
mod reservations;
mod strikes;
