//! What can go wrong in the gateway.

use citygate_catalogue::AgencyId;
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
    /// The agency took it back.
    #[error("the bill is cancelled")]
    BillCancelled,
    /// Its time is over.
    #[error("the bill has expired")]
    BillExpired,
    /// Something was paid of it, so it cannot be taken back; what was paid can be refunded.
    #[error("something was paid of the bill")]
    BillHasPayments,
    /// More or less than the bill lets one pay at a time.
    #[error("at least {least} and at most {most} can be paid")]
    AmountNotPayable {
        /// The next instalment, or everything.
        least: Money,
        /// Everything.
        most: Money,
    },
    /// A bill's parts contradict each other; this is what would hold of a sound one.
    #[error("the bill is not sound: {0}")]
    BillUnsound(&'static str),
    /// A bill is shared with an agency that its city does not have.
    #[error("there is no agency {0} to share in the bill")]
    BeneficiaryUnknown(AgencyId),
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
    /// Another amount can be refunded than the caller believes.
    #[error("{now} can be refunded")]
    RefundAvailableChanged {
        /// What can be refunded.
        now: Money,
    },
    /// More is to go back than was paid, of the payment or of a line.
    #[error("at most {most} can be refunded")]
    RefundTooLarge {
        /// What can be refunded.
        most: Money,
    },
    /// A refund's parts contradict each other; this is what would hold of a sound one.
    #[error("the refund is not sound: {0}")]
    RefundUnsound(&'static str),
    /// The bill has no line of that number.
    #[error("the bill has no line {0}")]
    LineUnknown(i16),
    /// No such refund, or not the caller's.
    #[error("there is no such refund")]
    RefundUnknown,
    /// No such payment, or not the caller's.
    #[error("there is no such payment")]
    PaymentUnknown,
    /// No such deposit, or nothing is held of it any more.
    #[error("there is no such deposit")]
    DepositUnknown,
    /// Something is set aside for the case already.
    #[error("a deposit is held already")]
    DepositHeld,
    /// More is due than is set aside.
    #[error("{held} are set aside")]
    DepositTooSmall {
        /// What is.
        held: Money,
    },
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

impl Error {
    /// The database's trouble, for whoever knows nothing else; what is none is a fault of ours.
    pub(crate) fn into_trouble(self) -> DbError {
        match self {
            Self::Db(error)
            | Self::Catalogue(citygate_catalogue::Error::Db(error))
            | Self::Ledger(citygate_ledger::Error::Db(error))
            | Self::Identity(citygate_identity::Error::Db(error)) => error,
            other => DbError::Faulty(other.to_string()),
        }
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
    &BILL_CANCELLED,
    &BILL_EXPIRED,
    &BILL_HAS_PAYMENTS,
    &BILL_UNSOUND,
    &BENEFICIARY_UNKNOWN,
    &AMOUNT_NOT_PAYABLE,
    &EXTERNAL_NO_TAKEN,
    &AMOUNT_CHANGED,
    &INSUFFICIENT_FUNDS,
    &PAYMENT_UNKNOWN,
    &REFUND_AVAILABLE_CHANGED,
    &REFUND_TOO_LARGE,
    &REFUND_UNSOUND,
    &LINE_UNKNOWN,
    &REFUND_UNKNOWN,
    &DEPOSIT_UNKNOWN,
    &DEPOSIT_HELD,
    &DEPOSIT_TOO_SMALL,
    &TOP_UP_UNKNOWN,
    &AMOUNT_OUT_OF_RANGE,
    &CURRENCY_NOT_SUPPORTED,
    &PROCESSOR_MISSING,
];

const BILL_UNKNOWN: ProblemType =
    ProblemType::new("payments.bill_unknown", 404, "There is no such bill", "账单不存在");
const BILL_ALREADY_PAID: ProblemType =
    ProblemType::new("payments.bill_already_paid", 409, "The bill is paid already", "账单已支付");
const BILL_CANCELLED: ProblemType =
    ProblemType::new("payments.bill_cancelled", 409, "The bill was taken back", "账单已撤销");
const BILL_EXPIRED: ProblemType = ProblemType::new(
    "payments.bill_expired",
    409,
    "The time to pay the bill is over",
    "账单已过期",
);
const BILL_HAS_PAYMENTS: ProblemType = ProblemType::new(
    "payments.bill_has_payments",
    409,
    "Something was paid of the bill: refund it instead",
    "账单已有支付，请改为退款",
);
const BILL_UNSOUND: ProblemType = ProblemType::new(
    "payments.bill_unsound",
    422,
    "The parts of the bill contradict each other",
    "账单内容前后矛盾",
);
const BENEFICIARY_UNKNOWN: ProblemType = ProblemType::new(
    "payments.beneficiary_unknown",
    422,
    "There is no such agency to share in the bill",
    "分账机构不存在",
);
const AMOUNT_NOT_PAYABLE: ProblemType = ProblemType::new(
    "payments.amount_not_payable",
    422,
    "The bill cannot be paid by this amount",
    "该账单不接受此支付金额",
);
const REFUND_AVAILABLE_CHANGED: ProblemType = ProblemType::new(
    "payments.refund_available_changed",
    412,
    "Another amount can be refunded than the request says",
    "可退金额与请求不符",
);
const REFUND_TOO_LARGE: ProblemType = ProblemType::new(
    "payments.refund_too_large",
    409,
    "More than was paid cannot be refunded",
    "退款金额超过可退金额",
);
const REFUND_UNSOUND: ProblemType = ProblemType::new(
    "payments.refund_unsound",
    422,
    "The parts of the refund contradict each other",
    "退款内容前后矛盾",
);
const LINE_UNKNOWN: ProblemType = ProblemType::new(
    "payments.line_unknown",
    422,
    "The bill has no line of this number",
    "账单没有该明细项",
);
const REFUND_UNKNOWN: ProblemType =
    ProblemType::new("payments.refund_unknown", 404, "There is no such refund", "退款记录不存在");
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
const DEPOSIT_UNKNOWN: ProblemType =
    ProblemType::new("payments.deposit_unknown", 404, "There is no such deposit", "押金不存在");
const DEPOSIT_HELD: ProblemType =
    ProblemType::new("payments.deposit_held", 409, "A deposit is held already", "已缴纳押金");
const DEPOSIT_TOO_SMALL: ProblemType = ProblemType::new(
    "payments.deposit_too_small",
    409,
    "More is due than is set aside",
    "押金余额不足",
);
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
            Error::BillCancelled => Self::new(&BILL_CANCELLED),
            Error::BillExpired => Self::new(&BILL_EXPIRED),
            Error::BillHasPayments => Self::new(&BILL_HAS_PAYMENTS),
            Error::BillUnsound(what) => Self::new(&BILL_UNSOUND).detail(what),
            Error::BeneficiaryUnknown(agency) => {
                Self::new(&BENEFICIARY_UNKNOWN).detail(agency.to_string())
            }
            Error::AmountNotPayable { least, most } => Self::new(&AMOUNT_NOT_PAYABLE)
                .detail(format!("at least {least} and at most {most}"))
                .field("/amount", "an amount that the bill takes"),
            Error::RefundAvailableChanged { now } => {
                Self::new(&REFUND_AVAILABLE_CHANGED).detail(format!("{now} can be refunded now"))
            }
            Error::RefundTooLarge { most } => {
                Self::new(&REFUND_TOO_LARGE).detail(format!("{most} can be refunded"))
            }
            Error::RefundUnsound(what) => Self::new(&REFUND_UNSOUND).detail(what),
            Error::LineUnknown(n) => {
                Self::new(&LINE_UNKNOWN).detail(format!("the bill has no line {n}"))
            }
            Error::RefundUnknown => Self::new(&REFUND_UNKNOWN),
            Error::ExternalNoTaken => Self::new(&EXTERNAL_NO_TAKEN),
            Error::AmountChanged { now } => {
                Self::new(&AMOUNT_CHANGED).detail(format!("{now} are due now"))
            }
            Error::InsufficientFunds { available, needed } => Self::new(&INSUFFICIENT_FUNDS)
                .detail(format!("{needed} are due, {available} are available")),
            Error::PaymentUnknown => Self::new(&PAYMENT_UNKNOWN),
            Error::DepositUnknown => Self::new(&DEPOSIT_UNKNOWN),
            Error::DepositHeld => Self::new(&DEPOSIT_HELD),
            Error::DepositTooSmall { held } => {
                Self::new(&DEPOSIT_TOO_SMALL).detail(format!("{held} are set aside"))
            }
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
