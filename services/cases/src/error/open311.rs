//! Facts of requests by Open311.

use citygate_kernel::{Problem, ProblemType};

/// Why a request by Open311 is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Open311Error {
    /// It does not say in which city.
    #[error("jurisdiction_id is missing")]
    JurisdictionMissing,
    /// There is no such city.
    #[error("there is no such jurisdiction")]
    JurisdictionUnknown,
    /// It does not say for which service.
    #[error("service_code is missing")]
    ServiceMissing,
    /// There is no such service.
    #[error("there is no such service")]
    ServiceUnknown,
    /// A member is not as it has to be.
    #[error("{member}: {expected}")]
    FormUnsound {
        /// Which one.
        member: &'static str,
        /// What is expected of it.
        expected: &'static str,
    },
}

pub(super) const JURISDICTION_MISSING: ProblemType = ProblemType::new(
    "cases.jurisdiction_missing",
    400,
    "jurisdiction_id was not provided",
    "未提供jurisdiction_id",
);
pub(super) const JURISDICTION_UNKNOWN: ProblemType = ProblemType::new(
    "cases.jurisdiction_unknown",
    404,
    "jurisdiction_id was not found",
    "没有该jurisdiction_id对应的城市",
);
pub(super) const SERVICE_MISSING: ProblemType = ProblemType::new(
    "cases.service_missing",
    400,
    "service_code was not provided",
    "未提供service_code",
);
pub(super) const SERVICE_UNKNOWN: ProblemType = ProblemType::new(
    "cases.service_unknown",
    404,
    "service_code was not found",
    "没有该service_code对应的服务",
);
pub(super) const FORM_UNSOUND: ProblemType = ProblemType::new(
    "cases.form_unsound",
    400,
    "A parameter is not as it has to be",
    "参数格式不正确",
);

impl From<Open311Error> for Problem {
    fn from(fact: Open311Error) -> Self {
        match fact {
            Open311Error::JurisdictionMissing => Self::new(&JURISDICTION_MISSING),
            Open311Error::JurisdictionUnknown => Self::new(&JURISDICTION_UNKNOWN),
            Open311Error::ServiceMissing => Self::new(&SERVICE_MISSING),
            Open311Error::ServiceUnknown => Self::new(&SERVICE_UNKNOWN),
            Open311Error::FormUnsound { member, expected } => {
                Self::new(&FORM_UNSOUND).detail(format!("{member}: {expected}"))
            }
        }
    }
}
