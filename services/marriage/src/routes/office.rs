//! What registrars do on the day.

use actix_web::{
    HttpResponse, get,
    http::header,
    post, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{MarriagesRegister, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions::{
        office::{self, Registrar},
        register as registering,
    },
    model::CaseId,
    wire::{DayLineBody, DayPath, OpenedCaseBody, RefuseBody, SeeBody},
};

/// Nobody in between keeps names and documents.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

pub(super) fn registrar(staff: &Staff<MarriagesRegister>) -> Registrar {
    Registrar { staff: staff.id, account: staff.account, agency: staff.agency }
}

/// The cases of a day
///
/// Names are partly hidden; each of the two reads in the ledger of accesses that they were shown.
#[utoipa::path(
    operation_id = "marriage_list_day",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        DayPath,
        PageQuery
    ),
    responses(
        (status = 200, body = Page<DayLineBody>, description = "In the order in which they were \
         begun.", links(
            ("case" = (operation_id = "marriage_open_case",
                parameters(("case_id" = "$response.body#/items/0/case_id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/marriage/agencies/{agency_id}/days/{on}")]
pub(super) async fn list_day(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<DayPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let lines = office::day(&cx, registrar(&staff), path.on, &page).await?;
    let bodies = lines.into_iter().map(DayLineBody::new).collect();
    let page = page.page(bodies, DayLineBody::uuid, |body| body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// Opens a case
///
/// With the full names and documents of the two and what they have declared. Each of them reads in
/// the ledger of accesses who has opened it.
#[utoipa::path(
    operation_id = "marriage_open_case",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = OpenedCaseBody, description = "The case."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.own_case`")
    )
)]
#[get("/v1/marriage/agencies/{agency_id}/cases/{case_id}")]
pub(super) async fn open_case(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
) -> Result<HttpResponse, Failure> {
    let opened = office::open(&cx, registrar(&staff), path.1).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(OpenedCaseBody::from(opened)))
}

/// Confirms one of the two in person
///
/// The registrar has the person and the document before them, on the day. When both were seen, they
/// have arrived. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "marriage_see_party",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = SeeBody,
    responses(
        (status = 200, body = DayLineBody, description = "As it stands now, without names."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.not_today`, \
         `marriage.own_case`"),
        (status = 422, description = "`marriage.sex_differs`, `marriage.cannot_proceed`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/cases/{case_id}/presence")]
pub(super) async fn see_party(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<SeeBody>,
) -> Result<Json<DayLineBody>, Failure> {
    let what = (body.side, body.document_sex);
    let (case, couple) = office::see(&cx, registrar(&staff), path.1, what).await?;
    Ok(Json(DayLineBody::of(case, couple)))
}

/// Registers the marriage
///
/// Both were seen, both signatures stand, and nothing is in the way today. The certificate is issued
/// with it; both get a letter.
#[utoipa::path(
    operation_id = "marriage_register",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one."),
        IdempotencyKey
    ),
    responses(
        (status = 201, body = crate::wire::RegisteredBody, description = "They are married."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.not_today`, \
         `marriage.party_unseen`, `marriage.own_case`"),
        (status = 422, description = "`marriage.cannot_proceed`")
    )
)]
#[post("/v1/marriage/agencies/{agency_id}/cases/{case_id}/registration")]
pub(super) async fn register(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    key: IdempotencyKey,
    path: Path<(AgencyId, CaseId)>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(staff.agency.city(), staff.account.uuid());
    Ok(Idempotent(registering::register(&cx, &claim, registrar(&staff), path.1).await?))
}

/// Refuses to register
///
/// With a reason of the rule in force, and its remedy. Both get a letter, and read why in the app.
/// Refusing again for the same reason changes nothing.
#[utoipa::path(
    operation_id = "marriage_refuse",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = RefuseBody,
    responses(
        (status = 200, body = DayLineBody, description = "As it stands now, without names."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.not_today`, \
         `marriage.own_case`"),
        (status = 422, description = "`marriage.reason_unknown`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/cases/{case_id}/refusal")]
pub(super) async fn refuse(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<RefuseBody>,
) -> Result<Json<DayLineBody>, Failure> {
    let registrar = registrar(&staff);
    let (case, couple) = registering::refuse(&cx, registrar, path.1, body.reason.as_str()).await?;
    Ok(Json(DayLineBody::of(case, couple)))
}

/// Notes that the two have not come
///
/// Once the hour of the appointment has come. Each of them is told, and can object. Doing it again
/// changes nothing.
#[utoipa::path(
    operation_id = "marriage_miss",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = DayLineBody, description = "As it stands now, without names."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.too_early`, \
         `marriage.own_case`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/cases/{case_id}/absence")]
pub(super) async fn miss(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
) -> Result<Json<DayLineBody>, Failure> {
    let (case, couple) = office::miss(&cx, registrar(&staff), path.1).await?;
    Ok(Json(DayLineBody::of(case, couple)))
}
