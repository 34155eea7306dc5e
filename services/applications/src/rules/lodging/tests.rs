use serde_json::json;

use super::*;

fn listing() -> Listing {
    let text = |en: &str| json!({"en": en, "zh": en});
    let law = json!({"title": text("Law, article 1")});
    let content = json!({
        "item": "market.stall_permit",
        "name": text("Stall"),
        "summary": text("A stall."),
        "effective_from": "2026-01-01",
        "legal_basis": [law],
        "appeal": {"route": text("Review"), "body": text("The city"), "citation": law},
        "channels": [{"kind": "counter"}],
        "facts": [
            {"code": "food", "question": text("Food?"), "kind": "boolean"},
            {"code": "begins", "question": text("When?"), "kind": "date"},
            {"code": "number", "question": text("How many?"), "kind": "integer"},
            {"code": "place", "question": text("Where?"), "kind": "choice", "choices": [
                {"code": "north", "name": text("North")}, {"code": "south", "name": text("South")}
            ]}
        ],
        "eligibility": [
            {"code": "age", "when": {"fact": "person.age", "at_least": 18},
             "otherwise": text("You have to be 18."), "citation": law},
            {"code": "barred", "when": {"not": {"fact": "fact.place", "is": "south"}},
             "otherwise": text("Secret."), "citation": law, "disclosed": false}
        ],
        "documents": [
            {"code": "photo", "name": text("Photo"), "source": "citizen"},
            {"code": "health", "name": text("Health"), "source": "citizen",
             "when": {"fact": "fact.food", "is": true}},
            {"code": "household", "name": text("Household"), "source": "register"}
        ],
        "fees": [
            {"code": "base", "name": text("Base"), "amount_minor": 2000, "citation": law},
            {"code": "large", "name": text("Large"), "amount_minor": 3000, "citation": law,
             "when": {"fact": "form.area", "at_least": 4}}
        ],
    });
    serde_json::from_value(content).unwrap()
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn documents(codes: &[&str]) -> Vec<Document> {
    let document = |text: &&str| Document {
        code: code(text),
        reference: "1".to_owned(),
        sha256: "0".repeat(64),
    };
    codes.iter().map(document).collect()
}

fn known(facts: Value) -> BTreeMap<String, FactValue> {
    serde_json::from_value(facts).unwrap()
}

fn checked(facts_known: Value, form: Value, given: &[&str]) -> Result<i64, Hindrance> {
    let (listing, known) = (listing(), known(facts_known));
    let facts = facts(&known, form.as_object().unwrap());
    let owed = check(&listing, &facts, &documents(given)).unwrap();
    owed.map(|owed| owed.total.minor())
}

#[test]
fn who_may_and_what_is_missing_is_said_and_what_is_secret_is_not() {
    let whole = |age: i64, food: bool, place: &str| {
        let known = json!({"person.age": age, "fact.food": food});
        let mut known = known.as_object().cloned().unwrap();
        known.insert("fact.place".to_owned(), place.into());
        Value::Object(known)
    };
    let small = json!({"area": 2});
    let not_eligible = Hindrance::NotEligible(vec![(
        code("age"),
        Text::new("You have to be 18.", "You have to be 18."),
        Text::new("Law, article 1", "Law, article 1"),
    )]);
    for (facts, form, given, expected) in [
        (whole(18, false, "north"), &small, vec!["photo"], Ok(2_000)),
        (whole(18, false, "north"), &json!({"area": 4}), vec!["photo"], Ok(5_000)),
        (whole(18, true, "north"), &small, vec!["photo", "health"], Ok(2_000)),
        // What is not needed may still come, and several of a kind.
        (whole(18, false, "north"), &small, vec!["photo", "photo", "health"], Ok(2_000)),
        (whole(17, false, "north"), &small, vec!["photo"], Err(not_eligible.clone())),
        (whole(17, false, "south"), &small, vec!["photo"], Err(not_eligible)),
        (whole(18, false, "south"), &small, vec!["photo"], Err(Hindrance::AtTheCounter)),
        (
            json!({"fact.food": false, "fact.place": "north"}),
            &small,
            vec!["photo"],
            Err(Hindrance::AtTheCounter),
        ),
        (
            json!({"person.age": 18, "fact.place": "north"}),
            &json!({}),
            vec![],
            Err(Hindrance::FactsMissing(vec!["/facts/food".into(), "/form/area".into()])),
        ),
        (
            whole(18, true, "north"),
            &small,
            vec![],
            Err(Hindrance::DocumentMissing(vec![code("photo"), code("health")])),
        ),
        (
            whole(18, false, "north"),
            &small,
            vec!["photo", "household", "other"],
            Err(Hindrance::DocumentUnknown(vec![1, 2])),
        ),
    ] {
        assert_eq!(checked(facts.clone(), form.clone(), &given), expected, "{facts} {form}");
    }
}

#[test]
fn an_answer_is_of_the_kind_that_was_asked_for() {
    let listing = listing();
    for (answers, faults) in [
        (json!({"food": true, "begins": "2026-12-01", "number": -1, "place": "south"}), vec![]),
        (json!({}), vec![]),
        (
            json!({"food": "yes", "begins": "2026-13-01", "number": true, "place": "west"}),
            vec!["/facts/begins", "/facts/food", "/facts/number", "/facts/place"],
        ),
        (json!({"begins": "+12026-12-01"}), vec!["/facts/begins"]),
        (json!({"person.age": 90, "a/b": 1}), vec!["/facts/a~1b", "/facts/person.age"]),
    ] {
        let checked = check_answers(&listing, &known(answers.clone()));
        let found: Vec<String> = match checked {
            Ok(()) => Vec::new(),
            Err(Hindrance::FactsFaulty(found)) => found.into_iter().map(|(at, _)| at).collect(),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(found, faults, "{answers}");
    }
}

#[test]
fn what_was_judged_by_is_kept_under_its_names() {
    let mut identity = Facts::default();
    identity.put("person.age", FactValue::Integer(30));
    identity.put("person.shoe_size", FactValue::Integer(42));
    let answers = known(json!({"food": true}));
    assert_eq!(kept(&identity, &answers), known(json!({"person.age": 30, "fact.food": true})));
}
