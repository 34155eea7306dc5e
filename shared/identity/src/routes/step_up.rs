//! Fresh proofs (RFC 9470).

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};

use crate::{
    actions,
    caller::{self, RealName},
    rules::STEP_UP_CODE_LIFE,
    tokens::Tokens,
    wire::{StepUpBody, StepUpCodeBody, StepUpCodeSentBody, SteppedUpBody},
};

/// Sends a code for one sensitive thing
///
/// It goes to the address of the account and says what it is for. A code that was sent before is
/// worth nothing from then on.
#[utoipa::path(
    operation_id = "identity_send_step_up_code",
    tag = "identity",
    security(("citizen" = [])),
    request_body = StepUpCodeBody,
    responses(
        (status = 202, body = StepUpCodeSentBody, description = "A letter is on its way."),
        (status = 403, description = "`identity.real_name_required`"),
        (status = 422, description = "`identity.step_up_incomplete`"),
        (status = 429, description = "`identity.code_too_soon`")
    )
)]
#[post("/v1/step-ups/codes")]
pub(super) async fn send_step_up_code(
    cx: Cx,
    caller: RealName,
    body: Body<StepUpCodeBody>,
) -> Result<HttpResponse, Failure> {
    actions::send_step_up_code(&cx, &caller, body.wanted()).await?;
    let expires_in = STEP_UP_CODE_LIFE.num_seconds();
    Ok(HttpResponse::Accepted().json(StepUpCodeSentBody { expires_in }))
}

/// Proves the caller anew for one sensitive thing
///
/// The answer is another access token of the same session, at the level that the challenge of the
/// sensitive operation asks for. Send it with the request to be repeated: it serves the purpose,
/// object and amount of this request once, within five minutes.
#[utoipa::path(
    operation_id = "identity_step_up",
    tag = "identity",
    security(("citizen" = [])),
    request_body = StepUpBody,
    responses(
        (status = 201, body = SteppedUpBody, description = "A fresh proof."),
        (status = 403, description = "`identity.step_up_refused`, \
         `identity.real_name_required`"),
        (status = 422, description = "`identity.step_up_incomplete`")
    )
)]
#[post("/v1/step-ups")]
pub(super) async fn step_up(
    cx: Cx,
    caller: RealName,
    tokens: Data<Tokens>,
    request: HttpRequest,
    body: Body<StepUpBody>,
) -> Result<HttpResponse, Failure> {
    let document = body.document.parse("/document")?;
    let claims = caller::claims(&request)?;
    let proof = (&document, body.code.expose().0.as_str());
    let stepped_up = actions::step_up(&cx, &tokens, &caller, &claims, body.wanted(), proof).await?;
    Ok(HttpResponse::Created().json(SteppedUpBody::from(stepped_up)))
}
