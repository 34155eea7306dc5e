//! Tokens: codes and numbers of a system.

use super::{split, unescape};

/// Which code systems a token means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// `code`: any, or none.
    Any,
    /// `|code`: none.
    Absent,
    /// `system|code`: this one.
    Is(String),
}

/// A value of a token parameter (3.1.1.4.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The code system, or system of numbers.
    pub system: System,
    /// The code or number; `None` is any of the system: `system|`.
    pub code: Option<String>,
}

impl Token {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let parts: Vec<String> = split(value, '|').iter().map(|part| unescape(part)).collect();
        let (system, code) = match parts.as_slice() {
            [code] => (System::Any, code),
            [system, code] if system.is_empty() => (System::Absent, code),
            [system, code] => (System::Is(system.clone()), code),
            _ => return None,
        };
        let code = Some(code.clone()).filter(|code| !code.is_empty());
        // Neither a system nor a code would be everything.
        let says_something = code.is_some() || matches!(system, System::Is(_));
        says_something.then_some(Self { system, code })
    }

    /// Whether a code of a system is what is meant.
    pub fn matches(&self, system: Option<&str>, code: &str) -> bool {
        let of_system = match &self.system {
            System::Any => true,
            System::Absent => system.is_none(),
            System::Is(wanted) => system == Some(wanted),
        };
        of_system && self.code.as_deref().is_none_or(|wanted| wanted == code)
    }
}
