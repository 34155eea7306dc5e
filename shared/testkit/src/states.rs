//! What every table of states has to be.

use std::fmt::Debug;

use citygate_kernel::states::Row;

/// Panics where the same event leads from the same state twice.
pub fn each_pair_stands_once<S, E>(table: &[Row<S, E>])
where
    S: PartialEq + Debug,
    E: PartialEq + Debug,
{
    for (from, by, _) in table {
        let rows = table.iter().filter(|(state, event, _)| (state, event) == (from, by)).count();
        assert_eq!(rows, 1, "{by:?} in {from:?}");
    }
}

/// Panics where a state of `all` cannot be reached from the first one.
pub fn every_state_is_reached<S, E>(table: &[Row<S, E>], first: S, all: &[S])
where
    S: Copy + PartialEq + Debug,
{
    let mut reached = vec![first];
    while reached.len() < all.len() {
        let next =
            table.iter().find(|(from, _, to)| reached.contains(from) && !reached.contains(to));
        let after = next.map(|(.., to)| *to);
        assert!(after.is_some(), "only {reached:?} are ever reached");
        reached.extend(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Row<u8, char>] = &[(1, 'a', 2), (2, 'a', 1), (2, 'b', 3)];

    #[test]
    fn a_table_without_faults_passes() {
        each_pair_stands_once(TABLE);
        every_state_is_reached(TABLE, 1, &[1, 2, 3]);
    }

    #[test]
    #[should_panic(expected = "'a' in 1")]
    fn a_pair_with_two_outcomes_does_not() {
        each_pair_stands_once(&[(1, 'a', 2), (1, 'a', 3)]);
    }

    #[test]
    #[should_panic(expected = "only [3] are ever reached")]
    fn nor_does_a_state_that_nothing_leads_to() {
        every_state_is_reached(TABLE, 3, &[1, 2, 3]);
    }
}
