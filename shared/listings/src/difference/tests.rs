//! What differs between two cities.

use super::*;
use crate::file::read_file;

fn stall(changes: &[(&str, &str)]) -> Content {
    let page = include_str!("../../../../docs/listings.md");
    let file = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = changes.iter().fold(file.to_owned(), |file, (text, other)| {
        assert!(file.contains(text), "{text}");
        file.replacen(text, other, 1)
    });
    read_file(&file).unwrap()
}

fn told(changes: &[(&str, &str)], locale: Locale) -> Vec<(String, Option<String>, Option<String>)> {
    let found = differences(&stall(&[]), &stall(changes), locale);
    found.into_iter().map(|one| (one.what, one.here, one.there)).collect()
}

#[test]
fn two_that_say_the_same_do_not_differ() {
    assert_eq!(told(&[], Locale::En), []);
}

#[test]
fn what_differs_is_told_on_both_sides() {
    let text = |text: &str| Some(text.to_owned());
    let found = told(
        &[
            ("length_days = 20", "length_days = 10"),
            ("amount_minor = 5000", "amount_minor = 7000"),
            ("at_least = 16", "at_least = 18"),
            ("code = \"health_certificate\"", "code = \"insurance\""),
            ("valid_months = 24\n", ""),
        ],
        Locale::En,
    );
    let health = "Health certificate: You bring it (if What do you sell: Food)";
    assert_eq!(
        found,
        [
            ("documents.removed".to_owned(), text(health), None),
            ("documents.added".to_owned(), None, text(health)),
            (
                "eligibility.changed".to_owned(),
                text("How old are you, in years: at least 16"),
                text("How old are you, in years: at least 18"),
            ),
            (
                "fees.changed".to_owned(),
                text("Connection to the grid: CNY 50.00 (if Does the stall need electricity: yes)"),
                text("Connection to the grid: CNY 70.00 (if Does the stall need electricity: yes)"),
            ),
            ("time_limit".to_owned(), text("20 working days"), text("10 working days")),
            ("valid_months".to_owned(), text("24"), None),
        ]
    );
    let found = told(&[("length_days = 20", "length_days = 10")], Locale::ZhCn);
    assert_eq!(found, [("time_limit".to_owned(), text("20个工作日"), text("10个工作日"))]);
}

#[test]
fn a_condition_that_is_not_told_is_no_difference() {
    let secret = "[[eligibility]]\ncode = \"secret\"\nwhen = { any = [ { fact = \"person.age\", \
                  at_most = 60 }, { not = { fact = \"fact.goods\", one_of = [\"food\"] } } ] }\n\
                  otherwise = { en = \"a\", zh = \"b\" }\n\
                  citation = { title = { en = \"a\", zh = \"b\" } }\ndisclosed = false\n";
    let with = [("# What has to be shown.", &*format!("{secret}\n# What has to be shown."))];
    assert_eq!(told(&with, Locale::En), []);
    let open = secret.replace("disclosed = false\n", "");
    let with = [("# What has to be shown.", &*format!("{open}\n# What has to be shown."))];
    for (locale, words) in [
        (
            Locale::En,
            "How old are you, in years: at most 60 or not (What do you sell: one of Food)",
        ),
        (Locale::ZhCn, "您的周岁年龄是多少：不超过60，或者不属于（您经营什么：食品之一）"),
    ] {
        let found = told(&with, locale);
        assert_eq!(found, [("eligibility.added".to_owned(), None, Some(words.to_owned()))]);
    }
}
