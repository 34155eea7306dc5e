//! Doctors, and in which clinics they receive people (FHIR: Practitioner, PractitionerRole).

use citygate_catalogue::AgencyId;
use citygate_kernel::Text;
use serde::Serialize;

use super::{DepartmentId, OwnNo, PractitionerId};

citygate_kernel::words! {
    /// The title of a doctor.
    #[schema(as = PractitionerTitle)]
    Title {
        /// Chief physician.
        Chief = "chief" ("Chief physician", "主任医师"),
        /// Associate chief physician.
        AssociateChief = "associate_chief" ("Associate chief physician", "副主任医师"),
        /// Attending physician.
        Attending = "attending" ("Attending physician", "主治医师"),
        /// Resident physician.
        Resident = "resident" ("Resident physician", "住院医师"),
    }
}

citygate_kernel::words! {
    /// What kind of clinic a session is.
    #[schema(as = ClinicKind)]
    ClinicKind {
        /// Whoever is on duty.
        General = "general" ("General clinic", "普通门诊"),
        /// A doctor of a senior title, by name.
        Expert = "expert" ("Expert clinic", "专家门诊"),
        /// With more time and comfort, at a higher price.
        Special = "special" ("Special-needs clinic", "特需门诊"),
        /// For one disease.
        DiseaseClinic = "disease_clinic" ("Disease clinic", "专病门诊"),
    }
}

/// Where a doctor receives people, as the hospital says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct NewRole {
    pub department: OwnNo,
    pub clinic_kind: ClinicKind,
}

/// A doctor as the hospital describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewPractitioner {
    pub number: OwnNo,
    pub name: Text,
    pub pinyin: Option<String>,
    pub title: Title,
    /// What they are known for.
    pub speciality: Text,
    /// In order, each once.
    pub roles: Vec<NewRole>,
    /// Whether people can see them.
    pub active: bool,
}

/// A doctor of a hospital.
#[derive(Debug, Clone)]
pub(crate) struct Practitioner {
    pub id: PractitionerId,
    pub agency: AgencyId,
    pub number: OwnNo,
    pub name: Text,
    pub title: Title,
    pub speciality: Text,
    pub active: bool,
}

/// In which department and kind of clinic a doctor receives people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PractitionerRole {
    pub practitioner: PractitionerId,
    pub department: DepartmentId,
    pub clinic_kind: ClinicKind,
}
