//! Who gets a place where many want one at once: by lot, so that anybody can check.
//!
//! ```text
//! commitment     = SHA-256(seed)                              published before anybody enters
//! entries digest = SHA-256(ticket, ticket, ...)               of all tickets in ascending order
//! key of one     = SHA-256(seed, entries digest, ticket)      the lowest key is first
//! ```
//!
//! The seed is 32 random bytes, a ticket the 16 bytes of a UUID; what stands beside each other is
//! joined without anything between. When entries have closed, seed, digest and tickets are
//! published in their order. So the seed was not chosen for those who entered, nobody was added or
//! left out afterwards, and everybody finds the own ticket where the numbers put it. What this does
//! not show: that whoever runs the city, who alone can know the seed before, did not make up the
//! last ticket to suit themselves. That would be an entry with a person behind it.

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

/// A SHA-256 value.
pub(crate) type Digest = [u8; 32];

/// What is published before: it binds whoever knows the seed, and tells nobody about it.
pub(crate) fn commitment(seed: &[u8; 32]) -> Digest {
    sha256(&[seed])
}

/// What is published after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Of all tickets.
    pub entries_digest: Digest,
    /// The tickets, the first that gets a place first.
    pub order: Vec<Uuid>,
}

/// Draws the lots. In whatever order the tickets are given, the outcome is the same.
pub(crate) fn draw(seed: &[u8; 32], tickets: &[Uuid]) -> Drawn {
    let mut order = tickets.to_vec();
    order.sort_unstable();
    let all: Vec<&[u8]> = order.iter().map(|ticket| ticket.as_bytes().as_slice()).collect();
    let entries_digest = sha256(&all);
    order.sort_by_cached_key(|ticket| sha256(&[seed, &entries_digest, ticket.as_bytes()]));
    Drawn { entries_digest, order }
}

fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut value = [0; 32];
    value.copy_from_slice(context.finish().as_ref());
    value
}

#[cfg(test)]
mod tests;
