//! Messages and views on them.

use std::borrow::Cow;

use crate::{Charset, Delimiters, Header, Location};

/// A message, as one sender has sent it.
#[derive(Debug, Clone)]
pub struct Message {
    pub(crate) header: Header,
    /// Each segment: its name, its number among those of that name, and its fields as they stand.
    pub(crate) segments: Vec<Stored>,
}

#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub name: String,
    pub sequence: usize,
    pub fields: Vec<String>,
}

impl Message {
    /// MSH.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The segments in their order, MSH first.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.segments.iter().map(|stored| Segment { stored, message: self })
    }

    /// The first segment of a name.
    pub fn segment(&self, name: &str) -> Option<Segment<'_>> {
        self.segments().find(|segment| segment.name() == name)
    }

    /// The message as bytes in its own character set, each segment ended by CR. A message that was
    /// received so is given back byte for byte.
    pub fn encode(&self) -> Vec<u8> {
        let field = self.header.delimiters.field;
        let mut text = String::new();
        for segment in &self.segments {
            text.push_str(&segment.name);
            // MSH-1 is the separator itself.
            for value in segment.fields.iter().skip(usize::from(segment.name == "MSH")) {
                text.push(field);
                text.push_str(value);
            }
            text.push('\r');
        }
        self.header.charset.encode(&text)
    }
}

/// A segment of a message.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    stored: &'a Stored,
    message: &'a Message,
}

impl<'a> Segment<'a> {
    /// `OBX`
    pub fn name(self) -> &'a str {
        &self.stored.name
    }

    /// Where it stands.
    pub fn location(self) -> Location {
        Location::of(&self.stored.name, self.stored.sequence)
    }

    /// A field by its number, from 1. One that is not there is empty.
    pub fn field(self, number: usize) -> Field<'a> {
        let raw = number.checked_sub(1).and_then(|index| self.stored.fields.get(index));
        Field { raw: raw.map_or("", String::as_str), number, segment: self }
    }
}

/// A field of a segment, with its repetitions.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    raw: &'a str,
    number: usize,
    segment: Segment<'a>,
}

impl<'a> Field<'a> {
    /// Where it stands.
    pub fn location(self) -> Location {
        self.segment.location().field(self.number)
    }

    /// Whether nothing was sent.
    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Its repetitions; none of an empty field.
    pub fn repetitions(self) -> impl Iterator<Item = Value<'a>> {
        let header = &self.segment.message.header;
        let (delimiters, charset) = (header.delimiters, header.charset);
        let raw = Some(self.raw).filter(|raw| !raw.is_empty());
        raw.into_iter()
            .flat_map(move |raw| raw.split(delimiters.repetition))
            .map(move |raw| Value { raw, level: Level::Repetition, delimiters, charset })
    }

    /// The first repetition; empty where there is none.
    pub fn first(self) -> Value<'a> {
        let header = &self.segment.message.header;
        self.repetitions().next().unwrap_or(Value {
            raw: "",
            level: Level::Repetition,
            delimiters: header.delimiters,
            charset: header.charset,
        })
    }

    /// The text of a component of the first repetition, from 1.
    pub fn component(self, number: usize) -> Cow<'a, str> {
        self.first().component(number).text()
    }

    /// The text of the first component of the first repetition: what a field of one value says.
    pub fn text(self) -> Cow<'a, str> {
        self.component(1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Repetition,
    Component,
    Subcomponent,
}

/// A repetition of a field, a component of that, or a subcomponent.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    raw: &'a str,
    level: Level,
    delimiters: Delimiters,
    charset: Charset,
}

impl<'a> Value<'a> {
    /// The part of this number, from 1: a component of a repetition, a subcomponent of a component.
    /// One that is not there is empty.
    pub fn component(self, number: usize) -> Value<'a> {
        let (separator, level) = match self.level {
            Level::Repetition => (Some(self.delimiters.component), Level::Component),
            Level::Component | Level::Subcomponent => {
                (self.delimiters.subcomponent, Level::Subcomponent)
            }
        };
        let index = number.checked_sub(1);
        let part = match separator {
            Some(separator) => index.and_then(|index| self.raw.split(separator).nth(index)),
            None => index.filter(|index| *index == 0).map(|_| self.raw),
        };
        Value { raw: part.unwrap_or_default(), level, ..self }
    }

    /// Whether nothing was sent.
    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether the sender says that there is nothing, and that what was there is to be deleted:
    /// `""`.
    pub fn is_null(self) -> bool {
        self.raw == "\"\""
    }

    /// What it means, escapes resolved; of something with parts, all of it. Null is empty.
    pub fn text(self) -> Cow<'a, str> {
        if self.is_null() {
            return Cow::Borrowed("");
        }
        self.delimiters.unescape(self.raw, self.charset)
    }
}
