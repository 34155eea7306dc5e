//! What registrars put right.

use actix_web::{
    HttpResponse, get,
    http::header,
    post, put,
    web::{Json, Path},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{MarriagesRegister, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use super::office::registrar;
use crate::{
    actions::correct::{self, Judgment},
    model::{CaseId, CorrectionId},
    wire::{
        AnnulBody, CorrectBody, CorrectionBody, DayLineBody, DecideCorrectionBody,
        OpenedCorrectionBody,
    },
};

/// Proposes a correction of a registration
///
/// Names are taken anew from the register, or the day is another. Another registrar decides.
#[utoipa::path(
    operation_id = "marriage_propose_correction",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = CorrectBody,
    responses(
        (status = 201, body = CorrectionBody, description = "Another registrar decides.", links(
            ("correction" = (operation_id = "marriage_read_correction",
                parameters(("correction_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.correction_open`, \
         `marriage.own_case`"),
        (status = 422, description = "`marriage.day_unsound`")
    )
)]
#[post("/v1/marriage/agencies/{agency_id}/cases/{case_id}/corrections")]
pub(super) async fn propose(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<CorrectBody>,
) -> Result<HttpResponse, Failure> {
    let correction = correct::propose(&cx, registrar(&staff), path.1, body.wanted()).await?;
    Ok(HttpResponse::Created().json(CorrectionBody::from(correction)))
}

/// A correction with its grounds
///
/// Each of the two reads in the ledger of accesses who has read it.
#[utoipa::path(
    operation_id = "marriage_read_correction",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("correction_id" = CorrectionId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = OpenedCorrectionBody, description = "The correction."),
        (status = 404, description = "`marriage.correction_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`marriage.own_case`")
    )
)]
#[get("/v1/marriage/agencies/{agency_id}/corrections/{correction_id}")]
pub(super) async fn read(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CorrectionId)>,
) -> Result<HttpResponse, Failure> {
    let read = correct::read(&cx, registrar(&staff), path.1).await?;
    let private = (header::CACHE_CONTROL, "no-store");
    Ok(HttpResponse::Ok().insert_header(private).json(OpenedCorrectionBody::from(read)))
}

/// Decides a correction that another registrar has proposed
///
/// Approved, a new certificate takes the place of the old one, and both people get a letter. Deciding
/// it again in the same way changes nothing.
#[utoipa::path(
    operation_id = "marriage_decide_correction",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("correction_id" = CorrectionId, Path, description = "Which one.")
    ),
    request_body = DecideCorrectionBody,
    responses(
        (status = 200, body = CorrectionBody, description = "As it stands now."),
        (status = 404, description = "`marriage.correction_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`marriage.own_correction`, `marriage.correction_decided`, \
         `marriage.wrong_state`, `marriage.own_case`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/corrections/{correction_id}/decision")]
pub(super) async fn decide(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CorrectionId)>,
    body: Body<DecideCorrectionBody>,
) -> Result<Json<CorrectionBody>, Failure> {
    let decided = correct::decide(&cx, registrar(&staff), path.1, body.approved).await?;
    Ok(Json(decided.into()))
}

/// Enters the judgment of a court that there never was a marriage
///
/// Civil Code, articles 1051 to 1054. The certificate holds no longer; both people get a letter.
/// Entering one again changes nothing.
#[utoipa::path(
    operation_id = "marriage_annul",
    tag = "marriage",
    security(("staff" = ["marriages:register"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The registry."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = AnnulBody,
    responses(
        (status = 200, body = DayLineBody, description = "As it stands now, without names."),
        (status = 404, description = "`marriage.case_unknown`; `request.not_found`: the caller \
         has no role there."),
        (status = 409, description = "`marriage.wrong_state`, `marriage.own_case`"),
        (status = 422, description = "`marriage.day_unsound`")
    )
)]
#[put("/v1/marriage/agencies/{agency_id}/cases/{case_id}/annulment")]
pub(super) async fn annul(
    cx: Cx,
    staff: Staff<MarriagesRegister>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<AnnulBody>,
) -> Result<Json<DayLineBody>, Failure> {
    let judgment = Judgment {
        ground: body.ground,
        number: body.judgment_no.as_str(),
        judged_on: body.judged_on,
    };
    let (case, couple) = correct::annul(&cx, registrar(&staff), path.1, judgment).await?;
    Ok(Json(DayLineBody::of(case, couple)))
}
