//! The payment gateway: who owes what to whom, and how it is paid.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Bill`] | a debt to an agency: amount, due date, what lateness costs | open → paid |
//! | [`Payment`] | the settlement of a bill; its own receipt; immutable | |
//! | wallet | what the city holds for a person, on the ledger | |
//! | top-up | money on its way from a card into a wallet | processing → succeeded, declined |
//! | [`CardProcessor`] | the party outside that takes money from cards | |
//!
//! Invariants: a bill is settled at most once, by a primary key; bill, transfer, payment and event
//! commit together or not at all; what is due is computed here from the bill, never taken from a
//! caller; a top-up whose outcome is unknown is asked about until it is known, and never guessed;
//! debtor, payer and beneficiary are kept apart. The gateway does not know what is being paid for:
//! services issue bills and hear [`BILL_PAID`].

mod actions;
mod demo;
mod error;
mod events;
mod jobs;
mod mail;
mod model;
mod processor;
mod routes;
mod rules;
mod schema;
mod store;
mod wire;

pub use actions::{bills, issue_bill, reschedule_bill};
pub use error::Error;
pub use events::{BILL_PAID, BillPaid};
pub use model::{
    AmountDue, Bill, BillId, BillKind, BillView, NewBill, Payment, PaymentId, PaymentKind,
    Surcharge, TopUpId, TopUpKind,
};
pub use processor::{CardProcessor, ProcessorSettings};
pub use routes::service;
pub use rules::{amount_due, surcharge};
