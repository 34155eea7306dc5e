//! People who act for an agency.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    Cx,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions::{self, NewStaff},
    caller::Citizen,
    model::{StaffId, StaffInvitationId},
    staff::{Staff, StaffWrite},
    wire::{
        AcceptInvitationBody, InviteStaffBody, OfficeBody, OfficesBody, StaffInvitationBody,
        StaffInvitationsBody, StaffInvitedBody, StaffMemberBody,
    },
};

/// Invites somebody to act for the agency
///
/// A letter with a code goes to the address. It works once, for seven days, and only for the account
/// of that address. An earlier invitation to the same role works no more.
#[utoipa::path(
    operation_id = "identity_invite_staff",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    request_body = InviteStaffBody,
    responses(
        (status = 201, body = StaffInvitedBody, description = "A letter is on its way.", links(
            ("withdrawal" = (operation_id = "identity_withdraw_staff_invitation",
                parameters(("invitation_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 409, description = "`identity.too_many_invitations`")
    )
)]
#[post("/v1/agencies/{agency_id}/staff-invitations")]
pub(super) async fn invite_staff(
    cx: Cx,
    admin: Staff<StaffWrite>,
    body: Body<InviteStaffBody>,
) -> Result<HttpResponse, Failure> {
    let role = body.role.into();
    let new = NewStaff { agency: admin.agency, email: &body.email, role };
    let id = actions::invite_staff(&cx, &new, Some(admin.id)).await?;
    Ok(HttpResponse::Created().json(StaffInvitedBody { id }))
}

/// The invitations that wait, newest first
#[utoipa::path(
    operation_id = "identity_list_staff_invitations",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    responses(
        (status = 200, body = StaffInvitationsBody, description = "A hundred at most."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/staff-invitations")]
pub(super) async fn list_staff_invitations(
    cx: Cx,
    admin: Staff<StaffWrite>,
) -> Result<Json<StaffInvitationsBody>, Failure> {
    let open = actions::open_invitations(&cx, admin.agency).await?;
    let items = open.into_iter().map(StaffInvitationBody::from).collect();
    Ok(Json(StaffInvitationsBody { items }))
}

/// Takes back an invitation
#[utoipa::path(
    operation_id = "identity_withdraw_staff_invitation",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("invitation_id" = StaffInvitationId, Path, description = "The invitation.")
    ),
    responses(
        (status = 204, description = "Its code works no more."),
        (status = 404, description = "`request.not_found`: there is none that waits.")
    )
)]
#[delete("/v1/agencies/{agency_id}/staff-invitations/{invitation_id}")]
pub(super) async fn withdraw_staff_invitation(
    cx: Cx,
    admin: Staff<StaffWrite>,
    path: Path<(AgencyId, StaffInvitationId)>,
) -> Result<HttpResponse, Failure> {
    actions::withdraw_invitation(&cx, admin.agency, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes on the role of an invitation
///
/// Sign in with the address that was invited. Whoever has the role already is certified anew.
#[utoipa::path(
    operation_id = "identity_accept_staff_invitation",
    tag = "identity",
    security(("citizen" = [])),
    request_body = AcceptInvitationBody,
    responses(
        (status = 200, body = OfficeBody, description = "The role, for ninety days."),
        (status = 404, description = "`identity.invitation_unknown`: there is none of that code, or \
         not for this account."),
        (status = 409, description = "`identity.own_role`")
    )
)]
#[post("/v1/staff-invitations/acceptances")]
pub(super) async fn accept_staff_invitation(
    cx: Cx,
    citizen: Citizen,
    body: Body<AcceptInvitationBody>,
) -> Result<Json<OfficeBody>, Failure> {
    let office = actions::accept_invitation(&cx, citizen.account, &body.code.expose().0).await?;
    Ok(Json(OfficeBody::new(&office, cx.locale)))
}

/// The roles that the caller has at agencies
#[utoipa::path(
    operation_id = "identity_list_my_roles",
    tag = "identity",
    security(("citizen" = [])),
    responses((status = 200, body = OfficesBody, description = "Those that work now."))
)]
#[get("/v1/me/roles")]
pub(super) async fn list_my_roles(cx: Cx, citizen: Citizen) -> Result<Json<OfficesBody>, Failure> {
    let offices = actions::offices(&cx, citizen.account).await?;
    let items = offices.iter().map(|office| OfficeBody::new(office, cx.locale)).collect();
    Ok(Json(OfficesBody { items }))
}

/// The people of the agency, newest first
///
/// Also those whose ninety days are over and who can be certified anew; not those who were ended.
#[utoipa::path(
    operation_id = "identity_list_staff",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), PageQuery),
    responses(
        (status = 200, body = Page<StaffMemberBody>, description = "A page of them."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/agencies/{agency_id}/staff")]
pub(super) async fn list_staff(
    cx: Cx,
    admin: Staff<StaffWrite>,
    query: Query<PageQuery>,
) -> Result<Json<Page<StaffMemberBody>>, Failure> {
    let before = query.cursor.map(|cursor| cursor.0);
    let staff = actions::staff(&cx, admin.agency, before, query.limit() + 1).await?;
    Ok(Json(query.page(staff, |one| one.member.id.uuid(), StaffMemberBody::from)))
}

/// Says that a role is still right
///
/// It works for another ninety days. Nobody says so of a role of their own.
#[utoipa::path(
    operation_id = "identity_certify_staff",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("staff_id" = StaffId, Path, description = "Somebody in a role.")
    ),
    responses(
        (status = 200, body = StaffMemberBody, description = "Until when it works now."),
        (status = 404, description = "`request.not_found`: nobody who was not ended."),
        (status = 409, description = "`identity.own_role`")
    )
)]
#[post("/v1/agencies/{agency_id}/staff/{staff_id}/certifications")]
pub(super) async fn certify_staff(
    cx: Cx,
    admin: Staff<StaffWrite>,
    path: Path<(AgencyId, StaffId)>,
) -> Result<Json<StaffMemberBody>, Failure> {
    let by = (admin.id, admin.account);
    Ok(Json(actions::certify_staff(&cx, admin.agency, path.1, by).await?.into()))
}

/// Ends a role at once
#[utoipa::path(
    operation_id = "identity_end_staff",
    tag = "identity",
    security(("staff" = ["staff:write"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("staff_id" = StaffId, Path, description = "Somebody in a role.")
    ),
    responses(
        (status = 204, description = "It works no more, from the next request on."),
        (status = 404, description = "`request.not_found`: nobody who was not ended.")
    )
)]
#[delete("/v1/agencies/{agency_id}/staff/{staff_id}")]
pub(super) async fn end_staff(
    cx: Cx,
    admin: Staff<StaffWrite>,
    path: Path<(AgencyId, StaffId)>,
) -> Result<HttpResponse, Failure> {
    actions::end_staff(&cx, admin.agency, path.1, admin.id).await?;
    Ok(HttpResponse::NoContent().finish())
}
