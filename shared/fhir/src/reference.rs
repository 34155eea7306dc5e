//! Resources that others name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::ResourceType;

/// A resource of this server: `Patient/0199…` (FHIR R4, 2.3.0.1). Absolute references that name
/// this server are made relative before they get here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Of which type.
    pub kind: ResourceType,
    /// Its logical id.
    pub id: Uuid,
}

/// The text names no resource of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference of the form Type/id to a resource of this server is expected")]
pub struct InvalidReference;

impl Reference {
    /// The resource that a relative reference names, or an absolute one that begins with this
    /// server's base.
    pub fn at(base: &str, text: &str) -> Option<Self> {
        let here = text.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'));
        here.unwrap_or(text).parse().ok()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let (kind, id) = text.split_once('/').ok_or(InvalidReference)?;
        let id = id.split_once("/_history/").map_or(id, |(id, _)| id);
        let kind = kind.parse().map_err(|_| InvalidReference)?;
        Ok(Self { kind, id: Uuid::try_parse(id).map_err(|_| InvalidReference)? })
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
