//! MSH: who sends what to whom.

use std::{fmt, str::FromStr};

use crate::{Charset, Delimiters};

/// A version of the standard, 2.3 to 2.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    minor: u8,
    patch: u8,
}

impl Version {
    /// The first whose acknowledgements name faults by ERR-2 to ERR-8.
    pub const V2_5: Self = Self { minor: 5, patch: 0 };
    /// The oldest that is spoken.
    pub const OLDEST: Self = Self { minor: 3, patch: 0 };
}

/// A version that is not spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version from 2.3 to 2.8")]
pub struct UnknownVersion;

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let (minor, patch) = match text {
            "2.3" => (3, 0),
            "2.3.1" => (3, 1),
            "2.4" => (4, 0),
            "2.5" => (5, 0),
            "2.5.1" => (5, 1),
            "2.6" => (6, 0),
            "2.7" => (7, 0),
            "2.7.1" => (7, 1),
            "2.8" => (8, 0),
            "2.8.1" => (8, 1),
            "2.8.2" => (8, 2),
            _ => return Err(UnknownVersion),
        };
        Ok(Self { minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            0 => write!(f, "2.{}", self.minor),
            patch => write!(f, "2.{}.{patch}", self.minor),
        }
    }
}

/// The header of a message. Texts are as sent, escapes resolved; what was not sent is empty. Of
/// applications and facilities the first component is taken, the sender's own name for them.
#[derive(Debug, Clone)]
pub struct Header {
    /// MSH-1 and MSH-2.
    pub delimiters: Delimiters,
    /// MSH-3
    pub sending_application: String,
    /// MSH-4
    pub sending_facility: String,
    /// MSH-5
    pub receiving_application: String,
    /// MSH-6
    pub receiving_facility: String,
    /// MSH-7, as it stands.
    pub sent_at: String,
    /// MSH-9.1: `ORU`
    pub code: String,
    /// MSH-9.2: `R01`
    pub event: String,
    /// MSH-9.3: `ORU_R01`. Version 2.3 has none.
    pub structure: String,
    /// MSH-10
    pub control_id: String,
    /// MSH-11.1: `P`, `T` or `D`.
    pub processing_id: String,
    /// MSH-12.1, as it stands. See [`Header::version`].
    pub version_id: String,
    /// MSH-18, as it stands.
    pub charset_name: String,
    /// What the message is written in: MSH-18, or the sender's default.
    pub charset: Charset,
}

impl Header {
    /// Of a message without a readable MSH: for the answer to it.
    pub fn unknown(charset: Charset) -> Self {
        Self {
            delimiters: Delimiters::default(),
            sending_application: String::new(),
            sending_facility: String::new(),
            receiving_application: String::new(),
            receiving_facility: String::new(),
            sent_at: String::new(),
            code: String::new(),
            event: String::new(),
            structure: String::new(),
            control_id: String::new(),
            processing_id: String::new(),
            version_id: String::new(),
            charset_name: String::new(),
            charset,
        }
    }

    /// Reads the fields of MSH, MSH-1 first.
    pub(crate) fn read(fields: &[String], delimiters: Delimiters, charset: Charset) -> Self {
        let component = |field: usize, component: usize| {
            let raw = fields.get(field - 1).map_or("", String::as_str);
            let raw = raw.split(delimiters.repetition).next().unwrap_or_default();
            let raw = raw.split(delimiters.component).nth(component - 1).unwrap_or_default();
            let first = match delimiters.subcomponent {
                Some(separator) => raw.split(separator).next().unwrap_or_default(),
                None => raw,
            };
            if first == "\"\"" {
                return String::new();
            }
            delimiters.unescape(first, charset).into_owned()
        };
        Self {
            delimiters,
            sending_application: component(3, 1),
            sending_facility: component(4, 1),
            receiving_application: component(5, 1),
            receiving_facility: component(6, 1),
            sent_at: component(7, 1),
            code: component(9, 1),
            event: component(9, 2),
            structure: component(9, 3),
            control_id: component(10, 1),
            processing_id: component(11, 1),
            version_id: component(12, 1),
            charset_name: component(18, 1),
            charset,
        }
    }

    /// The version, if it is one that is spoken.
    pub fn version(&self) -> Option<Version> {
        self.version_id.parse().ok()
    }

    /// `ORU^R01`
    pub fn kind(&self) -> String {
        format!("{}^{}", self.code, self.event)
    }
}
