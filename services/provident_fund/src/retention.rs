//! What the provident fund forgets, and when.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// All of it.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "provident_fund.viewings",
    kept: TimeDelta::days(1),
    statement: "DELETE FROM provident_fund.viewings WHERE (city, session_id, account_id) IN \
                (SELECT city, session_id, account_id FROM provident_fund.viewings \
                 WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
