//! The file of a listing, read: what it says, or everything that is wrong with it, each with the
//! line where it stands.
//!
//! Three readings, and each only where the one before found nothing: whether it is TOML, whether
//! every member is there and of its kind, and whether it makes sense. What is bounded is bounded by
//! tables ([`shape`]); what one part says of another is in [`meaning`], [`conditions`] and [`forms`].

mod conditions;
mod forms;
mod meaning;
mod place;
mod shape;
#[cfg(test)]
mod tests;

use std::{fmt, ops::Range};

use serde::Deserialize;
use toml::de::DeTable;

use self::place::{Document, Place, Step};
use crate::content::Content;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// More faults than anybody mends at a time.
const FAULTS_MAX: usize = 100;

/// How often a file is read again without what was at fault.
const READINGS_MAX: usize = 40;

/// After a fault of the notation the rest is a guess: these are told.
const SYNTAX_FAULTS_MAX: usize = 5;

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// Of what: `application.steps[1].period`; empty for the whole file.
    pub pointer: String,
    /// What is wrong, in a sentence.
    pub text: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, pointer, text } = self;
        let point = if pointer.is_empty() { "" } else { ": " };
        write!(f, "line {line}, column {column}: {pointer}{point}{text}")
    }
}

/// What is wrong with a file, as far as it is known.
struct Faults<'d> {
    text: &'d str,
    document: &'d Document<'d>,
    found: Vec<FileFault>,
}

impl Faults<'_> {
    /// Notes that something at a place is wrong.
    fn add(&mut self, place: &Place, text: impl Into<String>) {
        if self.found.len() < FAULTS_MAX {
            let offset = self.document.offset(place);
            self.found.push(fault(self.text, offset, place.to_string(), text.into()));
        }
    }
}

/// Reads a file. Whatever is wrong with it is said at once, in the order of the file.
pub fn read_file(text: &str) -> Result<Content, Vec<FileFault>> {
    if text.len() > FILE_BYTES_MAX {
        let says = format!("a file has {FILE_BYTES_MAX} bytes at most");
        return Err(vec![fault(text, 0, String::new(), says)]);
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(notation(text, &errors));
    }
    let document = Document::new(root);
    let mut faults = Faults { text, document: &document, found: Vec::new() };
    let content = shape::is_small(&mut faults).then(|| members(&mut faults)).flatten();
    if let Some(content) = &content {
        shape::check(&mut faults);
        meaning::check(content, &mut faults);
        conditions::check(content, &mut faults);
        forms::check(content, &mut faults);
    }
    let mut found = faults.found;
    found.sort_by_key(|fault| (fault.line, fault.column));
    found.dedup();
    match content {
        Some(content) if found.is_empty() => Ok(content),
        _ => Err(found),
    }
}

/// What is no TOML.
fn notation(text: &str, errors: &[toml::de::Error]) -> Vec<FileFault> {
    let told = |error: &toml::de::Error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        fault(text, at, String::new(), sentence(error.message()))
    };
    let mut faults: Vec<_> = errors.iter().map(told).collect();
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.dedup();
    faults.truncate(SYNTAX_FAULTS_MAX);
    faults
}

/// Reads the members of a file. serde stops at the first fault; so what is at fault is taken out and
/// the rest is read again, until it ends at the top. What is then missing is no fault of the file.
fn members(faults: &mut Faults<'_>) -> Option<Content> {
    let mut rest = faults.document.clone();
    let mut taken: Vec<(usize, String)> = Vec::new();
    for _ in 0..READINGS_MAX {
        let error = match Content::deserialize(rest.clone().deserializer()) {
            Ok(content) => return faults.found.is_empty().then_some(content),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        let missing = missing_field(error.message());
        let was_taken = missing.is_some_and(|name| {
            taken.iter().any(|(start, key)| *start == span.start && key == name)
        });
        if !was_taken {
            note(faults, &span, error.message());
        }
        let place = rest.around(&span);
        let Some(last) = place.last() else { break };
        if let Step::Key(key) = last {
            taken.push((rest.offset(&place.parent()), key.clone()));
        }
        rest.remove(&place);
    }
    None
}

fn note(faults: &mut Faults<'_>, span: &Range<usize>, message: &str) {
    let place = faults.document.around(span);
    let found = fault(faults.text, span.start, place.to_string(), sentence(message));
    faults.found.push(found);
}

/// Which member serde misses.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// One line, and not an endless one.
fn sentence(message: &str) -> String {
    const CHARS_MAX: usize = 400;
    let line: Vec<_> = message.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

fn fault(text: &str, offset: usize, pointer: String, says: String) -> FileFault {
    let before = text.get(..offset).unwrap_or(text);
    let begun = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.get(begun..).map_or(0, |line| line.chars().count()) + 1;
    FileFault { line, column, pointer, text: says }
}
