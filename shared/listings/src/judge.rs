//! May I, what do I need, how much: the one evaluation of a listing's conditions. What somebody is
//! told before they apply and what the engines enforce is the same function.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_kernel::{Currency, Money, MoneyError};

use crate::content::{Condition, Content, DocumentNeeded, Eligibility, FactValue, Fee, Test};

/// What is known of a person and of what they say, by the names that conditions use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, FactValue>);

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on something that is not known yet.
    Open,
}

/// What a listing says to somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// Whether they may.
    pub verdict: Verdict,
    /// Each condition on who may, in the order of the file.
    pub eligibility: Vec<(&'a Eligibility, Verdict)>,
    /// Each document that is needed, or may be.
    pub documents: Vec<(&'a DocumentNeeded, Verdict)>,
    /// Each fee that is due, or may be.
    pub fees: Vec<(&'a Fee, Verdict)>,
    /// What comes together of the fees that are due for sure.
    pub fee_total: Money,
    /// The facts on which something still depends, each once, in alphabetical order.
    pub open: Vec<&'a str>,
}

impl Facts {
    /// Adds what is known.
    pub fn put(&mut self, name: impl Into<String>, value: FactValue) {
        self.0.insert(name.into(), value);
    }

    /// What is known of one.
    pub fn get(&self, name: &str) -> Option<&FactValue> {
        self.0.get(name)
    }

    /// Adds the scalar members of a form as `form.NAME`.
    pub fn put_form(&mut self, form: &serde_json::Map<String, serde_json::Value>) {
        for (name, value) in form {
            if let Ok(value) = serde_json::from_value(value.clone()) {
                self.put(format!("form.{name}"), value);
            }
        }
    }
}

impl FromIterator<(String, FactValue)> for Facts {
    fn from_iter<I: IntoIterator<Item = (String, FactValue)>>(facts: I) -> Self {
        Self(facts.into_iter().collect())
    }
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Open => Self::Open,
        }
    }

    /// No if one is no, open if one is open.
    fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().fold(Self::Yes, |so_far, next| match (so_far, next) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            _ => Self::Yes,
        })
    }
}

fn passes(value: &FactValue, test: &Test) -> bool {
    let number = match value {
        FactValue::Integer(number) => Some(*number),
        _ => None,
    };
    let compared = |day: &NaiveDate, wanted: fn(&NaiveDate, &NaiveDate) -> bool| {
        value.day().is_some_and(|own| wanted(&own, day))
    };
    match test {
        Test::Is(wanted) => value == wanted,
        Test::OneOf(wanted) => wanted.contains(value),
        Test::AtLeast(least) => number.is_some_and(|number| number >= *least),
        Test::AtMost(most) => number.is_some_and(|number| number <= *most),
        Test::OnOrAfter(day) => compared(day, NaiveDate::ge),
        Test::OnOrBefore(day) => compared(day, NaiveDate::le),
    }
}

impl Condition {
    /// Whether it holds, as far as is known (Kleene's three values).
    pub fn holds(&self, facts: &Facts) -> Verdict {
        match self {
            Self::All(parts) => Verdict::all(parts.iter().map(|part| part.holds(facts))),
            Self::Any(parts) => {
                Verdict::all(parts.iter().map(|part| part.holds(facts).not())).not()
            }
            Self::Not(part) => part.holds(facts).not(),
            Self::Fact(fact, test) => match facts.get(fact) {
                Some(value) => Verdict::of(passes(value, test)),
                None => Verdict::Open,
            },
        }
    }
}

/// Judges what is known by a listing. Overflows only if fees come to more than 64 bits hold.
pub fn judge<'a>(content: &'a Content, facts: &Facts) -> Result<Judgement<'a>, MoneyError> {
    let holds = |when: &Option<Condition>| {
        when.as_ref().map_or(Verdict::Yes, |condition| condition.holds(facts))
    };
    let eligibility: Vec<_> =
        content.eligibility.iter().map(|one| (one, one.when.holds(facts))).collect();
    let documents = content.documents.iter().map(|one| (one, holds(&one.when)));
    let documents: Vec<_> = documents.filter(|(_, verdict)| *verdict != Verdict::No).collect();
    let fees = content.fees.iter().map(|one| (one, holds(&one.when)));
    let fees: Vec<_> = fees.filter(|(_, verdict)| *verdict != Verdict::No).collect();
    let mut fee_total = Money::zero(Currency::Cny);
    for (fee, _) in fees.iter().filter(|(_, verdict)| *verdict == Verdict::Yes) {
        fee_total = fee_total.checked_add(fee.amount())?;
    }
    let open = |verdict: Verdict| verdict == Verdict::Open;
    let asked = eligibility.iter().filter(|(_, verdict)| open(*verdict));
    let asked = asked.map(|(one, _)| &one.when);
    let shown = documents.iter().filter(|(_, verdict)| open(*verdict));
    let paid = fees.iter().filter(|(_, verdict)| open(*verdict));
    let depends = asked
        .chain(shown.filter_map(|(one, _)| one.when.as_ref()))
        .chain(paid.filter_map(|(one, _)| one.when.as_ref()));
    let mut unknown: Vec<_> =
        depends.flat_map(Condition::facts).filter(|fact| facts.get(fact).is_none()).collect();
    unknown.sort_unstable();
    unknown.dedup();
    Ok(Judgement {
        verdict: Verdict::all(eligibility.iter().map(|(_, verdict)| *verdict)),
        eligibility,
        documents,
        fees,
        fee_total,
        open: unknown,
    })
}
