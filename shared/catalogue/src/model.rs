//! Nouns of the catalogue.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use citygate_kernel::{CityCode, CityId, Id, Kind, Text};

mod office;

pub use self::office::{
    InvalidOfficeWord, Office, OfficeFilter, OfficeId, OfficeIdKind, OfficeWord,
};

/// Prefix of agency identifiers.
pub enum AgencyKind {}
impl Kind for AgencyKind {
    const PREFIX: &'static str = "agcy";
}
/// Identifies an agency.
pub type AgencyId = CityId<AgencyKind>;

/// Prefix of rule identifiers.
pub enum RuleKind {}
impl Kind for RuleKind {
    const PREFIX: &'static str = "rule";
}
/// Identifies one version of a rule.
pub type RuleId = Id<RuleKind>;

/// A city that the gateway serves.
#[derive(Debug, Clone)]
pub struct City {
    /// Its division code.
    pub code: CityCode,
    /// Its name.
    pub name: Text,
    /// The time zone of its offices and deadlines.
    pub time_zone: Tz,
    /// Whether hospitals try out their systems in it: nobody lives there.
    pub sandbox: bool,
}

impl City {
    /// The date in the city at an instant.
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }
}

/// A body that decides, lists or collects.
#[derive(Debug, Clone)]
pub struct Agency {
    /// Which one.
    pub id: AgencyId,
    /// Its name.
    pub name: Text,
}

/// A version of a rule, with its parameters as the type that the asking crate knows.
#[derive(Debug, Clone)]
pub struct Rule<P> {
    /// The version; decisions keep it.
    pub id: RuleId,
    /// What the rule says.
    pub params: P,
    /// Where it says so.
    pub citation: Text,
}
