//! The law's tables, both sides of each boundary, and forecasts that were computed by hand. The rules
//! are read from the migration, so that what is tested is what is in force.

use serde::de::DeserializeOwned;

use super::*;
use crate::{
    model::SpellState::Paid,
    rules::history::tests::{month, record, spell},
};

const MIGRATION: &str = include_str!(
    "../../../../../migrations/social_security/2026-11-22-002140_social_security/up.sql"
);

/// The parameters of the only row of a key, or of a city's.
fn rule<P: DeserializeOwned>(key: &str, city: &str) -> P {
    let row = MIGRATION.split(&format!("'{key}', {city},")).nth(1).unwrap();
    serde_json::from_str(row.split("$json$").nth(1).unwrap()).unwrap()
}

#[test]
fn the_minimum_rises_by_six_months_a_year_from_2030_to_twenty_years_in_2039() {
    let rule: MinimumRule = rule(MINIMUM, "NULL");
    for (year, months) in [
        (2025, 180),
        (2029, 180),
        (2030, 186),
        (2031, 192),
        (2034, 210),
        (2038, 234),
        (2039, 240),
        (2040, 240),
        (2199, 240),
    ] {
        assert_eq!(rule.in_year(year), months, "{year}");
    }
}

#[test]
fn the_age_of_retirement_by_month_of_birth_is_that_of_the_tables_of_the_law() {
    use RetirementGroup::{Men, Women50, Women55};
    let rule: AgeRule = rule(AGE, "NULL");
    for (group, birth, years, months, retires) in [
        (Men, "1964-12", 60, 0, "2024-12"),
        (Men, "1965-01", 60, 1, "2025-02"),
        (Men, "1965-04", 60, 1, "2025-05"),
        (Men, "1965-05", 60, 2, "2025-07"),
        (Men, "1970-08", 61, 5, "2032-01"),
        (Men, "1976-08", 62, 11, "2039-07"),
        (Men, "1976-09", 63, 0, "2039-09"),
        (Men, "1976-12", 63, 0, "2039-12"),
        (Men, "1990-03", 63, 0, "2053-03"),
        (Women55, "1969-12", 55, 0, "2024-12"),
        (Women55, "1970-01", 55, 1, "2025-02"),
        (Women55, "1971-04", 55, 4, "2026-08"),
        (Women55, "1981-08", 57, 11, "2039-07"),
        (Women55, "1981-09", 58, 0, "2039-09"),
        (Women50, "1974-12", 50, 0, "2024-12"),
        (Women50, "1975-01", 50, 1, "2025-02"),
        (Women50, "1975-02", 50, 1, "2025-03"),
        (Women50, "1975-03", 50, 2, "2025-05"),
        (Women50, "1984-10", 54, 11, "2039-09"),
        (Women50, "1984-11", 55, 0, "2039-11"),
        (Women50, "1995-12", 55, 0, "2050-12"),
    ] {
        let age = rule.of(group, month(birth)).unwrap();
        assert_eq!((age / 12, age % 12), (years, months), "{group:?} {birth}");
        assert_eq!(month(birth).plus(age).to_string(), retires, "{group:?} {birth}");
    }
}

#[test]
fn divisors_are_those_of_the_annex() {
    let rule: FormulaRule = rule(FORMULA, "NULL");
    for (age, divisor) in [
        (39, None),
        (40, Some(233)),
        (50, Some(195)),
        (55, Some(170)),
        (58, Some(152)),
        (60, Some(139)),
        (63, Some(117)),
        (70, Some(56)),
        (71, None),
    ] {
        assert_eq!(rule.divisor(age), divisor, "{age}");
    }
}

struct Rules {
    minimum: MinimumRule,
    age: AgeRule,
    formula: FormulaRule,
    reference: ReferenceRule,
}

impl Rules {
    fn of_zhengzhou() -> Self {
        Self {
            minimum: rule(MINIMUM, "NULL"),
            age: rule(AGE, "NULL"),
            formula: rule(FORMULA, "NULL"),
            reference: rule(REFERENCE, "410100"),
        }
    }

    fn forecast(&self, record: &Record, end: &str, pays_on: bool) -> Forecast {
        let Self { minimum, age, formula, reference } = self;
        forecast(record, &PensionRules { minimum, age, formula, reference }, month(end), pays_on)
            .unwrap()
    }
}

/// A man of March 1990 who has paid 120 months of CNY 4,000 by the end of 2029.
fn ten_years() -> Record {
    let years = spell(InsuranceKind::Pension, ("2020-01", "2029-12"), None, Paid);
    Record { account_minor: 3_840_000, ..record(vec![years]) }
}

#[test]
fn a_forecast_equals_the_computation_by_hand() {
    let rules = Rules::of_zhengzhou();
    // He retires in March 2053; from January 2030 to February 2053 are 278 months more.
    // Index of the months to come: 4000 ÷ 6738 = 0.5936; of all 398:
    // (6000 × 120 + 5936 × 278) ÷ 398 = 5955.
    // Account: 38400.00 + 4000 × 8 % × 278 = 127360.00; ÷ 117 = 1088.54.
    // Pool: (6738 + 6738 × 0.5955) ÷ 2 × 33 × 1 % = 1773.829.
    let forecast = rules.forecast(&ten_years(), "2029-12", true);
    assert_eq!(
        forecast,
        Forecast {
            retires: month("2053-03"),
            age_months: 756,
            months_paid: 120,
            months_to_come: 278,
            months_needed: 240,
            index_bp: 5_955,
            account_minor: 12_736_000,
            divisor: 117,
            pension: Some(Pension { pooled_minor: 177_382, account_minor: 108_854 }),
        }
    );
    assert_eq!(forecast.months_missing(), 0);
}

#[test]
fn who_stops_too_early_gets_no_pension_and_is_told_how_much_is_missing() {
    let forecast = Rules::of_zhengzhou().forecast(&ten_years(), "2029-12", false);
    assert_eq!((forecast.pension, forecast.months_missing()), (None, 120));
    assert_eq!(forecast.account_minor, 3_840_000);
}

#[test]
fn one_month_decides() {
    let rules = Rules::of_zhengzhou();
    // A man of December 1964 retires in December 2024 with 15 years.
    for (to, pension) in [("2024-05", false), ("2024-06", true)] {
        let months = spell(InsuranceKind::Pension, ("2009-07", to), None, Paid);
        let man = Record { birth_month: month("1964-12"), ..record(vec![months]) };
        assert_eq!(rules.forecast(&man, "2024-11", false).pension.is_some(), pension, "{to}");
    }
}

#[test]
fn who_has_reached_the_age_pays_no_more() {
    let years = spell(InsuranceKind::Pension, ("1995-01", "2024-11"), None, Paid);
    let man = Record { birth_month: month("1964-12"), ..record(vec![years]) };
    let forecast = Rules::of_zhengzhou().forecast(&man, "2026-10", true);
    assert_eq!((forecast.months_to_come, forecast.months_paid), (0, 359));
    // 29 full years, index 0.6: (6738 + 4042.80) ÷ 2 × 29 % = 1563.216.
    assert_eq!(forecast.pension.unwrap().pooled_minor, 156_321);
}

#[test]
fn nobody_and_nothing_are_no_division_by_zero() {
    let forecast = Rules::of_zhengzhou().forecast(&record(vec![]), "2026-10", false);
    assert_eq!((forecast.index_bp, forecast.pension, forecast.months_missing()), (0, None, 240));
    let on = Rules::of_zhengzhou().forecast(&record(vec![]), "2026-10", true);
    assert_eq!(on.index_bp, 0);
}
