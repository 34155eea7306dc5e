//! What people, centres and the city do.

pub(crate) mod balance;
pub(crate) mod batch;
pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod desk;
pub(crate) mod dispute;
pub(crate) mod interest;
pub(crate) mod payout;
pub(crate) mod people;
pub(crate) mod statement;
pub(crate) mod transfer;
pub(crate) mod withdrawal;
