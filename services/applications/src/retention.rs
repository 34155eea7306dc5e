//! What applications forget.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// What was handed in for an application that came to nothing. Half a year later nobody asks about it
/// any more; that there was one is kept.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "applications.filings",
    kept: TimeDelta::days(180),
    statement: "DELETE FROM applications.filings WHERE (city, id) IN \
                (SELECT city, id FROM applications.filings \
                 WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
