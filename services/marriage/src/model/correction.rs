//! What is put right after a registration.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_identity::{AccountId, StaffId};
use citygate_kernel::{CityId, Kind};

use super::CaseId;

/// Prefix of identifiers of corrections.
pub enum CorrectionIdKind {}
impl Kind for CorrectionIdKind {
    const PREFIX: &'static str = "mcor";
}
/// Identifies a correction.
pub type CorrectionId = CityId<CorrectionIdKind>;

citygate_kernel::words! {
    /// What a registration had wrong.
    CorrectionKind {
        /// Names or documents; what the city knows today takes their place.
        Names = "names",
        /// The day.
        RegisteredOn = "registered_on",
    }
}

citygate_kernel::words! {
    /// Where a correction stands.
    CorrectionState {
        /// One registrar wants it.
        Proposed = "proposed",
        /// Another has approved it.
        Approved = "approved",
        /// Another has rejected it.
        Rejected = "rejected",
    }
}

citygate_kernel::words! {
    /// Why a court ends a marriage from its beginning (Civil Code, articles 1051 to 1053).
    AnnulmentGround {
        /// Void: one of them had a spouse.
        Bigamy = "bigamy" ("bigamy (Civil Code, article 1051)", "重婚（《民法典》第一千零五十一条）"),
        /// Void: they are related too closely.
        Kinship = "kinship"
            ("kinship (Civil Code, article 1051)", "有禁止结婚的亲属关系（《民法典》第一千零五十一条）"),
        /// Void: one of them was too young.
        UnderAge = "under_age"
            ("under age (Civil Code, article 1051)", "未到法定婚龄（《民法典》第一千零五十一条）"),
        /// Annulled: one of them was forced.
        Coerced = "coerced" ("coercion (Civil Code, article 1052)", "受胁迫（《民法典》第一千零五十二条）"),
        /// Annulled: a serious illness was not told.
        IllnessConcealed = "illness_concealed"
            ("concealed illness (Civil Code, article 1053)", "隐瞒重大疾病（《民法典》第一千零五十三条）"),
    }
}

/// A correction that one registrar wants.
#[derive(Debug, Clone)]
pub(crate) struct Correction {
    pub id: CorrectionId,
    pub case: CaseId,
    pub kind: CorrectionKind,
    /// The right day, where it is about that.
    pub registered_on: Option<NaiveDate>,
    pub state: CorrectionState,
    pub proposed_by: StaffId,
    /// Whose account that is: one person may have two roles.
    pub proposed_account: AccountId,
    pub proposed_at: DateTime<Utc>,
    pub decided: Option<(StaffId, DateTime<Utc>)>,
}

/// The judgment of a court.
#[derive(Debug, Clone)]
pub(crate) struct Annulment {
    pub case: CaseId,
    pub ground: AnnulmentGround,
    pub judged_on: NaiveDate,
    pub entered_by: StaffId,
}
