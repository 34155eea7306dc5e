//! The list of all parts of the city. Adding a service is a crate and a line here.

use citygate_identity::{PoliceRegistry, SignInMethods, Tokens};
use citygate_notify::{Mailer, SmsGateway, WebhookSettings};
use citygate_payments::{CardProcessor, PayLanes};
use citygate_platform::{Service, http, telemetry};

/// What parts need from outside.
pub struct Parties {
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// How citizens prove who they are.
    pub sign_in: SignInMethods,
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
    /// How payments reach the database.
    pub pay_lanes: PayLanes,
}

/// Every part of the city, those that others stand on first.
pub fn all(parties: Parties) -> Vec<Service> {
    let Parties { tokens, sign_in, mailer, sms, webhooks, processor, registry, pay_lanes } =
        parties;
    vec![
        http::service(telemetry::metrics()),
        citygate_catalogue::service(),
        citygate_notify::service(mailer, sms, webhooks),
        citygate_identity::service(tokens, sign_in, webhooks, registry),
        citygate_ledger::service(),
        citygate_payments::service(processor, pay_lanes),
        citygate_traffic::service(),
    ]
}
