//! What the listings say, computed.

pub(crate) mod bills;
pub(crate) mod hours;
pub(crate) mod record;
