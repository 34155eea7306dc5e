//! The digest of the content (RFC 9530, 2).

use aws_lc_rs::digest::{self, SHA256, SHA512};
use sfv::{BareItem, Dictionary, Item, ListEntry, Parser};

/// Whether a `Content-Digest` is of this body: by SHA-256 or SHA-512, and by both if both are given.
/// Other algorithms count for nothing.
pub(super) fn is_of(content_digest: &str, body: &[u8]) -> bool {
    let Ok(given) = Parser::new(content_digest).parse::<Dictionary>() else { return false };
    let mut known = [("sha-256", &SHA256), ("sha-512", &SHA512)]
        .into_iter()
        .filter_map(|(name, algorithm)| Some((given.get(name)?, algorithm)))
        .map(|(given, algorithm)| match given {
            ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. }) => {
                bytes.as_slice() == digest::digest(algorithm, body).as_ref()
            }
            _ => false,
        })
        .peekable();
    known.peek().is_some() && known.all(|same| same)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 9530 has the digests of this text.
    const BODY: &[u8] = b"{\"hello\": \"world\"}";

    #[test]
    fn a_digest_is_of_one_body() {
        let sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
        let sha512 = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+\
                      AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
        for (given, right) in [
            (sha256.to_owned(), true),
            (sha512.to_owned(), true),
            (format!("{sha256}, {sha512}"), true),
            (format!("md5=:AAAA:, {sha256}"), true),
            (format!("{sha256}, {}", sha512.replace("WZ", "WY")), false),
            (sha256.replace("X4", "X5"), false),
            ("md5=:AAAA:".to_owned(), false),
            ("sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE".to_owned(), false),
            ("sha-256=?1".to_owned(), false),
            (String::new(), false),
            ("(".to_owned(), false),
        ] {
            assert_eq!(is_of(&given, BODY), right, "{given}");
        }
        assert!(!is_of(sha256, b"{\"hello\": \"world\"} "));
    }
}
