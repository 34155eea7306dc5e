//! Encoding characters (MSH-1 and MSH-2), and the escapes that keep them out of values.

use std::borrow::Cow;

use crate::Charset;

/// The characters that a message is cut by. A sender chooses; nearly all choose `|^~\&`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields.
    pub field: char,
    /// Between components.
    pub component: char,
    /// Between repetitions.
    pub repetition: char,
    /// Around escapes; none where the sender has no such character.
    pub escape: Option<char>,
    /// Between subcomponents; none where the sender has no such character.
    pub subcomponent: Option<char>,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            field: '|',
            component: '^',
            repetition: '~',
            escape: Some('\\'),
            subcomponent: Some('&'),
        }
    }
}

impl Delimiters {
    /// Those that the first segment of a message declares: `MSH|^~\&|`. They are different
    /// characters of ASCII, neither letters nor digits. A fifth (truncation, version 2.7) is read
    /// over.
    pub(crate) fn of_header(segment: &str) -> Option<Self> {
        let mut rest = segment.strip_prefix("MSH")?.chars();
        let field = rest.next()?;
        let declared: Vec<char> = rest.take(6).take_while(|c| *c != field).collect();
        let all: Vec<char> = [field].into_iter().chain(declared.iter().copied()).collect();
        let fits = |c: &char| c.is_ascii_punctuation();
        let different =
            all.iter().enumerate().all(|(n, c)| !all.iter().skip(n + 1).any(|d| d == c));
        let mut declared = declared.iter().copied();
        let (component, repetition) = (declared.next()?, declared.next()?);
        let (escape, subcomponent) = (declared.next(), declared.next());
        let known = Self { field, component, repetition, escape, subcomponent };
        let whole = all.len() <= 6 && all.iter().all(fits) && different;
        whole.then_some(known)
    }

    /// MSH-2.
    pub(crate) fn declared(&self) -> String {
        let four = [Some(self.component), Some(self.repetition), self.escape, self.subcomponent];
        four.into_iter().flatten().collect()
    }

    /// A text as a value: whatever cuts or escapes is escaped, ends of lines are `\.br\`. Without an
    /// escape character, what would cut becomes a blank.
    pub fn escape(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match (self.sequence(c), self.escape) {
                (None, _) => out.push(c),
                (Some(_), None) => out.push(' '),
                (Some(sequence), Some(escape)) => {
                    out.push(escape);
                    out.push_str(sequence);
                    out.push(escape);
                }
            }
        }
        out
    }

    fn sequence(&self, c: char) -> Option<&'static str> {
        match c {
            _ if c == self.field => Some("F"),
            _ if c == self.component => Some("S"),
            _ if c == self.repetition => Some("R"),
            _ if Some(c) == self.escape => Some("E"),
            _ if Some(c) == self.subcomponent => Some("T"),
            '\n' => Some(".br"),
            '\r' => Some("X0D"),
            _ => None,
        }
    }

    /// A value as the text that it means. A sequence that this does not know, or that does not end,
    /// stays as it stands: of a finding nothing is left out.
    pub(crate) fn unescape<'a>(&self, raw: &'a str, charset: Charset) -> Cow<'a, str> {
        let Some(escape) = self.escape.filter(|escape| raw.contains(*escape)) else {
            return Cow::Borrowed(raw);
        };
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((before, from)) = rest.split_once(escape) {
            out.push_str(before);
            let known = from
                .split_once(escape)
                .and_then(|(sequence, after)| Some((self.meaning(sequence, charset)?, after)));
            if let Some((meaning, after)) = known {
                out.push_str(&meaning);
                rest = after;
            } else {
                out.push(escape);
                rest = from;
            }
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    fn meaning(&self, sequence: &str, charset: Charset) -> Option<String> {
        let one = |c: Option<char>| c.map(String::from);
        match sequence {
            "F" => one(Some(self.field)),
            "S" => one(Some(self.component)),
            "R" => one(Some(self.repetition)),
            "E" => one(self.escape),
            "T" => one(self.subcomponent),
            // Emphasis begins and ends; word wrap, and margins.
            "H" | "N" | ".fi" | ".nf" => Some(String::new()),
            ".br" | ".ce" => Some("\n".to_owned()),
            _ => match sequence.strip_prefix('X') {
                Some(digits) => charset.decode(&bytes(digits)?).map(Cow::into_owned),
                None => spaces(sequence),
            },
        }
    }

    /// Whether every `\X..\` of a segment is text in the character set.
    pub(crate) fn readable(&self, raw: &str, charset: Charset) -> bool {
        let Some(escape) = self.escape else { return true };
        let mut parts = raw.split(escape);
        let _ = parts.next();
        parts.all(|part| {
            let hex = part.strip_prefix('X').and_then(bytes);
            hex.is_none_or(|bytes| charset.decode(&bytes).is_some())
        })
    }
}

/// Pairs of hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        let plain = pair.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(pair, 16).ok())?
    });
    let bytes: Option<Vec<u8>> = pairs.collect();
    bytes.filter(|bytes| !bytes.is_empty())
}

/// `.sp3`: three lines down; `.in+2`, `.ti-1`, `.sk4`: margins and blanks.
fn spaces(sequence: &str) -> Option<String> {
    let (command, count) = sequence.split_at_checked(3)?;
    let count: usize = match count.trim_start_matches(['+', '-']) {
        "" => 1,
        digits => digits.parse().ok().filter(|count| *count <= 100)?,
    };
    match command {
        ".sp" => Some("\n".repeat(count)),
        ".sk" => Some(" ".repeat(count)),
        ".in" | ".ti" => Some(String::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn they_are_read_from_the_header() {
        let usual = Delimiters::default();
        for (header, expected) in [
            ("MSH|^~\\&|LIS", Some(usual)),
            ("MSH|^~\\&#|LIS", Some(usual)),
            ("MSH|^~\\&", Some(usual)),
            ("MSH|^~|LIS", Some(Delimiters { escape: None, subcomponent: None, ..usual })),
            (
                "MSH#*-\\&#LIS",
                Some(Delimiters { field: '#', component: '*', repetition: '-', ..usual }),
            ),
            ("MSH|^^\\&|LIS", None),
            ("MSH|^|LIS", None),
            ("MSHa^~\\&a", None),
            ("MSH|^~\\&#!|LIS", None),
            ("MSH", None),
            ("PID|1", None),
        ] {
            assert_eq!(Delimiters::of_header(header), expected, "{header}");
        }
    }

    #[test]
    fn escapes_mean_what_the_standard_says() {
        let usual = Delimiters::default();
        for (raw, expected) in [
            ("plain", "plain"),
            (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
            (r"first\.br\second", "first\nsecond"),
            (r"\H\high\N\ 5", "high 5"),
            (r"\X41\\X4243\", "ABC"),
            (r"\XE78E8B\", "王"),
            (r"\.sp2\x\.sk3\y\.in+2\", "\n\nx   y"),
            (r"\Z99\ own", r"\Z99\ own"),
            (r"C:\temp", r"C:\temp"),
            (r"ends with \", r"ends with \"),
            (r"\X4\ odd", r"\X4\ odd"),
            (r"\X+1\ sign", r"\X+1\ sign"),
            (r"\.sp999999999\", r"\.sp999999999\"),
        ] {
            assert_eq!(usual.unescape(raw, Charset::Utf8), expected, "{raw}");
        }
        assert_eq!(usual.unescape(r"\XCDF5\", Charset::Gb18030), "王");
        assert!(!usual.readable(r"\XCDF5\", Charset::Utf8));
        assert!(usual.readable(r"\XCDF5\", Charset::Gb18030));
    }

    proptest! {
        #[test]
        fn what_is_escaped_means_itself(text in "[\\PC\n\r]{0,80}") {
            let usual = Delimiters::default();
            let raw = usual.escape(&text);
            prop_assert!(!raw.contains(['|', '^', '~', '&', '\r', '\n']));
            prop_assert_eq!(usual.unescape(&raw, Charset::Utf8), text);
        }

        #[test]
        fn nothing_makes_it_fall(raw in "\\PC{0,80}") {
            let usual = Delimiters::default();
            let _ = usual.unescape(&raw, Charset::Gb18030);
            let _ = usual.readable(&raw, Charset::Utf8);
            let _ = Delimiters::of_header(&raw);
        }
    }
}
