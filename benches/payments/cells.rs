//! Which cells are measured.

use std::{collections::BTreeSet, env, fmt};

use crate::city::Failure;

/// Something that is measured in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Payments to many agencies.
    Spread,
    /// pgbench, scale 50.
    PgbenchS50,
    /// Payments to one agency.
    Hot,
    /// pgbench, scale 1.
    PgbenchS1,
    /// One connection, on a lane and without.
    Direct,
    /// A fixed rate.
    Open,
}

const NAMES: [(&str, Cell); 6] = [
    ("spread", Cell::Spread),
    ("pgbench_s50", Cell::PgbenchS50),
    ("hot", Cell::Hot),
    ("pgbench_s1", Cell::PgbenchS1),
    ("direct", Cell::Direct),
    ("open", Cell::Open),
];

/// Those that are wanted.
pub struct Cells(BTreeSet<Cell>);

impl Cells {
    /// `CITYGATE_BENCH_CELLS`, or all.
    pub fn read() -> Result<Self, Failure> {
        let Ok(wanted) = env::var("CITYGATE_BENCH_CELLS") else {
            return Ok(Self(NAMES.iter().map(|(_, cell)| *cell).collect()));
        };
        let find = |word: &str| {
            let found = NAMES.iter().find(|(name, _)| *name == word.trim());
            found.map(|(_, cell)| *cell).ok_or_else(|| format!("there is no cell {word}"))
        };
        Ok(Self(wanted.split(',').map(find).collect::<Result<_, _>>()?))
    }

    /// Whether one is wanted.
    pub fn has(&self, cell: Cell) -> bool {
        self.0.contains(&cell)
    }
}

impl fmt::Display for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cells:")?;
        NAMES
            .iter()
            .filter(|(_, cell)| self.has(*cell))
            .try_for_each(|(name, _)| write!(f, " {name}"))
    }
}
