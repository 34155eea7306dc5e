//! Months that nobody paid for.

use std::collections::BTreeSet;

use citygate_kernel::Month;
use serde::Deserialize;

use super::history::paid;
use crate::model::{InsuranceKind, Record, Spell, SpellState};

/// Key of the rule about what employers owe.
pub(crate) const ARREARS: &str = "social_security.arrears";

/// Parameters of [`ARREARS`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrearsRule {
    /// What lateness costs the employer for each day: 5 is 0.05 %.
    pub per_day_bp: u32,
}

citygate_kernel::words! {
    /// Why nobody paid.
    GapKind {
        /// Nothing was declared.
        Unpaid = "unpaid",
        /// The employer declared it and owes it.
        Owed = "owed",
    }
}

/// Months in a row that nobody paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap<'a> {
    pub kind: GapKind,
    pub from: Month,
    pub to: Month,
    /// Who paid last before it; who owes it.
    pub before: Option<&'a str>,
    /// Who paid first after it.
    pub after: Option<&'a str>,
}

impl Gap<'_> {
    pub(crate) fn months(&self) -> i32 {
        self.to.since(self.from) + 1
    }
}

/// The gaps of an insurance, oldest first: from the first month that was paid or is owed to the last
/// month that the register's books have.
pub(crate) fn gaps(record: &Record, kind: InsuranceKind, books_end: Month) -> Vec<Gap<'_>> {
    let paid = paid(record, kind);
    let owed: BTreeSet<Month> = record
        .spells
        .iter()
        .filter(|spell| spell.kind == kind && spell.state == SpellState::Owed)
        .flat_map(Spell::months)
        .filter(|month| !paid.contains(month))
        .collect();
    let Some(first) = paid.first().into_iter().chain(owed.first()).min() else {
        return Vec::new();
    };
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    for month in first.through(books_end).filter(|month| !paid.contains(month)) {
        let why = if owed.contains(&month) { GapKind::Owed } else { GapKind::Unpaid };
        match gaps.last_mut() {
            Some(gap) if gap.kind == why && gap.to.plus(1) == month => gap.to = month,
            _ => gaps.push(Gap { kind: why, from: month, to: month, before: None, after: None }),
        }
    }
    for gap in &mut gaps {
        let before = match gap.kind {
            GapKind::Owed => (gap.from, SpellState::Owed),
            GapKind::Unpaid => (gap.from.plus(-1), SpellState::Paid),
        };
        gap.before = employer(record, kind, before);
        gap.after = employer(record, kind, (gap.to.plus(1), SpellState::Paid));
    }
    gaps
}

/// Who employed somebody in a month, as the register has it.
fn employer(
    record: &Record,
    kind: InsuranceKind,
    (month, state): (Month, SpellState),
) -> Option<&str> {
    let of = |spell: &&Spell| {
        spell.kind == kind && spell.state == state && (spell.from..=spell.to).contains(&month)
    };
    record.spells.iter().find(of).and_then(|spell| spell.employer.as_deref())
}

#[cfg(test)]
mod tests {
    use InsuranceKind::{Medical, Pension};
    use SpellState::{Owed, Paid};

    use super::*;
    use crate::rules::history::tests::{month, record, spell};

    fn shown(record: &Record, end: &str) -> Vec<String> {
        gaps(record, Pension, month(end))
            .iter()
            .map(|gap| {
                let Gap { kind, from, to, before, after } = gap;
                let (before, after) = (before.unwrap_or("-"), after.unwrap_or("-"));
                format!("{} {from} {to} {} {before} {after}", kind.code(), gap.months())
            })
            .collect()
    }

    #[test]
    fn gaps_lie_between_what_was_paid_and_up_to_the_end_of_the_books() {
        let record = record(vec![
            spell(Pension, ("2020-01", "2020-03"), Some("A"), Paid),
            spell(Pension, ("2020-06", "2020-07"), Some("B"), Paid),
            spell(Pension, ("2020-08", "2020-09"), Some("B"), Owed),
            spell(Pension, ("2020-11", "2020-12"), None, Paid),
            spell(Medical, ("2020-04", "2020-05"), Some("A"), Paid),
        ]);
        let inner = [
            "unpaid 2020-04 2020-05 2 A B",
            "owed 2020-08 2020-09 2 B -",
            "unpaid 2020-10 2020-10 1 - -",
        ];
        assert_eq!(shown(&record, "2020-12"), inner);
        let all = [&inner[..], &["unpaid 2021-01 2021-02 2 - -"]].concat();
        assert_eq!(shown(&record, "2021-02"), all);
    }

    #[test]
    fn who_never_paid_has_no_gaps_and_what_is_owed_from_the_first_day_is_one() {
        assert!(shown(&record(vec![]), "2020-12").is_empty());
        let owed = record(vec![spell(Pension, ("2020-01", "2020-02"), Some("A"), Owed)]);
        assert_eq!(shown(&owed, "2020-02"), ["owed 2020-01 2020-02 2 A -"]);
        // Paid twice over, and owed by one of the two: no gap.
        let both = record(vec![
            spell(Pension, ("2020-01", "2020-02"), Some("A"), Paid),
            spell(Pension, ("2020-02", "2020-02"), Some("B"), Owed),
        ]);
        assert!(shown(&both, "2020-02").is_empty());
    }
}
