//! What inquiries forget.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// An answer stands in for a register that does not answer. One that nobody has asked for in three
/// months stands in for nothing.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "inquiry.answers",
    kept: TimeDelta::days(90),
    statement: "DELETE FROM inquiry.answers WHERE (city, id) IN \
                (SELECT city, id FROM inquiry.answers WHERE asked_at < $1 \
                 ORDER BY asked_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
