//! What the two do.

use actix_web::{
    HttpResponse, delete, get,
    http::header,
    post, put,
    web::{Json, Path, Query},
};
use citygate_identity::{RealName, StepUp};
use citygate_kernel::CityCode;
use citygate_platform::{
    Cx,
    http::{Body, Failure, IdempotencyKey, Idempotent, Page, PageQuery},
};

use crate::{
    actions::{
        begin as beginning, book as booking,
        invite::{self as inviting, CaseSign},
        precheck as checking, read, sign as signing,
    },
    model::CaseId,
    wire::{
        BeginBody, CaseBody, ConfirmBody, InvitationBody, InviteBody, OpenBody,
        OpenedInvitationBody, PrecheckBody, PrecheckedBody, SignBody, SlotBody, StatementBody,
    },
};

/// Nobody in between keeps what is about somebody's marriage.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Begins the registration of a marriage
///
/// In the city where the two want to be registered; since 10 May 2025 any. Nobody has two open cases.
#[utoipa::path(
    operation_id = "marriage_begin",
    tag = "marriage",
    security(("citizen" = [])),
    params(IdempotencyKey),
    request_body = BeginBody,
    responses(
        (status = 201, body = CaseBody, description = "A draft; invite the other.", links(
            ("case" = (operation_id = "marriage_get_case",
                parameters(("case_id" = "$response.body#/id")))),
            ("cancel" = (operation_id = "marriage_cancel_case",
                parameters(("case_id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`catalogue.city_unknown`"),
        (status = 409, description = "`marriage.case_open`"),
        (status = 422, description = "`marriage.too_many_cases`")
    )
)]
#[post("/v1/marriage/cases")]
pub(super) async fn begin(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    body: Body<BeginBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    Ok(Idempotent(beginning::begin(&cx, &claim, &caller, body.city).await?))
}

/// The caller's cases
#[utoipa::path(
    operation_id = "marriage_list_cases",
    tag = "marriage",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<CaseBody>, description = "Newest first."))
)]
#[get("/v1/marriage/cases")]
pub(super) async fn list_cases(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Failure> {
    let cases = read::cases(&cx, &caller, &page).await?;
    let bodies = cases.into_iter().map(|view| CaseBody::new(view, cx.locale)).collect();
    let page = page.page(bodies, CaseBody::uuid, |body| body);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// One of the caller's cases
///
/// Of the other it says nothing but the name, partly hidden, once they have confirmed.
#[utoipa::path(
    operation_id = "marriage_get_case",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = CaseBody, description = "As it stands."),
        (status = 404, description = "`marriage.case_unknown`")
    )
)]
#[get("/v1/marriage/cases/{case_id}")]
pub(super) async fn get_case(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<HttpResponse, Failure> {
    let view = read::case(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(CaseBody::new(view, cx.locale)))
}

/// Ends a case
///
/// Either of the two can, as long as there is no appointment; with one, it is given up first. Doing it
/// again changes nothing.
#[utoipa::path(
    operation_id = "marriage_cancel_case",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = CaseBody, description = "It is over."),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`")
    )
)]
#[delete("/v1/marriage/cases/{case_id}")]
pub(super) async fn cancel_case(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<Json<CaseBody>, Failure> {
    let view = beginning::cancel(&cx, &caller, *id).await?;
    Ok(Json(CaseBody::new(view, cx.locale)))
}

/// Invites the other
///
/// With a fresh proof for this case (`marriage.sign`). The code is shown once; with an address it is
/// mailed there as well, by a letter that names nobody. Inviting again makes a new code. Until it is
/// confirmed, the case says that nobody has answered, whatever the other does.
#[utoipa::path(
    operation_id = "marriage_invite",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = InviteBody,
    responses(
        (status = 201, body = InvitationBody, description = "Open until the case lapses."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`"),
        (status = 422, description = "`marriage.too_many_invitations`")
    )
)]
#[post("/v1/marriage/cases/{case_id}/invitation")]
pub(super) async fn invite(
    cx: Cx,
    proof: StepUp<CaseSign>,
    id: Path<CaseId>,
    body: Body<InviteBody>,
) -> Result<HttpResponse, Failure> {
    let new = inviting::invite(&cx, &proof, *id, body.address.as_ref()).await?;
    let body = InvitationBody::new(new, cx.locale);
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(body))
}

/// Looks at an invitation
///
/// Whoever has the code sees who invites, partly hidden. It leaves no trace. There is no way to
/// decline: whoever does not want it does nothing.
#[utoipa::path(
    operation_id = "marriage_open_invitation",
    tag = "marriage",
    security(("citizen" = [])),
    request_body = OpenBody,
    responses(
        (status = 200, body = OpenedInvitationBody, description = "The invitation.", links(
            ("confirm" = (operation_id = "marriage_confirm",
                parameters(("case_id" = "$response.body#/case_id"))))
        )),
        (status = 404, description = "`marriage.invitation_unknown`")
    )
)]
#[post("/v1/marriage/invitations/openings")]
pub(super) async fn open_invitation(
    cx: Cx,
    caller: RealName,
    body: Body<OpenBody>,
) -> Result<HttpResponse, Failure> {
    let opened = inviting::open(&cx, &caller, body.code.0.expose()).await?;
    let body = OpenedInvitationBody::from(opened);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Confirms an invitation
///
/// With a fresh proof for this case (`marriage.sign`). From then on the caller is the second of the
/// case, and each of the two sees the other's name, partly hidden.
#[utoipa::path(
    operation_id = "marriage_confirm",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "As the invitation says.")),
    request_body = ConfirmBody,
    responses(
        (status = 201, body = CaseBody, description = "Now each can sign the statement."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`marriage.invitation_unknown`"),
        (status = 409, description = "`marriage.case_open`")
    )
)]
#[post("/v1/marriage/cases/{case_id}/confirmation")]
pub(super) async fn confirm(
    cx: Cx,
    proof: StepUp<CaseSign>,
    id: Path<CaseId>,
    body: Body<ConfirmBody>,
) -> Result<HttpResponse, Failure> {
    let view = inviting::confirm(&cx, &proof, *id, body.code.0.expose()).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(CaseBody::new(view, cx.locale)))
}

/// The statement that each of the two signs
#[utoipa::path(
    operation_id = "marriage_get_statement",
    tag = "marriage",
    security(()),
    params(("city" = CityCode, Path, description = "Where they want to be registered.")),
    responses(
        (status = 200, body = StatementBody, description = "The version in force today."),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/marriage/statements/{city}")]
pub(super) async fn get_statement(
    cx: Cx,
    city: Path<CityCode>,
) -> Result<Json<StatementBody>, Failure> {
    let rule = signing::statement_in(&cx, *city).await?;
    Ok(Json(StatementBody::new(rule, cx.locale)))
}

/// Signs the statement
///
/// With a fresh proof for this case (`marriage.sign`). What is declared is stored encrypted; only
/// registrars read it, and they leave an entry in the ledger of accesses.
#[utoipa::path(
    operation_id = "marriage_sign",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = SignBody,
    responses(
        (status = 201, body = CaseBody, description = "Signed."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`, `marriage.statement_changed`, \
         `marriage.signed_already`"),
        (status = 422, description = "`marriage.statement_contradicted`")
    )
)]
#[post("/v1/marriage/cases/{case_id}/statement")]
pub(super) async fn sign(
    cx: Cx,
    proof: StepUp<CaseSign>,
    id: Path<CaseId>,
    body: Body<SignBody>,
) -> Result<HttpResponse, Failure> {
    let what = (body.version, body.declared());
    let view = signing::sign(&cx, &proof, *id, what).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(CaseBody::new(view, cx.locale)))
}

/// Takes the signature back
///
/// Possible until both have arrived, and without a proof. The other is told nothing but that the case
/// cannot go on yet.
#[utoipa::path(
    operation_id = "marriage_withdraw",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    responses(
        (status = 200, body = CaseBody, description = "The signature counts no more."),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`, `marriage.not_signed`")
    )
)]
#[delete("/v1/marriage/cases/{case_id}/statement")]
pub(super) async fn withdraw(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
) -> Result<Json<CaseBody>, Failure> {
    let view = signing::withdraw(&cx, &caller, *id).await?;
    Ok(Json(CaseBody::new(view, cx.locale)))
}

/// Asks whether the two can be registered on a day
///
/// The caller is told everything about themselves, and of the other one word. When nothing is in the
/// way, the case can be booked.
#[utoipa::path(
    operation_id = "marriage_precheck",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one.")),
    request_body = PrecheckBody,
    responses(
        (status = 200, body = PrecheckedBody, description = "What to do, and what to bring."),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`"),
        (status = 422, description = "`marriage.day_unsound`, `catalogue.rule_missing`")
    )
)]
#[post("/v1/marriage/cases/{case_id}/prechecks")]
pub(super) async fn precheck(
    cx: Cx,
    caller: RealName,
    id: Path<CaseId>,
    body: Body<PrecheckBody>,
) -> Result<HttpResponse, Failure> {
    let (checked, side) = checking::check(&cx, &caller, *id, body.on).await?;
    let body = PrecheckedBody::new(&checked, side, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// Books an appointment for both
///
/// At any office that the city lists. Notice, horizon, quotas and blocks are those of the office, for
/// each of the two; whose reason it is that nothing can be booked is not told.
#[utoipa::path(
    operation_id = "marriage_book",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one."), IdempotencyKey),
    request_body = SlotBody,
    responses(
        (status = 201, body = CaseBody, description = "Both get a letter."),
        (status = 404, description = "`marriage.case_unknown`, `booking.session_unknown`, \
         `booking.slot_unknown`"),
        (status = 409, description = "`marriage.wrong_state`, `booking.sold_out`, \
         `booking.not_released`, `booking.session_closed`, `booking.session_stopped`"),
        (status = 422, description = "`marriage.cannot_proceed`")
    )
)]
#[post("/v1/marriage/cases/{case_id}/appointment")]
pub(super) async fn book(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<SlotBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let wanted = (body.session_id, body.starts_at);
    Ok(Idempotent(booking::book(&cx, &claim, &caller, (*id, wanted)).await?))
}

/// Moves the appointment
///
/// To another slot of the same office, as long as it could be given up.
#[utoipa::path(
    operation_id = "marriage_reschedule",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one."), IdempotencyKey),
    request_body = SlotBody,
    responses(
        (status = 200, body = CaseBody, description = "Both get a letter."),
        (status = 404, description = "`marriage.case_unknown`, `booking.session_unknown`, \
         `booking.slot_unknown`"),
        (status = 409, description = "`marriage.wrong_state`, `booking.sold_out`, \
         `booking.not_released`, `booking.session_closed`, `booking.session_stopped`, \
         `booking.not_live`, `booking.moved`"),
        (status = 422, description = "`marriage.cannot_proceed`, `booking.too_late`, \
         `booking.not_of_the_same_worth`")
    )
)]
#[put("/v1/marriage/cases/{case_id}/appointment")]
pub(super) async fn reschedule(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<SlotBody>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim(caller.city, caller.account.uuid(), &body);
    let wanted = (body.session_id, body.starts_at);
    Ok(Idempotent(booking::reschedule(&cx, &claim, &caller, (*id, wanted)).await?))
}

/// Gives the appointment up
///
/// As long as the office's rule allows. The case stays; it has to be pre-checked again.
#[utoipa::path(
    operation_id = "marriage_give_up",
    tag = "marriage",
    security(("citizen" = [])),
    params(("case_id" = CaseId, Path, description = "Which one."), IdempotencyKey),
    responses(
        (status = 200, body = CaseBody, description = "The place is given back."),
        (status = 404, description = "`marriage.case_unknown`"),
        (status = 409, description = "`marriage.wrong_state`, `booking.not_live`, \
         `booking.moved`"),
        (status = 422, description = "`booking.too_late`")
    )
)]
#[delete("/v1/marriage/cases/{case_id}/appointment")]
pub(super) async fn give_up(
    cx: Cx,
    caller: RealName,
    key: IdempotencyKey,
    id: Path<CaseId>,
) -> Result<Idempotent, Failure> {
    let claim = key.claim_empty(caller.city, caller.account.uuid());
    Ok(Idempotent(booking::give_up(&cx, &claim, &caller, *id).await?))
}
