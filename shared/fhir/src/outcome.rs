//! What went wrong, or is worth knowing (FHIR R4, OperationOutcome).

use citygate_kernel::{Locale, Problem};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{CodeableConcept, Coding};

/// How much an issue matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing could be looked at further.
    Fatal,
    /// It was not carried out.
    Error,
    /// It was carried out, and something about it is odd.
    Warning,
    /// All is well.
    Information,
}

/// What kind of issue it is (code system issue-type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueType {
    /// Against the specification.
    Invalid,
    /// JSON or members that are not as they should be.
    Structure,
    /// Something is missing.
    Required,
    /// A value is not what it may be.
    Value,
    /// A rule of a data type or resource is broken.
    Invariant,
    /// Who asks may not, or is not known.
    Security,
    /// Nobody is signed in.
    Login,
    /// The token has ended.
    Expired,
    /// Who asks is known and may not.
    Forbidden,
    /// It was understood and not carried out.
    Processing,
    /// Not known to this server.
    NotSupported,
    /// It is there already.
    Duplicate,
    /// It is not there.
    NotFound,
    /// It is too long, or there is too much of it.
    TooLong,
    /// A code is not known.
    CodeInvalid,
    /// An extension is not understood.
    Extension,
    /// A rule of business refuses.
    BusinessRule,
    /// The version is not the one that was meant.
    Conflict,
    /// A passing trouble.
    Transient,
    /// Too much at once.
    Throttled,
    /// A timeout.
    Timeout,
    /// Trouble of the server's own.
    Exception,
    /// Nothing went wrong.
    Informational,
}

impl IssueType {
    /// The kind of issue that an HTTP status speaks of.
    pub fn of_status(status: u16) -> Self {
        match status {
            100..=399 => Self::Informational,
            400 => Self::Invalid,
            401 => Self::Login,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            405 | 406 | 415 => Self::NotSupported,
            408 | 504 => Self::Timeout,
            409 | 412 | 428 => Self::Conflict,
            413 | 414 | 431 => Self::TooLong,
            422 => Self::BusinessRule,
            429 => Self::Throttled,
            503 => Self::Transient,
            _ if status < 500 => Self::Processing,
            _ => Self::Exception,
        }
    }
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeIssue {
    /// How much it matters.
    pub severity: Severity,
    /// What kind it is.
    pub code: IssueType,
    /// The stable code of the problem, and the fact in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<CodeableConcept>,
    /// What the caller can use to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<String>,
    /// Where it is, in FHIRPath.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expression: Vec<String>,
}

impl OutcomeIssue {
    /// A bare issue.
    pub fn new(severity: Severity, code: IssueType) -> Self {
        Self { severity, code, details: None, diagnostics: None, expression: Vec::new() }
    }
}

/// What is answered instead of a resource, or beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationOutcome {
    /// One at least.
    pub issues: Vec<OutcomeIssue>,
}

impl OperationOutcome {
    /// The code system of the city's problems (`docs/errors.md`).
    pub const PROBLEMS: &'static str = "urn:citygate:problem";

    /// A problem as FHIR tells it: one issue for each member that was refused, at least one.
    pub fn of(problem: &Problem, locale: Locale) -> Self {
        let title = problem.kind.title(locale);
        let coding = Coding {
            system: Some(Self::PROBLEMS.to_owned()),
            code: Some(problem.kind.code.to_owned()),
            display: None,
        };
        let severity =
            if problem.kind.status < 400 { Severity::Information } else { Severity::Error };
        let issue = OutcomeIssue {
            details: Some(CodeableConcept { coding: vec![coding], text: Some(title.to_owned()) }),
            diagnostics: problem.detail.clone(),
            ..OutcomeIssue::new(severity, IssueType::of_status(problem.kind.status))
        };
        if problem.errors.is_empty() {
            return Self { issues: vec![issue] };
        }
        let of_member = |error: &citygate_kernel::FieldError| OutcomeIssue {
            diagnostics: Some(error.detail.clone()),
            expression: vec![error.pointer.clone()],
            ..issue.clone()
        };
        Self { issues: problem.errors.iter().map(of_member).collect() }
    }
}

impl Serialize for OperationOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut outcome = serializer.serialize_struct("OperationOutcome", 2)?;
        outcome.serialize_field("resourceType", "OperationOutcome")?;
        outcome.serialize_field("issue", &self.issues)?;
        outcome.end()
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::ProblemType;
    use serde_json::json;

    use super::*;

    static REFUSED: ProblemType =
        ProblemType::new("exchange.refused", 422, "It is refused", "不予受理");

    #[test]
    fn a_problem_is_told_with_its_code_and_in_the_readers_language() {
        let outcome = OperationOutcome::of(&Problem::new(&REFUSED).detail("Why"), Locale::ZhCn);
        let expected = json!({
            "resourceType": "OperationOutcome",
            "issue": [{
                "severity": "error",
                "code": "business-rule",
                "details": {
                    "coding": [{"system": "urn:citygate:problem", "code": "exchange.refused"}],
                    "text": "不予受理",
                },
                "diagnostics": "Why",
            }],
        });
        assert_eq!(serde_json::to_value(outcome).unwrap(), expected);
    }

    #[test]
    fn each_refused_member_is_an_issue() {
        let problem = Problem::new(&REFUSED).field("Slot.start", "a").field("Slot.status", "b");
        let outcome = OperationOutcome::of(&problem, Locale::En);
        let told: Vec<_> = outcome
            .issues
            .iter()
            .map(|issue| (issue.expression.as_slice(), issue.diagnostics.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (["Slot.start".to_owned()].as_slice(), Some("a")),
                (["Slot.status".to_owned()].as_slice(), Some("b")),
            ]
        );
    }

    #[test]
    fn a_status_has_its_kind_of_issue() {
        for (status, code) in [
            (202, "informational"),
            (400, "invalid"),
            (401, "login"),
            (403, "forbidden"),
            (404, "not-found"),
            (409, "conflict"),
            (412, "conflict"),
            (413, "too-long"),
            (415, "not-supported"),
            (418, "processing"),
            (422, "business-rule"),
            (429, "throttled"),
            (500, "exception"),
            (503, "transient"),
        ] {
            assert_eq!(serde_json::to_value(IssueType::of_status(status)).unwrap(), code);
        }
    }
}
