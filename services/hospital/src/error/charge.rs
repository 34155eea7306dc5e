//! What can go wrong with charges and how they are settled.

use citygate_kernel::{Money, Problem, ProblemType, Text};

/// A fact about a charge.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// No such charge, or not the caller's.
    #[error("there is no such charge")]
    ChargeUnknown,
    /// The hospital has sent another charge under the number.
    #[error("the number stands for another charge")]
    ChargeDiffers,
    /// The lines come to more than a charge can.
    #[error("the charge is too large")]
    ChargeTooLarge,
    /// The hospital has taken the charge back.
    #[error("the charge is withdrawn")]
    ChargeWithdrawn,
    /// A settlement of the charge is under way, or done.
    #[error("the charge is being settled")]
    SettlementUnderWay,
    /// There is no settlement that could still be called off.
    #[error("there is nothing that could be called off")]
    NotCallable,
    /// The charge is not split yet, or nothing of it is to be paid.
    #[error("nothing of the charge is to be paid now")]
    NothingToPay,
    /// The city has no scheme for it.
    #[error("the city does not offer to pay after the visit")]
    CreditNotOffered,
    /// More would be owed than the scheme allows.
    #[error("{left} can still be paid after the visit")]
    CreditTooLarge {
        /// What can still be granted.
        left: Money,
        /// Where the scheme says so.
        citation: Text,
    },
    /// Something is too late.
    #[error("an earlier payment is too late")]
    CreditStopped {
        /// Where the scheme says so.
        citation: Text,
    },
    /// More than may be set aside.
    #[error("the deposit is too large")]
    DepositTooLarge,
    /// Only what is settled is refunded.
    #[error("the charge is not settled")]
    ChargeNotSettled,
    /// A line is not of the charge, or was refunded before.
    #[error("line {0} cannot be refunded")]
    LineNotRefundable(i16),
    /// The hospital has sent another refund under the number.
    #[error("the number stands for another refund")]
    RefundDiffers,
    /// No such receipt, or another code.
    #[error("there is no such receipt")]
    ReceiptUnknown,
    /// Nobody has said who insures.
    #[error("no insurer is configured")]
    InsurerMissing,
}

pub(super) const CHARGE_UNKNOWN: ProblemType =
    ProblemType::new("hospital.charge_unknown", 404, "There is no such charge", "收费单不存在");
pub(super) const CHARGE_DIFFERS: ProblemType = ProblemType::new(
    "hospital.charge_differs",
    409,
    "The number stands for another charge",
    "该编号已用于其他收费单",
);
pub(super) const CHARGE_TOO_LARGE: ProblemType = ProblemType::new(
    "hospital.charge_too_large",
    422,
    "The lines come to more than a charge can",
    "收费单金额超出上限",
);
pub(super) const CHARGE_WITHDRAWN: ProblemType = ProblemType::new(
    "hospital.charge_withdrawn",
    409,
    "The hospital has taken the charge back",
    "医院已撤销该收费单",
);
pub(super) const SETTLEMENT_UNDER_WAY: ProblemType = ProblemType::new(
    "hospital.settlement_under_way",
    409,
    "The charge is being settled, or is settled",
    "收费单正在结算或已结算",
);
pub(super) const NOT_CALLABLE: ProblemType = ProblemType::new(
    "hospital.settlement_not_callable",
    409,
    "There is no settlement that could still be called off",
    "没有可以撤销的结算",
);
pub(super) const NOTHING_TO_PAY: ProblemType = ProblemType::new(
    "hospital.nothing_to_pay",
    409,
    "Nothing of the charge is to be paid now",
    "该收费单目前无需支付",
);
pub(super) const CREDIT_NOT_OFFERED: ProblemType = ProblemType::new(
    "hospital.credit_not_offered",
    409,
    "The city does not offer to pay after the visit",
    "本市未开通先诊疗后付费",
);
pub(super) const CREDIT_TOO_LARGE: ProblemType = ProblemType::new(
    "hospital.credit_too_large",
    409,
    "More would be owed than may be paid after the visit",
    "超出先诊疗后付费额度",
);
pub(super) const CREDIT_STOPPED: ProblemType = ProblemType::new(
    "hospital.credit_stopped",
    409,
    "An earlier payment is too late; pay it first",
    "有逾期未付的费用，请先支付",
);
pub(super) const DEPOSIT_TOO_LARGE: ProblemType = ProblemType::new(
    "hospital.deposit_too_large",
    422,
    "More than may be set aside for a visit",
    "押金超出上限",
);
pub(super) const CHARGE_NOT_SETTLED: ProblemType = ProblemType::new(
    "hospital.charge_not_settled",
    409,
    "Only what is settled and paid is refunded",
    "收费单尚未结算支付，不能退费",
);
pub(super) const LINE_NOT_REFUNDABLE: ProblemType = ProblemType::new(
    "hospital.line_not_refundable",
    422,
    "A line is not of the charge, or was refunded before",
    "收费明细不存在或已退费",
);
pub(super) const REFUND_DIFFERS: ProblemType = ProblemType::new(
    "hospital.refund_differs",
    409,
    "The number stands for another refund",
    "该编号已用于其他退费",
);
pub(super) const RECEIPT_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.receipt_unknown",
    404,
    "There is no such receipt, or the code is another",
    "电子票据不存在或校验码不符",
);
pub(super) const INSURER_MISSING: ProblemType = ProblemType::new(
    "hospital.insurer_missing",
    503,
    "Medical insurance cannot be used here at present",
    "暂不支持医保结算",
);

impl From<ChargeError> for Problem {
    fn from(error: ChargeError) -> Self {
        match error {
            ChargeError::ChargeUnknown => Self::new(&CHARGE_UNKNOWN),
            ChargeError::ChargeDiffers => Self::new(&CHARGE_DIFFERS),
            ChargeError::ChargeTooLarge => Self::new(&CHARGE_TOO_LARGE),
            ChargeError::ChargeWithdrawn => Self::new(&CHARGE_WITHDRAWN),
            ChargeError::SettlementUnderWay => Self::new(&SETTLEMENT_UNDER_WAY),
            ChargeError::NotCallable => Self::new(&NOT_CALLABLE),
            ChargeError::NothingToPay => Self::new(&NOTHING_TO_PAY),
            ChargeError::CreditNotOffered => Self::new(&CREDIT_NOT_OFFERED),
            ChargeError::CreditTooLarge { left, citation } => {
                Self::new(&CREDIT_TOO_LARGE).detail(format!("{left} are left ({})", citation.en))
            }
            ChargeError::CreditStopped { citation } => {
                Self::new(&CREDIT_STOPPED).detail(citation.en)
            }
            ChargeError::DepositTooLarge => Self::new(&DEPOSIT_TOO_LARGE),
            ChargeError::ChargeNotSettled => Self::new(&CHARGE_NOT_SETTLED),
            ChargeError::LineNotRefundable(n) => {
                Self::new(&LINE_NOT_REFUNDABLE).detail(format!("line {n}"))
            }
            ChargeError::RefundDiffers => Self::new(&REFUND_DIFFERS),
            ChargeError::ReceiptUnknown => Self::new(&RECEIPT_UNKNOWN),
            ChargeError::InsurerMissing => Self::new(&INSURER_MISSING),
        }
    }
}
