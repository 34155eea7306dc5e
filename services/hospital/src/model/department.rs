//! Departments (FHIR: HealthcareService).

use std::{fmt, str::FromStr};

use citygate_catalogue::AgencyId;
use citygate_kernel::{Text, wire};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{DepartmentId, LocationId, OwnNo};

/// A code of the national list of diagnosis and treatment subjects: `03.04` is cardiology, a part of
/// internal medicine, `03`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SpecialtyCode(String);

/// The text is not such a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of diagnosis and treatment subjects is two digits, or two and two: 03.04")]
pub struct InvalidSpecialtyCode;

impl SpecialtyCode {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SpecialtyCode {
    type Err = InvalidSpecialtyCode;

    fn from_str(text: &str) -> Result<Self, InvalidSpecialtyCode> {
        let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (head, tail) = text.split_once('.').unwrap_or((text, "00"));
        if two(head) && two(tail) { Ok(Self(text.to_owned())) } else { Err(InvalidSpecialtyCode) }
    }
}

impl fmt::Display for SpecialtyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SpecialtyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for SpecialtyCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A code of the national list of diagnosis and treatment subjects."))
            .pattern(Some(r"^[0-9]{2}(\.[0-9]{2})?$"))
            .examples(["03.04"])
            .into()
    }
}

impl ToSchema for SpecialtyCode {}

/// A subject of the national list.
#[derive(Debug, Clone)]
pub(crate) struct Specialty {
    pub code: SpecialtyCode,
    pub name: Text,
}

/// A department as the hospital describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewDepartment {
    pub number: OwnNo,
    /// The department that it belongs to; none at the top.
    pub part_of: Option<OwnNo>,
    pub specialty: SpecialtyCode,
    pub name: Text,
    pub pinyin: Option<String>,
    /// Where it is.
    pub location: OwnNo,
    /// Whether people can see it.
    pub active: bool,
}

/// A department of a hospital.
#[derive(Debug, Clone)]
pub(crate) struct Department {
    pub id: DepartmentId,
    pub agency: AgencyId,
    pub number: OwnNo,
    pub part_of: Option<DepartmentId>,
    pub specialty: SpecialtyCode,
    pub name: Text,
    pub location: LocationId,
    pub active: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_national_list() {
        for (text, valid) in [
            ("03", true),
            ("03.04", true),
            ("3", false),
            ("03.", false),
            ("03.4", false),
            ("03.04.01", false),
            ("０３", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<SpecialtyCode>().is_ok(), valid, "{text:?}");
        }
    }
}
