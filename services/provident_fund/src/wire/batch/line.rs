//! Lines of batches: JSON objects, each on a line of its own (NDJSON). Amounts are in fen.

use chrono::NaiveDate;
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Masked, Month, Words, wire};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::model::{
    AccountNo, AccountState, ApplicationNo, EmployerNo, FaultCode, LoanNo, LoanState, NewAccount,
    NewLoan, NewPosting, NewTerms, PostingKind, PostingNo, PostingState, RepaymentMethod,
};

/// The largest amount of a line, in fen.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// A line of a batch of its kind.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is the schema of what is read line by line")]
#[schema(as = FundLine)]
pub(crate) enum LineBody {
    /// Of a batch of postings.
    Posting(PostingLineBody),
    /// Of a batch of accounts.
    Account(AccountLineBody),
    /// Of a batch of loans.
    Loan(LoanLineBody),
    /// Of a batch of terms.
    Terms(TermsLineBody),
}

/// An account: whose, and how it stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundAccountLine, example = json!({
    "account_no": "110000000001", "person": {"name": "王芳", "id_number": "11010519491231002X"},
    "state": "active", "opened_on": "2019-07-01",
    "employer": {"employer_no": "91350100M000100Y43", "name": "某某科技有限公司"},
    "base_minor": 1_500_000, "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
}))]
pub(crate) struct AccountLineBody {
    account_no: AccountNo,
    person: HolderBody,
    state: AccountState,
    #[serde(deserialize_with = "wire::date")]
    opened_on: NaiveDate,
    /// Who pays in; none where nobody does.
    employer: Option<EmployerBody>,
    /// What a month's contribution is counted from.
    #[serde(deserialize_with = "amount")]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    base_minor: i64,
    /// In basis points: 1200 are 12 %.
    #[serde(deserialize_with = "rate")]
    #[schema(minimum = 0, maximum = 10_000)]
    own_rate_bp: u16,
    #[serde(deserialize_with = "rate")]
    #[schema(minimum = 0, maximum = 10_000)]
    employer_rate_bp: u16,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundHolder)]
struct HolderBody {
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundEmployer)]
struct EmployerBody {
    employer_no: EmployerNo,
    name: Words<100>,
}

/// A movement of an account, or what will be one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundPostingLine, example = json!({
    "account_no": "110000000001", "posting_no": "R202611-01", "kind": "remittance",
    "month": "2026-11", "booked_on": "2026-11-10", "own_minor": 180_000,
    "employer_minor": 180_000, "employer_no": "91350100M000100Y43",
}))]
pub(crate) struct PostingLineBody {
    account_no: AccountNo,
    /// Unique within the account.
    posting_no: PostingNo,
    kind: PostingKind,
    /// `declared`, `received`, `posted` or `withdrawn`; without it, `posted`.
    #[serde(default = "posted")]
    #[schema(required = false)]
    state: PostingState,
    /// For which month.
    month: Month,
    #[serde(deserialize_with = "wire::date")]
    booked_on: NaiveDate,
    /// Negative where it leaves the account.
    #[serde(deserialize_with = "wire::integer")]
    #[schema(minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    own_minor: i64,
    #[serde(deserialize_with = "wire::integer")]
    #[schema(minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    employer_minor: i64,
    /// Of a correction: the posting of the account that was wrong. The amounts are the difference.
    corrects: Option<PostingNo>,
    employer_no: Option<EmployerNo>,
    /// Of a withdrawal or a transfer that somebody applied for: which one it carries out. The amount is
    /// what was approved, or what has left the other account.
    application: Option<ApplicationNo>,
}

/// A loan, and what is left of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundLoanLine, example = json!({
    "loan_no": "L-2024-0001", "account_no": "110000000001", "principal_minor": 80_000_000,
    "annual_rate_ppm": 26_000, "method": "equal_instalment", "months": 300,
    "first_due_on": "2025-08-20", "balance_minor": 77_000_000, "state": "repaying",
}))]
pub(crate) struct LoanLineBody {
    loan_no: LoanNo,
    account_no: AccountNo,
    #[serde(deserialize_with = "amount")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    principal_minor: i64,
    /// In millionths: 26000 are 2.6 %.
    #[serde(deserialize_with = "rate_ppm")]
    #[schema(minimum = 0, maximum = 1_000_000)]
    annual_rate_ppm: u32,
    method: RepaymentMethod,
    #[serde(deserialize_with = "instalments")]
    #[schema(minimum = 1, maximum = 600)]
    months: u16,
    #[serde(deserialize_with = "wire::date")]
    first_due_on: NaiveDate,
    /// What of the principal is left.
    #[serde(deserialize_with = "amount")]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    balance_minor: i64,
    state: LoanState,
}

/// From which month on which base and rates hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FundTermsLine, example = json!({
    "account_no": "110000000001", "from_month": "2026-07", "base_minor": 1_500_000,
    "employer_no": "91350100M000100Y43", "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
}))]
pub(crate) struct TermsLineBody {
    account_no: AccountNo,
    from_month: Month,
    employer_no: Option<EmployerNo>,
    #[serde(deserialize_with = "amount")]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    base_minor: i64,
    #[serde(deserialize_with = "rate")]
    #[schema(minimum = 0, maximum = 10_000)]
    own_rate_bp: u16,
    #[serde(deserialize_with = "rate")]
    #[schema(minimum = 0, maximum = 10_000)]
    employer_rate_bp: u16,
}

/// Reads a line of some kind, or says why it cannot be one.
pub(crate) trait Line: Sized {
    /// What is on the line.
    type Body: DeserializeOwned + Into<Self>;

    fn read(line: &[u8]) -> Result<Self, FaultCode> {
        let body: Self::Body = serde_json::from_slice(line).map_err(|_| FaultCode::Malformed)?;
        Ok(body.into())
    }
}

impl Line for NewAccount {
    type Body = AccountLineBody;
}
impl Line for NewPosting {
    type Body = PostingLineBody;
}
impl Line for NewLoan {
    type Body = LoanLineBody;
}
impl Line for NewTerms {
    type Body = TermsLineBody;
}

impl From<AccountLineBody> for NewAccount {
    fn from(body: AccountLineBody) -> Self {
        Self {
            number: body.account_no,
            id_number: body.person.id_number,
            name: Masked::new(body.person.name.into_exposed().into_string()),
            state: body.state,
            opened_on: body.opened_on,
            employer: body.employer.map(|one| (one.employer_no, one.name.into_string())),
            base_minor: body.base_minor,
            own_rate_bp: body.own_rate_bp,
            employer_rate_bp: body.employer_rate_bp,
        }
    }
}

impl From<PostingLineBody> for NewPosting {
    fn from(body: PostingLineBody) -> Self {
        Self {
            account: body.account_no,
            number: body.posting_no,
            kind: body.kind,
            state: body.state,
            month: body.month.first_day(),
            booked_on: body.booked_on,
            own_minor: body.own_minor,
            employer_minor: body.employer_minor,
            corrects: body.corrects,
            employer: body.employer_no,
            application: body.application,
        }
    }
}

impl From<LoanLineBody> for NewLoan {
    fn from(body: LoanLineBody) -> Self {
        Self {
            number: body.loan_no,
            account: body.account_no,
            principal_minor: body.principal_minor,
            annual_rate_ppm: body.annual_rate_ppm,
            method: body.method,
            months: body.months,
            first_due_on: body.first_due_on,
            balance_minor: body.balance_minor,
            state: body.state,
        }
    }
}

impl From<TermsLineBody> for NewTerms {
    fn from(body: TermsLineBody) -> Self {
        Self {
            account: body.account_no,
            from_month: body.from_month.first_day(),
            employer: body.employer_no,
            base_minor: body.base_minor,
            own_rate_bp: body.own_rate_bp,
            employer_rate_bp: body.employer_rate_bp,
        }
    }
}

fn posted() -> PostingState {
    PostingState::Posted
}

pub(super) fn within<'de, D, T>(deserializer: D, least: i64, most: i64) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = wire::integer(deserializer)?;
    let fits = Some(number).filter(|number| (least..=most).contains(number));
    let fits = fits.and_then(|number| T::try_from(number).ok());
    fits.ok_or_else(|| serde::de::Error::custom("the number is out of its range"))
}

fn amount<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    within(deserializer, 0, AMOUNT_MAX)
}

fn rate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    within(deserializer, 0, 10_000)
}

fn rate_ppm<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 0, 1_000_000)
}

fn instalments<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    within(deserializer, 1, 600)
}
