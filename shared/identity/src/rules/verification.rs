//! How often a real name may be claimed, and when a claim becomes one.

use chrono::TimeDelta;

use super::Limit;
use crate::model::{AccountId, Level, PersonId};

/// Claims of one account.
pub(crate) const CLAIMS_OF_ACCOUNT: Limit =
    Limit { pause: TimeDelta::zero(), per_hour: 5, per_day: 5 };
/// Claims of one document, by whomever: nobody can try names until one fits.
pub(crate) const CLAIMS_OF_DOCUMENT: Limit =
    Limit { pause: TimeDelta::zero(), per_hour: 3, per_day: 3 };

/// How far a name and a number carry that the register has matched: nobody has looked at a face,
/// and so each use needs a fresh proof besides.
pub(crate) const VERIFIED_LEVEL: Level = Level::Three;

/// Whom an account and a person belong to when a claim is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Who claims.
    pub account: AccountId,
    /// Whom the account belongs to already.
    pub bound_to: Option<PersonId>,
    /// Whom the document belongs to.
    pub person: PersonId,
    /// The account that the person has already.
    pub held_by: Option<AccountId>,
}

/// Whether the account becomes the person's. One person has one account, and one account belongs to
/// one person for good.
pub(crate) fn may_bind(matches: bool, standing: &Standing) -> bool {
    let Standing { account, bound_to, person, held_by } = *standing;
    let account_is_free = bound_to.is_none_or(|bound| bound == person);
    let person_is_free = held_by.is_none_or(|holder| holder == account);
    matches && account_is_free && person_is_free
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_match_binds_who_is_free() {
        let account = |n| AccountId::from_uuid(Uuid::from_u128(n));
        let person = |n| PersonId::from_uuid(Uuid::from_u128(n));
        for (bound_to, held_by, expected) in [
            (None, None, true),
            (Some(person(1)), Some(account(1)), true),
            (Some(person(1)), None, true),
            (None, Some(account(1)), true),
            (Some(person(2)), None, false),
            (None, Some(account(2)), false),
            (Some(person(2)), Some(account(2)), false),
        ] {
            let standing = Standing { account: account(1), bound_to, person: person(1), held_by };
            assert_eq!(may_bind(true, &standing), expected, "{standing:?}");
            assert!(!may_bind(false, &standing), "{standing:?}");
        }
    }
}
