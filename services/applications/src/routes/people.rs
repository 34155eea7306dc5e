//! What applicants do.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::PRIVATE;
use crate::{
    actions::{lodge as lodging, read, supply as supplying, withdraw as withdrawing},
    model::{ApplicationId, Content, NewApplication},
    wire::{ApplicationBody, ApplicationLineBody, LodgeBody, SupplyBody},
};

/// Applies for something
///
/// Under the version of the listing that is in force today. Who may, what has to be shown and what it
/// costs is judged by the same conditions that the listing shows before. Where there is a fee, its
/// bill is issued; the agency's time runs once it is paid.
#[utoipa::path(
    operation_id = "applications_lodge",
    tag = "applications",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = LodgeBody,
    responses(
        (status = 201, body = ApplicationBody, description = "Lodged.", links(
            ("application" = (operation_id = "applications_get",
                parameters(("application_id" = "$response.body#/id")))),
            ("pay" = (operation_id = "payments_pay_bill",
                parameters(("bill_id" = "$response.body#/fee/bill_id"))))
        )),
        (status = 404, description = "`listings.unknown`"),
        (status = 409, description = "`listings.not_in_force`, `applications.other_kind`, \
         `applications.too_many`, `request.in_progress`"),
        (status = 422, description = "`applications.form_faulty`, `applications.facts_faulty`, \
         `applications.facts_missing`, `applications.not_eligible`, `applications.at_the_counter`, \
         `applications.document_missing`, `applications.document_unknown`, \
         `applications.delivery_not_offered`, `request.idempotency_key_reused`")
    )
)]
#[post("/v1/applications")]
pub(super) async fn lodge(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    body: Body<LodgeBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let new = NewApplication::from(body.into_inner());
    Ok(Idempotent(lodging::lodge(&cx, &caller, &claim, &new).await?))
}

/// The caller's applications
#[utoipa::path(
    operation_id = "applications_list",
    tag = "applications",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ApplicationLineBody>, description = "Newest first.", links(
        ("application" = (operation_id = "applications_get",
            parameters(("application_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/applications")]
pub(super) async fn list_applications(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ApplicationLineBody>>, Failure> {
    let lines = read::list(&cx, caller.person, &page).await?;
    let bodies = lines.into_iter().map(|line| ApplicationLineBody::new(line, cx.locale)).collect();
    Ok(Json(page.page(bodies, ApplicationLineBody::uuid, |body| body)))
}

/// One of the caller's applications
///
/// What was handed in, where it stands and why it takes as long as it does, what is asked, and what
/// came of it.
#[utoipa::path(
    operation_id = "applications_get",
    tag = "applications",
    security(("citizen" = [])),
    params(("application_id" = ApplicationId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ApplicationBody, description = "The application."),
        (status = 404, description = "`applications.unknown`")
    )
)]
#[get("/v1/applications/{application_id}")]
pub(super) async fn get_application(
    cx: Cx,
    caller: RealName,
    id: Path<ApplicationId>,
) -> Result<HttpResponse, Failure> {
    let view = read::get(&cx, caller.person, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ApplicationBody::new(view, cx.locale)))
}

/// Supplies what is missing
///
/// Every document that was asked for, and the form anew where something in it changes. The agency's
/// time goes on with the next day. The same once more changes nothing.
#[utoipa::path(
    operation_id = "applications_supply",
    tag = "applications",
    security(("citizen" = [])),
    params(("application_id" = ApplicationId, Path, description = "Which one.")),
    request_body = SupplyBody,
    responses(
        (status = 200, body = ApplicationBody, description = "The application, in progress again."),
        (status = 404, description = "`applications.unknown`"),
        (status = 409, description = "`applications.wrong_state`"),
        (status = 422, description = "`applications.form_faulty`, `applications.facts_missing`, \
         `applications.not_eligible`, `applications.at_the_counter`, \
         `applications.document_missing`, `applications.document_unknown`, \
         `applications.fee_differs`")
    )
)]
#[post("/v1/applications/{application_id}/supplement")]
pub(super) async fn supply(
    cx: Cx,
    caller: RealName,
    id: Path<ApplicationId>,
    body: Body<SupplyBody>,
) -> Result<HttpResponse, Failure> {
    let content = Content::from(body.into_inner());
    let view = supplying::supply(&cx, &caller, *id, &content).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ApplicationBody::new(view, cx.locale)))
}

/// Takes an application back before it is decided
///
/// A fee that is not paid is owed no more. One that was paid goes back to the wallet that it came
/// from, as long as the agency has finished no step. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "applications_withdraw",
    tag = "applications",
    security(("citizen" = [])),
    params(("application_id" = ApplicationId, Path, description = "Which one.")),
    responses(
        (status = 200, body = ApplicationBody, description = "The application, withdrawn."),
        (status = 404, description = "`applications.unknown`"),
        (status = 409, description = "`applications.wrong_state`")
    )
)]
#[post("/v1/applications/{application_id}/withdraw")]
pub(super) async fn withdraw(
    cx: Cx,
    caller: RealName,
    id: Path<ApplicationId>,
) -> Result<HttpResponse, Failure> {
    let view = withdrawing::withdraw(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(ApplicationBody::new(view, cx.locale)))
}
