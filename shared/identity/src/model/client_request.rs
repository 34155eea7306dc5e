//! New systems that agencies ask for.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind};

use super::{AccountId, ClientId, StaffId};

/// Prefix of identifiers of requests for a system.
pub enum ClientRequestKind {}
impl Kind for ClientRequestKind {
    const PREFIX: &'static str = "creq";
}
/// Identifies a request for a system.
pub type ClientRequestId = CityId<ClientRequestKind>;

/// A system that an admin wants to have registered, and another has to agree to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClientRequest {
    pub id: ClientRequestId,
    pub agency: AgencyId,
    pub name: String,
    pub scopes: Vec<String>,
    pub jwk: serde_json::Value,
    /// Which admin, and whose account that is.
    pub requested_by: (StaffId, AccountId),
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// What was registered.
    pub client: Option<ClientId>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}
