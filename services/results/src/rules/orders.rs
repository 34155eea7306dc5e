//! How far an order is.

use crate::model::OrderStatus;

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderEvent {
    /// It is said to be placed, again.
    Placed,
    /// Its first final report is there.
    Resulted,
    /// The hospital says that it is done, on paper or elsewhere.
    Done,
    /// It was taken back.
    Withdrawn,
}

impl OrderStatus {
    /// What an event makes of it; none where it cannot happen. An order that has results stays
    /// completed, whoever says what: the results are there.
    pub(crate) fn next(self, event: OrderEvent) -> Option<Self> {
        use OrderEvent::{Done, Placed, Resulted, Withdrawn};
        match (self, event) {
            (Self::Active, Placed) => Some(Self::Active),
            (Self::Active | Self::Completed, Resulted | Done) => Some(Self::Completed),
            (Self::Active, Withdrawn) => Some(Self::Revoked),
            (Self::Completed, Placed | Withdrawn) => Some(Self::Completed),
            // A correction of what was reported before.
            (Self::Revoked, Withdrawn | Resulted) => Some(Self::Revoked),
            (Self::Revoked, Placed | Done) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_one_effect_in_every_status() {
        use OrderEvent::{Done, Placed, Resulted, Withdrawn};
        use OrderStatus::{Active, Completed, Revoked};
        let events = [Placed, Resulted, Done, Withdrawn];
        let table = [
            (Active, [Some(Active), Some(Completed), Some(Completed), Some(Revoked)]),
            (Completed, [Some(Completed); 4]),
            (Revoked, [None, Some(Revoked), None, Some(Revoked)]),
        ];
        assert_eq!(table.map(|(status, _)| status).as_slice(), OrderStatus::ALL);
        for (status, row) in table {
            for (event, next) in events.into_iter().zip(row) {
                assert_eq!(status.next(event), next, "{status:?} and {event:?}");
            }
        }
    }
}
