//! Nouns of signing in.

use std::str::FromStr;

use citygate_kernel::{Id, Kind};
use citygate_notify::{EmailAddress, PhoneNumber};
use serde::{Deserialize, Deserializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{OneOfBuilder, RefOr, Schema},
};
use uuid::Uuid;

use super::{Account, Authentication};
use crate::rules::Channel;

/// Prefix of the identifiers of flows with a one-time code.
pub(crate) enum ChallengeKind {}
impl Kind for ChallengeKind {
    const PREFIX: &'static str = "chal";
}
/// Identifies a flow that asked for a one-time code. All of its bits are random: only who asked
/// knows it.
pub(crate) type ChallengeId = Id<ChallengeKind>;

/// Prefix of passkey identifiers.
pub(crate) enum PasskeyKind {}
impl Kind for PasskeyKind {
    const PREFIX: &'static str = "pkey";
}
/// Identifies a passkey.
pub(crate) type PasskeyId = Id<PasskeyKind>;

/// Prefix of the identifiers of passkey ceremonies.
pub(crate) enum CeremonyKind {}
impl Kind for CeremonyKind {
    const PREFIX: &'static str = "crmy";
}
/// Identifies a ceremony that makes or uses a passkey (WebAuthn Level 3, 7). All of its bits are
/// random.
pub(crate) type CeremonyId = Id<CeremonyKind>;

/// An identifier that nobody can guess.
pub(crate) fn random_id<K: Kind>() -> Id<K> {
    Id::from_uuid(Uuid::from_bytes(citygate_platform::keys::random()))
}

/// Where a one-time code goes, and by what somebody is found: a mail address, or a telephone number
/// that begins with `+`. It never prints itself.
#[derive(Debug, Clone)]
pub(crate) enum CodeAddress {
    Mail(EmailAddress),
    Phone(PhoneNumber),
}

impl CodeAddress {
    pub(crate) fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Phone(_) => Channel::Sms,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Mail(email) => email.as_str(),
            Self::Phone(phone) => phone.as_str(),
        }
    }
}

impl FromStr for CodeAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = if text.trim_start().starts_with('+') && !text.contains('@') {
            text.parse().map(Self::Phone).ok()
        } else {
            text.parse().map(Self::Mail).ok()
        };
        parsed.ok_or("a mail address, or a mobile number with its country code, is expected")
    }
}

impl<'de> Deserialize<'de> for CodeAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for CodeAddress {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .description(Some("A mail address, or a mobile number with its country code."))
            .item(EmailAddress::schema())
            .item(PhoneNumber::schema())
            .into()
    }
}

impl ToSchema for CodeAddress {}

/// Somebody who has proven who they are, and has no session yet.
pub(crate) struct SignedIn {
    pub account: Account,
    pub authentication: Authentication,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_mailbox_or_a_telephone() {
        for (text, channel) in [
            ("wang@example.com", Some(Channel::Mail)),
            ("+tag@example.com", Some(Channel::Mail)),
            (" +86 138 0013 8000", Some(Channel::Sms)),
            ("13800138000", None),
            ("+86", None),
            ("", None),
        ] {
            let parsed = text.parse::<CodeAddress>().ok();
            assert_eq!(parsed.as_ref().map(CodeAddress::channel), channel, "{text}");
            assert!(!format!("{parsed:?}").contains("example"), "it never prints itself");
        }
    }
}
