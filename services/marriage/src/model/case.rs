//! What two people have before a registry.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{AppointmentId, SessionId};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_certificates::CertificateId;
use citygate_kernel::{CityId, Kind};
use uuid::Uuid;

/// Prefix of case identifiers.
pub enum CaseIdKind {}
impl Kind for CaseIdKind {
    const PREFIX: &'static str = "mcas";
}
/// Identifies a case.
pub type CaseId = CityId<CaseIdKind>;

citygate_kernel::words! {
    /// What a case is about.
    CaseKind {
        /// A marriage that is to be registered.
        Registration = "registration",
        /// A marriage that is to end.
        Divorce = "divorce",
    }
}

citygate_kernel::words! {
    /// Where the registration of a marriage stands.
    CaseState {
        /// Begun by one.
        Draft = "draft",
        /// Waits for the other.
        Invited = "invited",
        /// Both have confirmed.
        Confirmed = "confirmed",
        /// Both have signed, and nothing is in the way.
        Prechecked = "prechecked",
        /// There is an appointment.
        Booked = "booked",
        /// Both are at the registry.
        Arrived = "arrived",
        /// They are married.
        Registered = "registered",
        /// The registry has said no, and why.
        Refused = "refused",
        /// One of them has ended the case.
        Cancelled = "cancelled",
        /// Nothing happened in time.
        Expired = "expired",
        /// They did not come.
        NoShow = "no_show",
        /// A court has decided that there never was a marriage.
        Annulled = "annulled",
        /// The marriage has ended by divorce.
        Dissolved = "dissolved",
    }
}

citygate_kernel::words! {
    /// What happens to the registration of a marriage.
    CaseEvent {
        /// One invites the other.
        Invite = "invite",
        /// The other confirms.
        Confirm = "confirm",
        /// One of them signs the statement.
        Sign = "sign",
        /// One of them takes the signature back.
        Withdraw = "withdraw",
        /// The pre-check finds nothing in the way.
        Pass = "pass",
        /// They have an appointment.
        Book = "book",
        /// The appointment moves.
        Move = "move",
        /// The appointment is given up, or taken back.
        Release = "release",
        /// Both were seen in person, with their documents.
        Arrive = "arrive",
        /// The registry registers.
        Register = "register",
        /// The registry refuses.
        Refuse = "refuse",
        /// They do not come.
        Miss = "miss",
        /// One of them ends the case.
        Cancel = "cancel",
        /// Its time is over.
        Lapse = "lapse",
        /// Two registrars correct the record.
        Correct = "correct",
        /// A court annuls the marriage, or finds it void.
        Annul = "annul",
        /// They are divorced.
        Dissolve = "dissolve",
    }
}

impl CaseState {
    /// Whether the case is over, and its people free to begin another.
    pub fn is_over(self) -> bool {
        match self {
            Self::Draft
            | Self::Invited
            | Self::Confirmed
            | Self::Prechecked
            | Self::Booked
            | Self::Arrived => false,
            Self::Registered
            | Self::Refused
            | Self::Cancelled
            | Self::Expired
            | Self::NoShow
            | Self::Annulled
            | Self::Dissolved => true,
        }
    }
}

/// Where two people come to, and when, as their appointment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Venue {
    pub agency: AgencyId,
    /// The office: the unit of the booking session.
    pub office: Uuid,
    pub session: SessionId,
    pub appointment: AppointmentId,
    /// The day in the city.
    pub on: NaiveDate,
    pub starts_at: DateTime<Utc>,
}

/// The registration of a marriage.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub id: CaseId,
    pub state: CaseState,
    /// The appointment that is, or was; none once it was given up.
    pub venue: Option<Venue>,
    /// When it ends by itself if nothing happens.
    pub lapses_at: Option<DateTime<Utc>>,
    /// Why it was refused: a code of this version of the rule.
    pub refusal: Option<(String, RuleId)>,
    pub registered_on: Option<NaiveDate>,
    pub certificate: Option<CertificateId>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// An invitation that waits for an answer.
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub case: CaseId,
    pub token_digest: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

impl Invitation {
    /// Whether it can be answered at an instant.
    pub(crate) fn is_open(&self, at: DateTime<Utc>) -> bool {
        at < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::CityCode;

    use super::*;

    #[test]
    fn an_invitation_is_open_until_its_last_instant() {
        let case = CaseId::from_parts(CityCode::HANGZHOU, Uuid::nil());
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let invitation = Invitation { case, token_digest: Vec::new(), expires_at: at(100) };
        assert!(invitation.is_open(at(99)) && !invitation.is_open(at(100)));
    }

    #[test]
    fn nobody_is_held_by_a_case_that_is_over() {
        let open = CaseState::ALL.iter().filter(|state| !state.is_over());
        let open: Vec<_> = open.map(|state| state.code()).collect();
        assert_eq!(open, ["draft", "invited", "confirmed", "prechecked", "booked", "arrived"]);
    }
}
