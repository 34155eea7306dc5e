//! Every fault with its line.

use proptest::prelude::*;

use super::{FILE_BYTES_MAX, FileFault, read_file};
use crate::content::Engine;

/// The example of the documentation, which has to be right.
fn example() -> &'static str {
    let page = include_str!("../../../../docs/listings.md");
    page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()
}

/// The faults of the example after a text in it was replaced, as they are printed.
fn faults(text: &str, other: &str) -> Vec<String> {
    assert!(example().contains(text), "the example has no {text}");
    faults_of(&example().replacen(text, other, 1))
}

fn faults_of(file: &str) -> Vec<String> {
    let faults = read_file(file).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

/// The line of the example in which a text stands.
fn line_of(text: &str) -> usize {
    let (before, _) = example().split_once(text).unwrap();
    before.lines().count() + usize::from(before.ends_with('\n'))
}

#[test]
fn the_example_of_the_documentation_is_well_formed() {
    let content = read_file(example()).unwrap();
    assert_eq!(content.item.as_str(), "market.stall_permit");
    assert!(matches!(content.engine(), Some(Engine::Application(_))));
    let json = serde_json::to_string(&content).unwrap();
    assert_eq!(serde_json::from_str::<crate::Content>(&json).unwrap(), content);
}

#[test]
fn the_files_of_the_demo_city_are_well_formed() {
    const FOLDERS: [&str; 4] = [
        "services/applications/demo",
        "services/cases/demo",
        "services/listed/demo",
        "src/demo/listings",
    ];
    let mut read = 0;
    for folder in FOLDERS {
        let folder = format!("{}/../../{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = std::fs::read_to_string(&path).unwrap();
            assert_eq!(faults_of(&file), [""; 0], "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= 6);
}

/// What stands in the example, what is written in its place, where the fault is, and how it begins.
/// Columns are those of the text that is replaced, on its line, counted from the beginning of both.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    // Members.
    ("item = \"market.stall_permit\"", "item = \"Market\"", "item", "two words of small letters"),
    ("within_days = 60", "within_days = \"60\"", "appeal.within_days", "invalid type: string"),
    ("within_days = 60", "within_day = 60", "appeal.within_day", "unknown field `within_day`"),
    ("kind = \"boolean\"", "kind = \"bool\"", "facts[0].kind", "unknown variant `bool`"),
    (
        "effective_from = \"2026-12-01\"",
        "effective_from = \"2026-13-01\"",
        "effective_from",
        "input",
    ),
    (
        "day_kind = \"working\"",
        "day_kind = \"worked\"",
        "time_limit.period.day_kind",
        "unknown variant",
    ),
    (
        "{ fact = \"person.age\", at_least = 16 }",
        "{ at_least = 16 }",
        "eligibility[0].when",
        "a condition has one of",
    ),
    // Texts.
    ("en = \"Permit for a street stall\"", "en = \" \"", "name.en", "the text is empty"),
    ("zh = \"便民摊点经营许可\"", "zh = \"便民摊点经营许可 \"", "name.zh", "the text has spaces"),
    (
        "en = \"Identity document\"",
        "en = \"a\\u0000b\"",
        "documents[0].name.en",
        "a text is one line",
    ),
    (
        "zh = \"身份证件\"",
        "zh = \"身份证件\", de = \"Ausweis\"",
        "documents[0].name.de",
        "a text is in",
    ),
    ("[translations.zh-Hant]", "[translations.zh_Hant]", "translations.zh_Hant", "a language tag"),
    (
        "[translations.zh-Hant]",
        "[translations.zh-CN]",
        "translations.zh-CN",
        "this language stands in",
    ),
    // Numbers, lists, codes.
    ("amount_minor = 5000", "amount_minor = -1", "fees[0].amount_minor", "a number from 0 to"),
    (
        "pay_within_hours = 48",
        "pay_within_hours = 169",
        "application.pay_within_hours",
        "a number from 1",
    ),
    ("within_days = 60", "within_days = 0", "appeal.within_days", "a number from 1 to 3650"),
    (
        "delivery = [\"electronic\", \"counter\"]",
        "delivery = []",
        "application.delivery",
        "1 to 3 are",
    ),
    (
        "delivery = [\"electronic\", \"counter\"]",
        "delivery = [\"post\", \"post\"]",
        "application.delivery[1]",
        "`post` stands here a second time",
    ),
    ("code = \"goods\"", "code = \"powered\"", "facts[1].code", "`powered` stands here a second"),
    ("code = \"goods\"", "code = \"age\"", "facts[1].code", "that is known already"),
    // What goes together.
    ("kind = \"counter\"", "kind = \"phone\"", "channels", "nobody can use it offline"),
    (
        "effective_to = \"2028-11-30\"",
        "effective_to = \"2026-11-30\"",
        "effective_to",
        "it ends before",
    ),
    (
        "effective_to = \"2028-11-30\"",
        "effective_to = \"9999-11-30\"",
        "effective_to",
        "a day from 1949",
    ),
    ("kind = \"choice\"", "kind = \"date\"", "facts[1].choices", "only a fact of the kind"),
    ("kind = \"boolean\"", "kind = \"choice\"", "facts[0]", "a choice has at least two"),
    // Conditions.
    (
        "\"person.age\", at_least = 16",
        "\"person.size\", at_least = 16",
        "eligibility[0].when.fact",
        "nobody knows `person.size`",
    ),
    (
        "\"person.age\", at_least = 16",
        "\"person.document_type\", at_least = 16",
        "eligibility[0].when.at_least",
        "`at_least` does not suit",
    ),
    ("is = \"food\"", "is = \"drinks\"", "documents[1].when.is", "one of food, other is expected"),
    (
        "\"fact.powered\", is = true",
        "\"form.place\", on_or_after = \"2026-01-01\"",
        "fees[0].when.on_or_after",
        "`on_or_after` does not suit a text",
    ),
    ("{ fact = \"fact.powered\", is = true }", "{ any = [] }", "fees[0].when.any", "1 to 50"),
    // The form.
    (
        "additionalProperties = false",
        "additionalProperties = true",
        "application.form.additionalProperties",
        "`additionalProperties = false`",
    ),
    ("type = \"object\"", "type = \"array\"", "application.form.type", "`type = "),
    (
        "required = [\"place\", \"width_cm\"]",
        "required = [\"place\", \"width\"]",
        "application.form.required[1]",
        "there is no such field",
    ),
    (
        "maxLength = 80",
        "maxLength = 2001",
        "application.form.properties.place.maxLength",
        "a text needs",
    ),
    (
        "maxLength = 80",
        "maxlength = 80",
        "application.form.properties.place.maxlength",
        "`maxlength` is",
    ),
    (
        "minimum = 50",
        "minimum = \"50\"",
        "application.form.properties.width_cm.minimum",
        "\"50\" is not",
    ),
    (
        "minLength = 2",
        "pattern = \"(a\"",
        "application.form.properties.place.pattern",
        "the pattern cannot",
    ),
    (
        "minLength = 2",
        "pattern = \"(?=a)b\"",
        "application.form.properties.place.pattern",
        "the pattern cannot",
    ),
    (
        "minLength = 2",
        "pattern = \"((a{999}){999}){999}\"",
        "application.form.properties.place.pattern",
        "the pattern cannot",
    ),
    (
        "minLength = 2",
        "\"$ref\" = \"https://example.com\"",
        "application.form.properties.place.\"$ref\"",
        "`$ref` is not expected",
    ),
    (
        "type = \"integer\"",
        "type = \"number\"",
        "application.form.properties.width_cm.type",
        "the `type` of",
    ),
    ("width_cm = {", "width = {", "application.labels.width", "there is no field `width`"),
];

#[test]
fn every_fault_has_its_line_and_its_place() {
    for (text, other, place, says) in FAULTS {
        let found = faults(text, other);
        let line = format!("line {}, column ", line_of(text));
        let told = found.iter().find(|fault| fault.contains(&format!(": {place}: {says}")));
        assert!(told.is_some(), "{other}: {place}: {says}\n{found:#?}");
        if !matches!(*place, "channels" | "facts[0]" | "facts[1].choices") {
            assert!(told.unwrap().starts_with(&line), "{other}: {line}\n{found:#?}");
        }
    }
}

#[test]
fn columns_are_counted_in_characters() {
    let found = faults("within_days = 60", "within_days = 0");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].contains(&format!("line {}, column 15: ", line_of("within_days"))),
        "{found:#?}"
    );
    let found = faults("zh = \"身份证件\"", "zh = \"身份证件\", de = \"\"");
    let line = line_of("zh = \"身份证件\"");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("line {line}, column 54: ")), "{found:#?}");
}

#[test]
fn all_faults_are_told_at_once() {
    let file = example()
        .replace("within_days = 60", "within_day = 60\nroute2 = 1")
        .replace("kind = \"boolean\"", "kind = \"bool\"")
        .replace("amount_minor = 5000", "amount_minor = \"5000\"")
        .replace("valid_months = 24", "valid_months = 99999999")
        .replace("minimum = 50", "minimum = 50.0")
        .replace("code = \"decision\"", "");
    let places: Vec<_> =
        read_file(&file).unwrap_err().into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(
        places,
        [
            "appeal.within_day",
            "appeal.route2",
            "facts[0].kind",
            "fees[0].amount_minor",
            "application.valid_months",
            "application.steps[1]",
        ]
    );
    let file = example()
        .replace("within_days = 60", "within_days = 0")
        .replace("code = \"goods\"", "code = \"powered\"")
        .replace("amount_minor = 5000", "amount_minor = -5000");
    assert_eq!(faults_of(&file).len(), 4, "the fact that is asked for is gone, too");
}

#[test]
fn how_it_works_is_said_once() {
    let (head, _) = example().split_once("# How it works").unwrap();
    let found = faults_of(head);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("line 1, column 1: how it works is missing"), "{found:#?}");
    let bill = "[bill]\nsubject = \"Water\"\ncharge = { en = \"a\", zh = \"b\" }\n\
                amount_minor_max = 1\n";
    let found = faults_of(&format!("{}\n{bill}", example()));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("application: it works in one way"), "{found:#?}");
    assert!(found[1].contains("bill.subject: a subject is"), "{found:#?}");
}

#[test]
fn what_is_missing_is_said_of_what_misses_it() {
    let found = faults("item = \"market.stall_permit\"", "");
    assert_eq!(found, ["line 1, column 1: missing field `item`"]);
    let found = faults("route = {", "# route = {");
    let line = line_of("[appeal]");
    assert_eq!(found, [format!("line {line}, column 1: appeal: missing field `route`")]);
}

#[test]
fn what_is_no_toml_is_told_by_line() {
    let found = faults("within_days = 60", "within_days = ");
    let line = line_of("within_days = 60");
    assert!(found[0].starts_with(&format!("line {line}, column ")), "{found:#?}");
    let found = faults("[appeal]", "[time_limit]\n[appeal]");
    assert!(found[0].contains("duplicate key"), "{found:#?}");
}

#[test]
fn days_may_stand_without_quotation_marks() {
    let plain = example().replace("\"2026-12-01\"", "2026-12-01");
    assert_eq!(read_file(&plain), read_file(example()));
    let found = faults("\"2026-12-01\"", "2026-12-01T00:00:00Z");
    assert!(found[0].contains("effective_from: "), "{found:#?}");
}

#[test]
fn a_file_is_small() {
    let told = |file: &str| faults_of(file).join("\n");
    assert!(told(&" ".repeat(FILE_BYTES_MAX + 1)).contains("262144 bytes at most"));
    assert!(told(&format!("a = [{}]", "1,".repeat(20_000))).contains("10000 values at most"));
    let deep = format!("a = {}1{}", "[".repeat(60), "]".repeat(60));
    assert!(told(&deep).contains("40 tables deep at most"), "{}", told(&deep));
    let key = "k".repeat(65);
    assert!(told(&format!("{key} = 1")).contains("a key has 64 characters at most"));
    let condition = format!(
        "{}{{ fact = \"person.age\", at_least = 1 }}{}",
        "{ not = ".repeat(16),
        " }".repeat(16)
    );
    let found = faults("{ fact = \"person.age\", at_least = 16 }", &condition);
    assert!(found[0].contains("16 deep at most"), "{found:#?}");
}

#[test]
fn a_fault_is_one_line() {
    let fault = FileFault { line: 3, column: 9, pointer: String::new(), text: "no".into() };
    assert_eq!(fault.to_string(), "line 3, column 9: no");
    for file in ["a = \"\"\"\n\n", "[[[", "=\n=\n=", "a.b.c = 1\na.b = 2"] {
        assert!(faults_of(file).iter().all(|fault| !fault.contains('\n')), "{file}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}|[a-z\\[\\]{}=.\",\n#0-9 -]{0,300}") {
        let _ = read_file(&text);
    }

    #[test]
    fn no_damage_to_a_file_makes_it_panic(
        at in 0..example().len(),
        length in 0..40_usize,
        other in "[\\[\\]{}=.\",\n#0-9a-z中\\\\]{0,6}",
    ) {
        let mut bytes = example().as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, other.bytes());
        let file = String::from_utf8_lossy(&bytes).into_owned();
        let lines = file.lines().count() + 1;
        if let Err(found) = read_file(&file) {
            prop_assert!(!found.is_empty());
            prop_assert!(found.iter().all(|fault| (1..=lines).contains(&fault.line)));
            prop_assert!(found.iter().all(|fault| fault.column >= 1));
        }
    }

    #[test]
    fn no_value_in_any_place_makes_it_panic(
        line in 0..example().lines().count(),
        value in prop_oneof![
            Just("-9223372036854775808"), Just("9223372036854775807"), Just("1e999"), Just("nan"),
            Just("\"\""), Just("[]"), Just("{}"), Just("true"), Just("0001-01-01"), Just("[[[1]]]"),
        ],
    ) {
        let lines = example().lines().enumerate().map(|(n, text)| match text.split_once(" = ") {
            Some((key, _)) if n == line => format!("{key} = {value}"),
            _ => text.to_owned(),
        });
        let file: Vec<_> = lines.collect();
        let _ = read_file(&file.join("\n"));
    }
}

#[test]
fn nobody_is_asked_what_only_a_secret_condition_wants_to_know() {
    let secret = |fact: &str, disclosed: bool| {
        let more = format!(
            "[[facts]]\ncode = \"watched\"\nquestion = {{ en = \"Watched?\", zh = \"是否？\" }}\n\
             kind = \"boolean\"\n\n[[eligibility]]\ncode = \"secret\"\n\
             when = {{ fact = \"fact.{fact}\", is = true }}\n\
             otherwise = {{ en = \"No.\", zh = \"否。\" }}\n\
             citation = {{ title = {{ en = \"A law\", zh = \"某法\" }} }}\n\
             disclosed = {disclosed}\n\n# What has to be shown."
        );
        faults_of(&example().replace("# What has to be shown.", &more))
    };
    let found = secret("watched", false);
    assert!(found.len() == 1 && found[0].contains("the question would tell"), "{found:?}");
    assert_eq!(secret("watched", true), [""; 0]);
    // The fee for electricity asks it, too.
    assert_eq!(secret("powered", false), [""; 0]);
}
