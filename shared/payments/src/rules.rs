//! What a bill comes to, and what may be topped up.

use chrono::NaiveDate;
use citygate_kernel::{Currency, Money, MoneyError};

use crate::{
    error::Error,
    model::{AmountDue, Bill, Surcharge},
};

/// The most that one top-up brings, in minor units: CNY 50,000.00.
pub(crate) const TOP_UP_MAX: i64 = 5_000_000;

/// What lateness of so many days costs: `min(amount × rate × days, cap)`.
pub fn surcharge(amount: Money, terms: &Surcharge, days_late: u32) -> Result<Money, MoneyError> {
    let grown = terms.per_day.of_times(amount, days_late)?;
    Ok(if grown.minor() > terms.cap.minor() { terms.cap } else { grown })
}

/// What a bill comes to on a day of its city.
pub fn amount_due(bill: &Bill, today: NaiveDate) -> Result<AmountDue, MoneyError> {
    let days_late = u32::try_from((today - bill.due_on).num_days()).unwrap_or(0);
    let surcharge = match &bill.surcharge {
        Some(terms) => surcharge(bill.amount, terms, days_late)?,
        None => Money::zero(bill.amount.currency()),
    };
    Ok(AmountDue {
        principal: bill.amount,
        surcharge,
        total: bill.amount.checked_add(surcharge)?,
        days_late,
    })
}

/// Whether an amount may be topped up. Wallets are kept in the currency of the country.
pub(crate) fn check_top_up(amount: Money) -> Result<(), Error> {
    if amount.currency() != Currency::Cny {
        return Err(Error::CurrencyNotSupported);
    }
    if !(1..=TOP_UP_MAX).contains(&amount.minor()) {
        return Err(Error::AmountOutOfRange);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_identity::PersonId;
    use citygate_kernel::{CityCode, Clock, Rate, Text};
    use proptest::prelude::*;

    use super::*;
    use crate::model::BillId;

    fn fine(minor: i64) -> Bill {
        let clock = Clock::system();
        let amount = Money::new(minor, Currency::Cny);
        Bill {
            id: BillId::new(CityCode::HANGZHOU, &clock),
            agency: AgencyId::new(CityCode::HANGZHOU, &clock),
            issuer: "test".to_owned(),
            external_no: "1".to_owned(),
            debtor: PersonId::new(&clock),
            subject: Text::new("fine", "罚款"),
            amount,
            due_on: NaiveDate::from_ymd_opt(2026, 5, 14).unwrap(),
            surcharge: Some(Surcharge { per_day: Rate::basis_points(300), cap: amount }),
            paid: false,
        }
    }

    fn due(bill: &Bill, days: i64) -> (i64, i64, u32) {
        let today = bill.due_on + chrono::TimeDelta::days(days);
        let due = amount_due(bill, today).unwrap();
        (due.surcharge.minor(), due.total.minor(), due.days_late)
    }

    #[test]
    fn three_percent_a_day_and_never_more_than_the_fine() {
        // Penalty Law, article 72(1), on CNY 200.00.
        let bill = fine(20_000);
        for (days, surcharge) in
            [(-3, 0), (0, 0), (1, 600), (10, 6_000), (33, 19_800), (34, 20_000), (400, 20_000)]
        {
            let late = u32::try_from(days).unwrap_or(0);
            assert_eq!(due(&bill, days), (surcharge, 20_000 + surcharge, late), "day {days}");
        }
    }

    #[test]
    fn a_bill_without_terms_stays_what_it_is() {
        let bill = Bill { surcharge: None, ..fine(100) };
        assert_eq!(due(&bill, 50), (0, 100, 50));
    }

    #[test]
    fn top_ups_have_bounds() {
        let check = |minor, currency| check_top_up(Money::new(minor, currency));
        assert!(check(1, Currency::Cny).is_ok());
        assert!(check(TOP_UP_MAX, Currency::Cny).is_ok());
        assert!(matches!(check(0, Currency::Cny), Err(Error::AmountOutOfRange)));
        assert!(matches!(check(TOP_UP_MAX + 1, Currency::Cny), Err(Error::AmountOutOfRange)));
        assert!(matches!(check(1, Currency::Usd), Err(Error::CurrencyNotSupported)));
    }

    proptest! {
        #[test]
        fn a_surcharge_grows_and_is_capped(minor in 1_i64..1_000_000, day in 0_i64..500) {
            let bill = fine(minor);
            let (today, tomorrow) = (due(&bill, day).0, due(&bill, day + 1).0);
            prop_assert!(today <= tomorrow && tomorrow <= minor);
            prop_assert_eq!(today, (minor * 3 * day / 100).min(minor));
        }
    }
}
