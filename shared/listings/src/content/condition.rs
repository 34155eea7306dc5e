//! Conditions: what has to be true of a person and of what they say.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a fact is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A choice, or a day as `2026-12-01`.
    Text(String),
}

impl FactValue {
    /// The largest whole number that somebody may say, and below zero the smallest: 2^53, up to which
    /// every reader of JSON is exact.
    pub const INTEGER_MAX: i64 = 9_007_199_254_740_992;

    /// A whole number, if it is one that somebody may say.
    pub fn integer(number: i64) -> Option<Self> {
        let within = (-Self::INTEGER_MAX..=Self::INTEGER_MAX).contains(&number);
        within.then_some(Self::Integer(number))
    }

    /// The day that it names, if it names one.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
        }
    }
}

/// What has to be true. In a file one table: `{ fact = "person.age", at_least = 16 }`,
/// `{ all = [ … ] }`, `{ any = [ … ] }`, `{ not = { … } }`.
///
/// Facts are `person.age` and `person.document_type`, which identity knows, `fact.CODE`, which
/// somebody is asked, and `form.FIELD`, which they have written into the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Table", into = "Table")]
pub enum Condition {
    /// All of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// A fact passes a test.
    Fact(String, Test),
}

/// What a fact has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Exactly that.
    Is(FactValue),
    /// One of them.
    OneOf(Vec<FactValue>),
    /// A number that is not smaller.
    AtLeast(i64),
    /// A number that is not larger.
    AtMost(i64),
    /// A day on or after that one.
    OnOrAfter(NaiveDate),
    /// A day on or before that one.
    OnOrBefore(NaiveDate),
}

/// A condition as a file writes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all: Option<Vec<Condition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Condition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not: Option<Box<Condition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is: Option<FactValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<FactValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_or_after: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_or_before: Option<NaiveDate>,
}

/// A table that is no condition.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(
    "a condition has one of all, any, not or fact, and a fact has one of is, one_of, at_least, \
     at_most, on_or_after or on_or_before"
)]
struct NoCondition;

/// The only value of some that may be there.
fn only<T>(values: impl IntoIterator<Item = Option<T>>) -> Option<T> {
    let mut found = values.into_iter().flatten();
    found.next().filter(|_| found.next().is_none())
}

impl TryFrom<Table> for Condition {
    type Error = NoCondition;

    fn try_from(table: Table) -> Result<Self, NoCondition> {
        let Table { all, any, not, fact, is, one_of, at_least, at_most, on_or_after, on_or_before } =
            table;
        let tests = [
            is.map(Test::Is),
            one_of.map(Test::OneOf),
            at_least.map(Test::AtLeast),
            at_most.map(Test::AtMost),
            on_or_after.map(Test::OnOrAfter),
            on_or_before.map(Test::OnOrBefore),
        ];
        let tested = tests.iter().any(Option::is_some);
        if fact.is_none() && tested {
            return Err(NoCondition);
        }
        let fact = match fact {
            Some(fact) => Some(Self::Fact(fact, only(tests).ok_or(NoCondition)?)),
            None => None,
        };
        only([all.map(Self::All), any.map(Self::Any), not.map(Self::Not), fact]).ok_or(NoCondition)
    }
}

impl From<Condition> for Table {
    fn from(condition: Condition) -> Self {
        let none = Self::default();
        let (fact, test) = match condition {
            Condition::All(all) => return Self { all: Some(all), ..none },
            Condition::Any(any) => return Self { any: Some(any), ..none },
            Condition::Not(not) => return Self { not: Some(not), ..none },
            Condition::Fact(fact, test) => (Some(fact), test),
        };
        match test {
            Test::Is(is) => Self { fact, is: Some(is), ..none },
            Test::OneOf(one_of) => Self { fact, one_of: Some(one_of), ..none },
            Test::AtLeast(at_least) => Self { fact, at_least: Some(at_least), ..none },
            Test::AtMost(at_most) => Self { fact, at_most: Some(at_most), ..none },
            Test::OnOrAfter(day) => Self { fact, on_or_after: Some(day), ..none },
            Test::OnOrBefore(day) => Self { fact, on_or_before: Some(day), ..none },
        }
    }
}

impl Condition {
    /// The facts that it asks for.
    pub fn facts(&self) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::facts).collect(),
            Self::Not(part) => part.facts(),
            Self::Fact(fact, _) => vec![fact],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_one_table_and_nothing_else() {
        for (text, good) in [
            (r#"{"fact":"person.age","at_least":16}"#, true),
            (r#"{"all":[{"fact":"fact.a","is":true},{"not":{"fact":"form.b","is":"c"}}]}"#, true),
            (r#"{"any":[]}"#, true),
            (r#"{"fact":"person.age"}"#, false),
            (r#"{"fact":"person.age","at_least":16,"at_most":18}"#, false),
            (r#"{"at_least":16}"#, false),
            (r#"{"all":[],"any":[]}"#, false),
            (r#"{"fact":"a","is":1,"not":{"fact":"a","is":1}}"#, false),
            (r#"{"fact":"a","equals":1}"#, false),
            ("{}", false),
        ] {
            let read = serde_json::from_str::<Condition>(text);
            assert_eq!(read.is_ok(), good, "{text}: {read:?}");
            if let Ok(condition) = read {
                assert_eq!(serde_json::to_string(&condition).unwrap(), text);
            }
        }
    }
}
