//! Where certificates keep sealed values.

use citygate_platform::keys::{DataClass, SealedColumn};

/// What a certificate says, its code, and its signed form.
pub(crate) const CONTENT: SealedColumn =
    SealedColumn::new("certificates.certificates", "id", "content_sealed", DataClass::Person);
/// The private part of a key that signs, PKCS #8 DER.
pub(crate) const PRIVATE_KEY: SealedColumn =
    SealedColumn::new("certificates.signing_keys", "id", "private_sealed", DataClass::Secret);

/// All of them.
pub(crate) const ALL: &[SealedColumn] = &[CONTENT, PRIVATE_KEY];
