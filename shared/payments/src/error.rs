//! What can go wrong in the gateway.

use citygate_kernel::{Money, MoneyError, Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such bill, or not the caller's.
    #[error("there is no such bill")]
    BillUnknown,
    /// It is settled.
    #[error("the bill is paid already")]
    BillAlreadyPaid,
    /// The agency has used the number for another bill.
    #[error("the agency has a bill of this number")]
    ExternalNoTaken,
    /// The caller expected another amount.
    #[error("the amount due is {now}")]
    AmountChanged {
        /// What is due now.
        now: Money,
    },
    /// The wallet does not hold enough.
    #[error("the wallet holds {available}, {needed} are needed")]
    InsufficientFunds {
        /// What it holds.
        available: Money,
        /// What is due.
        needed: Money,
    },
    /// No such payment, or not the caller's.
    #[error("there is no such payment")]
    PaymentUnknown,
    /// No such top-up, or not the caller's.
    #[error("there is no such top-up")]
    TopUpUnknown,
    /// Too much or too little.
    #[error("the amount is out of range")]
    AmountOutOfRange,
    /// Wallets are not kept in it.
    #[error("the currency is not supported")]
    CurrencyNotSupported,
    /// Nobody has said how cards are charged.
    #[error("no card processor is configured")]
    ProcessorMissing,
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// The ledger's facts.
    #[error(transparent)]
    Ledger(#[from] citygate_ledger::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

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
            Self::Ledger(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &BILL_UNKNOWN,
    &BILL_ALREADY_PAID,
    &EXTERNAL_NO_TAKEN,
    &AMOUNT_CHANGED,
    &INSUFFICIENT_FUNDS,
    &PAYMENT_UNKNOWN,
    &TOP_UP_UNKNOWN,
    &AMOUNT_OUT_OF_RANGE,
    &CURRENCY_NOT_SUPPORTED,
    &PROCESSOR_MISSING,
];

const BILL_UNKNOWN: ProblemType =
    ProblemType::new("payments.bill_unknown", 404, "There is no such bill", "账单不存在");
const BILL_ALREADY_PAID: ProblemType =
    ProblemType::new("payments.bill_already_paid", 409, "The bill is paid already", "账单已支付");
const EXTERNAL_NO_TAKEN: ProblemType = ProblemType::new(
    "payments.external_no_taken",
    409,
    "The agency has another bill of this number",
    "该机构已有相同编号的账单",
);
const AMOUNT_CHANGED: ProblemType = ProblemType::new(
    "payments.amount_changed",
    409,
    "The amount due is not the expected one",
    "应付金额与预期不符",
);
const INSUFFICIENT_FUNDS: ProblemType = ProblemType::new(
    "payments.insufficient_funds",
    402,
    "The wallet does not hold enough",
    "钱包余额不足",
);
const PAYMENT_UNKNOWN: ProblemType =
    ProblemType::new("payments.payment_unknown", 404, "There is no such payment", "支付记录不存在");
const TOP_UP_UNKNOWN: ProblemType =
    ProblemType::new("payments.top_up_unknown", 404, "There is no such top-up", "充值记录不存在");
const AMOUNT_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "payments.amount_out_of_range",
    422,
    "A top-up is between CNY 0.01 and CNY 50,000.00",
    "单笔充值金额须在 0.01 元至 50000 元之间",
);
const CURRENCY_NOT_SUPPORTED: ProblemType = ProblemType::new(
    "payments.currency_not_supported",
    422,
    "Wallets are kept in CNY",
    "钱包仅支持人民币",
);
const PROCESSOR_MISSING: ProblemType = ProblemType::new(
    "payments.processor_missing",
    503,
    "Cards cannot be charged here at present",
    "暂不支持银行卡充值",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::BillUnknown => Self::new(&BILL_UNKNOWN),
            Error::BillAlreadyPaid => Self::new(&BILL_ALREADY_PAID),
            Error::ExternalNoTaken => Self::new(&EXTERNAL_NO_TAKEN),
            Error::AmountChanged { now } => {
                Self::new(&AMOUNT_CHANGED).detail(format!("{now} are due now"))
            }
            Error::InsufficientFunds { available, needed } => Self::new(&INSUFFICIENT_FUNDS)
                .detail(format!("{needed} are due, {available} are available")),
            Error::PaymentUnknown => Self::new(&PAYMENT_UNKNOWN),
            Error::TopUpUnknown => Self::new(&TOP_UP_UNKNOWN),
            Error::AmountOutOfRange => {
                Self::new(&AMOUNT_OUT_OF_RANGE).field("/amount/amount_minor", "1 to 5000000")
            }
            Error::CurrencyNotSupported => {
                Self::new(&CURRENCY_NOT_SUPPORTED).field("/amount/currency", "CNY")
            }
            Error::ProcessorMissing => Self::new(&PROCESSOR_MISSING),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Damaged(_) | Error::Money(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Ledger(citygate_ledger::Error::Db(error)) | Error::Db(error) => error.into(),
            // Which facts of the ledger are facts of a payment, the actions say themselves.
            Error::Ledger(_) => Self::new(&problems::INTERNAL).cause(error),
        }
    }
}
