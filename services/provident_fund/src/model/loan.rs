//! Loans.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind};
use uuid::Uuid;

use super::{AccountId, AccountNo, LoanNo};

/// Prefix of loan identifiers.
pub enum LoanIdKind {}
impl Kind for LoanIdKind {
    const PREFIX: &'static str = "floa";
}
/// Identifies a loan.
pub type LoanId = CityId<LoanIdKind>;

citygate_kernel::words! {
    /// How a loan is paid back.
    #[schema(as = FundRepaymentMethod)]
    RepaymentMethod {
        /// The same amount each month.
        EqualInstalment = "equal_instalment" ("Equal instalments", "等额本息"),
        /// The same part of the principal each month, and the interest on what is left.
        EqualPrincipal = "equal_principal" ("Equal principal", "等额本金"),
    }
}

citygate_kernel::words! {
    /// Where a loan stands.
    #[schema(as = FundLoanState)]
    LoanState {
        /// Being paid back.
        Repaying = "repaying" ("Being repaid", "还款中"),
        /// An instalment is late.
        Overdue = "overdue" ("Overdue", "逾期"),
        /// Paid back.
        Settled = "settled" ("Paid back", "已结清"),
    }
}

/// A housing loan of a fund. Amounts are in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loan {
    /// Which one.
    pub id: LoanId,
    /// Of which centre.
    pub agency: AgencyId,
    /// The centre's number.
    pub number: LoanNo,
    /// Of whose account.
    pub account: AccountId,
    /// What was lent.
    pub principal_minor: i64,
    /// The rate of a year, in millionths: 26000 are 2.6 %.
    pub annual_rate_ppm: u32,
    /// How it is paid back.
    pub method: RepaymentMethod,
    /// In how many instalments.
    pub months: u16,
    /// When the first of them is due.
    pub first_due_on: NaiveDate,
    /// What of the principal is left.
    pub balance_minor: i64,
    /// Where it stands.
    pub state: LoanState,
    /// When the centre told of it last.
    pub as_of: DateTime<Utc>,
}

/// A loan as a centre tells of it. Amounts are in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLoan {
    pub number: LoanNo,
    pub account: AccountNo,
    pub principal_minor: i64,
    pub annual_rate_ppm: u32,
    pub method: RepaymentMethod,
    pub months: u16,
    pub first_due_on: NaiveDate,
    pub balance_minor: i64,
    pub state: LoanState,
}

/// A loan, by its centre's word. Amounts are in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoanFacts {
    pub account: Uuid,
    pub principal_minor: i64,
    pub annual_rate_ppm: u32,
    pub method: RepaymentMethod,
    pub months: u16,
    pub first_due_on: NaiveDate,
    pub balance_minor: i64,
    pub state: LoanState,
}
