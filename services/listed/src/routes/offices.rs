//! Offices, their hours and windows.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Json, Path, Query},
};
use citygate_booking::SessionId;
use citygate_catalogue::{AgencyId, OfficeId};
use citygate_identity::{AppointmentsReceive, Staff};
use citygate_listings::ListingId;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use crate::{
    actions::{offices, sessions},
    wire::{
        ListedOfficeBody, ListedOfficesBody, ListedSessionBody, ListedWindowsBody,
        ListedWindowsQuery, OpenListedSessionBody, PutListedOfficeBody, StopListedSessionBody,
    },
};

/// Where somebody is received soonest
///
/// The offices that receive people for a service, with the earliest window that can be booked now.
#[utoipa::path(
    operation_id = "listed_list_offices",
    tag = "listed",
    security(()),
    params(("listing_id" = ListingId, Path, description = "Which service.")),
    responses(
        (status = 200, body = ListedOfficesBody, description = "The soonest at the top."),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`")
    )
)]
#[get("/v1/listed/listings/{listing_id}/offices")]
pub(super) async fn list_offices(
    cx: Cx,
    id: Path<ListingId>,
) -> Result<Json<ListedOfficesBody>, Failure> {
    let found = offices::soonest(&cx, *id).await?;
    Ok(Json(ListedOfficesBody::new(found, cx.locale)))
}

/// The windows of an office on a day
///
/// With what is free; what the notice and the horizon of the service leave out is not.
#[utoipa::path(
    operation_id = "listed_list_windows",
    tag = "listed",
    security(()),
    params(
        ("listing_id" = ListingId, Path, description = "Which service."),
        ListedWindowsQuery
    ),
    responses(
        (status = 200, body = ListedWindowsBody, description = "In the order of their hours."),
        (status = 404, description = "`listings.unknown`, `catalogue.office_unknown`"),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`")
    )
)]
#[get("/v1/listed/listings/{listing_id}/windows")]
pub(super) async fn list_windows(
    cx: Cx,
    id: Path<ListingId>,
    query: Query<ListedWindowsQuery>,
) -> Result<Json<ListedWindowsBody>, Failure> {
    let found = offices::windows(&cx, *id, (query.office, query.on)).await?;
    Ok(Json(found.into()))
}

/// Adds an office
///
/// It is of the kind that the listing names.
#[utoipa::path(
    operation_id = "listed_post_office",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), IdempotencyKey),
    request_body = PutListedOfficeBody,
    responses(
        (status = 201, body = ListedOfficeBody, description = "It is listed.", links(
            ("office" = (operation_id = "catalogue_get_office",
                parameters(("office_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`listings.unknown`; `request.not_found`: the caller has no \
         role there."),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`, \
         `request.in_progress`"),
        (status = 422, description = "`request.idempotency_key_reused`")
    )
)]
#[post("/v1/listed/agencies/{agency_id}/offices")]
pub(super) async fn post_office(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    key: IdempotencyKey,
    body: Body<PutListedOfficeBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    let new = body.into_inner().into();
    Ok(Idempotent(offices::add(&cx, &claim, staff.agency, &new).await?))
}

/// Changes an office
///
/// Sending the same again changes nothing.
#[utoipa::path(
    operation_id = "listed_put_office",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("office_id" = OfficeId, Path, description = "The office.")
    ),
    request_body = PutListedOfficeBody,
    responses(
        (status = 200, body = ListedOfficeBody, description = "As it is now."),
        (status = 404, description = "`listings.unknown`, `catalogue.office_unknown`; \
         `request.not_found`: the caller has no role there."),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`, \
         `listed.office_other_kind`")
    )
)]
#[put("/v1/listed/agencies/{agency_id}/offices/{office_id}")]
pub(super) async fn put_office(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<(AgencyId, OfficeId)>,
    body: Body<PutListedOfficeBody>,
) -> Result<Json<ListedOfficeBody>, Failure> {
    let new = body.into_inner().into();
    let office = offices::change(&cx, staff.agency, path.1, &new).await?;
    Ok(Json(ListedOfficeBody::new(office, cx.locale)))
}

/// Opens hours of an office for a service
///
/// Windows of equal length fill them. Sending the same again changes nothing.
#[utoipa::path(
    operation_id = "listed_open_session",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    request_body = OpenListedSessionBody,
    responses(
        (status = 200, body = ListedSessionBody, description = "It was open; nothing changed."),
        (status = 201, body = ListedSessionBody, description = "It is open.", links(
            ("offices" = (operation_id = "listed_list_offices",
                parameters(("listing_id" = "$response.body#/listing_id"))))
        )),
        (status = 404, description = "`listings.unknown`, `catalogue.office_unknown`; \
         `request.not_found`: the caller has no role there."),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`, \
         `listed.hours_overlap`, `booking.session_differs`"),
        (status = 422, description = "`listed.hours_unsound`, `booking.slots_unsound`")
    )
)]
#[post("/v1/listed/agencies/{agency_id}/sessions")]
pub(super) async fn open_session(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    body: Body<OpenListedSessionBody>,
) -> Result<HttpResponse, Failure> {
    let hours = body.into_inner().into();
    let (opened, is_new) = sessions::open(&cx, staff.agency, &hours).await?;
    let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(ListedSessionBody::from(opened)))
}

/// Stops hours of an office
///
/// Who has an appointment is told, and may make another; it counts against nobody. Doing it again
/// changes nothing.
#[utoipa::path(
    operation_id = "listed_stop_session",
    tag = "listed",
    security(("staff" = ["appointments:receive"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("session_id" = SessionId, Path, description = "The hours.")
    ),
    request_body = StopListedSessionBody,
    responses(
        (status = 200, body = ListedSessionBody, description = "They are stopped."),
        (status = 404, description = "`booking.session_unknown`; `request.not_found`: the caller \
         has no role there.")
    )
)]
#[put("/v1/listed/agencies/{agency_id}/sessions/{session_id}/stop")]
pub(super) async fn stop_session(
    cx: Cx,
    staff: Staff<AppointmentsReceive>,
    path: Path<(AgencyId, SessionId)>,
    body: Body<StopListedSessionBody>,
) -> Result<Json<ListedSessionBody>, Failure> {
    let stopped = sessions::stop(&cx, staff.agency, path.1, body.reason.as_str()).await?;
    Ok(Json(stopped.into()))
}
