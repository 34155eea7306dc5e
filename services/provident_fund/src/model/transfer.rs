//! Nouns of transfers: an account is moved to the centre of another city. Each of the two cities has
//! a row of its own, and they have one id.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_kernel::{CityCode, CityId, Kind, Money, words};

use super::AccountId;

/// Prefix of identifiers of transfers at the centre that takes the account over.
pub enum TransferInKind {}
impl Kind for TransferInKind {
    const PREFIX: &'static str = "ftri";
}
/// Identifies a transfer, for the person and for the centre that takes the account over.
pub type TransferInId = CityId<TransferInKind>;

/// Prefix of identifiers of transfers at the centre that gives the account away.
pub enum TransferOutKind {}
impl Kind for TransferOutKind {
    const PREFIX: &'static str = "ftro";
}
/// Identifies a transfer for the centre that gives the account away.
pub type TransferOutId = CityId<TransferOutKind>;

/// The same transfer at the other centre.
pub(crate) fn other_side<A: Kind, B: Kind>(id: CityId<A>, city: CityCode) -> CityId<B> {
    CityId::from_parts(city, id.uuid())
}

words! {
    /// Where a transfer stands at the centre that takes the account over.
    TransferInState {
        /// Asked for, and on its way to the other centre.
        Requested = "requested",
        /// The other centre has it.
        Sent = "sent",
        /// The other centre gives the account away.
        Accepted = "accepted",
        /// The money has left the other account.
        Moving = "moving",
        /// The money has arrived.
        Completed = "completed",
        /// The other centre does not give it away.
        Refused = "refused",
        /// Given up, and the other centre has yet to hear of it.
        Cancelling = "cancelling",
        /// Given up.
        Cancelled = "cancelled",
    }
}

words! {
    /// What happens to a transfer at the centre that takes the account over.
    TransferInEvent {
        /// The other centre has received it.
        Deliver = "deliver",
        /// The other centre agrees.
        Accept = "accept",
        /// The other centre does not.
        Refuse = "refuse",
        /// The other centre has booked the money out.
        Leave = "leave",
        /// This centre has booked the money in.
        Arrive = "arrive",
        /// The person gives it up.
        Cancel = "cancel",
        /// The other centre has heard of that in time.
        Stop = "stop",
    }
}

words! {
    /// Where a transfer stands at the centre that gives the account away.
    TransferOutState {
        /// The centre has to decide.
        Received = "received",
        /// It gives the account away.
        Accepted = "accepted",
        /// It has booked the money out.
        Moving = "moving",
        /// The other centre has booked it in.
        Completed = "completed",
        /// It does not give the account away.
        Refused = "refused",
        /// Given up by the person.
        Cancelled = "cancelled",
    }
}

words! {
    /// What happens to a transfer at the centre that gives the account away.
    TransferOutEvent {
        /// The centre agrees.
        Accept = "accept",
        /// It does not, or cannot any more.
        Refuse = "refuse",
        /// It has booked the money out.
        Leave = "leave",
        /// The other centre has booked it in.
        Arrive = "arrive",
        /// The person gives it up.
        Cancel = "cancel",
        /// Time to decide is over.
        Overdue = "overdue",
    }
}

/// A transfer at the centre that takes the account over.
#[derive(Debug, Clone)]
pub(crate) struct TransferIn {
    pub id: TransferInId,
    pub agency: AgencyId,
    pub account: AccountId,
    pub person: PersonId,
    /// Who asked: an account in the city, not at the centre.
    pub lodged_by: SignedIn,
    pub from_agency: AgencyId,
    pub from_account: AccountId,
    pub state: TransferInState,
    pub rule: RuleId,
    /// What has left the other account, and when.
    pub moved: Option<(Money, NaiveDate)>,
    /// The posting by which it arrived.
    pub posting_no: Option<String>,
    pub lodged_at: DateTime<Utc>,
}

/// A transfer at the centre that gives the account away.
#[derive(Debug, Clone)]
pub(crate) struct TransferOut {
    pub id: TransferOutId,
    pub agency: AgencyId,
    pub account: AccountId,
    pub person: PersonId,
    /// Who asked: an account in the city, not at the centre.
    pub lodged_by: SignedIn,
    pub to_agency: AgencyId,
    pub to_account: AccountId,
    pub state: TransferOutState,
    pub rule: RuleId,
    /// The day from which the time to decide is counted.
    pub counted_from: NaiveDate,
    /// When that time is over; none when the centre has decided.
    pub act_by: Option<DateTime<Utc>>,
    /// The posting by which it left, and what it came to.
    pub left: Option<(String, Money)>,
    pub received_at: DateTime<Utc>,
}

impl TransferOut {
    /// Whether the centre has let its time pass.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.act_by.is_some_and(|by| by <= now)
    }
}
