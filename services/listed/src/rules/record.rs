//! What is shown of a record.

use chrono::NaiveDate;
use citygate_kernel::{Currency, Money, wire};
use citygate_listings::{InquirySpec, RecordField, RecordFieldKind};
use serde_json::{Map, Value};

/// A member of a record, as the listing says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Date(NaiveDate),
    Money(Money),
}

/// Characters of a text.
const TEXT_MAX: usize = 500;

/// What is shown of a record, in the order of the listing. What the register does not say is left
/// out; none where it says something else than the listing expects.
pub(crate) fn shown<'s>(
    spec: &'s InquirySpec,
    record: &Map<String, Value>,
) -> Option<Vec<(&'s RecordField, Shown)>> {
    let said = spec.fields.iter().filter_map(|field| {
        let value = record.get(field.code.as_str()).filter(|value| !value.is_null())?;
        Some((field, value))
    });
    said.map(|(field, value)| Some((field, of_kind(field.kind, value)?))).collect()
}

fn of_kind(kind: RecordFieldKind, value: &Value) -> Option<Shown> {
    match kind {
        RecordFieldKind::Text => {
            let text = value.as_str().filter(|text| text.chars().count() <= TEXT_MAX)?;
            Some(Shown::Text(text.to_owned()))
        }
        RecordFieldKind::Integer => wire::integer(value.clone()).ok().map(Shown::Integer),
        RecordFieldKind::Boolean => value.as_bool().map(Shown::Boolean),
        RecordFieldKind::Date => wire::date(value.clone()).ok().map(Shown::Date),
        RecordFieldKind::Money => {
            let minor = wire::integer(value.clone()).ok()?;
            Some(Shown::Money(Money::new(minor, Currency::Cny)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> InquirySpec {
        let fields: Vec<Value> = ["text", "integer", "boolean", "date", "money"]
            .iter()
            .map(|kind| json!({"code": kind, "name": {"en": "A", "zh": "甲"}, "kind": kind}))
            .collect();
        serde_json::from_value(json!({"subject": "a", "fields": fields})).unwrap()
    }

    fn record(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_what_the_listing_names_is_shown_in_its_order() {
        let (spec, record) = (
            spec(),
            record(json!({
                "money": 4_210, "date": "2026-12-01", "boolean": false, "integer": 5.0,
                "text": "上城区", "secret": "dropped",
            })),
        );
        let shown: Vec<Shown> =
            shown(&spec, &record).unwrap().into_iter().map(|(_, v)| v).collect();
        assert_eq!(
            shown,
            [
                Shown::Text("上城区".to_owned()),
                Shown::Integer(5),
                Shown::Boolean(false),
                Shown::Date("2026-12-01".parse().unwrap()),
                Shown::Money(Money::new(4_210, Currency::Cny)),
            ]
        );
    }

    #[test]
    fn what_is_missing_is_left_out_and_what_is_of_another_kind_is_unreadable() {
        let spec = spec();
        assert_eq!(shown(&spec, &Map::new()), Some(Vec::new()));
        assert_eq!(shown(&spec, &record(json!({"text": null}))), Some(Vec::new()));
        for wrong in [
            json!({"text": 1}),
            json!({"text": "字".repeat(501)}),
            json!({"integer": "5"}),
            json!({"integer": 1.5}),
            json!({"boolean": "yes"}),
            json!({"date": "1 December"}),
            json!({"date": "+12026-12-01"}),
            json!({"money": {"amount_minor": 1}}),
            json!({"money": 1e300}),
        ] {
            assert_eq!(shown(&spec, &record(wrong.clone())), None, "{wrong}");
        }
        assert!(shown(&spec, &record(json!({"text": "字".repeat(500)}))).is_some());
    }
}
