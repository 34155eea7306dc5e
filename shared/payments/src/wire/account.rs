//! What stands on accounts, and what happened on them.

use chrono::{DateTime, Utc};
use citygate_kernel::{Money, Month, wire};
use citygate_ledger::{Entry, Statement, TransferId, TrialBalance};
use citygate_platform::http::{Cursor, Page};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actions::Standing;

/// When.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AtQuery {
    /// An instant (RFC 3339): `balance` is what stood on the account then, after the last entry that
    /// is not later. Now, when it is not given.
    #[serde(default, deserialize_with = "instant")]
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-11-23T01:00:00Z")]
    pub at: Option<DateTime<Utc>>,
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    wire::instant(deserializer).map(Some)
}

/// What the city holds for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wallet)]
pub(crate) struct WalletBody {
    /// What can be spent now.
    available: Money,
    /// What stood in it at `at`, with what was set aside.
    balance: Money,
    /// The instant that was asked for; now, when none was.
    at: DateTime<Utc>,
}

impl From<Standing> for WalletBody {
    fn from(Standing { available, balance, at }: Standing) -> Self {
        Self { available, balance, at }
    }
}

/// What is collected for the agency and not handed over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Collections)]
pub(crate) struct CollectionsBody {
    /// What stood there at `at`. Below zero where more was paid back than was left.
    balance: Money,
    /// The instant that was asked for; now, when none was.
    at: DateTime<Utc>,
}

impl From<Standing> for CollectionsBody {
    fn from(Standing { available: _, balance, at }: Standing) -> Self {
        Self { balance, at }
    }
}

/// What a transfer did to the account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub(crate) struct EntryBody {
    /// Its place among the entries of the account: 1, 2, 3 … without a gap.
    #[schema(minimum = 1, example = 1)]
    version: i64,
    transfer_id: TransferId,
    /// What kind of business; there may be others: `bill_payment`, `refund`, `top_up`.
    #[schema(example = "bill_payment")]
    code: String,
    /// Positive where money came in.
    amount: Money,
    balance_after: Money,
    /// Never before the entry before.
    at: DateTime<Utc>,
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        Self {
            version: entry.version,
            transfer_id: entry.transfer,
            code: entry.code,
            amount: entry.amount,
            balance_after: entry.balance_after,
            at: entry.at,
        }
    }
}

/// One page of entries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entries)]
pub(crate) struct EntriesBody {
    /// The rows, newest first.
    items: Vec<EntryBody>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    next_cursor: Option<Cursor>,
}

impl From<Page<EntryBody>> for EntriesBody {
    fn from(Page { items, next_cursor }: Page<EntryBody>) -> Self {
        Self { items, next_cursor }
    }
}

/// The place of an entry in a list, in the form of all cursors.
pub(crate) fn entry_cursor(entry: &Entry) -> Uuid {
    Uuid::from_u128(u128::from(entry.version.unsigned_abs()))
}

/// The version below which a page begins.
pub(crate) fn entry_before(cursor: Uuid) -> i64 {
    i64::try_from(cursor.as_u128()).unwrap_or(i64::MAX)
}

/// What happened on an account in a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub(crate) struct StatementBody {
    #[schema(example = "2026-11")]
    month: String,
    /// What stood there before the first instant of the month, in the time zone of the city.
    opening: Money,
    /// What went out.
    debits: Money,
    /// What came in.
    credits: Money,
    /// What stood there after the month; so far, while it lasts.
    closing: Money,
    /// How many entries there are in it.
    entries: i64,
}

impl StatementBody {
    pub(crate) fn new(month: Month, statement: Statement) -> Self {
        let Statement { opening, debits, credits, closing, entries } = statement;
        Self { month: month.to_string(), opening, debits, credits, closing, entries }
    }
}

/// The sums of all accounts, per currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrialBalance)]
pub(crate) struct TrialBalanceBody {
    /// Whether debits equal credits in every currency.
    balanced: bool,
    currencies: Vec<CurrencyBalanceBody>,
}

/// The sums of all accounts of one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrencyBalance)]
struct CurrencyBalanceBody {
    #[schema(example = "CNY")]
    currency: &'static str,
    /// Minor units, as text: the sum of many 64-bit numbers may be wider.
    #[schema(example = "100000")]
    debits_minor: String,
    /// Minor units, as text.
    #[schema(example = "100000")]
    credits_minor: String,
    accounts: i64,
}

impl From<Vec<TrialBalance>> for TrialBalanceBody {
    fn from(rows: Vec<TrialBalance>) -> Self {
        Self {
            balanced: rows.iter().all(TrialBalance::balanced),
            currencies: rows
                .into_iter()
                .map(|row| CurrencyBalanceBody {
                    currency: row.currency.code(),
                    debits_minor: row.debits.to_string(),
                    credits_minor: row.credits.to_string(),
                    accounts: row.accounts,
                })
                .collect(),
        }
    }
}
