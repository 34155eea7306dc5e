//! Looking people up, and reading who did.

use actix_web::{
    get, post,
    web::{Json, Query},
};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    Cx,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    access::{Accessor, Reason},
    actions::{self, Lookup},
    caller::{Partner, RealName, Scope},
    staff::{PeopleRead, Staff},
    wire::{AccessBody, FoundPersonBody, LookupBody},
};

/// May look people up.
pub(super) struct PeopleLookup;
impl Scope for PeopleLookup {
    const NAME: &'static str = "people:read";
}

/// Looks somebody up by the number of a document
///
/// Finds whom the agency has named before. A legal basis that is a duty or power of the agency finds
/// others too. Whoever is found reads who looked, what for, by which law and in which case. Up to
/// fifty people can be looked for within an hour.
#[utoipa::path(
    operation_id = "identity_look_up_person",
    tag = "identity",
    security(("partner" = ["people:read"])),
    request_body = LookupBody,
    responses(
        (status = 200, body = FoundPersonBody, description = "What is personal is masked."),
        (status = 404, description = "`identity.person_unknown`"),
        (status = 422, description = "`identity.reason_unknown`"),
        (status = 429, description = "`identity.too_many_lookups`")
    )
)]
#[post("/v1/partner/people/lookup")]
pub(super) async fn look_up_person(
    cx: Cx,
    system: Partner<PeopleLookup>,
    body: Body<LookupBody>,
) -> Result<Json<FoundPersonBody>, Failure> {
    look_up(&cx, Accessor::system(system.client, system.agency()), &body).await
}

/// Looks somebody up for the agency, by the number of a document
///
/// The same as a system of the agency can do, for a clerk.
#[utoipa::path(
    operation_id = "identity_look_up_person_as_staff",
    tag = "identity",
    security(("staff" = ["people:read"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    request_body = LookupBody,
    responses(
        (status = 200, body = FoundPersonBody, description = "What is personal is masked."),
        (status = 404, description = "`identity.person_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 422, description = "`identity.reason_unknown`"),
        (status = 429, description = "`identity.too_many_lookups`")
    )
)]
#[post("/v1/agencies/{agency_id}/people/lookup")]
pub(super) async fn look_up_person_as_staff(
    cx: Cx,
    clerk: Staff<PeopleRead>,
    body: Body<LookupBody>,
) -> Result<Json<FoundPersonBody>, Failure> {
    look_up(&cx, Accessor::staff(clerk.id, clerk.agency), &body).await
}

async fn look_up(
    cx: &Cx,
    by: Accessor,
    body: &LookupBody,
) -> Result<Json<FoundPersonBody>, Failure> {
    let document = body.document.parse("/document")?;
    let reason = Reason { purpose: body.purpose.as_str(), legal_basis: body.legal_basis.as_str() };
    let lookup = Lookup { document: &document, reason, case: body.case.as_str() };
    Ok(Json(actions::look_up(cx, by, &lookup).await?.into()))
}

/// Who has read or written the caller's data
///
/// Newest first, also one's own: whoever else uses the account shows in here.
#[utoipa::path(
    operation_id = "identity_list_my_accesses",
    tag = "identity",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<AccessBody>, description = "Newest first."))
)]
#[get("/v1/me/accesses")]
pub(super) async fn list_my_accesses(
    cx: Cx,
    citizen: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<AccessBody>>, Failure> {
    let entries = actions::accesses(&cx, citizen.person, &page).await?;
    let body = |entry| AccessBody::new(entry, cx.locale);
    Ok(Json(page.page(entries, |entry| entry.id.uuid(), body)))
}
