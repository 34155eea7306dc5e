//! Where a hospital receives people (FHIR: Location).

use citygate_kernel::Text;
use serde::Serialize;

use super::{LocationId, OwnNo, Position};

citygate_kernel::words! {
    /// What a location is.
    #[schema(as = LocationPhysicalType)]
    PhysicalType {
        /// A site of the hospital with an address of its own.
        Campus = "campus" ("Campus", "院区"),
        /// A building of a campus.
        Building = "building" ("Building", "楼"),
        /// A floor of a building.
        Floor = "floor" ("Floor", "楼层"),
        /// A room.
        Room = "room" ("Room", "诊室"),
    }
}

/// A location as the hospital describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewLocation {
    pub number: OwnNo,
    /// The location that it is in; none for a campus.
    pub part_of: Option<OwnNo>,
    pub physical_type: PhysicalType,
    pub name: Text,
    pub address: Option<Text>,
    pub position: Option<Position>,
}

/// A location of a hospital.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub id: LocationId,
    pub number: OwnNo,
    pub part_of: Option<LocationId>,
    pub physical_type: PhysicalType,
    pub name: Text,
    pub address: Option<Text>,
    pub position: Option<Position>,
}
