//! What signing in needs besides the database.

use std::sync::Arc;

use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{Url, WebauthnError},
};

use crate::{
    error::Error,
    hasher::{HashError, Hasher},
    settings::SignInSettings,
};

/// The name that authenticators show beside a passkey.
const RELYING_PARTY: &str = "Citygate";

/// The ways to sign in, ready for use. Cheap to clone.
#[derive(Clone)]
pub struct SignInMethods {
    pub(crate) hasher: Hasher,
    pub(crate) settings: SignInSettings,
    webauthn: Option<Arc<Webauthn>>,
}

/// Why they cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The public address is none.
    #[error("the public URL of the city is not a URL")]
    Url,
    /// Passkeys refuse the public address.
    #[error("passkeys cannot be bound to the public URL: {0}")]
    Passkeys(#[from] WebauthnError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl SignInMethods {
    /// For a city at a public address.
    pub fn new(settings: &SignInSettings, public_url: &str) -> Result<Self, SignInError> {
        let url: Url = public_url.parse().map_err(|_| SignInError::Url)?;
        let webauthn = match origin(url) {
            Some((domain, url)) => {
                let builder = WebauthnBuilder::new(&domain, &url)?.rp_name(RELYING_PARTY);
                Some(Arc::new(builder.build()?))
            }
            None => {
                tracing::warn!("no passkeys: they need a public_url with a domain name");
                None
            }
        };
        Ok(Self { hasher: Hasher::new()?, settings: settings.clone(), webauthn })
    }

    /// The relying party of passkeys, where there can be one.
    pub(crate) fn webauthn(&self) -> Result<&Webauthn, Error> {
        self.webauthn.as_deref().ok_or(Error::PasskeysUnavailable)
    }
}

/// The relying party's id and origin. Browsers bind passkeys to a domain, and an address is none
/// (WebAuthn Level 3, 5.1.3); a city on a loopback address is as well reached as `localhost`, and
/// its passkeys work there.
fn origin(mut url: Url) -> Option<(String, Url)> {
    if url.domain().is_none() {
        let host = url.host_str()?.trim_matches(['[', ']']);
        if !host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()) {
            return None;
        }
        url.set_host(Some("localhost")).ok()?;
    }
    let domain = url.domain()?.to_owned();
    Some((domain, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_a_domain() {
        for (url, expected) in [
            ("https://id.city.example", Some(("id.city.example", "https://id.city.example/"))),
            ("http://localhost:8080", Some(("localhost", "http://localhost:8080/"))),
            ("http://127.0.0.1:8080", Some(("localhost", "http://localhost:8080/"))),
            ("http://[::1]:8080", Some(("localhost", "http://localhost:8080/"))),
            ("http://10.0.0.1:8080", None),
        ] {
            let found = origin(url.parse().unwrap());
            let found = found.as_ref().map(|(id, url)| (id.as_str(), url.as_str()));
            assert_eq!(found, expected, "{url}");
            let methods = SignInMethods::new(&SignInSettings::default(), url).unwrap();
            assert_eq!(methods.webauthn().is_ok(), expected.is_some());
        }
        assert!(SignInMethods::new(&SignInSettings::default(), "nowhere").is_err());
    }
}
