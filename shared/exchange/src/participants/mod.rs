//! Hospitals that are connected, from the application to the suspension; their sandbox, and what
//! their systems have to show there.
//!
//! | from | event | to | by whom |
//! |---|---|---|---|
//! | (none), refused, withdrawn | apply | applied | an admin of the hospital |
//! | applied | open the sandbox | sandbox | whoever runs the city |
//! | sandbox | certify | certified | the conformance suite, when all mandatory rules pass |
//! | certified | go live | live | two people of the hospital, and whoever runs the city |
//! | live | suspend | suspended | whoever runs the city |
//! | suspended | resume | live | whoever runs the city |
//! | applied, sandbox, certified | refuse | refused | whoever runs the city |
//! | all but refused and withdrawn | withdraw | withdrawn | an admin of the hospital |
//!
//! The sandbox is a city of its own ([`CityCode::SANDBOX`](citygate_kernel::CityCode::SANDBOX)), in
//! which a hospital has a twin: the same id, another city. A suspended hospital keeps its sandbox, to
//! mend there what was wrong.

mod actions;
mod admission;
mod conformance;
mod evidence;
mod model;
mod routes;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod wire;

pub use actions::{happen, open_sandbox, participants};
pub(crate) use actions::{has_read, heard};
pub(crate) use admission::admit;
pub use admission::connect;
pub(crate) use evidence::Heard;
pub use model::{Abilities, Participant, ParticipantEvent, ParticipantState, Sandbox, twin};
pub(crate) use routes::add as add_routes;
pub use routes::{ConformanceRead, SandboxWrite};
