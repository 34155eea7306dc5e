//! Values that must not reach a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Holds a secret or personal value and prints `***` instead of it, so that a stray `{:?}` in a
/// log line gives nothing away. Taking the value out is a visible act: [`Masked::expose`].
/// It is serialised as itself, because that is how it is stored and sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the value out of its wrapper.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_stars_and_stores_itself() {
        let name = Masked::new("王芳");
        assert_eq!(format!("{name} {name:?}"), "*** ***");
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"王芳\"");
    }
}
