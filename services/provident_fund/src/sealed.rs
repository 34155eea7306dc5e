//! Where this crate keeps sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// What people and the centre said to each other about an application: often why somebody is in need.
pub(crate) const SAID: SealedColumn =
    SealedColumn::new("provident_fund.application_steps", "id", "said_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[SAID];
