//! What an operator decides.

use std::path::PathBuf;

use citygate_kernel::Masked;
use serde::{Deserialize, Serialize, Serializer};

/// How mail leaves the house.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// The mail server: `smtp://host:25`, `smtp://user:password@host:587?tls=required` or
    /// `smtps://user:password@host`. Without one, mails become files.
    #[serde(serialize_with = "stars")]
    pub smtp_url: Option<Masked<String>>,
    /// The sender.
    pub from: String,
    /// Where mails land as `.eml` files while there is no mail server.
    pub folder: Option<PathBuf>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { smtp_url: None, from: "Citygate <no-reply@citygate.example>".into(), folder: None }
    }
}

/// Settings are printed by `citygate config`, and the URL may hold a password.
fn stars<S: Serializer>(url: &Option<Masked<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(ToString::to_string).serialize(serializer)
}

/// How short messages leave the house.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSettings {
    /// Where a provider takes messages: each is posted as JSON with `id`, `written_at`, `to` and
    /// `text`, the id also as `Idempotency-Key`. Without one, messages become files.
    pub gateway_url: Option<String>,
    /// The file with the key that the provider gave; it is sent as a bearer token.
    pub gateway_key_file: Option<PathBuf>,
    /// Where messages land as `.json` files while there is no gateway.
    pub folder: Option<PathBuf>,
}

/// Where webhooks may go.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    /// Allows plain HTTP, any port and private addresses. For the demo and for tests: whoever may
    /// register an endpoint can then make this machine call its neighbours.
    pub allow_private: bool,
}
