//! What somebody asks before they begin.

use actix_web::{
    HttpResponse, get,
    http::header,
    post,
    web::{Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions,
    model::ListingId,
    wire::{ListingDifferenceBody, ListingDifferenceQuery, PrecheckListingBody, PrecheckedBody},
};

/// Nobody in between keeps what somebody says of themselves.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// May I, what do I need, how much, how long
///
/// Answered by the same rules that decide later, from what is said in the body: `age` and
/// `document_type` of the person, and what the listing asks. What is not said is asked back. Nothing
/// of it is kept. Where the law does not allow to tell a condition, the answer refers to a counter.
#[utoipa::path(
    operation_id = "listings_precheck_listing",
    tag = "listings",
    security(()),
    params(("listing_id" = ListingId, Path, description = "Which one.")),
    request_body = PrecheckListingBody,
    responses(
        (status = 200, body = PrecheckedBody, description = "What holds for somebody like that.",
         links(
            ("listing" = (operation_id = "listings_get_listing",
                parameters(("listing_id" = "$response.body#/listing_id"))))
        )),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`"),
        (status = 422, description = "`listings.facts_unsuitable`, `listings.day_out_of_range`")
    )
)]
#[post("/v1/listings/{listing_id}/precheck")]
pub(super) async fn precheck(
    cx: Cx,
    id: Path<ListingId>,
    body: Body<PrecheckListingBody>,
) -> Result<HttpResponse, Failure> {
    let (on, said) = body.into_inner().said();
    let asked = actions::ask(&cx, *id, on, said).await?;
    let body = PrecheckedBody::new(&asked, cx.locale)?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// The same for the caller
///
/// From what is known of them: their age and their document. What is not known is asked back.
#[utoipa::path(
    operation_id = "listings_precheck_caller",
    tag = "listings",
    security(("citizen" = [])),
    params(("listing_id" = ListingId, Path, description = "Which one.")),
    responses(
        (status = 200, body = PrecheckedBody, description = "What holds for the caller today."),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`")
    )
)]
#[get("/v1/listings/{listing_id}/precheck")]
pub(super) async fn precheck_caller(
    cx: Cx,
    caller: RealName,
    id: Path<ListingId>,
) -> Result<HttpResponse, Failure> {
    let asked = actions::ask_for(&cx, *id, caller.person).await?;
    let body = PrecheckedBody::new(&asked, cx.locale)?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// What differs between two listings of one item
///
/// Of two cities, say: who may, what has to be shown, what it costs, how long it takes. Conditions
/// that the law does not allow to tell are left out.
#[utoipa::path(
    operation_id = "listings_compare_listings",
    tag = "listings",
    security(()),
    params(("listing_id" = ListingId, Path, description = "The one here."), ListingDifferenceQuery),
    responses(
        (status = 200, body = ListingDifferenceBody, description = "What differs today."),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`"),
        (status = 422, description = "`listings.items_differ`")
    )
)]
#[get("/v1/listings/{listing_id}/difference")]
pub(super) async fn compare(
    cx: Cx,
    id: Path<ListingId>,
    query: Query<ListingDifferenceQuery>,
) -> Result<Json<ListingDifferenceBody>, Failure> {
    let (here, there) = actions::both(&cx, *id, query.with).await?;
    Ok(Json(ListingDifferenceBody::new(&here, &there, cx.locale)))
}
