//! Work after COMMIT.

pub(crate) mod clock;
pub(crate) mod interest;
pub(crate) mod statement;
pub(crate) mod transfer;
