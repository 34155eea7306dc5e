//! Where inquiries keep sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// The key that an agency gave the city.
pub(crate) const API_KEY: SealedColumn =
    SealedColumn::new("inquiry.sources", "id", "api_key_sealed", DataClass::Secret);
/// What a register said of somebody.
pub(crate) const RECORD: SealedColumn =
    SealedColumn::new("inquiry.answers", "id", "record_sealed", DataClass::Person);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[API_KEY, RECORD];
