//! What can go wrong with a message in HL7 version 2.

use citygate_hl7v2::{self as hl7v2, ErrorCode, Location};
use citygate_kernel::{Problem, ProblemType};
use citygate_platform::db::DbError;

use crate::Refusal;

/// A message is not as it has to be. Nothing here repeats a value: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageFault {
    /// It is no message.
    #[error("{fault}")]
    Malformed {
        /// What is wrong.
        fault: hl7v2::Fault,
        /// Where, if that can be said.
        location: Option<Location>,
    },
    /// Nobody here understands messages of this code.
    #[error("messages of this type are not understood")]
    TypeUnsupported,
    /// Nor of this event.
    #[error("messages of this event are not understood")]
    EventUnsupported,
    /// It is no message of production, and this is no sandbox; or the other way round.
    #[error("the processing id does not fit")]
    ProcessingUnsupported,
    /// The version is not spoken.
    #[error("the version is not spoken")]
    VersionUnsupported,
    /// A segment that has to be there is not, or not in its place.
    #[error("the segment {0} is missing")]
    SegmentMissing(&'static str),
    /// A field that has to be there is not.
    #[error("{0} is missing")]
    Missing(Location),
    /// A field is not of its data type, or says what cannot be.
    #[error("{0} is wrong: {1}")]
    Invalid(Location, &'static str),
    /// A code that its table does not have, or that is not taken here.
    #[error("{0} has a code that is not known: {1}")]
    CodeUnknown(Location, &'static str),
    /// Nothing is registered for how the sender calls itself, where it speaks from.
    #[error("the sender is not registered at this address")]
    PeerUnknown,
}

impl Refusal for MessageFault {
    fn as_db(&self) -> Option<&DbError> {
        None
    }

    fn problem(self: Box<Self>) -> Problem {
        (*self).into()
    }
}

/// Every problem of this part.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &MALFORMED,
    &TYPE_UNSUPPORTED,
    &EVENT_UNSUPPORTED,
    &PROCESSING_UNSUPPORTED,
    &VERSION_UNSUPPORTED,
    &SEGMENT_MISSING,
    &FIELD_MISSING,
    &FIELD_INVALID,
    &CODE_UNKNOWN,
    &PEER_UNKNOWN,
    &MEDIA_TYPE,
];

const MALFORMED: ProblemType = ProblemType::new(
    "exchange.hl7_malformed",
    400,
    "This is no message of HL7 version 2 that can be read",
    "不是可读取的 HL7 v2 消息",
);
const TYPE_UNSUPPORTED: ProblemType = ProblemType::new(
    "exchange.hl7_type_unsupported",
    400,
    "Messages of this type are not understood (MSH-9)",
    "不支持该类型的消息（MSH-9）",
);
const EVENT_UNSUPPORTED: ProblemType = ProblemType::new(
    "exchange.hl7_event_unsupported",
    400,
    "Messages of this event are not understood (MSH-9)",
    "不支持该触发事件的消息（MSH-9）",
);
const PROCESSING_UNSUPPORTED: ProblemType = ProblemType::new(
    "exchange.hl7_processing_unsupported",
    400,
    "MSH-11 is P; in the sandbox, T and D are taken, too",
    "MSH-11 应为 P；沙盒环境也可为 T 或 D",
);
const VERSION_UNSUPPORTED: ProblemType = ProblemType::new(
    "exchange.hl7_version_unsupported",
    400,
    "Versions 2.3 to 2.8 are spoken (MSH-12)",
    "仅支持 2.3 至 2.8 版本（MSH-12）",
);
const SEGMENT_MISSING: ProblemType = ProblemType::new(
    "exchange.hl7_segment_missing",
    422,
    "A segment is missing, or not in its place",
    "缺少必需的消息段，或其位置有误",
);
const FIELD_MISSING: ProblemType = ProblemType::new(
    "exchange.hl7_field_missing",
    422,
    "A field that is required is missing",
    "缺少必填字段",
);
const FIELD_INVALID: ProblemType = ProblemType::new(
    "exchange.hl7_field_invalid",
    422,
    "A field is not of its data type, or says what cannot be",
    "字段不符合数据类型，或内容有误",
);
const CODE_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.hl7_code_unknown",
    422,
    "A field has a code that is not taken here",
    "字段代码不在可接受范围内",
);
const PEER_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.hl7_peer_unknown",
    403,
    "No system is registered under this facility (MSH-4, MSH-3) at this network address",
    "该发送机构（MSH-4、MSH-3）未在此网络地址登记",
);
/// Of a request over HTTP.
pub(super) const MEDIA_TYPE: ProblemType = ProblemType::new(
    "exchange.hl7_media_type",
    415,
    "Send application/hl7-v2 with a charset of utf-8, gb18030 or us-ascii",
    "请使用 application/hl7-v2，字符集为 utf-8、gb18030 或 us-ascii",
);

impl From<MessageFault> for Problem {
    fn from(fault: MessageFault) -> Self {
        let at =
            |kind, location: &Location, why: &str| Self::new(kind).field(location.to_string(), why);
        let msh = |kind, field| at(kind, &Location::of("MSH", 1).field(field), "see MSH");
        match fault {
            MessageFault::Malformed { fault, location } => {
                let problem = Self::new(&MALFORMED).detail(fault.to_string());
                match location {
                    Some(location) => problem.field(location.to_string(), fault.to_string()),
                    None => problem,
                }
            }
            MessageFault::TypeUnsupported => msh(&TYPE_UNSUPPORTED, 9),
            MessageFault::EventUnsupported => msh(&EVENT_UNSUPPORTED, 9),
            MessageFault::ProcessingUnsupported => msh(&PROCESSING_UNSUPPORTED, 11),
            MessageFault::VersionUnsupported => msh(&VERSION_UNSUPPORTED, 12),
            MessageFault::SegmentMissing(name) => {
                at(&SEGMENT_MISSING, &Location::of(name, 1), "the segment is required")
            }
            MessageFault::Missing(location) => {
                at(&FIELD_MISSING, &location, "the field is required")
            }
            MessageFault::Invalid(location, why) => at(&FIELD_INVALID, &location, why),
            MessageFault::CodeUnknown(location, why) => at(&CODE_UNKNOWN, &location, why),
            MessageFault::PeerUnknown => Self::new(&PEER_UNKNOWN),
        }
    }
}

/// What table 0357 calls a problem, by its code and status.
pub(super) fn error_code(problem: &ProblemType) -> ErrorCode {
    let known = [
        (&TYPE_UNSUPPORTED, ErrorCode::UnsupportedMessageType),
        (&EVENT_UNSUPPORTED, ErrorCode::UnsupportedEventCode),
        (&PROCESSING_UNSUPPORTED, ErrorCode::UnsupportedProcessingId),
        (&VERSION_UNSUPPORTED, ErrorCode::UnsupportedVersion),
        (&SEGMENT_MISSING, ErrorCode::SegmentSequence),
        (&FIELD_MISSING, ErrorCode::RequiredFieldMissing),
        (&FIELD_INVALID, ErrorCode::DataType),
        (&MALFORMED, ErrorCode::DataType),
        (&CODE_UNKNOWN, ErrorCode::TableValueNotFound),
    ];
    match known.into_iter().find(|(kind, _)| kind.code == problem.code) {
        Some((_, code)) => code,
        None if problem.status == 404 => ErrorCode::UnknownKey,
        None if problem.code == "exchange.message_differs" => ErrorCode::DuplicateKey,
        None => ErrorCode::Internal,
    }
}
