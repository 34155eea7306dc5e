//! Data types of FHIR R4 (2.24), as far as the city reads them. What is not named here is left
//! where it is: resources keep their members as text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

use crate::{FhirDateTime, Reference};

/// A number of something in a system of numbers (2.24.0.9).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// `usual`, `official`, `temp`, `secondary` or `old`.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// What kind of number it is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<CodeableConcept>,
    /// A URI: who gives these numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Identifier {
    /// A number of a system.
    pub fn new(system: impl Into<String>, value: impl Into<String>) -> Self {
        Self { system: Some(system.into()), value: Some(value.into()), ..Self::default() }
    }

    /// The number, if it is one of this system.
    pub fn of_system(&self, system: &str) -> Option<&str> {
        if self.system.as_deref() == Some(system) { self.value.as_deref() } else { None }
    }
}

/// A term of a code system (2.24.0.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coding {
    /// A URI: which code system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// A concept, in as many code systems as the sender likes (2.24.0.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeableConcept {
    /// The same in each code system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl CodeableConcept {
    /// One term of one system.
    pub fn of(system: impl Into<String>, code: impl Into<String>, text: Option<String>) -> Self {
        let (system, code) = (Some(system.into()), Some(code.into()));
        Self { coding: vec![Coding { system, code, display: text.clone() }], text }
    }

    /// The first code of a system.
    pub fn code_of(&self, system: &str) -> Option<&str> {
        let mut codings = self.coding.iter();
        codings.find(|coding| coding.system.as_deref() == Some(system))?.code.as_deref()
    }

    /// In words: its own text, or what a code system calls it.
    pub fn words(&self) -> Option<&str> {
        let display = || self.coding.iter().find_map(|coding| coding.display.as_deref());
        self.text.as_deref().or_else(display)
    }
}

/// Something that names another resource (2.27): `Reference`, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceTo {
    /// `Patient/0199…`, a URL, `urn:uuid:…` of the same Bundle, `#1` of the same resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Which type of resource.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A number of it, where it cannot be named otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl ReferenceTo {
    /// A reference to a resource of this server.
    pub fn to(reference: Reference) -> Self {
        Self { reference: Some(reference.to_string()), ..Self::default() }
    }

    /// The resource of this server that it names.
    pub fn here(&self) -> Option<Reference> {
        self.reference.as_deref()?.parse().ok()
    }
}

/// From when to when, both included to the end of their precision (2.24.0.11).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Open if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<FhirDateTime>,
    /// Open if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<FhirDateTime>,
}

/// A decimal number with the digits that it was sent with: 1.0 is not 1.00 (2.24.0.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecimalText(String);

impl DecimalText {
    /// The longest number that is read. The specification asks for 18 digits at least.
    const LENGTH_MAX: usize = 40;

    /// The digits, as JSON writes numbers; they may have an exponent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for DecimalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Deserialize::deserialize(deserializer)?;
        let text = raw.get();
        let number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if !number || text.len() > Self::LENGTH_MAX {
            return Err(D::Error::custom("a decimal number is expected"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Serialize for DecimalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// A measured amount (2.24.0.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<DecimalText>,
    /// `<`, `<=`, `>=`, `>`: the true value lies beyond it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparator: Option<String>,
    /// The unit as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The code system of the unit: `http://unitsofmeasure.org`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The unit's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Two amounts and what is between them, both included (2.24.0.12).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Not below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<Quantity>,
    /// Not above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<Quantity>,
}

/// A person's name (2.24.0.13).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HumanName {
    /// `official`, `usual`, `old` and others.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// As it is written as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The given names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
}

impl HumanName {
    /// As it is written as a whole. Without a text, family and given names are joined as Chinese
    /// names are, without a blank.
    pub fn whole(&self) -> Option<String> {
        if let Some(text) = &self.text {
            return Some(text.clone());
        }
        let parts: String = self.family.iter().chain(&self.given).map(String::as_str).collect();
        if parts.is_empty() { None } else { Some(parts) }
    }
}

/// What is known about a resource itself (2.26).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The number of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// When the version came to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<FhirDateTime>,
    /// Profiles that the resource claims to fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
    /// Tags of workflows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<Coding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_digits() {
        for digits in ["1.00", "-0.5", "6", "1e3", "12345678901234567890.123456789"] {
            let text = format!(r#"{{"value":{digits},"unit":"g/L"}}"#);
            let quantity: Quantity = serde_json::from_str(&text).unwrap();
            assert_eq!(quantity.value.as_ref().unwrap().as_str(), digits);
            assert_eq!(serde_json::to_string(&quantity).unwrap(), text);
        }
        for text in [r#"{"value":"1.0"}"#, r#"{"value":true}"#, r#"{"value":[1]}"#] {
            assert!(serde_json::from_str::<Quantity>(text).is_err(), "{text}");
        }
        let long = format!(r#"{{"value":0.{}}}"#, "1".repeat(40));
        assert!(serde_json::from_str::<Quantity>(&long).is_err());
    }

    #[test]
    fn a_concept_is_asked_by_code_system_and_for_words() {
        let text = r#"{"coding":[{"system":"a","code":"1"},{"system":"b","code":"2","display":"Two"},
            {"system":"b","code":"3"}]}"#;
        let concept: CodeableConcept = serde_json::from_str(text).unwrap();
        assert_eq!(concept.code_of("b"), Some("2"));
        assert_eq!(concept.code_of("c"), None);
        assert_eq!(concept.words(), Some("Two"));
    }

    #[test]
    fn a_name_is_whole_with_and_without_a_text() {
        let whole = |text| serde_json::from_str::<HumanName>(text).unwrap().whole();
        assert_eq!(whole(r#"{"text":"王芳","family":"王"}"#).as_deref(), Some("王芳"));
        assert_eq!(whole(r#"{"family":"王","given":["芳"]}"#).as_deref(), Some("王芳"));
        assert_eq!(whole("{}"), None);
    }

    #[test]
    fn an_identifier_answers_for_its_own_system_only() {
        let identifier = Identifier::new("urn:a", "7");
        assert_eq!(identifier.of_system("urn:a"), Some("7"));
        assert_eq!(identifier.of_system("urn:b"), None);
        assert_eq!(Identifier::default().of_system("urn:a"), None);
    }
}
