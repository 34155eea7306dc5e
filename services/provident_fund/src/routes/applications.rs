//! What people ask of their centre, and get from it.

mod disputes;
mod papers;
mod transfers;
mod withdrawals;

use actix_web::http::header;
use citygate_platform::Routes;

/// Nobody in between keeps what is about somebody's money.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds them.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(withdrawals::list_grounds)
        .service(withdrawals::precheck)
        .service(withdrawals::apply)
        .service(withdrawals::list_withdrawals)
        .service(withdrawals::get_withdrawal)
        .service(withdrawals::supplement)
        .service(withdrawals::cancel_withdrawal)
        .service(disputes::file_dispute)
        .service(disputes::list_disputes)
        .service(disputes::get_dispute)
        .service(disputes::reopen_dispute)
        .service(disputes::withdraw_dispute)
        .service(transfers::request_transfer)
        .service(transfers::list_transfers)
        .service(transfers::get_transfer)
        .service(transfers::cancel_transfer)
        .service(papers::certify)
        .service(papers::list_statements)
        .service(papers::get_statement)
        .service(papers::get_statement_document);
}
