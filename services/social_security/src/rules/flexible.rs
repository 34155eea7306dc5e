//! What somebody without an employer may pay in.

use chrono::NaiveDate;
use citygate_kernel::{Currency, Money, MoneyError, Month, Rate};
use serde::{Deserialize, Serialize};

use super::history;
use crate::model::{InsuranceKind, NewOrder, OrderLine, Record};

/// Key of the rule; each city has its own.
pub(crate) const FLEXIBLE: &str = "social_security.flexible";

/// Parameters of [`FLEXIBLE`], in fen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlexibleRule {
    pub rates: Vec<KindRate>,
    pub base_min_minor: i64,
    pub base_max_minor: i64,
    /// A base is a multiple of it.
    pub base_step_minor: i64,
    /// How many months may be ordered at a time.
    pub months_max: u8,
    pub pay_within_hours: u16,
}

/// What an insurance costs, of the base.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindRate {
    pub kind: InsuranceKind,
    pub rate_bp: u32,
}

/// Why something cannot be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotOrderable {
    /// Those without an employer are not insured against it here.
    #[error("this insurance cannot be paid for here")]
    Kind(InsuranceKind),
    /// Below, above, or between the steps.
    #[error("the base is not one of those that may be chosen")]
    Base,
    /// Too many, or none.
    #[error("that many months cannot be ordered")]
    Months,
    /// A month of another year.
    #[error("only months of this year can be ordered")]
    Year,
    /// The register has it as paid.
    #[error("the month is paid")]
    MonthPaid(InsuranceKind, Month),
}

/// What an order comes to, by insurance and month, and altogether.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Priced {
    pub lines: Vec<OrderLine>,
    pub amount: Money,
}

impl FlexibleRule {
    /// Whether the months of an order can be paid for on a day: those of its own calendar year, which
    /// are past or to come, and none that was paid before.
    pub(crate) fn check(
        &self,
        order: &NewOrder,
        record: &Record,
        today: NaiveDate,
    ) -> Result<(), NotOrderable> {
        let known = |kind: &InsuranceKind| self.rates.iter().any(|rate| rate.kind == *kind);
        if let Some(unknown) = order.kinds.iter().find(|kind| !known(kind)) {
            return Err(NotOrderable::Kind(*unknown));
        }
        if !(1..=self.months_max).contains(&order.months) {
            return Err(NotOrderable::Months);
        }
        let base = order.base.minor();
        let chosen = order.base.currency() == Currency::Cny
            && (self.base_min_minor..=self.base_max_minor).contains(&base)
            && base.checked_rem(self.base_step_minor) == Some(0);
        if !chosen {
            return Err(NotOrderable::Base);
        }
        let this_year = Month::of(today).year();
        let last = order.last_month();
        if order.first_month.year() != this_year || last.year() != this_year {
            return Err(NotOrderable::Year);
        }
        for kind in &order.kinds {
            let paid = history::paid(record, *kind);
            if let Some(month) = paid.range(order.first_month..=last).next() {
                return Err(NotOrderable::MonthPaid(*kind, *month));
            }
        }
        Ok(())
    }

    /// What an order comes to: `base × rate` for each insurance and month, each rounded down to the
    /// fen, and the sum of them.
    pub(crate) fn price(&self, order: &NewOrder) -> Result<Priced, MoneyError> {
        let mut lines = Vec::new();
        let mut amount = Money::zero(order.base.currency());
        for rate in self.rates.iter().filter(|rate| order.kinds.contains(&rate.kind)) {
            let monthly = Rate::basis_points(rate.rate_bp).of_times(order.base, 1)?;
            for _ in 0..order.months {
                amount = amount.checked_add(monthly)?;
            }
            lines.push(OrderLine { kind: rate.kind, rate_bp: rate.rate_bp, monthly });
        }
        Ok(Priced { lines, amount })
    }
}

impl NewOrder {
    /// The last of its months.
    pub(crate) fn last_month(&self) -> Month {
        self.first_month.plus(i32::from(self.months) - 1)
    }
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_kernel::{CityCode, Clock};

    use super::*;
    use crate::{
        model::SpellState::{Owed, Paid},
        rules::history::tests::{month, record, spell},
    };
    use InsuranceKind::{Medical, Pension, Unemployment};

    const MIGRATION: &str = include_str!(
        "../../../../migrations/social_security/2026-11-22-002140_social_security/up.sql"
    );

    /// The rule of a city, as it is in force.
    fn rule(city: &str) -> FlexibleRule {
        let row = MIGRATION.split(&format!("'{FLEXIBLE}', {city},")).nth(1).unwrap();
        serde_json::from_str(row.split("$json$").nth(1).unwrap()).unwrap()
    }

    fn order(base: i64, first: &str, months: u8) -> NewOrder {
        let clock = Clock::manual("2026-11-23T01:00:00Z".parse().unwrap());
        NewOrder {
            agency: AgencyId::new(CityCode::HANGZHOU, &clock),
            kinds: vec![Pension],
            base: Money::new(base, Currency::Cny),
            first_month: month(first),
            months,
        }
    }

    #[test]
    fn base_months_and_year_have_bounds_and_both_sides_are_known() {
        let rule = rule("410100");
        let mut of = record(vec![
            spell(Pension, ("2026-01", "2026-08"), Some("A"), Paid),
            spell(Pension, ("2026-09", "2026-09"), Some("A"), Owed),
            spell(Medical, ("2026-10", "2026-10"), Some("A"), Paid),
        ]);
        let paid = |first| Err(NotOrderable::MonthPaid(Pension, month(first)));
        for (base, first, months, today, expected) in [
            (383_100, "2026-11", 1, "2026-11-23", Ok(())),
            (383_000, "2026-11", 1, "2026-11-23", Err(NotOrderable::Base)),
            (1_915_500, "2026-11", 1, "2026-11-23", Ok(())),
            (1_915_600, "2026-11", 1, "2026-11-23", Err(NotOrderable::Base)),
            (400_050, "2026-11", 1, "2026-11-23", Err(NotOrderable::Base)),
            (400_000, "2026-11", 0, "2026-11-23", Err(NotOrderable::Months)),
            (400_000, "2026-11", 2, "2026-11-23", Ok(())),
            (400_000, "2026-11", 3, "2026-11-23", Err(NotOrderable::Year)),
            (400_000, "2026-01", 13, "2026-11-23", Err(NotOrderable::Months)),
            (400_000, "2025-12", 1, "2026-11-23", Err(NotOrderable::Year)),
            (400_000, "2027-01", 1, "2026-12-31", Err(NotOrderable::Year)),
            (400_000, "2027-01", 12, "2027-01-01", Ok(())),
            (400_000, "2026-08", 2, "2026-11-23", paid("2026-08")),
            // What an employer owes is not paid, and may be.
            (400_000, "2026-09", 4, "2026-11-23", Ok(())),
        ] {
            let checked = rule.check(&order(base, first, months), &of, today.parse().unwrap());
            assert_eq!(checked, expected, "{base} {first} {months} on {today}");
        }
        of.spells.clear();
        let medical = NewOrder { kinds: vec![Pension, Medical], ..order(400_000, "2026-11", 1) };
        let checked = rule.check(&medical, &of, "2026-11-23".parse().unwrap());
        assert_eq!(checked, Err(NotOrderable::Kind(Medical)));
        let dollars = Money::new(400_000, Currency::Usd);
        let dollars = NewOrder { base: dollars, ..order(400_000, "2026-11", 1) };
        let checked = rule.check(&dollars, &of, "2026-11-23".parse().unwrap());
        assert_eq!(checked, Err(NotOrderable::Base));
    }

    #[test]
    fn amounts_are_exact_to_the_fen() {
        for (city, base, months, lines, amount) in [
            ("410100", 383_100, 1, &[(Pension, 76_620)][..], 76_620),
            ("410100", 383_100, 12, &[(Pension, 76_620)], 919_440),
            ("410100", 1_915_500, 2, &[(Pension, 383_100)], 766_200),
            ("110000", 716_200, 3, &[(Pension, 143_240), (Unemployment, 7_162)], 451_206),
        ] {
            let kinds = vec![Unemployment, Pension];
            let order = NewOrder { kinds, ..order(base, "2026-01", months) };
            let priced = rule(city).price(&order).unwrap();
            let priced_lines: Vec<_> =
                priced.lines.iter().map(|line| (line.kind, line.monthly.minor())).collect();
            assert_eq!(
                (&priced_lines[..], priced.amount.minor()),
                (lines, amount),
                "{city} {base}"
            );
        }
        // 3831.50 × 1 % is 38.315: nobody pays the half fen.
        let mut rule = rule("410100");
        rule.rates = vec![KindRate { kind: Pension, rate_bp: 100 }];
        let priced = rule.price(&order(383_150, "2026-01", 3)).unwrap();
        assert_eq!(priced.amount.minor(), 3 * 3_831);
    }
}
