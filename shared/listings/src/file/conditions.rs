//! What conditions may ask: facts that there are, by tests that suit what they are.

use super::{Faults, place::Place};
use crate::{
    content::{Condition, Content, FactValue, Test},
    known::{Kind, Known},
};

/// How deep a condition goes.
const DEPTH_MAX: usize = 16;
/// How many parts a condition has in one place.
const PARTS_MAX: usize = 50;

/// Notes whatever conditions ask that nobody knows.
pub(super) fn check(content: &Content, faults: &mut Faults<'_>) {
    let known = Known::of(content);
    let eligibility = content.eligibility.iter().map(|one| Some(&one.when));
    let documents = content.documents.iter().map(|one| one.when.as_ref());
    let fees = content.fees.iter().map(|one| one.when.as_ref());
    let mut of = |list: &str, conditions: &mut dyn Iterator<Item = Option<&Condition>>| {
        for (n, condition) in conditions.enumerate() {
            if let Some(condition) = condition {
                let place = Place::of(list).index(n).key("when");
                walk(condition, &place, 1, &known, faults);
            }
        }
    };
    of("eligibility", &mut eligibility.into_iter());
    of("documents", &mut documents.into_iter());
    of("fees", &mut fees.into_iter());
}

fn walk(
    condition: &Condition,
    place: &Place,
    depth: usize,
    known: &Known<'_>,
    faults: &mut Faults<'_>,
) {
    if depth > DEPTH_MAX {
        faults.add(place, format!("a condition goes {DEPTH_MAX} deep at most"));
        return;
    }
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            let name = if matches!(condition, Condition::All(_)) { "all" } else { "any" };
            let place = place.key(name);
            if !(1..=PARTS_MAX).contains(&parts.len()) {
                faults.add(&place, format!("1 to {PARTS_MAX} conditions are expected"));
            }
            for (n, part) in parts.iter().enumerate() {
                walk(part, &place.index(n), depth + 1, known, faults);
            }
        }
        Condition::Not(part) => walk(part, &place.key("not"), depth + 1, known, faults),
        Condition::Fact(fact, test) => match known.kind(fact) {
            Some(kind) => tested(kind, test, place, faults),
            None => {
                let names: Vec<_> = known.names().collect();
                let says = format!("nobody knows `{fact}`; known are {}", names.join(", "));
                faults.add(&place.key("fact"), says);
            }
        },
    }
}

/// Whether a test suits what a fact is.
fn tested(kind: &Kind<'_>, test: &Test, place: &Place, faults: &mut Faults<'_>) {
    let mut unsuited = |name: &str| {
        faults.add(&place.key(name), format!("`{name}` does not suit {}", kind.about()));
    };
    match test {
        Test::AtLeast(_) if !kind.is_number() => unsuited("at_least"),
        Test::AtMost(_) if !kind.is_number() => unsuited("at_most"),
        Test::OnOrAfter(_) if !kind.is_day() => unsuited("on_or_after"),
        Test::OnOrBefore(_) if !kind.is_day() => unsuited("on_or_before"),
        Test::Is(value) => compared(kind, value, &place.key("is"), faults),
        Test::OneOf(values) => {
            let place = place.key("one_of");
            if !(1..=PARTS_MAX).contains(&values.len()) {
                faults.add(&place, format!("1 to {PARTS_MAX} values are expected"));
            }
            for (n, value) in values.iter().enumerate() {
                compared(kind, value, &place.index(n), faults);
            }
        }
        _ => {}
    }
}

fn compared(kind: &Kind<'_>, value: &FactValue, place: &Place, faults: &mut Faults<'_>) {
    if !kind.takes(value) {
        faults.add(place, format!("{} is expected", kind.about()));
    }
}
