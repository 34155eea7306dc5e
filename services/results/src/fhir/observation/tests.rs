use super::*;

fn read(members: &str) -> Result<NewObservation, Unfit> {
    let text = format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#
    );
    ObservationView::read(&Resource::parse(&text).unwrap())?.observation()
}

fn text(words: &str) -> ObservedValue {
    ObservedValue::Text(words.to_owned())
}

#[test]
fn every_value_is_understood_or_refused() {
    let quantity = |value: &str, comparator: Option<&str>, unit: &str| {
        let comparator = comparator.map(str::to_owned);
        ObservedValue::Quantity { value: value.parse().unwrap(), comparator, unit: unit.to_owned() }
    };
    let coded = |system: &str, code: &str, display: &str| {
        let [system, code, display] = [system, code, display].map(str::to_owned);
        ObservedValue::Coded(Code { system, code, display })
    };
    let rows = [
        (r#""valueQuantity":{"value":1.00,"unit":"g/L"}"#, Some(quantity("1.00", None, "g/L"))),
        (
            r#""valueQuantity":{"value":5,"comparator":"<","code":"mg"}"#,
            Some(quantity("5", Some("<"), "mg")),
        ),
        (r#""valueQuantity":{"value":1.5e3}"#, Some(quantity("1500", None, ""))),
        (r#""valueQuantity":{"value":1e99}"#, None),
        (r#""valueInteger":7"#, Some(quantity("7", None, ""))),
        (r#""valueString":"阴性""#, Some(text("阴性"))),
        (r#""valueBoolean":true"#, Some(text("true"))),
        (r#""valueDateTime":"2026-11""#, Some(text("2026-11"))),
        (
            r#""valueCodeableConcept":{"coding":[{"system":"s","code":"c"}],"text":"A"}"#,
            Some(coded("s", "c", "A")),
        ),
        (r#""valueCodeableConcept":{"text":"A"}"#, Some(coded("", "A", "A"))),
        (
            r#""valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}"#,
            Some(text("1 : 128")),
        ),
        (
            r#""valueRange":{"low":{"value":2},"high":{"value":5,"unit":"mm"}}"#,
            Some(text("2 – 5 mm")),
        ),
        (r#""valueSampledData":{"origin":{"value":0},"period":1,"dimensions":1}"#, None),
        (
            r#""dataAbsentReason":{"coding":[{"code":"not-performed"}]}"#,
            Some(ObservedValue::Absent("not-performed".to_owned())),
        ),
        (r#""note":[]"#, Some(ObservedValue::Absent("unknown".to_owned()))),
        (
            r#""component":[{"code":{"text":"收缩压"},"valueQuantity":{"value":120.0,"unit":"mmHg"}},
                {"code":{"text":"舒张压"},"dataAbsentReason":{"text":"x"}}]"#,
            Some(text("收缩压 120.0 mmHg; 舒张压 –")),
        ),
    ];
    for (members, expected) in rows {
        assert_eq!(read(members).map(|read| read.value).ok(), expected, "{members}");
    }
}

#[test]
fn the_usual_range_is_the_one_without_a_type_or_of_the_normal_one() {
    let ranges = r#""referenceRange":[{"type":{"coding":[{"code":"critical"}]},"low":{"value":1}},
        {"low":{"value":3.50},"high":{"value":9.5},"text":"成人"}],
        "interpretation":[{"coding":[{"code":"HH"},{"code":"POS"}]}]"#;
    let read = read(ranges).unwrap();
    let range = read.range.unwrap();
    assert_eq!(range.low.unwrap().to_string(), "3.50");
    assert_eq!(
        (range.high.unwrap().to_string().as_str(), range.text.as_deref()),
        ("9.5", Some("成人"))
    );
    assert_eq!(read.flags, [crate::model::Flag::CriticallyHigh]);
}

#[test]
fn what_came_otherwise_is_written_so_that_it_reads_the_same() {
    let members = r#""valueQuantity":{"value":1.10,"comparator":"<","unit":"g/L"},
        "referenceRange":[{"low":{"value":3.50}}],"note":[{"text":"n"}],
        "interpretation":[{"coding":[{"code":"L"}]}],"effectiveDateTime":"2026-11-22T01:00:00Z""#;
    let said = read(members).unwrap();
    let subject = crate::fhir::subject::reference(uuid::Uuid::nil());
    let made = self::members(&said, &subject).unwrap();
    let mut made = Resource::new(citygate_fhir::ResourceType::Observation, &made).unwrap();
    for (name, value) in numbers(&said).unwrap() {
        made.set(name, Some(&value)).unwrap();
    }
    assert!(made.to_json().unwrap().contains("1.10"), "to the last digit");
    assert_eq!(ObservationView::read(&made).unwrap().observation().unwrap(), said);
}
