//! The two of a case.

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId, StaffId};
use citygate_kernel::Masked;
use uuid::Uuid;

citygate_kernel::words! {
    /// Which of the two.
    Side {
        /// Who began the case.
        A = "a",
        /// Who confirmed.
        B = "b",
    }
}

impl Side {
    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Somebody in a case.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub id: Uuid,
    pub side: Side,
    pub person: PersonId,
    pub account: AccountId,
    /// Partly hidden, as they gave it to the other.
    pub name: Masked<String>,
    /// When a registrar saw them with their document, and which one.
    pub seen: Option<(DateTime<Utc>, StaffId)>,
}

/// Who is in a case: one, or two different people.
#[derive(Debug, Clone)]
pub(crate) struct Couple {
    pub a: Party,
    pub b: Option<Party>,
}

impl Couple {
    /// The one on a side.
    pub(crate) fn on(&self, side: Side) -> Option<&Party> {
        match side {
            Side::A => Some(&self.a),
            Side::B => self.b.as_ref(),
        }
    }

    /// On which side somebody is, if they are in the case at all.
    pub(crate) fn side_of(&self, person: PersonId) -> Option<Side> {
        Side::ALL
            .iter()
            .copied()
            .find(|side| self.on(*side).is_some_and(|party| party.person == person))
    }

    /// Both, once both are there.
    pub(crate) fn both(&self) -> Option<[&Party; 2]> {
        Some([&self.a, self.b.as_ref()?])
    }

    /// Whoever is there.
    pub(crate) fn people(&self) -> Vec<PersonId> {
        std::iter::once(&self.a).chain(&self.b).map(|party| party.person).collect()
    }
}
