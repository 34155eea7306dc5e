//! What was paid in, counted and month by month.

use std::collections::{BTreeMap, BTreeSet};

use citygate_kernel::Month;

use crate::model::{InsuranceKind, Record, Spell, SpellState};

/// What was paid in for one insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub kind: InsuranceKind,
    /// Months that were paid, each once, whoever paid.
    pub months: u32,
    pub first: Month,
    pub last: Month,
    /// The base of the last month, in fen.
    pub base_minor: i64,
}

/// A month of somebody, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MonthOf<'a> {
    pub month: Month,
    /// What was declared for it, by insurance.
    pub spells: Vec<&'a Spell>,
}

/// The months that were paid for an insurance.
pub(crate) fn paid(record: &Record, kind: InsuranceKind) -> BTreeSet<Month> {
    let paid = |spell: &&Spell| spell.kind == kind && spell.state == SpellState::Paid;
    record.spells.iter().filter(paid).flat_map(Spell::months).collect()
}

/// What was paid in, by insurance; those that nothing was paid for are absent.
pub(crate) fn counted(record: &Record) -> Vec<Counted> {
    let count = |kind: &InsuranceKind| {
        let months = paid(record, *kind);
        let (first, last) = (*months.first()?, *months.last()?);
        let base_minor = base_of(record, *kind, last);
        let months = u32::try_from(months.len()).unwrap_or(u32::MAX);
        Some(Counted { kind: *kind, months, first, last, base_minor })
    };
    InsuranceKind::ALL.iter().filter_map(count).collect()
}

/// The base of a month that was paid; of two employers, both.
pub(crate) fn base_of(record: &Record, kind: InsuranceKind, month: Month) -> i64 {
    let of = |spell: &&Spell| {
        spell.kind == kind
            && spell.state == SpellState::Paid
            && (spell.from..=spell.to).contains(&month)
    };
    record.spells.iter().filter(of).map(|spell| spell.base_minor).sum()
}

/// Month by month, newest first, so many at most; before a month, if one is given. Only what was
/// declared for one insurance, if one is given.
pub(crate) fn months(
    record: &Record,
    kind: Option<InsuranceKind>,
    before: Option<Month>,
    limit: usize,
) -> Vec<MonthOf<'_>> {
    let mut by_month: BTreeMap<Month, Vec<&Spell>> = BTreeMap::new();
    for spell in record.spells.iter().filter(|spell| kind.is_none_or(|kind| spell.kind == kind)) {
        for month in spell.months().filter(|month| before.is_none_or(|before| *month < before)) {
            by_month.entry(month).or_default().push(spell);
        }
    }
    let newest = by_month.into_iter().rev().take(limit);
    newest
        .map(|(month, mut spells)| {
            spells.sort_by_key(|spell| spell.kind);
            MonthOf { month, spells }
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::RetirementGroup;

    pub(crate) fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    pub(crate) fn spell(
        kind: InsuranceKind,
        (from, to): (&str, &str),
        employer: Option<&str>,
        state: SpellState,
    ) -> Spell {
        Spell {
            kind,
            from: month(from),
            to: month(to),
            base_minor: 400_000,
            own_minor: 32_000,
            employer_minor: employer.map_or(0, |_| 64_000),
            employer: employer.map(str::to_owned),
            state,
        }
    }

    pub(crate) fn record(spells: Vec<Spell>) -> Record {
        Record {
            birth_month: month("1990-03"),
            retirement: RetirementGroup::Men,
            account_minor: 0,
            average_index_bp: 6_000,
            spells,
        }
    }

    use InsuranceKind::{Medical, Pension};
    use SpellState::{Owed, Paid};

    #[test]
    fn a_month_counts_once_and_only_when_it_was_paid() {
        let record = record(vec![
            spell(Pension, ("2020-01", "2020-12"), Some("A"), Paid),
            // Two employers at once, and one that did not pay.
            spell(Pension, ("2020-12", "2021-01"), Some("B"), Paid),
            spell(Pension, ("2021-02", "2021-06"), Some("B"), Owed),
            spell(Medical, ("2020-03", "2020-03"), None, Paid),
        ]);
        let counted = counted(&record);
        let shown: Vec<_> = counted
            .iter()
            .map(|one| (one.kind, one.months, one.first.to_string(), one.last.to_string()))
            .collect();
        let text = str::to_owned;
        assert_eq!(
            shown,
            [
                (Pension, 13, text("2020-01"), text("2021-01")),
                (Medical, 1, text("2020-03"), text("2020-03")),
            ]
        );
        assert_eq!(base_of(&record, Pension, month("2020-12")), 800_000);
        assert_eq!(base_of(&record, Pension, month("2021-02")), 0);
    }

    #[test]
    fn months_come_newest_first_in_pages_that_do_not_overlap() {
        let record = record(vec![
            spell(Pension, ("2020-01", "2020-03"), Some("A"), Paid),
            spell(Medical, ("2020-02", "2020-03"), Some("A"), Paid),
        ]);
        let page = |kind, before: Option<&str>, limit| -> Vec<(String, usize)> {
            months(&record, kind, before.map(month), limit)
                .into_iter()
                .map(|of| (of.month.to_string(), of.spells.len()))
                .collect()
        };
        let text = str::to_owned;
        assert_eq!(page(None, None, 2), [(text("2020-03"), 2), (text("2020-02"), 2)]);
        assert_eq!(page(None, Some("2020-02"), 2), [(text("2020-01"), 1)]);
        assert_eq!(page(None, Some("2020-01"), 2), []);
        assert_eq!(page(Some(Medical), None, 5).len(), 2);
    }
}
