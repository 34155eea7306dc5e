//! To which order a report belongs. Never by guess: where anything is uncertain, it is held.

use citygate_exchange::{Hold, HoldReason};
use citygate_identity::PersonId;

use crate::model::{NewReport, Order, OrderStatus, Report};

/// Why a report cannot be assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It is held until people or time mend it.
    Held(Hold),
    /// It is on record as the answer to another order.
    OrderDiffers,
}

/// Whether a report may be filed as the answer to an order. What corrects or cancels a report that
/// is on record is taken after its order was withdrawn, too: the person has to learn of it.
pub(crate) fn assign<'o>(
    order: Option<&'o Order>,
    on_record: Option<&Report>,
    new: &NewReport,
) -> Result<&'o Order, Mismatch> {
    let Some(order) = order else {
        let waits_for = Some(new.order_no.as_str().to_owned());
        return Err(Mismatch::Held(Hold { reason: HoldReason::OrderUnknown, waits_for }));
    };
    let differs = on_record.is_some_and(|report| report.order != order.id);
    match (order.person == new.patient, differs, order.status) {
        (false, _, _) => Err(held(HoldReason::PatientMismatch)),
        (true, true, _) => Err(Mismatch::OrderDiffers),
        (true, false, OrderStatus::Revoked) if on_record.is_none() => {
            Err(held(HoldReason::OrderWithdrawn))
        }
        (true, false, OrderStatus::Active | OrderStatus::Completed | OrderStatus::Revoked) => {
            Ok(order)
        }
    }
}

/// Held for people.
pub(crate) fn held(reason: HoldReason) -> Mismatch {
    Mismatch::Held(Hold { reason, waits_for: None })
}

/// Whom an order is for, beside who it was said to be for.
pub(crate) fn same_person(order: &Order, said: PersonId) -> Result<(), Mismatch> {
    if order.person == said { Ok(()) } else { Err(held(HoldReason::PatientMismatch)) }
}

#[cfg(test)]
mod tests;
