//! The list of all parts of the city. Adding a service is a crate and a line here.

use citygate_identity::Tokens;
use citygate_notify::{Mailer, WebhookSettings};
use citygate_payments::{CardProcessor, PayLanes};
use citygate_platform::{Service, http, telemetry};

/// What parts need from outside.
pub struct Parties {
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// Sends letters.
    pub mailer: Mailer,
    /// Where agencies may be told.
    pub webhooks: WebhookSettings,
    /// Charges cards, where there is somebody who does.
    pub processor: Option<CardProcessor>,
    /// How payments reach the database.
    pub pay_lanes: PayLanes,
}

/// Every part of the city, those that others stand on first.
pub fn all(parties: Parties) -> Vec<Service> {
    let Parties { tokens, mailer, webhooks, processor, pay_lanes } = parties;
    vec![
        http::service(telemetry::metrics()),
        citygate_catalogue::service(),
        citygate_notify::service(mailer, webhooks),
        citygate_identity::service(tokens, webhooks),
        citygate_ledger::service(),
        citygate_payments::service(processor, pay_lanes),
        citygate_traffic::service(),
    ]
}
