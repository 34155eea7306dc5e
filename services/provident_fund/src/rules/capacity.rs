//! How much a city's fund lends to somebody, as its rules count it. What a home costs, what income
//! there is and who else borrows are the centre's to weigh: this is the most, not a promise.

use serde::Deserialize;

/// Key of a city's rule for how much can be borrowed; its parameters are a [`CapacityRule`].
pub(crate) const CAPACITY: &str = "provident_fund.loan_capacity";

/// Parameters of [`CAPACITY`]. Amounts are in minor units.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityRule {
    /// What is counted.
    pub counted: Counted,
    /// Months in a row that have to be paid up to now.
    pub months_in_a_row: u32,
    /// The most for a first home.
    pub first_cap_minor: i64,
    /// The most for a second one.
    pub second_cap_minor: i64,
}

/// What the amount is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Counted {
    /// An amount for each year of contributions; a year that has begun counts as one.
    Years {
        /// For each.
        each_minor: i64,
    },
    /// The balance, so many times.
    Balance {
        /// How many.
        times: u32,
    },
}

/// What can be borrowed at most. Amounts are in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// For a first home.
    pub first_minor: i64,
    /// For a second one.
    pub second_minor: i64,
    /// Years of contributions that were counted, where the rule counts them.
    pub years: Option<u32>,
    /// Months in a row that are missing before anything can be borrowed.
    pub months_missing: u32,
}

impl CapacityRule {
    /// For somebody with so much on the account, so many months paid, and so many of them in a row
    /// until now. Nothing while months are missing.
    pub(crate) fn capacity(&self, balance_minor: i64, months_paid: u32, in_a_row: u32) -> Capacity {
        let (years, counted) = match self.counted {
            Counted::Years { each_minor } => {
                let years = months_paid.div_ceil(12);
                (Some(years), i64::from(years).saturating_mul(each_minor))
            }
            Counted::Balance { times } => (None, balance_minor.saturating_mul(times.into())),
        };
        let months_missing = self.months_in_a_row.saturating_sub(in_a_row);
        let counted = if months_missing == 0 { counted.max(0) } else { 0 };
        Capacity {
            first_minor: counted.min(self.first_cap_minor),
            second_minor: counted.min(self.second_cap_minor),
            years,
            months_missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// CNY 150,000 a year, at most 1.2 million for a first home and 1 million for a second.
    fn beijing() -> CapacityRule {
        serde_json::from_value(json!({
            "counted": {"years": {"each_minor": 15_000_000}}, "months_in_a_row": 6,
            "first_cap_minor": 120_000_000, "second_cap_minor": 100_000_000,
        }))
        .unwrap()
    }

    /// Fifteen times the balance, at most CNY 650,000.
    fn hangzhou() -> CapacityRule {
        serde_json::from_value(json!({
            "counted": {"balance": {"times": 15}}, "months_in_a_row": 6,
            "first_cap_minor": 65_000_000, "second_cap_minor": 65_000_000,
        }))
        .unwrap()
    }

    #[test]
    fn years_count_from_their_first_month() {
        for (months, years, first, second) in [
            (6, 1, 15_000_000, 15_000_000),
            (12, 1, 15_000_000, 15_000_000),
            (13, 2, 30_000_000, 30_000_000),
            (72, 6, 90_000_000, 90_000_000),
            (73, 7, 105_000_000, 100_000_000),
            (96, 8, 120_000_000, 100_000_000),
            (97, 9, 120_000_000, 100_000_000),
            (600, 50, 120_000_000, 100_000_000),
        ] {
            let found = beijing().capacity(0, months, 6);
            assert_eq!((found.years, found.months_missing), (Some(years), 0), "{months}");
            assert_eq!((found.first_minor, found.second_minor), (first, second), "{months}");
        }
    }

    #[test]
    fn the_balance_counts_so_many_times_up_to_the_cap() {
        for (balance, amount) in [
            (0, 0),
            (-1, 0),
            (100_000, 1_500_000),
            (4_333_333, 64_999_995),
            (4_333_334, 65_000_000),
            (i64::MAX, 65_000_000),
        ] {
            let found = hangzhou().capacity(balance, 6, 6);
            assert_eq!((found.years, found.first_minor), (None, amount), "{balance}");
        }
    }

    #[test]
    fn before_enough_months_in_a_row_there_is_nothing() {
        for (in_a_row, missing, first) in
            [(0, 6, 0), (5, 1, 0), (6, 0, 30_000_000), (7, 0, 30_000_000)]
        {
            let found = beijing().capacity(1_000_000, 24, in_a_row);
            assert_eq!((found.months_missing, found.first_minor), (missing, first), "{in_a_row}");
        }
    }

    proptest! {
        #[test]
        fn nobody_is_lent_more_than_the_cap_or_less_for_more(
            balance in 0_i64..i64::MAX, months in 0_u32..1_000, more in 0_u32..1_000,
        ) {
            for rule in [beijing(), hangzhou()] {
                let one = rule.capacity(balance, months, 6);
                let other = rule.capacity(balance.saturating_add(more.into()), months + more, 6);
                prop_assert!(one.first_minor <= rule.first_cap_minor);
                prop_assert!(one.second_minor <= rule.second_cap_minor);
                prop_assert!(one.first_minor <= other.first_minor);
            }
        }
    }
}
