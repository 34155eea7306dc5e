//! Facts of the registration of a marriage.

use citygate_kernel::{Problem, ProblemType, Text};

use crate::rules::state::WrongState;

/// Why something cannot be done with a case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such case, or it is somebody else's.
    #[error("there is no such case")]
    CaseUnknown,
    /// It cannot happen to the case as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongState),
    /// The caller has a case that is open.
    #[error("the caller has an open case")]
    CaseOpen,
    /// The caller has begun as many cases as somebody may in a day.
    #[error("too many cases in a day")]
    TooManyCases {
        /// Where that is written.
        citation: Text,
    },
    /// No invitation has that code: there never was one, it is over, or it is the caller's own.
    #[error("there is no such invitation")]
    InvitationUnknown,
    /// The caller has invited as often as somebody may in one case.
    #[error("too many invitations")]
    TooManyInvitations {
        /// Where that is written.
        citation: Text,
    },
    /// The text of the statement is another one by now.
    #[error("the statement has another text")]
    StatementChanged,
    /// What is declared contradicts the statement: it cannot be signed.
    #[error("{field} contradicts the statement")]
    StatementContradicted {
        /// Which declaration, as a JSON Pointer.
        field: &'static str,
        /// What the law says of it.
        citation: Text,
    },
    /// The caller's signature stands.
    #[error("the caller has signed")]
    SignedAlready,
    /// No signature of the caller's stands.
    #[error("the caller has not signed")]
    NotSigned,
    /// Something about one of the two, or about both, is in the way; what it is, is told only to
    /// whom it is about.
    #[error("the case cannot proceed")]
    CannotProceed,
    /// A registrar has to see both first.
    #[error("not both were seen")]
    PartyUnseen,
    /// The appointment is on another day.
    #[error("the appointment is on another day")]
    NotToday,
    /// It has not begun yet, or one of them is there.
    #[error("they may still come")]
    TooEarly,
    /// The document has another sex than the statement.
    #[error("the document has another sex than the statement")]
    SexDiffers,
    /// The rule has no such reason.
    #[error("there is no such reason")]
    ReasonUnknown,
    /// There is no such correction at this agency.
    #[error("there is no such correction")]
    CorrectionUnknown,
    /// Another correction of the case waits.
    #[error("another correction waits")]
    CorrectionOpen,
    /// Somebody has decided it, in another way.
    #[error("it is decided")]
    CorrectionDecided,
    /// Nobody approves what they want themselves.
    #[error("it is the caller's own proposal")]
    OwnCorrection,
    /// No registrar acts in a case of their own.
    #[error("it is the caller's own case")]
    OwnCase,
    /// A day that cannot be.
    #[error("the day cannot be")]
    DayUnsound {
        /// Which member of the body.
        field: &'static str,
        /// What a sound one is.
        expected: &'static str,
    },
}

pub(super) const CASE_UNKNOWN: ProblemType =
    ProblemType::new("marriage.case_unknown", 404, "There is no such case", "婚姻登记事项不存在");
pub(super) const WRONG_STATE: ProblemType = ProblemType::new(
    "marriage.wrong_state",
    409,
    "That cannot be done with the case as it stands",
    "婚姻登记事项当前状态不允许此操作",
);
pub(super) const CASE_OPEN: ProblemType = ProblemType::new(
    "marriage.case_open",
    409,
    "You have a case that is open",
    "您有尚未办结的婚姻登记事项",
);
pub(super) const TOO_MANY_CASES: ProblemType = ProblemType::new(
    "marriage.too_many_cases",
    422,
    "You have begun as many cases as the rule allows in a day",
    "您当日发起的婚姻登记事项已达上限",
);
pub(super) const INVITATION_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.invitation_unknown",
    404,
    "There is no such invitation, or it is over",
    "邀请不存在或者已失效",
);
pub(super) const TOO_MANY_INVITATIONS: ProblemType = ProblemType::new(
    "marriage.too_many_invitations",
    422,
    "You have invited as often as the rule allows",
    "邀请次数已达上限",
);
pub(super) const STATEMENT_CHANGED: ProblemType = ProblemType::new(
    "marriage.statement_changed",
    409,
    "The statement has another text by now; read it and sign that one",
    "声明文本已更新，请阅读后签署新文本",
);
pub(super) const STATEMENT_CONTRADICTED: ProblemType = ProblemType::new(
    "marriage.statement_contradicted",
    422,
    "With what you declare the statement cannot be signed",
    "您的申报与声明内容不符，无法签署",
);
pub(super) const SIGNED_ALREADY: ProblemType =
    ProblemType::new("marriage.signed_already", 409, "You have signed", "您已签署声明");
pub(super) const NOT_SIGNED: ProblemType = ProblemType::new(
    "marriage.not_signed",
    409,
    "You have no signature that stands",
    "您没有有效的签署",
);
pub(super) const CANNOT_PROCEED: ProblemType = ProblemType::new(
    "marriage.cannot_proceed",
    422,
    "This cannot proceed here; the pre-check tells each of you about yourself, or contact the office",
    "暂无法在此办理；请各自查看本人预检结果或者联系婚姻登记机关",
);
pub(super) const PARTY_UNSEEN: ProblemType = ProblemType::new(
    "marriage.party_unseen",
    409,
    "A registrar has to see both with their documents first",
    "须由登记员当面核验双方及其证件",
);
pub(super) const NOT_TODAY: ProblemType = ProblemType::new(
    "marriage.not_today",
    409,
    "The appointment is on another day",
    "预约时间不是今天",
);
pub(super) const TOO_EARLY: ProblemType = ProblemType::new(
    "marriage.too_early",
    409,
    "The appointment has not begun, or one of the two is there",
    "预约时间未到，或者已有一方到场",
);
pub(super) const SEX_DIFFERS: ProblemType = ProblemType::new(
    "marriage.sex_differs",
    422,
    "The document and the statement differ about the sex",
    "证件与声明所载性别不一致",
);
pub(super) const REASON_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.reason_unknown",
    422,
    "The rule has no such reason for a refusal",
    "规定中没有该不予登记理由",
);
pub(super) const CORRECTION_UNKNOWN: ProblemType = ProblemType::new(
    "marriage.correction_unknown",
    404,
    "There is no such correction",
    "更正申请不存在",
);
pub(super) const CORRECTION_OPEN: ProblemType = ProblemType::new(
    "marriage.correction_open",
    409,
    "Another correction of the case waits for a decision",
    "该登记有待决定的更正申请",
);
pub(super) const CORRECTION_DECIDED: ProblemType = ProblemType::new(
    "marriage.correction_decided",
    409,
    "The correction is decided",
    "更正申请已作出决定",
);
pub(super) const OWN_CORRECTION: ProblemType = ProblemType::new(
    "marriage.own_correction",
    409,
    "Another registrar has to decide what you have proposed",
    "须由另一名登记员决定您提出的更正",
);
pub(super) const OWN_CASE: ProblemType = ProblemType::new(
    "marriage.own_case",
    409,
    "Another registrar has to act in a case of your own",
    "须由其他登记员办理与您本人有关的事项",
);
pub(super) const DAY_UNSOUND: ProblemType =
    ProblemType::new("marriage.day_unsound", 422, "The day cannot be", "日期不合理");

/// A citation in both languages: who answers for it may read either.
fn both(citation: &Text) -> String {
    format!("{} / {}", citation.zh, citation.en)
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::CaseUnknown => Self::new(&CASE_UNKNOWN),
            CaseError::WrongState(_) => Self::new(&WRONG_STATE),
            CaseError::CaseOpen => Self::new(&CASE_OPEN),
            CaseError::TooManyCases { citation } => {
                Self::new(&TOO_MANY_CASES).detail(both(&citation))
            }
            CaseError::InvitationUnknown => Self::new(&INVITATION_UNKNOWN),
            CaseError::TooManyInvitations { citation } => {
                Self::new(&TOO_MANY_INVITATIONS).detail(both(&citation))
            }
            CaseError::StatementChanged => Self::new(&STATEMENT_CHANGED),
            CaseError::StatementContradicted { field, citation } => {
                Self::new(&STATEMENT_CONTRADICTED).field(field, both(&citation))
            }
            CaseError::SignedAlready => Self::new(&SIGNED_ALREADY),
            CaseError::NotSigned => Self::new(&NOT_SIGNED),
            CaseError::CannotProceed => Self::new(&CANNOT_PROCEED),
            CaseError::PartyUnseen => Self::new(&PARTY_UNSEEN),
            CaseError::NotToday => Self::new(&NOT_TODAY),
            CaseError::TooEarly => Self::new(&TOO_EARLY),
            CaseError::SexDiffers => Self::new(&SEX_DIFFERS),
            CaseError::ReasonUnknown => Self::new(&REASON_UNKNOWN),
            CaseError::CorrectionUnknown => Self::new(&CORRECTION_UNKNOWN),
            CaseError::CorrectionOpen => Self::new(&CORRECTION_OPEN),
            CaseError::CorrectionDecided => Self::new(&CORRECTION_DECIDED),
            CaseError::OwnCorrection => Self::new(&OWN_CORRECTION),
            CaseError::OwnCase => Self::new(&OWN_CASE),
            CaseError::DayUnsound { field, expected } => {
                Self::new(&DAY_UNSOUND).field(field, expected)
            }
        }
    }
}
