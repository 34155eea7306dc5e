//! Which version of a report stands, whatever the order in which versions arrive.
//!
//! A version is later than another by the instant at which it was issued, and of two of one instant
//! by how far its status is. Along that order a report only ever gets further: a version that says
//! less than an earlier one, or of which a later one says less, contradicts what is on record.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::model::{ReportStatus, VersionKey};

/// How much a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Announced,
    Interim,
    Complete,
    Cancelled,
    Erroneous,
}

impl ReportStatus {
    fn phase(self) -> Phase {
        match self {
            Self::Registered => Phase::Announced,
            Self::Partial | Self::Preliminary => Phase::Interim,
            Self::Final | Self::Amended | Self::Corrected | Self::Appended => Phase::Complete,
            Self::Cancelled => Phase::Cancelled,
            Self::EnteredInError => Phase::Erroneous,
        }
    }

    /// Its place among versions of the same instant. Those that changed a final one share theirs: it
    /// cannot be known which of them came last.
    fn rank(self) -> u8 {
        match self {
            Self::Registered => 0,
            Self::Partial => 1,
            Self::Preliminary => 2,
            Self::Final => 3,
            Self::Amended | Self::Corrected | Self::Appended => 4,
            Self::Cancelled => 5,
            Self::EnteredInError => 6,
        }
    }

    /// Whether the report is complete and verified, at first or after a change.
    pub(crate) fn is_complete(self) -> bool {
        self.phase() == Phase::Complete
    }

    /// Whether a version of this status may be followed by a later one of another. What was skipped
    /// may still arrive; what was cancelled or sent in error does not come back.
    pub(crate) fn may_become(self, later: Self) -> bool {
        self.phase() <= later.phase()
    }
}

/// What becomes of a version that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filing {
    /// It is on record under this number.
    Unchanged(u32),
    /// It is new and stands from now on.
    Current,
    /// It is new and older than the one that stands.
    Superseded,
}

/// Why a version cannot be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contradiction {
    /// It says less than an earlier version, or a later one says less.
    Regressed,
    /// Another version of the same instant and rank says something else.
    SameInstant,
}

/// A version that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arriving<'a> {
    pub status: ReportStatus,
    pub issued_at: DateTime<Utc>,
    pub content_digest: &'a [u8],
}

/// Finds the place of a version among those on record.
pub(crate) fn file(on_record: &[VersionKey], new: Arriving<'_>) -> Result<Filing, Contradiction> {
    let place = |known: &VersionKey| order(known, &new);
    if let Some(known) = on_record.iter().find(|known| place(known) == Ordering::Equal) {
        let same = known.status == new.status && known.content_digest == new.content_digest;
        let unchanged = Filing::Unchanged(known.number);
        return if same { Ok(unchanged) } else { Err(Contradiction::SameInstant) };
    }
    let fits = on_record.iter().all(|known| match place(known) {
        Ordering::Greater => new.status.may_become(known.status),
        Ordering::Less | Ordering::Equal => known.status.may_become(new.status),
    });
    let newest = on_record.iter().all(|known| place(known) == Ordering::Less);
    match (fits, newest) {
        (false, _) => Err(Contradiction::Regressed),
        (true, true) => Ok(Filing::Current),
        (true, false) => Ok(Filing::Superseded),
    }
}

/// How a version on record stands to one that arrives.
fn order(known: &VersionKey, new: &Arriving<'_>) -> Ordering {
    let known = (known.issued_at, known.status.rank());
    known.cmp(&(new.issued_at, new.status.rank()))
}

#[cfg(test)]
mod tests;
