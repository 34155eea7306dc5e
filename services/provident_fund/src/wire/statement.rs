//! Yearly statements.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::statement::StatementView,
    model::{AccountId, Statement},
    wire::balance::masked,
};

/// The years for which there are statements.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundStatements)]
pub(crate) struct StatementsBody {
    /// Newest first.
    items: Vec<ListedStatementBody>,
}

/// A year for which there is a statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedFundStatement)]
struct ListedStatementBody {
    /// The calendar year in which it ends.
    year: i16,
    made_at: DateTime<Utc>,
}

impl From<Vec<(i16, DateTime<Utc>)>> for StatementsBody {
    fn from(years: Vec<(i16, DateTime<Utc>)>) -> Self {
        let items = years.into_iter().map(|(year, made_at)| ListedStatementBody { year, made_at });
        Self { items: items.collect() }
    }
}

/// What became of an account in a year. `opening` and everything down to `corrected` come to
/// `closing`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundStatement)]
pub(crate) struct StatementBody {
    account_id: AccountId,
    account_no_masked: String,
    /// The centre.
    agency_name: String,
    /// The calendar year in which it ends.
    year: i16,
    first_day: NaiveDate,
    last_day: NaiveDate,
    opening: Money,
    /// What the person paid in.
    own: Money,
    /// What employers paid in.
    employer: Money,
    interest: Money,
    /// What was taken out: not above zero.
    withdrawn: Money,
    /// What came from other centres and went to them, and what was brought forward.
    transferred: Money,
    corrected: Money,
    closing: Money,
    /// For how many months somebody paid in.
    months: u32,
    /// Up to when the centre had told everything.
    as_of: DateTime<Utc>,
}

impl StatementBody {
    pub(crate) fn new(view: StatementView, locale: Locale) -> Self {
        let StatementView { statement, year, account, agency, name: _ } = view;
        let Statement {
            opening,
            own,
            employer,
            interest,
            withdrawn,
            transferred,
            corrected,
            closing,
            months,
            as_of,
            ..
        } = statement;
        Self {
            account_id: account.id,
            account_no_masked: masked(&account.number),
            agency_name: agency.name.get(locale).to_owned(),
            year: year.year,
            first_day: year.first,
            last_day: year.last,
            opening,
            own,
            employer,
            interest,
            withdrawn,
            transferred,
            corrected,
            closing,
            months,
            as_of,
        }
    }
}
