//! What can go wrong with social security.

use citygate_kernel::{MoneyError, Problem, ProblemType, Text};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

use crate::rules::flexible::NotOrderable;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such agency answers for anybody's social security here.
    #[error("there is no such agency")]
    AgencyUnknown,
    /// The rules have no answer to what the record says.
    #[error("nothing can be forecast from the record")]
    NoForecast,
    /// The record of today is not known, and money is not ordered by an earlier one.
    #[error("the register was not heard, and an earlier answer is not enough")]
    RegisterSilent,
    /// What is ordered is outside the rule.
    #[error("it cannot be ordered: {reason}")]
    NotOrderable {
        /// Why.
        reason: Refusal,
        /// Where the rule is written.
        citation: Text,
    },
    /// Another order of the person has one of the months.
    #[error("another order has one of the months")]
    MonthsTaken,
    /// No such order, or not the caller's.
    #[error("there is no such order")]
    OrderUnknown,
    /// It is paid, expired or cancelled.
    #[error("the order does not wait for its payment any more")]
    OrderNotOpen,
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// What registers say.
    #[error(transparent)]
    Inquiry(#[from] citygate_inquiry::Error),
    /// The gateway's facts.
    #[error(transparent)]
    Payments(#[from] citygate_payments::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why something cannot be ordered.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(transparent)]
pub struct Refusal(pub(crate) NotOrderable);

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Inquiry(error) => error.as_db(),
            Self::Payments(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::AgencyUnknown
            | Self::NoForecast
            | Self::RegisterSilent
            | Self::NotOrderable { .. }
            | Self::MonthsTaken
            | Self::OrderUnknown
            | Self::OrderNotOpen
            | Self::Money(_)
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &AGENCY_UNKNOWN,
    &NO_FORECAST,
    &REGISTER_SILENT,
    &BASE_OUT_OF_RANGE,
    &KIND_NOT_OPEN,
    &MONTHS_NOT_OPEN,
    &MONTH_PAID,
    &MONTHS_TAKEN,
    &ORDER_UNKNOWN,
    &ORDER_NOT_OPEN,
];

const AGENCY_UNKNOWN: ProblemType = ProblemType::new(
    "social_security.agency_unknown",
    404,
    "There is no such social security agency here",
    "该社会保险经办机构不存在或尚未接入",
);
const NO_FORECAST: ProblemType = ProblemType::new(
    "social_security.no_forecast",
    422,
    "Nothing can be forecast from your record; ask the agency",
    "无法根据您的记录测算，请咨询经办机构",
);
const REGISTER_SILENT: ProblemType = ProblemType::new(
    "social_security.register_silent",
    503,
    "The agency's register does not answer; contributions cannot be ordered without it",
    "经办机构登记系统暂无应答，暂不能申报缴费",
)
.passing();
const BASE_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "social_security.base_out_of_range",
    422,
    "The base is not one of those that may be chosen",
    "缴费基数不在可选范围内",
);
const KIND_NOT_OPEN: ProblemType = ProblemType::new(
    "social_security.kind_not_open",
    422,
    "This insurance cannot be paid for without an employer here",
    "该险种在本地不能以灵活就业人员身份缴纳",
);
const MONTHS_NOT_OPEN: ProblemType = ProblemType::new(
    "social_security.months_not_open",
    422,
    "Only months of this calendar year can be ordered, and only so many",
    "仅可申报本自然年度内的月份，且不得超过规定月数",
);
const MONTH_PAID: ProblemType = ProblemType::new(
    "social_security.month_paid",
    409,
    "The register has one of the months as paid",
    "登记系统显示所选月份已缴费",
);
const MONTHS_TAKEN: ProblemType = ProblemType::new(
    "social_security.months_taken",
    409,
    "Another order of yours has one of the months",
    "所选月份已有您的其他缴费申报",
);
const ORDER_UNKNOWN: ProblemType = ProblemType::new(
    "social_security.order_unknown",
    404,
    "There is no such order",
    "缴费申报不存在",
);
const ORDER_NOT_OPEN: ProblemType = ProblemType::new(
    "social_security.order_not_open",
    409,
    "The order does not wait for its payment any more",
    "该缴费申报已不在待缴费状态",
);

/// What a caller has to mend, and where the rule is written.
fn not_orderable(reason: NotOrderable, citation: Text) -> Problem {
    let citation = citation.en;
    match reason {
        NotOrderable::Kind(_) => Problem::new(&KIND_NOT_OPEN).field("/kinds", citation),
        NotOrderable::Base => Problem::new(&BASE_OUT_OF_RANGE).field("/base", citation),
        NotOrderable::Months => Problem::new(&MONTHS_NOT_OPEN).field("/months", citation),
        NotOrderable::Year => Problem::new(&MONTHS_NOT_OPEN).field("/first_month", citation),
        NotOrderable::MonthPaid(kind, month) => {
            let paid = format!("{} is paid for {month}", kind.code());
            Problem::new(&MONTH_PAID).field("/first_month", paid)
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::AgencyUnknown => Self::new(&AGENCY_UNKNOWN),
            Error::NoForecast => Self::new(&NO_FORECAST),
            Error::RegisterSilent => Self::new(&REGISTER_SILENT),
            Error::NotOrderable { reason: Refusal(reason), citation } => {
                not_orderable(reason, citation)
            }
            Error::MonthsTaken => Self::new(&MONTHS_TAKEN),
            Error::OrderUnknown => Self::new(&ORDER_UNKNOWN),
            Error::OrderNotOpen => Self::new(&ORDER_NOT_OPEN),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Inquiry(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Damaged(_) | Error::Money(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
