//! What conditions can ask: which facts there are, and what each is.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::Datelike;
use citygate_identity::DocumentType;
use serde_json::Value;

use crate::content::{Content, Engine, Fact, FactKind, FactValue};

/// How old somebody is, in years.
pub(crate) const AGE: &str = "age";
/// Their identity document.
pub(crate) const DOCUMENT_TYPE: &str = "document_type";

/// What a fact is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'a> {
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// A day.
    Date,
    /// One of some words.
    Choice(Vec<&'a str>),
    /// Any text.
    Text,
}

/// The facts of a listing, by the names that conditions use.
pub(crate) struct Known<'a>(BTreeMap<Cow<'static, str>, Kind<'a>>);

impl Kind<'_> {
    /// In a sentence.
    pub(crate) fn about(&self) -> String {
        match self {
            Self::Boolean => "true or false".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Date => "a day, as \"2026-12-01\",".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Text => "a text".to_owned(),
        }
    }

    /// As the API writes it.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Date => "date",
            Self::Choice(_) => "choice",
            Self::Text => "text",
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        *self == Self::Integer
    }

    pub(crate) fn is_day(&self) -> bool {
        *self == Self::Date
    }

    /// Whether a value is of this kind.
    pub(crate) fn takes(&self, value: &FactValue) -> bool {
        match (self, value) {
            (Self::Boolean, FactValue::Boolean(_))
            | (Self::Integer, FactValue::Integer(_))
            | (Self::Text, FactValue::Text(_)) => true,
            (Self::Choice(words), FactValue::Text(word)) => words.contains(&word.as_str()),
            (Self::Date, value) => {
                value.day().is_some_and(|day| (1_900..=9_999).contains(&day.year()))
            }
            _ => false,
        }
    }

    fn of_fact(fact: &Fact) -> Kind<'_> {
        match fact.kind {
            FactKind::Boolean => Kind::Boolean,
            FactKind::Integer => Kind::Integer,
            FactKind::Date => Kind::Date,
            FactKind::Choice => {
                Kind::Choice(fact.choices.iter().map(|one| one.code.as_str()).collect())
            }
        }
    }

    /// What a field of a form is; none where it is no scalar.
    pub(crate) fn of_field(schema: &Value) -> Option<Kind<'_>> {
        let word = |name: &str| schema.get(name).and_then(Value::as_str);
        Some(match word("type")? {
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "string" => match schema.get("enum").and_then(Value::as_array) {
                Some(words) => Kind::Choice(words.iter().filter_map(Value::as_str).collect()),
                None if word("format") == Some("date") => Kind::Date,
                None => Kind::Text,
            },
            _ => return None,
        })
    }
}

impl<'a> Known<'a> {
    /// Of a listing.
    pub(crate) fn of(content: &'a Content) -> Self {
        let types = DocumentType::ALL.iter().map(|one| one.code()).collect();
        let mut known = BTreeMap::from([
            (Cow::Borrowed("person.age"), Kind::Integer),
            (Cow::Borrowed("person.document_type"), Kind::Choice(types)),
        ]);
        for fact in &content.facts {
            let name = format!("fact.{}", fact.code).into();
            known.entry(name).or_insert_with(|| Kind::of_fact(fact));
        }
        if let Some(Engine::Application(spec)) = content.engine() {
            let fields = spec.form.get("properties").and_then(Value::as_object);
            let kinds = fields.into_iter().flatten().filter_map(|(name, schema)| {
                Some((format!("form.{name}").into(), Kind::of_field(schema)?))
            });
            known.extend(kinds);
        }
        Self(known)
    }

    /// What a fact is; none where there is none of that name.
    pub(crate) fn kind(&self, name: &str) -> Option<&Kind<'a>> {
        self.0.get(name)
    }

    /// What there is.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(AsRef::as_ref)
    }
}
