use chrono::FixedOffset;
use proptest::prelude::*;

use super::*;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parameter(value: &str) -> Parameter {
    let (mut query, _) = Query::read(ResourceType::Observation, pairs(&[("code", value)])).unwrap();
    query.parameters.remove(0)
}

#[test]
fn what_matches_and_what_shapes_the_answer_are_told_apart() {
    let sent = [
        ("status", "final,amended"),
        ("subject:Patient", "1"),
        ("_count", "20"),
        ("_id", "a"),
        ("code:not", "x"),
        ("_include:iterate", "Slot:schedule"),
        ("date", ""),
    ];
    let (query, shaping) = Query::read(ResourceType::Observation, pairs(&sent)).unwrap();
    let read: Vec<_> = query.parameters.iter().map(|p| (p.name.as_str(), &p.modifier)).collect();
    assert_eq!(
        read,
        [
            ("status", &None),
            ("subject", &Some(Modifier::Type(ResourceType::Patient))),
            ("_id", &None),
            ("code", &Some(Modifier::Not)),
        ]
    );
    assert_eq!(query.all("status").next().unwrap().values, ["final", "amended"]);
    assert_eq!(shaping, pairs(&[("_count", "20"), ("_include:iterate", "Slot:schedule")]));
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let read = |sent: Vec<_>| Query::read(ResourceType::Slot, sent).map(|_| ()).unwrap_err();
    for modifier in ["contains", "text", "in", "", "Medication", "Patient.name"] {
        let sent = vec![(format!("name:{modifier}"), "x".to_owned())];
        assert_eq!(read(sent), InvalidQuery::Modifier("name".to_owned()), "{modifier}");
    }
    let many = vec![("status".to_owned(), "free".to_owned()); Query::PARAMETERS_MAX + 1];
    assert_eq!(read(many), InvalidQuery::TooMany);
    let values = vec![("status".to_owned(), "free,".repeat(Query::VALUES_MAX + 1))];
    assert_eq!(read(values), InvalidQuery::TooMany);
    assert_eq!(read(pairs(&[("status", ",,")])), InvalidQuery::Value("status".to_owned()));
}

#[test]
fn an_escaped_comma_does_not_part_values() {
    assert_eq!(parameter(r"a\,b,c").texts(), ["a,b", "c"]);
    assert_eq!(parameter(r"a\\,b").texts(), [r"a\", "b"]);
    assert_eq!(parameter(r"a\x\$1\|").texts(), [r"a\x$1|"]);
    assert_eq!(parameter(r"a\").texts(), [r"a\"]);
}

#[test]
fn a_token_names_a_system_or_none_or_any() {
    let is = |system: &str| System::Is(system.to_owned());
    for (value, system, code) in [
        ("718-7", System::Any, Some("718-7")),
        ("http://loinc.org|718-7", is("http://loinc.org"), Some("718-7")),
        ("|718-7", System::Absent, Some("718-7")),
        ("http://loinc.org|", is("http://loinc.org"), None),
        (r"a\|b|c\|d", is("a|b"), Some("c|d")),
    ] {
        let token = Token { system, code: code.map(str::to_owned) };
        assert_eq!(parameter(value).tokens().unwrap(), [token], "{value}");
    }
    for value in ["|", "a|b|c"] {
        let refused = parameter(value).tokens().unwrap_err();
        assert_eq!(refused, InvalidQuery::Value("code".to_owned()), "{value}");
    }
}

#[test]
fn a_token_matches_by_system_and_code() {
    for (value, system, code, matches) in [
        ("1", Some("a"), "1", true),
        ("1", None, "1", true),
        ("1", None, "2", false),
        ("a|1", Some("a"), "1", true),
        ("a|1", Some("b"), "1", false),
        ("a|1", None, "1", false),
        ("|1", None, "1", true),
        ("|1", Some("a"), "1", false),
        ("a|", Some("a"), "2", true),
        ("a|", None, "2", false),
    ] {
        let token = parameter(value).tokens().unwrap().remove(0);
        assert_eq!(token.matches(system, code), matches, "{value} {system:?} {code}");
    }
}

#[test]
fn a_reference_is_found_by_id_by_path_and_by_address() {
    const BASE: &str = "https://city.example/fhir/r4";
    let id = Uuid::from_u128(7);
    let patient = Reference { kind: ResourceType::Patient, id };
    let location = Reference { kind: ResourceType::Location, id };
    let kinds = [ResourceType::Patient, ResourceType::Location];
    let with = |value: String, modifier| {
        Parameter { name: "subject".to_owned(), modifier, values: vec![value] }
            .references(BASE, &kinds)
    };
    let only = || Some(Modifier::Type(ResourceType::Location));
    assert_eq!(with(id.to_string(), None), [patient, location]);
    assert_eq!(with(id.to_string(), only()), [location]);
    assert_eq!(with(format!("Patient/{id}"), None), [patient]);
    assert_eq!(with(format!("Patient/{id}"), only()), []);
    assert_eq!(with(format!("{BASE}/Patient/{id}"), None), [patient]);
    assert_eq!(with(format!("Slot/{id}"), None), []);
    assert_eq!(with(format!("https://other.example/fhir/r4/Patient/{id}"), None), []);
    assert_eq!(with("Patient/example".to_owned(), None), []);
}

#[test]
fn a_prefix_says_which_side_of_a_date_matches() {
    let china = FixedOffset::east_opt(8 * 3600).unwrap();
    let before = "2026-11-21T15:59:59Z";
    let (first, last) = ("2026-11-21T16:00:00Z", "2026-11-22T15:59:59Z");
    let (after, later) = ("2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z");
    for (value, matching) in [
        ("2026-11-22", [false, true, true, false, false]),
        ("eq2026-11-22", [false, true, true, false, false]),
        ("ne2026-11-22", [true, false, false, true, true]),
        ("gt2026-11-22", [false, false, false, true, true]),
        ("lt2026-11-22", [true, false, false, false, false]),
        ("ge2026-11-22", [false, true, true, true, true]),
        ("le2026-11-22", [true, true, true, false, false]),
        ("sa2026-11-22", [false, false, false, true, true]),
        ("eb2026-11-22", [true, false, false, false, false]),
        ("ap2026-11-22", [true, true, true, true, false]),
        ("ge2026-11-22T00:00:00 08:00", [false, true, true, true, true]),
    ] {
        let window = parameter(value).dates().unwrap().remove(0).window(&china);
        let held = [before, first, last, after, later].map(|at| window.holds(at.parse().unwrap()));
        assert_eq!(held, matching, "{value}");
    }
    for value in ["xx2026", "ge", "2026-11-22,today"] {
        assert!(parameter(value).dates().is_err(), "{value}");
    }
}

#[test]
fn a_truth_is_one_value() {
    assert_eq!(parameter("true").truth(), Ok(true));
    assert_eq!(parameter("false").truth(), Ok(false));
    assert!(parameter("true,false").truth().is_err());
    assert!(parameter("yes").truth().is_err());
}

proptest! {
    #[test]
    fn escaped_texts_come_through_whole(texts in prop::collection::vec(r"[a-z,|$\\]{1,8}", 1..5)) {
        let escape = |text: &String| text.replace('\\', r"\\").replace(',', r"\,")
            .replace('|', r"\|").replace('$', r"\$");
        let value = texts.iter().map(escape).collect::<Vec<_>>().join(",");
        prop_assert_eq!(parameter(&value).texts(), texts.clone());
        let tokens = parameter(&value).tokens().unwrap();
        let codes: Vec<_> = tokens.into_iter().filter_map(|token| token.code).collect();
        prop_assert_eq!(codes, texts);
    }

    #[test]
    fn no_search_is_too_odd_to_be_read_or_refused(
        sent in prop::collection::vec((".{0,12}", ".{0,24}"), 0..6),
    ) {
        if let Ok((query, _)) = Query::read(ResourceType::Slot, sent) {
            for parameter in &query.parameters {
                let _ = (parameter.tokens(), parameter.dates(), parameter.truth());
                parameter.references("https://city.example", &ResourceType::ALL);
            }
        }
    }
}
