//! Handlers about connections and conformance.

use actix_web::{HttpResponse, delete, get, post, put, web::Json};
use citygate_catalogue::AgencyId;
use citygate_identity::{ClientsWrite, Partner, Scope, Staff};
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure},
};

use super::{
    actions,
    wire::{ApplyBody, ConformanceBody, ParticipationBody, PutSandboxBody},
};

/// May read what is found of it in the sandbox.
#[derive(Debug)]
pub struct ConformanceRead;
impl Scope for ConformanceRead {
    const NAME: &'static str = "exchange.conformance:read";
}

/// May let the sandbox misbehave.
#[derive(Debug)]
pub struct SandboxWrite;
impl Scope for SandboxWrite {
    const NAME: &'static str = "exchange.sandbox:write";
}

pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(apply)
        .service(get_participation)
        .service(withdraw)
        .service(ask_live)
        .service(approve_live)
        .service(get_conformance)
        .service(put_sandbox);
}

/// Applies to have the hospital's systems connected
///
/// Whoever runs the city opens a sandbox then. Until it has, applying again takes the place of what
/// was said before.
#[utoipa::path(
    operation_id = "exchange_apply",
    tag = "exchange",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital.")),
    request_body = ApplyBody,
    responses(
        (status = 200, body = ParticipationBody, description = "It has applied."),
        (status = 404, description = "`request.not_found`: the caller has no role there."),
        (status = 409, description = "`exchange.participation_state`: it has come further."),
        (status = 422, description = "`identity.key_unusable`")
    )
)]
#[post("/v1/exchange/agencies/{agency_id}/participation")]
async fn apply(
    cx: Cx,
    admin: Staff<ClientsWrite>,
    body: Body<ApplyBody>,
) -> Result<Json<ParticipationBody>, Failure> {
    let application = body.into_inner().application(admin.agency);
    let participant = actions::apply(&cx, &application, admin.account).await?;
    Ok(Json(ParticipationBody::new(participant, None)))
}

/// How the connection of the hospital stands
#[utoipa::path(
    operation_id = "exchange_get_participation",
    tag = "exchange",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital.")),
    responses(
        (status = 200, body = ParticipationBody, description = "How it stands."),
        (status = 404, description = "`request.not_found`: the caller has no role there, or it has \
         not applied.")
    )
)]
#[get("/v1/exchange/agencies/{agency_id}/participation")]
async fn get_participation(
    cx: Cx,
    admin: Staff<ClientsWrite>,
) -> Result<Json<ParticipationBody>, Failure> {
    let (participant, sandbox) = actions::participation(&cx, admin.agency).await?;
    Ok(Json(ParticipationBody::new(participant, sandbox)))
}

/// Ends the connection of the hospital
///
/// From now on nothing that its systems send is carried out, and its sandbox is closed. It may apply
/// again.
#[utoipa::path(
    operation_id = "exchange_withdraw",
    tag = "exchange",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital.")),
    responses(
        (status = 204, description = "It is not connected any more."),
        (status = 404, description = "`request.not_found`: the caller has no role there, or it has \
         not applied."),
        (status = 409, description = "`exchange.participation_state`: it had ended before.")
    )
)]
#[delete("/v1/exchange/agencies/{agency_id}/participation")]
async fn withdraw(cx: Cx, admin: Staff<ClientsWrite>) -> Result<HttpResponse, Failure> {
    actions::withdraw(&cx, admin.agency).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Asks to go live
///
/// When its system is certified. Another person of the hospital agrees within seven days, and then
/// whoever runs the city does it. Asking again needs to be agreed to again.
#[utoipa::path(
    operation_id = "exchange_ask_live",
    tag = "exchange",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital.")),
    responses(
        (status = 200, body = ParticipationBody, description = "It waits for somebody else."),
        (status = 404, description = "`request.not_found`: the caller has no role there, or it has \
         not applied."),
        (status = 409, description = "`exchange.participation_state`: it is not certified.")
    )
)]
#[post("/v1/exchange/agencies/{agency_id}/participation/live-request")]
async fn ask_live(cx: Cx, admin: Staff<ClientsWrite>) -> Result<Json<ParticipationBody>, Failure> {
    let participant = actions::ask_live(&cx, admin.agency, admin.account).await?;
    Ok(Json(ParticipationBody::new(participant, None)))
}

/// Agrees to go live
///
/// By another person than the one who asked. Agreeing again changes nothing.
#[utoipa::path(
    operation_id = "exchange_approve_live",
    tag = "exchange",
    security(("staff" = ["clients:write"])),
    params(("agency_id" = AgencyId, Path, description = "The hospital.")),
    responses(
        (status = 200, body = ParticipationBody, description = "It waits for whoever runs the city."),
        (status = 404, description = "`request.not_found`: the caller has no role there, or it has \
         not applied."),
        (status = 409, description = "`exchange.own_live_request`, `exchange.live_not_approved`: \
         nobody has asked within seven days; `exchange.participation_state`")
    )
)]
#[post("/v1/exchange/agencies/{agency_id}/participation/live-request/approval")]
async fn approve_live(
    cx: Cx,
    admin: Staff<ClientsWrite>,
) -> Result<Json<ParticipationBody>, Failure> {
    let participant = actions::approve_live(&cx, admin.agency, admin.account).await?;
    Ok(Json(ParticipationBody::new(participant, None)))
}

/// What the caller's system has shown in the sandbox, rule by rule
///
/// When all mandatory rules have passed, the hospital is certified with this answer.
#[utoipa::path(
    operation_id = "exchange_get_conformance",
    tag = "exchange",
    security(("partner" = ["exchange.conformance:read"])),
    responses(
        (status = 200, body = ConformanceBody, description = "Pass or fail of each rule."),
        (status = 404, description = "`request.not_found`: the caller is not in the sandbox.")
    )
)]
#[get("/v1/exchange/conformance")]
async fn get_conformance(
    cx: Cx,
    system: Partner<ConformanceRead>,
) -> Result<Json<ConformanceBody>, Failure> {
    let judgement = actions::conformance(&cx, system.agency()).await?;
    Ok(Json(ConformanceBody::new(&judgement, cx.locale)))
}

/// Lets the sandbox misbehave
///
/// So that it can be seen whether the caller's system repeats what was not answered.
#[utoipa::path(
    operation_id = "exchange_put_sandbox",
    tag = "exchange",
    security(("partner" = ["exchange.sandbox:write"])),
    request_body = PutSandboxBody,
    responses(
        (status = 204, description = "It will."),
        (status = 404, description = "`request.not_found`: the caller is not in the sandbox.")
    )
)]
#[put("/v1/exchange/sandbox")]
async fn put_sandbox(
    cx: Cx,
    system: Partner<SandboxWrite>,
    body: Body<PutSandboxBody>,
) -> Result<HttpResponse, Failure> {
    actions::set_drop_answers(&cx, system.agency(), body.drop_answers).await?;
    Ok(HttpResponse::NoContent().finish())
}
