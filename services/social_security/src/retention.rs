//! What social security forgets.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// What has ended gives nobody a right any more.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "social_security.viewings",
    kept: TimeDelta::days(1),
    statement: "DELETE FROM social_security.viewings WHERE (city, session_id, agency_id) IN \
                (SELECT city, session_id, agency_id FROM social_security.viewings \
                 WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
