//! Failures as callers see them (RFC 9457), without any HTTP machinery.

use std::fmt;

use serde::Serialize;

use crate::Locale;

/// One fact that can go wrong: a row in the city's table of problems (`docs/errors.md`).
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// Stable, `crate.fact`; programs decide by it.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The fact in English.
    pub en: &'static str,
    /// The fact in Chinese.
    pub zh: &'static str,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
}

impl ProblemType {
    /// A problem that stays one when the request is repeated.
    pub const fn new(code: &'static str, status: u16, en: &'static str, zh: &'static str) -> Self {
        Self { code, status, en, zh, retryable: false }
    }

    /// A problem that passes: the same request may be sent again.
    pub const fn passing(self) -> Self {
        Self { retryable: true, ..self }
    }

    /// The fact in a reader's language.
    pub fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::ZhCn => self.zh,
        }
    }
}

/// One member of a request that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, or the name of a parameter or header.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A [`ProblemType`] that happened. `detail` is for the caller; `cause` is for the log alone.
#[derive(Debug)]
pub struct Problem {
    /// What went wrong.
    pub kind: &'static ProblemType,
    /// What the caller can use to mend it.
    pub detail: Option<String>,
    /// Which members of the request were refused.
    pub errors: Vec<FieldError>,
    /// After how many seconds to try again.
    pub retry_after_seconds: Option<u32>,
    /// A `WWW-Authenticate` challenge (RFC 9110, 11.6.1).
    pub challenge: Option<String>,
    /// Why, in the system's own words; logged once, never sent.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    /// The bare fact.
    pub fn new(kind: &'static ProblemType) -> Self {
        Self {
            kind,
            detail: None,
            errors: Vec::new(),
            retry_after_seconds: None,
            challenge: None,
            cause: None,
        }
    }

    /// Adds a sentence for the caller.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a member of the request that was refused.
    pub fn field(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Asks the caller to wait.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Says how to authenticate.
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// Keeps the reason for the log.
    pub fn cause(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.code, self.kind.en)
    }
}

impl std::error::Error for Problem {}
