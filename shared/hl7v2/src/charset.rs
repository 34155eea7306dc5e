//! In which bytes a message is written (MSH-18, HL7 table 0211).

use std::borrow::Cow;

use encoding_rs::GB18030;

/// A character set that hospitals here send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Seven bits.
    Ascii,
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// GB 18030 and what it contains: GBK and GB 2312.
    Gb18030,
}

/// What senders write, and what they mean by it. The first of each is table 0211's own.
const NAMES: [(&str, Charset); 11] = [
    ("ASCII", Charset::Ascii),
    ("US-ASCII", Charset::Ascii),
    ("UNICODE UTF-8", Charset::Utf8),
    ("UTF-8", Charset::Utf8),
    ("UTF8", Charset::Utf8),
    ("UNICODE", Charset::Utf8),
    ("GB 18030-2000", Charset::Gb18030),
    ("GB18030", Charset::Gb18030),
    ("GBK", Charset::Gb18030),
    ("CP936", Charset::Gb18030),
    ("GB2312", Charset::Gb18030),
];

impl Charset {
    /// What MSH-18 means, or the `charset` of a content type.
    pub fn named(name: &str) -> Option<Self> {
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        known.map(|(_, charset)| *charset)
    }

    /// As table 0211 says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Utf8 => "UNICODE UTF-8",
            Self::Gb18030 => "GB 18030-2000",
        }
    }

    /// As a content type says it (IANA).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ascii => "us-ascii",
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
        }
    }

    /// The text of bytes, if all of them are text.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Ascii if !bytes.is_ascii() => None,
            Self::Ascii | Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// The bytes of a text. What ASCII cannot say becomes `?`; the others can say everything.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Ascii => text
                .chars()
                .map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?'))
                .collect(),
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Gb18030 => GB18030.encode(text).0.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (name, expected) in [
            ("ASCII", Some(Charset::Ascii)),
            ("UNICODE UTF-8", Some(Charset::Utf8)),
            ("utf-8", Some(Charset::Utf8)),
            ("GB 18030-2000", Some(Charset::Gb18030)),
            ("gbk", Some(Charset::Gb18030)),
            ("8859/1", None),
            ("ISO IR87", None),
            ("", None),
        ] {
            assert_eq!(Charset::named(name), expected, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        // In GBK the second byte of a character can be one of ASCII: here, a stroke.
        assert_eq!(Charset::Gb18030.decode(b"\x81\x7c").as_deref(), Some("\u{4e85}"));
        assert_eq!(Charset::Gb18030.decode(b"\xff\xff"), None);
        assert_eq!(Charset::Gb18030.decode(b"\x81"), None);
        assert_eq!(Charset::Utf8.decode("王芳".as_bytes()).as_deref(), Some("王芳"));
        assert_eq!(Charset::Utf8.decode(b"\xcd\xf5"), None);
        assert_eq!(Charset::Ascii.decode("é".as_bytes()), None);
        assert_eq!(Charset::Ascii.encode("a王"), b"a?");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(text in "\\PC{0,60}") {
            for charset in [Charset::Utf8, Charset::Gb18030] {
                let bytes = charset.encode(&text);
                let decoded = charset.decode(&bytes);
                prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
            }
        }
    }
}
