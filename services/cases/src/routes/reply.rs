//! How desks answer.

use actix_web::{
    post,
    web::{Json, Path},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{CasesHandle, Staff};
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent},
};

use super::desk::{clerk, line};
use crate::{
    actions::reply as answers,
    model::CaseId,
    wire::{AnswerCaseBody, CaseLineBody, CloseCaseBody, DeskLineBody, ExtendCaseBody},
};

/// Extends the time of an answer
///
/// Once in the life of a case, before it is over, with a reason that the person reads.
#[utoipa::path(
    operation_id = "cases_extend",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = ExtendCaseBody,
    responses(
        (status = 200, body = DeskLineBody, description = "The person gets a letter."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`, \
         `cases.extended_already`, `cases.too_late_to_extend`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/extend")]
pub(super) async fn extend(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<ExtendCaseBody>,
) -> Result<Json<DeskLineBody>, Failure> {
    Ok(line(&cx, answers::extend(&cx, clerk(&staff), path.1, body.reason.as_str()).await?))
}

/// Answers a case
///
/// The person is asked whether it helped; who says nothing in time has been explained something, and
/// the case closes so.
#[utoipa::path(
    operation_id = "cases_reply",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one."),
        IdempotencyKey
    ),
    request_body = AnswerCaseBody,
    responses(
        (status = 201, body = CaseLineBody, description = "The person gets a letter."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/reply")]
pub(super) async fn reply(
    cx: Cx,
    staff: Staff<CasesHandle>,
    key: IdempotencyKey,
    path: Path<(AgencyId, CaseId)>,
    body: Body<AnswerCaseBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(staff.agency.city(), staff.account.uuid(), &body);
    let answer = (path.1, &body.into_inner().into_answer());
    Ok(Idempotent(answers::reply(&cx, &claim, clerk(&staff), answer).await?))
}

/// Closes a case for good
///
/// With an answer, and without asking whether it helped; the person can still say so, or have it begin
/// anew. The same outcome again changes nothing.
#[utoipa::path(
    operation_id = "cases_close",
    tag = "cases",
    security(("staff" = ["cases:handle"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The agency."),
        ("case_id" = CaseId, Path, description = "Which one.")
    ),
    request_body = CloseCaseBody,
    responses(
        (status = 200, body = DeskLineBody, description = "The person gets a letter."),
        (status = 404, description = "`cases.case_unknown`; `request.not_found`: the caller has \
         no role there."),
        (status = 409, description = "`cases.wrong_state`, `cases.own_case`")
    )
)]
#[post("/v1/cases/agencies/{agency_id}/cases/{case_id}/close")]
pub(super) async fn close(
    cx: Cx,
    staff: Staff<CasesHandle>,
    path: Path<(AgencyId, CaseId)>,
    body: Body<CloseCaseBody>,
) -> Result<Json<DeskLineBody>, Failure> {
    let answer = body.into_inner().into_answer();
    Ok(line(&cx, answers::close(&cx, clerk(&staff), path.1, &answer).await?))
}
