//! What citizens and services do here.

mod bill;
mod pay;
mod top_up;

pub(crate) use bill::{bill_of, bills_of};
pub use bill::{bills, issue_bill, reschedule_bill};
pub(crate) use pay::{pay_bill, payment_of, payments_of, post_receipt};
pub(crate) use top_up::{create_top_up, resolve_top_up, top_up_of, wallet, wallet_account};
