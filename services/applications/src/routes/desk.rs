//! What the staff of an agency see and do.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{ApplicationsDecide, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page},
};

use super::PRIVATE;
use crate::{
    actions::{
        bulk as many,
        decide::{Clerk, Deed, act},
        desk,
    },
    error::{ApplicationError, Error},
    model::ApplicationId,
    wire::{
        AskSupplementBody, BulkBody, BulkRequestBody, DeliverOutcomeBody, DeskLineBody, DeskQuery,
        FinishStepBody, OpenedApplicationBody, RefuseApplicationBody, StandingBody, StatisticsBody,
    },
};

fn clerk(staff: &Staff<ApplicationsDecide>) -> Clerk {
    Clerk { staff: staff.id, account: staff.account, agency: staff.agency }
}

/// Does one thing with one application, and says how it stands.
async fn done(
    cx: &Cx,
    staff: &Staff<ApplicationsDecide>,
    id: ApplicationId,
    deed: &Deed,
) -> Result<Json<StandingBody>, Failure> {
    let line = act(cx, clerk(staff), id, deed).await?;
    Ok(Json(StandingBody::new(line, cx.locale)))
}

/// The applications of an agency
///
/// The most urgent first: by when somebody has to act. Names are partly hidden; each applicant reads
/// in the ledger of accesses that theirs was shown.
#[utoipa::path(
    operation_id = "applications_list_of_agency",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), DeskQuery),
    responses(
        (status = 200, body = Page<DeskLineBody>, description = "By when somebody has to act.", links(
            ("application" = (operation_id = "applications_open",
                parameters(("application_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/applications/agencies/{agency_id}/applications")]
pub(super) async fn list_of_agency(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    query: Query<DeskQuery>,
) -> Result<HttpResponse, Failure> {
    let page = (query.cursor, query.limit());
    let lines = desk::list(&cx, clerk(&staff), query.filter(), page).await?;
    let bodies = lines.into_iter().map(|line| DeskLineBody::new(line, cx.locale)).collect();
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(query.page(bodies)))
}

/// How an agency stands
///
/// What is open and overdue now, and what was decided since the first of the month.
#[utoipa::path(
    operation_id = "applications_get_statistics",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The agency.")),
    responses(
        (status = 200, body = StatisticsBody, description = "Numbers without persons."),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/applications/agencies/{agency_id}/statistics")]
pub(super) async fn get_statistics(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
) -> Result<Json<StatisticsBody>, Failure> {
    Ok(Json(desk::statistics(&cx, staff.agency).await?.into()))
}

/// Does one thing with many applications
///
/// With each as if it were alone: whichever it cannot be done with says why, and the others are done.
/// What was done before is not done again.
#[utoipa::path(
    operation_id = "applications_bulk",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(("agency_id" = AgencyId, Path, description = "The agency."), IdempotencyKey),
    request_body = BulkRequestBody,
    responses(
        (status = 200, body = BulkBody, description = "What came of each."),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 409, description = "`request.in_progress`"),
        (status = 422, description = "`applications.step_unknown`: none is named; \
         `request.idempotency_key_reused`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/bulk")]
pub(super) async fn bulk(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    key: IdempotencyKey,
    body: Body<BulkRequestBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    let wanted = body.into_inner().deed();
    let (deed, ids) = wanted.ok_or(Error::from(ApplicationError::StepUnknown))?;
    Ok(Idempotent(many::bulk(&cx, clerk(&staff), &claim, (&deed, &ids)).await?))
}

/// Opens an application
///
/// With everything that was handed in, and the full name and document of the applicant, who reads in
/// the ledger of accesses who has opened it.
#[utoipa::path(
    operation_id = "applications_open",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = OpenedApplicationBody, description = "The application."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.own_application`")
    )
)]
#[get("/v1/applications/agencies/{agency_id}/applications/{application_id}")]
pub(super) async fn open_application(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
) -> Result<HttpResponse, Failure> {
    let opened = desk::open(&cx, clerk(&staff), path.1).await?;
    let body = OpenedApplicationBody::new(opened, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Asks the applicant for what is missing
///
/// The agency's time stands still until it comes. What does not come in time ends the application.
/// The same question again changes nothing.
#[utoipa::path(
    operation_id = "applications_ask_supplement",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    request_body = AskSupplementBody,
    responses(
        (status = 200, body = StandingBody, description = "As it stands now."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.wrong_state`, `applications.own_application`"),
        (status = 422, description = "`applications.not_asked_for`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/applications/{application_id}/ask-supplement")]
pub(super) async fn ask_supplement(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
    body: Body<AskSupplementBody>,
) -> Result<Json<StandingBody>, Failure> {
    done(&cx, &staff, path.1, &body.into_inner().into()).await
}

/// Finishes a step
///
/// The next one of the listing; its time runs from today. A step that is finished stays so.
#[utoipa::path(
    operation_id = "applications_finish_step",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    request_body = FinishStepBody,
    responses(
        (status = 200, body = StandingBody, description = "As it stands now."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.wrong_state`, `applications.step_out_of_turn`, \
         `applications.own_application`"),
        (status = 422, description = "`applications.step_unknown`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/applications/{application_id}/finish-step")]
pub(super) async fn finish_step(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
    body: Body<FinishStepBody>,
) -> Result<Json<StandingBody>, Failure> {
    done(&cx, &staff, path.1, &Deed::Finish(body.into_inner().step)).await
}

/// Grants what was applied for
///
/// When all steps are finished. It gets a number, and the applicant a letter. What is delivered
/// electronically is delivered with it. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "applications_approve",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = StandingBody, description = "As it stands now."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.wrong_state`, `applications.steps_open`, \
         `applications.own_application`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/applications/{application_id}/approve")]
pub(super) async fn approve(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
) -> Result<Json<StandingBody>, Failure> {
    done(&cx, &staff, path.1, &Deed::Approve).await
}

/// Refuses what was applied for
///
/// For a reason of the listing; the applicant gets a letter, and reads the remedy, the law and the way
/// to appeal. For the same reason again it changes nothing.
#[utoipa::path(
    operation_id = "applications_refuse",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    request_body = RefuseApplicationBody,
    responses(
        (status = 200, body = StandingBody, description = "As it stands now."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.wrong_state`, `applications.own_application`"),
        (status = 422, description = "`applications.reason_unknown`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/applications/{application_id}/refuse")]
pub(super) async fn refuse(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
    body: Body<RefuseApplicationBody>,
) -> Result<Json<StandingBody>, Failure> {
    done(&cx, &staff, path.1, &body.into_inner().into()).await
}

/// Notes that the outcome has reached the applicant
///
/// Or is on its way to them. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "applications_deliver",
    tag = "applications",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("application_id" = ApplicationId, Path, description = "Which one.")
    ),
    request_body = DeliverOutcomeBody,
    responses(
        (status = 200, body = StandingBody, description = "As it stands now."),
        (status = 404, description = "`applications.unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`applications.wrong_state`, `applications.own_application`"),
        (status = 422, description = "`applications.delivery_not_offered`")
    )
)]
#[post("/v1/applications/agencies/{agency_id}/applications/{application_id}/deliver")]
pub(super) async fn deliver(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, ApplicationId)>,
    body: Body<DeliverOutcomeBody>,
) -> Result<Json<StandingBody>, Failure> {
    done(&cx, &staff, path.1, &body.into_inner().into()).await
}
