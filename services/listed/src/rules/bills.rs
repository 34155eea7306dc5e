//! What is believed of a register of bills, and what follows from it.

use chrono::NaiveDate;
use citygate_listings::BillSpec;
use citygate_payments::BillState;

use crate::model::{BillsRecord, SaidBill};

/// What becomes of a bill that was fetched before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    Keep,
    /// It is due on another day.
    Move,
    /// It is taken back, if it is not yet, and issued anew.
    Reissue,
    /// It is taken back.
    Withdraw,
}

/// How a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub state: BillState,
    pub amount_minor: i64,
    pub due_on: NaiveDate,
}

/// Whether a register asks for no more than the listing lets it.
pub(crate) fn is_believed(spec: &BillSpec, record: &BillsRecord) -> bool {
    record.bills.iter().all(|bill| bill.amount_minor <= spec.amount_minor_max)
}

/// What becomes of a bill, by what the register says now.
pub(crate) fn change(standing: Standing, said: Option<&SaidBill>) -> Change {
    match (standing.state, said) {
        (BillState::Paid, _) | (BillState::Cancelled | BillState::Expired, None) => Change::Keep,
        (BillState::Cancelled | BillState::Expired, Some(_)) => Change::Reissue,
        (BillState::Open, None) => Change::Withdraw,
        (BillState::Open, Some(said)) if said.amount_minor != standing.amount_minor => {
            Change::Reissue
        }
        (BillState::Open, Some(said)) if said.due_on != standing.due_on => Change::Move,
        (BillState::Open, Some(_)) => Change::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(amount_minor: i64, due_on: &str) -> SaidBill {
        let due_on = due_on.parse().unwrap();
        SaidBill { no: "1".to_owned(), subject: None, amount_minor, due_on }
    }

    #[test]
    fn each_state_and_each_saying_has_one_outcome() {
        let same = said(100, "2026-12-10");
        let (later, more) = (said(100, "2026-12-20"), said(101, "2026-12-10"));
        let says = [Some(&same), Some(&later), Some(&more), None];
        for (state, outcomes) in [
            (BillState::Open, [Change::Keep, Change::Move, Change::Reissue, Change::Withdraw]),
            (BillState::Paid, [Change::Keep; 4]),
            (
                BillState::Cancelled,
                [Change::Reissue, Change::Reissue, Change::Reissue, Change::Keep],
            ),
            (BillState::Expired, [Change::Reissue, Change::Reissue, Change::Reissue, Change::Keep]),
        ] {
            let due_on = "2026-12-10".parse().unwrap();
            let standing = Standing { state, amount_minor: 100, due_on };
            for (said, outcome) in says.iter().zip(outcomes) {
                assert_eq!(change(standing, *said), outcome, "{state:?} {said:?}");
            }
        }
    }

    #[test]
    fn a_register_that_asks_for_too_much_is_not_believed_at_all() {
        let spec: BillSpec = serde_json::from_value(serde_json::json!({
            "subject": "water", "charge": {"en": "Water", "zh": "水费"}, "amount_minor_max": 100,
        }))
        .unwrap();
        let of = |amounts: &[i64]| BillsRecord {
            bills: amounts.iter().map(|amount| said(*amount, "2026-12-10")).collect(),
        };
        assert!(is_believed(&spec, &of(&[])) && is_believed(&spec, &of(&[1, 100])));
        assert!(!is_believed(&spec, &of(&[1, 101])));
    }
}
