//! The outside world, simulated: parties that the city talks to over HTTP, each a server of its
//! own that keeps its own books and misbehaves on request.
//!
//! | party | what it does |
//! |---|---|
//! | [`card_processor`] | charges bank cards for the payment gateway |
//! | [`police_registry`] | says whether a name belongs to a document |
//! | [`insurer`] | says who pays how much of a hospital's charge, and pays its part |
//! | [`records_office`] | tells what an agency's register has on somebody |
//!
//! A party speaks the wire contract that its module documents, as the real one would. What it
//! booked is the truth that the city's own books are compared with, whatever it answered.
//!
//! Invariants: a party knows nothing of the city's code, only shared words such as amounts and
//! the clock; parties do not know each other; what a request changes is booked before the first
//! await, so a client that hangs up cannot cut it in half; everything lives in memory and ends
//! with the party.

pub mod card_processor;
pub mod insurer;
pub mod police_registry;
pub mod records_office;

mod authorized;
mod delivery;
mod hang_up;
mod listening;
