//! State machines as data: rows of a state, an event, and the state that it leads to. What no row
//! names cannot happen.

/// A row of a table.
pub type Row<S, E> = (S, E, S);

/// Where an event leads; none where it cannot happen.
pub fn next<S: Copy + PartialEq, E: Copy + PartialEq>(
    table: &[Row<S, E>],
    state: S,
    event: E,
) -> Option<S> {
    let row = table.iter().find(|(from, on, _)| *from == state && *on == event);
    row.map(|(_, _, to)| *to)
}
