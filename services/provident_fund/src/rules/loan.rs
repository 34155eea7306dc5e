//! What a loan costs and when: its rate by the law's list, and the schedule of its instalments.

use chrono::{Months, NaiveDate};
use serde::Deserialize;

use super::interest::half_up;
use crate::model::RepaymentMethod;

/// Key of the rule for rates of loans; its parameters are a [`LoanRule`].
pub(crate) const LOAN: &str = "provident_fund.loan";

/// Millionths of a year's rate in a month's.
const PER_MONTH: i128 = 12_000_000;
/// The most instalments that a schedule has: fifty years.
const MOST_MONTHS: u32 = 600;
/// The highest rate that a schedule is made for: all of it every year.
const HIGHEST_PPM: u32 = 1_000_000;
/// One, in the fixed point that discounts are computed in: so fine that what is cut off each month
/// never reaches the fen.
const ONE: i128 = 1_000_000_000_000_000_000_000_000;

citygate_kernel::words! {
    /// Which home of a family a loan is for.
    Home {
        /// The only one.
        First = "first" ("first home", "首套"),
        /// A second one.
        Second = "second" ("second home", "第二套"),
    }
}

/// Parameters of [`LOAN`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoanRule {
    /// The first one that fits is the one.
    pub rates: Vec<LoanRate>,
}

/// What a loan of some length for some home costs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoanRate {
    pub home: Home,
    /// The longest that it is for; none is any length.
    #[serde(default)]
    pub up_to_months: Option<u32>,
    pub annual_rate_ppm: u32,
}

impl LoanRule {
    /// Millionths a year for a loan of so many months.
    #[cfg(test)]
    pub(crate) fn rate(&self, home: Home, months: u32) -> Option<u32> {
        let fits = |rate: &&LoanRate| {
            rate.home == home && rate.up_to_months.is_none_or(|most| months <= most)
        };
        self.rates.iter().find(fits).map(|rate| rate.annual_rate_ppm)
    }
}

/// What was agreed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoanTerms {
    pub principal_minor: i64,
    pub annual_rate_ppm: u32,
    pub method: RepaymentMethod,
    pub months: u32,
    pub first_due_on: NaiveDate,
}

/// One instalment, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instalment {
    /// From 1.
    pub number: u32,
    pub due_on: NaiveDate,
    pub principal_minor: i64,
    pub interest_minor: i64,
    /// Of the principal, what is owed after it.
    pub remaining_minor: i64,
}

impl Instalment {
    /// Principal and interest.
    pub(crate) fn amount_minor(&self) -> i64 {
        self.principal_minor.saturating_add(self.interest_minor)
    }
}

/// All instalments as agreed, nothing paid ahead of time. None where no schedule can be made of the
/// terms.
///
/// Each month's interest is what is owed times a twelfth of the rate, rounded half up; the last
/// instalment takes the rest of the principal. A month without the day has its last day instead
/// (Civil Code, article 202).
pub(crate) fn schedule(terms: &LoanTerms) -> Option<Vec<Instalment>> {
    let LoanTerms { principal_minor, annual_rate_ppm, months, .. } = *terms;
    let makes_sense = principal_minor > 0
        && (1..=MOST_MONTHS).contains(&months)
        && annual_rate_ppm <= HIGHEST_PPM;
    if !makes_sense {
        return None;
    }
    let instalment = equal_instalment(principal_minor, annual_rate_ppm, months)?;
    let even = principal_minor / i64::from(months);
    let mut remaining = principal_minor;
    let mut all = Vec::new();
    for number in 1..=months {
        let interest = half_up(i128::from(remaining) * i128::from(annual_rate_ppm), PER_MONTH)?;
        let principal = match terms.method {
            _ if number == months => remaining,
            RepaymentMethod::EqualInstalment => (instalment - interest).clamp(0, remaining),
            RepaymentMethod::EqualPrincipal => even,
        };
        remaining -= principal;
        all.push(Instalment {
            number,
            due_on: terms.first_due_on.checked_add_months(Months::new(number - 1))?,
            principal_minor: principal,
            interest_minor: interest,
            remaining_minor: remaining,
        });
    }
    Some(all)
}

/// The instalment that is the same every month, rounded half up: the principal over the sum of what
/// one paid at the end of each month is worth today. Without interest, an even share.
fn equal_instalment(principal: i64, annual_rate_ppm: u32, months: u32) -> Option<i64> {
    let (mut worth, mut sum) = (ONE, 0_i128);
    for _ in 0..months {
        worth = worth * PER_MONTH / (PER_MONTH + i128::from(annual_rate_ppm));
        sum += worth;
    }
    half_up(i128::from(principal).checked_mul(ONE)?, sum)
}

/// The first instalment that is due on a day or later.
pub(crate) fn next(schedule: &[Instalment], today: NaiveDate) -> Option<&Instalment> {
    schedule.iter().find(|instalment| instalment.due_on >= today)
}

/// What is owed after a day if every instalment up to then was paid and nothing else.
pub(crate) fn planned_minor(terms: &LoanTerms, schedule: &[Instalment], on: NaiveDate) -> i64 {
    let paid = schedule.iter().rfind(|instalment| instalment.due_on <= on);
    paid.map_or(terms.principal_minor, |instalment| instalment.remaining_minor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const METHODS: [RepaymentMethod; 2] =
        [RepaymentMethod::EqualInstalment, RepaymentMethod::EqualPrincipal];

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn terms(
        principal_minor: i64,
        annual_rate_ppm: u32,
        months: u32,
        method: RepaymentMethod,
    ) -> LoanTerms {
        let first_due_on = on("2026-01-20");
        LoanTerms { principal_minor, annual_rate_ppm, method, months, first_due_on }
    }

    fn made(terms: LoanTerms) -> Vec<(i64, i64, i64)> {
        let schedule = schedule(&terms).unwrap();
        let row = |one: &Instalment| (one.principal_minor, one.interest_minor, one.remaining_minor);
        schedule.iter().map(row).collect()
    }

    /// 12,000.00 over a year at 2.6 %, every row of it. Exact fractions give 101,414 fen a month:
    /// 1,200,000 x r x (1 + r)^12 / ((1 + r)^12 - 1) with r = 0.026 / 12.
    #[test]
    fn a_short_loan_equals_its_table_to_the_fen() {
        assert_eq!(
            made(terms(1_200_000, 26_000, 12, RepaymentMethod::EqualInstalment)),
            [
                (98_814, 2_600, 1_101_186),
                (99_028, 2_386, 1_002_158),
                (99_243, 2_171, 902_915),
                (99_458, 1_956, 803_457),
                (99_673, 1_741, 703_784),
                (99_889, 1_525, 603_895),
                (100_106, 1_308, 503_789),
                (100_322, 1_092, 403_467),
                (100_540, 874, 302_927),
                (100_758, 656, 202_169),
                (100_976, 438, 101_193),
                (101_193, 219, 0),
            ]
        );
        assert_eq!(
            made(terms(1_200_000, 26_000, 12, RepaymentMethod::EqualPrincipal)),
            [
                (100_000, 2_600, 1_100_000),
                (100_000, 2_383, 1_000_000),
                (100_000, 2_167, 900_000),
                (100_000, 1_950, 800_000),
                (100_000, 1_733, 700_000),
                (100_000, 1_517, 600_000),
                (100_000, 1_300, 500_000),
                (100_000, 1_083, 400_000),
                (100_000, 867, 300_000),
                (100_000, 650, 200_000),
                (100_000, 433, 100_000),
                (100_000, 217, 0),
            ]
        );
    }

    /// First and last row, and all interest, of loans as people have them.
    #[test]
    fn long_loans_equal_their_tables_to_the_fen() {
        use RepaymentMethod::{EqualInstalment, EqualPrincipal};
        for (principal, ppm, months, method, first, last, interest) in [
            // 4,804.08 a month, 529,466.76 of interest.
            (
                120_000_000,
                26_000,
                360,
                EqualInstalment,
                (220_408, 260_000),
                (479_166, 1_038),
                52_946_676,
            ),
            (
                120_000_000,
                26_000,
                360,
                EqualPrincipal,
                (333_333, 260_000),
                (333_453, 722),
                46_930_046,
            ),
            (
                120_000_000,
                26_000,
                300,
                EqualInstalment,
                (284_403, 260_000),
                (543_405, 1_177),
                43_321_079,
            ),
            (
                60_000_000,
                21_000,
                60,
                EqualInstalment,
                (949_293, 105_000),
                (1_052_421, 1_842),
                3_257_550,
            ),
            (
                60_000_000,
                21_000,
                60,
                EqualPrincipal,
                (1_000_000, 105_000),
                (1_000_000, 1_750),
                3_202_500,
            ),
            (
                100_000_000,
                30_750,
                240,
                EqualInstalment,
                (302_110, 256_250),
                (556_778, 1_427),
                34_006_245,
            ),
            (8_000_000, 25_250, 12, EqualPrincipal, (666_666, 16_833), (666_674, 1_403), 109_417),
            // Without interest, and with next to none.
            (1_000_000, 0, 12, EqualInstalment, (83_333, 0), (83_337, 0), 0),
            (120_000_000, 1, 2, EqualInstalment, (59_999_998, 10), (60_000_002, 5), 15),
            // Less than a fen a month.
            (100, 26_000, 360, EqualInstalment, (0, 0), (100, 0), 0),
        ] {
            let rows = made(terms(principal, ppm, months, method));
            let of = |row: Option<&(i64, i64, i64)>| row.map(|(p, i, _)| (*p, *i));
            assert_eq!(of(rows.first()), Some(first), "{principal} {ppm} {months} {method:?}");
            assert_eq!(of(rows.last()), Some(last), "{principal} {ppm} {months} {method:?}");
            let sum: i64 = rows.iter().map(|(_, interest, _)| interest).sum();
            assert_eq!(sum, interest, "{principal} {ppm} {months} {method:?}");
        }
    }

    #[test]
    fn due_days_are_those_of_the_month_or_its_last() {
        let mut terms = terms(1_200_000, 26_000, 5, RepaymentMethod::EqualPrincipal);
        terms.first_due_on = on("2027-11-30");
        let due: Vec<String> =
            schedule(&terms).unwrap().iter().map(|one| one.due_on.to_string()).collect();
        // 2028 is a leap year; March has its 30th again.
        let expected = ["2027-11-30", "2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"];
        assert_eq!(due, expected);
    }

    #[test]
    fn the_next_instalment_is_due_today_or_later() {
        let terms = terms(1_200_000, 26_000, 3, RepaymentMethod::EqualPrincipal);
        let schedule = schedule(&terms).unwrap();
        for (today, number, planned) in [
            ("2025-01-01", Some(1), 1_200_000),
            ("2026-01-19", Some(1), 1_200_000),
            ("2026-01-20", Some(1), 800_000),
            ("2026-01-21", Some(2), 800_000),
            ("2026-03-20", Some(3), 0),
            ("2026-03-21", None, 0),
        ] {
            let next = next(&schedule, on(today)).map(|one| one.number);
            assert_eq!(next, number, "{today}");
            assert_eq!(planned_minor(&terms, &schedule, on(today)), planned, "{today}");
        }
    }

    #[test]
    fn what_is_no_loan_has_no_schedule() {
        let sound = terms(1_200_000, 26_000, 12, RepaymentMethod::EqualInstalment);
        for wrong in [
            LoanTerms { principal_minor: 0, ..sound },
            LoanTerms { principal_minor: -1, ..sound },
            LoanTerms { principal_minor: i64::MAX, ..sound },
            LoanTerms { months: 0, ..sound },
            LoanTerms { months: MOST_MONTHS + 1, ..sound },
            LoanTerms { annual_rate_ppm: HIGHEST_PPM + 1, ..sound },
            LoanTerms { first_due_on: NaiveDate::MAX, ..sound },
        ] {
            assert_eq!(schedule(&wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn rates_go_by_length_and_home() {
        let rule: LoanRule = serde_json::from_value(serde_json::json!({"rates": [
            {"home": "first", "up_to_months": 60, "annual_rate_ppm": 21_000},
            {"home": "first", "annual_rate_ppm": 26_000},
            {"home": "second", "up_to_months": 60, "annual_rate_ppm": 25_250},
            {"home": "second", "annual_rate_ppm": 30_750},
        ]}))
        .unwrap();
        for (home, months, ppm) in [
            (Home::First, 12, 21_000),
            (Home::First, 60, 21_000),
            (Home::First, 61, 26_000),
            (Home::Second, 60, 25_250),
            (Home::Second, 360, 30_750),
        ] {
            assert_eq!(rule.rate(home, months), Some(ppm), "{home:?} {months}");
        }
    }

    proptest! {
        #[test]
        fn a_schedule_pays_back_the_principal_and_no_more(
            principal in 1_i64..2_000_000_000,
            ppm in 0_u32..100_000,
            months in 1_u32..=360,
            method in prop::sample::select(&METHODS),
        ) {
            let rows = made(terms(principal, ppm, months, method));
            prop_assert_eq!(rows.len(), months as usize);
            let paid: i64 = rows.iter().map(|(principal, ..)| principal).sum();
            prop_assert_eq!(paid, principal);
            let mut before = principal;
            for (part, interest, remaining) in &rows {
                prop_assert!(*part >= 0 && *interest >= 0 && *remaining >= 0);
                prop_assert_eq!(before - part, *remaining);
                before = *remaining;
            }
        }

        /// All instalments but the last are the same fen, and the last makes up for what rounding
        /// has left: half a fen of instalment and half a fen of interest a month, with interest on it.
        #[test]
        fn equal_instalments_are_equal(
            principal in 1_000_000_i64..2_000_000_000,
            ppm in 1_000_u32..60_000,
            months in 2_u32..=360,
        ) {
            let rows = made(terms(principal, ppm, months, RepaymentMethod::EqualInstalment));
            let amounts: Vec<i64> = rows.iter().map(|(part, interest, _)| part + interest).collect();
            let (last, others) = amounts.split_last().unwrap();
            prop_assert!(others.iter().all(|amount| Some(amount) == others.first()));
            let apart = (last - others[0]).abs();
            prop_assert!(apart <= 6 * i64::from(months), "{} of {}", apart, months);
        }
    }
}
