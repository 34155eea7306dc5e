//! What is bounded in a file: texts, lists, numbers, and codes that stand in a list once. All of it
//! is a table.

use std::collections::BTreeSet;

use toml::de::{DeString, DeValue};

use super::{
    Faults,
    place::{Found, Place},
};

/// Everything in a file, counted: values and members.
const VALUES_MAX: usize = 10_000;
/// How deep a file goes.
const DEPTH_MAX: usize = 40;
/// The longest key, in characters.
const KEY_MAX: usize = 64;
/// The longest text of all, in characters.
const TEXT_MAX: usize = 2_000;

/// Texts in English and Chinese, and how many characters each has at most.
const BOTH: [(&str, usize); 29] = [
    ("name", 60),
    ("summary", 1_000),
    ("legal_basis[].title", 200),
    ("appeal.route", 100),
    ("appeal.body", 100),
    ("appeal.citation.title", 200),
    ("time_limit.citation.title", 200),
    ("channels[].note", 300),
    ("offline_exemption.title", 200),
    ("facts[].question", 200),
    ("facts[].choices[].name", 60),
    ("eligibility[].otherwise", 300),
    ("eligibility[].citation.title", 200),
    ("documents[].name", 100),
    ("fees[].name", 60),
    ("fees[].citation.title", 200),
    ("inquiry.fields[].name", 60),
    ("bill.charge", 60),
    ("application.labels.*", 60),
    ("application.steps[].name", 60),
    ("application.refusals[].text", 300),
    ("application.refusals[].remedy", 300),
    ("application.refusals[].citation.title", 200),
    ("case.categories[].name", 60),
    ("case.categories[].description", 300),
    ("case.categories[].citation.title", 200),
    ("case.not_taken[].name", 60),
    ("case.not_taken[].instead", 300),
    ("case.not_taken[].citation.title", 200),
];

/// Texts in one language.
const ONE: [(&str, usize); 3] = [
    ("translations.*.name", 60),
    ("translations.*.summary", 1_000),
    ("case.not_taken[].words[]", 20),
];

/// Addresses of pages.
const URLS: [&str; 9] = [
    "legal_basis[].url",
    "appeal.citation.url",
    "time_limit.citation.url",
    "offline_exemption.url",
    "eligibility[].citation.url",
    "fees[].citation.url",
    "application.refusals[].citation.url",
    "case.categories[].citation.url",
    "case.not_taken[].citation.url",
];
const URL_MAX: usize = 500;

/// Lists, and how many elements each has, at least and at most.
const LISTS: [(&str, usize, usize); 15] = [
    ("legal_basis", 1, 10),
    ("channels", 0, 20),
    ("facts", 0, 30),
    ("facts[].choices", 0, 50),
    ("eligibility", 0, 50),
    ("documents", 0, 50),
    ("fees", 0, 20),
    ("inquiry.fields", 1, 30),
    ("application.steps", 1, 20),
    ("application.refusals", 1, 50),
    ("application.delivery", 1, 3),
    ("case.categories", 1, 200),
    ("case.categories[].intents", 1, 6),
    ("case.not_taken", 0, 20),
    ("case.not_taken[].words", 1, 50),
];

/// Tables whose members have names of their own, and how many each has at most.
const TABLES: [(&str, usize); 2] = [("translations", 20), ("application.labels", 100)];

/// Numbers, and what each is at least and at most.
const NUMBERS: [(&str, i64, i64); 17] = [
    ("appeal.within_days", 1, 3_650),
    ("time_limit.period.length_days", 0, 730),
    ("fees[].amount_minor", 0, FEE_MAX),
    ("bill.amount_minor_max", 1, 1_000_000_000),
    ("booking.horizon_days", 1, 365),
    ("booking.notice_hours", 0, 720),
    ("booking.cancel_hours", 0, 720),
    ("application.pay_within_hours", 1, 168),
    ("application.valid_months", 1, 1_200),
    ("application.supplement_within.length_days", 1, 730),
    ("application.steps[].period.length_days", 0, 730),
    ("case.dispute_within.length_days", 0, 60),
    ("case.extension.length_days", 0, 365),
    ("case.call_back_within.length_days", 0, 60),
    ("case.categories[].period.length_days", 0, 365),
    ("case.reopen_times", 0, 10),
    ("case.reopen_within_days", 0, 365),
];
/// The dearest fee, in fen: a million yuan.
const FEE_MAX: i64 = 100_000_000;

/// Lists in which a code stands once, and the member that is the code; with no member, the element.
const ONCE: [(&str, &str); 12] = [
    ("facts", "code"),
    ("facts[].choices", "code"),
    ("eligibility", "code"),
    ("documents", "code"),
    ("fees", "code"),
    ("inquiry.fields", "code"),
    ("application.steps", "code"),
    ("application.refusals", "code"),
    ("application.delivery", ""),
    ("case.categories", "code"),
    ("case.categories[].intents", ""),
    ("case.not_taken", "code"),
];

/// Whether a file can be looked at at all: few values, not too deep, no long keys, no characters that
/// nobody sees.
pub(super) fn is_small(faults: &mut Faults<'_>) -> bool {
    let document = faults.document;
    let mut waiting = vec![(Place::default(), 0)];
    let mut seen = 0_usize;
    while let Some((place, depth)) = waiting.pop() {
        seen += 1;
        if seen > VALUES_MAX {
            faults.add(&Place::default(), format!("a file has {VALUES_MAX} values at most"));
            return false;
        }
        if depth > DEPTH_MAX {
            faults.add(&place, format!("a file goes {DEPTH_MAX} tables deep at most"));
            return false;
        }
        match document.at(&place).map(|value| value.get_ref()) {
            Some(DeValue::Array(list)) => {
                waiting.extend((0..list.len()).map(|n| (place.index(n), depth + 1)));
            }
            Some(DeValue::Table(table)) => {
                let keys = table.keys().map(|key| key.get_ref().as_ref());
                for key in keys {
                    let below = place.key(key);
                    printable(faults, &below, key, KEY_MAX, "a key");
                    waiting.push((below, depth + 1));
                }
            }
            Some(DeValue::String(text)) => printable(faults, &place, text, TEXT_MAX, "a text"),
            _ => {}
        }
    }
    faults.found.is_empty()
}

fn printable(faults: &mut Faults<'_>, place: &Place, text: &str, max: usize, what: &str) {
    if text.chars().count() > max {
        faults.add(place, format!("{what} has {max} characters at most"));
    }
    if text.chars().any(char::is_control) {
        faults.add(place, format!("{what} is one line, without control characters"));
    }
}

/// Notes whatever is out of its bounds.
pub(super) fn check(faults: &mut Faults<'_>) {
    for (form, max) in BOTH {
        each(faults, form, |faults, found| both(faults, found, max));
    }
    for (form, max) in ONE {
        each(faults, form, |faults, found| bounded(faults, &found.place, found.value, max));
    }
    for form in URLS {
        each(faults, form, url);
    }
    for (form, min, max) in LISTS {
        each(faults, form, |faults, found| {
            let length = found.value.as_array().map_or(0, |list| list.len());
            if !(min..=max).contains(&length) {
                faults.add(&found.place, format!("{min} to {max} are expected, not {length}"));
            }
        });
    }
    for (form, max) in TABLES {
        each(faults, form, |faults, found| {
            let length = found.value.as_table().map_or(0, |table| table.len());
            if length > max {
                faults.add(&found.place, format!("{max} at most are expected, not {length}"));
            }
        });
    }
    for (form, min, max) in NUMBERS {
        each(faults, form, |faults, found| {
            if number(found.value).is_none_or(|number| !(min..=max).contains(&number)) {
                faults.add(&found.place, format!("a number from {min} to {max} is expected"));
            }
        });
    }
    for (form, member) in ONCE {
        each(faults, form, |faults, found| once(faults, found, member));
    }
}

/// Does something with every value at places of a form.
fn each(faults: &mut Faults<'_>, form: &str, check: impl Fn(&mut Faults<'_>, &Found<'_>)) {
    for found in faults.document.find(form) {
        check(faults, &found);
    }
}

/// A text in both languages, and in no others: further ones stand in `translations`.
fn both(faults: &mut Faults<'_>, found: &Found<'_>, max: usize) {
    let Some(table) = found.value.as_table() else { return };
    for (key, value) in table {
        let place = found.place.key(key.get_ref());
        match key.get_ref().as_ref() {
            "en" | "zh" => bounded(faults, &place, value.get_ref(), max),
            _ => faults.add(&place, "a text is in `en` and `zh`, and nothing else"),
        }
    }
}

fn bounded(faults: &mut Faults<'_>, place: &Place, value: &DeValue<'_>, max: usize) {
    let text = value.as_str().unwrap_or_default();
    let length = text.chars().count();
    if text.trim().is_empty() {
        faults.add(place, "the text is empty");
    } else if text.trim() != text {
        faults.add(place, "the text has spaces around it");
    } else if length > max {
        faults.add(place, format!("the text has {length} characters; {max} at most are expected"));
    }
}

fn url(faults: &mut Faults<'_>, found: &Found<'_>) {
    let text = found.value.as_str().unwrap_or_default();
    let web = ["https://", "http://"].iter().any(|begin| {
        text.strip_prefix(begin).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if !web || text.len() > URL_MAX || text.chars().any(|one| one.is_whitespace()) {
        faults.add(&found.place, "the address of a page is expected: https://…");
    }
}

fn number(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn once(faults: &mut Faults<'_>, found: &Found<'_>, member: &str) {
    let mut seen: BTreeSet<&DeString<'_>> = BTreeSet::new();
    for (n, element) in found.value.as_array().into_iter().flatten().enumerate() {
        let place = found.place.index(n);
        let (place, value) = if member.is_empty() {
            (place, Some(element))
        } else {
            let value = element.get_ref().as_table().and_then(|table| table.get(member));
            (place.key(member), value)
        };
        if let Some(DeValue::String(code)) = value.map(toml::Spanned::get_ref)
            && !seen.insert(code)
        {
            faults.add(&place, format!("`{code}` stands here a second time"));
        }
    }
}
