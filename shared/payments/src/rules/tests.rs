use chrono::TimeDelta;
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Clock, Rate, Text};
use proptest::prelude::*;

use super::*;
use crate::model::{BillId, BillState, Parts};

mod issue;
mod month;
mod refund;
mod split;

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

/// The day on which bills of these tests are due, and others counted from it.
fn day(after: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 14).unwrap() + TimeDelta::days(after)
}

/// A bill with a surcharge of 3 % a day and at most 100 % (Penalty Law, article 72(1)).
pub(crate) fn fine(minor: i64) -> Bill {
    let clock = Clock::system();
    let amount = yuan(minor);
    Bill {
        id: BillId::new(CityCode::HANGZHOU, &clock),
        agency: AgencyId::new(CityCode::HANGZHOU, &clock),
        issuer: "test".to_owned(),
        external_no: "1".to_owned(),
        debtor: PersonId::new(&clock),
        payer: None,
        subject: Text::new("fine", "罚款"),
        amount,
        due_on: day(0),
        surcharge: Some(Surcharge { per_day: Rate::basis_points(300), cap: amount }),
        expires_at: None,
        allows_partial: false,
        parts: Parts::default(),
        progress: Progress::default(),
        stored_state: BillState::Open,
        cancel_reason: None,
        instalments: Vec::new(),
    }
}

/// The same to be paid in instalments: how much, and how many days after the first.
fn plan(instalments: &[(i64, i64)]) -> Bill {
    let part =
        |(minor, after): &(i64, i64)| Instalment { amount: yuan(*minor), due_on: day(*after) };
    let total = instalments.iter().map(|(minor, _)| minor).sum();
    Bill { instalments: instalments.iter().map(part).collect(), ..fine(total) }
}

fn partial(minor: i64) -> Bill {
    Bill { allows_partial: true, ..fine(minor) }
}

/// Principal, surcharge and days late, so many days after the due day.
fn due(bill: &Bill, after: i64) -> (i64, i64, u32) {
    let due = amount_due(bill, day(after)).unwrap();
    assert_eq!(due.total.minor(), due.principal.minor() + due.surcharge.minor());
    (due.principal.minor(), due.surcharge.minor(), due.days_late)
}

/// The next payment at least, and the last day for it.
fn next(bill: &Bill, after: i64) -> (i64, NaiveDate) {
    let next = amount_due(bill, day(after)).unwrap().next;
    (next.amount.minor(), next.due_on)
}

/// Pays some of a bill. Returns how much went to the bill's own amount and to the surcharge, and
/// whether that settled it.
fn pay_some(bill: &mut Bill, minor: i64, after: i64) -> Result<(i64, i64, bool), Error> {
    let part = pay(bill, Some(yuan(minor)), day(after))?;
    assert_eq!(part.total, yuan(minor));
    bill.progress = part.progress;
    Ok((part.principal.minor(), part.surcharge.minor(), part.settles))
}

#[test]
fn three_percent_a_day_and_never_more_than_the_fine() {
    let bill = fine(20_000);
    for (after, surcharge) in
        [(-3, 0), (0, 0), (1, 600), (10, 6_000), (33, 19_800), (34, 20_000), (400, 20_000)]
    {
        let late = u32::try_from(after).unwrap_or(0);
        assert_eq!(due(&bill, after), (20_000, surcharge, late), "day {after}");
    }
}

#[test]
fn a_bill_without_terms_stays_what_it_is() {
    let bill = Bill { surcharge: None, ..fine(100) };
    assert_eq!(due(&bill, 50), (100, 0, 50));
}

#[test]
fn a_surcharge_grows_on_what_is_unpaid_from_the_day_after_the_payment() {
    let mut bill = partial(20_000);
    // Ten days late: 6,000 have grown. 16,000 pay those, and half of the fine.
    assert_eq!(pay_some(&mut bill, 16_000, 10).unwrap(), (10_000, 6_000, false));
    assert_eq!(due(&bill, 10), (10_000, 0, 10));
    assert_eq!(due(&bill, 11), (10_000, 300, 11), "3 % of the other half");
    assert_eq!(due(&bill, 13), (10_000, 900, 13));
    assert_eq!(pay_some(&mut bill, 10_900, 13).unwrap(), (10_000, 900, true));
    assert_eq!(bill.progress.payments, 2);
}

#[test]
fn what_lateness_added_is_paid_before_the_amount() {
    // Civil Code, article 561.
    let mut bill = partial(20_000);
    assert_eq!(pay_some(&mut bill, 500, 1).unwrap(), (0, 500, false));
    assert_eq!(due(&bill, 1), (20_000, 100, 1));
    assert_eq!(pay_some(&mut bill, 101, 1).unwrap(), (1, 100, false));
    // Until the second day 3 % of 19,999 have been added, rounded down.
    assert_eq!(due(&bill, 2), (19_999, 599, 2));
}

#[test]
fn what_was_paid_of_a_surcharge_counts_towards_its_cap() {
    let mut bill = partial(20_000);
    assert_eq!(pay_some(&mut bill, 6_000, 10).unwrap(), (0, 6_000, false));
    assert_eq!(due(&bill, 33), (20_000, 13_800, 33));
    assert_eq!(due(&bill, 34), (20_000, 14_000, 34), "20,000 in all");
    assert_eq!(due(&bill, 400), (20_000, 14_000, 400));
    assert_eq!(pay_some(&mut bill, 34_000, 400).unwrap(), (20_000, 14_000, true));
}

#[test]
fn a_payment_before_the_due_day_makes_no_day_late() {
    let mut bill = partial(20_000);
    assert_eq!(pay_some(&mut bill, 5_000, -10).unwrap(), (5_000, 0, false));
    assert_eq!(due(&bill, 0), (15_000, 0, 0));
    assert_eq!(due(&bill, 2), (15_000, 900, 2));
}

#[test]
fn each_instalment_is_late_by_its_own_day() {
    let bill = plan(&[(10_000, 0), (6_000, 30), (4_000, 60)]);
    for (after, surcharge, late) in [
        (0, 0, 0),
        (1, 300, 1),
        (30, 9_000, 30),
        (31, 9_300 + 180, 31),
        (36, 10_800 + 1_080, 36),
        (400, 20_000, 400),
    ] {
        assert_eq!(due(&bill, after), (20_000, surcharge, late), "day {after}");
    }
}

#[test]
fn what_is_late_is_due_at_once_and_the_rest_one_by_one() {
    let mut bill = plan(&[(10_000, 0), (6_000, 30), (4_000, 60)]);
    assert_eq!(next(&bill, -5), (10_000, day(0)));
    assert_eq!(next(&bill, 0), (10_000, day(0)), "on the day itself it is not late");
    assert_eq!(next(&bill, 1), (10_300, day(0)));
    assert_eq!(next(&bill, 30), (19_000, day(0)));
    assert_eq!(next(&bill, 31), (16_000 + 9_480, day(0)), "now two of them are late");
    assert_eq!(pay_some(&mut bill, 10_000, 0).unwrap(), (10_000, 0, false));
    assert_eq!(next(&bill, 0), (6_000, day(30)));
    assert_eq!(due(&bill, 20), (10_000, 0, 0), "what is paid in time is not late later");
    assert_eq!(pay_some(&mut bill, 6_000, 30).unwrap(), (6_000, 0, false));
    assert_eq!(next(&bill, 61), (4_120, day(60)));
    assert_eq!(pay_some(&mut bill, 4_120, 61).unwrap(), (4_000, 120, true));
}

#[test]
fn which_amounts_a_bill_takes() {
    let whole = fine(20_000);
    let any = partial(20_000);
    let planned = plan(&[(10_000, 0), (6_000, 30), (4_000, 60)]);
    let takes = |bill: &Bill, minor, after| match pay(bill, Some(yuan(minor)), day(after)) {
        Ok(_) => true,
        Err(Error::AmountNotPayable { .. }) => false,
        Err(other) => panic!("{other}"),
    };
    for (bill, after, taken, refused) in [
        (&whole, 0, vec![20_000], vec![0, -1, 1, 19_999, 20_001]),
        (&whole, 1, vec![20_600], vec![20_000, 20_599, 20_601, 600]),
        (&any, 0, vec![1, 19_999, 20_000], vec![0, -1, 20_001, i64::MAX]),
        (&any, 1, vec![1, 600, 601, 20_600], vec![0, 20_601]),
        (
            &planned,
            0,
            vec![10_000, 16_000, 20_000],
            vec![0, 1, 9_999, 10_001, 15_999, 16_001, 19_999, 20_001],
        ),
        // One is late: it, its surcharge, and as many of the others as one likes.
        (&planned, 30, vec![19_000, 25_000, 29_000], vec![9_000, 10_000, 18_999, 16_000, 29_001]),
        // Two are late: both.
        (&planned, 31, vec![25_480, 29_480], vec![19_480, 9_480, 25_479]),
    ] {
        for minor in taken {
            assert!(takes(bill, minor, after), "{minor} on day {after} of {:?}", bill.instalments);
        }
        for minor in refused {
            assert!(!takes(bill, minor, after), "{minor} on day {after} of {:?}", bill.instalments);
        }
    }
    let dollars = Money::new(20_000, Currency::Usd);
    assert!(matches!(
        pay(&any, Some(dollars), day(0)),
        Err(Error::AmountNotPayable { least, most }) if least == most && most == yuan(20_000)
    ));
}

#[test]
fn without_an_amount_everything_that_is_due_is_paid() {
    for bill in [fine(20_000), partial(20_000), plan(&[(15_000, 0), (5_000, 30)])] {
        let part = pay(&bill, None, day(1)).unwrap();
        assert!(part.settles);
        assert_eq!(part.total, amount_due(&bill, day(1)).unwrap().total);
    }
}

#[test]
fn the_largest_bill_can_be_paid_however_late_it_is() {
    let cap = yuan(AMOUNT_MAX);
    let per_day = Rate::basis_points(u32::try_from(RATE_MAX).unwrap());
    let mut bill = Bill { surcharge: Some(Surcharge { per_day, cap }), ..fine(AMOUNT_MAX) };
    bill.due_on = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
    let today = NaiveDate::from_ymd_opt(9_999, 12, 31).unwrap();
    assert_eq!(pay(&bill, None, today).unwrap().total, yuan(2 * AMOUNT_MAX));
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
    fn a_surcharge_grows_and_is_capped(minor in 1_i64..1_000_000, after in 0_i64..500) {
        let bill = fine(minor);
        let (today, tomorrow) = (due(&bill, after).1, due(&bill, after + 1).1);
        prop_assert!(today <= tomorrow && tomorrow <= minor);
        prop_assert_eq!(today, (minor * 3 * after / 100).min(minor));
    }

    #[test]
    fn payments_come_to_the_amount_and_never_to_more_than_the_cap(
        minor in 1_i64..100_000,
        payments in prop::collection::vec((1_i64..60_000, 0_i64..20), 1..40),
    ) {
        let mut bill = partial(minor);
        let (mut paid, mut after, mut settled) = ((0, 0), -20, false);
        for (amount, days) in payments {
            after += days;
            let (principal, surcharge, _) = due(&bill, after);
            prop_assert!(principal > 0 && surcharge >= 0);
            let amount = amount.min(principal + surcharge);
            let (of_amount, of_surcharge, settles) = pay_some(&mut bill, amount, after).unwrap();
            prop_assert!(of_surcharge == surcharge || of_amount == 0);
            paid = (paid.0 + of_amount, paid.1 + of_surcharge);
            prop_assert!(paid.0 <= minor && paid.1 <= minor);
            prop_assert_eq!(settles, paid.0 == minor && of_surcharge == surcharge);
            if settles {
                settled = true;
                break;
            }
        }
        // Whoever pays in parts never pays more than whoever pays everything at the end.
        prop_assert!(paid.1 <= due(&fine(minor), after).1);
        prop_assert_eq!(settled, bill.progress.principal == minor);
    }

    #[test]
    fn instalments_in_time_cost_nothing_more(
        parts in prop::collection::vec((1_i64..50_000, 1_i64..40), 1..12),
    ) {
        let mut after = 0;
        let parts: Vec<(i64, i64)> = parts
            .into_iter()
            .map(|(minor, days)| {
                let on = after;
                after += days;
                (minor, on)
            })
            .collect();
        let mut bill = plan(&parts);
        for (n, (minor, on)) in parts.iter().enumerate() {
            prop_assert_eq!(next(&bill, *on), (*minor, day(*on)));
            let paid = pay_some(&mut bill, *minor, *on).unwrap();
            prop_assert_eq!(paid, (*minor, 0, n + 1 == parts.len()));
        }
    }
}
