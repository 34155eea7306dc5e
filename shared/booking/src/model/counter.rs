//! Those who do not come through the app.

use chrono::{DateTime, Utc};
use citygate_identity::PersonId;

use super::{Channel, Origin, SessionId};

citygate_kernel::words! {
    /// A channel with people behind it, who book for others.
    CounterChannel {
        /// The agency's own counters and machines.
        Onsite = "onsite",
        /// Family doctors and other hospitals, who refer people.
        Partner = "partner",
    }
}

impl CounterChannel {
    /// Whose places are given.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Onsite => Channel::Onsite,
            Self::Partner => Channel::Partner,
        }
    }

    /// How whoever books there comes to the appointment.
    pub const fn origin(self) -> Origin {
        match self {
            Self::Onsite => Origin::Onsite,
            Self::Partner => Origin::Referral,
        }
    }
}

/// A place that an agency books for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookFor {
    /// In which session.
    pub session: SessionId,
    /// When the slot begins.
    pub starts_at: DateTime<Utc>,
    /// Where they have asked.
    pub channel: CounterChannel,
    /// For whom.
    pub person: PersonId,
}
