//! What agencies do with their listings.

use actix_web::{
    get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{ListingsWrite, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page},
};

use crate::{
    actions::{self, Change},
    language::Wanted,
    model::{Editor, Listing, ListingId, Version},
    wire::{
        CheckFileBody, CheckedFileBody, ListingsQuery, PortalListingBody, PortalListingDetailBody,
        PortalVersionBody, ReasonBody, ReturnBody, ReviewedVersionBody, SubmittedBody,
    },
};

fn editor(staff: &Staff<ListingsWrite>) -> Editor {
    Editor { staff: staff.id, account: staff.account, agency: staff.agency }
}

/// Checks a file of a listing
///
/// Says everything that is wrong with it, by line, or what the public would read. Nothing is kept.
#[utoipa::path(
    operation_id = "listings_check_file",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(("agency_id" = AgencyId, Path, description = "For which agency.")),
    request_body = CheckFileBody,
    responses(
        (status = 200, body = CheckedFileBody, description = "What it is worth."),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 422, description = "`listings.item_unknown`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/check")]
pub(super) async fn check_file(
    cx: Cx,
    _: Staff<ListingsWrite>,
    wanted: Wanted,
    body: Body<CheckFileBody>,
) -> Result<Json<CheckedFileBody>, Failure> {
    let checked = actions::check(&cx, &body.file).await?;
    Ok(Json(CheckedFileBody::new(checked, &wanted)))
}

/// Submits a file of a listing
///
/// It becomes a version that a second person of the agency reviews: the first one of a new listing, or
/// the next one of the listing by which the agency offers the item. Submitting what the newest version
/// says already changes nothing, unless that was returned.
#[utoipa::path(
    operation_id = "listings_submit_file",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "For which agency."),
        IdempotencyKey
    ),
    request_body = CheckFileBody,
    responses(
        (status = 201, body = SubmittedBody, description = "A second person reviews it.", links(
            ("listing" = (operation_id = "listings_get_own",
                parameters(("listing_id" = "$response.body#/listing_id")))),
            ("version" = (operation_id = "listings_get_own_version",
                parameters(("listing_id" = "$response.body#/listing_id"),
                    ("number" = "$response.body#/version"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 409, description = "`listings.wrong_state`: the listing is retired; \
         `request.in_progress`"),
        (status = 422, description = "`listings.file_faulty`, `listings.item_unknown`, \
         `listings.engine_differs`, `request.idempotency_key_reused`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings")]
pub(super) async fn submit_file(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    key: IdempotencyKey,
    body: Body<CheckFileBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    Ok(Idempotent(actions::submit(&cx, editor(&staff), &claim, &body.file).await?))
}

/// The listings of an agency
#[utoipa::path(
    operation_id = "listings_list_own",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(("agency_id" = AgencyId, Path, description = "Of which agency."), ListingsQuery),
    responses(
        (status = 200, body = Page<PortalListingBody>, description = "Newest first.", links(
            ("listing" = (operation_id = "listings_get_own",
                parameters(("listing_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/listings")]
pub(super) async fn list_own(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    query: Query<ListingsQuery>,
) -> Result<Json<Page<PortalListingBody>>, Failure> {
    let of = (query.cursor, query.limit() + 1);
    let found = actions::list(&cx, editor(&staff), query.state, of).await?;
    Ok(Json(query.page(found, cx.locale)))
}

/// A listing of an agency with its versions
#[utoipa::path(
    operation_id = "listings_get_own",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = PortalListingDetailBody, description = "The listing.", links(
            ("version" = (operation_id = "listings_get_own_version",
                parameters(("listing_id" = "$response.body#/listing/id"),
                    ("number" = "$response.body#/versions/0/number"))))
        )),
        (status = 404, description = "`listings.unknown`; `request.not_found`: the caller has no \
         role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/listings/{listing_id}")]
pub(super) async fn get_own(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId)>,
) -> Result<Json<PortalListingDetailBody>, Failure> {
    let detail = actions::detail(&cx, editor(&staff), path.1).await?;
    Ok(Json(PortalListingDetailBody::new(detail, cx.locale)))
}

/// A version of a listing of an agency, with its file
#[utoipa::path(
    operation_id = "listings_get_own_version",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which listing."),
        ("number" = i32, Path, description = "Which version.", minimum = 1)
    ),
    responses(
        (status = 200, body = PortalVersionBody, description = "The version."),
        (status = 404, description = "`listings.unknown`, `listings.version_unknown`; \
         `request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/listings/{listing_id}/versions/{number}")]
pub(super) async fn get_own_version(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId, i32)>,
) -> Result<Json<PortalVersionBody>, Failure> {
    let found = actions::written(&cx, editor(&staff), (path.1, path.2)).await?;
    Ok(Json(PortalVersionBody::new(found, cx.locale)?))
}

/// Publishes a version that somebody else has written
///
/// For ever. It is in force from the day that it names on, but not before today; until then the one
/// before stays in force. Publishing it again changes nothing.
#[utoipa::path(
    operation_id = "listings_publish_version",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which listing."),
        ("number" = i32, Path, description = "Which version.", minimum = 1)
    ),
    responses(
        (status = 200, body = ReviewedVersionBody, description = "It is public."),
        (status = 404, description = "`listings.unknown`, `listings.version_unknown`; \
         `request.not_found`: the caller has no role there."),
        (status = 409, description = "`listings.own_version`, `listings.wrong_state`, \
         `listings.version_overtaken`"),
        (status = 422, description = "`listings.period_over`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/{listing_id}/versions/{number}/publish")]
pub(super) async fn publish_version(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId, i32)>,
) -> Result<Json<ReviewedVersionBody>, Failure> {
    Ok(reviewed(actions::publish(&cx, editor(&staff), (path.1, path.2)).await?))
}

fn reviewed((_, version): (Listing, Version)) -> Json<ReviewedVersionBody> {
    Json(version.into())
}

/// Returns a version that somebody else has written
///
/// With a reason for its author, who may submit another. Returning it again changes nothing.
#[utoipa::path(
    operation_id = "listings_return_version",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which listing."),
        ("number" = i32, Path, description = "Which version.", minimum = 1)
    ),
    request_body = ReturnBody,
    responses(
        (status = 200, body = ReviewedVersionBody, description = "It is returned."),
        (status = 404, description = "`listings.unknown`, `listings.version_unknown`; \
         `request.not_found`: the caller has no role there."),
        (status = 409, description = "`listings.own_version`, `listings.wrong_state`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/{listing_id}/versions/{number}/return")]
pub(super) async fn return_version(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId, i32)>,
    body: Body<ReturnBody>,
) -> Result<Json<ReviewedVersionBody>, Failure> {
    let which = (path.1, path.2);
    let returned = actions::send_back(&cx, editor(&staff), which, body.reason.as_str()).await?;
    Ok(reviewed(returned))
}

async fn changed(
    cx: &Cx,
    staff: &Staff<ListingsWrite>,
    id: ListingId,
    change: Change,
) -> Result<Json<PortalListingBody>, Failure> {
    let listing = actions::change(cx, editor(staff), id, &change).await?;
    Ok(Json(PortalListingBody::new(&listing, cx.locale)))
}

/// Suspends a listing
///
/// Nothing can be begun until it is resumed; what was begun goes on. The public reads why. Doing it
/// again changes nothing.
#[utoipa::path(
    operation_id = "listings_suspend",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which one.")
    ),
    request_body = ReasonBody,
    responses(
        (status = 200, body = PortalListingBody, description = "It is suspended."),
        (status = 404, description = "`listings.unknown`; `request.not_found`: the caller has no \
         role there."),
        (status = 409, description = "`listings.wrong_state`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/{listing_id}/suspend")]
pub(super) async fn suspend(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId)>,
    body: Body<ReasonBody>,
) -> Result<Json<PortalListingBody>, Failure> {
    changed(&cx, &staff, path.1, Change::Suspend(body.text())).await
}

/// Resumes a suspended listing
///
/// Doing it again changes nothing.
#[utoipa::path(
    operation_id = "listings_resume",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = PortalListingBody, description = "It can be used again."),
        (status = 404, description = "`listings.unknown`; `request.not_found`: the caller has no \
         role there."),
        (status = 409, description = "`listings.wrong_state`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/{listing_id}/resume")]
pub(super) async fn resume(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId)>,
) -> Result<Json<PortalListingBody>, Failure> {
    changed(&cx, &staff, path.1, Change::Resume).await
}

/// Retires a listing
///
/// For good: nothing is published under it again. What was begun goes on, and every published version
/// stays readable. The public reads why. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "listings_retire",
    tag = "listings",
    security(("staff" = ["listings:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "Of which agency."),
        ("listing_id" = ListingId, Path, description = "Which one.")
    ),
    request_body = ReasonBody,
    responses(
        (status = 200, body = PortalListingBody, description = "It is offered no more."),
        (status = 404, description = "`listings.unknown`; `request.not_found`: the caller has no \
         role there."),
        (status = 409, description = "`listings.wrong_state`")
    )
)]
#[post("/v1/agencies/{agency_id}/listings/{listing_id}/retire")]
pub(super) async fn retire(
    cx: Cx,
    staff: Staff<ListingsWrite>,
    path: Path<(AgencyId, ListingId)>,
    body: Body<ReasonBody>,
) -> Result<Json<PortalListingBody>, Failure> {
    changed(&cx, &staff, path.1, Change::Retire(body.text())).await
}
