//! What can go wrong with what institutions' systems send.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

use crate::participants::ParticipantState;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The number stands for a message of other content.
    #[error("the number stands for another message")]
    MessageDiffers,
    /// The participant has to sign its messages.
    #[error("the message is not signed")]
    SignatureRequired,
    /// The signature, or what it covers, is not as it has to be.
    #[error("the signature does not hold: {0}")]
    SignatureInvalid(&'static str),
    /// It was made too long ago, or is from the future.
    #[error("the signature was made at another time")]
    SignatureStale,
    /// Its nonce was used before.
    #[error("the nonce of the signature was used before")]
    SignatureReplayed,
    /// No message is held under this id, or it is another hospital's.
    #[error("there is no such held message")]
    HoldUnknown,
    /// It was released or discarded.
    #[error("the message is not held any more")]
    HoldEnded,
    /// The id is another person's.
    #[error("the patient is another person")]
    PatientDiffers,
    /// People are named by resident identity numbers.
    #[error("no resident identity number: {0}")]
    IdentifierUnsupported(&'static str),
    /// Patients are found one by one.
    #[error("patients are searched by identifier")]
    SearchTooBroad,
    /// In the sandbox there are specimen persons only.
    #[error("a real person was named in the sandbox")]
    SpecimenRequired,
    /// Specimen persons are in the sandbox only.
    #[error("a specimen person was named in a live city")]
    SpecimenRefused,
    /// The hospital's systems are not connected.
    #[error("the hospital is not connected")]
    NotConnected,
    /// The hospital's systems were connected, and are stopped.
    #[error("the hospital is suspended")]
    Suspended,
    /// The hospital has not applied, or has no sandbox.
    #[error("there is no such participant")]
    ParticipantUnknown,
    /// This does not happen to a participant that has come so far.
    #[error("not to a participant that is {}", .0.code())]
    ParticipationState(ParticipantState),
    /// Nobody agrees to what they have asked for themselves.
    #[error("the request is the caller's own")]
    OwnLiveRequest,
    /// Nobody has asked to go live, or too long ago, or nobody else has agreed.
    #[error("going live is not asked for, or not approved")]
    LiveNotApproved,
    /// The sandbox does not answer what it has carried out, because it was asked not to.
    #[error("the answer is dropped on request")]
    AnswerDropped,
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The notifier's facts.
    #[error(transparent)]
    Notify(#[from] citygate_notify::Error),
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
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
            Self::Identity(error) => error.as_db(),
            Self::Notify(error) => error.as_db(),
            Self::Seal(error) => error.as_db(),
            _ => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &MESSAGE_DIFFERS,
    &SIGNATURE_REQUIRED,
    &SIGNATURE_INVALID,
    &SIGNATURE_STALE,
    &SIGNATURE_REPLAYED,
    &HOLD_UNKNOWN,
    &HOLD_ENDED,
    &PATIENT_DIFFERS,
    &IDENTIFIER_UNSUPPORTED,
    &SEARCH_TOO_BROAD,
    &SPECIMEN_REQUIRED,
    &SPECIMEN_REFUSED,
    &NOT_CONNECTED,
    &SUSPENDED,
    &PARTICIPATION_STATE,
    &OWN_LIVE_REQUEST,
    &LIVE_NOT_APPROVED,
    &ANSWER_DROPPED,
];

const MESSAGE_DIFFERS: ProblemType = ProblemType::new(
    "exchange.message_differs",
    409,
    "The number stands for a message of other content",
    "该消息编号已对应内容不同的消息",
);
const SIGNATURE_REQUIRED: ProblemType = ProblemType::new(
    "exchange.signature_required",
    401,
    "Messages of this participant are signed (RFC 9421)",
    "该接入方的消息须附带签名（RFC 9421）",
);
pub(crate) const SIGNATURE_INVALID: ProblemType = ProblemType::new(
    "exchange.signature_invalid",
    401,
    "The signature of the message does not hold",
    "消息签名无效",
);
pub(crate) const SIGNATURE_STALE: ProblemType = ProblemType::new(
    "exchange.signature_stale",
    401,
    "The signature was made more than five minutes ago, or in the future",
    "消息签名时间与当前时间相差超过五分钟",
);
const SIGNATURE_REPLAYED: ProblemType = ProblemType::new(
    "exchange.signature_replayed",
    401,
    "The nonce of the signature was used before; sign the message anew",
    "签名随机数已被使用，请重新签名",
);
const HOLD_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.hold_unknown",
    404,
    "There is no such held message",
    "待处理消息不存在",
);
const HOLD_ENDED: ProblemType = ProblemType::new(
    "exchange.hold_ended",
    409,
    "The message was released or discarded before",
    "该消息已被放行或作废",
);
const PATIENT_DIFFERS: ProblemType = ProblemType::new(
    "exchange.patient_differs",
    422,
    "The patient is another person; a patient never becomes somebody else",
    "该患者标识对应另一人，不可更改",
);
const IDENTIFIER_UNSUPPORTED: ProblemType = ProblemType::new(
    "exchange.identifier_unsupported",
    422,
    "People are named by the number of a resident identity card (GB 11643); others cannot be named yet",
    "目前仅支持以居民身份证号码标识患者",
);
const SEARCH_TOO_BROAD: ProblemType = ProblemType::new(
    "exchange.search_too_broad",
    422,
    "Patients are found one at a time, by identifier or id",
    "仅支持按标识符逐一查询患者",
);
const SPECIMEN_REQUIRED: ProblemType = ProblemType::new(
    "exchange.specimen_required",
    422,
    "In the sandbox only specimen persons are named: their numbers begin with 9999",
    "沙盒环境仅可使用样本身份（号码以 9999 开头）",
);
const SPECIMEN_REFUSED: ProblemType = ProblemType::new(
    "exchange.specimen_refused",
    422,
    "Numbers that begin with 9999 are of specimen persons, who are in the sandbox only",
    "以 9999 开头的号码为样本身份，仅可用于沙盒环境",
);
const NOT_CONNECTED: ProblemType = ProblemType::new(
    "exchange.not_connected",
    403,
    "The hospital's systems are not connected; its admins apply for it",
    "该医院尚未接入，请由其管理员提出申请",
);
const SUSPENDED: ProblemType = ProblemType::new(
    "exchange.suspended",
    403,
    "The connection of the hospital is suspended; ask whoever runs the city",
    "该医院的接入已暂停，请联系平台运营方",
);
const PARTICIPATION_STATE: ProblemType = ProblemType::new(
    "exchange.participation_state",
    409,
    "This cannot be done with a connection that has come so far, or not far enough",
    "接入当前所处的阶段不允许此操作",
);
const OWN_LIVE_REQUEST: ProblemType = ProblemType::new(
    "exchange.own_live_request",
    409,
    "Another person of the hospital has to agree to going live",
    "须由本院另一人同意正式接入",
);
const LIVE_NOT_APPROVED: ProblemType = ProblemType::new(
    "exchange.live_not_approved",
    409,
    "Nobody has asked to go live within the last seven days, or nobody else has agreed",
    "七天内无人申请正式接入，或尚未获另一人同意",
);
const ANSWER_DROPPED: ProblemType = ProblemType::new(
    "exchange.answer_dropped",
    503,
    "The sandbox was asked not to answer; send the same message again under the same number",
    "沙盒按要求不予应答，请以相同编号重发同一消息",
)
.passing();

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::MessageDiffers => Self::new(&MESSAGE_DIFFERS),
            Error::SignatureRequired => Self::new(&SIGNATURE_REQUIRED),
            Error::SignatureInvalid(why) => Self::new(&SIGNATURE_INVALID).detail(why),
            Error::SignatureStale => Self::new(&SIGNATURE_STALE),
            Error::SignatureReplayed => Self::new(&SIGNATURE_REPLAYED),
            Error::HoldUnknown => Self::new(&HOLD_UNKNOWN),
            Error::HoldEnded => Self::new(&HOLD_ENDED),
            Error::PatientDiffers => Self::new(&PATIENT_DIFFERS),
            Error::IdentifierUnsupported(why) => {
                Self::new(&IDENTIFIER_UNSUPPORTED).field("Patient.identifier", why)
            }
            Error::SearchTooBroad => Self::new(&SEARCH_TOO_BROAD),
            Error::SpecimenRequired => Self::new(&SPECIMEN_REQUIRED),
            Error::SpecimenRefused => Self::new(&SPECIMEN_REFUSED),
            Error::NotConnected => Self::new(&NOT_CONNECTED),
            Error::Suspended => Self::new(&SUSPENDED),
            Error::ParticipantUnknown => Self::new(&problems::NOT_FOUND),
            Error::ParticipationState(state) => {
                Self::new(&PARTICIPATION_STATE).detail(format!("it is {}", state.code()))
            }
            Error::OwnLiveRequest => Self::new(&OWN_LIVE_REQUEST),
            Error::LiveNotApproved => Self::new(&LIVE_NOT_APPROVED),
            Error::AnswerDropped => Self::new(&ANSWER_DROPPED),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Notify(error) => error.into(),
            Error::Seal(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
