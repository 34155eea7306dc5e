//! Where sealed values stand.

use std::fmt;

/// A class of data. Each has data keys of its own, so that one can be destroyed without the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataClass {
    /// Who somebody is: names, numbers and documents.
    Person,
    /// Where somebody is reached: addresses and telephone numbers.
    Contact,
    /// Letters and messages that wait to be sent.
    Letter,
    /// Secrets that the city shares with others or keeps for itself.
    Secret,
    /// What tells of somebody's health, and the messages that it came in.
    Health,
    /// Answers that are kept for whoever repeats a request.
    Answer,
}

impl DataClass {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Person, Self::Contact, Self::Letter, Self::Secret, Self::Health, Self::Answer];

    /// As a table stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Contact => "contact",
            Self::Letter => "letter",
            Self::Secret => "secret",
            Self::Health => "health",
            Self::Answer => "answer",
        }
    }
}

impl fmt::Display for DataClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A column of sealed values. Whoever seals names one, and the crate's [`Service`](crate::Service)
/// lists it, so that rotation reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table with its schema: `identity.people`.
    pub table: &'static str,
    /// The column of the `uuid` that values are bound to, unique in the table. None where rows are
    /// soon gone: what they are bound to is derived from them, and they are not sealed anew.
    pub id: Option<&'static str>,
    /// The column itself; its name ends in `_sealed`.
    pub column: &'static str,
    /// What its values are.
    pub class: DataClass,
}

impl SealedColumn {
    /// A column by its names.
    pub const fn new(
        table: &'static str,
        id: &'static str,
        column: &'static str,
        class: DataClass,
    ) -> Self {
        Self { table, id: Some(id), column, class }
    }

    /// A column of values that end by themselves within months. A key that is retired is needed until
    /// the last of them is gone.
    pub const fn short_lived(table: &'static str, column: &'static str, class: DataClass) -> Self {
        Self { table, id: None, column, class }
    }

    /// What the first format was bound to: the column without its ending.
    pub(super) fn legacy_place(&self) -> String {
        format!("{}.{}", self.table, self.column.trim_end_matches("_sealed"))
    }
}

impl fmt::Display for SealedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}
