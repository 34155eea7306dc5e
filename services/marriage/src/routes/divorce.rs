//! Divorces.

use actix_web::{
    HttpResponse, get,
    http::header,
    post,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{MarriagesRegister, RealName, Staff, StepUp};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use super::office::registrar;
use crate::{
    actions::{divorce, invite::CaseSign},
    model::CaseId,
    wire::{
        CertifyDivorceBody, DivorceBody, EnterDivorceBody, EnteredDivorceBody, OpenedDivorceBody,
        RegisteredBody, SignDivorceBody,
    },
};

/// Nobody in between keeps what is about somebody's marriage.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Enters an application for divorce
///
/// Both are there, with their documents and their agreement (Civil Code, article 1076). Each of them
/// signs it in the app on the same day; then the clock runs.
#[utoipa::path(
    operation_id = "marriage_enter_divorce",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(("agency_id" = AgencyId, Path, description = "The registry."), IdempotencyKey),
    request_body = EnterDivorceBody,
    responses(
        (status = 201, body = EnteredDivorceBody, description = "Entered; both have to sign."),
        (status = 404, description = "`marriage.marriage_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.divorce_open`, `marriage.own_case`, \
         `marriage.party_unseen`"),
        (status = 422, description = "`catalogue.rule_missing`")
    )
)]
#[post("/v1/marriage/agencies/{agency_id}/divorces")]
pub(super) async fn enter_divorce(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    key: IdempotencyKey,
    body: Body<EnterDivorceBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    let what = (body.marriage_id, body.present.as_slice());
    Ok(Idempotent(divorce::enter(&cx, &claim, registrar(&staff), what).await?))
}

/// A divorce before a registry
///
/// With the names of the two, partly hidden. Each of them can read that it was opened.
#[utoipa::path(
    operation_id = "marriage_open_divorce",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = OpenedDivorceBody, description = "The divorce."),
        (status = 404, description = "`marriage.divorce_unknown`; `request.not_found`: the caller \
         has no role there.")
    )
)]
#[get("/v1/marriage/agencies/{agency_id}/divorces/{case_id}")]
pub(super) async fn open_divorce(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
) -> Result<HttpResponse, Failure> {
    let (one, couple, names) = divorce::opened(&cx, registrar(&staff), path.1).await?;
    let body = OpenedDivorceBody::new(&one, &couple, names);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Registers a divorce
///
/// Both have come again for the certificate, within the time for it (Civil Code, article 1077). The
/// marriage ends, and its certificate with it.
#[utoipa::path(
    operation_id = "marriage_certify_divorce",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one."),
        IdempotencyKey
    ),
    request_body = CertifyDivorceBody,
    responses(
        (status = 201, body = RegisteredBody, description = "They are divorced."),
        (status = 404, description = "`marriage.divorce_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_divorce_state`, `marriage.wrong_state`, \
         `marriage.own_case`, `marriage.party_unseen`")
    )
)]
#[post("/v1/marriage/agencies/{agency_id}/divorces/{case_id}/registration")]
pub(super) async fn certify_divorce(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    key: IdempotencyKey,
    path: Path<(AgencyId, CaseId)>,
    body: Body<CertifyDivorceBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    let what = (path.1, body.present.as_slice());
    Ok(Idempotent(divorce::certify(&cx, &claim, registrar(&staff), what).await?))
}

/// The caller's divorces
#[utoipa::path(
    operation_id = "marriage_list_divorces",
    tag = "marriage",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<DivorceBody>, description = "Newest first.", links(
        ("divorce" = (operation_id = "marriage_get_divorce",
            parameters(("case_id" = "$response.body#/items/0/id"))))
    )))
)]
#[get("/v1/marriage/divorces")]
pub(super) async fn list_divorces(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let found = divorce::divorces(&cx, &caller, &page).await?;
    let bodies = found.into_iter().map(|view| DivorceBody::new(view, cx.locale)).collect();
    let page = page.page(bodies, DivorceBody::uuid, |body| body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the caller's divorces
///
/// With both periods on the legal clock, and how they are counted.
#[utoipa::path(
    operation_id = "marriage_get_divorce",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = DivorceBody, description = "The divorce."),
        (status = 404, description = "`marriage.divorce_unknown`")
    )
)]
#[get("/v1/marriage/divorces/{case_id}")]
pub(super) async fn get_divorce(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<HttpResponse, Failure> {
    let view = divorce::divorce(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(DivorceBody::new(view, cx.locale)))
}

/// Signs an application for divorce
///
/// With a fresh proof for this case (`marriage.sign`), on the day on which it was entered. With the
/// second signature the registry has received it.
#[utoipa::path(
    operation_id = "marriage_sign_divorce",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = SignDivorceBody,
    responses(
        (status = 201, body = DivorceBody, description = "Signed."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`marriage.divorce_unknown`"),
        (status = 409, description = "`marriage.wrong_divorce_state`, \
         `marriage.statement_changed`, `marriage.signed_already`")
    )
)]
#[post("/v1/marriage/divorces/{case_id}/signature")]
pub(super) async fn sign_divorce(
    cx: Cx,
    proof: StepUp<CaseSign>,
    id: Path<CaseId>,
    body: Body<SignDivorceBody>,
) -> Result<HttpResponse, Failure> {
    let view = divorce::sign(&cx, &proof, (*id, body.version)).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(DivorceBody::new(view, cx.locale)))
}

/// Withdraws an application for divorce
///
/// Possible for either, until the thirty days are over, and without a proof. Doing it again changes
/// nothing.
#[utoipa::path(
    operation_id = "marriage_withdraw_divorce",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = DivorceBody, description = "It has ended."),
        (status = 404, description = "`marriage.divorce_unknown`"),
        (status = 409, description = "`marriage.wrong_divorce_state`")
    )
)]
#[post("/v1/marriage/divorces/{case_id}/withdrawal")]
pub(super) async fn withdraw_divorce(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<Json<DivorceBody>, Failure> {
    let view = divorce::withdraw(&cx, &caller, *id).await?;
    Ok(Json(DivorceBody::new(view, cx.locale)))
}
