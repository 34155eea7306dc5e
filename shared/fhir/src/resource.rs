//! Resources as they are sent.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{
    Serialize, Serializer,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor, value::MapDeserializer},
    ser::SerializeMap,
};
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// The resource types that the city keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// Somebody's place at an hour.
    Appointment,
    /// A report of examinations.
    DiagnosticReport,
    /// What a department offers.
    HealthcareService,
    /// A campus, and buildings, floors and rooms within it.
    Location,
    /// One measured or described item.
    Observation,
    /// A hospital.
    Organization,
    /// A person as one hospital knows them.
    Patient,
    /// A doctor.
    Practitioner,
    /// A doctor's clinic in a department.
    PractitionerRole,
    /// A session of a clinic.
    Schedule,
    /// What a doctor wants examined.
    ServiceRequest,
    /// A window of a session.
    Slot,
}

impl ResourceType {
    /// Every one of them.
    pub const ALL: [Self; 12] = [
        Self::Appointment,
        Self::DiagnosticReport,
        Self::HealthcareService,
        Self::Location,
        Self::Observation,
        Self::Organization,
        Self::Patient,
        Self::Practitioner,
        Self::PractitionerRole,
        Self::Schedule,
        Self::ServiceRequest,
        Self::Slot,
    ];

    /// As `resourceType` says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appointment => "Appointment",
            Self::DiagnosticReport => "DiagnosticReport",
            Self::HealthcareService => "HealthcareService",
            Self::Location => "Location",
            Self::Observation => "Observation",
            Self::Organization => "Organization",
            Self::Patient => "Patient",
            Self::Practitioner => "Practitioner",
            Self::PractitionerRole => "PractitionerRole",
            Self::Schedule => "Schedule",
            Self::ServiceRequest => "ServiceRequest",
            Self::Slot => "Slot",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ResourceType {
    type Err = InvalidResource;

    fn from_str(name: &str) -> Result<Self, InvalidResource> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or(InvalidResource::TypeUnknown)
    }
}

/// Why a text is no resource that the city knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResource {
    /// It is no JSON object.
    #[error("a JSON object is expected, with each member once")]
    NotAnObject,
    /// `resourceType` is missing, or names what is not kept here.
    #[error("resourceType names no type that is kept here")]
    TypeUnknown,
    /// A member is not what it should be. The value is never repeated: it may be personal.
    #[error("{0} is not as FHIR R4 has it")]
    Member(String),
}

/// A resource as it was sent. Members are kept as text, so that decimals keep their digits (FHIR
/// R4, 2.24.0.1: the precision of a decimal is significant).
#[derive(Debug, Clone)]
pub struct Resource {
    kind: ResourceType,
    members: BTreeMap<String, Box<RawValue>>,
}

impl Resource {
    /// Reads a resource. Whether its members are right is looked at when they are asked for.
    pub fn parse(json: &str) -> Result<Self, InvalidResource> {
        let OnceEach(mut members) =
            serde_json::from_str(json).map_err(|_| InvalidResource::NotAnObject)?;
        let kind = members.remove("resourceType").ok_or(InvalidResource::TypeUnknown)?;
        let kind: String =
            serde_json::from_str(kind.get()).map_err(|_| InvalidResource::TypeUnknown)?;
        Ok(Self { kind: kind.parse()?, members })
    }

    /// A resource made of something that serializes to an object without `resourceType`.
    pub fn new(kind: ResourceType, members: &impl Serialize) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(members)?;
        let members = serde_json::from_str(&text)?;
        Ok(Self { kind, members })
    }

    /// Its type.
    pub fn kind(&self) -> ResourceType {
        self.kind
    }

    /// All members and their texts, without `resourceType`.
    pub fn members(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.members.iter().map(|(name, raw)| (name.as_str(), raw.as_ref()))
    }

    /// The text of a member.
    pub fn member(&self, name: &str) -> Option<&RawValue> {
        self.members.get(name).map(AsRef::as_ref)
    }

    /// A member as a type of one's own; `None` when it is not there.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, InvalidResource> {
        let read = |raw: &RawValue| serde_json::from_str(raw.get());
        let value = self.member(name).map(read).transpose();
        value.map_err(|_| InvalidResource::Member(format!("{}.{name}", self.kind)))
    }

    /// All members that a type of one's own names.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T, InvalidResource> {
        let members = self.members.iter().map(|(name, raw)| (name.as_str(), raw.as_ref()));
        let view = T::deserialize(MapDeserializer::<_, serde_json::Error>::new(members));
        view.map_err(|error| InvalidResource::Member(format!("{} ({error})", self.kind)))
    }

    /// Sets a member, or takes it away.
    pub fn set(
        &mut self,
        name: &str,
        value: Option<&impl Serialize>,
    ) -> Result<(), serde_json::Error> {
        match value {
            Some(value) => {
                self.members.insert(name.to_owned(), to_raw_value(value)?);
            }
            None => {
                self.members.remove(name);
            }
        }
        Ok(())
    }

    /// Names the resource and its version as the server does: `id`, `meta.versionId` and
    /// `meta.lastUpdated`. Other members of `meta` are kept.
    pub fn stamp(
        &mut self,
        id: Uuid,
        version: u32,
        updated: DateTime<Utc>,
    ) -> Result<(), serde_json::Error> {
        let meta = self.members.get("meta").map(|meta| serde_json::from_str(meta.get()));
        let mut meta: BTreeMap<String, Box<RawValue>> = meta.transpose()?.unwrap_or_default();
        let updated = updated.to_rfc3339_opts(SecondsFormat::Millis, true);
        meta.insert("versionId".to_owned(), to_raw_value(&version.to_string())?);
        meta.insert("lastUpdated".to_owned(), to_raw_value(&updated)?);
        self.set("id", Some(&id))?;
        self.set("meta", Some(&meta))
    }

    /// The resource as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// Members of which none is given twice: programs differ in which of the two they read.
struct OnceEach(BTreeMap<String, Box<RawValue>>);

impl<'de> serde::Deserialize<'de> for OnceEach {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = OnceEach;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<OnceEach, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, raw)) = entries.next_entry()? {
                    if members.insert(name, raw).is_some() {
                        return Err(A::Error::custom("a member is given twice"));
                    }
                }
                Ok(OnceEach(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len() + 1))?;
        map.serialize_entry("resourceType", self.kind.name())?;
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> serde::Deserialize<'de> for Resource {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = serde::Deserialize::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_to_the_last_digit() {
        let text = r#"{"resourceType":"Observation","valueQuantity":{"value":1.00,"unit":"g/L"}}"#;
        assert_eq!(Resource::parse(text).unwrap().to_json().unwrap(), text);
    }

    #[test]
    fn a_stamp_keeps_what_else_meta_says() {
        let text = r#"{"resourceType":"Slot","id":"theirs","meta":{"profile":["p"]}}"#;
        let mut slot = Resource::parse(text).unwrap();
        slot.stamp(Uuid::nil(), 3, DateTime::UNIX_EPOCH).unwrap();
        let id: Option<String> = slot.get("id").unwrap();
        assert_eq!(id.as_deref(), Some("00000000-0000-0000-0000-000000000000"));
        assert_eq!(
            slot.member("meta").unwrap().get(),
            r#"{"lastUpdated":"1970-01-01T00:00:00.000Z","profile":["p"],"versionId":"3"}"#
        );
    }

    #[test]
    fn what_is_not_kept_here_is_refused() {
        for (text, why) in [
            ("[]", InvalidResource::NotAnObject),
            ("{}", InvalidResource::TypeUnknown),
            (r#"{"resourceType":"Medication"}"#, InvalidResource::TypeUnknown),
            (r#"{"resourceType":7}"#, InvalidResource::TypeUnknown),
        ] {
            assert_eq!(Resource::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
