//! Listings for catalogues elsewhere.

use actix_web::{HttpResponse, get, web::Path};
use citygate_platform::{Cx, http::Failure};

use crate::{actions, cpsv, model::ListingId};

/// A listing in the words of CPSV-AP
///
/// CPSV-AP 3.2, the European application profile of public services, as JSON-LD: the version that
/// `GET /v1/listings/{listing_id}` shows today, in all languages at once.
#[utoipa::path(
    operation_id = "listings_get_cpsv_ap",
    tag = "listings",
    security(()),
    params(("listing_id" = ListingId, Path, description = "Which one.")),
    responses(
        (status = 200, body = Value, content_type = "application/ld+json",
         description = "A `cpsv:PublicService` with all that it speaks of."),
        (status = 404, description = "`listings.unknown`")
    )
)]
#[get("/v1/listings/{listing_id}/cpsv-ap")]
pub(super) async fn get_cpsv_ap(cx: Cx, id: Path<ListingId>) -> Result<HttpResponse, Failure> {
    let shown = actions::shown(&cx, *id).await?;
    let (city, item) = actions::city_and_item(&cx, &shown).await?;
    let document = cpsv::document(&cpsv::Described {
        id: shown.listing.id,
        state: shown.listing.state,
        content: &shown.written.content,
        agency: &shown.agency,
        city: &city,
        item: item.as_ref().map(|(item, name)| (item, name)),
    });
    Ok(HttpResponse::Ok().content_type("application/ld+json").body(document.to_string()))
}
