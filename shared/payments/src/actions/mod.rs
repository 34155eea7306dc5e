//! What citizens, agencies and services do here.

mod bill;
mod deposit;
mod desk;
mod issue;
mod issued;
mod pay;
mod payment;
mod refund;
#[cfg(test)]
mod tests;
mod top_up;
mod wallet;

pub(crate) use bill::{bill_of, bills_of};
pub use bill::{bills, reschedule_bill};
pub(crate) use deposit::end_deposit;
pub use deposit::{deposit_of_case, hold_deposit, pay_from_deposit, release_deposit};
pub(crate) use issue::expire_bill;
pub use issue::{cancel_bill, issue_bill, issue_bills};
pub(crate) use issued::{
    ISSUER, Issued, IssuedBill, cancel_issued, issue_batch, issue_one, issued_bill_of,
};
pub(crate) use pay::pay_bill;
pub use pay::{PayBill, PayLanes};
pub(crate) use payment::{payment_of, payments_of, post_receipt};
pub use refund::refund_bill;
pub(crate) use refund::{
    ReceivedPayment, make_refund, post_refund_letter, received_payment, refund_of,
};
pub(crate) use top_up::{create_top_up, resolve_top_up, top_up_of};
pub(crate) use wallet::{
    Standing, entries, own_collections, own_wallet, processor_receivable, standing, statement,
    wallet_account,
};
