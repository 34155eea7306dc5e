//! Whether a statement can be signed with what somebody declares.

use crate::model::{Declarations, Illness, Kinship, MaritalStatus};

/// Which rule has the text of the statement. Its id is the version.
pub(crate) const STATEMENT: &str = "marriage.statement";

/// The first declaration that contradicts the statement, as a JSON Pointer: whoever signs it has no
/// spouse (Civil Code, article 1042), is not related to the other within three degrees (1048), and has
/// told the other of a serious illness (1053).
pub(crate) fn contradiction(declared: &Declarations) -> Option<&'static str> {
    match (declared.marital_status, declared.kinship, declared.illness) {
        (MaritalStatus::Married, _, _) => Some("/marital_status"),
        (_, Kinship::Lineal | Kinship::CollateralWithinThree, _) => Some("/kinship"),
        (_, _, Illness::Untold) => Some("/illness"),
        (
            MaritalStatus::NeverMarried | MaritalStatus::Divorced | MaritalStatus::Widowed,
            Kinship::None,
            Illness::None | Illness::Told,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sex;

    #[test]
    fn what_the_articles_forbid_cannot_be_signed_and_everything_else_can() {
        for (status, kinship, illness, expected) in [
            (MaritalStatus::NeverMarried, Kinship::None, Illness::None, None),
            (MaritalStatus::Divorced, Kinship::None, Illness::Told, None),
            (MaritalStatus::Widowed, Kinship::None, Illness::None, None),
            // Civil Code, article 1042.
            (MaritalStatus::Married, Kinship::None, Illness::None, Some("/marital_status")),
            // Article 1048.
            (MaritalStatus::NeverMarried, Kinship::Lineal, Illness::None, Some("/kinship")),
            (
                MaritalStatus::NeverMarried,
                Kinship::CollateralWithinThree,
                Illness::None,
                Some("/kinship"),
            ),
            // Article 1053.
            (MaritalStatus::NeverMarried, Kinship::None, Illness::Untold, Some("/illness")),
        ] {
            for sex in Sex::ALL {
                let declared = Declarations { sex: *sex, marital_status: status, kinship, illness };
                assert_eq!(contradiction(&declared), expected, "{declared:?}");
            }
        }
    }
}
