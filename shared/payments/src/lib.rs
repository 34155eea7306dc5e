//! The payment gateway: who owes what to whom, and how it is paid.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Bill`] | a debt to an agency: amount, due date, [`Terms`] | open → paid, cancelled, expired |
//! | [`Payment`] | money that settled a bill or a part of it; its own receipt; immutable | |
//! | refund | money of a payment that went back to the wallet it came from; immutable | |
//! | deposit | money that is set aside in a wallet for what an agency will bill | held → ended |
//! | wallet | what the city holds for a person, on the ledger | |
//! | top-up | money on its way from a card into a wallet | processing → succeeded, declined |
//! | [`CardProcessor`] | the party outside that takes money from cards | |
//!
//! Invariants: a bill is settled at most once, by a primary key; bill, transfer, payment and event
//! commit together or not at all; what is paid is shared out exact to the minor unit; never more
//! goes back than was paid, and a bill that was paid stays so; what is due is computed here from
//! the bill, never taken from a caller; a top-up whose outcome is unknown is asked about until it
//! is known, and never guessed; debtor, payer and beneficiary are kept apart. The gateway does not
//! know what is being paid for: services issue bills and hear [`BILL_PAID`].

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

pub use actions::{
    PayBill, PayLanes, bills, cancel_bill, deposit_of_case, hold_deposit, issue_bill, issue_bills,
    pay_from_deposit, refund_bill, release_deposit, reschedule_bill,
};
pub use error::Error;
pub use events::{
    BILL_EXPIRED, BILL_PAID, BillExpired, BillPaid, PAYMENT_MADE, PaymentMade, REFUND_MADE,
    RefundMade,
};
pub use model::{
    AmountDue, Bill, BillId, BillKind, BillState, BillView, Deposit, DepositCase, DepositId,
    DepositKind, Depositor, Instalment, Line, NewBill, NewDeposit, Parts, Payment, PaymentId,
    PaymentKind, Progress, RefundId, RefundKind, Share, Surcharge, Terms, TopUpId, TopUpKind,
};
pub use processor::CardProcessor;
pub use routes::service;
pub use rules::{amount_due, surcharge};
