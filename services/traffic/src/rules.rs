//! What the law says about a fine, as the rows of the catalogue hold it.

use chrono::NaiveDate;
use citygate_calendar::{DateOutOfRange, Deadline, HolidayCalendar, Period};
use citygate_kernel::{Currency, Money, MoneyError, Rate};
use citygate_payments::{self as payments, Surcharge};
use serde::Deserialize;

/// Key of the rule for the time to pay; its parameters are a [`Period`].
pub(crate) const PAYMENT_PERIOD: &str = "traffic.fine.payment_period";
/// Key of the rule for what lateness costs.
pub(crate) const SURCHARGE: &str = "traffic.fine.surcharge";
/// Key of the rule for how high a fine can be.
pub(crate) const RANGE: &str = "traffic.fine.range";

/// Parameters of [`SURCHARGE`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurchargeRule {
    pub basis_points_per_day: u32,
    /// Of the fine.
    pub cap_basis_points: u32,
}

/// Parameters of [`RANGE`], in minor units.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeRule {
    pub min_minor: i64,
    pub max_minor: i64,
}

impl RangeRule {
    pub(crate) fn allows(&self, fine: Money) -> bool {
        fine.currency() == Currency::Cny
            && (self.min_minor..=self.max_minor).contains(&fine.minor())
    }
}

impl SurchargeRule {
    /// The terms for one fine.
    pub(crate) fn terms(&self, fine: Money) -> Result<Surcharge, MoneyError> {
        Ok(Surcharge {
            per_day: Rate::basis_points(self.basis_points_per_day),
            cap: Rate::basis_points(self.cap_basis_points).of_times(fine, 1)?,
        })
    }
}

/// When the time to pay ends. Reconsideration stops the surcharge, not this period
/// (Administrative Penalty Law, article 73), so it has no pauses.
pub(crate) fn payment_deadline(
    served_on: NaiveDate,
    period: Period,
    calendar: &HolidayCalendar,
) -> Result<Deadline, DateOutOfRange> {
    Deadline::count(served_on, period, &[], calendar)
}

/// What a fine will have cost on some days to come: the first late day, then after one, ten and
/// thirty more, and the day on which the cap is reached. Days that are past are left out.
pub(crate) fn forecast(
    fine: Money,
    terms: &Surcharge,
    due_on: NaiveDate,
    today: NaiveDate,
) -> Result<Vec<(NaiveDate, Money)>, MoneyError> {
    let mut days: Vec<u32> = vec![1, 2, 11, 31];
    days.extend(days_to_cap(fine, terms));
    days.sort_unstable();
    days.dedup();
    let mut points = Vec::new();
    for day in days {
        let on = due_on + chrono::TimeDelta::days(i64::from(day));
        let surcharge = payments::surcharge(fine, terms, day)?;
        if on > today {
            points.push((on, surcharge));
        }
        if surcharge == terms.cap {
            break;
        }
    }
    Ok(points)
}

/// After how many late days the cap is reached, within ten years.
fn days_to_cap(fine: Money, terms: &Surcharge) -> Option<u32> {
    (1..=3_660).find(|days| payments::surcharge(fine, terms, *days) == Ok(terms.cap))
}

#[cfg(test)]
mod tests {
    use citygate_calendar::{DayKind, Roll, china};
    use citygate_kernel::Currency;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn fifteen_calendar_days_and_the_holiday_roll() {
        let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
        let period =
            Period { length_days: 15, day_kind: DayKind::Calendar, roll: Roll::NextWorkingDay };
        for (served, due) in [
            ("2026-11-02", "2026-11-17"),
            ("2026-11-06", "2026-11-23"), // the 15th day is a Saturday
            ("2026-09-18", "2026-10-08"), // the 15th day lies in the National Day rest
            ("2026-04-17", "2026-05-06"), // and this one in the Labour Day rest
        ] {
            let deadline = payment_deadline(on(served), period, &calendar).unwrap();
            assert_eq!(deadline.due_on(), on(due), "served {served}");
        }
    }

    #[test]
    fn the_forecast_ends_at_the_cap() {
        let fine = Money::new(20_000, Currency::Cny);
        let rule = SurchargeRule { basis_points_per_day: 300, cap_basis_points: 10_000 };
        let terms = rule.terms(fine).unwrap();
        let forecast = |today| -> Vec<(String, i64)> {
            forecast(fine, &terms, on("2026-05-14"), on(today))
                .unwrap()
                .into_iter()
                .map(|(day, money)| (day.to_string(), money.minor()))
                .collect()
        };
        let all = [("2026-05-15", 600), ("2026-05-16", 1_200), ("2026-05-25", 6_600)];
        let rest = [("2026-06-14", 18_600), ("2026-06-17", 20_000)];
        let text = |points: &[(&str, i64)]| -> Vec<(String, i64)> {
            points.iter().map(|(day, minor)| ((*day).to_owned(), *minor)).collect()
        };
        assert_eq!(forecast("2026-05-01"), text(&[&all[..], &rest[..]].concat()));
        assert_eq!(forecast("2026-05-25"), text(&rest));
        assert_eq!(forecast("2026-06-17"), []);
    }
}
