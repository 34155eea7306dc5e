//! What can go wrong with the directory of hospitals and their sessions.

use citygate_kernel::{Problem, ProblemType, Text};

use crate::rules::schedule::SlotFault;

/// A fact about the directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// No such department, or nobody can see it.
    #[error("there is no such department")]
    DepartmentUnknown,
    /// No such doctor, or nobody can see them.
    #[error("there is no such doctor")]
    PractitionerUnknown,
    /// The hospital has no session of that number.
    #[error("there is no session of that number")]
    SessionUnknown,
    /// A body names something that the hospital has not described.
    #[error("{0} names nothing that is known")]
    NotNamed(&'static str),
    /// A location that cannot be within the one it names.
    #[error("a location lies within a larger one")]
    LocationMisplaced,
    /// A department that would belong to itself or lie too deep.
    #[error("a department cannot be put there")]
    DepartmentMisplaced(&'static str),
    /// More than a hospital can describe.
    #[error("the hospital has described as many as there can be")]
    Full,
    /// The hospital cannot be shown, or not taken out.
    #[error("the hospital cannot be put into that state")]
    ListingRefused(&'static str),
    /// Only a listed hospital opens sessions.
    #[error("the hospital is not listed")]
    NotListed,
    /// The doctor does not have that clinic.
    #[error("the doctor has no such clinic")]
    RoleMissing,
    /// The tariff has no line for it.
    #[error("the tariff has no line for that clinic")]
    FeeMissing {
        /// The tariff.
        citation: Text,
    },
    /// A day that is past or too far ahead.
    #[error("a session is opened for a day from today on, and not too far ahead")]
    DayOutOfRange,
    /// The session is not divided as the rule wants it.
    #[error("the slots are not as the rule wants them")]
    SlotsRefused {
        /// What is wrong.
        fault: SlotFault,
        /// Where the rule is written.
        citation: Text,
    },
    /// A period that ends before it begins or is too long.
    #[error("the period ends before it begins, or is too long")]
    PeriodOutOfRange,
}

pub(super) const DEPARTMENT_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.department_unknown",
    404,
    "There is no such department",
    "科室不存在",
);
pub(super) const PRACTITIONER_UNKNOWN: ProblemType =
    ProblemType::new("hospital.practitioner_unknown", 404, "There is no such doctor", "医师不存在");
pub(super) const SESSION_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.session_unknown",
    404,
    "The hospital has no session of that number",
    "该医院没有此编号的出诊场次",
);
pub(super) const NOT_NAMED: ProblemType = ProblemType::new(
    "hospital.reference_unknown",
    422,
    "The body names something that the hospital has not described",
    "请求引用了医院尚未登记的对象",
);
pub(super) const LOCATION_MISPLACED: ProblemType = ProblemType::new(
    "hospital.location_misplaced",
    422,
    "A campus lies within nothing; a building, floor or room lies within something larger",
    "院区不隶属于其他位置；楼、楼层和诊室应隶属于更大的位置",
);
pub(super) const DEPARTMENT_MISPLACED: ProblemType = ProblemType::new(
    "hospital.department_misplaced",
    422,
    "A department cannot belong to itself or lie more than four deep",
    "科室不能隶属于自身，层级不得超过四级",
);
pub(super) const FULL: ProblemType = ProblemType::new(
    "hospital.directory_full",
    422,
    "The hospital has described as many as there can be",
    "该医院登记的数量已达上限",
);
pub(super) const LISTING_REFUSED: ProblemType = ProblemType::new(
    "hospital.listing_refused",
    409,
    "The hospital cannot be put into that state",
    "医院当前不能变更为该状态",
);
pub(super) const NOT_LISTED: ProblemType = ProblemType::new(
    "hospital.not_listed",
    409,
    "Only a hospital that is listed opens sessions",
    "只有已上架的医院才能开放号源",
);
pub(super) const ROLE_MISSING: ProblemType = ProblemType::new(
    "hospital.role_missing",
    422,
    "The doctor does not have that clinic in that department",
    "该医师在该科室没有此类门诊",
);
pub(super) const FEE_MISSING: ProblemType = ProblemType::new(
    "hospital.fee_missing",
    422,
    "The tariff has no line for that clinic",
    "收费标准中没有该类门诊",
);
pub(super) const DAY_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "hospital.session_day_out_of_range",
    422,
    "A session is opened for a day from today on, and not too far ahead",
    "出诊日期应自当日起，且不得超过可开放的期限",
);
pub(super) const SLOTS_REFUSED: ProblemType = ProblemType::new(
    "hospital.slots_refused",
    422,
    "The session is not divided as the rule requires",
    "号源时段不符合规则要求",
);
pub(super) const PERIOD_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "hospital.period_out_of_range",
    422,
    "The period ends before it begins, or is too long",
    "查询区间无效或超过上限",
);

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        use DirectoryError as Fact;
        match error {
            Fact::DepartmentUnknown => Self::new(&DEPARTMENT_UNKNOWN),
            Fact::PractitionerUnknown => Self::new(&PRACTITIONER_UNKNOWN),
            Fact::SessionUnknown => Self::new(&SESSION_UNKNOWN),
            Fact::NotNamed(pointer) => {
                Self::new(&NOT_NAMED).field(pointer, "something that was described before")
            }
            Fact::LocationMisplaced => {
                Self::new(&LOCATION_MISPLACED).field("/part_of", "something larger")
            }
            Fact::DepartmentMisplaced(reason) => {
                Self::new(&DEPARTMENT_MISPLACED).field("/part_of", reason)
            }
            Fact::Full => Self::new(&FULL),
            Fact::ListingRefused(reason) => Self::new(&LISTING_REFUSED).detail(reason),
            Fact::NotListed => Self::new(&NOT_LISTED),
            Fact::RoleMissing => Self::new(&ROLE_MISSING)
                .field("/practitioner_no", "a doctor with that clinic in that department"),
            Fact::FeeMissing { citation } => {
                Self::new(&FEE_MISSING).field("/clinic_kind", citation.en)
            }
            Fact::DayOutOfRange => {
                Self::new(&DAY_OUT_OF_RANGE).field("/on", "a day from today on, not too far ahead")
            }
            Fact::SlotsRefused { fault, citation } => {
                let (pointer, reason) = said(fault);
                Self::new(&SLOTS_REFUSED).detail(citation.en).field(pointer, reason)
            }
            Fact::PeriodOutOfRange => Self::new(&PERIOD_OUT_OF_RANGE).field("to", "a later day"),
        }
    }
}

/// Where a fault of slots is, and what it is.
fn said(fault: SlotFault) -> (String, &'static str) {
    match fault {
        SlotFault::Count => ("/slots".to_owned(), "none, or too many"),
        SlotFault::Length(n) => (format!("/slots/{n}"), "too long, or without any length"),
        SlotFault::Order(n) => (format!("/slots/{n}"), "it begins before the one before it ends"),
        SlotFault::Hours(n) => (format!("/slots/{n}"), "outside the part of the day"),
        SlotFault::Places(n) => (format!("/slots/{n}/places"), "none, or too many"),
    }
}
