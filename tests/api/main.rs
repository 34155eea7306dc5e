//! Stories of citizens and systems, told over HTTP against a city of their own.

mod document;
mod support;

mod hostile;
mod payments;
mod payments_races;
mod smoke;
mod top_ups;
