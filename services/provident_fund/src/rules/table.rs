//! What the tests of all tables of states ask: the documentation of the crate holds the same ones.

use std::fmt::Debug;

use citygate_kernel::states::{Row, next};
use citygate_testkit::states::{each_pair_stands_once, every_state_is_reached};

/// The table as the documentation writes it, in the order of `states` and `events`.
fn rendered<S: Copy + PartialEq, E: Copy + PartialEq>(
    table: &[Row<S, E>],
    states: &[(S, &str)],
    events: &[(E, &str)],
) -> Vec<String> {
    let name = |state| states.iter().find(|(one, _)| *one == state).unwrap().1;
    let line = |head: &str, cells: Vec<&str>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!(" {cell} |")).collect();
        format!("//! | {head} |{}", cells.concat()).replace("|  |", "| |").replace("|  |", "| |")
    };
    let head = line("", events.iter().map(|(_, name)| *name).collect());
    let rule = format!("//! |{}", "---|".repeat(events.len() + 1));
    let rows = states.iter().map(|(state, code)| {
        let cell = |event| next(table, *state, event).map_or("", name);
        line(code, events.iter().map(|(event, _)| cell(*event)).collect())
    });
    [head, rule].into_iter().chain(rows).collect()
}

/// The table that follows a heading of the crate's documentation.
fn documented(heading: &str) -> Vec<String> {
    let mut lines =
        include_str!("../lib.rs").lines().skip_while(|line| *line != format!("//! {heading}"));
    assert!(lines.next().is_some(), "there is no heading {heading}");
    let table = lines.skip_while(|line| !line.starts_with("//! |"));
    table.take_while(|line| line.starts_with("//! |")).map(str::to_owned).collect()
}

/// The documentation shows the table; each pair has one outcome; every state can be reached from
/// the first, and what `ends` names leads nowhere.
pub(crate) fn holds<S, E>(
    heading: &str,
    table: &[Row<S, E>],
    states: &[(S, &str)],
    events: &[(E, &str)],
    ends: &[S],
) where
    S: Copy + PartialEq + Ord + Debug,
    E: Copy + PartialEq + Ord + Debug,
{
    let lines = rendered(table, states, events);
    assert_eq!(documented(heading), lines, "the table is\n{}", lines.join("\n"));
    each_pair_stands_once(table);
    for (state, _) in states {
        let leads_on = events.iter().any(|(event, _)| next(table, *state, *event).is_some());
        assert_eq!(leads_on, !ends.contains(state), "{state:?}");
    }
    let all: Vec<S> = states.iter().map(|(state, _)| *state).collect();
    every_state_is_reached(table, all[0], &all);
}
