//! HL7 version 2 over MLLP and HTTP.
//!
//! A message is read, its sender known, its receiver found by MSH-9, and handed over in a
//! transaction of the inbox; the acknowledgement is given after COMMIT. What a message may do does
//! not depend on the way that it came.

mod desk;
mod error;
mod listener;
mod peers;
mod read;
mod receiver;
mod routes;
mod rules;
mod store;

pub(crate) use desk::redo;
pub use error::MessageFault;
pub(crate) use error::PROBLEMS;
pub use listener::{MllpServer, MllpSettings};
pub use peers::{MllpPeer, MllpPeerError, mllp_peers, remove_mllp_peer, set_mllp_peer};
pub use read::{instant, person_name, required, resident_number};
pub use receiver::Receiver;
pub(crate) use routes::message;
