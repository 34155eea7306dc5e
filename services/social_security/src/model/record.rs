//! What an agency's register has on somebody, as it is agreed with the agencies.

use citygate_kernel::Month;
use serde::{Deserialize, Serialize};

citygate_kernel::words! {
    /// Against what somebody is insured (Social Insurance Law, article 2).
    InsuranceKind {
        /// Old age.
        Pension = "pension" ("Pension", "基本养老保险"),
        /// Illness.
        Medical = "medical" ("Medical", "基本医疗保险"),
        /// Unemployment.
        Unemployment = "unemployment" ("Unemployment", "失业保险"),
        /// Injury at work.
        Injury = "injury" ("Work injury", "工伤保险"),
        /// Childbirth.
        Maternity = "maternity" ("Maternity", "生育保险"),
    }
}

citygate_kernel::words! {
    /// At which age somebody would have retired before 2025, as their agency has it.
    RetirementGroup {
        /// Men: 60.
        Men = "men",
        /// Women whose age was 55.
        Women55 = "women_55",
        /// Women whose age was 50.
        Women50 = "women_50",
    }
}

citygate_kernel::words! {
    /// Whether what was declared was paid in.
    SpellState {
        /// It was.
        Paid = "paid",
        /// It was not.
        Owed = "owed",
    }
}

/// Months in a row that were declared alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spell {
    pub kind: InsuranceKind,
    pub from: Month,
    pub to: Month,
    /// What contributions are computed from, a month, in fen.
    pub base_minor: i64,
    /// What the person paid, a month, in fen.
    pub own_minor: i64,
    /// What the employer paid, a month, in fen.
    pub employer_minor: i64,
    /// Who employed them; nobody of those who pay for themselves.
    #[serde(default)]
    pub employer: Option<String>,
    pub state: SpellState,
}

/// The record of a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Unchecked")]
pub(crate) struct Record {
    pub birth_month: Month,
    pub retirement: RetirementGroup,
    /// What stands on the personal pension account, in fen.
    pub account_minor: i64,
    /// The average of base by average wage, over all months paid: 10000 is as much as the average.
    pub average_index_bp: u32,
    pub spells: Vec<Spell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    birth_month: Month,
    retirement: RetirementGroup,
    account_minor: i64,
    average_index_bp: u32,
    spells: Vec<Spell>,
}

/// The record is not of the form that is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("a record has up to 1000 spells, amounts from 0, and months in their order")]
pub(crate) struct InvalidRecord;

impl Record {
    const SPELLS_MAX: usize = 1_000;
    /// No life has more months of work than 80 years.
    const MONTHS_MAX: i32 = 960;
    /// CNY 100 million.
    const AMOUNT_MAX: i64 = 10_000_000_000;
    /// Bases are at most three times the average, and were once not bounded.
    const INDEX_MAX: u32 = 100_000;
    const EMPLOYER_CHARS_MAX: usize = 100;
}

impl Spell {
    fn is_sound(&self) -> bool {
        let amounts = [self.base_minor, self.own_minor, self.employer_minor];
        let employer = self.employer.as_ref().is_none_or(|name| {
            (1..=Record::EMPLOYER_CHARS_MAX).contains(&name.chars().count())
                && !name.chars().any(char::is_control)
        });
        self.from <= self.to
            && self.to.since(self.from) < Record::MONTHS_MAX
            && amounts.iter().all(|amount| (0..=Record::AMOUNT_MAX).contains(amount))
            && employer
    }

    /// Its months.
    pub(crate) fn months(&self) -> impl Iterator<Item = Month> {
        self.from.through(self.to)
    }
}

impl TryFrom<Unchecked> for Record {
    type Error = InvalidRecord;

    fn try_from(given: Unchecked) -> Result<Self, InvalidRecord> {
        let Unchecked { birth_month, retirement, account_minor, average_index_bp, spells } = given;
        let sound = spells.len() <= Self::SPELLS_MAX
            && spells.iter().all(Spell::is_sound)
            && (0..=Self::AMOUNT_MAX).contains(&account_minor)
            && average_index_bp <= Self::INDEX_MAX;
        let record = Self { birth_month, retirement, account_minor, average_index_bp, spells };
        if sound { Ok(record) } else { Err(InvalidRecord) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record() -> Value {
        json!({
            "birth_month": "1990-03", "retirement": "men", "account_minor": 0,
            "average_index_bp": 6000,
            "spells": [{"kind": "pension", "from": "2020-01", "to": "2020-12",
                "base_minor": 400_000, "own_minor": 32_000, "employer_minor": 64_000,
                "employer": "郑州某某有限公司", "state": "paid"}],
        })
    }

    #[test]
    fn what_is_not_of_the_form_is_no_record() {
        assert!(serde_json::from_value::<Record>(record()).is_ok());
        let long = "长".repeat(101);
        for (pointer, wrong) in [
            ("/birth_month", json!("1990")),
            ("/retirement", json!("cats")),
            ("/account_minor", json!(-1)),
            ("/average_index_bp", json!(100_001)),
            ("/spells/0/kind", json!("dental")),
            ("/spells/0/from", json!("2021-01")),
            ("/spells/0/from", json!("1900-01")),
            ("/spells/0/base_minor", json!(-1)),
            ("/spells/0/own_minor", json!(10_000_000_001_i64)),
            ("/spells/0/employer", json!("")),
            ("/spells/0/employer", json!(long)),
            ("/spells/0/state", json!("promised")),
        ] {
            let mut given = record();
            *given.pointer_mut(pointer).unwrap() = wrong;
            assert!(serde_json::from_value::<Record>(given).is_err(), "{pointer}");
        }
        let mut many = record();
        let spell = many["spells"][0].clone();
        many["spells"] = vec![spell; 1_001].into();
        assert!(serde_json::from_value::<Record>(many).is_err());
    }
}
