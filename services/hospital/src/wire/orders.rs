//! Bodies of orders.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::wire;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::directory::{TextBody, given};
use crate::{
    actions::OrderEvent,
    model::{NewOrder, Order, OrderId, OrderKind, OrderWords, OwnNo, VisitId},
};

/// The longest that a result may take: thirty days.
const MOST_MINUTES: u32 = 30 * 24 * 60;

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match u32::try_from(wire::integer(deserializer)?) {
        Ok(minutes) if (1..=MOST_MINUTES).contains(&minutes) => Ok(Some(minutes)),
        _ => Err(de::Error::custom("1 to 43200 minutes are expected")),
    }
}

/// What a doctor wants done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalOrder)]
pub(crate) struct PutOrderBody {
    visit_id: VisitId,
    kind: OrderKind,
    /// At which station.
    station_no: OwnNo,
    title: TextBody,
    /// How to prepare.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = TextBody)]
    preparation: Option<TextBody>,
    /// How long the result takes once the examination was made.
    #[serde(default, deserialize_with = "minutes")]
    #[schema(required = false, value_type = u32, minimum = 1, maximum = 43200)]
    ready_minutes: Option<u32>,
}

impl PutOrderBody {
    pub(crate) fn order(self, agency: AgencyId, order_no: OwnNo) -> NewOrder {
        NewOrder {
            agency,
            order_no,
            visit: self.visit_id,
            kind: self.kind,
            station_no: self.station_no,
            words: OrderWords {
                title: self.title.text(),
                preparation: self.preparation.map(TextBody::text),
            },
            ready_minutes: self.ready_minutes,
        }
    }
}

/// What happens to an order.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HospitalOrderEvent)]
enum OrderEventBody {
    /// The result is there.
    Resulted,
    /// The medicine was handed out.
    Dispensed,
    /// The doctor took it back.
    Cancelled,
}

/// News of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalOrderEvent, example = json!({"event": "resulted"}))]
pub(crate) struct AdvanceOrderBody {
    event: OrderEventBody,
}

impl AdvanceOrderBody {
    pub(crate) fn event(&self) -> OrderEvent {
        match self.event {
            OrderEventBody::Resulted => OrderEvent::Resulted,
            OrderEventBody::Dispensed => OrderEvent::Dispensed,
            OrderEventBody::Cancelled => OrderEvent::Cancelled,
        }
    }
}

/// An order as recorded. Its words are not repeated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalOrder)]
pub(crate) struct OrderBody {
    id: OrderId,
    order_no: OwnNo,
    visit_id: VisitId,
    kind: OrderKind,
    station_no: OwnNo,
    placed_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    resulted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    dispensed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    cancelled_at: Option<DateTime<Utc>>,
}

impl From<Order> for OrderBody {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            order_no: order.order_no,
            visit_id: order.visit,
            kind: order.kind,
            station_no: order.station_no,
            placed_at: order.placed_at,
            resulted_at: order.resulted_at,
            dispensed_at: order.dispensed_at,
            cancelled_at: order.cancelled_at,
        }
    }
}
