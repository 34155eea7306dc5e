//! The list of all parts of the city. Adding a service is a crate and a line here.

use citygate_booking::ClaimLanes;
use citygate_exchange::Registry;
use citygate_hospital::Insurer;
use citygate_identity::{PoliceRegistry, Profiles, SignInMethods, Tokens};
use citygate_inquiry::Registers;
use citygate_notify::{Mailer, SmsGateway, WebhookSettings};
use citygate_paper::pdf::Printer;
use citygate_payments::{CardProcessor, PayLanes};
use citygate_platform::{Service, http, idempotency, keys::SealedColumn, telemetry};
use citygate_provident_fund::BalanceLanes;

/// What parts need from outside.
pub struct Parties {
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// How citizens prove who they are.
    pub sign_in: SignInMethods,
    /// How people's own accounts are read.
    pub profiles: Profiles,
    /// Sends letters.
    pub mailer: Mailer,
    /// Sends short messages.
    pub sms: SmsGateway,
    /// Where agencies may be told.
    pub webhooks: WebhookSettings,
    /// Charges cards, where there is somebody who does.
    pub processor: Option<CardProcessor>,
    /// Verifies real names, where there is somebody who does.
    pub registry: Option<PoliceRegistry>,
    /// Insures patients, where there is somebody who does.
    pub insurer: Option<Insurer>,
    /// Through whom agencies' registers are asked.
    pub registers: Registers,
    /// How payments reach the database.
    pub pay_lanes: PayLanes,
    /// How claims to places reach the database.
    pub claim_lanes: ClaimLanes,
    /// How questions for a balance reach the database.
    pub balance_lanes: BalanceLanes,
}

/// Where sealed values stand.
pub fn sealed(services: &[Service]) -> Vec<SealedColumn> {
    let columns = services.iter().flat_map(|service| service.sealed);
    columns.chain(idempotency::SEALED).copied().collect()
}

/// Every part of the city, those that others stand on first.
pub fn all(parties: Parties) -> Vec<Service> {
    let Parties {
        tokens,
        sign_in,
        profiles,
        mailer,
        sms,
        webhooks,
        processor,
        registry,
        insurer,
        registers,
        pay_lanes,
        claim_lanes,
        balance_lanes,
    } = parties;
    let issuer = tokens.issuer().to_owned();
    // One for all: so many documents are made at once in the process, whoever asks for them.
    let printer = Printer::new();
    vec![
        http::service(telemetry::metrics()),
        citygate_catalogue::service(),
        citygate_notify::service(mailer, sms, webhooks),
        citygate_identity::service(tokens, sign_in, profiles, webhooks, registry),
        citygate_ledger::service(),
        citygate_payments::service(processor, pay_lanes),
        citygate_booking::service(claim_lanes),
        citygate_exchange::service(&issuer, self::registry()),
        citygate_certificates::service(printer.clone()),
        citygate_inquiry::service(registers),
        citygate_usage::service(citygate_listings::item_names),
        citygate_listings::service(),
        citygate_traffic::service(),
        citygate_hospital::service(insurer),
        citygate_results::service(printer),
        citygate_provident_fund::service(balance_lanes),
        citygate_social_security::service(),
        citygate_marriage::service(),
        citygate_listed::service(),
        citygate_applications::service(),
        citygate_cases::service(),
    ]
}

/// What services have to say in the protocols of hospitals' systems. What others refer to comes
/// first.
pub fn registry() -> Registry {
    Registry {
        repositories: vec![
            citygate_hospital::fhir_repository(),
            citygate_results::fhir_repository(),
        ],
        receivers: vec![citygate_hospital::siu_receiver(), citygate_results::oru_receiver()],
    }
}
