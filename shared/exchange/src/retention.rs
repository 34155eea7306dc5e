//! What the exchange forgets, and when.

use chrono::TimeDelta;
use citygate_platform::retention::Expiring;

/// What is deleted.
pub(crate) const EXPIRING: &[Expiring] = &[
    // Who has provided what is on record for three years (Regulations on Network Data Security
    // Management, article 12). For as long the same message gets the same answer. What is held waits
    // for people, however long that takes.
    Expiring {
        table: "exchange.messages",
        kept: TimeDelta::days(3 * 366),
        statement: "DELETE FROM exchange.messages WHERE (city, id) IN \
            (SELECT m.city, m.id FROM exchange.messages m WHERE m.received_at < $1 \
             AND NOT EXISTS (SELECT FROM exchange.holds h \
               WHERE h.city = m.city AND h.id = m.id AND h.state = 'held') \
             ORDER BY m.received_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    },
    // Logs of the network are kept for six months at least (Cybersecurity Law, article 21).
    Expiring {
        table: "exchange.refusals",
        kept: TimeDelta::days(366),
        statement: "DELETE FROM exchange.refusals WHERE (city, id) IN \
            (SELECT city, id FROM exchange.refusals WHERE refused_at < $1 \
             ORDER BY refused_at LIMIT $2)",
    },
    // Older signatures are stale whatever their nonce.
    Expiring {
        table: "exchange.nonces",
        kept: TimeDelta::hours(24),
        statement: "DELETE FROM exchange.nonces WHERE (city, client_id, nonce) IN \
            (SELECT city, client_id, nonce FROM exchange.nonces WHERE used_at < $1 \
             ORDER BY used_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    },
];
