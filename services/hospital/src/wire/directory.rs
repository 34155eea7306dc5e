//! What hospitals' systems say of their hospital.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use citygate_kernel::{Text, Words, wire};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::{
    model::{
        ClinicKind, DepartmentId, Grade, HospitalEvent, LocationId, NewDepartment, NewHospital,
        NewLocation, NewPractitioner, NewRole, OwnNo, PhysicalType, Position, PractitionerId,
        SpecialtyCode, Title,
    },
    store::Put,
};

/// Roles that a doctor can have.
const ROLES: usize = 20;

/// Reads a member that may be left out. One that is there is not null.
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    wire::date(deserializer).map(Some)
}

const fn yes() -> bool {
    true
}

/// The same words in both languages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HospitalText, example = json!({"en": "Cardiology", "zh": "心血管内科"}))]
pub(super) struct TextBody {
    en: Words<200>,
    zh: Words<200>,
}

impl TextBody {
    pub(super) fn text(self) -> Text {
        Text::new(self.en.into_string(), self.zh.into_string())
    }
}

/// What a hospital says of itself. Its name is its agency's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalProfile)]
pub(crate) struct PutHospitalBody {
    grade: Grade,
    /// How to call it.
    #[schema(example = "+86 571 5600 7000")]
    telecom: Words<40>,
    address: TextBody,
    position: Position,
    /// Initials or syllables of the Chinese name, for those who type Latin letters.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<100>, example = "hzsdyrmyy")]
    pinyin: Option<Words<100>>,
    /// Since when it has received people.
    #[serde(default, deserialize_with = "day")]
    #[schema(required = false, value_type = NaiveDate, example = "1923-10-01")]
    opened_on: Option<NaiveDate>,
}

impl PutHospitalBody {
    pub(crate) fn hospital(self) -> NewHospital {
        NewHospital {
            grade: self.grade,
            telecom: self.telecom.into_string(),
            address: self.address.text(),
            position: self.position,
            pinyin: self.pinyin.map(Words::into_string),
            opened_on: self.opened_on,
        }
    }
}

/// Whether people can see a hospital.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HospitalListingState)]
enum WantedState {
    Listed,
    Suspended,
    Delisted,
}

/// Where a hospital should stand in the directory.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHospitalListing, example = json!({"state": "listed"}))]
pub(crate) struct PutListingBody {
    state: WantedState,
}

impl PutListingBody {
    pub(crate) fn event(&self) -> HospitalEvent {
        match self.state {
            WantedState::Listed => HospitalEvent::List,
            WantedState::Suspended => HospitalEvent::Suspend,
            WantedState::Delisted => HospitalEvent::Delist,
        }
    }
}

/// A campus, or a building, floor or room within another location.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLocation)]
pub(crate) struct PutLocationBody {
    physical_type: PhysicalType,
    /// The location that it is in; none for a campus.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    part_of: Option<OwnNo>,
    name: TextBody,
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = TextBody)]
    address: Option<TextBody>,
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Position)]
    position: Option<Position>,
}

impl PutLocationBody {
    pub(crate) fn location(self, number: OwnNo) -> NewLocation {
        NewLocation {
            number,
            part_of: self.part_of,
            physical_type: self.physical_type,
            name: self.name.text(),
            address: self.address.map(TextBody::text),
            position: self.position,
        }
    }
}

/// A department, within another one or at the top.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDepartment)]
pub(crate) struct PutDepartmentBody {
    name: TextBody,
    /// Its subject on the national list.
    specialty: SpecialtyCode,
    /// The department that it belongs to; none at the top.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    part_of: Option<OwnNo>,
    /// Where it is.
    location_no: OwnNo,
    /// Initials or syllables of the Chinese name.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<100>, example = "xxgnk")]
    pinyin: Option<Words<100>>,
    /// Whether people can see it.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    active: bool,
}

impl PutDepartmentBody {
    pub(crate) fn department(self, number: OwnNo) -> NewDepartment {
        NewDepartment {
            number,
            part_of: self.part_of,
            specialty: self.specialty,
            name: self.name.text(),
            pinyin: self.pinyin.map(Words::into_string),
            location: self.location_no,
            active: self.active,
        }
    }
}

/// In which department a doctor receives people, and in which kind of clinic.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPractitionerRole)]
struct RoleBody {
    department_no: OwnNo,
    clinic_kind: ClinicKind,
}

/// A doctor, with all of their roles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPractitioner)]
pub(crate) struct PutPractitionerBody {
    #[schema(example = json!({"en": "Fang Wei", "zh": "方薇"}))]
    name: TextBody,
    title: Title,
    /// What they are known for.
    #[schema(example = json!({"en": "Arrhythmia", "zh": "心律失常"}))]
    speciality: TextBody,
    /// Initials or syllables of the Chinese name.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<100>, example = "chenjing")]
    pinyin: Option<Words<100>>,
    #[serde(deserialize_with = "roles")]
    #[schema(max_items = 20)]
    roles: Vec<RoleBody>,
    /// Whether people can see them.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    active: bool,
}

fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RoleBody>, D::Error> {
    let roles = Vec::deserialize(deserializer)?;
    if roles.len() <= ROLES {
        Ok(roles)
    } else {
        Err(de::Error::custom(format!("at most {ROLES} roles are expected")))
    }
}

impl PutPractitionerBody {
    pub(crate) fn practitioner(self, number: OwnNo) -> NewPractitioner {
        let role = |role: RoleBody| NewRole {
            department: role.department_no,
            clinic_kind: role.clinic_kind,
        };
        // A set: saying one twice, or in another order, is the same.
        let roles: BTreeSet<_> = self.roles.into_iter().map(role).collect();
        NewPractitioner {
            number,
            name: self.name.text(),
            pinyin: self.pinyin.map(Words::into_string),
            title: self.title,
            speciality: self.speciality.text(),
            roles: roles.into_iter().collect(),
            active: self.active,
        }
    }
}

/// A location as recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PutLocation)]
pub(crate) struct LocationPutBody {
    pub id: LocationId,
    pub location_no: OwnNo,
    /// Whether it was there with the same content, and nothing was changed.
    pub unchanged: bool,
}

/// A department as recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PutDepartment)]
pub(crate) struct DepartmentPutBody {
    pub id: DepartmentId,
    pub department_no: OwnNo,
    /// Whether it was there with the same content, and nothing was changed.
    pub unchanged: bool,
}

/// A doctor as recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PutPractitioner)]
pub(crate) struct PractitionerPutBody {
    pub id: PractitionerId,
    pub practitioner_no: OwnNo,
    /// Whether they were there with the same content, and nothing was changed.
    pub unchanged: bool,
}

/// Whether nothing was changed.
pub(crate) fn unchanged(put: Put) -> bool {
    match put {
        Put::Unchanged => true,
        Put::Created | Put::Changed => false,
    }
}
