//! Forms of applications: JSON Schema, of a kind that a screen can be made of.

use jsonschema::{
    Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind as Wrong,
};
use serde_json::{Map, Number, Value};

/// How much a compiled pattern takes, in bytes. A small text can stand for an immense pattern.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// More than anybody mends at a time.
const FAULTS_MAX: usize = 50;
/// The longest text of any form, in characters.
const LENGTH_MAX: usize = 2_000;
/// Beyond it a number is not the same in every program (RFC 8259, 6).
const EXACT: i64 = (1 << 53) - 1;

/// A field of a form that is not as the form wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Where: an RFC 6901 pointer into the form.
    pub pointer: String,
    /// What is expected there; never what was sent.
    pub expected: String,
}

impl FieldFault {
    fn new(pointer: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), expected: expected.into() }
    }
}

/// Everything in a filled form that is not as its schema wants it; empty where all is well. Integers
/// written as `5.0` are rewritten as `5` first, so that conditions and schema see the same value.
pub fn faults_of_form(schema: &Value, form: &mut Map<String, Value>) -> Vec<FieldFault> {
    whole_numbers(form);
    let faults = plain_faults(schema, form);
    if faults.is_empty() { schema_says(schema, form) } else { faults }
}

/// The same of a form that is not finished: what is there has to be right, and may lack the rest.
pub(crate) fn faults_so_far(schema: &Value, form: &mut Map<String, Value>) -> Vec<FieldFault> {
    const KEPT: [&str; 3] = ["type", "additionalProperties", "properties"];
    let members = schema.as_object().into_iter().flatten();
    let kept = members.filter(|(name, _)| KEPT.contains(&name.as_str()));
    let fields = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    faults_of_form(&Value::Object(fields), form)
}

/// What is wrong with a schema: where in it, and what.
pub(crate) fn schema_faults(schema: &Value) -> Vec<(String, String)> {
    let meta = jsonschema::draft202012::meta::validator();
    let mut faults: Vec<_> = meta
        .iter_errors(schema)
        .take(FAULTS_MAX)
        .map(|error| (error.instance_path().to_string(), error.to_string()))
        .collect();
    if faults.is_empty()
        && let Err(error) = compiled(schema)
    {
        let says = match error.kind() {
            Wrong::Format { .. } => "the pattern cannot be read, or is too large".to_owned(),
            _ => error.to_string(),
        };
        faults.push((error.instance_path().to_string(), says));
    }
    faults
}

/// The program of a schema: no references to elsewhere, patterns in linear time.
fn compiled(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    let patterns =
        PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(patterns)
        .build(schema)
}

fn whole_numbers(form: &mut Map<String, Value>) {
    for value in form.values_mut() {
        let whole = value.as_f64().filter(|_| value.is_f64());
        let whole = whole.and_then(|number| citygate_kernel::wire::integer(number_of(number)).ok());
        if let Some(whole) = whole {
            *value = Value::Number(Number::from(whole));
        }
    }
}

fn number_of(number: f64) -> serde::de::value::F64Deserializer<serde::de::value::Error> {
    serde::de::IntoDeserializer::into_deserializer(number)
}

/// Names that the form does not have, and what is no value of a field at all.
fn plain_faults(schema: &Value, form: &Map<String, Value>) -> Vec<FieldFault> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let known = |name: &str| fields.is_some_and(|fields| fields.contains_key(name));
    let mut faults = Vec::new();
    if form.keys().any(|name| !known(name)) {
        let names: Vec<_> = fields.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let expected = format!("no other fields than {}", names.join(", "));
        faults.push(FieldFault::new("", expected));
    }
    for (name, value) in form.iter().filter(|(name, _)| known(name)) {
        if let Some(expected) = implausible(value) {
            faults.push(FieldFault::new(pointer(name), expected));
        }
    }
    faults.truncate(FAULTS_MAX);
    faults
}

fn implausible(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) if text.chars().count() > LENGTH_MAX => {
            Some("a text of 2000 characters at most")
        }
        Value::String(text) if text.chars().any(|one| one.is_control() && one != '\n') => {
            Some("a text without control characters")
        }
        Value::Number(number) => {
            let exact = number.as_i64().is_some_and(|number| (-EXACT..=EXACT).contains(&number));
            (!exact).then_some("a whole number of at most 16 digits")
        }
        Value::String(_) | Value::Bool(_) => None,
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Some("a text, a whole number, true or false; leave out what is empty")
        }
    }
}

fn schema_says(schema: &Value, form: &mut Map<String, Value>) -> Vec<FieldFault> {
    let Ok(program) = compiled(schema) else {
        return vec![FieldFault::new("", "a form that this city can read; tell the agency")];
    };
    let filled = Value::Object(std::mem::take(form));
    let mut faults: Vec<FieldFault> = Vec::new();
    for error in program.iter_errors(&filled).take(FAULTS_MAX) {
        let fault = FieldFault::new(place(&error), expected(error.kind(), &error));
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    if let Value::Object(filled) = filled {
        *form = filled;
    }
    faults
}

/// RFC 6901. What is missing is named where it would be.
fn place(error: &ValidationError<'_>) -> String {
    let at = error.instance_path().to_string();
    match error.kind() {
        Wrong::Required { property } => {
            format!("{at}{}", pointer(property.as_str().unwrap_or_default()))
        }
        _ => at,
    }
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What is expected, without what was sent.
fn expected(kind: &Wrong, error: &ValidationError<'_>) -> String {
    match kind {
        Wrong::Required { .. } => "something; it is required".to_owned(),
        Wrong::MaxLength { limit } => format!("a text of {limit} characters at most"),
        Wrong::MinLength { limit } => format!("a text of {limit} characters at least"),
        Wrong::Maximum { limit } => format!("a number not larger than {limit}"),
        Wrong::Minimum { limit } => format!("a number not smaller than {limit}"),
        Wrong::ExclusiveMaximum { limit } => format!("a number smaller than {limit}"),
        Wrong::ExclusiveMinimum { limit } => format!("a number larger than {limit}"),
        Wrong::Pattern { pattern } => format!("a text that matches {pattern}"),
        Wrong::Format { format } => format!("a text in the form of: {format}"),
        Wrong::Enum { options } => format!("one of {options}"),
        Wrong::Constant { expected_value } => format!("{expected_value}"),
        _ => error.masked_with("what was sent").to_string(),
    }
}

#[cfg(test)]
mod tests;
