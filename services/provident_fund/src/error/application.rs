//! What can go wrong with withdrawals, disputes, transfers and statements.

use citygate_kernel::{Problem, ProblemType};

use crate::rules::{transfer::Hindrance, withdrawal::Bar};

/// A fact.
#[derive(Debug, thiserror::Error)]
pub enum ApplicationError {
    /// No such withdrawal, or not the caller's.
    #[error("there is no such withdrawal")]
    WithdrawalUnknown,
    /// No such dispute, or not the caller's.
    #[error("there is no such dispute")]
    DisputeUnknown,
    /// No such transfer, or not the caller's.
    #[error("there is no such transfer")]
    TransferUnknown,
    /// No statement of this year yet, or the account is not the caller's.
    #[error("there is no statement of this year")]
    StatementUnknown,
    /// The rules refuse a withdrawal.
    #[error("the withdrawal is not possible")]
    Barred(Barred),
    /// What is there, less what is set aside, is not enough.
    #[error("the amount is more than is there and not set aside")]
    OverBalance,
    /// Something that cannot happen to an application as it stands.
    #[error("`{event}` cannot happen to an application that is `{state}`")]
    State {
        /// Where it stands.
        state: &'static str,
        /// What was to happen.
        event: &'static str,
    },
    /// Nobody decides about an application of their own.
    #[error("the application is the caller's own")]
    Own,
    /// There is no such posting on the account, or it does not count.
    #[error("there is no such posting on the account")]
    PostingUnknown {
        /// Which member of the body names it.
        pointer: &'static str,
    },
    /// A month that has not begun.
    #[error("the month is in the future")]
    MonthAhead,
    /// There is a dispute about it.
    #[error("there is a dispute about it already")]
    DisputedAlready,
    /// A transfer of the account is under way.
    #[error("a transfer of the account is under way")]
    TransferPending,
    /// Both accounts are at one centre.
    #[error("both accounts are at one centre")]
    SameCentre,
    /// Too little has been paid in at the new centre.
    #[error("{needed} months in a row have to be paid in for at the new centre, and {paid} are")]
    TooFewMonths {
        /// How many the rule asks for.
        needed: u32,
        /// How many there are.
        paid: u32,
    },
    /// Something stands in the way of giving the account away.
    #[error("something stands in the way of giving the account away")]
    Hindered(Hindered),
    /// Nothing has ever been paid in.
    #[error("nothing has been paid in that could be certified")]
    NothingPaidIn,
}

/// What the rules say against a withdrawal.
#[derive(Debug)]
pub struct Barred(pub(crate) Vec<Bar>);

/// What stands in the way of giving an account away.
#[derive(Debug, Clone, Copy)]
pub struct Hindered(pub(crate) Hindrance);

pub(super) const WITHDRAWAL_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.withdrawal_unknown",
    404,
    "There is no such withdrawal",
    "提取申请不存在",
);
pub(super) const DISPUTE_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.dispute_unknown",
    404,
    "There is no such dispute",
    "余额异议不存在",
);
pub(super) const TRANSFER_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.transfer_unknown",
    404,
    "There is no such transfer",
    "异地转移申请不存在",
);
pub(super) const STATEMENT_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.statement_unknown",
    404,
    "There is no statement of this year",
    "该年度对账单不存在",
);
pub(super) const WITHDRAWAL_BARRED: ProblemType = ProblemType::new(
    "provident_fund.withdrawal_barred",
    422,
    "The rules for withdrawals do not allow this one",
    "不符合住房公积金提取条件",
);
pub(super) const OVER_BALANCE: ProblemType = ProblemType::new(
    "provident_fund.over_balance",
    409,
    "The amount is more than is there and not set aside for other withdrawals",
    "提取金额超过账户可提取余额",
);
pub(super) const APPLICATION_STATE: ProblemType = ProblemType::new(
    "provident_fund.application_state",
    409,
    "This cannot happen to the application as it stands",
    "申请当前状态不允许该操作",
);
pub(super) const OWN_APPLICATION: ProblemType = ProblemType::new(
    "provident_fund.own_application",
    409,
    "Nobody decides about an application of their own; ask a colleague",
    "不能办理本人的申请，请由其他工作人员办理",
);
pub(super) const POSTING_UNKNOWN: ProblemType = ProblemType::new(
    "provident_fund.posting_unknown",
    422,
    "There is no such posting on the account",
    "账户中无此笔明细",
);
pub(super) const MONTH_AHEAD: ProblemType = ProblemType::new(
    "provident_fund.month_ahead",
    422,
    "The month has not begun",
    "所填月份尚未开始",
);
pub(super) const DISPUTED_ALREADY: ProblemType = ProblemType::new(
    "provident_fund.disputed_already",
    409,
    "There is a dispute about it already",
    "已就该事项提出异议，正在处理",
);
pub(super) const TRANSFER_PENDING: ProblemType = ProblemType::new(
    "provident_fund.transfer_pending",
    409,
    "A transfer of the account is under way",
    "该账户正在办理异地转移",
);
pub(super) const TRANSFER_BARRED: ProblemType = ProblemType::new(
    "provident_fund.transfer_barred",
    422,
    "The rules for transfers do not allow this one",
    "不符合异地转移条件",
);
pub(super) const NOTHING_PAID_IN: ProblemType = ProblemType::new(
    "provident_fund.nothing_paid_in",
    409,
    "Nothing has been paid in that could be certified",
    "账户无缴存记录，不能出具证明",
);

impl From<ApplicationError> for Problem {
    fn from(error: ApplicationError) -> Self {
        match error {
            ApplicationError::WithdrawalUnknown => Self::new(&WITHDRAWAL_UNKNOWN),
            ApplicationError::DisputeUnknown => Self::new(&DISPUTE_UNKNOWN),
            ApplicationError::TransferUnknown => Self::new(&TRANSFER_UNKNOWN),
            ApplicationError::StatementUnknown => Self::new(&STATEMENT_UNKNOWN),
            ApplicationError::Barred(Barred(bars)) => {
                let problem = Self::new(&WITHDRAWAL_BARRED);
                bars.iter().fold(problem, |all, bar| all.field(bar.pointer(), bar.text().en))
            }
            ApplicationError::OverBalance => Self::new(&OVER_BALANCE),
            ApplicationError::State { .. } => {
                Self::new(&APPLICATION_STATE).detail(error.to_string())
            }
            ApplicationError::Own => Self::new(&OWN_APPLICATION),
            ApplicationError::PostingUnknown { pointer } => {
                Self::new(&POSTING_UNKNOWN).field(pointer, "a posting of the account that counts")
            }
            ApplicationError::MonthAhead => {
                Self::new(&MONTH_AHEAD).field("/month", "a month that has begun")
            }
            ApplicationError::DisputedAlready => Self::new(&DISPUTED_ALREADY),
            ApplicationError::TransferPending => Self::new(&TRANSFER_PENDING),
            ApplicationError::SameCentre => {
                Self::new(&TRANSFER_BARRED).field("/from_account_id", error.to_string())
            }
            ApplicationError::TooFewMonths { .. } => {
                Self::new(&TRANSFER_BARRED).field("/to_account_id", error.to_string())
            }
            ApplicationError::Hindered(Hindered(hindrance)) => {
                Self::new(&TRANSFER_BARRED).field("/from_account_id", hindrance.text().en)
            }
            ApplicationError::NothingPaidIn => Self::new(&NOTHING_PAID_IN),
        }
    }
}
