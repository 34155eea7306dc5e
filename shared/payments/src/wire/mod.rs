//! Bodies of the gateway.

mod account;
mod bill;
mod input;
mod issued;
mod new_bill;
mod payment;
mod refund;
mod top_up;

pub(crate) use self::{
    account::{
        AtQuery, CollectionsBody, EntriesBody, EntryBody, StatementBody, TrialBalanceBody,
        WalletBody, entry_before, entry_cursor,
    },
    bill::BillBody,
    issued::{IssuedBillBody, IssuedBillsBody},
    new_bill::{CancelBillBody, IssueBillsBody, NewBillBody},
    payment::{PayBillBody, PaymentBody},
    refund::{NewRefundBody, ReceivedPaymentBody, RefundBody},
    top_up::{CreateTopUpBody, TopUpBody},
};
