//! May I, what do I need, how much, how long, and what can I do against the outcome: asked before
//! anything is begun, answered by [`judge`].
//!
//! What the law does not allow to be disclosed is not in the answer: whoever fails such a condition,
//! or may fail it, is referred to a counter.

use std::collections::BTreeMap;

use citygate_kernel::{Money, MoneyError, words};
use serde_json::{Map, Value};

use crate::{
    content::{Condition, Content, DocumentNeeded, Eligibility, Engine, FactValue, Fee},
    form::faults_so_far,
    judge::{Facts, Verdict, judge},
    known::{AGE, DOCUMENT_TYPE, Known},
};

words! {
    /// Whether somebody may use a service.
    May {
        /// They may.
        Yes = "yes",
        /// They may not; the reasons say why.
        No = "no",
        /// That depends on what is still to be asked.
        Open = "open",
        /// A counter says.
        AtTheCounter = "at_the_counter",
    }
}

/// What somebody is told before they begin.
pub(crate) struct Prechecked<'a> {
    /// Whether they may.
    pub may: May,
    /// Why not.
    pub reasons: Vec<&'a Eligibility>,
    /// The facts on which something depends that they are told.
    pub open: Vec<&'a str>,
    /// What has to be shown, and whether that is sure.
    pub documents: Vec<(&'a DocumentNeeded, Verdict)>,
    /// What is due, and whether that is sure.
    pub fees: Vec<(&'a Fee, Verdict)>,
    /// What is due for sure.
    pub fee_total: Money,
}

/// What somebody says of themselves. The name of a fact is `age`, `document_type`, or a code of the
/// listing.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Facts.
    pub facts: BTreeMap<String, FactValue>,
    /// As far as it is filled.
    pub form: Option<Map<String, Value>>,
}

/// Judges by a listing what is known.
pub(crate) fn precheck<'a>(
    content: &'a Content,
    facts: &Facts,
) -> Result<Prechecked<'a>, MoneyError> {
    let judged = judge(content, facts)?;
    let of = |disclosed: bool, wanted: Verdict| {
        let eligibility = judged.eligibility.iter().copied();
        eligibility.filter(move |(one, verdict)| one.disclosed == disclosed && *verdict == wanted)
    };
    let reasons: Vec<_> = of(true, Verdict::No).map(|(one, _)| one).collect();
    let asked: Vec<_> = of(true, Verdict::Open).map(|(one, _)| &one.when).collect();
    let hidden = of(false, Verdict::No).chain(of(false, Verdict::Open)).next();
    let may = match (reasons.is_empty(), asked.is_empty(), hidden) {
        (false, _, _) => May::No,
        (true, false, _) => May::Open,
        (true, true, Some(_)) => May::AtTheCounter,
        (true, true, None) => May::Yes,
    };
    let shown = judged.documents.iter().filter(|(_, verdict)| *verdict == Verdict::Open);
    let paid = judged.fees.iter().filter(|(_, verdict)| *verdict == Verdict::Open);
    let depends = asked
        .into_iter()
        .chain(shown.filter_map(|(one, _)| one.when.as_ref()))
        .chain(paid.filter_map(|(one, _)| one.when.as_ref()));
    let mut open: Vec<_> =
        depends.flat_map(Condition::facts).filter(|fact| facts.get(fact).is_none()).collect();
    open.sort_unstable();
    open.dedup();
    let (documents, fees, fee_total) = (judged.documents, judged.fees, judged.fee_total);
    Ok(Prechecked { may, reasons, open, documents, fees, fee_total })
}

/// Takes what somebody says for facts; or says what of it is no fact of the listing: an RFC 6901
/// pointer into what was said, and what is expected there.
pub(crate) fn facts_said(content: &Content, said: Said) -> Result<Facts, Vec<(String, String)>> {
    let known = Known::of(content);
    let (mut facts, mut faults) = (Facts::default(), Vec::new());
    for (name, value) in said.facts {
        let full = match name.as_str() {
            AGE | DOCUMENT_TYPE => format!("person.{name}"),
            _ => format!("fact.{name}"),
        };
        match known.kind(&full) {
            Some(kind) if kind.takes(&value) => facts.put(full, value),
            Some(kind) => faults.push((format!("/facts/{name}"), kind.about())),
            None => faults.push(("/facts".to_owned(), "only what is asked".to_owned())),
        }
    }
    match (content.engine(), said.form) {
        (_, None) => {}
        (Some(Engine::Application(spec)), Some(mut form)) => {
            let wrong = faults_so_far(&spec.form, &mut form).into_iter();
            faults.extend(wrong.map(|one| (format!("/form{}", one.pointer), one.expected)));
            facts.put_form(&form);
        }
        (_, Some(_)) => faults.push(("/form".to_owned(), "nothing: it has no form".to_owned())),
    }
    faults.dedup();
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

#[cfg(test)]
mod tests;
