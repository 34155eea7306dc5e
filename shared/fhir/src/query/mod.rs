//! Searches (FHIR R4, 3.1.1).

mod date;
mod token;

use uuid::Uuid;

pub use self::{
    date::{Prefix, SearchDate, Window},
    token::{System, Token},
};
use crate::{InvalidDate, Reference, ResourceType};

/// What stands behind the name of a parameter: `name:exact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// `:exact`
    Exact,
    /// `:missing`
    Missing,
    /// `:not`
    Not,
    /// A type, in references: `subject:Patient`.
    Type(ResourceType),
}

impl Modifier {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "exact" => Some(Self::Exact),
            "missing" => Some(Self::Missing),
            "not" => Some(Self::Not),
            kind => kind.parse().ok().map(Self::Type),
        }
    }
}

/// Why a search cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuery {
    /// More than anybody needs: [`Query::PARAMETERS_MAX`], [`Query::VALUES_MAX`].
    #[error("there are too many parameters or values")]
    TooMany,
    /// What stands behind the colon is not known here (3.1.1.4.5: it has to be refused).
    #[error("the modifier of {0} is not supported")]
    Modifier(String),
    /// A value is not of the type of its parameter. It is not repeated: it may be personal.
    #[error("a value of {0} is not as its type has it")]
    Value(String),
}

/// A parameter of a search. It matches what any of its values matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without a modifier.
    pub name: String,
    /// What stands behind it.
    pub modifier: Option<Modifier>,
    /// Its values, as they were sent: parted at commas, what was escaped is still escaped.
    pub values: Vec<String>,
}

impl Parameter {
    /// Its values as texts.
    pub fn texts(&self) -> Vec<String> {
        self.values.iter().map(|value| unescape(value)).collect()
    }

    /// Its values as tokens: `system|code`.
    pub fn tokens(&self) -> Result<Vec<Token>, InvalidQuery> {
        let tokens = self.values.iter().map(|value| Token::parse(value));
        tokens.collect::<Option<_>>().ok_or_else(|| self.invalid())
    }

    /// The resources of this server that its values name, if they are of one of these types; a bare
    /// id is of any of them. What names nothing here is left out: no value left, no match.
    pub fn references(&self, base: &str, kinds: &[ResourceType]) -> Vec<Reference> {
        let fits = |kind: &&ResourceType| match self.modifier {
            Some(Modifier::Type(only)) => **kind == only,
            Some(Modifier::Exact | Modifier::Missing | Modifier::Not) | None => true,
        };
        let kinds: Vec<ResourceType> = kinds.iter().filter(fits).copied().collect();
        let named = |value: String| match Uuid::try_parse(&value) {
            Ok(id) => kinds.iter().map(|kind| Reference { kind: *kind, id }).collect(),
            Err(_) => Vec::from_iter(
                Reference::at(base, &value).filter(|found| kinds.contains(&found.kind)),
            ),
        };
        self.texts().into_iter().flat_map(named).collect()
    }

    /// Its values as dates.
    pub fn dates(&self) -> Result<Vec<SearchDate>, InvalidQuery> {
        let dates = self.texts().into_iter().map(|value| SearchDate::parse(&value));
        dates.collect::<Result<_, _>>().map_err(|InvalidDate| self.invalid())
    }

    /// Its value as a truth, of `:missing` and of boolean tokens.
    pub fn truth(&self) -> Result<bool, InvalidQuery> {
        match self.values.as_slice() {
            [value] => value.parse().map_err(|_| self.invalid()),
            _ => Err(self.invalid()),
        }
    }

    fn invalid(&self) -> InvalidQuery {
        InvalidQuery::Value(self.name.clone())
    }
}

/// The parameters of a search that a resource matches if it matches all of them. Those that shape
/// the answer (`_count`, `_sort`, `_include`) are not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is looked for.
    pub kind: ResourceType,
    /// What it has to match.
    pub parameters: Vec<Parameter>,
}

/// The parameters of a search that begin with an underscore and say what has to match (3.1.1.3).
/// Any other that begins so shapes the answer.
const MATCHING: [&str; 10] = [
    "_id",
    "_lastUpdated",
    "_tag",
    "_profile",
    "_security",
    "_text",
    "_content",
    "_list",
    "_filter",
    "_has",
];

impl Query {
    /// The most parameters of one search.
    pub const PARAMETERS_MAX: usize = 40;
    /// The most values of one parameter.
    pub const VALUES_MAX: usize = 100;

    /// Reads the decoded pairs of a query string, and gives back those that shape the answer, in
    /// their order. A parameter without a value is as if it were not there (3.1.1.3).
    pub fn read(
        kind: ResourceType,
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<(String, String)>), InvalidQuery> {
        let (mut parameters, mut shaping) = (Vec::new(), Vec::new());
        for (name, value) in pairs {
            if parameters.len() + shaping.len() == Self::PARAMETERS_MAX {
                return Err(InvalidQuery::TooMany);
            }
            let bare = name.split_once(':').map_or(name.as_str(), |(bare, _)| bare);
            if bare.starts_with('_') && !MATCHING.contains(&bare) {
                shaping.push((name, value));
            } else if !value.is_empty() {
                parameters.push(read_parameter(&name, &value)?);
            }
        }
        Ok((Self { kind, parameters }, shaping))
    }

    /// The parameters of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.name == name)
    }
}

fn read_parameter(name: &str, value: &str) -> Result<Parameter, InvalidQuery> {
    let (name, modifier) = match name.split_once(':') {
        Some((name, modifier)) => (name, Some(modifier)),
        None => (name, None),
    };
    let unknown = || InvalidQuery::Modifier(name.to_owned());
    let modifier = modifier.map(|text| Modifier::parse(text).ok_or_else(unknown)).transpose()?;
    let values: Vec<String> = split(value, ',').into_iter().filter(|v| !v.is_empty()).collect();
    if values.is_empty() {
        return Err(InvalidQuery::Value(name.to_owned()));
    }
    if values.len() > Query::VALUES_MAX {
        return Err(InvalidQuery::TooMany);
    }
    Ok(Parameter { name: name.to_owned(), modifier, values })
}

/// The parts of a text between separators that are not escaped (3.1.1.4.6). Escapes remain.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == separator && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts
}

/// Takes the escapes away: `\,` `\|` `\$` `\\`. A backslash before anything else is one.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.next_if(|next| c == '\\' && [',', '|', '$', '\\'].contains(next)) {
            Some(escaped) => plain.push(escaped),
            None => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests;
