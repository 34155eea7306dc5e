//! Where something stands in a message.

use std::{fmt, str::FromStr};

/// A segment, or something within it. All numbers count from 1. As text: `OBX[3]-5`,
/// `PID[1]-3[2].1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// `OBX`
    pub segment: String,
    /// The how many-th of that name.
    pub sequence: usize,
    /// The field.
    pub field: Option<usize>,
    /// Of a field that repeats, which.
    pub repetition: Option<usize>,
    /// The component.
    pub component: Option<usize>,
}

impl Location {
    /// A segment.
    pub fn of(segment: &str, sequence: usize) -> Self {
        let segment = segment.to_owned();
        Self { segment, sequence, field: None, repetition: None, component: None }
    }

    /// A field of it.
    pub fn field(self, field: usize) -> Self {
        Self { field: Some(field), ..self }
    }

    /// A repetition of the field.
    pub fn repetition(self, repetition: usize) -> Self {
        Self { repetition: Some(repetition), ..self }
    }

    /// A component of the field.
    pub fn component(self, component: usize) -> Self {
        Self { component: Some(component), ..self }
    }

    /// As ERR-2 says it (data type ERL): `OBX^3^5^1^2`.
    pub(crate) fn components(&self) -> Vec<String> {
        let numbers = [Some(self.sequence), self.field, self.field_repetition(), self.component];
        let mut all = vec![self.segment.clone()];
        all.extend(numbers.into_iter().map_while(|n| n.map(|n| n.to_string())));
        all
    }

    /// The standard wants a repetition where a component is named.
    fn field_repetition(&self) -> Option<usize> {
        self.repetition.or(self.component.map(|_| 1))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.segment, self.sequence)?;
        let Some(field) = self.field else { return Ok(()) };
        write!(f, "-{field}")?;
        if let Some(repetition) = self.repetition {
            write!(f, "[{repetition}]")?;
        }
        self.component.map_or(Ok(()), |component| write!(f, ".{component}"))
    }
}

/// A text is not a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a location in a message")]
pub struct NoLocation;

impl FromStr for Location {
    type Err = NoLocation;

    fn from_str(text: &str) -> Result<Self, NoLocation> {
        let (segment, within) = match text.split_once('-') {
            Some((segment, within)) => (segment, Some(within)),
            None => (text, None),
        };
        let (segment, sequence) = numbered(segment)?;
        let named = segment.len() == 3 && segment.bytes().all(|b| b.is_ascii_alphanumeric());
        let location = Self::of(named.then_some(segment).ok_or(NoLocation)?, sequence.unwrap_or(1));
        let Some(within) = within else { return Ok(location) };
        let (field, component) = match within.split_once('.') {
            Some((field, component)) => (field, Some(number(component)?)),
            None => (within, None),
        };
        let (field, repetition) = numbered(field)?;
        Ok(Self { field: Some(number(field)?), repetition, component, ..location })
    }
}

/// `OBX[3]`
fn numbered(text: &str) -> Result<(&str, Option<usize>), NoLocation> {
    let Some((name, count)) = text.split_once('[') else { return Ok((text, None)) };
    let count = count.strip_suffix(']').ok_or(NoLocation)?;
    Ok((name, Some(number(count)?)))
}

fn number(text: &str) -> Result<usize, NoLocation> {
    let plain = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or(NoLocation)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_acknowledgement_names_it_by_components() {
        for (text, expected) in [
            ("OBX[3]-5", "OBX^3^5"),
            ("OBX[3]-5.2", "OBX^3^5^1^2"),
            ("PID[1]-3[2].1", "PID^1^3^2^1"),
            ("PID[1]-3[2]", "PID^1^3^2"),
            ("OBR[2]", "OBR^2"),
            ("MSH", "MSH^1"),
        ] {
            let location: Location = text.parse().unwrap();
            assert_eq!(location.components().join("^"), expected, "{text}");
        }
        for text in ["", "OB", "OBX[x]", "OBX[1", "OBX[1]-", "OBX-5.", "OBX-99999999999999", "/a/b"]
        {
            assert_eq!(text.parse::<Location>(), Err(NoLocation), "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_read_as_it_is_shown(
            segment in "[A-Z][A-Z0-9]{2}",
            sequence in 1_usize..2000,
            field in proptest::option::of((1_usize..500, proptest::option::of(1_usize..99),
                proptest::option::of(1_usize..99))),
        ) {
            let mut location = Location::of(&segment, sequence);
            if let Some((field, repetition, component)) = field {
                location = Location { repetition, component, ..location.field(field) };
            }
            prop_assert_eq!(location.to_string().parse::<Location>(), Ok(location));
        }
    }
}
