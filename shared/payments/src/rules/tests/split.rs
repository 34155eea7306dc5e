use proptest::prelude::*;

use crate::rules::split;

#[test]
fn the_units_that_are_left_go_to_the_first_of_equals() {
    assert_eq!(split(100, &[1_u32, 1, 1], &[0, 0, 0]), [34, 33, 33]);
    assert_eq!(split(1, &[1_u32, 1, 1], &[34, 33, 33]), [0, 1, 0]);
    assert_eq!(split(1, &[1_u32, 1, 1], &[34, 34, 33]), [0, 0, 1]);
    assert_eq!(split(7, &[70_u32, 30], &[0, 0]), [5, 2]);
    assert_eq!(split(0, &[1_u32, 2], &[1, 2]), [0, 0]);
    assert_eq!(split(5, &[9_u32], &[3]), [5]);
    assert_eq!(split::<u32>(0, &[], &[]), Vec::<i64>::new());
}

#[test]
fn the_largest_numbers_have_room() {
    let parts = [u32::MAX; 100];
    let shares = split(i64::MAX, &parts, &[0; 100]);
    assert_eq!(shares.iter().sum::<i64>(), i64::MAX);
    assert_eq!(split(i64::MAX, &[i64::MAX, i64::MAX], &[0, 0]), [i64::MAX / 2 + 1, i64::MAX / 2]);
}

/// How far each is from its part of everything, in `whole`ths of a unit.
fn distances(parts: &[i64], had: &[i64]) -> Vec<i64> {
    let (whole, total) = (parts.iter().sum::<i64>(), had.iter().sum::<i64>());
    parts.iter().zip(had).map(|(part, had)| had * whole - total * part).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Small amounts beside large ones, and parts of very different sizes: what is hardest to
    /// share out fairly.
    #[test]
    fn shares_are_exact_and_nobody_is_ever_a_unit_off(
        parts in prop::collection::vec(
            prop_oneof![1_i64..4, 1_i64..1_000, Just(512_i64), Just(1_000_000_i64)], 1..12,
        ),
        amounts in prop::collection::vec(prop_oneof![Just(1_i64), 0_i64..4, 0_i64..3_000_000], 1..60),
    ) {
        let whole: i64 = parts.iter().sum();
        let mut had = vec![0; parts.len()];
        for amount in amounts {
            let shares = split(amount, &parts, &had);
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
            prop_assert!(shares.iter().all(|share| *share >= 0), "{:?}", shares);
            had = had.iter().zip(shares).map(|(had, share)| had + share).collect();
            let distances = distances(&parts, &had);
            prop_assert!(distances.iter().all(|by| by.abs() < whole), "{:?} of {whole}", distances);
        }
        // Up to the next multiple of all parts: now nobody is off at all.
        let total: i64 = had.iter().sum();
        let rest = split(whole - total % whole, &parts, &had);
        had = had.iter().zip(rest).map(|(had, share)| had + share).collect();
        prop_assert!(distances(&parts, &had).iter().all(|by| *by == 0));
    }

    #[test]
    fn a_payment_that_goes_back_in_parts_goes_back_exactly(
        parts in prop::collection::vec(1_u32..1_000, 1..12),
        paid in 1_i64..1_000_000,
        refunds in prop::collection::vec(1_i64..200_000, 0..40),
    ) {
        let received = split(paid, &parts, &vec![0; parts.len()]);
        // As in the database: whoever received nothing has no share in the payment.
        let received: Vec<i64> = received.into_iter().filter(|minor| *minor > 0).collect();
        let (mut refunded, mut left) = (vec![0; received.len()], paid);
        for refund in refunds.into_iter().chain([paid]) {
            let refund = refund.min(left);
            let shares = split(refund, &received, &refunded);
            prop_assert_eq!(shares.iter().sum::<i64>(), refund);
            refunded = refunded.iter().zip(shares).map(|(before, share)| before + share).collect();
            left -= refund;
            let mut fits = refunded.iter().zip(&received);
            prop_assert!(fits.all(|(refunded, received)| (0..=*received).contains(refunded)));
        }
        prop_assert_eq!(refunded, received, "to each exactly what it had received");
    }
}
