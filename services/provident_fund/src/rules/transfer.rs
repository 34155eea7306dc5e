//! Transfers: what each of the two centres does, and what it hears of the other. News travels between
//! them in any order and more than once: what leads nowhere has been overtaken and changes nothing.

use citygate_calendar::Period;
use citygate_kernel::{
    Text,
    states::{self, Row},
};
use serde::Deserialize;

use crate::model::{
    AccountState, TransferInEvent, TransferInState, TransferOutEvent, TransferOutState,
};

/// Key of the rule for transfers.
pub(crate) const TRANSFER: &str = "provident_fund.transfer";

/// What becomes of a transfer at the centre that takes the account over.
pub(crate) const TABLE_IN: &[Row<TransferInState, TransferInEvent>] = {
    use TransferInEvent::{Accept, Arrive, Cancel, Deliver, Leave, Refuse, Stop};
    use TransferInState::{
        Accepted, Cancelled, Cancelling, Completed, Moving, Refused, Requested, Sent,
    };
    &[
        (Requested, Deliver, Sent),
        (Requested, Accept, Accepted),
        (Requested, Refuse, Refused),
        (Requested, Leave, Moving),
        (Requested, Cancel, Cancelling),
        (Sent, Accept, Accepted),
        (Sent, Refuse, Refused),
        (Sent, Leave, Moving),
        (Sent, Cancel, Cancelling),
        (Accepted, Refuse, Refused),
        (Accepted, Leave, Moving),
        (Moving, Arrive, Completed),
        // The other centre was faster.
        (Cancelling, Accept, Accepted),
        (Cancelling, Refuse, Refused),
        (Cancelling, Leave, Moving),
        (Cancelling, Stop, Cancelled),
    ]
};

/// What becomes of a transfer at the centre that gives the account away.
pub(crate) const TABLE_OUT: &[Row<TransferOutState, TransferOutEvent>] = {
    use TransferOutEvent::{Accept, Arrive, Cancel, Leave, Overdue, Refuse};
    use TransferOutState::{Accepted, Cancelled, Completed, Moving, Received, Refused};
    &[
        (Received, Accept, Accepted),
        (Received, Refuse, Refused),
        (Received, Cancel, Cancelled),
        (Received, Overdue, Received),
        (Accepted, Refuse, Refused),
        (Accepted, Leave, Moving),
        (Moving, Arrive, Completed),
    ]
};

/// Where an event leads at the centre that takes the account over; none where it cannot happen.
pub(crate) fn next_in(state: TransferInState, event: TransferInEvent) -> Option<TransferInState> {
    states::next(TABLE_IN, state, event)
}

/// The same at the centre that gives it away.
pub(crate) fn next_out(
    state: TransferOutState,
    event: TransferOutEvent,
) -> Option<TransferOutState> {
    states::next(TABLE_OUT, state, event)
}

/// Parameters of [`TRANSFER`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferRule {
    /// Within which the centre that gives the account away decides, from the day on which it hears
    /// of it.
    pub answer: Period,
    /// For how many of the last months contributions have to be paid in at the new centre.
    pub paid_months: u32,
}

/// What stands in the way of giving an account away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// The account stands so.
    Account(AccountState),
    /// A loan is being repaid.
    Loan,
    /// A withdrawal is not paid yet.
    Withdrawal,
    /// There is nothing in it.
    Empty,
    /// It is being moved already.
    Transfer,
}

/// What stands in the way, first things first.
pub(crate) fn hindrance(
    state: AccountState,
    loan: bool,
    withdrawal: bool,
    balance_minor: i64,
) -> Option<Hindrance> {
    match state {
        AccountState::Active | AccountState::Sealed => {}
        AccountState::Open | AccountState::Transferred | AccountState::Closed => {
            return Some(Hindrance::Account(state));
        }
    }
    if loan {
        return Some(Hindrance::Loan);
    }
    if withdrawal {
        return Some(Hindrance::Withdrawal);
    }
    (balance_minor <= 0).then_some(Hindrance::Empty)
}

impl Hindrance {
    /// A sentence for people.
    pub(crate) fn text(self) -> Text {
        match self {
            Self::Account(state) => Text::new(
                format!("The account stands as: {}.", state.name().en),
                format!("账户状态为“{}”，不能转出。", state.name().zh),
            ),
            Self::Loan => Text::new(
                "A loan of the fund is not repaid.",
                "有未结清的住房公积金贷款，不能转出。",
            ),
            Self::Withdrawal => Text::new(
                "A withdrawal from the account is under way.",
                "该账户有正在办理的提取申请，不能转出。",
            ),
            Self::Empty => {
                Text::new("There is nothing in the account.", "账户余额为零，无需转出。")
            }
            Self::Transfer => {
                Text::new("The account is being moved already.", "该账户正在办理异地转移。")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::holds;

    #[test]
    fn every_event_in_every_state_does_what_the_documentation_says() {
        use TransferInState as In;
        use TransferOutState as Out;
        let states: Vec<_> = In::ALL.iter().map(|state| (*state, state.code())).collect();
        let events: Vec<_> = TransferInEvent::ALL.iter().map(|one| (*one, one.code())).collect();
        let ends = [In::Completed, In::Refused, In::Cancelled];
        let heading = "# What becomes of a transfer at the centre that takes the account over";
        holds(heading, TABLE_IN, &states, &events, &ends);
        let states: Vec<_> = Out::ALL.iter().map(|state| (*state, state.code())).collect();
        let events: Vec<_> = TransferOutEvent::ALL.iter().map(|one| (*one, one.code())).collect();
        let ends = [Out::Completed, Out::Refused, Out::Cancelled];
        let heading = "# What becomes of a transfer at the centre that gives the account away";
        holds(heading, TABLE_OUT, &states, &events, &ends);
    }

    #[test]
    fn money_arrives_only_after_it_has_left() {
        for state in TransferInState::ALL {
            let arrives = next_in(*state, TransferInEvent::Arrive).is_some();
            assert_eq!(arrives, *state == TransferInState::Moving, "{state:?}");
        }
    }

    /// Whatever the other centre does, and in whichever order its news arrives, the side that takes
    /// the account over ends where the other does.
    #[test]
    fn news_in_any_order_leads_to_the_same_end() {
        use TransferInEvent::{Accept, Cancel, Deliver, Leave, Refuse, Stop};
        use TransferInState as In;
        for (news, end) in [
            (&[Deliver, Accept, Leave][..], In::Moving),
            (&[Deliver, Refuse], In::Refused),
            (&[Deliver, Accept, Refuse], In::Refused),
            (&[Cancel, Deliver, Stop], In::Cancelled),
            (&[Cancel, Deliver, Accept, Leave], In::Moving),
        ] {
            for order in orders(news) {
                // The person's own step comes first wherever there is one.
                let own = order.iter().filter(|event| **event == Cancel);
                let told = order.iter().filter(|event| **event != Cancel);
                let take = |state, event: &_| next_in(state, *event).unwrap_or(state);
                let state = own.chain(told).fold(In::Requested, take);
                assert_eq!(state, end, "{order:?}");
            }
        }
    }

    fn orders(of: &[TransferInEvent]) -> Vec<Vec<TransferInEvent>> {
        let [first, rest @ ..] = of else { return vec![Vec::new()] };
        let mut all = Vec::new();
        for order in orders(rest) {
            for place in 0..=order.len() {
                let mut longer = order.clone();
                longer.insert(place, *first);
                all.push(longer);
            }
        }
        all
    }

    #[test]
    fn what_stands_in_the_way_of_giving_an_account_away() {
        use AccountState::{Active, Closed, Open, Sealed, Transferred};
        for (state, loan, withdrawal, balance, expected) in [
            (Active, false, false, 1, None),
            (Sealed, false, false, 1, None),
            (Open, false, false, 1, Some(Hindrance::Account(Open))),
            (Closed, false, false, 1, Some(Hindrance::Account(Closed))),
            (Transferred, false, false, 1, Some(Hindrance::Account(Transferred))),
            (Sealed, true, true, 0, Some(Hindrance::Loan)),
            (Sealed, false, true, 0, Some(Hindrance::Withdrawal)),
            (Sealed, false, false, 0, Some(Hindrance::Empty)),
        ] {
            assert_eq!(hindrance(state, loan, withdrawal, balance), expected);
        }
    }
}
