//! The centre's file, cut into parts. It is read twice: once to know what it comes to and where its
//! parts are, and then part by part; it need not fit into memory.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Kind;
use crate::commands::CommandError;

/// The largest part, in bytes: less than a city takes in one request.
const PART_BYTES: usize = 1_000_000;

/// A part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it begins.
    pub offset: u64,
    /// How long it is in the file.
    pub length: u64,
    /// How many lines it has.
    pub lines: usize,
    /// Before how many lines of the file it begins, the head and empty ones left out.
    pub first: usize,
    /// What its lines come to, in fen.
    pub sum_minor: i64,
}

/// A file of a kind of records.
#[derive(Debug)]
pub(super) struct Records {
    path: PathBuf,
    kind: Kind,
    /// The names of the columns, if it is a table.
    head: Option<Vec<String>>,
    pub spans: Vec<Span>,
}

/// What of a line is counted.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Amounts {
    own_minor: i64,
    employer_minor: i64,
    base_minor: i64,
    balance_minor: i64,
}

impl Records {
    /// Reads the whole file once.
    pub(super) fn open(path: &Path, kind: Kind, lines_max: usize) -> Result<Self, CommandError> {
        let mut reader = BufReader::new(open(path)?);
        let mut line = Vec::new();
        let (mut offset, mut head) = (0, None);
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            offset += read_line(&mut reader, &mut line)?;
            head = Some(cells(std::str::from_utf8(&line)?.trim_start_matches('\u{feff}'))?);
        }
        let mut records = Self { path: path.to_owned(), kind, head, spans: Vec::new() };
        let (mut open, mut bytes, mut counted) = (Span::at(offset, 0), 0, 0);
        loop {
            let read = read_line(&mut reader, &mut line)?;
            if read == 0 {
                break;
            }
            let written =
                records.written(&line)?.map(|json| (json.len() + 1, records.amount(&json)));
            let (length, minor) = written.unwrap_or_default();
            let full = open.lines == lines_max || bytes + length > PART_BYTES;
            if full && length > 0 && open.lines > 0 {
                records.spans.push(open);
                (open, bytes) = (Span::at(offset, counted), 0);
            }
            (offset, bytes) = (offset + read, bytes + length);
            open.length += read;
            if length > 0 {
                open.lines += 1;
                counted += 1;
                open.sum_minor = open.sum_minor.saturating_add(minor);
            }
        }
        if open.lines > 0 {
            records.spans.push(open);
        }
        Ok(records)
    }

    /// How many lines there are, and what they come to.
    pub(super) fn sums(&self) -> (i64, i64) {
        let lines: usize = self.spans.iter().map(|span| span.lines).sum();
        let sum = self.spans.iter().fold(0_i64, |sum, span| sum.saturating_add(span.sum_minor));
        (i64::try_from(lines).unwrap_or(i64::MAX), sum)
    }

    /// The lines of a part, as they are sent.
    pub(super) fn lines(&self, span: Span) -> Result<Vec<Vec<u8>>, CommandError> {
        let mut file = open(&self.path)?;
        file.seek(SeekFrom::Start(span.offset))?;
        let mut reader = BufReader::new(file.take(span.length));
        let (mut lines, mut line) = (Vec::with_capacity(span.lines), Vec::new());
        while read_line(&mut reader, &mut line)? > 0 {
            lines.extend(self.written(&line)?);
        }
        Ok(lines)
    }

    /// A line of the file as JSON; none where it is empty.
    fn written(&self, line: &[u8]) -> Result<Option<Vec<u8>>, CommandError> {
        let text = line.trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        let Some(head) = &self.head else { return Ok(Some(text.to_vec())) };
        let mut object = Map::new();
        for (name, cell) in head.iter().zip(cells(std::str::from_utf8(text)?)?) {
            if !cell.is_empty() {
                put(&mut object, name, &cell);
            }
        }
        Ok(Some(serde_json::to_vec(&object)?))
    }

    /// What a line adds to the control sum. A line that the city will refuse adds nothing.
    fn amount(&self, json: &[u8]) -> i64 {
        let amounts: Amounts = serde_json::from_slice(json).unwrap_or_default();
        match self.kind {
            Kind::Postings => amounts.own_minor.saturating_add(amounts.employer_minor),
            Kind::Accounts | Kind::Terms => amounts.base_minor,
            Kind::Loans => amounts.balance_minor,
        }
    }
}

impl Span {
    fn at(offset: u64, first: usize) -> Self {
        Self { offset, length: 0, lines: 0, first, sum_minor: 0 }
    }
}

fn open(path: &Path) -> Result<File, CommandError> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Reads a line with its end. Returns how long it is; 0 at the end.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<u64, CommandError> {
    line.clear();
    // No line of ours is longer; a file of one endless line must not fill the memory.
    let read = reader.take(PART_BYTES as u64).read_until(b'\n', line)?;
    if read == PART_BYTES {
        return Err("a line of the file is too long".into());
    }
    Ok(read as u64)
}

/// Puts a cell where its column says: `person.name` is the member `name` of `person`.
fn put(object: &mut Map<String, Value>, name: &str, cell: &str) {
    if let Some((outer, inner)) = name.split_once('.') {
        let nested = object.entry(outer).or_insert_with(|| Map::new().into());
        if let Some(nested) = nested.as_object_mut() {
            put(nested, inner, cell);
        }
        return;
    }
    let counts = name.ends_with("_minor") || name.ends_with("_bp") || name.ends_with("_ppm");
    let number = if counts || name == "months" { cell.parse::<i64>().ok() } else { None };
    object.insert(name.to_owned(), number.map_or_else(|| cell.into(), Value::from));
}

/// The cells of a row (RFC 4180). A cell has no line feed in it.
fn cells(row: &str) -> Result<Vec<String>, CommandError> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = row.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    if quoted {
        return Err("a cell of the table is not closed".into());
    }
    cells.push(cell);
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn posting(n: usize) -> String {
        format!(r#"{{"posting_no":"{n}","own_minor":{n},"employer_minor":1}}"#)
    }

    #[test]
    fn every_line_is_in_one_part_whatever_its_end() {
        let lines: Vec<String> = (0..7).map(posting).collect();
        for text in
            [lines.join("\n"), lines.join("\r\n") + "\r\n", format!("\n{}\n\n", lines.join("\n\n"))]
        {
            let (_folder, path) = file("postings.ndjson", &text);
            let records = Records::open(&path, Kind::Postings, 3).unwrap();
            assert_eq!(records.sums(), (7, 21 + 7));
            let counts: Vec<_> = records.spans.iter().map(|one| (one.first, one.lines)).collect();
            assert_eq!(counts, [(0, 3), (3, 3), (6, 1)]);
            let sent = records.spans.iter().flat_map(|span| records.lines(*span).unwrap());
            let sent: Vec<_> = sent.map(|line| String::from_utf8(line).unwrap()).collect();
            assert_eq!(sent, lines);
        }
    }

    #[test]
    fn a_part_fits_into_a_request() {
        let long = format!(r#"{{"posting_no":"{}","own_minor":1}}"#, "9".repeat(300_000));
        let (_folder, path) = file("postings.ndjson", &[&*long; 7].join("\n"));
        let records = Records::open(&path, Kind::Postings, 5_000).unwrap();
        let counts: Vec<_> = records.spans.iter().map(|span| span.lines).collect();
        assert_eq!((counts, records.sums()), (vec![3, 3, 1], (7, 7)));
    }

    #[test]
    fn a_table_is_sent_as_lines_of_json() {
        let table = "\u{feff}account_no,person.name,person.id_number,base_minor,employer.name\r\n\
                     01,王芳,11010519491231002X,150,\"A \"\"B\"\", C\"\r\n\r\n02,李伟,x,9,\r\n";
        let (_folder, path) = file("accounts.CSV", table);
        let records = Records::open(&path, Kind::Accounts, 5_000).unwrap();
        assert_eq!(records.sums(), (2, 159));
        let lines = records.lines(records.spans[0]).unwrap();
        let lines: Vec<Value> =
            lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
        assert_eq!(
            lines,
            [
                serde_json::json!({
                    "account_no": "01", "base_minor": 150, "employer": {"name": "A \"B\", C"},
                    "person": {"name": "王芳", "id_number": "11010519491231002X"},
                }),
                serde_json::json!({
                    "account_no": "02", "base_minor": 9,
                    "person": {"name": "李伟", "id_number": "x"},
                }),
            ]
        );
        assert!(cells("a,\"b").is_err());
    }
}
