//! Bytes into messages.

use std::borrow::Cow;

use crate::{
    Charset, Delimiters, Header, Location, MAX_BYTES, MAX_FIELDS, MAX_SEGMENTS, Message,
    message::Stored,
};

/// What makes bytes no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing.
    #[error("the message is empty")]
    Empty,
    /// There is too much.
    #[error(
        "the message is longer than 1 MiB, or has more than 2000 segments or 500 fields in one"
    )]
    TooLong,
    /// It does not begin with MSH and its encoding characters.
    #[error("the message does not begin with MSH and its encoding characters")]
    NoHeader,
    /// MSH-18 names a character set that is not spoken, or more than one.
    #[error(
        "the character set is none of ASCII, UNICODE UTF-8 and GB 18030-2000, or not one alone"
    )]
    UnknownCharset,
    /// Bytes are no text in the character set.
    #[error("there are bytes that are no text in the character set of the message")]
    NotText,
    /// A line does not begin with the name of a segment.
    #[error("a line does not begin with the name of a segment")]
    NoSegment,
    /// There are control characters.
    #[error("there are control characters in the message")]
    ControlCharacter,
}

/// Why bytes are no message, and what of their header could be read.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub struct Malformed {
    /// What is wrong.
    pub fault: Fault,
    /// Where, if that can be said.
    pub location: Option<Location>,
    /// The header, where there is one: the answer is addressed by it.
    pub header: Option<Box<Header>>,
}

impl From<Fault> for Malformed {
    fn from(fault: Fault) -> Self {
        Self { fault, location: None, header: None }
    }
}

/// Reads a message. `default` is what a sender writes in who does not say (MSH-18). Segments end
/// with CR; CRLF, and LF where there is no CR, are tolerated.
pub fn parse(bytes: &[u8], default: Charset) -> Result<Message, Malformed> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::Empty.into());
    }
    if bytes.len() > MAX_BYTES {
        return Err(Fault::TooLong.into());
    }
    let header = header(bytes, default)?;
    let failed =
        |fault, location| Malformed { fault, location, header: Some(Box::new(header.clone())) };
    let charset = charset(&header, default)
        .ok_or_else(|| failed(Fault::UnknownCharset, Some(Location::of("MSH", 1).field(18))))?;
    let text = charset.decode(bytes).ok_or_else(|| failed(Fault::NotText, None))?;
    let segments = segments(&text, header.delimiters, charset);
    let segments = segments.map_err(|(fault, location)| failed(fault, location))?;
    let fields = segments.first().map_or(&[][..], |msh| &msh.fields);
    let header = Header::read(fields, header.delimiters, charset);
    Ok(Message { header, segments })
}

/// The header alone, before it is known in which character set the message is: names of character
/// sets are ASCII in all of them. Only whole characters are cut, because the second byte of one in
/// GBK can be a separator's.
fn header(bytes: &[u8], default: Charset) -> Result<Header, Malformed> {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    // What is UTF-8 is hardly ever anything else.
    let guesses = [Charset::Utf8, default, Charset::Gb18030];
    let text = guesses.iter().find_map(|charset| charset.decode(line).map(|text| (text, *charset)));
    let (text, charset) = match text {
        Some((text, charset)) => (text, charset),
        None => (Cow::Owned(line.iter().copied().map(char::from).collect()), default),
    };
    let delimiters = Delimiters::of_header(&text).ok_or(Fault::NoHeader)?;
    let fields = fields(&text, "MSH", delimiters).ok_or(Fault::TooLong)?;
    Ok(Header::read(&fields, delimiters, charset))
}

fn charset(header: &Header, default: Charset) -> Option<Charset> {
    if header.charset_name.is_empty() {
        Some(default)
    } else {
        Charset::named(&header.charset_name)
    }
}

type Failed = (Fault, Option<Location>);

fn segments(text: &str, delimiters: Delimiters, charset: Charset) -> Result<Vec<Stored>, Failed> {
    let mut segments: Vec<Stored> = Vec::new();
    for line in lines(text) {
        if segments.len() == MAX_SEGMENTS {
            return Err((Fault::TooLong, None));
        }
        let name = name(line, delimiters).ok_or((Fault::NoSegment, None))?;
        let sequence = segments.iter().filter(|known| known.name == name).count() + 1;
        let location = || Some(Location::of(name, sequence));
        if line.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n')) {
            return Err((Fault::ControlCharacter, location()));
        }
        if !delimiters.readable(line, charset) {
            return Err((Fault::NotText, location()));
        }
        let fields = fields(line, name, delimiters).ok_or((Fault::TooLong, location()))?;
        segments.push(Stored { name: name.to_owned(), sequence, fields });
    }
    let charsets = segments.first().and_then(|msh| msh.fields.get(17)).map_or("", String::as_str);
    let mut names = charsets.split(delimiters.repetition).filter(|name| !name.is_empty());
    let first = names.next().and_then(Charset::named);
    if names.any(|name| Charset::named(name) != first) {
        return Err((Fault::UnknownCharset, Some(Location::of("MSH", 1).field(18))));
    }
    Ok(segments)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let end = if text.contains('\r') { '\r' } else { '\n' };
    text.split(end)
        .map(|line| line.strip_prefix('\n').unwrap_or(line))
        .map(|line| line.trim_end_matches('\n'))
        .filter(|line| !line.is_empty())
}

/// Three characters, then a separator or nothing.
fn name(line: &str, delimiters: Delimiters) -> Option<&str> {
    let (name, rest) = line.split_at_checked(3)?;
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let fits = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(plain);
    let cut = rest.is_empty() || rest.starts_with(delimiters.field);
    (fits && cut).then_some(name)
}

/// The fields of a line. Of MSH the separator itself is the first, and the second is not cut.
fn fields(line: &str, name: &str, delimiters: Delimiters) -> Option<Vec<String>> {
    let mut fields: Vec<String> =
        if name == "MSH" { vec![delimiters.field.to_string()] } else { Vec::new() };
    let rest = line.strip_prefix(name)?.strip_prefix(delimiters.field);
    fields
        .extend(rest.into_iter().flat_map(|rest| rest.split(delimiters.field)).map(str::to_owned));
    (fields.len() <= MAX_FIELDS).then_some(fields)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
