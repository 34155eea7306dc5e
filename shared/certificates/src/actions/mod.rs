//! What services, holders and strangers do.

mod document;
mod issue;
mod keys;
mod read;
#[cfg(test)]
mod tests;
mod verify;

pub use issue::{Issued, issue, revoke};
pub use keys::{NextKey, rotate_signing_key};
pub(crate) use {
    document::document,
    keys::{JWKS_LIFE_SECONDS, published_keys},
    read::{Listed, Reading, list, read},
    verify::{Verified, verify},
};
