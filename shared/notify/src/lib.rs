//! Messages to people and to systems. It knows addresses, not people.
//!
//! | noun | what it is |
//! |---|---|
//! | [`EmailAddress`] | where a person reads mail; never printed |
//! | [`Mail`] | a subject and a plain text |
//! | [`Mailer`] | the way out: an SMTP server, or a folder of `.eml` files |
//! | [`PhoneNumber`] | where a person reads short messages; never printed |
//! | [`SmsGateway`] | the way out for those: a provider's HTTP gateway, or a folder of `.json` files |
//! | [`WebhookUrl`], [`Endpoint`] | where an [`Owner`] wants news posted, by [Standard Webhooks] |
//!
//! A mail or short message is *written* in the transaction of its cause and *sent* once by a job;
//! then its content is erased. An endpoint is *enabled* from its registration until its receiver
//! answers 410, and again when its owner registers anew.
//!
//! Invariants: nothing leaves before its cause has committed; a message keeps its id over all
//! attempts, so a receiver can tell a repetition; a webhook goes to public addresses only, over
//! HTTPS, is not redirected, and its answer is not read; the words of a mail server or receiver
//! reach neither log nor database, because they quote addresses.
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com

use std::sync::Arc;

use citygate_platform::Service;

mod address;
mod error;
mod mail;
mod mailer;
mod phone;
mod retention;
mod schema;
mod settings;
mod sms;
mod sms_gateway;
mod store;
mod webhooks;

pub use address::{EmailAddress, InvalidEmailAddress};
pub use error::{Error, PROBLEMS};
pub use mail::{Mail, send_mail};
pub use mailer::{MailError, Mailer};
pub use phone::{InvalidPhoneNumber, PhoneNumber};
pub use settings::{MailSettings, SmsSettings, WebhookSettings};
pub use sms::send_sms;
pub use sms_gateway::{SmsError, SmsGateway};
pub use webhooks::{
    Endpoint, InvalidSecret, InvalidWebhookUrl, Owner, Refused, WebhookUrl, endpoint,
    register_endpoint, send_webhook, sign,
};

/// The jobs that carry messages out.
pub fn service(mailer: Mailer, sms: SmsGateway, webhooks: WebhookSettings) -> Service {
    let mut service = Service::new("notify", PROBLEMS, |_| {});
    service.jobs = vec![mail::job(mailer), sms::job(sms), webhooks::job(Arc::new(webhooks.into()))];
    service.sealed = &[mail::CONTENT, webhooks::SECRET];
    service.expiring = retention::EXPIRING;
    service
}
