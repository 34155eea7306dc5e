//! Interest on what lies in an account: from the day of the deposit (Regulations, article 21), for
//! the year from 1 July to 30 June, credited on its last day.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

/// Key of the rule for interest; its parameters are an [`InterestRule`].
pub(crate) const INTEREST: &str = "provident_fund.interest";

const PPM: i128 = 1_000_000;

citygate_kernel::words! {
    /// Who computes interest.
    ComputedBy {
        /// The centre, which pushes it as postings.
        Centre = "centre",
        /// The city, on the day after the year, from the postings that it holds.
        City = "city",
    }
}

/// Parameters of [`INTEREST`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InterestRule {
    /// Millionths a year: 15,000 is 1.5 %.
    pub annual_rate_ppm: u32,
    /// Days that a year has for this: 360 at banks.
    pub day_basis: u32,
    pub computed_by: ComputedBy,
}

/// A year of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InterestYear {
    /// 1 July.
    pub first: NaiveDate,
    /// 30 June, when it is credited.
    pub last: NaiveDate,
}

impl InterestYear {
    /// The one that ends in a year of the calendar.
    pub(crate) fn ending_in(year: i32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year.checked_sub(1)?, 7, 1)?;
        Some(Self { first, last: NaiveDate::from_ymd_opt(year, 6, 30)? })
    }

    /// In which year of the calendar the one ends that a day lies in.
    pub(crate) fn of(day: NaiveDate) -> i32 {
        day.year() + i32::from(day.month() >= 7)
    }

    /// The day after it.
    pub(crate) fn ends_before(&self) -> NaiveDate {
        self.last + Days::new(1)
    }
}

/// What moved a balance on a day, in minor units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Movement {
    pub on: NaiveDate,
    pub minor: i64,
}

/// The rate from a day on, until the next one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateFrom {
    pub from: NaiveDate,
    pub annual_rate_ppm: u32,
    pub day_basis: u32,
}

/// Why no interest can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InterestError {
    /// A day of the year lies before every rate.
    #[error("no rate applies on some day of the year")]
    NoRate,
    /// The amount does not fit.
    #[error("the interest is too large")]
    Overflow,
}

/// Interest for a year, in minor units, rounded half up once, at the end.
///
/// `opening_minor` is the balance as the year began. A deposit bears interest from its own day, a
/// withdrawal none on its own day. Movements outside the year are no part of it.
pub(crate) fn interest(
    year: InterestYear,
    opening_minor: i64,
    movements: &[Movement],
    rates: &[RateFrom],
) -> Result<i64, InterestError> {
    let within = |day: &NaiveDate| (year.first..=year.last).contains(day);
    let changes = movements.iter().map(|movement| movement.on);
    let changes = changes.chain(rates.iter().map(|rate| rate.from)).filter(within);
    let mut days: BTreeSet<NaiveDate> = changes.collect();
    days.extend([year.first, year.ends_before()]);
    let days: Vec<NaiveDate> = days.into_iter().collect();

    let basis = rates.iter().try_fold(1, |sum, rate| lcm(sum, i128::from(rate.day_basis)));
    let basis = basis.ok_or(InterestError::NoRate)?;
    let (mut balance, mut numerator) = (i128::from(opening_minor), 0_i128);
    for (from, to) in days.iter().zip(days.iter().skip(1)) {
        let moved = movements.iter().filter(|movement| movement.on == *from);
        balance += moved.map(|movement| i128::from(movement.minor)).sum::<i128>();
        let rate = rates.iter().filter(|rate| rate.from <= *from).max_by_key(|rate| rate.from);
        let rate = rate.ok_or(InterestError::NoRate)?;
        let daily = i128::from(rate.annual_rate_ppm) * (basis / i128::from(rate.day_basis));
        let days = i128::from((*to - *from).num_days());
        let share = balance.checked_mul(daily * days).ok_or(InterestError::Overflow)?;
        numerator = numerator.checked_add(share).ok_or(InterestError::Overflow)?;
    }
    half_up(numerator, PPM * basis).ok_or(InterestError::Overflow)
}

/// The least common multiple of two bases, as long as it is one that dates can have.
fn lcm(one: i128, other: i128) -> Option<i128> {
    let (mut a, mut b) = (one, other);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (other > 0).then(|| one / a * other).filter(|lcm| *lcm <= PPM)
}

/// A fraction as the nearest whole number; a half goes up.
pub(super) fn half_up(numerator: i128, denominator: i128) -> Option<i64> {
    let doubled = numerator.checked_mul(2)?.checked_add(denominator)?;
    i64::try_from(doubled.div_euclid(denominator.checked_mul(2)?)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const NATIONAL: [(&str, u32, u32); 1] = [("2016-02-21", 15_000, 360)];

    fn rates(rows: &[(&str, u32, u32)]) -> Vec<RateFrom> {
        let rate = |(from, annual_rate_ppm, day_basis): &(&str, u32, u32)| RateFrom {
            from: on(from),
            annual_rate_ppm: *annual_rate_ppm,
            day_basis: *day_basis,
        };
        rows.iter().map(rate).collect()
    }

    fn moved(rows: &[(&str, i64)]) -> Vec<Movement> {
        rows.iter().map(|(day, minor)| Movement { on: on(day), minor: *minor }).collect()
    }

    #[test]
    fn a_year_is_from_july_to_june() {
        let year = InterestYear::ending_in(2026).unwrap();
        assert_eq!((year.first, year.last), (on("2025-07-01"), on("2026-06-30")));
        for (day, ends) in [
            ("2025-06-30", 2025),
            ("2025-07-01", 2026),
            ("2025-12-31", 2026),
            ("2026-06-30", 2026),
            ("2026-07-01", 2027),
        ] {
            assert_eq!(InterestYear::of(on(day)), ends, "{day}");
        }
    }

    /// Worked by hand: the sum of balance times days, times the rate, over the basis.
    #[test]
    fn interest_equals_the_tables_to_the_fen() {
        let year = InterestYear::ending_in(2026).unwrap();
        let leap = InterestYear::ending_in(2024).unwrap();
        for (what, year, opening, movements, rows, expected) in [
            // 100,000.00 for 365 days: 10,000,000 x 365 x 1.5 % / 360 = 152,083.33
            ("all year", year, 10_000_000, &[][..], &NATIONAL[..], 152_083),
            // 366 days: 152,500
            ("a leap year", leap, 10_000_000, &[], &NATIONAL, 152_500),
            ("nothing", year, 0, &[], &NATIONAL, 0),
            // A deposit on the first day is there all year.
            ("first day", year, 0, &[("2025-07-01", 10_000_000)], &NATIONAL, 152_083),
            // On the last day it bears one day: 10,000,000 x 1.5 % / 360 = 416.67
            ("last day", year, 0, &[("2026-06-30", 10_000_000)], &NATIONAL, 417),
            // The day before and the day after are other years.
            ("after", year, 0, &[("2026-07-01", 10_000_000)], &NATIONAL, 0),
            // Withdrawn on the second day: one day is left.
            ("gone", year, 10_000_000, &[("2025-07-02", -10_000_000)], &NATIONAL, 417),
            // In and out on one day bears nothing.
            (
                "in and out",
                year,
                0,
                &[("2026-01-05", 10_000_000), ("2026-01-05", -10_000_000)],
                &NATIONAL,
                0,
            ),
            // Twelve deposits of 4,800.00 on the 15th, July to June, bear 351, 320, 289, 259, 228,
            // 198, 167, 136, 108, 77, 47 and 16 days, 2,196 together:
            // 480,000 x 2,196 x 1.5 % / 360 = 43,920
            (
                "monthly",
                year,
                0,
                &[
                    ("2025-07-15", 480_000),
                    ("2025-08-15", 480_000),
                    ("2025-09-15", 480_000),
                    ("2025-10-15", 480_000),
                    ("2025-11-15", 480_000),
                    ("2025-12-15", 480_000),
                    ("2026-01-15", 480_000),
                    ("2026-02-15", 480_000),
                    ("2026-03-15", 480_000),
                    ("2026-04-15", 480_000),
                    ("2026-05-15", 480_000),
                    ("2026-06-15", 480_000),
                ],
                &NATIONAL,
                43_920,
            ),
            // A half goes up: 12 x 1.5 % / 360 = 0.0005 a day; 12,000 fen for one day are 0.5.
            ("a half", year, 0, &[("2026-06-30", 12_000)], &NATIONAL, 1),
            ("less than a half", year, 0, &[("2026-06-30", 11_999)], &NATIONAL, 0),
            // Rounded once: 5,000 for 365 days are 76.04, while each day alone is 0.208.
            ("rounded once", year, 5_000, &[], &NATIONAL, 76),
            // A new rate from 1 January: 184 days at 1.5 %, 181 at 1.3 %:
            // 10,000,000 x (184 x 15,000 + 181 x 13,000) / 360,000,000 = 142,027.78
            (
                "two rates",
                year,
                10_000_000,
                &[],
                &[("2016-02-21", 15_000, 360), ("2026-01-01", 13_000, 360)],
                142_028,
            ),
            // Of another basis: 184 x 1.5 % / 360 + 181 x 1.5 % / 365 of 10,000,000 = 151,050.23
            (
                "two bases",
                year,
                10_000_000,
                &[],
                &[("2016-02-21", 15_000, 360), ("2026-01-01", 15_000, 365)],
                151_050,
            ),
        ] {
            let found = interest(year, opening, &moved(movements), &rates(rows));
            assert_eq!(found, Ok(expected), "{what}");
        }
    }

    #[test]
    fn a_day_without_a_rate_is_told() {
        let year = InterestYear::ending_in(2026).unwrap();
        for rows in [&[][..], &[("2025-07-02", 15_000, 360)], &[("2016-02-21", 15_000, 0)]] {
            assert_eq!(interest(year, 1, &[], &rates(rows)), Err(InterestError::NoRate));
        }
        let large =
            interest(year, i64::MAX, &moved(&[("2025-07-01", i64::MAX)]), &rates(&NATIONAL));
        assert!(large.is_ok());
    }

    /// The same, day by day.
    fn slowly(year: InterestYear, opening: i64, movements: &[Movement], rates: &[RateFrom]) -> i64 {
        let (mut balance, mut numerator) = (i128::from(opening), 0);
        for day in year.first.iter_days().take_while(|day| *day <= year.last) {
            let today = movements.iter().filter(|movement| movement.on == day);
            balance += today.map(|movement| i128::from(movement.minor)).sum::<i128>();
            let rate = rates.iter().rfind(|rate| rate.from <= day).unwrap();
            numerator += balance * i128::from(rate.annual_rate_ppm);
        }
        half_up(numerator, PPM * 360).unwrap()
    }

    proptest! {
        #[test]
        fn spans_of_days_are_worth_what_their_days_are(
            opening in 0_i64..1_000_000_000,
            moves in prop::collection::vec((0_u64..380, -100_000_000_i64..100_000_000), 0..30),
            (change, ppm) in (0_u64..365, 1_u32..50_000),
        ) {
            let year = InterestYear::ending_in(2026).unwrap();
            let moves: Vec<Movement> = moves
                .into_iter()
                .map(|(day, minor)| Movement { on: year.first + Days::new(day), minor })
                .collect();
            let rates = [
                RateFrom { from: on("2016-02-21"), annual_rate_ppm: 15_000, day_basis: 360 },
                RateFrom { from: year.first + Days::new(change), annual_rate_ppm: ppm, day_basis: 360 },
            ];
            prop_assert_eq!(interest(year, opening, &moves, &rates)?, slowly(year, opening, &moves, &rates));
        }
    }
}
