//! Nouns of identity.

mod client_request;
mod sign_in;
mod staff;
mod step_up;
mod verification;

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Id, Kind, Locale, Masked};
use uuid::Uuid;

use crate::documents::Document;

pub(crate) use self::sign_in::{
    CeremonyId, ChallengeId, CodeAddress, PasskeyId, SignedIn, random_id,
};

pub(crate) use client_request::ClientRequest;
pub use client_request::{ClientRequestId, ClientRequestKind};
pub use staff::{StaffId, StaffInvitationId, StaffInvitationKind, StaffKind, StaffRole};
pub(crate) use staff::{StaffInvitation, StaffMember};
pub use step_up::StepUpPurpose;
pub(crate) use step_up::{Bound, StepUpId};
pub(crate) use verification::{Verification, VerificationId, VerificationState};

/// Prefix of account identifiers.
pub enum AccountKind {}
impl Kind for AccountKind {
    const PREFIX: &'static str = "acct";
}
/// Identifies an account: somebody who can sign in.
pub type AccountId = Id<AccountKind>;

/// Prefix of person identifiers.
pub enum PersonKind {}
impl Kind for PersonKind {
    const PREFIX: &'static str = "pers";
}
/// Identifies a natural person.
pub type PersonId = Id<PersonKind>;

/// A real name with nothing hidden, for a register or a certificate.
#[derive(Debug, Clone)]
pub struct FullName {
    /// The name.
    pub name: Masked<String>,
    /// The document that they are known by.
    pub document: Document,
}

/// Prefix of session identifiers.
pub enum SessionKind {}
impl Kind for SessionKind {
    const PREFIX: &'static str = "sess";
}
/// Identifies one sign-in.
pub type SessionId = Id<SessionKind>;

/// Prefix of client identifiers.
pub enum ClientKind {}
impl Kind for ClientKind {
    const PREFIX: &'static str = "clnt";
}
/// Identifies a system of an agency or hospital.
pub type ClientId = Id<ClientKind>;

/// An account as stored.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub id: AccountId,
    pub city: CityCode,
    pub email_sealed: Vec<u8>,
    pub locale: Locale,
    pub person: Option<PersonId>,
    pub created_at: DateTime<Utc>,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    /// A one-time code by mail.
    EmailCode,
    /// A one-time code by short message.
    SmsCode,
    Password,
    /// A passkey, with verification of the user.
    Passkey,
}

impl Method {
    pub(crate) const ALL: [Self; 4] =
        [Self::EmailCode, Self::SmsCode, Self::Password, Self::Passkey];

    /// As a table stores it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::SmsCode => "sms_code",
            Self::Password => "password",
            Self::Passkey => "passkey",
        }
    }

    /// The reverse of [`Method::name`].
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Its values of `amr` (RFC 8176, 2). A passkey may be kept in hardware or not; what is certain
    /// is that its holder was there.
    pub(crate) fn amr(self) -> &'static [&'static str] {
        match self {
            Self::EmailCode => &["otp"],
            Self::SmsCode => &["otp", "sms"],
            Self::Password => &["pwd"],
            Self::Passkey => &["hwk", "user"],
        }
    }
}

/// A proof of who somebody is: by which methods together, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authentication {
    pub methods: Vec<Method>,
    pub at: DateTime<Utc>,
}

impl Authentication {
    /// By one method.
    pub(crate) fn by(method: Method, at: DateTime<Utc>) -> Self {
        Self { methods: vec![method], at }
    }

    /// The claim `amr`, without repetitions.
    pub(crate) fn amr(&self) -> Vec<&'static str> {
        let all = self.methods.iter().flat_map(|method| method.amr().iter().copied());
        let mut amr: Vec<_> = all.chain((self.methods.len() > 1).then_some("mfa")).collect();
        amr.sort_unstable();
        amr.dedup();
        amr
    }
}

/// How far a proof of who somebody is can be relied on: the claim `acr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    One,
    Two,
    /// No sign-in reaches it: a fresh proof by somebody whose real name is verified does.
    Three,
}

impl Level {
    pub(crate) const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// As a table stores it.
    pub(crate) fn number(self) -> i16 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// The value of `acr`.
    pub(crate) fn acr(self) -> &'static str {
        match self {
            Self::One => "urn:citygate:loa:1",
            Self::Two => "urn:citygate:loa:2",
            Self::Three => "urn:citygate:loa:3",
        }
    }

    /// The reverse of [`Level::acr`].
    pub(crate) fn from_acr(acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.acr() == acr)
    }
}

/// The city's own app. It is in the database from the beginning, and belongs to no agency.
pub(crate) const CITYGATE_APP: ClientId = ClientId::from_uuid(Uuid::from_u128(1));
/// Its `client_id`. Those of all others are identifiers.
const CITYGATE_APP_NAME: &str = "citygate-app";

/// The `client_id` of a client.
pub(crate) fn client_name(id: ClientId) -> String {
    if id == CITYGATE_APP { CITYGATE_APP_NAME.to_owned() } else { id.to_string() }
}

/// The client of a `client_id`.
pub(crate) fn client_named(name: &str) -> Option<ClientId> {
    if name == CITYGATE_APP_NAME { Some(CITYGATE_APP) } else { name.parse().ok() }
}

/// A client as stored.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub id: ClientId,
    pub city: CityCode,
    /// None for the city's own app.
    pub agency_id: Option<Uuid>,
    /// What its people call it; shown on the consent page.
    pub name: String,
    /// None for a public client (RFC 6749, 2.1).
    pub public_jwk: Option<serde_json::Value>,
    /// What it may be given, at most.
    pub scopes: Vec<String>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
}

impl Client {
    /// Whether it can prove who it is.
    pub(crate) fn is_confidential(&self) -> bool {
        self.public_jwk.is_some()
    }

    /// Whether it is registered for a scope.
    pub(crate) fn may_have(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}

/// A session as stored: what a client may do for somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub id: SessionId,
    pub account: AccountId,
    /// None for the sign-in of a browser to the city's own pages.
    pub client: Option<ClientId>,
    pub scopes: Vec<String>,
    pub authentication: Authentication,
    pub expires_at: DateTime<Utc>,
    pub revoked: bool,
}

impl Session {
    /// Whether it was neither revoked nor has run out.
    pub(crate) fn runs(&self, now: DateTime<Utc>) -> bool {
        !self.revoked && now < self.expires_at
    }

    /// Whether it has a scope.
    pub(crate) fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}

/// An authorization code as stored.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationCode {
    pub client: ClientId,
    pub account: AccountId,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub nonce: Option<String>,
    pub code_challenge: String,
    pub authentication: Authentication,
    pub expires_at: DateTime<Utc>,
    /// What it was exchanged for.
    pub session: Option<SessionId>,
}
