//! How institutions' systems speak to the city: FHIR R4 over HTTP, HL7 version 2 over MLLP and HTTP.
//!
//! A service that has something to say in one of these protocols gives the exchange a
//! [`fhir::Repository`] or an [`hl7::Receiver`]. The exchange knows who sends, keeps what was sent
//! for later proof, hands it over in a transaction, and answers after COMMIT.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | participant | a hospital that is connected | applied → sandbox → certified → live ⇄ suspended |
//! | [`Sender`] | a participant's system | |
//! | message | what was sent, sealed, with its signature and its answer | carried out; held |
//! | [`Hold`] | why a message waits for people, or for what it refers to | held → released, discarded |
//! | refusal | what was not accepted, without its content | |
//! | [`Patient`] | a person as one hospital knows them, under an id of that hospital's own | |
//!
//! Invariants: a signature is verified before anybody reads what was signed, and its nonce serves
//! once; an answer is given after COMMIT, and the same message is given the same answer; what cannot
//! be assigned with certainty is held, and never assigned by guess; a hospital sees its own and
//! nothing else; keys of the sandbox open nothing that is live, because they belong to another city.

mod error;
mod fault;
pub mod fhir;
pub mod hl7;
mod inbox;
mod jobs;
mod model;
mod news;
pub mod participants;
mod patients;
mod registry;
mod retention;
mod routes;
mod rules;
mod schema;
mod sealed;
mod sender;
mod service;
mod signature;
mod store;
#[cfg(test)]
mod testing;
mod wire;

pub use error::Error;
pub use fault::{Fault, Hold, HoldReason, Refusal};
pub use inbox::retry_held;
pub use model::{HoldId, HoldKind};
pub use news::{
    ORDER_PLACED, ORDER_RESULTED, ORDER_WITHDRAWN, OrderPlaced, OrderResulted, OrderWithdrawn,
};
pub use patients::{
    Patient, named as patient_named, of_people as patients_of, person as person_of_patient,
};
pub use registry::Registry;
pub use sender::Sender;
pub use service::service;
