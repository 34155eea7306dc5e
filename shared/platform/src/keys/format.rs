//! What a sealed value looks like. AES-256-GCM throughout; the first byte says which form.
//!
//! | byte | then | bound to |
//! |---|---|---|
//! | 1 | nonce (12 bytes), ciphertext, tag (16) | place, row |
//! | 2 | id of the data key (16), nonce (12), ciphertext, tag (16) | column, row, id of the key |

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use uuid::Uuid;

use super::{SealedColumn, Unsealable};

/// One key file sealed everything. Still opened, no longer written.
const SEALED_V1: u8 = 1;
/// A data key sealed it.
const SEALED_V2: u8 = 2;

/// How a value was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    Legacy,
    Enveloped(Uuid),
}

impl Header {
    /// What the first bytes of a value say; none when it is no sealed value.
    pub(super) fn of(sealed: &[u8]) -> Option<Self> {
        match sealed.split_first()? {
            (&SEALED_V1, _) => Some(Self::Legacy),
            (&SEALED_V2, rest) => Uuid::from_slice(rest.get(..16)?).ok().map(Self::Enveloped),
            _ => None,
        }
    }

    /// The first bytes themselves.
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Legacy => vec![SEALED_V1],
            Self::Enveloped(key) => [&[SEALED_V2], &key.as_bytes()[..]].concat(),
        }
    }
}

/// Encrypts a value behind its header.
pub(super) fn seal(
    key: &RandomizedNonceKey,
    header: Header,
    aad: Aad<Vec<u8>>,
    value: &[u8],
) -> Result<Vec<u8>, Unsealable> {
    let mut data = value.to_vec();
    let nonce = key.seal_in_place_append_tag(aad, &mut data).map_err(|_| Unsealable)?;
    Ok([&header.bytes()[..], nonce.as_ref(), &data].concat())
}

/// Decrypts a value.
pub(super) fn open(
    key: &RandomizedNonceKey,
    aad: Aad<Vec<u8>>,
    sealed: &[u8],
) -> Result<Vec<u8>, Unsealable> {
    let header = Header::of(sealed).ok_or(Unsealable)?.bytes();
    let rest = sealed.get(header.len()..).ok_or(Unsealable)?;
    let (nonce, data) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
    let mut data = data.to_vec();
    let plain = key.open_in_place(nonce, aad, &mut data).map_err(|_| Unsealable)?;
    Ok(plain.to_vec())
}

/// What a value is bound to.
pub(super) fn aad(column: &SealedColumn, row: Uuid, key: Uuid) -> Aad<Vec<u8>> {
    let place = column.to_string();
    Aad::from([place.as_bytes(), &[0], row.as_bytes(), key.as_bytes()].concat())
}

/// What a value of the first form is bound to.
pub(super) fn legacy_aad(place: &str, row: Uuid) -> Aad<Vec<u8>> {
    Aad::from([place.as_bytes(), &[0], row.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::aead::AES_256_GCM;

    use super::*;
    use crate::keys::DataClass;

    const NAME: SealedColumn =
        SealedColumn::new("identity.people", "id", "name_sealed", DataClass::Person);
    const NUMBER: SealedColumn = SealedColumn { column: "id_number_sealed", ..NAME };

    fn key(byte: u8) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &[byte; 32]).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_only_where_and_with_what_it_was_sealed() {
        let (row, id) = (Uuid::from_u128(1), Uuid::from_u128(9));
        let value = "王芳".as_bytes();
        let sealed = seal(&key(1), Header::Enveloped(id), aad(&NAME, row, id), value).unwrap();
        assert_eq!(Header::of(&sealed), Some(Header::Enveloped(id)));
        assert_eq!(open(&key(1), aad(&NAME, row, id), &sealed).unwrap(), value);
        for (key, aad) in [
            (key(2), aad(&NAME, row, id)),
            (key(1), aad(&NUMBER, row, id)),
            (key(1), aad(&NAME, Uuid::from_u128(2), id)),
            (key(1), aad(&NAME, row, Uuid::from_u128(8))),
        ] {
            assert!(open(&key, aad, &sealed).is_err());
        }
        // The key's id is bound by the associated data that it leads to.
        for at in 17..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open(&key(1), aad(&NAME, row, id), &altered).is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(open(&key(1), aad(&NAME, row, id), &sealed[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn the_first_form_still_opens() {
        let row = Uuid::from_u128(1);
        let place = NAME.legacy_place();
        assert_eq!(place, "identity.people.name");
        let sealed = seal(&key(7), Header::Legacy, legacy_aad(&place, row), b"x").unwrap();
        assert_eq!(Header::of(&sealed), Some(Header::Legacy));
        assert_eq!(open(&key(7), legacy_aad(&place, row), &sealed).unwrap(), b"x");
        assert!(open(&key(7), legacy_aad(&place, Uuid::from_u128(2)), &sealed).is_err());
    }
}
