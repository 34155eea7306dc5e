//! Handlers of identity.

mod accesses;
mod browser;
mod client_keys;
mod client_requests;
mod end_session;
mod me;
mod oauth;
mod pages;
mod passkey_page;
mod passkeys;
mod passwords;
mod real_names;
mod sessions;
mod sign_in;
mod staff;
mod step_up;

use std::sync::Arc;

use actix_web::{
    get, put,
    web::{Data, Json},
};
use citygate_kernel::Problem;
use citygate_notify::{Owner, WebhookSettings};
use citygate_platform::{
    Cx, Routes, Service,
    http::{Body, Failure, WhoCalls},
    problems,
};

use crate::{
    actions::{self, Profiles},
    caller::{Partner, Scope, who_calls},
    demo,
    error::PROBLEMS,
    jobs,
    methods::SignInMethods,
    registry::PoliceRegistry,
    retention, sealed,
    tokens::Tokens,
    wire::{PutWebhookBody, WebhookBody},
};

/// Identity as a part of the city.
pub fn service(
    tokens: Tokens,
    methods: SignInMethods,
    profiles: Profiles,
    webhooks: WebhookSettings,
    registry: Option<PoliceRegistry>,
) -> Service {
    let verifying = Verifying(registry.is_some());
    let sms_job = actions::sms_job(methods.settings.clone());
    let mut service = Service::new("identity", PROBLEMS, move |routes| {
        routes.app_data(Data::new(verifying)).app_data(Data::new(profiles.clone()));
        for_citizens(routes);
        for_clients(routes);
        for_agencies(routes);
    });
    // Every service asks who calls, also in a process that does not answer for identity.
    service.state = Arc::new(move |app| {
        app.app_data(Data::new(tokens.clone()))
            .app_data(Data::new(methods.clone()))
            .app_data(Data::new(WhoCalls::new(who_calls)))
            .app_data(Data::new(webhooks));
    });
    service.about = "Who somebody is: sign-in, real names, and the systems of agencies.";
    service.sealed = sealed::ALL;
    service.expiring = retention::EXPIRING;
    service.jobs = vec![sms_job, jobs::resolve_verifications(registry)];
    service.demo = Some(demo::seed);
    service
}

/// What citizens do with their own accounts.
fn for_citizens(routes: &mut Routes<'_>) {
    routes
        .service(sign_in::send_code)
        .service(sign_in::sign_in)
        .service(sign_in::sign_in_with_password)
        .service(sign_in::sign_out)
        .service(sessions::list_sessions)
        .service(sessions::end_session)
        .service(sessions::end_other_sessions)
        .service(passwords::get_sign_in_methods)
        .service(passwords::send_phone_code)
        .service(passwords::put_phone)
        .service(passwords::delete_phone)
        .service(passwords::put_password)
        .service(passwords::delete_password)
        .service(passkeys::begin_passkey_sign_in)
        .service(passkeys::sign_in_with_passkey)
        .service(passkeys::begin_passkey_registration)
        .service(passkeys::add_passkey)
        .service(passkeys::list_passkeys)
        .service(passkeys::rename_passkey)
        .service(passkeys::delete_passkey)
        .service(me::get_me)
        .service(me::get_own_identity)
        .service(real_names::put_real_name)
        .service(step_up::send_step_up_code)
        .service(step_up::step_up)
        .service(staff::accept_staff_invitation)
        .service(staff::list_my_roles)
        .service(accesses::list_my_accesses);
}

/// What OAuth and OpenID Connect say, and the pages that people see of it.
fn for_clients(routes: &mut Routes<'_>) {
    routes
        .service(oauth::get_openid_configuration)
        .service(oauth::get_server_metadata)
        .service(oauth::get_jwks)
        .service(oauth::push_request)
        .service(oauth::token)
        .service(oauth::introspect)
        .service(oauth::revoke)
        .service(oauth::get_userinfo)
        .service(oauth::post_userinfo)
        .service(pages::authorize)
        .service(pages::post_authorization_request)
        .service(pages::send_code_on_page)
        .service(pages::sign_in_on_page)
        .service(passkey_page::sign_in_with_passkey_on_page)
        .service(passkey_page::get_passkey_script)
        .service(pages::decide_on_page)
        .service(end_session::get_end_session)
        .service(end_session::post_end_session);
}

/// What agencies do, their people and their systems.
fn for_agencies(routes: &mut Routes<'_>) {
    routes
        .service(get_webhook)
        .service(put_webhook)
        .service(staff::invite_staff)
        .service(staff::list_staff_invitations)
        .service(staff::withdraw_staff_invitation)
        .service(staff::list_staff)
        .service(staff::certify_staff)
        .service(staff::end_staff)
        .service(accesses::look_up_person)
        .service(accesses::look_up_person_as_staff)
        .service(client_keys::list_agency_clients)
        .service(client_keys::add_client_key)
        .service(client_keys::retire_client_key)
        .service(client_keys::disable_client)
        .service(client_requests::request_client)
        .service(client_requests::list_client_requests)
        .service(client_requests::approve_client_request)
        .service(client_requests::withdraw_client_request);
}

/// Whether real names can be verified at all.
#[derive(Clone, Copy)]
struct Verifying(bool);

/// May set and read its agency's webhook.
struct WebhooksWrite;
impl Scope for WebhooksWrite {
    const NAME: &'static str = "webhooks:write";
}

/// Where the agency wants to be told
#[utoipa::path(
    operation_id = "identity_get_webhook",
    tag = "identity",
    security(("partner" = ["webhooks:write"])),
    responses(
        (status = 200, body = WebhookBody, description = "The webhook, without its secret."),
        (status = 404, description = "`request.not_found`: none is set.")
    )
)]
#[get("/v1/partner/webhook")]
async fn get_webhook(
    cx: Cx,
    partner: Partner<WebhooksWrite>,
) -> Result<Json<WebhookBody>, Failure> {
    let webhook = actions::webhook(&cx, owner(&partner)).await?;
    let webhook = webhook.ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    Ok(Json(webhook.into()))
}

/// Sets where the agency wants to be told
///
/// Deliveries follow Standard Webhooks and are signed with the secret of the answer, which is new
/// each time and shown once.
#[utoipa::path(
    operation_id = "identity_put_webhook",
    tag = "identity",
    security(("partner" = ["webhooks:write"])),
    request_body = PutWebhookBody,
    responses(
        (status = 200, body = WebhookBody, description = "The webhook with its secret."),
        (status = 422, description = "`notify.webhook_url_refused`")
    )
)]
#[put("/v1/partner/webhook")]
async fn put_webhook(
    cx: Cx,
    partner: Partner<WebhooksWrite>,
    rules: Data<WebhookSettings>,
    body: Body<PutWebhookBody>,
) -> Result<Json<WebhookBody>, Failure> {
    let secret = actions::put_webhook(&cx, &rules, owner(&partner), &body.url).await?;
    Ok(Json(WebhookBody::set(body.into_inner().url, secret)))
}

fn owner(partner: &Partner<WebhooksWrite>) -> Owner {
    Owner { city: partner.city, id: partner.agency_id() }
}
