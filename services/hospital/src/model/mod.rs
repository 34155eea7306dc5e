//! Nouns of hospitals.

mod charge;
mod department;
mod hospital;
mod insurance;
mod location;
mod plan;
mod practitioner;
mod queue;
mod schedule;
mod settlement;
mod visit;

use std::{fmt, str::FromStr};

use citygate_kernel::{CityId, Kind, wire};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

pub(crate) use charge::{
    CatalogueClass, Charge, ChargeBrief, ChargeLine, ChargeState, Details, Item, NewCharge,
    Relative, ServiceKind, Words,
};
pub(crate) use department::{Department, NewDepartment, Specialty, SpecialtyCode};
pub(crate) use hospital::{Grade, Hospital, HospitalEvent, HospitalState, NewHospital, Position};
pub(crate) use insurance::LineSplit;
pub(crate) use location::{Location, NewLocation, PhysicalType};
pub use plan::{
    NewOrder, Order, OrderId, OrderKind, OrderWords, PlanEvent, PlanEventKind, StepChange, StepKey,
    StepKind, StepState, StoredStep, TurnChange,
};
pub(crate) use practitioner::{
    ClinicKind, NewPractitioner, NewRole, Practitioner, PractitionerRole, Title,
};
pub use queue::{
    EntryState, Lane, NewQueue, Queue, QueueEntry, QueueEntryId, QueueId, Station, Tally, TurnKind,
};
pub(crate) use schedule::{NewClinic, Schedule};
pub(crate) use settlement::{
    ChargeRefund, ChargeRefundState, Settlement, SettlementLine, SettlementMethod, SettlementState,
};
pub use settlement::{ChargeRefundId, SettlementId};
pub use visit::{EndReason, Visit, VisitState};

/// Prefix of department identifiers.
pub enum DepartmentKind {}
impl Kind for DepartmentKind {
    const PREFIX: &'static str = "dept";
}
/// Identifies a department.
pub type DepartmentId = CityId<DepartmentKind>;

/// Prefix of practitioner identifiers.
pub enum PractitionerKind {}
impl Kind for PractitionerKind {
    const PREFIX: &'static str = "prac";
}
/// Identifies a practitioner.
pub type PractitionerId = CityId<PractitionerKind>;

/// Prefix of identifiers of doctors' roles.
pub enum PractitionerRoleKind {}
impl Kind for PractitionerRoleKind {
    const PREFIX: &'static str = "prol";
}
/// Identifies a doctor's role: a kind of clinic in a department.
pub type PractitionerRoleId = CityId<PractitionerRoleKind>;

/// Prefix of location identifiers.
pub enum LocationKind {}
impl Kind for LocationKind {
    const PREFIX: &'static str = "locn";
}
/// Identifies a location: a campus, a building, a floor.
pub type LocationId = CityId<LocationKind>;

/// Prefix of visit identifiers.
pub enum VisitKind {}
impl Kind for VisitKind {
    const PREFIX: &'static str = "vist";
}
/// Identifies a visit.
pub type VisitId = CityId<VisitKind>;

/// Prefix of charge identifiers.
pub enum ChargeKind {}
impl Kind for ChargeKind {
    const PREFIX: &'static str = "chrg";
}
/// Identifies a charge.
pub type ChargeId = CityId<ChargeKind>;

/// The number that a hospital has given to one of its own things: a department, a doctor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnNo(String);

/// The text is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to 64 letters, digits, dots, hyphens and underscores are expected")]
pub struct InvalidOwnNo;

impl OwnNo {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OwnNo {
    type Err = InvalidOwnNo;

    fn from_str(text: &str) -> Result<Self, InvalidOwnNo> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let fits = begins && text.len() <= 64 && text.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidOwnNo) }
    }
}

impl fmt::Display for OwnNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for OwnNo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OwnNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for OwnNo {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A number that the hospital has given."))
            .pattern(Some("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))
            .examples(["D-0304"])
            .into()
    }
}

impl ToSchema for OwnNo {
    fn name() -> std::borrow::Cow<'static, str> {
        "HospitalOwnNo".into()
    }
}
