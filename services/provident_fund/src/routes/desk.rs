//! What the staff of a centre see and decide.

use actix_web::{
    get, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{ApplicationsDecide, Staff};
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions::{desk::Clerk, dispute, transfer, withdrawal},
    model::{DisputeId, TransferOutId, WithdrawalId},
    wire::{
        application::{AnswerQueue, DecisionQueue},
        dispute::{AnswerDisputeBody, DisputeBody, ListedDisputeBody, ReadDisputeBody},
        transfer::{DecideTransferBody, ListedTransferOutBody, TransferOutBody},
        withdrawal::{
            DecideWithdrawalBody, ListedWithdrawalBody, ReadWithdrawalBody, WithdrawalBody,
        },
    },
};

/// Adds them.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(list_withdrawals)
        .service(read_withdrawal)
        .service(decide_withdrawal)
        .service(list_disputes)
        .service(read_dispute)
        .service(answer_dispute)
        .service(list_transfers)
        .service(read_transfer)
        .service(decide_transfer);
}

fn clerk(staff: &Staff<ApplicationsDecide>) -> Clerk {
    Clerk { staff: staff.id, account: staff.account, agency: staff.agency }
}

/// Withdrawals that wait for the centre
///
/// Without what was said: whoever reads that leaves an entry in the applicant's ledger of accesses.
#[utoipa::path(
    operation_id = "provident_fund_list_withdrawals_of_centre",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("queue" = inline(DecisionQueue), Path, description = "Which of them."),
        PageQuery
    ),
    responses(
        (status = 200, body = Page<ListedWithdrawalBody>, description = "Newest first.", links(
            ("withdrawal" = (operation_id = "provident_fund_read_withdrawal",
                parameters(("withdrawal_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/withdrawal-queues/{queue}")]
async fn list_withdrawals(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, DecisionQueue)>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedWithdrawalBody>>, Failure> {
    let (found, now) = withdrawal::list(&cx, staff.agency, path.1.into(), &page).await?;
    let bodies = found.iter().map(|one| ListedWithdrawalBody::new(one, now)).collect();
    Ok(Json(page.page(bodies, ListedWithdrawalBody::uuid, |body| body)))
}

/// A withdrawal with everything that was said
#[utoipa::path(
    operation_id = "provident_fund_read_withdrawal",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("withdrawal_id" = WithdrawalId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = ReadWithdrawalBody, description = "And what can still be taken out."),
        (status = 404, description = "`provident_fund.withdrawal_unknown`; `request.not_found`: the \
         caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/withdrawals/{withdrawal_id}")]
async fn read_withdrawal(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, WithdrawalId)>,
) -> Result<Json<ReadWithdrawalBody>, Failure> {
    let read = withdrawal::read(&cx, &clerk(&staff), path.1).await?;
    Ok(Json(ReadWithdrawalBody::new(read, cx.locale)))
}

/// Decides about a withdrawal
///
/// What is approved is set aside, and never more than is there; a posting of the centre that names the
/// withdrawal pays it. The applicant gets a letter. The same decision again changes nothing.
#[utoipa::path(
    operation_id = "provident_fund_decide_withdrawal",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("withdrawal_id" = WithdrawalId, Path, description = "Which one.")
    ),
    request_body = DecideWithdrawalBody,
    responses(
        (status = 200, body = WithdrawalBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.withdrawal_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`provident_fund.application_state`, \
         `provident_fund.over_balance`, `provident_fund.own_application`")
    )
)]
#[put("/v1/provident-fund/agencies/{agency_id}/withdrawals/{withdrawal_id}/decision")]
async fn decide_withdrawal(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, WithdrawalId)>,
    body: Body<DecideWithdrawalBody>,
) -> Result<Json<WithdrawalBody>, Failure> {
    let decision = body.into_inner().into();
    let view = withdrawal::decide(&cx, &clerk(&staff), path.1, &decision).await?;
    Ok(Json(WithdrawalBody::new(view, cx.locale)))
}

/// Disputes that wait for an answer of the centre or of its bank
///
/// Without what was said: whoever reads that leaves an entry in the person's ledger of accesses.
#[utoipa::path(
    operation_id = "provident_fund_list_disputes_of_centre",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("queue" = inline(AnswerQueue), Path, description = "Which of them."),
        PageQuery
    ),
    responses(
        (status = 200, body = Page<ListedDisputeBody>, description = "Newest first.", links(
            ("dispute" = (operation_id = "provident_fund_read_dispute",
                parameters(("dispute_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/dispute-queues/{queue}")]
async fn list_disputes(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, AnswerQueue)>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedDisputeBody>>, Failure> {
    let overdue = path.1 == AnswerQueue::Overdue;
    let (found, now) = dispute::list(&cx, staff.agency, overdue, &page).await?;
    let bodies = found.into_iter().map(|one| ListedDisputeBody::new(one, now)).collect();
    Ok(Json(page.page(bodies, ListedDisputeBody::uuid, |body| body)))
}

/// A dispute with everything that was said
#[utoipa::path(
    operation_id = "provident_fund_read_dispute",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("dispute_id" = DisputeId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = ReadDisputeBody, description = "The dispute."),
        (status = 404, description = "`provident_fund.dispute_unknown`; `request.not_found`: the \
         caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/disputes/{dispute_id}")]
async fn read_dispute(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, DisputeId)>,
) -> Result<Json<ReadDisputeBody>, Failure> {
    let read = dispute::read(&cx, &clerk(&staff), path.1).await?;
    Ok(Json(ReadDisputeBody::new(read, cx.locale)))
}

/// Answers a dispute: for the bank first, then for the centre
///
/// Where something was wrong, the posting that puts it right is on the account already. The person gets
/// a letter. The same answer again changes nothing.
#[utoipa::path(
    operation_id = "provident_fund_answer_dispute",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre."),
        ("dispute_id" = DisputeId, Path, description = "Which one.")
    ),
    request_body = AnswerDisputeBody,
    responses(
        (status = 200, body = DisputeBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.dispute_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`provident_fund.application_state`, \
         `provident_fund.own_application`"),
        (status = 422, description = "`provident_fund.posting_unknown`")
    )
)]
#[put("/v1/provident-fund/agencies/{agency_id}/disputes/{dispute_id}/answer")]
async fn answer_dispute(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, DisputeId)>,
    body: Body<AnswerDisputeBody>,
) -> Result<Json<DisputeBody>, Failure> {
    let answer = body.into_inner().into();
    let view = dispute::answer(&cx, &clerk(&staff), path.1, &answer).await?;
    Ok(Json(DisputeBody::new(view, cx.locale)))
}

/// Transfers to other cities that wait for the centre
///
/// Without what was said: whoever reads that leaves an entry in the person's ledger of accesses.
#[utoipa::path(
    operation_id = "provident_fund_list_transfers_of_centre",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre that gives accounts away."),
        ("queue" = inline(DecisionQueue), Path, description = "Which of them."),
        PageQuery
    ),
    responses(
        (status = 200, body = Page<ListedTransferOutBody>, description = "Newest first.", links(
            ("transfer" = (operation_id = "provident_fund_read_transfer",
                parameters(("transfer_id" = "$response.body#/items/0/id"))))
        )),
        (status = 404, description = "`request.not_found`: the caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/transfer-queues/{queue}")]
async fn list_transfers(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, DecisionQueue)>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedTransferOutBody>>, Failure> {
    let (found, now) = transfer::list(&cx, staff.agency, path.1.into(), &page).await?;
    let bodies = found.iter().map(|one| ListedTransferOutBody::new(one, now)).collect();
    Ok(Json(page.page(bodies, ListedTransferOutBody::uuid, |body| body)))
}

/// A transfer with everything that was said
#[utoipa::path(
    operation_id = "provident_fund_read_transfer",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre that gives the account away."),
        ("transfer_id" = TransferOutId, Path, description = "Which one.")
    ),
    responses(
        (status = 200, body = TransferOutBody, description = "The transfer."),
        (status = 404, description = "`provident_fund.transfer_unknown`; `request.not_found`: the \
         caller has no role there.")
    )
)]
#[get("/v1/provident-fund/agencies/{agency_id}/transfers/{transfer_id}")]
async fn read_transfer(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, TransferOutId)>,
) -> Result<Json<TransferOutBody>, Failure> {
    let read = transfer::read(&cx, &clerk(&staff), path.1).await?;
    Ok(Json(TransferOutBody::new(read, cx.locale)))
}

/// Decides about giving an account away
///
/// What is accepted is booked out by a posting of the centre that names the transfer. The same decision
/// again changes nothing.
#[utoipa::path(
    operation_id = "provident_fund_decide_transfer",
    tag = "provident_fund",
    security(("staff" = ["applications:decide"])),
    params(
        ("agency_id" = AgencyId, Path, description = "The centre that gives the account away."),
        ("transfer_id" = TransferOutId, Path, description = "Which one.")
    ),
    request_body = DecideTransferBody,
    responses(
        (status = 200, body = TransferOutBody, description = "As it stands now."),
        (status = 404, description = "`provident_fund.transfer_unknown`; `request.not_found`: the \
         caller has no role there."),
        (status = 409, description = "`provident_fund.application_state`, \
         `provident_fund.own_application`"),
        (status = 422, description = "`provident_fund.transfer_barred`")
    )
)]
#[put("/v1/provident-fund/agencies/{agency_id}/transfers/{transfer_id}/decision")]
async fn decide_transfer(
    cx: Cx,
    staff: Staff<ApplicationsDecide>,
    path: Path<(AgencyId, TransferOutId)>,
    body: Body<DecideTransferBody>,
) -> Result<Json<TransferOutBody>, Failure> {
    let decision = body.into_inner().into();
    let view = transfer::decide(&cx, &clerk(&staff), path.1, &decision).await?;
    Ok(Json(TransferOutBody::new((view, None), cx.locale)))
}
