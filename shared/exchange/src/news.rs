//! News that services of the same hospital have for each other. None of it says anything of
//! anybody's health.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_platform::jobs::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A doctor has ordered an examination during a visit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The hospital.
    pub agency: AgencyId,
    /// The hospital's own number of the order.
    pub order_no: String,
    /// Who is to be examined.
    pub person: PersonId,
    /// During which visit.
    pub visit: Uuid,
    /// When.
    pub placed_at: DateTime<Utc>,
}

/// Told when an examination is ordered.
pub const ORDER_PLACED: Event<OrderPlaced> = Event::new("hospital.order_placed");

/// An order was taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderWithdrawn {
    /// The hospital.
    pub agency: AgencyId,
    /// The hospital's own number of the order.
    pub order_no: String,
}

/// Told when an order is taken back.
pub const ORDER_WITHDRAWN: Event<OrderWithdrawn> = Event::new("hospital.order_withdrawn");

/// What an order asked for is there, final.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderResulted {
    /// The hospital.
    pub agency: AgencyId,
    /// The hospital's own number of the order.
    pub order_no: String,
}

/// Told when the first final report of an order is there.
pub const ORDER_RESULTED: Event<OrderResulted> = Event::new("results.order_resulted");
