//! The form of an application: a JSON Schema from which a screen can be made, and whose work is
//! bounded. Every field is a text, a whole number or yes and no; nothing is referred to.

use serde_json::{Map, Value};

use super::{Faults, place::Place};
use crate::{
    content::{ApplicationSpec, Content, Engine, FactValue},
    form,
    known::Kind,
};

/// The only dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// How many fields a form has.
const FIELDS_MAX: usize = 100;
/// The longest text in a field, in characters.
const LENGTH_MAX: u64 = 2_000;
/// The longest pattern, in characters.
const PATTERN_MAX: usize = 200;
/// How many words can be chosen from.
const WORDS_MAX: usize = 200;

/// What a form may say beside its fields. Conditions between fields are here.
const OF_FORMS: [&str; 16] = [
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "dependentRequired",
    "description",
    "else",
    "if",
    "maxProperties",
    "minProperties",
    "not",
    "oneOf",
    "properties",
    "required",
    "then",
    "type",
];
/// What a field may say.
const OF_FIELDS: [&str; 16] = [
    "const",
    "default",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "title",
    "type",
];
/// The forms of texts that are known.
const FORMATS: [&str; 4] = ["date", "email", "time", "uuid"];

/// Notes whatever is wrong with the form of an application.
pub(super) fn check(content: &Content, faults: &mut Faults<'_>) {
    let Some(Engine::Application(spec)) = content.engine() else { return };
    let place = Place::of("application.form");
    let Some(schema) = spec.form.as_object() else {
        return faults.add(&place, "a form is a table: a JSON Schema of an object");
    };
    let before = faults.found.len();
    object(schema, &place, faults);
    labels(spec, schema, faults);
    if faults.found.len() == before {
        for (pointer, says) in form::schema_faults(&spec.form) {
            faults.add(&place.pointer(&pointer), says);
        }
    }
}

fn object(schema: &Map<String, Value>, place: &Place, faults: &mut Faults<'_>) {
    keywords(schema, &OF_FORMS, place, faults);
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        faults.add(&place.key("type"), "`type = \"object\"` is expected");
    }
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        let says = "`additionalProperties = false` is expected: a form takes its fields alone";
        faults.add(&place.key("additionalProperties"), says);
    }
    if schema.get("$schema").is_some_and(|dialect| dialect != DIALECT) {
        faults.add(&place.key("$schema"), format!("the dialect of forms is {DIALECT}"));
    }
    let fields_at = place.key("properties");
    let fields = schema.get("properties").and_then(Value::as_object);
    let count = fields.map_or(0, Map::len);
    if !(1..=FIELDS_MAX).contains(&count) {
        faults.add(&fields_at, format!("1 to {FIELDS_MAX} fields are expected, not {count}"));
    }
    for (name, schema) in fields.into_iter().flatten() {
        field(name, schema, &fields_at.key(name), faults);
    }
    let required = schema.get("required").and_then(Value::as_array);
    for (n, name) in required.into_iter().flatten().enumerate() {
        let is_field =
            name.as_str().is_some_and(|name| fields.is_some_and(|f| f.contains_key(name)));
        if !is_field {
            faults.add(&place.key("required").index(n), "there is no such field in the form");
        }
    }
    for name in ["if", "then", "else", "not", "allOf", "anyOf", "oneOf"] {
        if let Some(part) = schema.get(name) {
            inner(part, &place.key(name), faults);
        }
    }
}

/// What stands in conditions between fields: no references, no endless patterns.
fn inner(part: &Value, place: &Place, faults: &mut Faults<'_>) {
    match part {
        Value::Object(members) => {
            for (name, value) in members {
                let place = place.key(name);
                if name.starts_with('$') || name == "patternProperties" {
                    faults.add(&place, format!("a form has no `{name}`"));
                }
                if name == "pattern" {
                    pattern(value, &place, faults);
                }
                inner(value, &place, faults);
            }
        }
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                inner(value, &place.index(n), faults);
            }
        }
        _ => {}
    }
}

fn keywords(schema: &Map<String, Value>, known: &[&str], place: &Place, faults: &mut Faults<'_>) {
    for name in schema.keys().filter(|name| !known.contains(&name.as_str())) {
        let says = format!("`{name}` is not expected; known are {}", known.join(", "));
        faults.add(&place.key(name), says);
    }
}

fn field(name: &str, schema: &Value, place: &Place, faults: &mut Faults<'_>) {
    if name.parse::<crate::content::Code>().is_err() {
        faults.add(place, crate::content::InvalidCode.to_string());
    }
    let (Some(members), Some(kind)) = (schema.as_object(), Kind::of_field(schema)) else {
        let says = "the `type` of a field is \"string\", \"integer\" or \"boolean\"";
        return faults.add(&place.key("type"), says);
    };
    keywords(members, &OF_FIELDS, place, faults);
    if let Some(format) = members.get("format")
        && !FORMATS.iter().any(|known| format == known)
    {
        let says = format!("the formats of texts are {}", FORMATS.join(", "));
        faults.add(&place.key("format"), says);
    }
    if let Some(regex) = members.get("pattern") {
        pattern(regex, &place.key("pattern"), faults);
    }
    if kind == Kind::Text {
        let length = members.get("maxLength").and_then(Value::as_u64);
        if length.is_none_or(|length| length > LENGTH_MAX) {
            let says = format!("a text needs a `maxLength` of {LENGTH_MAX} at most");
            faults.add(&place.key("maxLength"), says);
        }
    }
    words(members, &kind, place, faults);
}

fn pattern(regex: &Value, place: &Place, faults: &mut Faults<'_>) {
    if regex.as_str().is_some_and(|regex| regex.chars().count() > PATTERN_MAX) {
        faults.add(place, format!("a pattern has {PATTERN_MAX} characters at most"));
    }
}

/// What can be chosen is of the kind of the field.
fn words(members: &Map<String, Value>, kind: &Kind<'_>, place: &Place, faults: &mut Faults<'_>) {
    let Some(words) = members.get("enum").and_then(Value::as_array) else { return };
    let place = place.key("enum");
    if !(1..=WORDS_MAX).contains(&words.len()) {
        faults.add(&place, format!("1 to {WORDS_MAX} are expected"));
    }
    for (n, word) in words.iter().enumerate() {
        let value = serde_json::from_value::<FactValue>(word.clone());
        if !value.is_ok_and(|value| kind.takes(&value)) {
            faults.add(&place.index(n), "another kind of value than the field has");
        }
    }
}

/// Every field has a label, and every label a field.
fn labels(spec: &ApplicationSpec, schema: &Map<String, Value>, faults: &mut Faults<'_>) {
    let fields = schema.get("properties").and_then(Value::as_object);
    let of = |name: &str| fields.is_some_and(|fields| fields.contains_key(name));
    let at = Place::of("application.labels");
    for label in spec.labels.keys().filter(|label| !of(label.as_str())) {
        faults.add(&at.key(label.as_str()), format!("there is no field `{label}` in the form"));
    }
    let labelled = |name: &str| spec.labels.keys().any(|label| label.as_str() == name);
    for name in fields.into_iter().flat_map(Map::keys).filter(|name| !labelled(name)) {
        let place = Place::of("application.form.properties").key(name);
        faults.add(&place, format!("the field `{name}` has no label in `application.labels`"));
    }
}
