//! Reading the members that a profile needs, with a clear word on those that are missing or wrong.

use citygate_exchange::fhir::FhirError;
use citygate_fhir::{CodeableConcept, Identifier, Reference, ReferenceTo, Resource, ResourceType};
use citygate_kernel::{FieldError, Text, Words};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    fhir::terms::{PINYIN, TRANSLATION},
    model::{OwnNo, Position},
};

/// An extension, as far as this crate reads any.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension {
    pub url: String,
    #[serde(default)]
    pub extension: Vec<Extension>,
    pub value_string: Option<String>,
    pub value_code: Option<String>,
    pub value_date: Option<String>,
    pub value_unsigned_int: Option<u16>,
    pub value_positive_int: Option<u16>,
    pub value_decimal: Option<Box<RawValue>>,
}

impl Extension {
    /// The first one of a URL within it.
    pub(super) fn part(&self, url: &str) -> Option<&Self> {
        self.extension.iter().find(|one| one.url == url)
    }
}

/// What stands beside a value: `_name`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Beside {
    #[serde(default)]
    extension: Vec<Extension>,
}

/// That a resource says what it cannot, or not what it must.
pub(in crate::fhir) fn wrong(expression: impl Into<String>, why: impl Into<String>) -> FhirError {
    let error = FieldError { pointer: expression.into(), detail: why.into() };
    FhirError::Unprocessable(vec![error])
}

/// A resource that is read member by member.
#[derive(Clone, Copy)]
pub(super) struct Members<'a>(pub &'a Resource);

impl Members<'_> {
    /// The path of a member.
    pub(super) fn at(self, name: &str) -> String {
        format!("{}.{name}", self.0.kind())
    }

    /// A member that may be missing.
    pub(super) fn some<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>, FhirError> {
        let wrong = |_| wrong(self.at(name), "it is not as FHIR R4 has it");
        self.0.get(name).map_err(wrong)
    }

    /// A member that is a list; nothing, if it is missing.
    pub(super) fn list<T: DeserializeOwned>(self, name: &str) -> Result<Vec<T>, FhirError> {
        Ok(self.some(name)?.unwrap_or_default())
    }

    /// The hospital's own number of a system.
    pub(super) fn number(self, system: &str) -> Result<OwnNo, FhirError> {
        let identifiers: Vec<Identifier> = self.list("identifier")?;
        let number = identifiers.iter().find_map(|one| one.of_system(system));
        let number = number.and_then(|number| number.parse().ok());
        let needed = || {
            let form = "1 to 64 letters, digits, dots, hyphens and underscores";
            wrong(self.at("identifier"), format!("one of system {system} is needed: {form}"))
        };
        number.ok_or_else(needed)
    }

    /// A text in both languages: the translation says it in English.
    pub(super) fn text(self, name: &str) -> Result<Text, FhirError> {
        let beside: Option<Beside> = self.some(&format!("_{name}"))?;
        both_languages(self.some(name)?, beside, &self.at(name))
    }

    /// The extensions of the resource.
    pub(super) fn extensions(self) -> Result<Vec<Extension>, FhirError> {
        self.list("extension")
    }

    /// How people type the name.
    pub(super) fn pinyin(self) -> Result<Option<String>, FhirError> {
        let extensions = self.extensions()?;
        let typed = extensions.into_iter().find(|one| one.url == PINYIN);
        let Some(typed) = typed else { return Ok(None) };
        let words = typed.value_string.and_then(|typed| typed.parse::<Words<100>>().ok());
        let needed = || wrong(self.at("extension"), format!("{PINYIN}: 1 to 100 letters"));
        words.map(|words| Some(words.into_string())).ok_or_else(needed)
    }

    /// The first code of a system among concepts.
    pub(super) fn code(self, name: &str, system: &str) -> Result<Option<String>, FhirError> {
        let concepts: Vec<CodeableConcept> = self.list(name)?;
        Ok(concepts.iter().find_map(|one| one.code_of(system)).map(ToOwned::to_owned))
    }

    /// A code of a system that this house knows.
    pub(super) fn known<T>(
        self,
        name: &str,
        system: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, FhirError> {
        let code = self.code(name, system)?;
        let needed = || wrong(self.at(name), format!("a code of {system} is needed"));
        code.as_deref().and_then(parse).ok_or_else(needed)
    }

    /// A reference to a resource of a type.
    pub(super) fn reference(
        self,
        name: &str,
        kind: ResourceType,
    ) -> Result<Option<Reference>, FhirError> {
        let Some(to) = self.some::<ReferenceTo>(name)? else { return Ok(None) };
        self.leads_to(name, &to, kind).map(Some)
    }

    /// The resource that a reference names.
    pub(super) fn leads_to(
        self,
        name: &str,
        to: &ReferenceTo,
        kind: ResourceType,
    ) -> Result<Reference, FhirError> {
        let here = to.here().filter(|reference| reference.kind == kind);
        here.ok_or_else(|| wrong(self.at(name), format!("a reference to a {kind} is expected")))
    }

    /// What nobody may overlook is refused where it is not understood (FHIR R4, 2.4.1.1).
    pub(super) fn without_modifiers(self) -> Result<(), FhirError> {
        for name in ["modifierExtension", "implicitRules"] {
            if self.0.member(name).is_some() {
                return Err(wrong(self.at(name), "it is not understood here"));
            }
        }
        Ok(())
    }
}

/// A text with the element beside it. Without a translation, the same words serve both languages.
pub(super) fn both_languages(
    said: Option<String>,
    beside: Option<Beside>,
    at: &str,
) -> Result<Text, FhirError> {
    let needed = || wrong(at, "1 to 200 characters are needed, without control characters");
    let words = |text: String| text.parse::<Words<200>>().map(Words::into_string).ok();
    let zh = said.and_then(words).ok_or_else(needed)?;
    let in_english = |one: &Extension| {
        let lang = one.part("lang")?.value_code.as_deref()?;
        let translated = one.url == TRANSLATION && lang.split('-').next() == Some("en");
        translated.then(|| one.part("content")?.value_string.clone()).flatten()
    };
    let en = beside.unwrap_or_default().extension.iter().find_map(in_english);
    let en = en.map_or_else(|| Some(zh.clone()), words).ok_or_else(needed)?;
    Ok(Text::new(en, zh))
}

/// A position of decimal degrees, to a millionth.
pub(super) fn position(
    longitude: &RawValue,
    latitude: &RawValue,
    at: &str,
) -> Result<Position, FhirError> {
    let read = || Position::within(micro(longitude.get())?, micro(latitude.get())?);
    read().ok_or_else(|| wrong(at, "decimal degrees of WGS 84 are expected"))
}

/// A decimal number in millionths. Further digits are left out: they are less than a hand's breadth.
fn micro(decimal: &str) -> Option<i64> {
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, decimal),
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(rest) || whole.len() > 3 {
        return None;
    }
    let rest: String = rest.chars().chain("000000".chars()).take(6).collect();
    let whole: i64 = whole.parse().ok()?;
    Some(sign * (whole * 1_000_000 + rest.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_to_a_millionth() {
        for (text, expected) in [
            ("120.1682", Some(120_168_200)),
            ("-30.25310099", Some(-30_253_100)),
            ("7", Some(7_000_000)),
            ("-0.000001", Some(-1)),
            ("1e2", None),
            ("1.", None),
            (".5", None),
            ("\"1\"", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(micro(text), expected, "{text}");
        }
    }
}
