//! What the parts of a file say of one another.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{Faults, place::Place};
use crate::{
    content::{Condition, Content, FactKind},
    known::{AGE, DOCUMENT_TYPE},
};

/// The five ways in which a listing can work.
const ENGINES: [&str; 5] = ["inquiry", "bill", "booking", "application", "case"];

/// Notes whatever does not go together.
pub(super) fn check(content: &Content, faults: &mut Faults<'_>) {
    engines(content, faults);
    days(content, faults);
    channels(content, faults);
    translations(content, faults);
    facts(content, faults);
    subject(content, faults);
}

fn engines(content: &Content, faults: &mut Faults<'_>) {
    let Content { inquiry, bill, booking, application, case, .. } = content;
    let there = [
        inquiry.is_some(),
        bill.is_some(),
        booking.is_some(),
        application.is_some(),
        case.is_some(),
    ];
    let named: Vec<_> =
        ENGINES.iter().zip(there).filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    let all = ENGINES.join(", ");
    let Some((first, more)) = named.split_first() else {
        let says = format!("how it works is missing: one of the tables {all} is expected");
        return faults.add(&Place::default(), says);
    };
    for name in more {
        let says = format!("it works in one way, and `{first}` is there already");
        faults.add(&Place::of(name), says);
    }
}

fn days(content: &Content, faults: &mut Faults<'_>) {
    let sound = |day: NaiveDate| (1_949..=2_199).contains(&day.year());
    let says = "a day from 1949 to 2199 is expected";
    let from = content.effective_from;
    if !sound(from) {
        faults.add(&Place::of("effective_from"), says);
    }
    if let Some(to) = content.effective_to {
        if !sound(to) {
            faults.add(&Place::of("effective_to"), says);
        } else if to < from {
            faults.add(&Place::of("effective_to"), format!("it ends before it begins, on {from}"));
        }
    }
}

/// A service that cannot be had without a telephone is none for many of those who need it most (State
/// Council, Guobanfa [2020] 45).
fn channels(content: &Content, faults: &mut Faults<'_>) {
    let offline = content.channels.iter().any(|channel| channel.kind.is_offline());
    if !offline && content.offline_exemption.is_none() {
        let says = "nobody can use it offline: a counter, kiosk or post is expected, or an \
                    `offline_exemption` with the law that allows it";
        faults.add(&Place::of("channels"), says);
    }
    if offline && content.offline_exemption.is_some() {
        let says = "there is an offline channel, so that nothing is exempt";
        faults.add(&Place::of("offline_exemption"), says);
    }
}

fn translations(content: &Content, faults: &mut Faults<'_>) {
    let mut seen = BTreeSet::new();
    for tag in content.translations.keys() {
        let place = Place::of("translations").key(tag);
        let lower = tag.to_ascii_lowercase();
        if !is_language(tag) {
            faults.add(&place, "a language tag of BCP 47 is expected: ja, zh-Hant, mn-Mong-CN");
        } else if ["en", "zh", "zh-cn", "zh-hans", "zh-hans-cn"].contains(&lower.as_str()) {
            faults.add(&place, "this language stands in `name` and `summary` themselves");
        } else if !seen.insert(lower) {
            faults.add(&place, "this language stands here a second time");
        }
    }
}

/// Whether a tag is well-formed (RFC 5646, 2.1), grandfathered ones left out.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mixed = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some(language) = parts.next() else { return false };
    if tag.len() > 35 || !letters(language) || !(2..=8).contains(&language.len()) {
        return false;
    }
    let mut extended = 0;
    while extended < 3
        && language.len() < 4
        && parts.next_if(|part| part.len() == 3 && letters(part)).is_some()
    {
        extended += 1;
    }
    let _script = parts.next_if(|part| part.len() == 4 && letters(part));
    let _region = parts
        .next_if(|part| (part.len() == 2 && letters(part)) || (part.len() == 3 && digits(part)));
    let variant = |part: &&str| {
        let begins = part.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        mixed(part) && ((5..=8).contains(&part.len()) || (part.len() == 4 && begins))
    };
    while parts.next_if(variant).is_some() {}
    while let Some(singleton) = parts.next_if(|part| part.len() == 1 && mixed(part)) {
        let least = if singleton.eq_ignore_ascii_case("x") { 1 } else { 2 };
        let mut count = 0;
        while parts.next_if(|part| (least..=8).contains(&part.len()) && mixed(part)).is_some() {
            count += 1;
        }
        if count == 0 {
            return false;
        }
    }
    parts.next().is_none()
}

fn facts(content: &Content, faults: &mut Faults<'_>) {
    let (told, secret) = asked(content);
    for (n, fact) in content.facts.iter().enumerate() {
        let place = Place::of("facts").index(n);
        let name = format!("fact.{}", fact.code);
        if secret.contains(name.as_str()) && !told.contains(name.as_str()) {
            let says =
                "only a condition that nobody is told of asks this, and the question would tell";
            faults.add(&place, says);
        }
        if [AGE, DOCUMENT_TYPE].contains(&fact.code.as_str()) {
            let says = format!("that is known already: conditions call it `person.{}`", fact.code);
            faults.add(&place.key("code"), says);
        }
        let choices = fact.choices.len();
        match fact.kind {
            FactKind::Choice if choices < 2 => {
                faults.add(&place, "a choice has at least two `choices`");
            }
            FactKind::Boolean | FactKind::Integer | FactKind::Date if choices > 0 => {
                let says = "only a fact of the kind \"choice\" has choices";
                faults.add(&place.key("choices"), says);
            }
            _ => {}
        }
    }
}

/// The facts that conditions ask which everybody can read, and those that the others ask.
fn asked(content: &Content) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let of = |disclosed: bool| {
        let found = content.eligibility.iter().filter(move |one| one.disclosed == disclosed);
        found.flat_map(|one| one.when.facts())
    };
    let documents = content.documents.iter().filter_map(|one| one.when.as_ref());
    let fees = content.fees.iter().filter_map(|one| one.when.as_ref());
    let needs = documents.chain(fees).flat_map(Condition::facts);
    (of(true).chain(needs).collect(), of(false).collect())
}

/// What a register is about is a word that a source of `citygate_inquiry` can have.
fn subject(content: &Content, faults: &mut Faults<'_>) {
    let inquiry = content.inquiry.as_ref().map(|spec| ("inquiry", &spec.subject));
    let bill = content.bill.as_ref().map(|spec| ("bill", &spec.subject));
    for (engine, subject) in inquiry.into_iter().chain(bill) {
        let word = subject.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !word || !(1..=32).contains(&subject.len()) {
            let says = "a subject is 1 to 32 small letters and underscores";
            faults.add(&Place::of(engine).key("subject"), says);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn tags_are_those_of_bcp_47() {
        for (tag, right) in [
            ("ja", true),
            ("zh-Hant", true),
            ("zh-Hant-TW", true),
            ("mn-Mong-CN", true),
            ("zh-cmn-Hans-CN", true),
            ("de-1996", true),
            ("sl-rozaj-biske", true),
            ("en-a-bbb-x-a-ccc", true),
            ("es-419", true),
            ("x", false),
            ("", false),
            ("j", false),
            ("zh_TW", false),
            ("zh-", false),
            ("-zh", false),
            ("zh--TW", false),
            ("de-a", false),
            ("de-DE-DE", false),
            ("中文", false),
        ] {
            assert_eq!(is_language(tag), right, "{tag}");
        }
    }
}
