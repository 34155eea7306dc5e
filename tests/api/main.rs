//! Stories of citizens and systems, told over HTTP against a city of their own.

mod support;

mod payments;
mod payments_races;
mod smoke;
mod top_ups;
