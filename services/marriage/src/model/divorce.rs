//! A marriage that two people want to end by agreement.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_certificates::CertificateId;
use citygate_identity::StaffId;

use super::{CaseId, Side};

citygate_kernel::words! {
    /// Where a divorce stands.
    DivorceState {
        /// A registrar has entered the application; not both have signed it.
        Applied = "applied",
        /// Both have applied, and either may withdraw.
        Cooling = "cooling",
        /// Both may come for the certificate, and neither has to.
        Certifiable = "certifiable",
        /// They are divorced.
        Registered = "registered",
        /// One of them has withdrawn the application.
        Withdrawn = "withdrawn",
        /// They did not sign on the day, or did not come for the certificate in time.
        Lapsed = "lapsed",
    }
}

citygate_kernel::words! {
    /// What happens to a divorce.
    DivorceEvent {
        /// The second of the two signs.
        Receive = "receive",
        /// One of them withdraws.
        Withdraw = "withdraw",
        /// The days in which either may withdraw are over.
        Cool = "cool",
        /// Both are there, and have the certificate.
        Certify = "certify",
        /// The time for it is over.
        Lapse = "lapse",
    }
}

impl DivorceState {
    /// Whether nothing more happens to it.
    pub fn is_over(self) -> bool {
        match self {
            Self::Applied | Self::Cooling | Self::Certifiable => false,
            Self::Registered | Self::Withdrawn | Self::Lapsed => true,
        }
    }
}

/// A divorce.
#[derive(Debug, Clone)]
pub(crate) struct Divorce {
    pub id: CaseId,
    pub state: DivorceState,
    /// Before which registry.
    pub agency: AgencyId,
    /// Which marriage ends; it may have been registered in another city.
    pub marriage: CaseId,
    /// The periods that were in force on the day of the application.
    pub rule: RuleId,
    /// Who entered it.
    pub entered_by: StaffId,
    /// When each has signed.
    pub signed_a_at: Option<DateTime<Utc>>,
    pub signed_b_at: Option<DateTime<Utc>>,
    /// The day on which both had applied.
    pub received_on: Option<NaiveDate>,
    pub withdrawn_by: Option<Side>,
    pub certified_by: Option<StaffId>,
    pub registered_on: Option<NaiveDate>,
    pub certificate: Option<CertificateId>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

impl Divorce {
    /// Whether somebody has signed.
    pub(crate) fn has_signed(&self, side: Side) -> bool {
        match side {
            Side::A => self.signed_a_at.is_some(),
            Side::B => self.signed_b_at.is_some(),
        }
    }
}
