//! What the notifier forgets, and when.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// What was sent is an empty row that says when. That is asked for while somebody may still wonder
/// whether a letter was ever sent.
pub(crate) const EXPIRING: &[Expiring] = &[Expiring {
    table: "notify.messages",
    kept: TimeDelta::days(90),
    statement: "DELETE FROM notify.messages WHERE id IN \
                (SELECT id FROM notify.messages WHERE sent_at < $1 \
                 ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
}];
