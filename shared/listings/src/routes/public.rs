//! What everybody reads.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Json, Path, Query},
};
use aws_lc_rs::digest;
use citygate_kernel::wire::hex;
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};
use serde::Serialize;

use crate::{
    actions,
    error::Error,
    language::Wanted,
    model::ListingId,
    wire::{PublicListingBody, PublicVersionBody, PublishedVersionBody},
};

/// What is in force changes with the day, and a suspension is to be seen soon.
const SOON: &str = "public, max-age=60";
/// What is published never changes, but the language of its laws' names may be mended.
const LONG: &str = "public, max-age=86400";

/// A listing as it is today
///
/// The version in force, else the next one, else the last one. Name and summary come in the language
/// of `Accept-Language` if the listing has it, everything else in English or Chinese. Conditions that
/// the law forbids to tell are left out.
#[utoipa::path(
    operation_id = "listings_get_listing",
    tag = "listings",
    security(()),
    params(("listing_id" = ListingId, Path, description = "Which one.")),
    responses(
        (status = 200, body = PublicListingBody, description = "The listing; its `ETag` changes with \
         what it says.", links(
            ("versions" = (operation_id = "listings_list_versions",
                parameters(("listing_id" = "$response.body#/id")))),
            ("version" = (operation_id = "listings_get_version",
                parameters(("listing_id" = "$response.body#/id"),
                    ("number" = "$response.body#/version/number"))))
        )),
        (status = 304, description = "Nothing has changed since `If-None-Match`."),
        (status = 404, description = "`listings.unknown`")
    )
)]
#[get("/v1/listings/{listing_id}")]
pub(super) async fn get_listing(
    cx: Cx,
    wanted: Wanted,
    id: Path<ListingId>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let shown = actions::shown(&cx, *id).await?;
    cached(&request, SOON, &PublicListingBody::new(&shown, &wanted)?)
}

/// The published versions of a listing
#[utoipa::path(
    operation_id = "listings_list_versions",
    tag = "listings",
    security(()),
    params(("listing_id" = ListingId, Path, description = "Which one."), PageQuery),
    responses(
        (status = 200, body = Page<PublishedVersionBody>, description = "Newest first."),
        (status = 404, description = "`listings.unknown`")
    )
)]
#[get("/v1/listings/{listing_id}/versions")]
pub(super) async fn list_versions(
    cx: Cx,
    id: Path<ListingId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<PublishedVersionBody>>, Failure> {
    let found = actions::published_versions(&cx, *id, &page).await?;
    let bodies: Result<Vec<_>, Error> = found.iter().map(PublishedVersionBody::new).collect();
    Ok(Json(page.page(bodies?, PublishedVersionBody::cursor, |body| body)))
}

/// A published version of a listing
///
/// It stays readable for ever, whatever becomes of the listing.
#[utoipa::path(
    operation_id = "listings_get_version",
    tag = "listings",
    security(()),
    params(
        ("listing_id" = ListingId, Path, description = "Which listing."),
        ("number" = i32, Path, description = "Which version.", minimum = 1)
    ),
    responses(
        (status = 200, body = PublicVersionBody, description = "The version."),
        (status = 304, description = "Nothing has changed since `If-None-Match`."),
        (status = 404, description = "`listings.unknown`, `listings.version_unknown`")
    )
)]
#[get("/v1/listings/{listing_id}/versions/{number}")]
pub(super) async fn get_version(
    cx: Cx,
    wanted: Wanted,
    path: Path<(ListingId, i32)>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let shown = actions::published_version(&cx, *path).await?;
    cached(&request, LONG, &PublicVersionBody::new(&shown, &wanted)?)
}

/// An answer that whoever is in between may keep, by a tag that is made of what it says.
fn cached(
    request: &HttpRequest,
    how_long: &'static str,
    body: &impl Serialize,
) -> Result<HttpResponse, Failure> {
    let json = serde_json::to_string(body).map_err(|_| Error::Damaged("content"))?;
    let digest = hex(digest::digest(&digest::SHA256, json.as_bytes()).as_ref());
    let tag = format!("\"{}\"", digest.get(..32).unwrap_or_default());
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    // A proxy that compresses makes the tag a weak one.
    let fits = |one: &str| one.trim().trim_start_matches("W/") == tag;
    let same = known.is_some_and(|known| known.trim() == "*" || known.split(',').any(fits));
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, how_long)).insert_header((header::ETAG, tag));
    if same {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/json").body(json))
}
