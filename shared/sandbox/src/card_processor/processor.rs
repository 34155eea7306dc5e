//! The processor without HTTP: its book, and the behaviours that wait for the next requests.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    behaviour::Behaviour,
    book::{Book, Charged},
    charge::{Charge, ChargeBody, ChargeId, ChargeStatus, DeclineReason},
    failure::Failure,
};
use crate::delivery::Delivery;

/// Everything the processor remembers.
#[derive(Default)]
pub(super) struct Processor {
    book: Book,
    behaviours: Behaviours,
}

/// The behaviours that are left, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviours {
    pub(super) next: VecDeque<Behaviour>,
}

impl Processor {
    /// Replaces the behaviours that are left.
    pub(super) fn behave(&mut self, behaviours: Behaviours) {
        self.behaviours = behaviours;
    }

    /// The behaviours that are left.
    pub(super) fn behaviours(&self) -> &Behaviours {
        &self.behaviours
    }

    /// A request for a charge arrives.
    pub(super) fn charge(
        &mut self,
        wanted: Result<ChargeBody, Failure>,
        id: ChargeId,
    ) -> Delivery<Result<Charged, Failure>> {
        let behaviour = self.behaviours.next.pop_front();
        Delivery::of(behaviour, || {
            let charged = self.book.charge(wanted?, id)?;
            Ok(match behaviour {
                Some(Behaviour::Contradict) => contradicted(charged),
                _ => charged,
            })
        })
    }

    /// A question about a charge arrives. There is nothing to contradict: the answer is the truth.
    pub(super) fn find(&mut self, reference: &str) -> Delivery<Result<Charge, Failure>> {
        Delivery::of(self.behaviours.next.pop_front(), || self.book.find(reference))
    }

    /// Everything that was booked, in order.
    pub(super) fn statement(&self) -> Vec<Charge> {
        self.book.statement()
    }
}

/// Says that a success was declined; a charge that was declined already is said to be so.
fn contradicted(charged: Charged) -> Charged {
    let lie = |charge: Charge| match charge.status {
        ChargeStatus::Succeeded => {
            let decline_reason = DeclineReason::DoNotHonour;
            Charge { status: ChargeStatus::Declined { decline_reason }, ..charge }
        }
        ChargeStatus::Declined { .. } => charge,
    };
    match charged {
        Charged::Now(charge) => Charged::Now(lie(charge)),
        Charged::Before(charge) => Charged::Before(lie(charge)),
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{Clock, Currency, Money};

    use super::*;

    const ALL: [Behaviour; 7] = [
        Behaviour::TimeoutAfterCharge,
        Behaviour::TimeoutBeforeCharge,
        Behaviour::Error500,
        Behaviour::ErrorAfterCharge,
        Behaviour::Garbage,
        Behaviour::Slow,
        Behaviour::Contradict,
    ];

    fn misbehaving(behaviours: &[Behaviour]) -> Processor {
        let mut processor = Processor::default();
        processor.behave(Behaviours { next: behaviours.iter().copied().collect() });
        processor
    }

    fn ask(processor: &mut Processor, card_token: &str) -> Delivery<Result<Charged, Failure>> {
        let wanted = ChargeBody {
            reference: "r".to_owned(),
            amount: Money::new(100, Currency::Cny),
            card_token: card_token.to_owned(),
        };
        processor.charge(Ok(wanted), ChargeId::new(&Clock::system()))
    }

    #[test]
    fn each_behaviour_books_what_it_promises() {
        for behaviour in ALL {
            let mut processor = misbehaving(&[behaviour]);
            let delivery = ask(&mut processor, "tok_sandbox_ok");
            let booked = processor.statement().pop();
            let expected = match behaviour {
                Behaviour::TimeoutAfterCharge => (true, Delivery::Never),
                Behaviour::TimeoutBeforeCharge => (false, Delivery::Never),
                Behaviour::Error500 => (false, Delivery::Breakdown),
                Behaviour::ErrorAfterCharge => (true, Delivery::Breakdown),
                Behaviour::Garbage => (false, Delivery::Garbage),
                Behaviour::Slow => {
                    (true, Delivery::Late(Ok(Charged::Now(booked.clone().unwrap()))))
                }
                Behaviour::Contradict => {
                    let charged = Charged::Now(booked.clone().unwrap());
                    (true, Delivery::Prompt(Ok(contradicted(charged))))
                }
            };
            assert_eq!((booked.is_some(), delivery), expected, "{behaviour:?}");
            assert!(booked.is_none_or(|charge| charge.status == ChargeStatus::Succeeded));
        }
    }

    #[test]
    fn a_bad_request_stays_without_effect() {
        for behaviour in ALL {
            let mut processor = misbehaving(&[behaviour; 2]);
            ask(&mut processor, "tok_unknown");
            processor.charge(Err(Failure::InvalidRequest), ChargeId::new(&Clock::system()));
            assert!(processor.statement().is_empty(), "{behaviour:?}");
            assert!(processor.behaviours().next.is_empty());
        }
    }

    #[test]
    fn behaviours_are_taken_in_turn_and_then_all_is_well() {
        let mut processor = misbehaving(&[Behaviour::Error500, Behaviour::Garbage]);
        assert_eq!(ask(&mut processor, "tok_sandbox_ok"), Delivery::Breakdown);
        assert_eq!(processor.find("r"), Delivery::Garbage);
        assert_eq!(processor.find("r"), Delivery::Prompt(Err(Failure::NoSuchCharge)));
        assert!(matches!(ask(&mut processor, "tok_sandbox_ok"), Delivery::Prompt(Ok(_))));
    }

    #[test]
    fn a_lie_is_told_once_and_never_about_a_declined_card() {
        let mut processor = misbehaving(&[Behaviour::Contradict; 2]);
        ask(&mut processor, "tok_sandbox_ok");
        let truth = processor.statement().pop().unwrap();
        assert_eq!(processor.find("r"), Delivery::Prompt(Ok(truth.clone())));
        let replayed = ask(&mut processor, "tok_sandbox_ok");
        assert_eq!(replayed, Delivery::Prompt(Ok(Charged::Before(truth))));

        let mut processor = misbehaving(&[Behaviour::Contradict]);
        let delivery = ask(&mut processor, "tok_sandbox_expired");
        let booked = processor.statement().pop().unwrap();
        assert_eq!(delivery, Delivery::Prompt(Ok(Charged::Now(booked))));
    }
}
