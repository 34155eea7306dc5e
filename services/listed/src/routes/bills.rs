//! What people owe.

use actix_web::{
    HttpResponse, get, post,
    web::{Path, Query},
};
use citygate_identity::{RealName, StepUp};
use citygate_inquiry::Registers;
use citygate_listings::ListingId;
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::{ListedRead, bills},
    model::ListedBillId,
    wire::{FetchedBillsBody, ListedBillBody},
};

/// Fetches what the caller owes
///
/// It takes a fresh proof (`listed.read`, for the listing), which serves once. What the register says
/// now becomes bills, which are paid as every other; one number is one bill, however often it is
/// fetched. What the register said earlier is shown while it is silent, and issues nothing.
#[utoipa::path(
    operation_id = "listed_fetch_bills",
    tag = "listed",
    security(("citizen" = [])),
    params(("listing_id" = ListingId, Path, description = "Which service.")),
    responses(
        (status = 200, body = FetchedBillsBody, description = "What the register says.", links(
            ("bill" = (operation_id = "listed_get_bill",
                parameters(("listed_bill_id" = "$response.body#/bills/0/id")))),
            ("pay" = (operation_id = "payments_pay_bill",
                parameters(("bill_id" = "$response.body#/bills/0/bill_id"))))
        )),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`listings.unknown`, `inquiry.no_record`"),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`"),
        (status = 422, description = "`listed.not_eligible`, `listed.at_the_counter`"),
        (status = 503, description = "`listed.source_missing`, `listed.record_unreadable`, \
         `inquiry.unheard`")
    )
)]
#[post("/v1/listed/listings/{listing_id}/bills/fetch")]
pub(super) async fn fetch_bills(
    cx: Cx,
    proof: StepUp<ListedRead>,
    registers: Registers,
    id: Path<ListingId>,
) -> Result<HttpResponse, Failure> {
    let fetched = bills::fetch(&cx, &registers, &proof, *id).await?;
    let body = FetchedBillsBody::new(fetched, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// The bills that the caller has fetched
#[utoipa::path(
    operation_id = "listed_list_bills",
    tag = "listed",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedBillBody>, description = "Newest first.", links(
        ("bill" = (operation_id = "listed_get_bill",
            parameters(("listed_bill_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/listed/bills")]
pub(super) async fn list_bills(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let views = bills::list(&cx, caller.person, &page).await?;
    let page = page.page(views, ListedBillBody::uuid, |view| ListedBillBody::new(view, cx.locale));
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the bills that the caller has fetched
#[utoipa::path(
    operation_id = "listed_get_bill",
    tag = "listed",
    security(("citizen" = [])),
    params(("listed_bill_id" = ListedBillId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ListedBillBody, description = "The bill."),
        (status = 404, description = "`listed.bill_unknown`")
    )
)]
#[get("/v1/listed/bills/{listed_bill_id}")]
pub(super) async fn get_bill(
    cx: Cx,
    caller: RealName,
    id: Path<ListedBillId>,
) -> Result<HttpResponse, Failure> {
    let view = bills::get(&cx, caller.person, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ListedBillBody::new(view, cx.locale)))
}
