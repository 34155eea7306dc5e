use citygate_kernel::{Currency, Money};
use proptest::prelude::*;

use super::*;
use crate::model::ServiceKind;

fn line(n: i16, class: CatalogueClass, minor: i64) -> ChargeLine {
    let amount = Money::new(minor, Currency::Cny);
    ChargeLine { n, service: ServiceKind::Drug, class, quantity: 1, unit_price: amount, amount }
}

fn lines(of: &[(CatalogueClass, i64)]) -> Vec<ChargeLine> {
    (1..).zip(of).map(|(n, (class, minor))| line(n, *class, *minor)).collect()
}

const RULE: OutpatientRule = OutpatientRule {
    deductible_minor: 30_000,
    pool_basis_points: 7_000,
    cap_minor: 500_000,
    class_b_basis_points: 1_000,
};
use CatalogueClass::{A, B, C};

#[test]
fn a_charge_above_the_deductible() {
    let charge = lines(&[(A, 40_000), (B, 20_000), (C, 5_000)]);
    let split = estimate(&RULE, UsedThisYear::default(), &charge);
    // Covered are 400.00 and 180.00; of the deductible 300.00 they bear 206.90 and 93.10; of the
    // rest, 280.00, the pool pays 196.00.
    let of = |n: usize| {
        let LineSplit { out_of_catalogue, category_b_self, deductible_used, pool, cash, .. } =
            split[n];
        [out_of_catalogue, category_b_self, deductible_used, pool, cash]
    };
    assert_eq!(of(0), [0, 0, 20_690, 13_517, 5_793]);
    assert_eq!(of(1), [0, 2_000, 9_310, 6_083, 2_607]);
    assert_eq!(of(2), [5_000, 0, 0, 0, 0]);
    assert_eq!(split.iter().map(|line| line.pool).sum::<i64>(), 19_600);
}

#[test]
fn deductible_and_cap_are_of_the_year() {
    let charge = lines(&[(A, 100_000)]);
    for (deductible, pool, expected) in [
        (0, 0, (30_000, 49_000)),
        (30_000, 0, (0, 70_000)),
        (99_000, 0, (0, 70_000)),
        (30_000, 480_000, (0, 20_000)),
        (30_000, 600_000, (0, 0)),
    ] {
        let [split] = estimate(&RULE, UsedThisYear { deductible, pool }, &charge)[..] else {
            panic!("one line");
        };
        assert_eq!((split.deductible_used, split.pool), expected, "{deductible} {pool}");
    }
}

#[test]
fn what_an_insurer_says_is_checked() {
    let charge = lines(&[(A, 100), (C, 50)]);
    let sound = vec![
        LineSplit { n: 1, pool: 70, cash: 30, ..LineSplit::default() },
        LineSplit { n: 2, out_of_catalogue: 50, ..LineSplit::default() },
    ];
    assert_eq!(check(&charge, &sound), Ok(()));
    type Change = fn(&mut Vec<LineSplit>);
    let wrong: [(Change, UnsoundSplit); 8] = [
        (|split| split[0].pool = 71, UnsoundSplit::Inexact),
        (|split| split[0].pool = i64::MAX, UnsoundSplit::Inexact),
        (|split| (split[0].pool, split[0].cash) = (-1, 101), UnsoundSplit::Negative),
        (|split| split[0].n = 2, UnsoundSplit::OtherLines),
        (|split| split.swap(0, 1), UnsoundSplit::OtherLines),
        (|split| split.truncate(1), UnsoundSplit::OtherLines),
        (|split| split.push(LineSplit::default()), UnsoundSplit::OtherLines),
        (|split| (split[1].out_of_catalogue, split[1].pool) = (0, 50), UnsoundSplit::NotCovered),
    ];
    for (change, expected) in wrong {
        let mut split = sound.clone();
        change(&mut split);
        assert_eq!(check(&charge, &split), Err(expected), "{split:?}");
    }
}

fn any_lines() -> impl Strategy<Value = Vec<ChargeLine>> {
    let class = prop_oneof![Just(A), Just(B), Just(C)];
    let amount = prop_oneof![1_i64..20, 1_i64..100_000_000];
    prop::collection::vec((class, amount), 1..40).prop_map(|of| lines(&of))
}

fn any_rule() -> impl Strategy<Value = OutpatientRule> {
    (0_i64..500_000, 0_i64..=10_000, 0_i64..5_000_000, 0_i64..=10_000).prop_map(
        |(deductible_minor, pool_basis_points, cap_minor, class_b_basis_points)| OutpatientRule {
            deductible_minor,
            pool_basis_points,
            cap_minor,
            class_b_basis_points,
        },
    )
}

proptest! {
    #[test]
    fn every_line_and_the_sum_are_exact_and_nothing_is_negative(
        rule in any_rule(),
        lines in any_lines(),
        deductible in 0_i64..600_000,
        pool in 0_i64..6_000_000,
    ) {
        let used = UsedThisYear { deductible, pool };
        let split = estimate(&rule, used, &lines);
        prop_assert_eq!(check(&lines, &split), Ok(()));
        let sum = |of: fn(&LineSplit) -> i64| split.iter().map(of).sum::<i64>();
        let total: i64 = lines.iter().map(|line| line.amount.minor()).sum();
        prop_assert_eq!(sum(LineSplit::own) + sum(LineSplit::insured), total);
        prop_assert!(sum(|line| line.deductible_used) <= (rule.deductible_minor - deductible).max(0));
        prop_assert!(sum(|line| line.pool) <= (rule.cap_minor - pool).max(0));
        // The pool pays its ratio of what is above the deductible, to the fen, up to the cap.
        let above = sum(|line| line.pool) + sum(|line| line.cash);
        let pays = above * rule.pool_basis_points / 10_000;
        prop_assert_eq!(sum(|line| line.pool), pays.min((rule.cap_minor - pool).max(0)));
        prop_assert_eq!(estimate(&rule, used, &lines), split);
    }

    #[test]
    fn a_sum_is_shared_out_whole_and_no_part_exceeds_its_weight(
        weights in prop::collection::vec(0_i64..1_000_000_000_000, 0..60),
        of_all in 0_u32..=1_000,
    ) {
        let all: i64 = weights.iter().sum();
        let sum = i64::try_from(i128::from(all) * i128::from(of_all) / 1_000).unwrap();
        let parts = apportion(sum, &weights);
        prop_assert_eq!(parts.iter().sum::<i64>(), sum);
        prop_assert!(parts.iter().zip(&weights).all(|(part, weight)| (0..=*weight).contains(part)));
    }
}
