//! Whether something can be lodged: by the conditions of the listing, as anybody is told before.

use std::collections::{BTreeMap, BTreeSet};

use citygate_kernel::{Money, MoneyError, Text};
use citygate_listings::{
    Code, Content as Listing, DocumentSource, Eligibility, Fact, FactKind, FactValue, Facts, Fee,
    Verdict, judge,
};
use serde_json::{Map, Value};

use crate::model::Document;

/// What begins the name of what somebody is asked.
const ASKED: &str = "fact.";
/// What begins the name of what the form says.
const FORM: &str = "form.";
/// What identity knows; it is kept with what was lodged.
pub(crate) const KNOWN: [&str; 2] = ["person.age", "person.document_type"];

/// Why something cannot be lodged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// Answers that are none: where, and what is expected.
    FactsFaulty(Vec<(String, String)>),
    /// Conditions that do not hold: what one is told, and the law.
    NotEligible(Vec<(Code, Text, Text)>),
    /// Whoever it is finds out at a counter.
    AtTheCounter,
    /// It depends on these, by pointers into the request.
    FactsMissing(Vec<String>),
    /// Documents that no one asks for, by their place.
    DocumentUnknown(Vec<usize>),
    /// Documents that are needed and are not there.
    DocumentMissing(Vec<Code>),
}

/// What somebody who may apply owes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Owed<'a> {
    pub fees: Vec<&'a Fee>,
    pub total: Money,
}

/// Whether the answers are answers to what the listing asks.
pub(crate) fn check_answers(
    listing: &Listing,
    answers: &BTreeMap<String, FactValue>,
) -> Result<(), Hindrance> {
    let fault = |(code, value): (&String, &FactValue)| {
        let expected = match listing.facts.iter().find(|fact| fact.code.as_str() == code) {
            Some(fact) => expected(fact, value)?,
            None => "a question of the listing".to_owned(),
        };
        Some((format!("/facts/{}", code.replace('~', "~0").replace('/', "~1")), expected))
    };
    let faults: Vec<_> = answers.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Hindrance::FactsFaulty(faults)) }
}

/// What is expected of an answer; none where it is that.
fn expected(fact: &Fact, value: &FactValue) -> Option<String> {
    let chosen =
        |text: &String| fact.choices.iter().any(|choice| choice.code.as_str() == text.as_str());
    let fits = match (fact.kind, value) {
        (FactKind::Boolean, FactValue::Boolean(_)) | (FactKind::Integer, FactValue::Integer(_)) => {
            true
        }
        (FactKind::Date, FactValue::Text(text)) => text.len() == 10 && value.day().is_some(),
        (FactKind::Choice, FactValue::Text(text)) => chosen(text),
        _ => false,
    };
    let expected = || match fact.kind {
        FactKind::Boolean => "yes or no".to_owned(),
        FactKind::Integer => "a whole number".to_owned(),
        FactKind::Date => "a day as 2026-12-01".to_owned(),
        FactKind::Choice => {
            let codes: Vec<&str> = fact.choices.iter().map(|choice| choice.code.as_str()).collect();
            format!("one of {}", codes.join(", "))
        }
    };
    (!fits).then(expected)
}

/// All that conditions can ask for: what identity knows, what somebody was asked, what they wrote.
pub(crate) fn facts(known: &BTreeMap<String, FactValue>, form: &Map<String, Value>) -> Facts {
    let mut facts: Facts =
        known.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    facts.put_form(form);
    facts
}

/// What of it is kept with what was lodged; the form is kept as it is.
pub(crate) fn kept(
    identity: &Facts,
    answers: &BTreeMap<String, FactValue>,
) -> BTreeMap<String, FactValue> {
    let of_person =
        KNOWN.iter().filter_map(|name| Some(((*name).to_owned(), identity.get(name)?.clone())));
    let asked = answers.iter().map(|(code, value)| (format!("{ASKED}{code}"), value.clone()));
    of_person.chain(asked).collect()
}

/// Judges what somebody wants to lodge. Says what it costs, or everything of one sort that is in the
/// way.
pub(crate) fn check<'a>(
    listing: &'a Listing,
    facts: &Facts,
    documents: &[Document],
) -> Result<Result<Owed<'a>, Hindrance>, MoneyError> {
    let judgement = judge(listing, facts)?;
    if judgement.verdict == Verdict::No {
        let failed = judgement.eligibility.iter().filter(|(_, verdict)| *verdict == Verdict::No);
        return Ok(Err(not_eligible(failed.map(|(one, _)| *one))));
    }
    if !judgement.open.is_empty() {
        return Ok(Err(missing(&judgement.open)));
    }
    let unknown: Vec<usize> = documents
        .iter()
        .enumerate()
        .filter(|(_, given)| !is_asked_for(listing, &given.code))
        .map(|(n, _)| n)
        .collect();
    if !unknown.is_empty() {
        return Ok(Err(Hindrance::DocumentUnknown(unknown)));
    }
    let given: BTreeSet<&Code> = documents.iter().map(|document| &document.code).collect();
    let needed =
        judgement.documents.iter().filter(|(one, _)| one.source == DocumentSource::Citizen);
    let absent: Vec<Code> = needed
        .filter(|(one, _)| !given.contains(&one.code))
        .map(|(one, _)| one.code.clone())
        .collect();
    if !absent.is_empty() {
        return Ok(Err(Hindrance::DocumentMissing(absent)));
    }
    // Nothing is open: every fee that is left is due.
    let fees = judgement.fees.iter().map(|(fee, _)| *fee).filter(|fee| fee.amount_minor > 0);
    Ok(Ok(Owed { fees: fees.collect(), total: judgement.fee_total }))
}

/// Whether citizens bring a document. What a register has is asked of nobody.
pub(crate) fn is_asked_for(listing: &Listing, code: &Code) -> bool {
    let mut brought = listing.documents.iter().filter(|one| one.source == DocumentSource::Citizen);
    brought.any(|one| one.code == *code)
}

/// What the law forbids to say is not said beside what may be.
fn not_eligible<'a>(failed: impl Iterator<Item = &'a Eligibility>) -> Hindrance {
    let told: Vec<_> = failed
        .filter(|one| one.disclosed)
        .map(|one| (one.code.clone(), one.otherwise.clone(), one.citation.title.clone()))
        .collect();
    if told.is_empty() { Hindrance::AtTheCounter } else { Hindrance::NotEligible(told) }
}

/// What somebody can still say. What only identity could know is for a counter.
fn missing(open: &[&str]) -> Hindrance {
    let pointer = |fact: &&str| {
        let asked = fact.strip_prefix(ASKED).map(|code| format!("/facts/{code}"));
        asked.or_else(|| fact.strip_prefix(FORM).map(|field| format!("/form/{field}")))
    };
    let said: Vec<String> = open.iter().filter_map(pointer).collect();
    if said.is_empty() { Hindrance::AtTheCounter } else { Hindrance::FactsMissing(said) }
}

#[cfg(test)]
mod tests;
