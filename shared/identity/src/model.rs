//! Nouns of identity.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Id, Kind, Locale};
use uuid::Uuid;

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
    pub real_name_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A client as stored.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub id: ClientId,
    pub city: CityCode,
    pub agency_id: Uuid,
    pub public_jwk: serde_json::Value,
    pub scopes: Vec<String>,
}
