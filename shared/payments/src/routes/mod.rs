//! Handlers of the gateway.

mod accounts;
mod bills;
mod issued;
mod refunds;
mod top_ups;

use actix_web::{http::Method, web::Data};
use citygate_identity::Scope;
use citygate_platform::Service;

use self::{accounts::*, bills::*, issued::*, refunds::*, top_ups::*};
use crate::{actions::PayLanes, demo, error::PROBLEMS, jobs, processor::CardProcessor};

/// May issue bills, and take them back.
struct BillsWrite;
impl Scope for BillsWrite {
    const NAME: &'static str = "payments.bills:write";
}

/// May read what has become of the agency's bills: payments and refunds.
struct BillsRead;
impl Scope for BillsRead {
    const NAME: &'static str = "payments.bills:read";
}

/// May pay back what was paid of the agency's bills.
struct RefundsWrite;
impl Scope for RefundsWrite {
    const NAME: &'static str = "payments.refunds:write";
}

/// May read what is collected for the agency.
struct CollectionsRead;
impl Scope for CollectionsRead {
    const NAME: &'static str = "payments.collections:read";
}

/// May read the sums of the books.
struct BooksRead;
impl Scope for BooksRead {
    const NAME: &'static str = "books:read";
}

/// Whether cards can be charged at all.
#[derive(Clone, Copy)]
struct Charging(bool);

/// The gateway as a part of the city.
pub fn service(processor: Option<CardProcessor>, lanes: PayLanes) -> Service {
    let charging = Charging(processor.is_some());
    let mut service = Service::new("payments", PROBLEMS, move |routes| {
        routes
            .app_data(Data::new(charging))
            .app_data(Data::new(lanes.clone()))
            .service(list_bills)
            .service(get_bill)
            .service(pay_bill)
            .service(list_payments)
            .service(get_payment)
            .service(get_wallet)
            .service(list_wallet_entries)
            .service(get_wallet_statement)
            .service(create_top_up)
            .service(get_top_up)
            .service(issue_bill)
            .service(issue_bills)
            .route(Method::GET, "/v1/issued-bills/batches", batches_are_sent)
            .service(get_issued_bill)
            .service(cancel_bill)
            .service(get_received_payment)
            .service(refund_payment)
            .service(get_refund)
            .service(get_collections)
            .service(list_collections_entries)
            .service(get_collections_statement)
            .service(get_trial_balance);
    });
    service.jobs =
        vec![jobs::resolve_top_ups(processor), jobs::expire_bills(), jobs::end_deposits()];
    service.listeners = vec![jobs::post_receipts(), jobs::post_refund_letters()];
    service.about = "Bills, payments, receipts and refunds, and the wallet that pays.";
    service.demo = Some(demo::seed);
    service
}
