//! When a person sees what was found: the policy of a hospital, as a row of the catalogue.

use citygate_kernel::Text;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::flags;
use crate::model::{
    Code, Flag, NewObservation, ObservedValue, ReleaseClass, ReleaseState, ReportCategory,
    ReportStatus,
};

/// Key of the rule; its parameters are a [`ReleaseRule`].
pub(crate) const RELEASE: &str = "results.release";

/// The policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseRule {
    /// Whether people see what is not verified yet.
    pub show_preliminary: bool,
    /// What is said beside findings out of the usual.
    pub advice: Words,
    pub critical: CriticalRule,
    pub sensitive: Vec<Topic>,
    pub note: NoteRule,
}

/// A text in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    pub(crate) fn text(&self) -> Text {
        Text::new(&self.en, &self.zh)
    }
}

/// What may threaten life.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriticalRule {
    /// Beside what hospitals flag themselves (LL, HH, AA).
    pub limits: Vec<Limit>,
    /// How long a clinician has.
    pub acknowledge_minutes: u32,
    /// Whom to alert, and how many minutes after the version was filed.
    pub escalation: Vec<Escalation>,
    /// After how many minutes the person sees it although nobody has acknowledged it; none: never.
    pub release_after_minutes: Option<u32>,
}

/// Values of a code beyond which they are critical. In another unit nothing is compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub system: String,
    pub code: String,
    pub unit: String,
    /// Critical below it; a decimal number.
    pub low: Option<Bound>,
    /// Critical above it.
    pub high: Option<Bound>,
}

/// A decimal number, written as text: a JSON number may have lost digits.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Bound(pub Decimal);

impl TryFrom<String> for Bound {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// A step of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Escalation {
    pub after_minutes: u32,
    pub to: Desk,
}

/// Who is alerted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Desk {
    /// Those who answer for results.
    Clinicians,
    /// Those who answer for the hospital's people.
    Admins,
}

/// Findings that are told in person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Topic {
    /// For people who keep the rule: no answer says which topic it was.
    #[expect(dead_code, reason = "it names the topic to whoever edits the row")]
    pub name: String,
    /// Codes, by their system; of a code that ends in `*`, all that begin so.
    #[serde(default)]
    pub codes: Vec<CodeList>,
    /// What names of examinations and items say. Latin words match as whole words.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Only where the person is under eighteen, or their age is not known.
    #[serde(default)]
    pub minors_only: bool,
}

/// A word that names say or do not say, in any case: kept in lower case.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Word(String);

impl From<String> for Word {
    fn from(word: String) -> Self {
        Self(word.to_lowercase())
    }
}

/// Codes of one system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeList {
    pub system: String,
    pub codes: Vec<String>,
}

/// What is explained first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteRule {
    pub categories: Vec<ReportCategory>,
    #[serde(default)]
    pub words: Vec<Word>,
    /// After how many days the person sees it without a note.
    pub after_days: u32,
}

/// A version as the rule looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Examined<'a> {
    pub status: ReportStatus,
    pub category: ReportCategory,
    pub code: &'a Code,
    pub observations: &'a [NewObservation],
}

/// What the rule says of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub class: ReleaseClass,
    /// Whether a clinician has to acknowledge it, whatever its way to the person is.
    pub critical: bool,
    /// Where its way begins.
    pub state: ReleaseState,
}

/// What a version is, and where its way to the person begins. What is told in person goes before
/// what is explained, and that before what is acknowledged: the stricter gate holds, and the alarm
/// of something critical runs beside it. `minor` is asked only where a topic asks for it.
pub(crate) fn classify(rule: &ReleaseRule, examined: Examined<'_>, minor: Option<bool>) -> Verdict {
    let (critical, terms) = (is_critical(&rule.critical, examined), examined.terms());
    let class = if is_sensitive(rule, &terms, minor) {
        ReleaseClass::Sensitive
    } else if is_explained(&rule.note, examined.category, &terms) {
        ReleaseClass::NoteFirst
    } else if critical {
        ReleaseClass::Critical
    } else if examined.observations.iter().any(flags::is_out_of_range) {
        ReleaseClass::Abnormal
    } else {
        ReleaseClass::Routine
    };
    Verdict { class, critical, state: begins(rule, class, examined.status) }
}

fn begins(rule: &ReleaseRule, class: ReleaseClass, status: ReportStatus) -> ReleaseState {
    let verified = match status {
        ReportStatus::EnteredInError => return ReleaseState::Withdrawn,
        ReportStatus::Registered | ReportStatus::Partial | ReportStatus::Preliminary => false,
        ReportStatus::Final
        | ReportStatus::Amended
        | ReportStatus::Corrected
        | ReportStatus::Appended
        | ReportStatus::Cancelled => true,
    };
    match class {
        _ if !verified && !rule.show_preliminary => ReleaseState::NotFinal,
        ReleaseClass::Sensitive => ReleaseState::InPerson,
        ReleaseClass::NoteFirst => ReleaseState::Note,
        ReleaseClass::Critical => ReleaseState::Acknowledgement,
        ReleaseClass::Abnormal | ReleaseClass::Routine => ReleaseState::Released,
    }
}

/// Whether the rule has to know the person's age for this version.
pub(crate) fn asks_for_age(rule: &ReleaseRule, examined: Examined<'_>) -> bool {
    let terms = examined.terms();
    rule.sensitive.iter().any(|topic| topic.minors_only && topic.is_of(&terms))
}

fn is_sensitive(rule: &ReleaseRule, terms: &[Term<'_>], minor: Option<bool>) -> bool {
    let applies = |topic: &&Topic| !topic.minors_only || minor != Some(false);
    rule.sensitive.iter().filter(applies).any(|topic| topic.is_of(terms))
}

fn is_explained(rule: &NoteRule, category: ReportCategory, terms: &[Term<'_>]) -> bool {
    rule.categories.contains(&category)
        || rule.words.iter().any(|word| terms.iter().any(|term| term.says(word)))
}

fn is_critical(rule: &CriticalRule, examined: Examined<'_>) -> bool {
    let retracted =
        matches!(examined.status, ReportStatus::EnteredInError | ReportStatus::Cancelled);
    !retracted
        && examined.observations.iter().any(|item| {
            item.flags.iter().any(|flag| flag.is_critical())
                || rule.limits.iter().any(|limit| limit.is_passed_by(item))
        })
}

/// A term that names something of a version.
struct Term<'a> {
    code: &'a Code,
    /// What the hospital calls it, in lower case.
    name: String,
}

impl<'a> Examined<'a> {
    /// Every one of them.
    fn terms(self) -> Vec<Term<'a>> {
        let items = self.observations.iter().flat_map(|item| {
            let found = match &item.value {
                ObservedValue::Coded(code) => Some(code),
                ObservedValue::Quantity { .. }
                | ObservedValue::Text(_)
                | ObservedValue::Absent(_) => None,
            };
            std::iter::once(&item.code).chain(found)
        });
        let codes = std::iter::once(self.code).chain(items);
        codes.map(|code| Term { code, name: code.display.to_lowercase() }).collect()
    }
}

impl Flag {
    /// LL, HH, AA.
    fn is_critical(self) -> bool {
        match self {
            Self::CriticallyLow | Self::CriticallyHigh | Self::CriticallyAbnormal => true,
            Self::Normal | Self::Low | Self::High | Self::Abnormal => false,
        }
    }
}

impl Limit {
    fn is_passed_by(&self, item: &NewObservation) -> bool {
        let ObservedValue::Quantity { value, comparator, unit } = &item.value else { return false };
        if (&item.code.system, &item.code.code, unit) != (&self.system, &self.code, &self.unit) {
            return false;
        }
        let comparator = comparator.as_deref();
        self.low.is_some_and(|low| flags::is_below(*value, comparator, low.0))
            || self.high.is_some_and(|high| flags::is_above(*value, comparator, high.0))
    }
}

impl Topic {
    fn is_of(&self, terms: &[Term<'_>]) -> bool {
        terms.iter().any(|term| {
            let listed = self.codes.iter().filter(|list| list.system == term.code.system);
            listed.flat_map(|list| &list.codes).any(|code| fits(code, &term.code.code))
                || self.words.iter().any(|word| term.says(word))
        })
    }
}

fn fits(listed: &str, code: &str) -> bool {
    listed.strip_suffix('*').map_or(listed == code, |start| code.starts_with(start))
}

impl Term<'_> {
    /// Whether the name says a word; a Latin word stands for itself, so that `archive` does not say
    /// `HIV`.
    fn says(&self, Word(word): &Word) -> bool {
        let latin = |c: char| c.is_ascii_alphabetic();
        self.name.match_indices(word).any(|(at, found)| {
            let before = self.name.get(..at).and_then(|text| text.chars().next_back());
            let after = self.name.get(at + found.len()..).and_then(|text| text.chars().next());
            let joined = |outer: Option<char>, inner: Option<char>| {
                outer.is_some_and(latin) && inner.is_some_and(latin)
            };
            !joined(before, word.chars().next()) && !joined(after, word.chars().next_back())
        })
    }
}

#[cfg(test)]
mod tests;
