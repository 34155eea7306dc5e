use citygate_kernel::{Currency, Money, Text};

use super::yuan;
use crate::{
    error::Error,
    model::{Line, NewRefund, RefundedLine},
    rules::refund,
};

fn asked(available: i64, amount: Option<i64>, lines: &[(i16, i64)]) -> NewRefund {
    let line = |(n, minor): &(i16, i64)| RefundedLine { n: *n, amount: yuan(*minor) };
    NewRefund {
        available: yuan(available),
        amount: amount.map(yuan),
        lines: lines.iter().map(line).collect(),
        reason: "a mistake".to_owned(),
    }
}

/// Lines of 600 and 400, of the first of which 100 have gone back.
fn lines() -> Vec<Line> {
    let line =
        |minor, refunded| Line { text: Text::new("a", "甲"), amount: yuan(minor), refunded };
    vec![line(600, 100), line(400, 0)]
}

#[test]
fn what_is_paid_back() {
    for (amount, of_lines, expected) in [
        (None, &[][..], 900),
        (Some(1), &[], 1),
        (Some(900), &[], 900),
        (None, &[(1, 500)], 500),
        (None, &[(2, 400), (1, 500)], 900),
        (Some(300), &[(2, 300)], 300),
    ] {
        let taken = refund(yuan(900), &lines(), &asked(900, amount, of_lines)).unwrap();
        assert_eq!(taken, yuan(expected), "{amount:?} {of_lines:?}");
    }
}

#[test]
fn what_is_not() {
    let refused = |available, amount, of_lines: &[(i16, i64)]| {
        refund(yuan(900), &lines(), &asked(available, amount, of_lines)).unwrap_err().to_string()
    };
    for (available, amount, of_lines, expected) in [
        (899, None, &[][..], "CNY 9.00 can be refunded"),
        (1_000, Some(1), &[], "CNY 9.00 can be refunded"),
        (900, Some(0), &[], "at most CNY 9.00 can be refunded"),
        (900, Some(-1), &[], "at most CNY 9.00 can be refunded"),
        (900, Some(901), &[], "at most CNY 9.00 can be refunded"),
        (900, Some(i64::MAX), &[], "at most CNY 9.00 can be refunded"),
        (900, None, &[(1, 501)], "at most CNY 5.00 can be refunded"),
        (900, None, &[(0, 1)], "the bill has no line 0"),
        (900, None, &[(3, 1)], "the bill has no line 3"),
        (900, None, &[(-1, 1)], "the bill has no line -1"),
        (900, None, &[(1, 1), (1, 1)], "the refund is not sound: it names each line once"),
        (900, Some(2), &[(1, 1)], "the refund is not sound: its lines come to its amount"),
    ] {
        assert_eq!(refused(available, amount, of_lines), expected, "{amount:?} {of_lines:?}");
    }
    let nothing = refund(yuan(0), &[], &asked(0, None, &[])).unwrap_err();
    assert!(matches!(nothing, Error::RefundTooLarge { most } if most == yuan(0)), "{nothing}");
    // The lines have room for it, what is left of the payment has not.
    let more = refund(yuan(300), &lines(), &asked(300, None, &[(2, 301)])).unwrap_err();
    assert!(matches!(more, Error::RefundTooLarge { most } if most == yuan(300)), "{more}");
    let line_of_nothing = refund(yuan(900), &lines(), &asked(900, None, &[(1, 0)])).unwrap_err();
    assert!(matches!(line_of_nothing, Error::RefundUnsound(_)));
}

#[test]
fn another_currency_is_another_amount() {
    let dollars = |minor| Money::new(minor, Currency::Usd);
    let believed = NewRefund { available: dollars(900), ..asked(900, None, &[]) };
    let fact = refund(yuan(900), &[], &believed).unwrap_err();
    assert!(matches!(fact, Error::RefundAvailableChanged { .. }));
    let wanted = NewRefund { amount: Some(dollars(1)), ..asked(900, None, &[]) };
    assert!(matches!(refund(yuan(900), &[], &wanted), Err(Error::RefundUnsound(_))));
}
