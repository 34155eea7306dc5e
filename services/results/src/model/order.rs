//! What a doctor wants examined.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityId, Kind};

use super::OwnNo;

/// Prefix of order identifiers.
pub(crate) enum OrderKind {}
impl Kind for OrderKind {
    const PREFIX: &'static str = "exor";
}
/// Identifies an order: the id of its `ServiceRequest`.
pub(crate) type OrderId = CityId<OrderKind>;

citygate_kernel::words! {
    /// How far an order is (FHIR R4, ServiceRequest.status).
    OrderStatus {
        /// It is to be carried out.
        Active = "active",
        /// There is a final report of it.
        Completed = "completed",
        /// It was taken back.
        Revoked = "revoked",
    }
}

citygate_kernel::words! {
    /// Who told of an order first.
    OrderSource {
        /// The hospital's system pushed it.
        Fhir = "fhir",
        /// It was placed during a visit.
        Hospital = "hospital",
    }
}

/// An order on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub id: OrderId,
    pub agency: AgencyId,
    pub order_no: OwnNo,
    pub person: PersonId,
    pub status: OrderStatus,
    pub source: OrderSource,
    /// From 1, one more with every change.
    pub version: u32,
    pub authored_at: DateTime<Utc>,
    /// Equal for equal content; none where nobody has pushed a resource.
    pub content_digest: Option<Vec<u8>>,
    /// The resource as it was sent, sealed.
    pub content_sealed: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}
