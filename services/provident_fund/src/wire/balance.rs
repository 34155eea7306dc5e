//! Accounts and balances as people read them.

use chrono::{DateTime, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_inquiry::{Freshness, Trouble};
use citygate_kernel::{Locale, Money, Month, Text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    live::{Known, Origin},
    model::{Account, AccountId, AccountNo, AccountState},
};

/// An account on its owner's list. How much is on it takes a proof.
#[derive(Debug, Serialize, ToSchema)]
pub struct FundAccountBody {
    /// Which one.
    pub id: AccountId,
    /// At which centre.
    pub agency_id: AgencyId,
    /// What the centre is called.
    pub agency_name: String,
    /// The centre's number, but for its last four characters hidden.
    #[schema(example = "********0017")]
    pub account_no_masked: String,
    /// Where it stands.
    pub state: AccountState,
    /// The same in words.
    pub state_text: String,
    /// When it was opened.
    pub opened_on: chrono::NaiveDate,
    /// When the centre told of the account last.
    pub as_of: DateTime<Utc>,
}

impl FundAccountBody {
    pub(crate) fn new((account, agency): (Account, Agency), locale: Locale) -> Self {
        Self {
            id: account.id,
            agency_id: account.agency,
            agency_name: agency.name.get(locale).to_owned(),
            account_no_masked: masked(&account.number),
            state: account.state,
            state_text: account.state.name().get(locale).to_owned(),
            opened_on: account.opened_on,
            as_of: account.as_of,
        }
    }
}

citygate_kernel::words! {
    /// Whose word a balance is.
    #[schema(as = FundFreshness)]
    BalanceFreshness {
        /// The centre's, as it has told of its accounts last.
        Pushed = "pushed" ("As last reported by the centre", "以中心最近报送的数据为准"),
        /// The centre's register's, now.
        Live = "live" ("From the centre's register, now", "实时查询自中心"),
        /// The centre's register's, as it said last: now it is silent.
        Kept = "kept" (
            "From the centre's register, earlier: it does not answer now",
            "中心系统暂无应答，为此前查询结果"
        ),
    }
}

/// How an account stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceBody {
    /// Which account.
    pub account_id: AccountId,
    /// At which centre.
    pub agency_id: AgencyId,
    /// The centre's number, but for its last four characters hidden.
    #[schema(example = "********0017")]
    pub account_no_masked: String,
    /// Where it stands.
    pub state: AccountState,
    /// The same in words.
    pub state_text: String,
    /// What is on it.
    pub balance: Money,
    /// The last month that was paid in for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub last_month: Option<Month>,
    /// Up to when all of it is known; absent until the centre has told everything once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub as_of: Option<DateTime<Utc>>,
    /// Whose word it is.
    pub freshness: BalanceFreshness,
    /// The same in words.
    pub freshness_text: String,
    /// Why it is not what the centre's register says now: `silent`, `refused`, `failed` …
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub trouble: Option<Trouble>,
}

impl BalanceBody {
    pub(crate) fn new(known: Known, locale: Locale) -> Self {
        let freshness = match known.origin {
            Origin::Pushed => BalanceFreshness::Pushed,
            Origin::Register(Freshness::Live) => BalanceFreshness::Live,
            Origin::Register(Freshness::Kept) => BalanceFreshness::Kept,
        };
        let standing = known.standing;
        let word = |text: Text| text.get(locale).to_owned();
        Self {
            account_id: standing.account,
            agency_id: standing.agency,
            account_no_masked: masked(&standing.number),
            state: standing.state,
            state_text: word(standing.state.name()),
            balance: standing.balance,
            last_month: standing.last_posted_month.map(Month::of),
            as_of: standing.as_of,
            freshness,
            freshness_text: word(freshness.name()),
            trouble: known.trouble,
        }
    }
}

/// All but the last four characters are hidden; of short numbers, all of them.
pub(crate) fn masked(number: &AccountNo) -> String {
    let number = number.as_str();
    let shown = if number.len() >= 8 { number.len() - 4 } else { number.len() };
    let (hidden, shown) = number.split_at_checked(shown).unwrap_or((number, ""));
    "*".repeat(hidden.len()) + shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_accounts_are_masked() {
        for (number, expected) in
            [("110000000017", "********0017"), ("12345678", "****5678"), ("1234567", "*******")]
        {
            assert_eq!(masked(&number.parse().unwrap()), expected);
        }
    }
}
