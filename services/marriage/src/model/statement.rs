//! What each of the two declares.

use chrono::{DateTime, Utc};
use citygate_catalogue::RuleId;
use serde::{Deserialize, Serialize};

use super::Side;

citygate_kernel::words! {
    /// As the document of the person says; never taken from a number.
    Sex {
        /// 男.
        Male = "male",
        /// 女.
        Female = "female",
    }
}

citygate_kernel::words! {
    /// What somebody says of earlier marriages.
    MaritalStatus {
        /// None.
        NeverMarried = "never_married",
        /// It ended by divorce.
        Divorced = "divorced",
        /// It ended by death.
        Widowed = "widowed",
        /// It stands.
        Married = "married",
    }
}

citygate_kernel::words! {
    /// How two people are related by blood.
    Kinship {
        /// Not within three degrees.
        None = "none",
        /// One descends from the other.
        Lineal = "lineal",
        /// Within three degrees.
        CollateralWithinThree = "collateral_within_three",
    }
}

citygate_kernel::words! {
    /// Serious illness, which the other has to be told of before (Civil Code, article 1053).
    Illness {
        /// There is none.
        None = "none",
        /// The other knows.
        Told = "told",
        /// The other does not know.
        Untold = "untold",
    }
}

/// What somebody declares with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Declarations {
    pub sex: Sex,
    pub marital_status: MaritalStatus,
    pub kinship: Kinship,
    pub illness: Illness,
}

/// A statement that stands.
#[derive(Debug, Clone)]
pub(crate) struct SignedStatement {
    pub side: Side,
    /// The version of the text.
    pub text: RuleId,
    pub declared: Declarations,
    pub signed_at: DateTime<Utc>,
}

/// The words of a statement: the parameters of the rule `marriage.statement`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementText {
    pub en: String,
    pub zh: String,
}
