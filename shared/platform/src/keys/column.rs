//! Where sealed values stand.

use std::fmt;

use chrono::TimeDelta;

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

/// What the values of a column are bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedRows {
    /// A `uuid` in a column of this name, unique in the table.
    Id(&'static str),
    /// A digest of what the row says. Such values are not sealed anew and not counted: a row ends so long
    /// after it was sealed, and then its key is needed no more.
    Ending(TimeDelta),
}

/// A column of sealed values. Whoever seals names one, and the crate's [`Service`](crate::Service)
/// lists it, so that rotation reaches it; platform's own are [`crate::idempotency::SEALED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table with its schema: `identity.people`.
    pub table: &'static str,
    /// What values are bound to.
    pub rows: SealedRows,
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
        Self { table, rows: SealedRows::Id(id), column, class }
    }

    /// A column of values that end by themselves, so long after they were sealed.
    pub const fn ending(
        table: &'static str,
        column: &'static str,
        class: DataClass,
        after: TimeDelta,
    ) -> Self {
        Self { table, rows: SealedRows::Ending(after), column, class }
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
