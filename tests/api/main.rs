//! Stories of citizens and systems, told over HTTP against a city of their own.

#![cfg(test)]

mod document;
mod support;

mod hostile;
mod http;
mod identity;
mod matrix;
mod payments;
mod payments_races;
mod real_names;
mod sessions;
mod slow;
mod smoke;
mod systems;
mod top_ups;
mod traffic;
