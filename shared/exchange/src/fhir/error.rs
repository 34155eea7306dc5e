//! What can go wrong between a caller who speaks FHIR and the exchange. Repositories answer with
//! these, too, so that the same fact has the same code for every type.

use citygate_kernel::{FieldError, Problem, ProblemType};
use citygate_platform::db::{DbError, TxError};

use crate::HoldReason;

/// A fact, or the database's trouble. `expression` is a FHIRPath, without an index where there is
/// one only: `DiagnosticReport.result[3].reference`. Nothing here repeats a value: it may be personal.
#[derive(Debug, thiserror::Error)]
pub enum FhirError {
    /// The answer was asked for in another form than JSON.
    #[error("only JSON is answered")]
    NotAcceptable,
    /// The body is of another form than JSON.
    #[error("only JSON is taken")]
    MediaType,
    /// The body is no resource that can be read, or not of the type that the address names.
    #[error("the resource cannot be read: {0}")]
    Malformed(String),
    /// The resource is not as FHIR R4 has it.
    #[error("the resource does not conform to FHIR R4")]
    Invalid(Vec<FieldError>),
    /// The resource is as FHIR has it, and not as its profile here demands.
    #[error("the resource does not conform to its profile")]
    Unprocessable(Vec<FieldError>),
    /// The type is not kept here.
    #[error("the type is not kept here")]
    TypeUnknown,
    /// There is no such resource, or no such version of it, that the caller may see.
    #[error("there is no such resource")]
    Unknown,
    /// An update under an id that the city has not given.
    #[error("ids are given by the server")]
    IdsAreGiven,
    /// The interaction is not offered for the type.
    #[error("{0} is not supported")]
    NotSupported(&'static str),
    /// The version to be replaced is not the present one.
    #[error("the resource has another version")]
    VersionDiffers,
    /// The condition matches more than one resource.
    #[error("the condition is not selective")]
    NotSelective,
    /// A parameter is not known, or its value is not of its form.
    #[error("the parameter {0} is not understood: {1}")]
    Parameter(String, String),
    /// A reference leads nowhere, or to what the caller may not see.
    #[error("{0} leads nowhere")]
    ReferenceUnknown(String),
    /// A Bundle of no use: no transaction, too many entries, a fullUrl twice.
    #[error("the bundle is refused: {0}")]
    Bundle(String),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for FhirError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<serde_json::Error> for FhirError {
    fn from(error: serde_json::Error) -> Self {
        Self::Db(DbError::Faulty(format!("a resource could not be written: {error}")))
    }
}

impl TxError for FhirError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::NotAcceptable
            | Self::MediaType
            | Self::Malformed(_)
            | Self::Invalid(_)
            | Self::Unprocessable(_)
            | Self::TypeUnknown
            | Self::Unknown
            | Self::IdsAreGiven
            | Self::NotSupported(_)
            | Self::VersionDiffers
            | Self::NotSelective
            | Self::Parameter(..)
            | Self::ReferenceUnknown(_)
            | Self::Bundle(_) => None,
        }
    }
}

/// Every problem of this part.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &NOT_ACCEPTABLE,
    &MEDIA_TYPE,
    &MALFORMED,
    &INVALID,
    &UNPROCESSABLE,
    &TYPE_UNKNOWN,
    &UNKNOWN,
    &IDS_ARE_GIVEN,
    &NOT_SUPPORTED,
    &VERSION_DIFFERS,
    &NOT_SELECTIVE,
    &PARAMETER,
    &REFERENCE_UNKNOWN,
    &BUNDLE,
    HoldReason::OrderUnknown.problem(),
    HoldReason::PatientMismatch.problem(),
    HoldReason::OrderWithdrawn.problem(),
    HoldReason::StatusRegressed.problem(),
    HoldReason::VersionConflict.problem(),
];

const NOT_ACCEPTABLE: ProblemType = ProblemType::new(
    "exchange.fhir_not_acceptable",
    406,
    "FHIR is answered in JSON only: accept application/fhir+json",
    "FHIR 接口仅返回 JSON，请接受 application/fhir+json",
);
const MEDIA_TYPE: ProblemType = ProblemType::new(
    "exchange.fhir_media_type",
    415,
    "FHIR is taken in JSON only: send application/fhir+json",
    "FHIR 接口仅接收 JSON，请使用 application/fhir+json",
);
const MALFORMED: ProblemType = ProblemType::new(
    "exchange.fhir_malformed",
    400,
    "The body is no resource that can be read here",
    "请求体不是可读取的 FHIR 资源",
);
const INVALID: ProblemType = ProblemType::new(
    "exchange.fhir_invalid",
    400,
    "The resource does not conform to FHIR R4",
    "资源不符合 FHIR R4 规范",
);
const UNPROCESSABLE: ProblemType = ProblemType::new(
    "exchange.fhir_unprocessable",
    422,
    "The resource lacks what is needed here, or says what cannot be",
    "资源缺少必需内容，或内容有误",
);
const TYPE_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.fhir_type_unknown",
    404,
    "Resources of this type are not kept here",
    "不支持该类型的资源",
);
const UNKNOWN: ProblemType = ProblemType::new(
    "exchange.fhir_unknown",
    404,
    "There is no such resource, version or operation",
    "未找到该资源、版本或操作",
);
const IDS_ARE_GIVEN: ProblemType = ProblemType::new(
    "exchange.fhir_ids_are_given",
    405,
    "There is no resource under this id, and ids are given by the server: create it with POST",
    "该标识下没有资源；标识由服务器分配，请使用 POST 创建",
);
const NOT_SUPPORTED: ProblemType = ProblemType::new(
    "exchange.fhir_not_supported",
    405,
    "This interaction is not supported; the CapabilityStatement lists those that are",
    "不支持此交互；支持的交互见能力声明",
);
const VERSION_DIFFERS: ProblemType = ProblemType::new(
    "exchange.fhir_version_differs",
    412,
    "The resource has another version by now: read it again",
    "资源版本已变更，请重新读取",
);
const NOT_SELECTIVE: ProblemType = ProblemType::new(
    "exchange.fhir_not_selective",
    412,
    "The condition matches more than one resource",
    "条件匹配到多个资源",
);
const PARAMETER: ProblemType = ProblemType::new(
    "exchange.fhir_parameter",
    400,
    "A search parameter or header is not understood",
    "无法识别查询参数或请求头",
);
const REFERENCE_UNKNOWN: ProblemType = ProblemType::new(
    "exchange.fhir_reference_unknown",
    422,
    "A reference leads to no resource that this system may see",
    "引用的资源不存在或无权访问",
);
const BUNDLE: ProblemType = ProblemType::new(
    "exchange.fhir_bundle",
    400,
    "The Bundle cannot be carried out as it is",
    "该 Bundle 无法执行",
);

impl From<FhirError> for Problem {
    fn from(error: FhirError) -> Self {
        let listed = |kind, errors| Self { errors, ..Self::new(kind) };
        match error {
            FhirError::NotAcceptable => Self::new(&NOT_ACCEPTABLE),
            FhirError::MediaType => Self::new(&MEDIA_TYPE),
            FhirError::Malformed(why) => Self::new(&MALFORMED).detail(why),
            FhirError::Invalid(errors) => listed(&INVALID, errors),
            FhirError::Unprocessable(errors) => listed(&UNPROCESSABLE, errors),
            FhirError::TypeUnknown => Self::new(&TYPE_UNKNOWN),
            FhirError::Unknown => Self::new(&UNKNOWN),
            FhirError::IdsAreGiven => Self::new(&IDS_ARE_GIVEN),
            FhirError::NotSupported(what) => Self::new(&NOT_SUPPORTED).detail(what),
            FhirError::VersionDiffers => Self::new(&VERSION_DIFFERS),
            FhirError::NotSelective => Self::new(&NOT_SELECTIVE),
            FhirError::Parameter(name, why) => Self::new(&PARAMETER).field(name, why),
            FhirError::ReferenceUnknown(expression) => Self::new(&REFERENCE_UNKNOWN)
                .field(expression, "no resource of this hospital is known under this reference"),
            FhirError::Bundle(why) => Self::new(&BUNDLE).detail(why),
            FhirError::Db(error) => error.into(),
        }
    }
}
