//! What is published, and when.

use chrono::{Days, NaiveDate};
use citygate_kernel::{Month, words};

/// What was counted less often is not shown.
pub(crate) const SMALLEST: i64 = 10;

/// How many days after a month its scorecards are published: the periods of what was begun at its end
/// run until then.
const SCORED_AFTER: Days = Days::new(30);

/// The last month of which it is known how much was used.
pub(crate) fn last_over(today: NaiveDate) -> Month {
    Month::of(today).plus(-1)
}

/// The last month of which scorecards are published.
pub(crate) fn last_scored(today: NaiveDate) -> Month {
    last_over(today.checked_sub_days(SCORED_AFTER).unwrap_or(today))
}

/// What may be shown of some counts, the largest first; those of equal size in the order of their keys.
/// It depends on nothing that it does not show.
pub(crate) fn shown<T: Ord>(counts: impl IntoIterator<Item = (T, i64)>) -> Vec<(T, i64)> {
    let mut shown: Vec<_> = counts.into_iter().filter(|(_, times)| *times >= SMALLEST).collect();
    shown.sort_by(|(one, times), (other, others)| others.cmp(times).then(one.cmp(other)));
    shown
}

words! {
    /// How exactly a share is told.
    Bound {
        /// To the percent.
        Exactly = "exactly",
        /// It may be more: what is missing from all is too few to be shown.
        AtLeast = "at_least",
        /// It may be less: it is too few to be shown.
        AtMost = "at_most",
    }
}

/// A share of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub bound: Bound,
    pub percent: i64,
}

/// Which share of all a part is, as far as it may be shown. A part may be more than all of which it
/// is one, where it was counted in another month.
pub(crate) fn share(part: i64, all: i64) -> Option<Share> {
    if all < SMALLEST {
        return None;
    }
    let part = part.clamp(0, all);
    let hidden = SMALLEST - 1;
    // Rounded away from what is hidden, and at 5 to the larger.
    let (bound, percent) = match (part >= SMALLEST, all - part >= SMALLEST) {
        (true, true) => (Bound::Exactly, (part * 200 + all) / (all * 2)),
        (true, false) => (Bound::AtLeast, (all - hidden) * 100 / all),
        (false, true) => (Bound::AtMost, (hidden * 100 + all - 1) / all),
        (false, false) => return None,
    };
    Some(Share { bound, percent })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_month_is_published_when_it_is_over_and_scored_thirty_days_later() {
        for (today, over, scored) in [
            ("2026-11-30", "2026-10", "2026-09"),
            ("2026-12-01", "2026-11", "2026-10"),
            ("2026-12-30", "2026-11", "2026-10"),
            ("2026-12-31", "2026-11", "2026-11"),
            ("2027-03-01", "2027-02", "2026-12"),
            ("2027-03-03", "2027-02", "2027-01"),
        ] {
            let today = today.parse().unwrap();
            let found = (last_over(today).to_string(), last_scored(today).to_string());
            assert_eq!(found, (over.to_owned(), scored.to_owned()), "{today}");
        }
    }

    #[test]
    fn the_most_used_stands_first_and_what_is_rare_not_at_all() {
        let counts = [("a", 10), ("b", 9), ("c", 400), ("d", 10), ("e", 0)];
        assert_eq!(shown(counts), [("c", 400), ("a", 10), ("d", 10)]);
    }

    #[test]
    fn shares() {
        for (part, all, wanted) in [
            (0, 9, None),
            (9, 9, None),
            (5, 14, None),
            (9, 18, None),
            (10, 20, Some((Bound::Exactly, 50))),
            (200, 300, Some((Bound::Exactly, 67))),
            (25, 1_000, Some((Bound::Exactly, 3))),
            (0, 200, Some((Bound::AtMost, 5))),
            (9, 200, Some((Bound::AtMost, 5))),
            (200, 200, Some((Bound::AtLeast, 95))),
            (191, 200, Some((Bound::AtLeast, 95))),
            (190, 200, Some((Bound::Exactly, 95))),
            (230, 200, Some((Bound::AtLeast, 95))),
        ] {
            let found = share(part, all).map(|share| (share.bound, share.percent));
            assert_eq!(found, wanted, "{part} of {all}");
        }
    }

    proptest! {
        /// Nobody can tell one number below ten from another, whatever they subtract: they are
        /// published alike.
        #[test]
        fn tables_that_differ_in_what_is_hidden_are_published_alike(
            counts in prop::collection::vec((0_i64..40, 0..SMALLEST), 0..12)
        ) {
            let one = counts.iter().map(|(times, _)| *times).enumerate();
            let other = counts
                .iter()
                .map(|(times, instead)| if *times < SMALLEST { *instead } else { *times })
                .enumerate();
            prop_assert_eq!(shown(one), shown(other));
        }

        #[test]
        fn shares_with_a_small_part_are_published_alike_and_true(
            all in 0_i64..5_000, part in 0_i64..5_000, instead in 0..SMALLEST
        ) {
            let part = part.min(all);
            let rest = all - part;
            if let Some(Share { bound, percent }) = share(part, all) {
                let (least, most) = match bound {
                    Bound::Exactly => (percent * 2 - 1, percent * 2 + 1),
                    Bound::AtLeast => (percent * 2, 200),
                    Bound::AtMost => (0, percent * 2),
                };
                prop_assert!((least * all..=most * all).contains(&(part * 200)));
            }
            if part < SMALLEST && rest >= SMALLEST && all - instead >= SMALLEST {
                prop_assert_eq!(share(part, all), share(instead, all));
            }
            if rest < SMALLEST && part >= SMALLEST && all - instead >= SMALLEST {
                prop_assert_eq!(share(part, all), share(all - instead, all));
            }
        }
    }
}
