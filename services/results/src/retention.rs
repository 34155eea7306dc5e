//! What results forget, and when. Reports, their releases and who has seen them are kept: they are a
//! part of the patient's record.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// All of it.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "results.viewings",
    kept: TimeDelta::days(1),
    statement: "DELETE FROM results.viewings WHERE (city, session_id, report_id) IN \
                (SELECT city, session_id, report_id FROM results.viewings \
                 WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
