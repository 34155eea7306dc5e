//! What cases forget.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// A case that is closed, with everything that was said in it, for as long as somebody may still bring
/// a claim (Civil Code, article 188). The figures of usage stay; they know nobody.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "cases.cases",
    kept: TimeDelta::days(3 * 365),
    statement: "DELETE FROM cases.cases WHERE (city, id) IN \
                (SELECT city, id FROM cases.cases \
                 WHERE closed_at < $1 ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
