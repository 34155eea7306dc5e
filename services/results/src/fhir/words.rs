//! Terms of FHIR R4 in the words of results. Pure.

use chrono::{DateTime, FixedOffset, Offset, Utc};
use citygate_exchange::fhir::FhirError;
use citygate_fhir::{
    CodeableConcept, FhirDateTime, ISSUES_MAX, InvalidResource, Resource, ResourceType,
};
use citygate_kernel::FieldError;

use crate::{
    error::Error,
    hl7::terms::{self, Interpretation},
    model::{Code, Flag, OrderStatus, OwnNo, ReportCategory, ReportStatus},
    rules::orders::OrderEvent,
};

const LOINC: &str = "http://loinc.org";
/// The longest text that is kept apart from its resource, in characters.
const TEXT_MAX: usize = 10_000;

/// Elements that are missing or not understood: all of them, so that they can be mended at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unfit(Vec<FieldError>);

impl Unfit {
    /// What was read; what is wrong with it is kept.
    pub fn keep<T>(&mut self, read: Result<T, Self>) -> Option<T> {
        let keep = |Self(wrong)| {
            self.0.extend(wrong);
            self.0.truncate(ISSUES_MAX);
        };
        read.map_err(keep).ok()
    }

    /// Nothing, if nothing is wrong.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The same elements as they are reached from another resource.
    pub fn reached_by(mut self, path: &str, kind: ResourceType) -> Self {
        for wrong in &mut self.0 {
            if let Some(rest) = wrong.pointer.strip_prefix(&kind.to_string()) {
                wrong.pointer = format!("{path}{rest}");
            }
        }
        self
    }
}

impl From<Unfit> for Error {
    fn from(Unfit(wrong): Unfit) -> Self {
        FhirError::Unprocessable(wrong).into()
    }
}

/// An element that is missing or not understood.
pub(super) fn element(element: impl Into<String>, reason: &str) -> Unfit {
    Unfit(vec![FieldError { pointer: element.into(), detail: reason.to_owned() }])
}

/// A member that cannot be read.
pub(super) fn unreadable(error: InvalidResource) -> Unfit {
    element(error.to_string(), "as FHIR R4 has it")
}

/// What profiles leave out.
pub(super) fn refuse_contained(resource: &Resource) -> Result<(), Unfit> {
    let Some(contained) = resource.member("contained") else { return Ok(()) };
    if contained.get().trim() == "[]" {
        return Ok(());
    }
    let reason =
        "resources of their own instead: what is contained has no id and is not found again";
    Err(element(format!("{}.contained", resource.kind()), reason))
}

/// DiagnosticReport.status and Observation.status.
pub(super) fn status(code: &str) -> Option<ReportStatus> {
    match code {
        "entered-in-error" => Some(ReportStatus::EnteredInError),
        "entered_in_error" => None,
        code => ReportStatus::parse(code),
    }
}

/// As FHIR writes it.
pub(super) fn status_code(status: ReportStatus) -> &'static str {
    match status {
        ReportStatus::EnteredInError => "entered-in-error",
        ReportStatus::Registered
        | ReportStatus::Partial
        | ReportStatus::Preliminary
        | ReportStatus::Final
        | ReportStatus::Amended
        | ReportStatus::Corrected
        | ReportStatus::Appended
        | ReportStatus::Cancelled => status.code(),
    }
}

/// An observation has no status "partial" or "appended".
pub(super) fn observation_status_code(status: ReportStatus) -> &'static str {
    match status {
        ReportStatus::Partial => "preliminary",
        ReportStatus::Appended => "amended",
        status => status_code(status),
    }
}

/// ServiceRequest.status.
pub(super) fn order_event(status: &str) -> Option<OrderEvent> {
    match status {
        "active" | "on-hold" => Some(OrderEvent::Placed),
        "completed" => Some(OrderEvent::Done),
        "revoked" | "entered-in-error" => Some(OrderEvent::Withdrawn),
        _ => None,
    }
}

/// Whether what the hospital said of an order is what it is.
pub(super) fn says(status: &str, order: OrderStatus) -> bool {
    match order {
        OrderStatus::Active => matches!(status, "active" | "on-hold"),
        OrderStatus::Completed => status == "completed",
        OrderStatus::Revoked => matches!(status, "revoked" | "entered-in-error"),
    }
}

/// The code by which something is known: LOINC's, or else the first; without any, its words.
pub(super) fn code(concept: &CodeableConcept, at: &str) -> Result<Code, Unfit> {
    let coded = |coding: &&citygate_fhir::Coding| coding.code.is_some();
    let loinc = |coding: &&citygate_fhir::Coding| coding.system.as_deref() == Some(LOINC);
    let codings = || concept.coding.iter().filter(coded);
    let words = concept.words().map(str::trim).filter(|words| !words.is_empty());
    let Some(coding) = codings().find(loinc).or_else(|| codings().next()) else {
        let words = words.ok_or_else(|| element(at, "a code, or a text"))?;
        let words = fitting(words, at)?;
        return Ok(Code { system: String::new(), code: words.clone(), display: words });
    };
    let code = coding.code.clone().unwrap_or_default();
    let display = words.map_or_else(|| Ok(code.clone()), |words| fitting(words, at))?;
    Ok(Code { system: coding.system.clone().unwrap_or_default(), code, display })
}

/// A text that is short enough to be shown.
pub(super) fn fitting(text: &str, at: &str) -> Result<String, Unfit> {
    match text.chars().count() <= TEXT_MAX {
        true => Ok(text.to_owned()),
        false => Err(element(at, "10000 characters at most")),
    }
}

/// The kind of examination; the first category that is known decides.
pub(super) fn category(categories: &[CodeableConcept]) -> ReportCategory {
    let codes = categories.iter().flat_map(|category| &category.coding);
    let codes = codes.filter_map(|coding| coding.code.as_deref());
    codes.filter_map(terms::category).next().unwrap_or(ReportCategory::Other)
}

/// What a search by category means.
pub(super) fn category_of(code: &str) -> Option<ReportCategory> {
    terms::category(code)
}

/// How a value stands to what is usual.
pub(super) fn flags(interpretations: &[CodeableConcept]) -> Vec<Flag> {
    let codes = interpretations.iter().flat_map(|concept| &concept.coding);
    let codes = codes.filter_map(|coding| coding.code.as_deref());
    let known = codes.filter_map(terms::interpretation);
    let flag = |known| match known {
        Interpretation::Standing(flag) => Some(flag),
        Interpretation::Other => None,
    };
    known.filter_map(flag).collect()
}

/// The instant of a date; of one that is a day or longer, its beginning.
pub(super) fn instant(date: &FhirDateTime) -> DateTime<Utc> {
    date.instant().unwrap_or_else(|| date.range(&local()).0)
}

/// By which clock days begin where no zone is named: all of China has one.
pub(super) fn local() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| Utc.fix())
}

/// The hospital's own number: the first identifier that has one.
pub(super) fn own_no(
    identifiers: &[citygate_fhir::Identifier],
    at: &'static str,
) -> Result<OwnNo, Unfit> {
    let number = identifiers.iter().find_map(|identifier| identifier.value.as_deref());
    let number = number.ok_or_else(|| element(at, "the hospital's own number"))?;
    OwnNo::parse(number).ok_or_else(|| element(at, "1 to 64 visible ASCII characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_a_report_is_written_as_it_is_read() {
        for known in ReportStatus::ALL {
            assert_eq!(status(status_code(*known)), Some(*known));
        }
        for unknown in ["unknown", "entered_in_error", "Final", ""] {
            assert_eq!(status(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_status_of_an_order_says_one_thing() {
        for (code, event, of) in [
            ("active", Some(OrderEvent::Placed), Some(OrderStatus::Active)),
            ("on-hold", Some(OrderEvent::Placed), Some(OrderStatus::Active)),
            ("completed", Some(OrderEvent::Done), Some(OrderStatus::Completed)),
            ("revoked", Some(OrderEvent::Withdrawn), Some(OrderStatus::Revoked)),
            ("entered-in-error", Some(OrderEvent::Withdrawn), Some(OrderStatus::Revoked)),
            ("draft", None, None),
            ("unknown", None, None),
        ] {
            assert_eq!(order_event(code), event, "{code}");
            let said: Vec<_> =
                OrderStatus::ALL.iter().filter(|order| says(code, **order)).collect();
            assert_eq!(said, of.iter().collect::<Vec<_>>(), "{code}");
        }
    }

    #[test]
    fn a_thing_is_known_by_the_code_that_the_world_knows() {
        for (concept, expected) in [
            (
                r#"{"coding":[{"system":"urn:own","code":"WBC"},{"system":"http://loinc.org",
                    "code":"6690-2","display":"Leukocytes"}],"text":"白细胞计数"}"#,
                Some(("http://loinc.org", "6690-2", "白细胞计数")),
            ),
            (r#"{"coding":[{"code":"WBC"}]}"#, Some(("", "WBC", "WBC"))),
            (r#"{"text":"白细胞计数"}"#, Some(("", "白细胞计数", "白细胞计数"))),
            (r#"{"coding":[{"display":" "}]}"#, None),
            ("{}", None),
        ] {
            let found = code(&serde_json::from_str(concept).unwrap(), "code").ok();
            let found = found.as_ref().map(|c| (&*c.system, &*c.code, &*c.display));
            assert_eq!(found, expected, "{concept}");
        }
    }
}
