//! The processor's book: every reference is charged once.

use std::collections::HashMap;

use super::{
    cards,
    charge::{Charge, ChargeBody, ChargeId},
    failure::Failure,
};

/// All charges in the order of booking.
#[derive(Default)]
pub(super) struct Book {
    entries: Vec<Entry>,
    positions: HashMap<String, usize>,
}

/// A charge and the card that it was asked of, which the wire does not show again.
struct Entry {
    charge: Charge,
    card_token: String,
}

/// A charge that the client may count on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Charged {
    /// Booked by this request.
    Now(Charge),
    /// Booked by an earlier request with the same reference.
    Before(Charge),
}

impl Book {
    /// Charges a card, or answers with what the reference was charged before.
    pub(super) fn charge(&mut self, wanted: ChargeBody, id: ChargeId) -> Result<Charged, Failure> {
        if let Some(entry) = self.entry(&wanted.reference) {
            let same =
                entry.charge.amount == wanted.amount && entry.card_token == wanted.card_token;
            return match same {
                true => Ok(Charged::Before(entry.charge.clone())),
                false => Err(Failure::ReferenceReused),
            };
        }
        let status = cards::outcome(&wanted.card_token).ok_or(Failure::UnknownToken)?;
        let ChargeBody { reference, amount, card_token } = wanted;
        let charge = Charge { charge_id: id, reference: reference.clone(), amount, status };
        self.positions.insert(reference, self.entries.len());
        self.entries.push(Entry { charge: charge.clone(), card_token });
        Ok(Charged::Now(charge))
    }

    /// What was booked under a reference.
    pub(super) fn find(&self, reference: &str) -> Result<Charge, Failure> {
        self.entry(reference).map(|entry| entry.charge.clone()).ok_or(Failure::NoSuchCharge)
    }

    /// Everything that was booked, in order.
    pub(super) fn statement(&self) -> Vec<Charge> {
        self.entries.iter().map(|entry| entry.charge.clone()).collect()
    }

    fn entry(&self, reference: &str) -> Option<&Entry> {
        self.entries.get(*self.positions.get(reference)?)
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{Clock, Currency, Money};

    use super::*;
    use crate::card_processor::{CARDS, ChargeStatus, DeclineReason};

    fn wanted(reference: &str, minor: i64, currency: Currency, card_token: &str) -> ChargeBody {
        let amount = Money::new(minor, currency);
        ChargeBody { reference: reference.to_owned(), amount, card_token: card_token.to_owned() }
    }

    fn id() -> ChargeId {
        ChargeId::new(&Clock::system())
    }

    #[test]
    fn the_token_decides() {
        let declined = |decline_reason| Some(ChargeStatus::Declined { decline_reason });
        for (token, expected) in [
            ("tok_sandbox_ok", Some(ChargeStatus::Succeeded)),
            ("tok_sandbox_declined", declined(DeclineReason::DoNotHonour)),
            ("tok_sandbox_expired", declined(DeclineReason::ExpiredCard)),
            ("tok_sandbox_OK", None),
            ("", None),
        ] {
            let mut book = Book::default();
            let answer = book.charge(wanted("r", 1, Currency::Cny, token), id());
            match expected {
                Some(status) => {
                    let [charge] = book.statement().try_into().unwrap();
                    assert_eq!(charge.status, status, "{token}");
                    assert_eq!(book.find("r"), Ok(charge.clone()));
                    assert_eq!(answer, Ok(Charged::Now(charge)));
                }
                None => {
                    assert_eq!(answer, Err(Failure::UnknownToken), "{token}");
                    assert_eq!(book.find("r"), Err(Failure::NoSuchCharge));
                    assert!(book.statement().is_empty());
                }
            }
        }
    }

    #[test]
    fn a_reference_is_charged_once_whatever_came_of_it() {
        for (token, _) in CARDS {
            let mut book = Book::default();
            let first = wanted("r", 100, Currency::Cny, token);
            book.charge(first.clone(), id()).unwrap();
            let stored = book.find("r").unwrap();
            assert_eq!(book.charge(first, id()), Ok(Charged::Before(stored.clone())));
            for other in [
                wanted("r", 101, Currency::Cny, token),
                wanted("r", 100, Currency::Usd, token),
                wanted("r", 100, Currency::Cny, "tok_unknown"),
            ] {
                assert_eq!(book.charge(other, id()), Err(Failure::ReferenceReused));
            }
            assert_eq!(book.statement(), [stored]);
        }
    }

    #[test]
    fn the_statement_keeps_the_order() {
        let mut book = Book::default();
        for reference in ["b", "a", "c", "a"] {
            book.charge(wanted(reference, 1, Currency::Cny, "tok_sandbox_ok"), id()).unwrap();
        }
        let references: Vec<_> = book.statement().into_iter().map(|c| c.reference).collect();
        assert_eq!(references, ["b", "a", "c"]);
    }
}
