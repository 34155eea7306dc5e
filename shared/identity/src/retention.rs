//! What identity forgets, and when.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

use crate::rules::{KNOWN_FOR, client_requests::UNUSED_CLIENT};

/// What has been over for a day is of use to nobody: limits look back for a day at most, and so
/// does who asks why a sign-in failed.
const DAY: TimeDelta = TimeDelta::days(1);

/// Rows by a column that says when they end, found by its index.
macro_rules! ended {
    ($table:literal, $key:literal, $column:literal, $kept:expr) => {
        Expiring {
            table: concat!("identity.", $table),
            kept: $kept,
            statement: concat!(
                "DELETE FROM identity.",
                $table,
                " WHERE (",
                $key,
                ") IN (SELECT ",
                $key,
                " FROM identity.",
                $table,
                " WHERE ",
                $column,
                " < $1 ORDER BY ",
                $column,
                " LIMIT $2 FOR UPDATE SKIP LOCKED)"
            ),
        }
    };
}

/// All of it.
pub(crate) const EXPIRING: &[Expiring] = &[
    ended!("sign_in_codes", "email_index", "expires_at", DAY),
    ended!("one_time_codes", "id", "expires_at", DAY),
    ended!("pushed_requests", "digest", "expires_at", DAY),
    ended!("passkey_ceremonies", "id", "expires_at", DAY),
    // A code that comes back ends the session that it began, for as long as it is known.
    ended!("authorization_codes", "digest", "expires_at", DAY),
    // An assertion is refused by its time before its jti is forgotten.
    ended!("client_assertions", "client_id, jti", "expires_at", DAY),
    ended!("person_lookups", "accessor_id, document_index", "looked_up_at", DAY),
    ended!("step_up_codes", "account_id", "expires_at", DAY),
    // Which proof served for what is asked when somebody disputes it.
    ended!("step_ups", "id", "expires_at", TimeDelta::days(90)),
    // The longest window is a day, and may have begun with what was counted first, a day before.
    ended!("counters", "key", "last_at", TimeDelta::days(2)),
    ended!("known_clients", "address_index, client_index", "signed_in_at", KNOWN_FOR),
    // A key that nobody uses is one that nobody misses when it is stolen: its client is disabled, and
    // stays on the list.
    Expiring {
        table: "identity.clients",
        kept: UNUSED_CLIENT,
        statement: "UPDATE identity.clients AS c \
            SET disabled_at = unused.before + interval '90 days' FROM \
            (SELECT i.id, t.before FROM (SELECT $1 AS before) AS t, identity.clients AS i \
             WHERE coalesce(i.last_used_at, i.created_at) < t.before \
               AND i.disabled_at IS NULL AND i.public_jwk IS NOT NULL \
             ORDER BY coalesce(i.last_used_at, i.created_at) \
             LIMIT $2 FOR UPDATE OF i SKIP LOCKED) AS unused \
            WHERE c.id = unused.id",
    },
    // A used token that comes back tells that it was stolen: it is kept for as long as the longest
    // session that may have made it.
    ended!("refresh_tokens", "digest", "created_at", TimeDelta::days(91)),
    ended!("sms_budgets", "counted_on, prefix", "counted_on", TimeDelta::days(2)),
    // Who has signed in, and when, is kept for six months (Cybersecurity Law, article 21, item 3), and
    // for as long as something of the session is known.
    Expiring {
        table: "identity.sessions",
        kept: TimeDelta::days(180),
        statement: "DELETE FROM identity.sessions WHERE (account_id, id) IN \
            (SELECT s.account_id, s.id FROM identity.sessions s WHERE s.expires_at < $1 \
               AND NOT EXISTS (SELECT FROM identity.refresh_tokens t \
                 WHERE (t.account_id, t.session_id) = (s.account_id, s.id)) \
               AND NOT EXISTS (SELECT FROM identity.step_ups u \
                 WHERE (u.account_id, u.session_id) = (s.account_id, s.id)) \
             ORDER BY s.expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    },
];
